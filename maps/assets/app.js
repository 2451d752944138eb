/* The map page: ground, network, projects, controls. Every word from the data is set as text, never as markup. */
"use strict";

/** Build an element; children are elements or text. */
function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "on") for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
    else if (key === "style") Object.assign(node.style, value);
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === "") continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

function svg(tag, attributes, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, String(value));
  node.append(...children);
  return node;
}

/** Fill {0}, {1} … of a phrase. */
const phrase = (text, ...values) => text.replace(/\{(\d)\}/g, (_, i) => String(values[+i]));
const grouped = (value, digits) => Number(value).toLocaleString("en-US", { maximumFractionDigits: digits || 0 });

class TongtuMap {
  constructor(map, header, sections) {
    this.map = map; this.h = header; this.w = header.words; this.sections = sections;
    this.geo = Payload.geometry(sections, header.features.geometry);
    this.col = {};
    for (const [name, spec] of Object.entries(header.features.columns)) this.col[name] = Payload.column(sections, spec);
    this.n = header.features.geometry.n;
    this.modes = Object.fromEntries(header.modes.map((m) => [m.id, m]));
    this.stages = Object.fromEntries(header.stages.map((s) => [s.id, s]));
    this.base = header.base.map((layer) => Object.assign({}, layer, { geo: Payload.geometry(sections, layer.geometry) }));
    this.state = {
      modes: new Set(header.modes.map((m) => m.id)), stages: new Set(header.stages.map((s) => s.id)),
      documents: new Set(header.documents.map((d) => d.id)), network: true, projects: true, indicator: "",
    };
    this.hover = -1; this.selected = -1;
    this.prepare();
    this.addLayers();
    this.panel = new Panel(this);
    this.listen();
    this.refresh();
  }

  /** Group paths by look, once: what is drawn together lies together. */
  prepare() {
    const { geo, n, col } = this;
    this.project = new Uint8Array(n);
    this.docsOf = new Map();
    for (let row = 0; row < n; row++) {
      this.project[row] = col.origin(row) === "project" ? 1 : 0;
      if (this.project[row]) this.docsOf.set(row, String(col.documents(row) || "").split("|").filter(Boolean));
    }
    this.shown = new Uint8Array(n);
    this.groups = this.h.looks.map((look) => ({ look, lines: [] }));
    for (let p = 0; p < geo.paths; p++) {
      const row = geo.owner[p];
      if (geo.types[row] === 2) this.groups[col.look(row)].lines.push(p);
    }
    // Lengths: the share of each path that is in view times the length that the table states.
    this.segmentKm = new Float32Array(geo.x.length);
    this.pathKm = new Float64Array(geo.paths);
    const rowKm = new Float64Array(n);
    for (let p = 0; p < geo.paths; p++) {
      if (geo.types[geo.owner[p]] !== 2) continue;
      let sum = 0;
      for (let v = geo.first[p] + 1; v < geo.first[p + 1]; v++) {
        const cosine = 1 / Math.cosh(Math.PI * (1 - geo.y[v] - geo.y[v - 1]));
        const km = Math.hypot(geo.x[v] - geo.x[v - 1], geo.y[v] - geo.y[v - 1]) * 40075.017 * cosine;
        this.segmentKm[v] = km; sum += km;
      }
      this.pathKm[p] = sum; rowKm[geo.owner[p]] += sum;
    }
    this.stretch = new Float32Array(n).fill(1);
    for (let row = 0; row < n; row++) {
      const km = col.length_km(row);
      if (km > 0 && rowKm[row] > 0) this.stretch[row] = km / rowKm[row];
    }
    this.index = new PathIndex(geo, (row) => geo.types[row] === 2);
    this.placeSpots();
  }

  /** Where symbols stand: points, and the inner points of areas. Those at one place stand in a ring around it. */
  placeSpots() {
    const { geo, h } = this, here = new Map();
    this.spots = [];
    const add = (row, x, y) => {
      const spot = { row, x, y, turn: 0, ring: 0, look: h.looks[this.col.look(row)], area: geo.types[row] === 3 };
      this.spots.push(spot);
      if (!this.project[row]) return;
      const key = Math.round(x * 36000) + "," + Math.round(y * 36000);
      here.set(key, (here.get(key) || []).concat(spot));
    };
    for (let p = 0; p < geo.paths; p++) if (geo.types[geo.owner[p]] === 1) add(geo.owner[p], geo.x[geo.first[p]], geo.y[geo.first[p]]);
    for (const [row, x, y] of h.anchors) add(row, x, y);
    for (const group of here.values()) {
      if (group.length < 2) continue;
      group.forEach((spot, k) => {
        spot.turn = (2 * Math.PI * k) / group.length - Math.PI / 2;
        spot.ring = Math.max(11, (group.length * 22) / (2 * Math.PI));
      });
    }
    this.spotOf = new Map(this.spots.map((spot) => [spot.row, spot]));
    this.spots.sort((a, b) => a.look.rank - b.look.rank || a.row - b.row);
  }

  /** A symbol's place on the canvas, its ring opening as one comes nearer. */
  spotAt(spot, view) {
    const size = view.scale / 256 / 2 ** 9 > 1 ? 1 : Math.max(0.35, 1 + Math.log2(view.scale / 256 / 2 ** 9) * 0.3);
    return [spot.x * view.scale - view.originX + Math.cos(spot.turn) * spot.ring * size * 1.15,
            spot.y * view.scale - view.originY + Math.sin(spot.turn) * spot.ring * size * 1.15];
  }

  addLayers() {
    const pane = (name, z) => { const p = this.map.createPane(name); p.style.zIndex = z; p.style.pointerEvents = "none"; };
    pane("ground", 210); pane("plan", 410); pane("mark", 420); pane("names", 430);
    this.layers = {
      ground: new CanvasLayer({ pane: "ground", draw: (c, v) => this.drawGround(c, v) }),
      plan: new CanvasLayer({ pane: "plan", draw: (c, v) => this.drawPlan(c, v) }),
      mark: new CanvasLayer({ pane: "mark", draw: (c, v) => this.drawMark(c, v) }),
      names: new CanvasLayer({ pane: "names", padding: 0.05, draw: (c, v) => this.drawNames(c, v) }),
    };
    for (const layer of Object.values(this.layers)) layer.addTo(this.map);
  }

  /** Keep the view and the filters in the address, so that a link or a bookmark brings them back. */
  share() {
    const { state, h, map } = this, centre = map.getCenter();
    const off = (list, set) => list.filter((one) => !set.has(one.id)).map((one) => one.id);
    const parts = { v: [centre.lat.toFixed(4), centre.lng.toFixed(4), map.getZoom()], m: off(h.modes, state.modes), s: off(h.stages, state.stages),
      d: off(h.documents, state.documents), x: ["projects", "network"].filter((key) => !state[key]), i: state.indicator,
      p: this.selected >= 0 ? this.col.feature_id(this.selected) : "" };
    const text = Object.entries(parts).filter(([, value]) => String(value)).map(([key, value]) =>
      key + "=" + [].concat(value).map(encodeURIComponent).join(",")).join("&");
    // A file opened in a sandboxed frame (a notebook) has no address to keep it in.
    try { history.replaceState(null, "", "#" + text); } catch (error) { if (error.name !== "SecurityError") throw error; }
  }

  /** Bring back what `share` kept; whatever is unknown is passed over. Returns whether a view was among it. */
  recall(text) {
    const { state, h, map } = this;
    let parts;
    try {
      parts = Object.fromEntries(text.replace(/^#/, "").split("&").map((part) => {
        const [key, value] = part.split("=");
        return [key, (value || "").split(",").map(decodeURIComponent)];
      }));
    } catch (error) { return false; }
    for (const [key, set] of [["m", state.modes], ["s", state.stages], ["d", state.documents]]) for (const id of parts[key] || []) set.delete(id);
    for (const key of parts.x || []) if (key === "projects" || key === "network") state[key] = false;
    if (parts.i && h.indicators.some((one) => one.id === parts.i[0])) state.indicator = parts.i[0];
    this.panel.reflect();
    const [lat, lng, zoom] = (parts.v || []).map(Number), known = [lat, lng, zoom].every(Number.isFinite);
    if (known) map.setView([lat, lng], zoom, { animate: false });
    if (parts.p) for (let row = 0; row < this.n; row++) if (this.col.feature_id(row) === parts.p[0] && this.geo.types[row]) { this.open(row, null, []); break; }
    return known;
  }

  visible(row) { return this.shown[row] === 1; }

  /** Apply the filters and draw again. */
  refresh() {
    const { state, col } = this;
    for (let row = 0; row < this.n; row++) {
      let on = state.modes.has(col.mode(row));
      if (on && this.project[row]) {
        on = state.projects && state.stages.has(col.status(row));
        if (on && this.h.documents.length) {
          const docs = this.docsOf.get(row);
          on = !docs.length || docs.some((d) => state.documents.has(d));
        }
      } else if (on) on = state.network;
      this.shown[row] = on ? 1 : 0;
    }
    this.layers.plan.redraw(); this.layers.mark.redraw(); this.layers.names.redraw();
    this.panel.update();
    if (this.started) this.share();
  }

  drawGround(ctx, view) {
    const palette = this.h.palette;
    const fill = (layer, colour) => {
      ctx.fillStyle = colour;
      ctx.beginPath();
      for (let p = 0; p < layer.geo.paths; p++) if (Draw.visible(layer.geo, p, view)) Draw.trace(ctx, layer.geo, p, view, true);
      ctx.fill("evenodd");
    };
    const stroke = (layer, colour, width, dash) => {
      ctx.strokeStyle = colour; ctx.lineWidth = width; ctx.lineJoin = "round"; ctx.lineCap = "round"; ctx.setLineDash(dash || []);
      const path = new Path2D();
      for (let p = 0; p < layer.geo.paths; p++) {
        if (Draw.visible(layer.geo, p, view)) Draw.trace(path, layer.geo, p, view, layer.geo.types[layer.geo.owner[p]] === 3);
      }
      ctx.stroke(path); ctx.setLineDash([]);
    };
    const of = (role) => this.base.filter((layer) => layer.role === role);
    if (!this.h.tiles) {
      for (const layer of of("sea")) fill(layer, palette.sea);
      for (const layer of of("land")) fill(layer, palette.land);
      for (const layer of of("neighbours")) { fill(layer, palette.land); stroke(layer, palette.border_city, 0.8); }
      for (const layer of of("areas")) fill(layer, palette.home);
    }
    const indicator = this.h.indicators.find((i) => i.id === this.state.indicator);
    for (const layer of of("areas")) if (indicator) this.drawChoropleth(ctx, view, layer, indicator);
    if (!this.h.tiles) {
      for (const layer of of("rivers")) stroke(layer, palette.river, view.zoom > 8 ? 1.6 : 1.1);
      for (const layer of of("lakes")) { fill(layer, palette.water); stroke(layer, palette.river, 0.6); }
      for (const layer of of("coast")) stroke(layer, palette.river, 0.9);
    }
    if (view.zoom >= 8.5) for (const layer of of("counties")) stroke(layer, palette.border_county, 0.8);
    for (const layer of of("prefectures").concat(of("areas"))) stroke(layer, palette.border_city, 0.9);
    for (const layer of of("provinces")) stroke(layer, palette.border, 1.3, [7, 2.5, 1.5, 2.5]);
  }

  drawChoropleth(ctx, view, layer, indicator) {
    const { geo } = layer;
    for (let row = 0; row < geo.n; row++) {
      const value = indicator.values[row];
      if (value === null || value === undefined) continue;
      ctx.fillStyle = this.h.choropleth[indicator.breaks.filter((b) => value >= b).length];
      ctx.beginPath();
      for (let p = geo.rowFirst[row]; p < geo.rowFirst[row + 1]; p++) if (Draw.visible(geo, p, view)) Draw.trace(ctx, geo, p, view, true);
      ctx.fill("evenodd");
    }
  }

  drawPlan(ctx, view) {
    const { geo, groups } = this;
    ctx.lineJoin = "round";
    // With thousands of lines in view, what lifts one line off another only hides both.
    let inView = 0;
    for (const group of groups) if (group.look.project) for (const p of group.lines) if (this.shown[geo.owner[p]] && Draw.visible(geo, p, view)) inView++;
    const dense = inView > 4000;
    const swell = dense ? 0.5 : Math.max(0.62, Math.min(1.25, 0.62 + (view.zoom - 5.5) * 0.14));
    for (const group of groups) {
      const look = group.look;
      const strokeAll = (paths) => {
        ctx.lineCap = "butt";
        const pass = (colour, width, dash, alpha) => {
          ctx.strokeStyle = colour; ctx.lineWidth = width; ctx.globalAlpha = alpha; ctx.setLineDash(dash);
          ctx.stroke(paths);
        };
        const round = look.dash.length && look.dash[0] <= 2;
        if (look.band && !dense) { ctx.lineCap = "round"; pass(look.colour, look.band * swell, [], 0.13); ctx.lineCap = "butt"; }
        if (look.casing && view.zoom > 5.5 && !dense) pass("#ffffff", look.casing * swell, [], 0.85);
        if (round) ctx.lineCap = "round";
        pass(look.colour, look.width * swell, look.dash.map((d, i) => (round && i === 0 ? 0.1 : d * Math.max(0.8, swell))), look.project ? look.opacity : view.zoom < 8 ? 0.6 : 0.9);
        ctx.lineCap = "butt";
        if (look.core && !dense) pass("#ffffff", look.core * swell, [], 1);
        ctx.globalAlpha = 1; ctx.setLineDash([]);
      };
      let path = new Path2D(), held = 0;
      for (const p of group.lines) {
        if (!this.shown[geo.owner[p]] || !Draw.visible(geo, p, view, 12)) continue;
        // Without dashes or bands a line smaller than half a pixel is not worth a stroke.
        const size = Math.max(geo.box[p * 4 + 2] - geo.box[p * 4], geo.box[p * 4 + 3] - geo.box[p * 4 + 1]) * view.scale;
        if (size < 0.5 && !look.project) continue;
        Draw.trace(path, geo, p, view, false);
        if (++held >= 400) { strokeAll(path); path = new Path2D(); held = 0; }
      }
      if (held) strokeAll(path);
    }
    this.drawSpots(ctx, view, swell);
  }

  /** What exists: a small symbol. A project: a disc whose ring tells the stage, filled once it runs, twice ringed for an upgrade. */
  drawSpots(ctx, view, swell) {
    const size = Math.max(0.72, swell), far = view.zoom < 7.75;
    ctx.lineJoin = "round";
    for (const spot of this.spots) {
      const { look } = spot;
      if (!this.shown[spot.row]) continue;
      const [x, y] = this.spotAt(spot, view);
      if (x < -20 || y < -20 || x > view.width + 20 || y > view.height + 20) continue;
      if (look.project) {
        const accuracy = this.col.accuracy_km(spot.row);
        Draw.disc(ctx, look, x, y, 8.5 * size, spot.area || accuracy === null || accuracy > 10);
        continue;
      }
      // From afar a dot: hundreds of small shapes would drown the plan.
      Draw.symbol(ctx, far ? "circle" : look.symbol, x, y, far ? 1.5 : 3.4 * size);
      if (!far) { ctx.strokeStyle = "#ffffff"; ctx.lineWidth = 2; ctx.stroke(); }
      ctx.fillStyle = look.colour; ctx.fill();
    }
  }

  /** The feature under the pointer and the chosen one, over everything. */
  drawMark(ctx, view) {
    const { geo } = this;
    ctx.strokeStyle = ctx.fillStyle = this.h.palette.accent; ctx.lineCap = ctx.lineJoin = "round";
    for (const [row, strong] of [[this.hover, false], [this.selected, true]]) {
      if (row < 0 || (!this.shown[row] && !strong)) continue;
      ctx.globalAlpha = strong ? 0.34 : 0.22;
      const spot = this.spotOf.get(row);
      if (spot) {
        const [x, y] = this.spotAt(spot, view);
        Draw.symbol(ctx, "circle", x, y, strong ? 15 : 13); ctx.lineWidth = 4; ctx.stroke();
      }
      ctx.beginPath();
      for (let p = geo.rowFirst[row]; p < geo.rowFirst[row + 1]; p++) {
        if (geo.types[row] > 1 && Draw.visible(geo, p, view, 20)) Draw.trace(ctx, geo, p, view, geo.types[row] === 3);
      }
      if (geo.types[row] === 2) { ctx.lineWidth = 13; ctx.stroke(); }
      if (geo.types[row] === 3) { ctx.lineWidth = 2.5; ctx.stroke(); ctx.globalAlpha = 0.07; ctx.fill("evenodd"); }
    }
    ctx.globalAlpha = 1;
  }

  drawNames(ctx, view) {
    const { h, geo } = this, palette = h.palette, items = [];
    const family = getComputedStyle(document.body).fontFamily;
    const inside = (x, y) => x > 0 && y > 0 && x < view.width && y < view.height;
    const push = (mx, my, text, size, colour, weight, centred, gap) => {
      const x = mx * view.scale - view.originX, y = my * view.scale - view.originY;
      if (inside(x, y)) items.push({ x, y, text, size, colour, centred, gap: gap || 6, font: `${weight} ${size}px ${family}` });
      return inside(x, y);
    };
    const dots = [];
    for (const [x, y, name, rank] of h.places) {
      if (rank === 0 && view.zoom > 8) continue;
      if (rank >= 3 && view.zoom < 9) continue;
      const size = rank === 0 ? 15 : rank === 1 ? 13 : rank === 2 ? 12 : 11;
      const colour = rank === 0 ? palette.text_soft : palette.text_place;
      if (push(x, y, name, size, colour, rank === 1 ? 600 : 400, rank === 0, 9) && rank) dots.push([x, y, rank]);
    }
    if (view.zoom >= 8) for (const row of this.nameOrder()) {
      if (items.length > 500) break;
      if (!this.shown[row] || !geo.types[row]) continue;
      const p = this.longestPath(row), spot = this.spotOf.get(row), line = geo.types[row] === 2;
      if (view.zoom < 9.25 && (spot ? this.h.looks[this.col.look(row)].rank < 103 : this.pathKm[p] * view.scale < 40075 * 110)) continue;
      const name = String(this.col.name(row) || ""), colour = h.looks[this.col.look(row)].colour;
      let [mx, my] = line ? this.middle(p) : [spot.x, spot.y];
      if (spot && spot.ring) { const [x, y] = this.spotAt(spot, view); mx = (x + view.originX) / view.scale; my = (y + view.originY) / view.scale; }
      push(mx, my, name.length > 14 ? name.slice(0, 13) + "…" : name, 11.5, colour, 600, line, 12);
    }
    ctx.fillStyle = palette.text_soft;
    for (const [mx, my, rank] of dots) {
      const x = mx * view.scale - view.originX, y = my * view.scale - view.originY;
      ctx.beginPath(); ctx.arc(x, y, rank === 1 ? 2.6 : 1.9, 0, 7);
      ctx.fillStyle = "#ffffff"; ctx.fill(); ctx.lineWidth = 1.2; ctx.strokeStyle = palette.text_soft; ctx.stroke();
    }
    Draw.labels(ctx, items, dots.map(([mx, my]) => {
      const x = mx * view.scale - view.originX, y = my * view.scale - view.originY;
      return [x - 2.5, y - 2.5, x + 2.5, y + 2.5];
    }), "rgba(255,255,255,0.9)");
  }

  /** Projects in the order in which they get a name: the furthest on first, long before short. */
  nameOrder() {
    if (!this.named) {
      const rank = (row) => this.h.looks[this.col.look(row)].rank;
      this.named = [];
      for (let row = 0; row < this.n; row++) if (this.project[row] && this.geo.types[row]) this.named.push(row);
      this.named.sort((a, b) => rank(b) - rank(a) || (this.col.length_km(b) || 0) - (this.col.length_km(a) || 0) || a - b);
    }
    return this.named;
  }

  longestPath(row) {
    const { geo } = this;
    let best = geo.rowFirst[row];
    for (let p = best; p < geo.rowFirst[row + 1]; p++) if (this.pathKm[p] > this.pathKm[best]) best = p;
    return best;
  }

  /** The point halfway along a path. */
  middle(path) {
    const { geo } = this;
    let rest = this.pathKm[path] / 2;
    for (let v = geo.first[path] + 1; v < geo.first[path + 1]; v++) {
      const km = this.segmentKm[v];
      if (rest <= km && km > 0) {
        const t = rest / km;
        return [geo.x[v - 1] + t * (geo.x[v] - geo.x[v - 1]), geo.y[v - 1] + t * (geo.y[v] - geo.y[v - 1])];
      }
      rest -= km;
    }
    return [geo.x[geo.first[path]], geo.y[geo.first[path]]];
  }

  /** Kilometres in view by mode: {mode: {network, project}}. */
  kilometres() {
    const { geo, map } = this, bounds = map.getPixelBounds(), scale = map.options.crs.scale(map.getZoom());
    const west = bounds.min.x / scale, north = bounds.min.y / scale, east = bounds.max.x / scale, south = bounds.max.y / scale;
    const sums = {};
    for (let p = 0; p < geo.paths; p++) {
      const row = geo.owner[p];
      if (geo.types[row] !== 2 || !this.shown[row]) continue;
      const b = p * 4, box = geo.box;
      if (box[b] > east || box[b + 2] < west || box[b + 1] > south || box[b + 3] < north) continue;
      let km = 0;
      if (box[b] >= west && box[b + 2] <= east && box[b + 1] >= north && box[b + 3] <= south) km = this.pathKm[p];
      else for (let v = geo.first[p] + 1; v < geo.first[p + 1]; v++) {
        const x = (geo.x[v] + geo.x[v - 1]) / 2, y = (geo.y[v] + geo.y[v - 1]) / 2;
        if (x >= west && x <= east && y >= north && y <= south) km += this.segmentKm[v];
      }
      const mode = this.col.mode(row);
      const sum = sums[mode] || (sums[mode] = { network: 0, project: 0 });
      sum[this.project[row] ? "project" : "network"] += km * this.stretch[row];
    }
    return sums;
  }

  /** Visible rows at a map position, nearest first, symbols before lines and projects before the network. */
  at(latlng, radiusPx) {
    const zoom = this.map.getZoom(), scale = this.map.options.crs.scale(zoom), point = this.map.project(latlng, zoom);
    const found = this.index.near(point.x / scale, point.y / scale, radiusPx / scale, (row) => this.visible(row));
    for (const row of found.keys()) found.set(row, found.get(row) * scale);
    const view = { scale, originX: 0, originY: 0 };
    for (const spot of this.spots) {
      if (!this.visible(spot.row)) continue;
      const [x, y] = this.spotAt(spot, view), reach = radiusPx + (spot.look.project ? 6 : 0);
      const away = Math.hypot(x - point.x, y - point.y);
      if (away <= reach) found.set(spot.row, Math.min(away, found.get(spot.row) ?? Infinity));
    }
    const weight = (row) => (this.project[row] ? 0 : 2) + (this.geo.types[row] === 2 ? 1 : 0);
    return [...found.entries()].sort((a, b) => weight(a[0]) - weight(b[0]) || a[1] - b[1] || a[0] - b[0]).map(([row]) => row);
  }

  listen() {
    const { map } = this, box = map.getContainer();
    this.tip = el("div", { class: "tip", role: "tooltip", hidden: true });
    box.append(this.tip);
    let waiting = null;
    map.on("mousemove", (event) => {
      if (waiting) { waiting = event; return; }
      waiting = event;
      requestAnimationFrame(() => { const e = waiting; waiting = null; this.point(e); });
    });
    map.on("mouseout", () => this.point(null));
    map.on("movestart zoomstart", () => this.point(null));
    map.on("click", (event) => {
      const rows = this.at(event.latlng, L.Browser.mobile ? 16 : 7);
      if (rows.length) this.open(rows[0], event.latlng, rows.slice(1, 9));
    });
    map.on("moveend", () => { this.panel.status(); if (this.started) this.share(); });
    map.on("popupclose", () => { this.selected = -1; this.layers.mark.redraw(); if (this.started) this.share(); });
    window.addEventListener("beforeprint", () => map.invalidateSize({ animate: false }));
    window.addEventListener("afterprint", () => map.invalidateSize({ animate: false }));
  }

  point(event) {
    const rows = event ? this.at(event.latlng, 6) : [];
    const row = rows.length ? rows[0] : -1;
    this.map.getContainer().classList.toggle("over-feature", row >= 0);
    if (row >= 0) {
      const { x, y } = event.containerPoint;
      this.tip.replaceChildren(el("b", {}, this.col.name(row)), el("span", {}, this.subtitle(row)));
      if (rows.length > 1) this.tip.append(el("span", { class: "soft" }, phrase(this.w.more_here, rows.length - 1)));
      this.tip.hidden = false;
      const size = this.map.getSize(), left = x + 16 + this.tip.offsetWidth > size.x ? x - 12 - this.tip.offsetWidth : x + 16;
      this.tip.style.left = Math.max(4, left) + "px";
      this.tip.style.top = Math.min(y + 14, size.y - this.tip.offsetHeight - 6) + "px";
    } else this.tip.hidden = true;
    if (row !== this.hover) { this.hover = row; this.layers.mark.redraw(); }
  }

  subtitle(row) {
    const { col, h } = this;
    const stage = this.project[row] ? this.stages[col.status(row)].label : this.w.existing;
    return [this.modes[col.mode(row)].label, h.kinds[col.kind(row)], stage].filter(Boolean).join(" · ");
  }

  /** Open the popup of a row. */
  open(row, latlng, others) {
    this.selected = row;
    const spot = latlng || this.spot(row);
    const body = new Card(this).build(row, others || []);
    const wide = window.innerWidth;
    if (this.popup) this.popup.remove();
    this.selected = row;
    this.popup = L.popup({
      maxWidth: Math.min(380, wide - 40), minWidth: Math.min(300, wide - 60), maxHeight: Math.min(430, window.innerHeight * 0.55),
      className: "card-popup", autoPanPaddingTopLeft: this.panel.inset(), autoPanPaddingBottomRight: [20, 50],
    }).setLatLng(spot).setContent(body).openOn(this.map);
    const close = this.popup.getElement().querySelector(".leaflet-popup-close-button");
    if (close) close.setAttribute("aria-label", this.w.close);
    this.layers.mark.redraw();
    if (this.started) this.share();
  }

  spot(row) {
    const symbol = this.spotOf.get(row);
    if (!symbol) { const [x, y] = this.middle(this.longestPath(row)); return this.latlng(x, y); }
    const scale = this.map.options.crs.scale(this.map.getZoom());
    const [x, y] = this.spotAt(symbol, { scale, originX: 0, originY: 0 });
    return this.latlng(x / scale, y / scale);
  }
  latlng(x, y) { return this.map.unproject(L.point(x, y).multiplyBy(this.map.options.crs.scale(0)), 0); }

  /** Move to a row and open it. */
  go(row) {
    const { geo } = this;
    if (!geo.types[row]) { this.panel.detail(row); return; }
    let [w, n, e, s] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let p = geo.rowFirst[row]; p < geo.rowFirst[row + 1]; p++) {
      w = Math.min(w, geo.box[p * 4]); n = Math.min(n, geo.box[p * 4 + 1]); e = Math.max(e, geo.box[p * 4 + 2]); s = Math.max(s, geo.box[p * 4 + 3]);
    }
    this.panel.tuck();
    this.map.fitBounds(L.latLngBounds(this.latlng(w, s), this.latlng(e, n)), {
      paddingTopLeft: L.point(this.panel.inset()).add([30, 40]), paddingBottomRight: [40, 60], maxZoom: 10, animate: false,
    });
    this.open(row, null, []);
  }
}
