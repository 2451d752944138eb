/* The year: a slider over everything that has an opening year, built and planned. */
"use strict";
class Timeline {
  constructor(app) {
    this.app = app;
    let first = Infinity, last = -Infinity;
    this.without = 0; this.undated = 0;
    for (let row = 0; row < app.n; row++) {
      const year = app.opened[row];
      if (year) { first = Math.min(first, year); last = Math.max(last, year); } else if (app.project[row]) this.undated++; else this.without++;
    }
    this.first = first; this.last = last;
    // One step beyond the last year stands for all years.
    this.used = last > first;
    if (this.used) this.build();
  }

  build() {
    const { app, first, last } = this, { w } = app;
    this.slider = el("input", { type: "range", id: "year", min: first, max: last + 1, step: 1, "aria-label": w.year, on: { input: () => this.set(Number(this.slider.value)) } });
    this.says = el("output", { for: "year", class: "year-says" });
    this.play = el("button", { type: "button", class: "link play", on: { click: () => this.run() } }, w.year_play);
    this.back = el("button", { type: "button", class: "link", on: { click: () => this.set(last + 1) } }, w.year_reset);
    this.box = el("input", { type: "checkbox", id: "undated", on: { change: () => { app.state.undated = this.box.checked; app.refresh(); } } });
    this.extra = el("div", { class: "year-extra" }, this.undated ? el("label", { class: "row" }, this.box, el("span", { class: "name" }, phrase(w.undated, this.undated))) : "",
      el("p", { class: "soft" }, phrase(w.year_note, this.without)), this.back);
    this.node = el("section", { class: "group", id: "group-year", "aria-labelledby": "title-year" }, el("h2", { id: "title-year" }, w.year),
      el("div", { class: "year-row" }, this.slider, this.says), this.play, this.extra);
    this.reflect();
  }

  set(value) {
    this.app.state.year = value > this.last ? null : value;
    this.reflect(); this.app.refresh();
  }

  /** From the first year (or the chosen one) on, two steps a second. */
  run() {
    const { app } = this, { w } = app;
    if (this.timer) { this.stop(); return; }
    if (app.state.year === null || app.state.year >= this.last) this.set(Math.max(this.first, this.last - 30));
    this.play.textContent = w.year_stop;
    this.timer = setInterval(() => {
      if (!this.node.isConnected || app.state.year === null || app.state.year >= this.last) { this.stop(); return; }
      this.set(app.state.year + 1);
    }, 450);
  }
  stop() { clearInterval(this.timer); this.timer = 0; this.play.textContent = this.app.w.year_play; }

  reflect() {
    if (!this.used) return;
    const { year, undated } = this.app.state, { w } = this.app, says = year === null ? w.year_all : phrase(w.year_of, year);
    this.slider.value = year === null ? this.last + 1 : year;
    this.slider.setAttribute("aria-valuetext", says);
    this.says.textContent = says; this.box.checked = undated; this.extra.hidden = year === null;
  }
}
