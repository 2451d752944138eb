/* The side panel: search, filters with their legend, surfaces, list, notes. */
"use strict";
class Panel {
  constructor(app) {
    this.app = app;
    this.root = document.getElementById("panel");
    const before = this.root.querySelector("#panel-body"), tucked = before ? this.root.classList.contains("tucked") : window.innerWidth < 720;
    this.build(before);
    this.fold(tucked);
    L.DomEvent.disableClickPropagation(this.root).disableScrollPropagation(this.root);
  }

  /** Pixels from the top left that the panel covers. */
  inset() {
    if (document.body.classList.contains("sheet")) return [10, 10];
    if (window.innerWidth < 720) return [10, this.root.querySelector("header").offsetHeight + 18];
    return this.root.classList.contains("tucked") ? [10, 10] : [this.root.offsetWidth + 24, 10];
  }
  /** On a phone the panel gives way to the map. */
  tuck() { if (window.innerWidth < 720) this.fold(true); }
  fold(tucked) {
    this.root.classList.toggle("tucked", tucked);
    this.toggle.setAttribute("aria-expanded", String(!tucked));
    this.toggle.setAttribute("aria-label", tucked ? this.app.w.open_panel : this.app.w.close_panel);
  }
  toSearch() { this.fold(false); this.query.focus(); this.query.select(); }

  build(before) {
    const { app } = this, { h, w } = app, state = app.state;
    this.counts = { mode: {}, stage: {} };
    this.toggle = el("button", { type: "button", class: "fold", "aria-controls": "panel-body", on: { click: () => this.fold(!this.root.classList.contains("tucked")) } }, icon("M10 3 5 8l5 5"));
    const header = this.root.querySelector("header"), old = header.querySelector(".fold");
    if (old) old.replaceWith(this.toggle); else header.append(this.toggle);
    const body = this.body = el("div", { id: "panel-body" });
    if (before) before.replaceWith(body); else this.root.append(body);
    body.append(el("p", { class: "subtitle" }, app.say(h.subtitle)));
    body.append(this.searchBox());
    body.append(this.group("modes", w.modes, h.modes.filter((m) => m.used).map((m) => this.check(state.modes, m.id, this.modeSample(m), app.say(m.label), "mode"))));
    body.append(this.group("stages", w.stages, h.stages.filter((s) => s.used).map((s) => this.check(state.stages, s.id, this.stageSample(s), app.say(s.label), "stage"))));
    this.timeline = new Timeline(app);
    if (this.timeline.used) body.append(this.timeline.node);
    const layers = [];
    if (h.has.project) layers.push(this.flag("projects", this.lineSample({ colour: "#4a4f55", width: 3.2, dash: [] }), w.projects));
    if (h.has.network) layers.push(this.flag("network", this.lineSample({ colour: "#b4b0a8", width: 1.3, dash: [] }), w.existing_network));
    body.append(this.group("layers", w.layers, layers.concat(this.legend())));
    if (h.documents.length > 1) body.append(this.group("documents", w.documents, h.documents.map((d) => this.check(state.documents, d.id, null, d.title))));
    this.keys = el("div", { class: "classes", "aria-live": "polite" });
    if (h.indicators.length) body.append(this.choose("indicator", w.choropleth, w.no_indicator, this.indicatorOptions()));
    if (app.surfaces.reaches.length) body.append(this.choose("reach", w.reach, w.no_reach, app.surfaces.reaches.map((r) => [r.id, app.surfaces.name(r)])));
    body.append(this.keys, this.list(), this.about());
  }

  group(id, title, rows) {
    return rows.length ? el("section", { class: "group", id: "group-" + id, "aria-labelledby": "title-" + id }, el("h2", { id: "title-" + id }, title), rows) : "";
  }

  check(set, id, sample, label, count) {
    const input = el("input", { type: "checkbox", value: id, on: { change: () => { input.checked ? set.add(id) : set.delete(id); this.app.refresh(); } } });
    input.checked = set.has(id);
    const number = count ? (this.counts[count][id] = el("span", { class: "count" })) : null;
    return el("label", { class: "row" }, input, sample || "", el("span", { class: "name" }, label), number);
  }

  flag(key, sample, label) {
    const input = el("input", { type: "checkbox", value: key, on: { change: () => { this.app.state[key] = input.checked; this.app.refresh(); } } });
    input.checked = this.app.state[key];
    return el("label", { class: "row" }, input, sample, el("span", { class: "name" }, label));
  }

  lineSample({ colour, width, dash, core, band }) {
    const round = dash.length && dash[0] <= 2, box = svg("svg", { class: "sample", viewBox: "0 0 44 16", width: 44, height: 16, "aria-hidden": "true" });
    const line = (stroke, w, d, more) => box.append(svg("line", Object.assign({ x1: 2, y1: 8, x2: 42, y2: 8, stroke, "stroke-width": w, "stroke-dasharray": d.join(" ") }, more)));
    if (band) line(colour, band, [], { opacity: 0.16, "stroke-linecap": "round" });
    line(colour, width, round ? [0.1, ...dash.slice(1)] : dash, round ? { "stroke-linecap": "round" } : {});
    if (core) line("#fff", core, []);
    return box;
  }
  stageSample(stage) { return this.lineSample({ colour: stage.sample, width: stage.width, dash: stage.dash }); }
  modeSample(mode) {
    const box = el("canvas", { class: "sample", width: 88, height: 32, "aria-hidden": "true" });
    const ctx = box.getContext("2d");
    ctx.scale(2, 2);
    ctx.strokeStyle = ctx.fillStyle = mode.colour; ctx.lineWidth = 3.2;
    if (mode.id !== "airport") { ctx.beginPath(); ctx.moveTo(2, 8); ctx.lineTo(42, 8); ctx.stroke(); }
    Draw.symbol(ctx, mode.symbol, 22, 8, 5);
    ctx.strokeStyle = "#fff"; ctx.lineWidth = 2.4; ctx.lineJoin = "round"; ctx.stroke(); ctx.fill();
    return box;
  }

  legend() {
    const { h, w } = this.app, dark = "#4a4f55", rows = [];
    const row = (sample, text) => rows.push(el("div", { class: "row key" }, sample, el("span", { class: "name" }, text)));
    if (h.has.upgrade) row(this.lineSample({ colour: dark, width: 5.2, dash: [], core: 1.9 }), w.legend_upgrade);
    if (h.has.provisional) row(this.lineSample({ colour: dark, width: 2.6, dash: [7, 4], band: 10 }), w.legend_provisional);
    return rows;
  }

  searchBox() {
    const { app } = this, { w } = app;
    this.finder = this.finder || app.finder || (app.finder = new Search(app));
    this.results = el("ul", { class: "results", id: "results", "aria-label": w.search_results });
    this.query = el("input", { type: "search", id: "search", placeholder: w.search, "aria-label": w.search, autocomplete: "off", spellcheck: "false", "aria-controls": "results",
      on: { input: () => this.find(), keydown: (e) => {
        if (e.key === "Enter" && this.hits && this.hits.length) app.go(this.hits[0]);
        if (e.key === "ArrowDown") { const first = this.results.querySelector("button"); if (first) { first.focus(); e.preventDefault(); } }
      } } });
    Panel.walk(this.results, this.query);
    return el("div", { class: "search", role: "search" }, this.query, this.results);
  }

  /** Arrow keys go through a list; from its top back to where it belongs. */
  static walk(list, top) {
    list.addEventListener("keydown", (e) => {
      const step = e.key === "ArrowDown" ? "nextElementSibling" : e.key === "ArrowUp" ? "previousElementSibling" : null;
      const item = e.target.closest("li");
      if (!step || !item) return;
      const next = item[step];
      if (next || step === "previousElementSibling") (next ? next.querySelector("button") : top).focus();
      e.preventDefault();
    });
  }

  find() {
    this.hits = this.finder.find(this.query.value, 30);
    this.results.replaceChildren(...this.hits.map((row) => this.entry(row)));
    if (this.query.value.trim() && !this.hits.length) this.results.append(el("li", { class: "soft none" }, this.app.w.nothing_found));
  }

  entry(row) {
    const { app } = this, look = app.h.looks[app.col.look(row)];
    const dot = el("i", { class: "dot", "aria-hidden": "true" });
    dot.style.background = app.modes[app.col.mode(row)].colour;
    return el("li", {}, el("button", { type: "button", on: { click: () => app.go(row) } }, dot,
      el("span", { class: "name" }, app.col.name(row)), el("span", { class: "soft" }, app.geo.types[row] ? (look.project ? app.say(app.stages[app.col.status(row)].label) : app.w.existing) : app.w.not_drawn)));
  }

  /** Options of the choropleths; where both levels are there, counties are told from cities. */
  indicatorOptions() {
    const { app } = this, { h, w } = app, levels = new Set(h.indicators.map((i) => i.role));
    return h.indicators.map((i) => [i.id, app.say(i.label) + (levels.size > 1 ? " · " + (i.role === "counties" ? w.county_level : w.city_level) : "")]);
  }

  choose(key, title, none, options) {
    const { app } = this;
    const select = el("select", { id: key, "aria-label": title, on: { change: () => { app.state[key] = select.value; this.showKeys(); app.layers.ground.redraw(); app.table.update(); app.share(); } } },
      el("option", { value: "" }, none), options.map(([value, words]) => el("option", { value }, words)));
    return el("section", { class: "group", id: "group-" + key, "aria-labelledby": "title-" + key }, el("h2", { id: "title-" + key }, title), select);
  }

  /** The key of the surfaces that are shown. */
  showKeys() {
    this.keys.replaceChildren(...this.app.surfaces.key().map(({ title, rows, notes }) => el("div", { class: "class-key" }, el("p", { class: "title" }, title), rows.map(([colour, words]) => {
      const box = el("i", { class: "class" });
      box.style.background = colour;
      return el("div", { class: "row" }, box, el("span", { class: "name" }, words));
    }), notes.map((note) => el("p", { class: "soft" }, note)))));
  }

  /** Set the boxes to what the state says. */
  reflect() {
    const { state } = this.app, { modes, stages, documents } = state;
    for (const [group, set] of [["modes", modes], ["stages", stages], ["documents", documents]]) {
      for (const input of this.body.querySelectorAll(`#group-${group} input`)) input.checked = set.has(input.value);
    }
    for (const input of this.body.querySelectorAll("#group-layers input")) input.checked = state[input.value];
    for (const key of ["indicator", "reach"]) { const select = document.getElementById(key); if (select) select.value = state[key]; }
    this.timeline.reflect();
    this.showKeys();
  }

  list() {
    const { app } = this, { w } = app;
    this.items = el("ul", { class: "results" });
    this.listTitle = el("summary", {}, w.list);
    this.details = el("details", { class: "group", id: "group-list", on: { toggle: () => this.fill() } }, this.listTitle, this.items);
    Panel.walk(this.items, this.listTitle);
    this.listTitle.addEventListener("keydown", (e) => {
      const first = e.key === "ArrowDown" && this.details.open && this.items.querySelector("button");
      if (first) { first.focus(); e.preventDefault(); }
    });
    this.chosen = el("div", { class: "chosen", "aria-live": "polite" });
    return el("div", {}, this.details, this.chosen);
  }

  fill() {
    const { app } = this;
    if (!this.details.open) return;
    const rows = [];
    for (let row = 0; row < app.n && rows.length < 2000; row++) if (app.project[row] && app.visible(row)) rows.push(row);
    const order = Object.fromEntries(app.h.modes.map((mode, position) => [mode.id, position]));
    const rank = (row) => app.h.looks[app.col.look(row)].rank % 50;
    rows.sort((a, b) => order[app.col.mode(a)] - order[app.col.mode(b)] || rank(b) - rank(a) || a - b);
    this.items.replaceChildren(...rows.map((row) => this.entry(row)));
  }

  /** A project that is nowhere on the map is shown here. */
  detail(row) {
    this.fold(false);
    this.chosen.replaceChildren(this.app.card.build(row, []));
    this.chosen.scrollIntoView({ block: "nearest" });
  }

  about() {
    const { h, w } = this.app;
    return el("footer", { class: "about" },
      el("p", {}, el("b", {}, w.map_approval + " "), h.map_approval || w.map_approval_missing),
      el("p", {}, w.disclaimer),
      el("p", {}, el("b", {}, w.sources + " "), this.app.credits()),
      el("p", { class: "keys" }, w.keyboard));
  }

  update() {
    const { app } = this, modes = {}, stages = {};
    let projects = 0;
    for (let row = 0; row < app.n; row++) {
      if (!app.project[row] || !app.visible(row)) continue;
      projects++;
      const mode = app.col.mode(row), stage = app.col.status(row);
      modes[mode] = (modes[mode] || 0) + 1; stages[stage] = (stages[stage] || 0) + 1;
    }
    for (const [id, node] of Object.entries(this.counts.mode)) node.textContent = modes[id] || "–";
    for (const [id, node] of Object.entries(this.counts.stage)) node.textContent = stages[id] || "–";
    this.listTitle.textContent = phrase(app.w.list, projects);
    this.fill();
  }
}
