/* Search by name, pinyin (whole, first letters, or mixed), 简称 of the places, alias and place. */
"use strict";
class Search {
  constructor(app) {
    this.app = app;
    this.readings = new Map();
    for (const [reading, characters] of Object.entries(app.h.pinyin)) for (const c of characters) this.readings.set(c, reading.split(" "));
    // What is searched: names, aliases and places of projects, each name of the network once.
    this.entries = [];
    const seen = new Set();
    for (let row = 0; row < app.n; row++) {
      const record = app.h.projects[app.col.feature_id(row)] || {}, name = String(app.col.name(row) || "");
      if (!app.project[row]) { if (seen.has(name)) continue; seen.add(name); }
      const texts = [name].concat(record.aliases ? record.aliases.split("|") : [], record.places || []).map((t) => t.toLowerCase());
      this.entries.push({ row, texts, letters: record.letters ? record.letters.split("-") : [], later: app.project[row] ? 0 : 1 });
    }
  }

  /** Rows that the words find, best first. */
  find(words, most) {
    const text = words.trim().toLowerCase().replace(/\s+/g, " ");
    if (!text) return [];
    const scored = [];
    for (const entry of this.entries) {
      const score = this.score(entry, text);
      if (score) scored.push([...score, entry.later, entry.row]);
    }
    scored.sort((a, b) => a[0] - b[0] || a[3] - b[3] || a[1] - b[1] || a[2] - b[2] || a[4] - b[4]);
    return scored.slice(0, most).map((s) => s[4]);
  }

  /** [kind of match, where, length of the text]; the words as written come before pinyin, that before 简称, that before letters apart. */
  score({ texts, letters }, text) {
    for (let k = 0; k < texts.length; k++) {
      const at = texts[k].indexOf(text);
      if (at >= 0) return [0, k ? 100 + at : at, texts[k].length];
    }
    const typed = /^[a-zü' ]+$/.test(text) ? text.replace(/[' ]/g, "").replace(/ü/g, "v") : text.replace(/ /g, "");
    let best = null;
    for (let k = 0; k < texts.length && typed; k++) {
      const [cost, at] = this.pinyin(texts[k], typed);
      if (cost < Infinity && (!best || 1 + cost / 100 < best[0])) best = [1 + cost / 100, k ? 100 + at : at, texts[k].length];
    }
    if (best) return best;
    const characters = [...text];
    // 简称: 宁杭 finds Nanjing to Hangzhou, in this order or the other.
    if (characters.length > 1 && letters.length > 1) {
      const forth = Search.inOrder(characters, letters), back = Search.inOrder([...characters].reverse(), letters);
      if (forth || back) return [2, forth ? 0 : 1, letters.length];
    }
    // 合新 finds 合肥至新沂铁路: the characters in order, the first at the start.
    if (characters.length > 1 && /^[\u3400-\u9fff]+$/.test(text)) for (let k = 0; k < texts.length; k++) {
      if (texts[k][0] === characters[0] && Search.inOrder(characters, [...texts[k]])) return [3, k, texts[k].length];
    }
    return null;
  }

  static inOrder(wanted, groups) {
    let k = 0;
    for (const group of groups) if (k < wanted.length && group.includes(wanted[k])) k++;
    return k === wanted.length;
  }

  /** How well a text can be read as what was typed, and where: [cost, position]; [Infinity, -1] if nowhere. */
  pinyin(text, typed) {
    const characters = [...text];
    let best = [Infinity, -1];
    for (let at = 0; at < characters.length; at++) {
      if (!this.readings.has(characters[at]) && characters[at] !== typed[0]) continue;
      const cost = this.reads(characters, at, typed, 0);
      if (cost < best[0]) best = [cost, at];
      if (!cost) break;
    }
    return best;
  }

  /**
   * Each character by itself, by its usual reading, whole or its first letter (zh, ch, sh too) or at the end any beginning,
   * or by another reading, whole: 1 for each first letter, 2 for each other reading.
   */
  reads(characters, at, typed, from) {
    if (from === typed.length) return 0;
    if (at === characters.length) return Infinity;
    const c = characters[at];
    if (c === typed[from]) return this.reads(characters, at + 1, typed, from + 1);
    let best = Infinity;
    (this.readings.get(c) || []).forEach((reading, other) => {
      let same = 0;
      while (same < reading.length && from + same < typed.length && reading[same] === typed[from + same]) same++;
      if (!same) return;
      const stops = new Map([[same, 0]]);
      if (same < reading.length && from + same < typed.length) stops.delete(same);
      if (!other) { if (same > 1) stops.set(1, 1); else if (!stops.size || reading.length > 1) stops.set(1, 1); if (same > 2 && /^[zcs]h/.test(reading)) stops.set(2, 1); }
      else if (same < reading.length) return;
      for (const [stop, cost] of stops) best = Math.min(best, cost + (other ? 2 : 0) + this.reads(characters, at + 1, typed, from + stop));
    });
    return best;
  }
}
