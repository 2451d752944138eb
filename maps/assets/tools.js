/* The buttons at the right: zoom, whole map, measure, table, share, print, language. */
"use strict";
class Tools {
  constructor(app, before) {
    this.app = app;
    if (before) before.root.remove();
    const { w } = app, { map } = app;
    const button = (id, label, drawing, act, more) => el("button", Object.assign({ type: "button", id: "tool-" + id, title: label, "aria-label": label, on: { click: act } }, more), drawing);
    this.root = el("div", { id: "tools", role: "toolbar", "aria-label": w.tools, "aria-orientation": "vertical" },
      button("zoom-in", w.zoom_in, icon("M8 3v10M3 8h10"), () => map.zoomIn()), button("zoom-out", w.zoom_out, icon("M3 8h10"), () => map.zoomOut()),
      button("home", w.home, icon("M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10"), () => app.home()),
      button("measure", w.measure, icon("M1.8 10.6 10.6 1.8l3.6 3.6-8.8 8.8zM4.4 8l1.6 1.6M6.8 5.6 8 6.8M9 3.4 10.6 5"), () => app.measure.toggle(), { "aria-pressed": "false" }),
      button("table", w.table, icon("M2 3h12v10H2zM2 6.4h12M2 9.7h12M6.4 3v10"), () => app.table.toggle()),
      button("share", w.share, icon("M6.5 9.5a2.6 2.6 0 0 0 3.7 0l2.4-2.4a2.6 2.6 0 0 0-3.7-3.7L8 4.3M9.5 6.5a2.6 2.6 0 0 0-3.7 0L3.4 8.9a2.6 2.6 0 0 0 3.7 3.7l.9-.9"), () => this.link()),
      button("print", w.print, icon("M4.5 6V2h7v4M4.5 11.5h-2V6h11v5.5h-2M4.5 9.5h7V14h-7z"), () => { app.sheet.enter("a4"); document.getElementById("sheet-go").focus(); }),
      button("language", w.language_title, el("span", { lang: app.lang === "en" ? "zh-CN" : "en" }, app.lang === "en" ? "中" : "EN"), () => { app.speak(app.lang === "en" ? "zh" : "en"); document.getElementById("tool-language").focus(); }));
    document.getElementById("panel").after(this.root);
    L.DomEvent.disableClickPropagation(this.root);
    // One stop of the Tab key; arrow keys go on from there.
    const all = [...this.root.querySelectorAll("button")];
    this.root.addEventListener("keydown", (e) => {
      const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[e.key], at = all.indexOf(document.activeElement);
      if (!step || at < 0) return;
      all[(at + step + all.length) % all.length].focus();
      e.preventDefault();
    });
  }

  /** Show the link to what is shown, and copy it on request. */
  link() {
    const { app } = this, { w } = app;
    if (this.leave()) return;
    app.share();
    const field = el("input", { type: "text", id: "share-link", readonly: true, "aria-label": w.share });
    field.value = location.href.split("#")[0] + app.address;
    const says = el("span", { class: "soft", role: "status" });
    this.dialog = el("div", { id: "share", role: "dialog", "aria-label": w.share }, el("p", {}, el("b", {}, w.share)), field,
      el("p", {}, el("button", { type: "button", class: "link", on: { click: () => {
        field.select();
        const done = () => { says.textContent = w.copied; }, byHand = () => { says.textContent = w.copy_by_hand; };
        if (navigator.clipboard) navigator.clipboard.writeText(field.value).then(done, byHand); else byHand();
      } } }, w.copy), " ", says), el("p", { class: "soft" }, w.share_hint));
    this.root.after(this.dialog);
    L.DomEvent.disableClickPropagation(this.dialog);
    field.focus(); field.select();
  }

  /** Close what is open; returns whether anything was. */
  leave() {
    if (!this.dialog) return false;
    this.dialog.remove(); this.dialog = null;
    document.getElementById("tool-share").focus();
    return true;
  }
}
