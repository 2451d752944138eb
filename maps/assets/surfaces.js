/* What lies under the plan: areas coloured by an indicator, a change or a target, and rings of travel time. */
"use strict";
class Surfaces {
  /** What is not known must not look like what is small. */
  static UNKNOWN = "#d9dcdf";

  constructor(app) {
    this.app = app;
    const { h, sections } = app;
    this.reaches = [];
    for (const one of h.reach) {
      for (const scenario of one.scenarios) scenario.geo = Payload.geometry(sections, scenario.geometry);
      for (const scenario of one.scenarios) this.reaches.push({ id: one.id + "|" + scenario.id, of: one, shown: [scenario] });
      // Two scenarios of one place can be laid over each other.
      if (one.scenarios.length === 2) this.reaches.push({ id: one.id + "|both", of: one, shown: one.scenarios });
    }
  }

  get indicator() { return this.app.h.indicators.find((one) => one.id === this.app.state.indicator) || null; }
  get reach() { return this.reaches.find((one) => one.id === this.app.state.reach) || null; }
  ground(role) { return this.app.base.find((layer) => layer.role === role); }

  /** Colours of the classes of an indicator; a target has its own, for what is reached is no quantity. */
  colours(indicator) { return indicator.targets ? this.app.h.reached : this.app.h.choropleth; }
  colour(indicator, value) { return this.colours(indicator)[indicator.breaks.filter((b) => value >= b).length]; }

  /** Colour of a limit among the limits of a place, the nearest darkest. */
  ring(scenario, k) {
    // Few rings take the paler colours: names must stay legible on them.
    const { rings } = this.app.h, n = scenario.limits.length, pale = Math.max(0, Math.min(2, rings.length - n - 1));
    return rings[Math.min(rings.length - 1, n - 1 - k + pale)];
  }

  draw(ctx, view) {
    const { indicator, reach } = this;
    if (indicator) this.drawAreas(ctx, view, indicator);
    if (reach) reach.shown.forEach((scenario, k) => this.drawRings(ctx, view, scenario, k > 0));
  }

  drawAreas(ctx, view, indicator) {
    const layer = this.ground(indicator.role);
    if (!layer) return;
    for (let row = 0; row < layer.geo.n; row++) {
      const value = indicator.values[row];
      const known = value !== null && value !== undefined;
      if (!known && indicator.targets) continue;
      ctx.fillStyle = known ? this.colour(indicator, value) : Surfaces.UNKNOWN;
      this.trace(ctx, view, layer.geo, row);
      ctx.fill("evenodd");
    }
  }

  /** The widest ring first, each smaller one over it; what comes second is drawn as dashed lines only. */
  drawRings(ctx, view, scenario, outlined) {
    ctx.save();
    for (let row = 0; row < scenario.geo.n; row++) {
      this.trace(ctx, view, scenario.geo, row);
      if (!outlined) { ctx.fillStyle = this.ring(scenario, row); ctx.fill("evenodd"); }
      ctx.strokeStyle = outlined ? "#0b3b42" : "#ffffff"; ctx.lineWidth = outlined ? 1.6 : 0.8; ctx.setLineDash(outlined ? [5, 3] : []);
      ctx.stroke();
    }
    ctx.restore();
  }

  trace(ctx, view, geo, row) {
    ctx.beginPath();
    for (let p = geo.rowFirst[row]; p < geo.rowFirst[row + 1]; p++) if (Draw.visible(geo, p, view)) Draw.trace(ctx, geo, p, view, true);
  }

  /** The area at a place and its value, while areas are coloured. */
  at(latlng) {
    const { indicator } = this, layer = indicator && this.ground(indicator.role);
    if (!layer || !layer.names) return null;
    const point = this.app.map.project(latlng, 0), x = point.x / 256, y = point.y / 256, { geo } = layer;
    for (let row = 0; row < geo.n; row++) if (Surfaces.inside(geo, row, x, y)) {
      return { name: layer.names[row], value: this.app.say(indicator.label) + " " + this.words(indicator, indicator.values[row]) };
    }
    return null;
  }

  words(indicator, value) {
    if (value === null || value === undefined) return this.app.w.no_value;
    const sign = indicator.scenario === "change" && value > 0 ? "+" : "";
    return sign + grouped(value, indicator.digits) + " " + this.app.say(indicator.unit);
  }

  /** Even-odd rule over the rings of a row. */
  static inside(geo, row, x, y) {
    let within = false;
    for (let p = geo.rowFirst[row]; p < geo.rowFirst[row + 1]; p++) {
      const b = p * 4;
      if (x < geo.box[b] || y < geo.box[b + 1] || x > geo.box[b + 2] || y > geo.box[b + 3]) continue;
      for (let v = geo.first[p], u = geo.first[p + 1] - 1; v < geo.first[p + 1]; u = v++) {
        if ((geo.y[v] > y) !== (geo.y[u] > y) && x < ((geo.x[u] - geo.x[v]) * (y - geo.y[v])) / (geo.y[u] - geo.y[v]) + geo.x[v]) within = !within;
      }
    }
    return within;
  }

  /** The key of what is shown: a list of [colour, words], then notes. */
  key() {
    const { app, indicator, reach } = this, { w } = app, out = [];
    if (indicator) {
      const edges = [indicator.min, ...indicator.breaks, indicator.max], rows = [], colours = this.colours(indicator);
      for (let k = 0; k + 1 < edges.length; k++) {
        const last = indicator.targets && k + 2 === edges.length;
        rows.push([colours[k], last ? "≥ " + grouped(edges[k], indicator.digits) : grouped(edges[k], indicator.digits) + " – " + grouped(edges[k + 1], indicator.digits)]);
      }
      if (!indicator.targets && indicator.values.includes(null)) rows.push([Surfaces.UNKNOWN, w.no_value]);
      const notes = [app.say(indicator.unit) + (indicator.as_of ? " · " + indicator.as_of : ""), indicator.definition];
      if (indicator.targets) {
        notes.push(w.target_areas);
        for (const t of indicator.targets) notes.push(`${t.area} ${t.year || ""} ${t.comparator === ">=" ? "≥" : "≤"} ${grouped(t.bound, 2)} ${t.unit}: ${grouped(t.value, 2)}`);
      }
      out.push({ title: app.say(indicator.label), rows, notes: notes.filter(Boolean) });
    }
    if (reach) {
      const scenario = reach.shown[0], rows = scenario.limits.map((limit, k) => [this.ring(scenario, k), phrase(w.reach_within, grouped(limit))]).reverse();
      out.push({ title: this.name(reach), rows, notes: reach.shown.map((one) => one.definition).filter(Boolean).slice(0, 1) });
    }
    return out;
  }

  name(reach) {
    const { app } = this, { w } = app, known = { today: w.reach_today, plan: w.reach_plan };
    const scenario = reach.shown.length > 1 ? w.reach_compare : known[reach.shown[0].id] || reach.shown[0].id;
    const mode = app.modes[reach.of.mode] || app.modes[{ road: "highway" }[reach.of.mode]];
    return [reach.of.origin, mode ? app.say(mode.label) : "", scenario].filter(Boolean).join(" · ");
  }
}
