/* Measure: click points, read the geodesic length and the area they enclose. By keyboard: Enter adds the map's centre. */
"use strict";
class Measure {
  constructor(app) {
    this.app = app;
    this.points = []; this.active = false; this.moving = null;
    app.layers.measure = new CanvasLayer({ pane: "measure", padding: 0.15, draw: (ctx, view) => this.draw(ctx, view) }).addTo(app.map);
    const { map } = app;
    map.on("click", (event) => { if (this.active) this.add(event.latlng); });
    map.on("mousemove", (event) => { if (this.active && this.points.length) { this.moving = event.latlng; this.app.layers.measure.redraw(); } });
    map.on("dblclick", () => { if (this.active) { this.points.pop(); this.finish(); } });
    map.getContainer().addEventListener("keydown", (event) => {
      if (!this.active) return;
      if (event.key === "Enter" && event.target === map.getContainer()) { this.add(map.getCenter()); event.preventDefault(); }
      if (event.key === "Backspace") { this.undo(); event.preventDefault(); }
    });
  }

  toggle() { if (this.active) this.leave(); else this.start(); }
  start() {
    this.active = true; this.done = false; this.points = []; this.moving = null;
    this.app.map.closePopup();
    this.app.map.doubleClickZoom.disable();
    this.show();
    this.app.map.getContainer().focus({ preventScroll: true });
  }
  /** Stop measuring, keep what is drawn. */
  finish() {
    this.active = false; this.done = true; this.moving = null;
    // The click that ends it must not zoom.
    setTimeout(() => this.app.map.doubleClickZoom.enable(), 0);
    this.show();
  }
  /** Esc: first it ends, then it goes. Returns whether there was anything to end. */
  leave() {
    if (this.active && this.points.length > 1) { this.finish(); return true; }
    if (!this.active && !this.points.length) return false;
    this.active = false; this.done = false; this.points = []; this.moving = null;
    this.app.map.doubleClickZoom.enable();
    this.show();
    return true;
  }
  add(latlng) {
    if (this.done) { this.points = []; this.done = false; }
    this.points.push(latlng);
    this.show();
  }
  undo() { this.points.pop(); this.show(); }

  /** Metres along the points, of the last leg, and square metres inside. Tiles in GCJ-02 shift places, not lengths that matter here. */
  sums() {
    const p = this.points.map((one) => [one.lng, one.lat]);
    let metres = 0, last = 0;
    for (let k = 1; k < p.length; k++) { last = Geodesy.distance(...p[k - 1], ...p[k]); metres += last; }
    return { metres, last, area: p.length > 2 ? Geodesy.area(p) : 0 };
  }

  show() {
    const { app } = this, { w } = app;
    if (!this.box) { this.box = document.body.appendChild(el("div", { id: "measure", role: "status" })); L.DomEvent.disableClickPropagation(this.box); }
    document.body.classList.toggle("measuring", this.active);
    const button = document.getElementById("tool-measure");
    if (button) button.setAttribute("aria-pressed", String(this.active));
    this.box.hidden = !this.active && !this.points.length;
    if (this.box.hidden) { app.layers.measure.redraw(); return; }
    const { metres, last, area } = this.sums(), length = (m) => (m < 10000 ? grouped(m, 0) + " m" : grouped(m / 1000, m < 1e6 ? 2 : 0) + " km");
    const square = area < 1e6 ? grouped(area, 0) + " m²" : grouped(area / 1e6, area < 1e9 ? 2 : 0) + " km²";
    this.box.replaceChildren(
      el("p", {}, el("b", {}, w.measure_distance + " "), el("span", { class: "length" }, length(metres)), this.points.length > 2 ? el("span", { class: "soft" }, " · " + w.measure_last + " " + length(last)) : ""),
      this.points.length > 2 ? el("p", {}, el("b", {}, w.measure_area + " "), el("span", { class: "area" }, square)) : "",
      el("p", { class: "soft" }, this.active ? w.measure_hint : w.measure_ellipsoid),
      el("p", {}, this.active ? el("button", { type: "button", class: "link", on: { click: () => this.undo() } }, w.measure_undo) : "", " ",
        el("button", { type: "button", class: "link", on: { click: () => { this.points = []; this.active = false; this.done = false; this.moving = null; app.map.doubleClickZoom.enable(); this.show(); } } }, w.measure_clear)));
    app.layers.measure.redraw();
  }

  draw(ctx, view) {
    const at = (latlng) => { const p = this.app.map.project(latlng, view.zoom); return [p.x - view.originX, p.y - view.originY]; };
    const points = this.points.map(at);
    if (!points.length) return;
    ctx.lineJoin = ctx.lineCap = "round";
    const path = (list) => { ctx.beginPath(); list.forEach(([x, y], k) => (k ? ctx.lineTo(x, y) : ctx.moveTo(x, y))); };
    if (points.length > 2) { path(points); ctx.closePath(); ctx.fillStyle = "rgba(29,78,107,0.09)"; ctx.fill(); }
    path(points.concat(this.moving ? [at(this.moving)] : []));
    ctx.strokeStyle = "#ffffff"; ctx.lineWidth = 5; ctx.stroke();
    ctx.strokeStyle = this.app.h.palette.accent; ctx.lineWidth = 2.2; ctx.setLineDash([6, 4]); ctx.stroke(); ctx.setLineDash([]);
    for (const [x, y] of points) { Draw.symbol(ctx, "circle", x, y, 3.6); ctx.fillStyle = "#ffffff"; ctx.fill(); ctx.lineWidth = 2; ctx.stroke(); }
  }
}
