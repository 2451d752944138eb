/* Canvas layers for Leaflet that draw flat arrays: fast enough for 100,000 lines, quiet enough for a handful. */
"use strict";

/** A Leaflet layer that owns one canvas, keeps it in step with the map and calls options.draw(ctx, view). */
const CanvasLayer = L.Layer.extend({
  options: { pane: "overlayPane", padding: 0.15, draw: null },
  initialize(options) { L.setOptions(this, options); },
  onAdd(map) {
    this._map = map;
    if (!this._canvas) {
      this._canvas = L.DomUtil.create("canvas", "tongtu-canvas leaflet-zoom-animated");
      this._canvas.setAttribute("aria-hidden", "true");
    }
    this.getPane().appendChild(this._canvas);
    this._update();
  },
  onRemove() { this._canvas.remove(); cancelAnimationFrame(this._frame); this._frame = 0; },
  getEvents() {
    return { viewreset: this._update, moveend: this._update, resize: this._update,
             zoom: this._onZoom, zoomanim: this._onZoomAnim };
  },
  redraw() {
    if (!this._map || this._frame) return;
    this._frame = requestAnimationFrame(() => { this._frame = 0; if (this._map) this._update(); });
  },
  _onZoomAnim(event) { this._transform(event.center, event.zoom); },
  _onZoom() { this._transform(this._map.getCenter(), this._map.getZoom()); },
  _transform(center, zoom) {
    const scale = this._map.getZoomScale(zoom, this._zoom);
    const half = this._map.getSize().multiplyBy(0.5 + this.options.padding);
    const old = this._map.project(this._center, zoom);
    const offset = half.multiplyBy(-scale).add(old).subtract(this._map._getNewPixelOrigin(center, zoom));
    L.DomUtil.setTransform(this._canvas, offset, scale);
  },
  _update() {
    const map = this._map;
    if (map._animatingZoom) return;
    const size = map.getSize(), pad = this.options.padding;
    const corner = map.containerPointToLayerPoint(size.multiplyBy(-pad)).round();
    const full = size.multiplyBy(1 + pad * 2).round();
    const ratio = Math.min(window.devicePixelRatio || 1, 3);
    this._center = map.getCenter();
    this._zoom = map.getZoom();
    if (this._canvas.width !== full.x * ratio || this._canvas.height !== full.y * ratio) {
      this._canvas.width = full.x * ratio;
      this._canvas.height = full.y * ratio;
      this._canvas.style.width = full.x + "px";
      this._canvas.style.height = full.y + "px";
    }
    L.DomUtil.setPosition(this._canvas, corner);
    const origin = map.getPixelOrigin().add(corner);
    const scale = map.options.crs.scale(this._zoom);
    const context = this._canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, full.x, full.y);
    this.options.draw(context, {
      scale, originX: origin.x, originY: origin.y, width: full.x, height: full.y, zoom: this._zoom,
      west: origin.x / scale, north: origin.y / scale,
      east: (origin.x + full.x) / scale, south: (origin.y + full.y) / scale,
      insetX: size.x * pad, insetY: size.y * pad, ratio,
    });
  },
});

const Draw = {
  /** Whether a path's box touches the view, with a margin of some pixels. */
  visible(geo, path, view, marginPx) {
    const m = (marginPx || 0) / view.scale, b = path * 4, box = geo.box;
    return box[b] <= view.east + m && box[b + 2] >= view.west - m && box[b + 1] <= view.south + m && box[b + 3] >= view.north - m;
  },

  /**
   * Add a path to a Path2D or context. Vertices nearer than half a pixel to the last one kept are left out, and the
   * stretches that lie wholly beyond one side of the view: neither can be seen.
   */
  trace(target, geo, path, view, closed) {
    const { x, y, first } = geo, { scale, originX, originY } = view;
    const from = first[path], to = first[path + 1];
    const margin = 40, right = view.width + margin, bottom = view.height + margin;
    let lx = x[from] * scale - originX, ly = y[from] * scale - originY;
    let pen = false;
    if (closed) {
      target.moveTo(lx, ly);
      for (let v = from + 1; v < to; v++) {
        const px = x[v] * scale - originX, py = y[v] * scale - originY;
        if (Math.abs(px - lx) + Math.abs(py - ly) < 0.7 && v < to - 1) continue;
        target.lineTo(px, py); lx = px; ly = py;
      }
      target.closePath();
      return;
    }
    for (let v = from + 1; v < to; v++) {
      const px = x[v] * scale - originX, py = y[v] * scale - originY;
      if (v < to - 1 && Math.abs(px - lx) + Math.abs(py - ly) < 0.7) continue;
      const out = (px < -margin && lx < -margin) || (py < -margin && ly < -margin) || (px > right && lx > right) || (py > bottom && ly > bottom);
      if (out) pen = false;
      else {
        if (!pen) { target.moveTo(lx, ly); pen = true; }
        target.lineTo(px, py);
      }
      lx = px; ly = py;
    }
  },

  /** Outline of a point symbol of radius r at (x, y). */
  symbol(ctx, kind, x, y, r) {
    ctx.beginPath();
    if (kind === "square") ctx.rect(x - r * 0.85, y - r * 0.85, r * 1.7, r * 1.7);
    else if (kind === "diamond") { ctx.moveTo(x, y - r * 1.15); ctx.lineTo(x + r * 1.15, y); ctx.lineTo(x, y + r * 1.15); ctx.lineTo(x - r * 1.15, y); ctx.closePath(); }
    else if (kind === "triangle") { ctx.moveTo(x, y - r * 1.1); ctx.lineTo(x + r * 1.1, y + r * 0.85); ctx.lineTo(x - r * 1.1, y + r * 0.85); ctx.closePath(); }
    else if (kind === "plane") {
      const p = [[0, -1.35], [0.22, -0.95], [0.24, -0.35], [1.3, 0.3], [1.3, 0.58], [0.24, 0.28], [0.19, 0.85], [0.55, 1.12], [0.55, 1.32], [0, 1.16]];
      p.forEach(([a, b], i) => (i ? ctx.lineTo(x + a * r, y + b * r) : ctx.moveTo(x + a * r, y + b * r)));
      for (let i = p.length - 2; i > 0; i--) ctx.lineTo(x - p[i][0] * r, y + p[i][1] * r);
      ctx.closePath();
    } else if (kind === "bolt") {
      const p = [[0.3, -1.35], [-0.8, 0.2], [-0.1, 0.2], [-0.3, 1.35], [0.8, -0.3], [0.1, -0.3]];
      p.forEach(([a, b], i) => (i ? ctx.lineTo(x + a * r, y + b * r) : ctx.moveTo(x + a * r, y + b * r)));
      ctx.closePath();
    } else ctx.arc(x, y, r, 0, 2 * Math.PI);
  },

  /** A project at a point; with a pale band around it where the place is known only roughly. */
  disc(ctx, look, x, y, r, rough) {
    const full = look.fill >= 1 && !rough;
    Draw.symbol(ctx, "circle", x, y, r + (look.upgrade ? 3.6 : 1.6) + (rough ? 2.4 : 0));
    ctx.fillStyle = "rgba(255,255,255,0.9)"; ctx.fill();
    if (rough) { ctx.globalAlpha = 0.2; ctx.fillStyle = look.colour; ctx.fill(); ctx.globalAlpha = 1; }
    Draw.symbol(ctx, "circle", x, y, r);
    ctx.fillStyle = full ? look.colour : "#ffffff"; ctx.fill();
    ctx.strokeStyle = look.colour; ctx.lineWidth = Math.max(1.2, look.width * 0.55);
    ctx.setLineDash(look.dash.map((d) => d * 0.5)); ctx.stroke(); ctx.setLineDash([]);
    if (look.upgrade) { Draw.symbol(ctx, "circle", x, y, r + 2.9); ctx.lineWidth = 1; ctx.stroke(); }
    Draw.symbol(ctx, look.symbol, x, y, r * 0.56);
    ctx.fillStyle = full ? "#ffffff" : look.colour; ctx.fill();
  },

  /** Names at points, the important first, none over another; returns what was placed. */
  labels(ctx, items, taken, halo) {
    const placed = [];
    for (const item of items) {
      ctx.font = item.font;
      const width = ctx.measureText(item.text).width, height = item.size * 1.25;
      const spots = item.centred
        ? [[-width / 2, -height / 2]]
        : [[item.gap, -height / 2], [-width - item.gap, -height / 2], [-width / 2, -height - item.gap + 2], [-width / 2, item.gap - 2]];
      for (const [ox, oy] of spots) {
        const rect = [item.x + ox - 4, item.y + oy - 1, item.x + ox + width + 4, item.y + oy + height + 1];
        if (taken.some((t) => rect[0] < t[2] && rect[2] > t[0] && rect[1] < t[3] && rect[3] > t[1])) continue;
        taken.push(rect); placed.push(item);
        ctx.textBaseline = "middle"; ctx.textAlign = "left"; ctx.lineJoin = "round";
        ctx.lineWidth = 3; ctx.strokeStyle = halo;
        ctx.strokeText(item.text, item.x + ox, item.y + oy + height / 2);
        ctx.fillStyle = item.colour;
        ctx.fillText(item.text, item.x + ox, item.y + oy + height / 2);
        break;
      }
    }
    return placed;
  },
};

/** Which paths lie near a spot: boxes in a grid, then distance to segments. */
class PathIndex {
  constructor(geo, wanted) {
    this.geo = geo;
    let w = Infinity, n = Infinity, e = -Infinity, s = -Infinity;
    for (let p = 0; p < geo.paths; p++) {
      w = Math.min(w, geo.box[p * 4]); n = Math.min(n, geo.box[p * 4 + 1]);
      e = Math.max(e, geo.box[p * 4 + 2]); s = Math.max(s, geo.box[p * 4 + 3]);
    }
    const side = this.side = Math.max(1, Math.min(256, Math.ceil(Math.sqrt(geo.paths))));
    this.bounds = [w, n, e, s];
    this.cw = Math.max((e - w) / side, 1e-12); this.ch = Math.max((s - n) / side, 1e-12);
    const counts = new Uint32Array(side * side + 1);
    const each = (visit) => {
      for (let p = 0; p < geo.paths; p++) {
        if (!wanted(geo.owner[p])) continue;
        const [c0, r0, c1, r1] = this.cells(geo.box[p * 4], geo.box[p * 4 + 1], geo.box[p * 4 + 2], geo.box[p * 4 + 3]);
        for (let r = r0; r <= r1; r++) for (let c = c0; c <= c1; c++) visit(r * side + c, p);
      }
    };
    each((cell) => { counts[cell + 1]++; });
    for (let i = 0; i < side * side; i++) counts[i + 1] += counts[i];
    const next = counts.slice();
    this.start = counts;
    this.items = new Uint32Array(counts[side * side]);
    each((cell, p) => { this.items[next[cell]++] = p; });
    this.seen = new Uint32Array(geo.paths); this.stamp = 0;
  }
  cells(w, n, e, s) {
    const clamp = (v) => Math.max(0, Math.min(this.side - 1, Math.floor(v)));
    const [bw, bn] = this.bounds;
    return [clamp((w - bw) / this.cw), clamp((n - bn) / this.ch), clamp((e - bw) / this.cw), clamp((s - bn) / this.ch)];
  }
  /** Rows within `radius` (Mercator units) of (x, y) that pass `keep`, with their distance. */
  near(x, y, radius, keep) {
    const { geo, seen, side } = this, found = new Map();
    if (!geo.paths) return found;
    const stamp = ++this.stamp;
    const [c0, r0, c1, r1] = this.cells(x - radius, y - radius, x + radius, y + radius);
    for (let r = r0; r <= r1; r++) for (let c = c0; c <= c1; c++) {
      const cell = r * side + c;
      for (let k = this.start[cell]; k < this.start[cell + 1]; k++) {
        const p = this.items[k];
        if (seen[p] === stamp) continue;
        seen[p] = stamp;
        const b = p * 4, row = geo.owner[p];
        if (geo.box[b] > x + radius || geo.box[b + 2] < x - radius || geo.box[b + 1] > y + radius || geo.box[b + 3] < y - radius) continue;
        if (!keep(row)) continue;
        const distance = this.distance(p, x, y);
        if (distance <= radius) found.set(row, Math.min(found.get(row) ?? Infinity, distance));
      }
    }
    return found;
  }
  distance(path, x, y) {
    const { geo } = this, from = geo.first[path], to = geo.first[path + 1];
    let best = (geo.x[from] - x) ** 2 + (geo.y[from] - y) ** 2;
    for (let v = from + 1; v < to; v++) {
      const ax = geo.x[v - 1], ay = geo.y[v - 1], bx = geo.x[v] - ax, by = geo.y[v] - ay;
      const length = bx * bx + by * by;
      const t = length ? Math.max(0, Math.min(1, ((x - ax) * bx + (y - ay) * by) / length)) : 0;
      const d = (ax + t * bx - x) ** 2 + (ay + t * by - y) ** 2;
      if (d < best) best = d;
    }
    return Math.sqrt(best);
  }
}
