/* The bar below the map: kilometres in view by mode, and on request by stage. */
"use strict";
class StatusBar {
  constructor(app) {
    this.app = app;
    this.root = document.getElementById("status");
    this.wide = this.wide || false;
    this.sums = el("div", { class: "sums" });
    this.button = el("button", { type: "button", class: "link", "aria-expanded": "false", "aria-controls": "stage-table", on: { click: () => { this.wide = !this.wide; this.update(); } } }, app.w.by_stage);
    this.grid = el("div", { id: "stage-table", hidden: true });
    this.root.replaceChildren(this.sums, this.button, this.grid);
    L.DomEvent.disableClickPropagation(this.root);
  }

  update() {
    const { app } = this, { w, h, state } = app, sums = app.kilometres();
    const used = h.modes.filter((m) => sums[m.id]);
    const parts = used.map((m) => {
      const { network, project } = sums[m.id];
      return el("span", { class: "sum" }, this.dot(m), el("b", {}, app.say(m.label)),
        network >= 0.5 ? el("span", {}, w.existing + " " + grouped(network) + " km") : null,
        project >= 0.5 ? el("span", {}, w.project_short + " " + grouped(project) + " km") : null);
    });
    const lead = (state.year === null ? "" : phrase(w.year_of, state.year) + " · ") + w.in_view;
    this.sums.replaceChildren(el("span", { class: "lead" }, lead), ...(parts.length ? parts : [el("span", { class: "soft" }, w.nothing_in_view)]));
    this.button.hidden = !h.has.project;
    this.button.setAttribute("aria-expanded", String(this.wide));
    this.grid.hidden = !this.wide;
    if (this.wide) this.grid.replaceChildren(this.stages(sums, used));
  }

  dot(mode) {
    const dot = el("i", { class: "dot", "aria-hidden": "true" });
    dot.style.background = mode.colour;
    return dot;
  }

  /** A row per mode, a column for what exists and one per stage. */
  stages(sums, used) {
    const { app } = this, { w, h } = app, stages = h.stages.filter((s) => s.used), km = (value) => el("td", {}, value >= 0.5 ? grouped(value) : "–");
    const row = (name, network, of, project) => el("tr", {}, el("th", { scope: "row" }, name), km(network), stages.map((s) => km(of(s.id))), km(project));
    const total = (of) => used.reduce((sum, m) => sum + of(sums[m.id]), 0);
    return el("table", {}, el("caption", {}, w.by_stage_title),
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, w.mode), el("th", { scope: "col" }, w.existing), stages.map((s) => el("th", { scope: "col" }, app.say(s.label))), el("th", { scope: "col" }, w.project_short + " " + w.total))),
      el("tbody", {}, used.map((m) => row([this.dot(m), " ", app.say(m.label)], sums[m.id].network, (id) => sums[m.id].stages[id] || 0, sums[m.id].project)),
        row(w.total, total((s) => s.network), (id) => total((s) => s.stages[id] || 0), total((s) => s.project))));
  }
}
