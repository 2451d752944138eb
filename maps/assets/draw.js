/* How paths, symbols and names are drawn on a canvas. */
"use strict";
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
        if (Math.abs(px - lx) + Math.abs(py - ly) < 0.5 && v < to - 1) continue;
        target.lineTo(px, py); lx = px; ly = py;
      }
      target.closePath();
      return;
    }
    for (let v = from + 1; v < to; v++) {
      const px = x[v] * scale - originX, py = y[v] * scale - originY;
      if (v < to - 1 && Math.abs(px - lx) + Math.abs(py - ly) < 0.5) continue;
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
