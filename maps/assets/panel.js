/* Side panel, legend, search, list, and the card of one feature. */
"use strict";

/** The card: what is known of a project or line, with the plans' own words. */
class Card {
  constructor(app) { this.app = app; }

  build(row, others) {
    const { app } = this, { col, w, h } = app;
    const mode = app.modes[col.mode(row)], project = app.project[row];
    const card = el("article", { class: "card", lang: h.lang === "en" ? null : "zh-CN" });
    card.style.setProperty("--mode", mode.colour);
    card.append(el("header", {}, el("h2", {}, col.name(row)), el("p", { class: "soft" }, app.subtitle(row))));
    const record = h.projects[col.feature_id(row)] || {};
    if (record.aliases) card.append(el("p", { class: "aliases" }, w.aliases + " ", record.aliases.split("|").join(h.lang === "en" ? ", " : "、")));
    card.append(this.facts(row, record, project));
    const mentions = h.mentions[col.feature_id(row)] || [];
    if (mentions.length) card.append(el("h3", {}, w.history), this.history(mentions));
    card.append(this.drawing(row));
    if (record.flags) card.append(el("p", { class: "flag" }, w.doubt + " ", record.flags.split("|").join(h.lang === "en" ? ", " : "、")));
    if (others.length) {
      card.append(el("h3", {}, w.also_here), el("ul", { class: "others" }, others.map((other) => el("li", {},
        el("button", { type: "button", on: { click: () => app.open(other, null, []) } }, col.name(other)), " ",
        el("span", { class: "soft" }, app.subtitle(other))))));
    }
    return card;
  }

  /** A list of facts and the function that adds one; nothing is added where nothing is known. */
  rows() {
    const list = el("dl", {});
    return [list, (name, value, note) => {
      if (value === null || value === undefined || value === "") return;
      list.append(el("dt", {}, name), el("dd", {}, value, note ? el("span", { class: "soft note" }, note) : null));
    }];
  }

  facts(row, record, project) {
    const { col, w, h } = this.app, [list, fact] = this.rows();
    if (project) fact(w.work, h.works[col.work(row)]);
    fact(w.places, record.places);
    fact(w.section, record.section);
    fact(w.lead, record.lead);
    fact(w.opening, col.opening(row), project ? w.opening_planned : null);
    fact(w.route_length, col.route_length_km(row) === null ? null : grouped(col.route_length_km(row), 1) + " km");
    fact(w.drawn_length, col.length_km(row) === null ? null : grouped(col.length_km(row), 1) + " km");
    fact(w.speed, col.speed_km_h(row) === null ? null : grouped(col.speed_km_h(row)) + " km/h");
    return list;
  }

  /** How it came onto the map. */
  drawing(row) {
    const { col, w, h } = this.app, [list, fact] = this.rows();
    const method = h.methods[col.drawn_by(row)] || ["", ""], accuracy = col.accuracy_km(row);
    fact(w.drawn_by, method[0] + (accuracy === null ? "" : phrase(w.accuracy, grouped(accuracy, 1))), method[1]);
    fact(w.siting_note, col.siting_note(row));
    fact(w.source, String(col.source(row) || "").split("|").join(h.lang === "en" ? ", " : "、"), col.grade(row) ? phrase(w.grade, col.grade(row)) : null);
    return list;
  }

  history(mentions) {
    const { app } = this, { h, w } = app;
    const titles = Object.fromEntries(h.documents.map((d) => [d.id, d.title]));
    return el("ol", { class: "history" }, mentions.map((m) => el("li", {},
      el("div", { class: "where" }, el("b", {}, titles[m.document] || m.document), m.clause ? el("span", {}, " " + (/^\d+$/.test(m.clause) ? phrase(w.clause, m.clause) : m.clause)) : null,
        el("span", { class: "stage" }, (app.stages[m.status] || {}).label || m.status)),
      m.quotation ? el("blockquote", {}, this.marked(m.quotation, m.status_text)) : null,
      m.status_text && !(m.quotation || "").includes(m.status_text) ? el("p", { class: "soft" }, w.stage_words, el("mark", {}, m.status_text)) : null)));
  }

  /** The quotation, with the words that settle the stage marked. */
  marked(quotation, words) {
    const at = words ? quotation.indexOf(words) : -1;
    if (at < 0) return [quotation];
    return [quotation.slice(0, at), el("mark", {}, words), quotation.slice(at + words.length)];
  }
}

class Panel {
  constructor(app) {
    this.app = app;
    this.root = document.getElementById("panel");
    this.bar = document.getElementById("status");
    this.build();
    L.DomEvent.disableClickPropagation(this.root).disableScrollPropagation(this.root);
    L.DomEvent.disableClickPropagation(this.bar);
  }

  /** Pixels from the top left that the panel covers. */
  inset() {
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

  build() {
    const { app } = this, { h, w } = app, state = app.state;
    this.counts = { mode: {}, stage: {} };
    this.toggle = el("button", { type: "button", class: "fold", "aria-controls": "panel-body", on: { click: () => this.fold(!this.root.classList.contains("tucked")) } },
      svg("svg", { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" }, svg("path", { d: "M10 3 5 8l5 5", fill: "none", stroke: "currentColor", "stroke-width": 1.8, "stroke-linecap": "round", "stroke-linejoin": "round" })));
    this.root.querySelector("header").append(this.toggle);
    const body = this.body = el("div", { id: "panel-body" });
    this.root.append(body);
    if (h.subtitle) body.append(el("p", { class: "subtitle" }, h.subtitle));
    body.append(this.search());
    body.append(this.group("modes", w.modes, h.modes.filter((m) => m.used).map((m) => this.check(state.modes, m.id, this.modeSample(m), m.label, "mode"))));
    const layers = [];
    if (h.has.project) layers.push(this.flag("projects", this.lineSample({ colour: "#4a4f55", width: 3.2, dash: [] }), w.projects));
    if (h.has.network) layers.push(this.flag("network", this.lineSample({ colour: "#b4b0a8", width: 1.3, dash: [] }), w.existing_network));
    body.append(this.group("stages", w.stages, h.stages.filter((s) => s.used).map((s) => this.check(state.stages, s.id, this.stageSample(s), s.label, "stage"))));
    body.append(this.group("layers", w.layers, layers.concat(this.legend())));
    if (h.documents.length > 1) body.append(this.group("documents", w.documents, h.documents.map((d) => this.check(state.documents, d.id, null, d.title))));
    if (h.indicators.length) body.append(this.choropleth());
    body.append(this.list());
    body.append(this.about());
    this.fold(window.innerWidth < 720);
  }

  group(id, title, rows) {
    return rows.length ? el("section", { class: "group", id: "group-" + id, "aria-labelledby": "title-" + id }, el("h2", { id: "title-" + id }, title), rows) : "";
  }

  check(set, id, sample, label, count) {
    const input = el("input", { type: "checkbox", value: id, on: { change: () => { input.checked ? set.add(id) : set.delete(id); this.app.refresh(); } } });
    input.checked = true;
    const number = count ? (this.counts[count][id] = el("span", { class: "count" })) : null;
    return el("label", { class: "row" }, input, sample || "", el("span", { class: "name" }, label), number);
  }

  flag(key, sample, label) {
    const input = el("input", { type: "checkbox", value: key, on: { change: () => { this.app.state[key] = input.checked; this.app.refresh(); } } });
    input.checked = true;
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

  search() {
    const { app } = this, { w } = app;
    this.results = el("ul", { class: "results", id: "results", "aria-label": w.search_results });
    this.query = el("input", { type: "search", id: "search", placeholder: w.search, "aria-label": w.search, autocomplete: "off", spellcheck: "false", "aria-controls": "results",
      on: { input: () => this.find(), keydown: (e) => {
        if (e.key === "Enter" && this.hits && this.hits.length) app.go(this.hits[0]);
        if (e.key === "ArrowDown") { const first = this.results.querySelector("button"); if (first) { first.focus(); e.preventDefault(); } }
      } } });
    this.results.addEventListener("keydown", (e) => {
      const step = e.key === "ArrowDown" ? "nextElementSibling" : e.key === "ArrowUp" ? "previousElementSibling" : null;
      if (!step) return;
      const item = e.target.closest("li")[step];
      (item ? item.querySelector("button") : this.query).focus();
      e.preventDefault();
    });
    // What is searched: names, aliases and places of projects, names of the network.
    this.keys = [];
    const seen = new Set();
    for (let row = 0; row < app.n; row++) {
      const record = app.h.projects[app.col.feature_id(row)] || {}, name = String(app.col.name(row) || "");
      if (!app.project[row]) { if (seen.has(name)) continue; seen.add(name); }
      this.keys.push([[name, record.aliases, record.places].filter(Boolean).join("|").toLowerCase(), row, app.project[row] ? 0 : 1]);
    }
    return el("div", { class: "search", role: "search" }, this.query, this.results);
  }

  find() {
    const { app } = this, text = this.query.value.trim().toLowerCase();
    this.hits = [];
    if (text) {
      const scored = [];
      for (const [key, row, later] of this.keys) {
        const at = key.indexOf(text);
        if (at >= 0) scored.push([later, at, key.length, row]);
      }
      scored.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3] - b[3]);
      this.hits = scored.slice(0, 30).map((s) => s[3]);
    }
    this.results.replaceChildren(...this.hits.map((row) => this.entry(row)));
    if (text && !this.hits.length) this.results.append(el("li", { class: "soft none" }, app.w.nothing_found));
  }

  entry(row) {
    const { app } = this, look = app.h.looks[app.col.look(row)];
    const dot = el("i", { class: "dot", "aria-hidden": "true" });
    dot.style.background = app.modes[app.col.mode(row)].colour;
    return el("li", {}, el("button", { type: "button", on: { click: () => app.go(row) } }, dot,
      el("span", { class: "name" }, app.col.name(row)), el("span", { class: "soft" }, app.geo.types[row] ? (look.project ? app.stages[app.col.status(row)].label : app.w.existing) : app.w.not_drawn)));
  }

  choropleth() {
    const { app } = this, { h, w } = app;
    const key = el("div", { class: "classes", "aria-live": "polite" });
    const choose = el("select", { id: "indicator", "aria-label": w.indicator, on: { change: () => { app.state.indicator = choose.value; show(); app.layers.ground.redraw(); app.share(); } } },
      el("option", { value: "" }, w.no_indicator), h.indicators.map((i) => el("option", { value: i.id }, i.label)));
    const show = this.showClasses = () => {
      const item = h.indicators.find((i) => i.id === choose.value);
      key.replaceChildren();
      if (!item) return;
      const edges = [item.min, ...item.breaks, item.max];
      for (let k = 0; k + 1 < edges.length; k++) {
        const box = el("i", { class: "class" });
        box.style.background = h.choropleth[k];
        key.append(el("div", { class: "row" }, box, el("span", { class: "name" }, grouped(edges[k], item.digits) + " – " + grouped(edges[k + 1], item.digits))));
      }
      key.append(el("p", { class: "soft" }, item.unit + (item.as_of ? " · " + item.as_of : "")), item.definition ? el("p", { class: "soft" }, item.definition) : "");
    };
    return el("section", { class: "group", id: "group-indicator", "aria-labelledby": "title-indicator" }, el("h2", { id: "title-indicator" }, w.indicator), choose, key);
  }

  /** Set the boxes to what the state says. */
  reflect() {
    const { state } = this.app, { modes, stages, documents } = state;
    for (const [group, set] of [["modes", modes], ["stages", stages], ["documents", documents]]) {
      for (const input of this.body.querySelectorAll(`#group-${group} input`)) input.checked = set.has(input.value);
    }
    for (const input of this.body.querySelectorAll("#group-layers input")) input.checked = state[input.value];
    const choose = document.getElementById("indicator");
    if (choose) { choose.value = state.indicator; this.showClasses(); }
  }

  list() {
    const { app } = this, { w } = app;
    this.items = el("ul", { class: "results" });
    this.listTitle = el("summary", {}, w.list);
    this.details = el("details", { class: "group", id: "group-list", on: { toggle: () => this.fill() } }, this.listTitle, this.items);
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
    this.chosen.replaceChildren(new Card(this.app).build(row, []));
    this.chosen.scrollIntoView({ block: "nearest" });
  }

  about() {
    const { h, w } = this.app;
    return el("footer", { class: "about" },
      el("p", {}, el("b", {}, w.map_approval + " "), h.map_approval || w.map_approval_missing),
      el("p", {}, w.disclaimer),
      el("p", {}, el("b", {}, w.sources + " "), h.sources.concat(["Leaflet", "folium"]).join(h.lang === "en" ? "; " : "；")));
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
    this.status();
  }

  status() {
    const { app } = this, { w, h } = app, sums = app.kilometres();
    const parts = h.modes.filter((m) => sums[m.id]).map((m) => {
      const dot = el("i", { class: "dot", "aria-hidden": "true" });
      dot.style.background = m.colour;
      const { network, project } = sums[m.id];
      return el("span", { class: "sum" }, dot, el("b", {}, m.label),
        network >= 0.5 ? el("span", {}, w.existing + " " + grouped(network) + " km") : null,
        project >= 0.5 ? el("span", {}, w.project_short + " " + grouped(project) + " km") : null);
    });
    this.bar.replaceChildren(el("span", { class: "lead" }, w.in_view), ...(parts.length ? parts : [el("span", { class: "soft" }, w.nothing_in_view)]));
  }
}
