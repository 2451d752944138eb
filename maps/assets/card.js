/* The card of one feature: what is known of it, with the plans' own words. */
"use strict";

class Card {
  constructor(app) { this.app = app; }

  build(row, others) {
    const { app } = this, { col, w, h } = app;
    const mode = app.modes[col.mode(row)], project = app.project[row];
    const comma = app.lang === "en" ? ", " : "、";
    const card = el("article", { class: "card", tabindex: "-1", "aria-label": col.name(row) });
    card.style.setProperty("--mode", mode.colour);
    card.append(el("header", {}, el("h2", {}, col.name(row)), el("p", { class: "soft" }, app.subtitle(row))));
    const record = h.projects[col.feature_id(row)] || {};
    if (record.aliases) card.append(el("p", { class: "aliases" }, w.aliases + " ", record.aliases.split("|").join(comma)));
    card.append(this.facts(row, record, project));
    const mentions = h.mentions[col.feature_id(row)] || [];
    if (mentions.length) card.append(el("h3", {}, w.history), this.history(mentions));
    card.append(this.drawing(row));
    if (record.flags) card.append(el("p", { class: "flag" }, w.doubt + " ", record.flags.split("|").map((flag) => app.say(h.flags[flag]) || flag).join(comma)));
    card.append(el("p", { class: "to-table" }, el("button", { type: "button", class: "link", on: { click: () => app.table.reveal(row) } }, w.show_in_table)));
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
    if (project) fact(w.work, this.app.say(h.works[col.work(row)]));
    fact(w.places, record.places);
    fact(w.section, record.section);
    fact(w.lead, record.lead);
    fact(w.opening, (col.opening(row) || "") + (col.open_now(row) ? w.open_now : ""), project ? w.opening_planned : null);
    fact(w.route_length, col.route_length_km(row) === null ? null : grouped(col.route_length_km(row), 1) + " km");
    fact(w.drawn_length, col.length_km(row) === null ? null : grouped(col.length_km(row), 1) + " km");
    fact(w.speed, col.speed_km_h(row) === null ? null : grouped(col.speed_km_h(row)) + " km/h");
    return list;
  }

  /** How it came onto the map. */
  drawing(row) {
    const { col, w, h } = this.app, [list, fact] = this.rows();
    const [word, says] = (h.methods[col.drawn_by(row)] || []).map((label) => this.app.say(label)), accuracy = col.accuracy_km(row);
    fact(w.drawn_by, (word || "") + (accuracy === null ? "" : phrase(w.accuracy, grouped(accuracy, 1))), says);
    fact(w.siting_note, this.app.lang === "en" ? col.siting_note_en(row) : col.siting_note(row));
    fact(w.source, String(col.source(row) || "").split("|").join(this.app.lang === "en" ? ", " : "、"), col.grade(row) ? phrase(w.grade, col.grade(row)) : null);
    return list;
  }

  history(mentions) {
    const { app } = this, { h, w } = app;
    const titles = Object.fromEntries(h.documents.map((d) => [d.id, d.title]));
    return el("ol", { class: "history" }, mentions.map((m) => el("li", {},
      el("div", { class: "where" }, el("b", {}, titles[m.document] || m.document), m.clause ? el("span", {}, " " + (/^\d+$/.test(m.clause) ? phrase(w.clause, m.clause) : m.clause)) : null,
        el("span", { class: "stage" }, app.say((app.stages[m.status] || {}).label) || m.status)),
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
