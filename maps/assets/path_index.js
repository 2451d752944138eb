/* Which paths lie near a spot. */
"use strict";
/** Which paths lie near a spot: boxes in a grid, then distance to segments. */
class PathIndex {
  constructor(geo, wanted) {
    this.geo = geo;
    let w = Infinity, n = Infinity, e = -Infinity, s = -Infinity;
    for (let p = 0; p < geo.paths; p++) {
      w = Math.min(w, geo.box[p * 4]); n = Math.min(n, geo.box[p * 4 + 1]);
      e = Math.max(e, geo.box[p * 4 + 2]); s = Math.max(s, geo.box[p * 4 + 3]);
    }
    const side = this.side = Math.max(1, Math.min(256, Math.ceil(Math.sqrt(geo.paths))));
    this.bounds = [w, n, e, s];
    this.cw = Math.max((e - w) / side, 1e-12); this.ch = Math.max((s - n) / side, 1e-12);
    const counts = new Uint32Array(side * side + 1);
    const each = (visit) => {
      for (let p = 0; p < geo.paths; p++) {
        if (!wanted(geo.owner[p])) continue;
        const [c0, r0, c1, r1] = this.cells(geo.box[p * 4], geo.box[p * 4 + 1], geo.box[p * 4 + 2], geo.box[p * 4 + 3]);
        for (let r = r0; r <= r1; r++) for (let c = c0; c <= c1; c++) visit(r * side + c, p);
      }
    };
    each((cell) => { counts[cell + 1]++; });
    for (let i = 0; i < side * side; i++) counts[i + 1] += counts[i];
    const next = counts.slice();
    this.start = counts;
    this.items = new Uint32Array(counts[side * side]);
    each((cell, p) => { this.items[next[cell]++] = p; });
    this.seen = new Uint32Array(geo.paths); this.stamp = 0;
  }
  cells(w, n, e, s) {
    const clamp = (v) => Math.max(0, Math.min(this.side - 1, Math.floor(v)));
    const [bw, bn] = this.bounds;
    return [clamp((w - bw) / this.cw), clamp((n - bn) / this.ch), clamp((e - bw) / this.cw), clamp((s - bn) / this.ch)];
  }
  /** Rows within `radius` (Mercator units) of (x, y) that pass `keep`, with their distance. */
  near(x, y, radius, keep) {
    const { geo, seen, side } = this, found = new Map();
    if (!geo.paths) return found;
    const stamp = ++this.stamp;
    const [c0, r0, c1, r1] = this.cells(x - radius, y - radius, x + radius, y + radius);
    for (let r = r0; r <= r1; r++) for (let c = c0; c <= c1; c++) {
      const cell = r * side + c;
      for (let k = this.start[cell]; k < this.start[cell + 1]; k++) {
        const p = this.items[k];
        if (seen[p] === stamp) continue;
        seen[p] = stamp;
        const b = p * 4, row = geo.owner[p];
        if (geo.box[b] > x + radius || geo.box[b + 2] < x - radius || geo.box[b + 1] > y + radius || geo.box[b + 3] < y - radius) continue;
        if (!keep(row)) continue;
        const distance = this.distance(p, x, y);
        if (distance <= radius) found.set(row, Math.min(found.get(row) ?? Infinity, distance));
      }
    }
    return found;
  }
  distance(path, x, y) {
    const { geo } = this, from = geo.first[path], to = geo.first[path + 1];
    let best = (geo.x[from] - x) ** 2 + (geo.y[from] - y) ** 2;
    for (let v = from + 1; v < to; v++) {
      const ax = geo.x[v - 1], ay = geo.y[v - 1], bx = geo.x[v] - ax, by = geo.y[v] - ay;
      const length = bx * bx + by * by;
      const t = length ? Math.max(0, Math.min(1, ((x - ax) * bx + (y - ay) * by) / length)) : 0;
      const d = (ax + t * bx - x) ** 2 + (ay + t * by - y) ** 2;
      if (d < best) best = d;
    }
    return Math.sqrt(best);
  }
}
