/* The sheet: what is printed, A4 or A3 landscape, shown as it will come out. Title, legend, 审图号 and disclaimer are always on it. */
"use strict";
class Sheet {
  /** Printable size in millimetres, margins of 8 mm taken off. */
  static SIZES = { a4: [281, 194], a3: [404, 281] };

  constructor(app) {
    this.app = app;
    this.texts = this.texts || { title: null, approval: null, note: "" };
    if (Sheet.listening) return;
    Sheet.listening = true;
    // Printed from the browser's own menu: the sheet comes for as long as that takes.
    window.addEventListener("beforeprint", () => { if (!this.app.sheet.shown) { this.app.sheet.enter("a4"); this.app.sheet.passing = true; } });
    window.addEventListener("afterprint", () => { if (this.app.sheet.passing) this.app.sheet.leave(); });
  }
  get shown() { return document.body.classList.contains("sheet"); }

  enter(paper) {
    const { app } = this, { w, h } = app, box = app.map.getContainer();
    if (this.shown) this.clear();
    this.paper = Sheet.SIZES[paper] ? paper : "a4";
    this.passing = false;
    // The same ground as on the screen: what is in the middle stays there, the scale follows the paper.
    const centre = app.map.getCenter(), zoom = app.map.getZoom(), before = app.map.getSize();
    app.map.closePopup(); app.point(null);
    this.home = box.parentNode; this.after = box.nextSibling;
    const [width, height] = Sheet.SIZES[this.paper];
    this.node = el("main", { id: "sheet", "aria-label": w.print });
    this.node.style.width = width + "mm"; this.node.style.height = height + "mm";
    this.title = el("h1", {}, this.texts.title ?? app.say2(h.title));
    this.approval = el("span", {}, (this.texts.approval ?? h.map_approval) || w.map_approval_missing);
    this.note = el("p", { class: "sheet-note" }, this.texts.note);
    this.ratio = el("span", { class: "ratio" });
    const frame = el("div", { class: "sheet-map" }, el("div", { class: "north", "aria-hidden": "true" }, svg("svg", { viewBox: "0 0 20 30", width: 20, height: 30 }, svg("path", { d: "M10 1 17 28 10 22 3 28Z", fill: "#23282d" }), svg("path", { d: "M10 1 10 22 3 28Z", fill: "#ffffff", stroke: "#23282d", "stroke-width": 0.8 })), el("span", {}, w.north)));
    frame.prepend(box);
    this.node.append(el("header", {}, this.title, el("p", {}, app.say(h.subtitle))), frame, this.legend(),
      el("footer", {}, el("p", {}, el("b", {}, w.map_approval + " "), this.approval, el("span", { class: "spread" }), this.ratio, el("span", {}, " · " + phrase(w.made_on, new Date().toISOString().slice(0, 10)))),
        el("p", {}, w.disclaimer), el("p", {}, el("b", {}, w.sources + " "), app.credits()), this.note));
    document.body.append(this.controls(), this.node);
    document.body.classList.add("sheet");
    document.body.dataset.paper = this.paper;
    app.pixelRatio = 2.5;
    app.map.invalidateSize({ animate: false, pan: false });
    // Of two sizes the one that holds less decides, so that nothing is lost at the edges.
    const now = app.map.getSize(), panel = window.innerWidth < 720 ? 0 : app.panel.root.offsetWidth;
    const factor = Math.min(now.x / Math.max(200, before.x - panel), now.y / before.y);
    this.view = { centre, zoom };
    const shift = app.map.unproject(app.map.project(centre, zoom).add([panel / 2, 0]), zoom);
    app.map.setView(shift, zoom + Math.log2(factor), { animate: false });
    this.flush();
  }

  /** Everything is on the canvases before the browser takes the page to the printer. */
  flush() {
    const { app } = this;
    for (const layer of Object.values(app.layers)) layer.flush();
    const size = app.map.getSize(), metres = app.map.distance(app.map.containerPointToLatLng([size.x / 2 - 50, size.y / 2]), app.map.containerPointToLatLng([size.x / 2 + 50, size.y / 2])) / 100;
    const ratio = metres / (0.0254 / 96), step = 10 ** Math.max(0, Math.floor(Math.log10(ratio)) - 1);
    this.ratio.textContent = phrase(app.w.scale_ratio, grouped(Math.round(ratio / step) * step));
  }

  legend() {
    const { app } = this, { w, h } = app, { panel, state } = app, rows = [], year = state.year === null ? "" : phrase(w.year_of, state.year);
    const add = (title, list) => { if (list.length) rows.push(el("h3", {}, title), list.map(([sample, words]) => el("div", { class: "row" }, sample, el("span", { class: "name" }, words)))); };
    add(w.modes, h.modes.filter((m) => m.used && state.modes.has(m.id)).map((m) => [panel.modeSample(m), app.say(m.label)]));
    if (state.projects) add(w.stages, h.stages.filter((s) => s.used && state.stages.has(s.id)).map((s) => [panel.stageSample(s), app.say(s.label)]));
    const more = panel.legend().map((row) => el("div", {}, row));
    if (state.network && h.has.network) more.unshift(el("div", { class: "row" }, panel.lineSample({ colour: "#b4b0a8", width: 1.3, dash: [] }), el("span", { class: "name" }, w.existing_network)));
    rows.push(more);
    for (const { title, rows: classes, notes } of app.surfaces.key()) {
      add(title, classes.map(([colour, words]) => { const box = el("i", { class: "class" }); box.style.background = colour; return [box, words]; }));
      rows.push(el("p", { class: "soft" }, notes[0] || ""));
    }
    const off = h.documents.filter((d) => !state.documents.has(d.id));
    if (off.length) rows.push(el("h3", {}, w.documents), h.documents.filter((d) => state.documents.has(d.id)).map((d) => el("p", {}, d.title)));
    return el("aside", { class: "sheet-legend" }, el("h2", {}, w.legend), year ? el("p", {}, el("b", {}, year)) : "", rows);
  }

  controls() {
    const { app } = this, { w, h } = app;
    const text = (key, label, now, node, missing) => el("label", {}, label + " ", el("input", { type: "text", id: "sheet-" + key, value: now, maxlength: 200, on: { input: (e) => { this.texts[key] = e.target.value; node.textContent = e.target.value || missing; } } }));
    const paper = el("select", { id: "sheet-paper", "aria-label": w.print_paper, on: { change: () => { const view = this.view; this.leave(); app.map.setView(view.centre, view.zoom, { animate: false }); this.enter(paper.value); document.getElementById("sheet-paper").focus(); } } }, ["a4", "a3"].map((one) => el("option", { value: one }, one.toUpperCase())));
    paper.value = this.paper;
    return this.bar = el("form", { id: "sheet-bar", on: { submit: (e) => e.preventDefault() } },
      el("label", {}, w.print_paper + " ", paper), text("title", w.print_title, this.title.textContent, this.title, ""),
      text("approval", w.print_approval, this.texts.approval ?? h.map_approval, this.approval, w.map_approval_missing), text("note", w.print_note, this.texts.note, this.note, ""),
      el("button", { type: "button", class: "main", id: "sheet-go", on: { click: () => { this.flush(); window.print(); } } }, w.print_go),
      el("button", { type: "button", id: "sheet-leave", on: { click: () => this.leave() } }, w.print_leave));
  }

  clear() {
    const box = this.app.map.getContainer();
    this.home.insertBefore(box, this.after);
    this.node.remove(); this.bar.remove();
    document.body.classList.remove("sheet");
  }

  /** Back to the map; returns whether the sheet was shown. */
  leave() {
    if (!this.shown) return false;
    this.clear();
    const { app } = this;
    app.pixelRatio = 0;
    app.map.invalidateSize({ animate: false, pan: false });
    app.map.setView(this.view.centre, this.view.zoom, { animate: false });
    app.redraw();
    if (!this.passing) document.getElementById("tool-print").focus();
    return true;
  }
}
