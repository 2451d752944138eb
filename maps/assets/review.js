/* The review page: lists, filter, what was read and from which words, and a planner's corrections. All text goes in as text. */
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { w, findings, projects, targets, damage, documents, columns } = data;
  const $ = (id) => document.getElementById(id);
  const el = (tag, cls, ...children) => {
    const node = document.createElement(tag);
    if (cls) node.className = cls;
    node.append(...children.filter((c) => c !== null && c !== undefined && c !== ""));
    return node;
  };
  const button = (text, cls, act) => {
    const node = el("button", cls, text);
    node.type = "button";
    node.addEventListener("click", act);
    return node;
  };

  // Where each finding and its words stand in the text: one span may belong to several.
  const spots = findings.map(() => []), words = findings.map(() => []);
  for (const node of document.querySelectorAll("[data-f]")) for (const i of node.dataset.f.split(" ")) spots[i].push(node);
  for (const node of document.querySelectorAll("[data-w]")) for (const i of node.dataset.w.split(" ")) words[i].push(node);

  /* An entry is a project with its mentions, a target, or a damaged spot. */
  const of = (kind, items) => items.map((item, ref) => ({ kind, ref, item, at: [] }));
  const entries = { m: of("m", projects), t: of("t", targets), d: of("d", damage) };
  findings.forEach((f, i) => entries[f.k][f.r].at.push(i));
  for (const e of entries.m) {
    const p = e.item;
    e.doubt = p.doubts.length > 0;
    e.documents = new Set(e.at.map((i) => findings[i].d));
    e.hay = [p.name, p.aliases, p.id, p.places, ...e.at.flatMap((i) => [findings[i].c, findings[i].q])].join(" ").toLowerCase();
  }
  for (const e of [...entries.t, ...entries.d]) {
    e.doubt = e.kind === "d";
    e.documents = new Set([e.item.d]);
    e.hay = Object.values(e.item).join(" ").toLowerCase();
  }

  let tab = "m", shown = [], current = -1, limit = 300, selected = null, here = -1;

  // ---- corrections ------------------------------------------------------------------------------------------------
  const store = "tongtu-review-" + data.digest;
  let rows = data.corrections;
  try { const kept = localStorage.getItem(store); if (kept) rows = JSON.parse(kept); } catch { /* a browser may refuse to keep */ }
  const touches = (p) => rows.filter((r) => (r.project_id ? r.project_id === p.id : r.action !== "add" && r.name === p.name));
  const same = (a, b) => a.action === b.action && a.project_id === b.project_id && a.document === b.document && a.column === b.column && (a.action !== "add" || a.name === b.name);
  function record(...added) {
    for (const row of added) {
      const full = Object.assign(Object.fromEntries(columns.map((c) => [c, ""])), row);
      rows = rows.filter((r) => !same(r, full));
      rows.push(full);
    }
    changed();
  }
  function changed() {
    try { localStorage.setItem(store, JSON.stringify(rows)); } catch { /* as above */ }
    showCorrections();
    list();
  }
  function csv() {
    const cell = (v) => {
      const text = /^'*[=+\-@\t\r]./s.test(v) ? "'" + v : v;
      return /[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
    };
    return "\ufeff" + [columns, ...rows.map((r) => columns.map((c) => r[c]))].map((line) => line.map(cell).join(",")).join("\n") + "\n";
  }
  function download() {
    const link = el("a");
    link.href = URL.createObjectURL(new Blob([csv()], { type: "text/csv" }));
    link.download = "corrections.csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
  const byId = new Map(projects.map((p) => [p.id, p]));
  const label = (column, value) => data.labels[column]?.[value] ?? value;
  function showCorrections() {
    const box = $("corrections");
    box.replaceChildren(el("h4", "", `${w.corrections} ${rows.length || ""}`));
    if (!rows.length) { box.append(el("p", "soft", w.no_corrections)); return; }
    const items = el("ul");
    rows.forEach((r, i) => {
      const what = r.action === "merge" ? byId.get(r.value)?.name ?? r.value : label(r.column, r.value) || (r.column ? "—" : "");
      const text = [w["a_" + r.action], byId.get(r.project_id)?.name ?? r.name, r.document, r.column && (w[r.column] ?? data.column_labels[r.column] ?? r.column), what].filter(Boolean).join(" · ");
      const why = r.why && el("small", "why", `${w.not_applied}${r.why}`);
      items.append(el("li", "", el("span", "", text, why), button(w.undo, "", () => { rows.splice(i, 1); changed(); })));
    });
    box.append(items, el("div", "row", button(w.download, "main", download), button(w.clear, "", () => { rows = []; changed(); })), el("p", "soft", w.apply));
  }

  // ---- list -------------------------------------------------------------------------------------------------------
  const modes = () => new Set([...document.querySelectorAll("input[name=mode]:checked")].map((i) => i.value));
  function list() {
    const text = $("search").value.trim().toLowerCase(), on = modes(), stage = $("stage").value, doc = $("document").value, only = $("doubt").checked;
    const fits = (e) => (!text || e.hay.includes(text)) && (doc === "" || e.documents.has(Number(doc))) && (!only || e.doubt)
      && (e.kind !== "m" || (on.has(e.item.mode) && (!stage || e.item.stages.includes(stage))));
    // In the text, what the filter leaves out loses its colour.
    for (const kind of ["m", "t", "d"]) for (const e of entries[kind]) {
      const faded = !fits(e);
      if (e.faded !== faded) for (const i of e.at) for (const node of spots[i]) node.dataset.f.includes(" ") || node.classList.toggle("faded", faded);
      e.faded = faded;
    }
    shown = entries[tab].filter(fits);
    current = shown.findIndex((e) => e === selected);
    const box = $("entries"), nodes = [];
    let group = null;
    shown.slice(0, limit).forEach((e, n) => {
      if (tab === "m" && e.doubt !== group) {
        group = e.doubt;
        nodes.push(el("h3", "", `${group ? w.doubt_first : w.rest} ${shown.filter((x) => x.doubt === group).length}`));
      }
      e.node = entryNode(e, n);
      nodes.push(e.node);
    });
    if (!shown.length) nodes.push(el("p", "soft entry", w.none));
    if (shown.length > limit) nodes.push(button(`${w.more} (${shown.length - limit})`, "entry", () => { limit += 1000; list(); }));
    box.replaceChildren(...nodes);
  }
  function entryNode(e, n) {
    const p = e.item;
    let node;
    if (e.kind === "m") {
      const edits = touches(p);
      node = button("", `entry m-${p.mode}`, () => pick(n));
      node.append(el("b", "", p.name), el("small", "", [label("status", p.status), p.clauses].filter(Boolean).join(" · ")));
      if (p.doubts.length) node.append(el("small", "why", p.doubts.join(w.sep)));
      if (edits.length) node.append(el("small", "edited", "✎ " + w.pending));
      node.classList.toggle("dropped", edits.some((r) => r.action === "drop" && !r.document));
    } else if (e.kind === "t") {
      node = button("", "entry", () => pick(n));
      node.append(el("b", "", p.indicator), el("small", "", [p.bound, p.year, p.area].filter(Boolean).join(" · ")));
    } else {
      node = button("", "entry", () => pick(n));
      node.append(el("b", "", p.kind), el("small", "", p.quotation));
    }
    node.setAttribute("aria-current", String(n === current));
    return node;
  }
  function pick(n) {
    if (!shown[n]) return;
    if (n >= limit) { limit = n + 300; list(); }
    current = n;
    select(shown[n], shown[n].at[0] ?? -1);
    shown[n].node?.scrollIntoView({ block: "nearest" });
  }

  // ---- selection --------------------------------------------------------------------------------------------------
  function select(entry, at) {
    for (const node of document.querySelectorAll("#text .on")) node.classList.remove("on");
    for (const node of document.querySelectorAll("#entries [aria-current=true]")) node.setAttribute("aria-current", "false");
    selected = entry;
    here = at;
    entry.node?.setAttribute("aria-current", "true");
    if (at >= 0) {
      for (const node of spots[at]) node.classList.add("on");
      for (const node of words[at]) node.classList.add("on");
      spots[at][0]?.scrollIntoView({ block: "center" });
    }
    detail();
  }
  const pairs = (items) => el("dl", "", ...items.filter(([, v]) => v !== "" && v !== null && v !== undefined).flatMap(([k, v]) => [el("dt", "", k), el("dd", "", String(v))]));
  function detail() {
    const e = selected, p = e.item, box = $("detail");
    const head = el("h3", e.kind === "m" ? `m-${p.mode}` : "", e.kind === "m" ? p.name : e.kind === "t" ? p.indicator : p.kind);
    box.replaceChildren(head);
    if (here >= 0 && !spots[here].length) box.append(el("p", "doubts", w.not_in_page));
    if (e.kind === "t") box.append(pairs([[w.bound, p.bound], [w.year, p.year || w.lost], [w.area, p.area], [w.clause, p.clause], [w.document, documents[p.d]], [w.infrastructure, p.infrastructure], [w.text, p.quotation]]));
    if (e.kind === "d") box.append(pairs([[w.consequence, p.consequence], [w.document, documents[p.d]], [w.text, p.quotation]]));
    if (e.kind !== "m") return;
    if (p.doubts.length) box.append(el("p", "doubts", p.doubts.join(w.sep)));
    box.append(pairs([[w.stage, label("status", p.status)], [w.mode, label("mode", p.mode)], [w.kind, p.kind], [w.work, label("work", p.work)], [w.places, p.places], [w.opening_year, p.opening_year], [w.section, p.section], [w.history, p.history], [w.links, p.links], [w.lead, p.lead], [w.aliases, p.aliases], [w.project_id, p.id], [w.doubts, p.settled]]));
    box.append(el("h4", "", `${w.evidence} ${e.at.length}`));
    const mentions = el("div", "mentions");
    box.append(mentions);
    for (const i of e.at) {
      const f = findings[i];
      const node = button("", "mention", () => select(e, i));
      node.append(el("span", "", [documents[f.d], f.date, f.c].filter(Boolean).join(" · ") + " "), el("span", "tag", label("status", f.s)), el("q", "", f.q), el("span", "words", f.w ? w.words + f.w : w.no_words));
      node.setAttribute("aria-current", String(i === here));
      mentions.append(node);
      if (i === here) requestAnimationFrame(() => { mentions.scrollTop = node.offsetTop - mentions.offsetTop - 40; });
    }
    box.append(el("h4", "", w.correct), form(p));
    $("panel").scrollTop = 0;
  }
  function choice(column, value) {
    const node = el("select");
    for (const [word, text] of Object.entries(data.labels[column])) node.append(new Option(text, word, word === value, word === value));
    return node;
  }
  function field(value) {
    const node = el("input");
    node.type = "text";
    node.value = value ?? "";
    return node;
  }
  function form(p) {
    const inputs = { status: choice("status", p.status), mode: choice("mode", p.mode), work: choice("work", p.work), name: field(p.name), places: field(p.places), opening_year: field(p.opening_year) };
    const note = field(""), into = field("");
    const was = Object.fromEntries(Object.entries(inputs).map(([c, input]) => [c, input.value]));
    const base = () => ({ project_id: p.id, name: p.name, note: note.value.trim() });
    into.setAttribute("list", "names");
    const box = el("div", "form");
    for (const [column, input] of Object.entries(inputs)) {
      const text = el("label", "", w[column === "status" ? "stage" : column]);
      input.id = "set-" + column;
      text.htmlFor = input.id;
      box.append(text, input);
    }
    note.id = "set-note";
    const noteLabel = el("label", "", w.note);
    noteLabel.htmlFor = note.id;
    into.setAttribute("aria-label", w.merge);
    const recordAll = () => {
      const found = Object.entries(inputs).filter(([c, input]) => input.value.trim() !== was[c]);
      if (found.length) record(...found.map(([column, input]) => ({ ...base(), action: "set", column, value: input.value.trim() })));
    };
    const several = selected.documents.size > 1 && here >= 0;
    box.append(noteLabel, note,
      el("div", "wide", button(w.record, "main", recordAll),
        button(w.confirm, "", () => record({ ...base(), action: "set", column: "flags", value: "" })),
        button(w.drop, "", () => record({ ...base(), action: "drop" })),
        several ? button(`${w.drop_here} (${documents[findings[here].d]})`, "", () => record({ ...base(), action: "drop", document: documents[findings[here].d] })) : null),
      el("div", "wide", el("span", "", w.merge), into, button(w.merge_do, "", () => {
        const target = projects.find((x) => x !== p && (x.id === into.value.trim() || x.name === into.value.trim()));
        if (target) record({ ...base(), action: "merge", value: target.id });
      })));
    return box;
  }
  const names = el("datalist");
  names.id = "names";
  names.append(...projects.map((p) => new Option(p.id, p.name)));
  document.body.append(names);

  // ---- a new project from words of the text -----------------------------------------------------------------------
  function offer() {
    const range = getSelection(), text = String(range).trim();
    const doc = range.anchorNode?.parentElement?.closest(".doc");
    if (!doc || text.length < 2 || text.length > 80 || text.includes("\n")) return;
    const name = field(text), mode = choice("mode", "rail"), status = choice("status", "unspecified"), note = field("");
    const box = $("detail"), document_ = documents[doc.dataset.d];
    const row = (column, value) => ({ action: "add", name: name.value.trim(), document: document_, column, value, note: note.value.trim() });
    box.replaceChildren(el("h3", "", w.add), el("p", "soft", `${document_} “${text}”`),
      el("div", "form", el("span", "", w.name), name, el("span", "", w.mode), mode, el("span", "", w.stage), status, el("span", "", w.note), note,
        el("div", "wide", button(w.add_do, "main", () => name.value.trim() && record(row("mode", mode.value), row("status", status.value), ...(name.value.trim() === text ? [] : [row("quotation", text)]))))));
  }

  // ---- what a person does -----------------------------------------------------------------------------------------
  $("text").addEventListener("click", (event) => {
    const node = event.target.closest("[data-f]");
    if (!node || !getSelection().isCollapsed) return;
    const found = node.dataset.f.split(" ").map(Number);
    // Where several things were read from the same words, each click goes on to the next.
    const i = found[(found.indexOf(here) + 1) % found.length];
    const entry = entries[findings[i].k][findings[i].r];
    if (tab !== entry.kind) setTab(entry.kind);
    current = shown.indexOf(entry);
    select(entry, i);
    entry.node?.scrollIntoView({ block: "nearest" });
  });
  $("text").addEventListener("mouseup", () => setTimeout(() => { if (!getSelection().isCollapsed) offer(); }));
  function setTab(kind) {
    tab = kind;
    for (const k of ["m", "t", "d"]) $("tab-" + k).setAttribute("aria-selected", String(k === kind));
    list();
  }
  for (const k of ["m", "t", "d"]) $("tab-" + k).addEventListener("click", () => { setTab(k); $("entries").scrollTop = 0; });
  for (const id of ["search", "stage", "document", "doubt"]) $(id).addEventListener("input", () => { limit = 300; list(); });
  $("document").addEventListener("input", () => {
    if ($("document").value !== "") document.querySelector(`.doc[data-d="${Number($("document").value)}"]`).scrollIntoView();
  });
  for (const input of document.querySelectorAll("input[name=mode]")) input.addEventListener("change", list);
  const step = (by) => pick(Math.min(Math.max(current + by, 0), shown.length - 1));
  $("next").addEventListener("click", () => step(1));
  $("previous").addEventListener("click", () => step(-1));
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "j") step(1);
    if (event.key === "k") step(-1);
  });
  showCorrections();
  list();
  globalThis.tongtu = { csv, rows: () => rows };
  document.body.dataset.ready = "";
})();
