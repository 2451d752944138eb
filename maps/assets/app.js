/* The map page: what is on it, what is shown of it, and what is where. */
"use strict";

class TongtuMap {
  constructor(map, header, sections) {
    this.map = map; this.h = header; this.sections = sections;
    this.lang = header.lang; this.w = header.words[this.lang];
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
      reach: "", year: null, undated: false,
    };
    this.hover = -1; this.selected = -1;
    this.prepare();
    this.surfaces = new Surfaces(this);
    this.addLayers();
    this.measure = new Measure(this);
    this.build();
    this.listen();
    this.refresh();
  }

  /** All that has words; built anew when the language changes. */
  build() {
    this.card = new Card(this);
    this.panel = new Panel(this);
    this.bar = new StatusBar(this);
    this.table = new DataTable(this, this.table);
    this.sheet = new Sheet(this);
    this.tools = new Tools(this, this.tools);
  }

  /** A label in the reader's language. */
  say(label) { return label ? label[this.lang] ?? label.zh ?? "" : ""; }

  /** Tiles are named on the map itself, and missed aloud: without a network the plan is still there. */
  credit() {
    const box = el("div", { class: "tile-credit" }, this.credits()[0][0]);
    this.map.getContainer().append(box);
    this.map.eachLayer((layer) => { if (layer instanceof L.TileLayer) layer.on("tileerror", () => { box.title = this.w.tiles_missing; box.classList.add("missing"); }); });
  }

  /** A title, which may be the same in both languages. */
  say2(title) { return typeof title === "string" ? title : this.say(title); }

  /** Whom the map rests on, by name; tiles with the link that their provider asks for. */
  credits() {
    const { h } = this, between = this.lang === "en" ? "; " : "；", tiles = h.tiles, out = [];
    if (tiles) out.push(tiles.link ? el("a", { href: tiles.link, rel: "noopener noreferrer", target: "_blank" }, tiles.attribution) : tiles.attribution, between);
    return [out, h.sources.concat(["Leaflet", "folium"]).join(between)];
  }

  /** Change the language of everything but the data. */
  speak(lang) {
    if (!this.h.words[lang] || lang === this.lang) return;
    const chosen = this.selected;
    this.lang = lang; this.w = this.h.words[lang];
    document.documentElement.lang = lang === "en" ? "en" : "zh-CN";
    this.map.getContainer().setAttribute("aria-label", this.w.map);
    document.querySelector(".skip").textContent = this.w.skip;
    document.getElementById("panel").setAttribute("aria-label", this.w.panel);
    document.querySelector("#panel h1").textContent = document.title = this.say2(this.h.title);
    this.build();
    this.panel.reflect();
    this.measure.show();
    this.refresh();
    if (chosen >= 0) this.open(chosen, null, []);
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
    this.opened = Int16Array.from({ length: n }, (_, row) => col.opening_year(row));
    this.closed = Int16Array.from({ length: n }, (_, row) => col.closing_year(row));
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
    pane("ground", 210); pane("plan", 410); pane("mark", 420); pane("names", 430); pane("measure", 440);
    // A sheet for print has more pixels than the screen.
    const ratio = () => this.pixelRatio || 0;
    this.layers = {
      ground: new CanvasLayer({ pane: "ground", ratio, draw: (c, v) => this.drawGround(c, v) }),
      plan: new CanvasLayer({ pane: "plan", ratio, draw: (c, v) => this.drawPlan(c, v) }),
      mark: new CanvasLayer({ pane: "mark", ratio, draw: (c, v) => this.drawMark(c, v) }),
      names: new CanvasLayer({ pane: "names", ratio, padding: 0.05, draw: (c, v) => this.drawNames(c, v) }),
    };
    for (const layer of Object.values(this.layers)) layer.addTo(this.map);
    if (this.h.tiles) this.credit();
  }

  visible(row) { return this.shown[row] === 1; }

  /** Whether a feature is there at the end of the chosen year: open by then and not closed; what exists and has no year always is. */
  inYear(row) {
    const { year, undated } = this.state;
    if (year === null) return true;
    if (this.closed[row] && this.closed[row] <= year) return false;
    return this.opened[row] ? this.opened[row] <= year : !this.project[row] || undated;
  }

  /** Apply the filters and draw again. */
  refresh() {
    const { state, col } = this;
    for (let row = 0; row < this.n; row++) {
      let on = state.modes.has(col.mode(row)) && this.inYear(row);
      if (on && this.project[row]) {
        on = state.projects && state.stages.has(col.status(row));
        if (on && this.h.documents.length) {
          const docs = this.docsOf.get(row);
          on = !docs.length || docs.some((d) => state.documents.has(d));
        }
      } else if (on) on = state.network;
      this.shown[row] = on ? 1 : 0;
    }
    this.redraw();
    this.panel.update(); this.bar.update(); this.table.update();
    if (this.started) this.share();
  }

  redraw() { for (const layer of Object.values(this.layers)) layer.redraw(); }

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

  /** Kilometres in view by mode: {mode: {network, project, stages: {stage: km}}}; of projects those without a year besides. */
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
      const sum = sums[mode] || (sums[mode] = { network: 0, project: 0, stages: {} });
      km *= this.stretch[row];
      if (!this.project[row]) { sum.network += km; continue; }
      const stage = this.col.status(row);
      sum.project += km;
      sum.stages[stage] = (sum.stages[stage] || 0) + km;
    }
    return sums;
  }

  /** Whether any part of a row is in view. */
  inView(row) {
    const { geo, map } = this, bounds = map.getPixelBounds(), scale = map.options.crs.scale(map.getZoom());
    const west = bounds.min.x / scale, north = bounds.min.y / scale, east = bounds.max.x / scale, south = bounds.max.y / scale;
    for (let p = geo.rowFirst[row]; p < geo.rowFirst[row + 1]; p++) {
      const b = p * 4, box = geo.box;
      if (box[b] > east || box[b + 2] < west || box[b + 1] > south || box[b + 3] < north) continue;
      if (geo.types[row] !== 2) return true;
      for (let v = geo.first[p] + 1; v < geo.first[p + 1]; v++) {
        // The stretch of the segment that lies within each pair of sides; what is left of both is in view.
        let from = 0, to = 1;
        for (const [a, d, low, high] of [[geo.x[v - 1], geo.x[v] - geo.x[v - 1], west, east], [geo.y[v - 1], geo.y[v] - geo.y[v - 1], north, south]]) {
          if (d === 0) { if (a < low || a > high) to = -1; continue; }
          const t = (low - a) / d, u = (high - a) / d;
          from = Math.max(from, Math.min(t, u)); to = Math.min(to, Math.max(t, u));
        }
        if (from <= to) return true;
      }
    }
    return false;
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
      if (this.measure.active) return;
      const rows = this.at(event.latlng, L.Browser.mobile ? 16 : 7);
      if (rows.length) this.open(rows[0], event.latlng, rows.slice(1, 9));
      else if (L.Browser.mobile) this.point(event);
    });
    map.on("moveend", () => { this.bar.update(); this.table.moved(); if (this.started) this.share(); });
    map.on("popupclose", (event) => {
      if (event.popup !== this.popup) return;
      const from = this.cameFrom;
      this.selected = -1; this.cameFrom = null;
      this.layers.mark.redraw(); this.table.mark();
      if (from && from.isConnected) from.focus();
      if (this.started) this.share();
    });
    document.addEventListener("keydown", (event) => this.key(event));
    window.addEventListener("hashchange", () => { if (location.hash !== this.address) { this.recall(location.hash); this.refresh(); } });
  }

  /** Keys that work everywhere but in a field. */
  key(event) {
    if (event.key === "Escape") {
      for (const part of [this.tools, this.sheet, this.measure]) if (part.leave()) { event.preventDefault(); return; }
      if (this.selected >= 0) { this.map.closePopup(); event.preventDefault(); } else if (this.table.leave()) event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    const act = { "/": () => this.panel.toSearch(), t: () => this.table.toggle(), m: () => this.measure.toggle() }[event.key.toLowerCase()];
    if (act && !document.body.classList.contains("sheet")) { act(); event.preventDefault(); }
  }

  point(event) {
    const rows = event && !this.measure.active ? this.at(event.latlng, 6) : [];
    const row = rows.length ? rows[0] : -1, area = event && row < 0 && !this.measure.active ? this.surfaces.at(event.latlng) : null;
    this.map.getContainer().classList.toggle("over-feature", row >= 0);
    if (row >= 0 || area) {
      const { x, y } = event.containerPoint;
      if (area) this.tip.replaceChildren(el("b", {}, area.name), el("span", {}, area.value));
      else this.tip.replaceChildren(el("b", {}, this.col.name(row)), el("span", {}, this.subtitle(row)));
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
    const stage = this.project[row] ? this.say(this.stages[col.status(row)].label) : this.w.existing;
    return [this.say(this.modes[col.mode(row)].label), this.say(h.kinds[col.kind(row)]), stage].filter(Boolean).join(" · ");
  }

  /** Open the popup of a row; from the keyboard the card takes the focus and gives it back. */
  open(row, latlng, others) {
    const spot = latlng || this.spot(row), body = this.card.build(row, others || []), wide = window.innerWidth;
    const from = document.activeElement;
    this.cameFrom = null;
    if (this.popup) this.popup.remove();
    this.selected = row;
    this.popup = L.popup({
      maxWidth: Math.min(380, wide - 40), minWidth: Math.min(300, wide - 60), maxHeight: Math.min(430, window.innerHeight * 0.55),
      className: "card-popup", autoPanPaddingTopLeft: this.panel.inset(), autoPanPaddingBottomRight: [20, 50 + this.table.height()],
    }).setLatLng(spot).setContent(body).openOn(this.map);
    const close = this.popup.getElement().querySelector(".leaflet-popup-close-button");
    if (close) close.setAttribute("aria-label", this.w.close);
    if (from && from !== document.body && !this.map.getContainer().contains(from)) {
      this.cameFrom = from;
      body.focus({ preventScroll: true });
    }
    this.layers.mark.redraw(); this.table.mark();
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

  /** The first view. */
  home() {
    const [west, south, east, north] = this.h.bounds;
    this.map.fitBounds([[south, west], [north, east]], { paddingTopLeft: this.panel.inset(), paddingBottomRight: [20, 40 + this.table.height()], animate: false });
  }

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
      paddingTopLeft: L.point(this.panel.inset()).add([30, 40]), paddingBottomRight: [60, 60 + this.table.height()], maxZoom: 10, animate: false,
    });
    this.open(row, null, []);
  }
}
