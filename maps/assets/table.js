/* The same data as a table, for those who cannot see the map and those who want to sort it. Linked both ways. */
"use strict";
class DataTable {
  constructor(app, before) {
    this.app = app;
    this.kind = before ? before.kind : "project";
    this.sort = before ? before.sort : ["", 1];
    this.most = 200;
    this.root = document.getElementById("table") || document.body.appendChild(el("section", { id: "table", hidden: true }));
    this.root.setAttribute("aria-label", app.w.table);
    this.build();
  }
  get open() { return !this.root.hidden; }
  /** Pixels that it covers at the bottom of the map. */
  height() { return this.open && window.innerWidth >= 720 ? this.root.offsetHeight : 0; }

  build() {
    const { app } = this, { w, h } = app;
    const kinds = [["project", w.table_projects], ["network", w.table_network]].filter(([kind]) => h.has[kind]);
    if (h.indicators.length) kinds.push(["area", w.choropleth]);
    this.select = el("select", { id: "table-kind", "aria-label": w.table, on: { change: () => { this.kind = this.select.value; this.most = 200; this.sort = ["", 1]; this.update(); app.share(); } } }, kinds.map(([kind, words]) => el("option", { value: kind }, words)));
    this.filter = el("input", { type: "search", id: "table-filter", placeholder: w.table_filter, "aria-label": w.table_filter, autocomplete: "off", on: { input: () => { this.most = 200; this.update(); } } });
    this.near = el("input", { type: "checkbox", id: "table-near", on: { change: () => this.update() } });
    this.count = el("span", { class: "soft", role: "status" });
    this.body = el("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": w.table });
    this.root.replaceChildren(el("header", {}, this.select, this.filter, el("label", { class: "row" }, this.near, el("span", { class: "name" }, w.table_in_view)), this.count,
      el("button", { type: "button", class: "link", id: "table-csv", on: { click: () => this.save() } }, w.table_csv),
      el("button", { type: "button", class: "close", "aria-label": w.close, on: { click: () => this.leave() } }, icon("M4 4l8 8M12 4l-8 8"))), this.body);
    this.body.addEventListener("keydown", (e) => this.walk(e));
  }

  /** Columns: key, heading, value to sort by, words to show. */
  columns() {
    const { app } = this, { col, w, h } = app, year = (row) => app.opened[row] || null;
    if (this.kind === "area") {
      const { indicator } = app.surfaces;
      return [["name", w.name, (row) => app.surfaces.ground(indicator.role).names[row]], ["value", app.say(indicator.label) + " (" + app.say(indicator.unit) + ")", (row) => indicator.values[row], (value) => grouped(value, 2)]];
    }
    const rank = (list, id) => list.findIndex((one) => one.id === id);
    const number = (digits) => (value) => grouped(value, digits), word = (of) => (value, row) => of(row);
    const columns = [
      ["name", w.name, (row) => String(col.name(row) || "")],
      ["mode", w.mode, (row) => rank(h.modes, col.mode(row)), word((row) => app.say(app.modes[col.mode(row)].label))],
      ["kind", w.kind, (row) => app.say(h.kinds[col.kind(row)])],
    ];
    if (this.kind === "project") columns.push(
      ["stage", w.stage, (row) => rank(h.stages, col.status(row)), word((row) => app.say(app.stages[col.status(row)].label))],
      ["work", w.work, (row) => app.say(h.works[col.work(row)])]);
    columns.push(["year", w.year_opening, year, (value) => String(value)], ["length", w.length_km, (row) => col.length_km(row), number(1)],
      ["drawn", w.drawn_by, (row) => app.say((h.methods[col.drawn_by(row)] || [])[0])], ["accuracy", w.accuracy_km, (row) => col.accuracy_km(row), number(1)]);
    if (this.kind === "project") columns.push(["documents", w.documents_n, (row) => this.titles(row)],
      ["clauses", w.clauses, (row) => (h.mentions[col.feature_id(row)] || []).map((m) => m.clause).filter(Boolean).join(", ")]);
    return columns;
  }
  titles(row) {
    const of = Object.fromEntries(this.app.h.documents.map((d) => [d.id, d.title]));
    return (this.app.docsOf.get(row) || []).map((id) => of[id] || id).join(this.app.lang === "en" ? "; " : "；");
  }

  /** Rows that stand in the table, in order. */
  rows(columns) {
    const { app } = this, words = this.filter.value.trim().toLowerCase(), out = [];
    if (this.kind === "area") {
      const { indicator } = app.surfaces;
      for (let row = 0; row < indicator.values.length; row++) out.push(row);
    } else for (let row = 0; row < app.n; row++) {
      if (app.project[row] !== (this.kind === "project" ? 1 : 0) || !app.visible(row)) continue;
      if (this.near.checked && !app.inView(row)) continue;
      out.push(row);
    }
    const cell = ([, , value, show], row) => { const v = value(row); return v === null || v === undefined || v === "" ? "" : show ? show(v, row) : String(v); };
    const kept = words ? out.filter((row) => columns.some((column) => String(cell(column, row)).toLowerCase().includes(words)) || (this.kind !== "area" && app.finder.pinyin(String(app.col.name(row) || "").toLowerCase(), words)[0] < Infinity)) : out;
    const by = columns.find(([key]) => key === this.sort[0]);
    if (by) {
      const [, , value] = by, sign = this.sort[1], none = (v) => v === null || v === undefined || v === "";
      const keyed = kept.map((row) => [value(row), row]);
      // What is missing stands last, whichever way it is sorted.
      keyed.sort(([a, i], [b, j]) => none(a) - none(b) || (none(a) ? i - j : sign * (typeof a === "number" ? a - b : String(a).localeCompare(String(b), "zh-CN")) || i - j));
      return [keyed.map(([, row]) => row), cell];
    }
    return [kept, cell];
  }

  update() {
    if (!this.open) return;
    const { app } = this, { w } = app;
    if (this.kind === "area" && !app.surfaces.indicator) this.kind = "project";
    this.select.querySelectorAll("option").forEach((option) => { option.disabled = option.value === "area" && !app.surfaces.indicator; });
    this.select.value = this.kind;
    const columns = this.columns(), [rows, cell] = this.rows(columns), numbers = new Set(["year", "length", "accuracy", "value"]);
    this.count.textContent = phrase(w.table_count, rows.length);
    const head = columns.map(([key, words]) => el("th", { scope: "col", "aria-sort": this.sort[0] === key ? (this.sort[1] > 0 ? "ascending" : "descending") : "none" },
      el("button", { type: "button", "data-key": key, on: { click: () => this.by(key) } }, words)));
    const body = rows.slice(0, this.most).map((row) => el("tr", { "data-row": row, "aria-current": row === app.selected && this.kind !== "area" ? "true" : null },
      columns.map((column, k) => k ? el("td", { class: numbers.has(column[0]) ? "number" : column[0] }, cell(column, row)) : el("th", { scope: "row" },
        this.kind === "area" ? cell(column, row) : el("button", { type: "button", class: "link", on: { click: () => app.go(row) } }, cell(column, row))))));
    const more = rows.length - this.most;
    this.body.replaceChildren(el("table", { class: this.kind }, el("caption", {}, w.table_caption), el("thead", {}, el("tr", {}, head)), el("tbody", {}, body)),
      rows.length ? "" : el("p", { class: "soft" }, w.nothing_found),
      more > 0 ? el("button", { type: "button", class: "link more", on: { click: () => { this.most += 1000; this.update(); } } }, phrase(w.table_more, Math.min(more, 1000))) : "");
  }

  by(key) {
    this.sort = [key, this.sort[0] === key ? -this.sort[1] : 1];
    this.update();
    const button = this.body.querySelector(`button[data-key=${key}]`);
    if (button) button.focus();
  }

  /** The map has moved. */
  moved() { if (this.open && this.near.checked) this.update(); }

  /** Arrow keys go through the names. */
  walk(event) {
    const step = event.key === "ArrowDown" ? "nextElementSibling" : event.key === "ArrowUp" ? "previousElementSibling" : null;
    const row = event.target.closest("tbody tr");
    if (!step || !row || !row[step]) return;
    const button = row[step].querySelector("button");
    if (button) { button.focus(); event.preventDefault(); }
  }

  /** Show which row is chosen on the map. */
  mark() {
    if (!this.open || this.kind === "area") return;
    for (const row of this.body.querySelectorAll("tr[aria-current]")) row.removeAttribute("aria-current");
    const row = this.body.querySelector(`tr[data-row="${this.app.selected}"]`);
    if (!row) return;
    row.setAttribute("aria-current", "true");
    row.scrollIntoView({ block: "nearest" });
  }

  show(kind) {
    if (kind) this.kind = kind;
    this.root.hidden = false;
    document.body.classList.add("tabled");
    this.update();
  }
  toggle() {
    if (this.open) { this.leave(); return; }
    this.show();
    this.filter.focus();
    this.app.share();
  }
  /** Close; returns whether it was open. */
  leave() {
    if (!this.open) return false;
    this.root.hidden = true;
    document.body.classList.remove("tabled");
    this.app.share();
    document.getElementById("tool-table").focus();
    return true;
  }

  /** From a card to its row. */
  reveal(row) {
    this.filter.value = ""; this.near.checked = false; this.most = Infinity;
    this.show(this.app.project[row] ? "project" : "network");
    this.mark();
    const button = this.body.querySelector(`tr[data-row="${row}"] button`);
    if (button) button.focus();
    this.app.share();
  }

  /** The table as a file for a spreadsheet; what it would take for a formula is made text. */
  save() {
    const columns = this.columns(), [rows, cell] = this.rows(columns);
    const safe = (text) => '"' + (/^[\s\u0000]*[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? "'" + text : text).replace(/"/g, '""') + '"';
    const lines = [columns.map(([, words]) => safe(words))].concat(rows.map((row) => columns.map((column) => safe(String(cell(column, row)).replace(/^(-?[\d,]+(\.\d+)?)$/, (n) => n.replace(/,/g, ""))))));
    const file = new Blob(["\ufeff" + lines.map((line) => line.join(",")).join("\r\n") + "\r\n"], { type: "text/csv" });
    const link = el("a", { download: "tongtu-" + this.kind + ".csv" });
    link.href = URL.createObjectURL(file);
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
}
