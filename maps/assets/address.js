/* The address keeps what is shown, so that a link or a bookmark brings it back; from disk as from a server. */
"use strict";
Object.assign(TongtuMap.prototype, {
  /** Write the view and the filters into the address. */
  share() {
    const { state, h, map } = this, centre = map.getCenter();
    const off = (list, set) => list.filter((one) => !set.has(one.id)).map((one) => one.id);
    const parts = { v: [centre.lat.toFixed(4), centre.lng.toFixed(4), map.getZoom()], m: off(h.modes, state.modes), s: off(h.stages, state.stages),
      d: off(h.documents, state.documents), x: ["projects", "network"].filter((key) => !state[key]), i: state.indicator, r: state.reach,
      y: state.year === null ? "" : [state.year, state.undated ? 1 : 0], l: this.lang === h.lang ? "" : this.lang,
      t: this.table.open ? this.table.kind : "", p: this.selected >= 0 ? this.col.feature_id(this.selected) : "" };
    const text = Object.entries(parts).filter(([, value]) => String(value)).map(([key, value]) =>
      key + "=" + [].concat(value).map(encodeURIComponent).join(",")).join("&");
    this.address = "#" + text;
    // A file opened in a sandboxed frame (a notebook) has no address to keep it in.
    try { history.replaceState(null, "", this.address); } catch (error) { if (error.name !== "SecurityError") throw error; }
  },

  /** Bring back what `share` kept; whatever is unknown is passed over. Returns whether a view was among it. */
  recall(text) {
    const { state, h, map } = this;
    let parts;
    try {
      parts = Object.fromEntries(text.replace(/^#/, "").split("&").map((part) => {
        const [key, value] = part.split("=");
        return [key, (value || "").split(",").map(decodeURIComponent)];
      }));
    } catch (error) { return false; }
    if (parts.l) this.speak(parts.l[0]);
    for (const [key, set, list] of [["m", state.modes, h.modes], ["s", state.stages, h.stages], ["d", state.documents, h.documents]]) {
      for (const one of list) set.add(one.id);
      for (const id of parts[key] || []) set.delete(id);
    }
    for (const key of ["projects", "network"]) state[key] = !(parts.x || []).includes(key);
    state.indicator = parts.i && h.indicators.some((one) => one.id === parts.i[0]) ? parts.i[0] : "";
    state.reach = parts.r && this.surfaces.reaches.some((one) => one.id === parts.r[0]) ? parts.r[0] : "";
    const year = parts.y ? Number(parts.y[0]) : NaN;
    state.year = Number.isInteger(year) && year > 0 ? year : null;
    state.undated = Boolean(parts.y && parts.y[1] === "1");
    this.panel.reflect();
    const [lat, lng, zoom] = (parts.v || []).map(Number), known = (parts.v || []).length === 3 && [lat, lng, zoom].every(Number.isFinite);
    if (known) map.setView([lat, lng], zoom, { animate: false });
    if (parts.t && ["project", "network", "area"].includes(parts.t[0])) this.table.show(parts.t[0]);
    if (parts.p && parts.p[0]) for (let row = 0; row < this.n; row++) if (this.col.feature_id(row) === parts.p[0] && this.geo.types[row]) { this.open(row, null, []); break; }
    return known;
  },
});
