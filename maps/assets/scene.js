/* What is drawn: ground, network, projects, marks, names. */
"use strict";
Object.assign(TongtuMap.prototype, {
  drawGround(ctx, view) {
    const palette = this.h.palette;
    const fill = (layer, colour) => {
      ctx.fillStyle = colour;
      ctx.beginPath();
      for (let p = 0; p < layer.geo.paths; p++) if (Draw.visible(layer.geo, p, view)) Draw.trace(ctx, layer.geo, p, view, true);
      ctx.fill("evenodd");
    };
    const stroke = (layer, colour, width, dash) => {
      ctx.strokeStyle = colour; ctx.lineWidth = width; ctx.lineJoin = "round"; ctx.lineCap = "round"; ctx.setLineDash(dash || []);
      const path = new Path2D();
      for (let p = 0; p < layer.geo.paths; p++) {
        if (Draw.visible(layer.geo, p, view)) Draw.trace(path, layer.geo, p, view, layer.geo.types[layer.geo.owner[p]] === 3);
      }
      ctx.stroke(path); ctx.setLineDash([]);
    };
    const of = (role) => this.base.filter((layer) => layer.role === role);
    if (!this.h.tiles) {
      for (const layer of of("sea")) fill(layer, palette.sea);
      for (const layer of of("land")) fill(layer, palette.land);
      for (const layer of of("neighbours")) { fill(layer, palette.land); stroke(layer, palette.border_city, 0.8); }
      for (const layer of of("areas")) fill(layer, palette.home);
    }
    this.surfaces.draw(ctx, view);
    if (!this.h.tiles) {
      for (const layer of of("rivers")) stroke(layer, palette.river, view.zoom > 8 ? 1.6 : 1.1);
      for (const layer of of("lakes")) { fill(layer, palette.water); stroke(layer, palette.river, 0.6); }
      for (const layer of of("coast")) stroke(layer, palette.river, 0.9);
    }
    if (view.zoom >= 8.5) for (const layer of of("counties")) stroke(layer, palette.border_county, 0.8);
    for (const layer of of("prefectures").concat(of("areas"))) stroke(layer, palette.border_city, 0.9);
    for (const layer of of("provinces")) stroke(layer, palette.border, 1.3, [7, 2.5, 1.5, 2.5]);
  },

  drawPlan(ctx, view) {
    const { geo, groups } = this;
    ctx.lineJoin = "round";
    // With thousands of lines in view, what lifts one line off another only hides both.
    let inView = 0;
    for (const group of groups) if (group.look.project) for (const p of group.lines) if (this.shown[geo.owner[p]] && Draw.visible(geo, p, view)) inView++;
    const dense = inView > 4000;
    const swell = dense ? 0.5 : Math.max(0.62, Math.min(1.25, 0.62 + (view.zoom - 5.5) * 0.14));
    for (const group of groups) {
      const look = group.look;
      const strokeAll = (paths) => {
        ctx.lineCap = "butt";
        const pass = (colour, width, dash, alpha) => {
          ctx.strokeStyle = colour; ctx.lineWidth = width; ctx.globalAlpha = alpha; ctx.setLineDash(dash);
          ctx.stroke(paths);
        };
        const round = look.dash.length && look.dash[0] <= 2;
        if (look.band && !dense) { ctx.lineCap = "round"; pass(look.colour, look.band * swell, [], 0.13); ctx.lineCap = "butt"; }
        if (look.casing && view.zoom > 5.5 && !dense) pass("#ffffff", look.casing * swell, [], 0.85);
        if (round) ctx.lineCap = "round";
        pass(look.colour, look.width * swell, look.dash.map((d, i) => (round && i === 0 ? 0.1 : d * Math.max(0.8, swell))), look.project ? look.opacity : view.zoom < 8 ? 0.6 : 0.9);
        ctx.lineCap = "butt";
        if (look.core && !dense) pass("#ffffff", look.core * swell, [], 1);
        ctx.globalAlpha = 1; ctx.setLineDash([]);
      };
      let path = new Path2D(), held = 0;
      for (const p of group.lines) {
        if (!this.shown[geo.owner[p]] || !Draw.visible(geo, p, view, 12)) continue;
        // Without dashes or bands a line smaller than half a pixel is not worth a stroke.
        const size = Math.max(geo.box[p * 4 + 2] - geo.box[p * 4], geo.box[p * 4 + 3] - geo.box[p * 4 + 1]) * view.scale;
        if (size < 0.5 && !look.project) continue;
        Draw.trace(path, geo, p, view, false);
        if (++held >= 400) { strokeAll(path); path = new Path2D(); held = 0; }
      }
      if (held) strokeAll(path);
    }
    this.drawSpots(ctx, view, swell);
  },

  /** What exists: a small symbol. A project: a disc whose ring tells the stage, filled once it runs, twice ringed for an upgrade. */
  drawSpots(ctx, view, swell) {
    const size = Math.max(0.72, swell), far = view.zoom < 7.75;
    ctx.lineJoin = "round";
    for (const spot of this.spots) {
      const { look } = spot;
      if (!this.shown[spot.row]) continue;
      const [x, y] = this.spotAt(spot, view);
      if (x < -20 || y < -20 || x > view.width + 20 || y > view.height + 20) continue;
      if (look.project) {
        const accuracy = this.col.accuracy_km(spot.row);
        Draw.disc(ctx, look, x, y, 8.5 * size, spot.area || accuracy === null || accuracy > 10);
        continue;
      }
      // From afar a dot: hundreds of small shapes would drown the plan.
      Draw.symbol(ctx, far ? "circle" : look.symbol, x, y, far ? 1.5 : 3.4 * size);
      if (!far) { ctx.strokeStyle = "#ffffff"; ctx.lineWidth = 2; ctx.stroke(); }
      ctx.fillStyle = look.colour; ctx.fill();
    }
  },

  /** The feature under the pointer and the chosen one, over everything. */
  drawMark(ctx, view) {
    const { geo } = this;
    ctx.strokeStyle = ctx.fillStyle = this.h.palette.accent; ctx.lineCap = ctx.lineJoin = "round";
    for (const [row, strong] of [[this.hover, false], [this.selected, true]]) {
      if (row < 0 || (!this.shown[row] && !strong)) continue;
      ctx.globalAlpha = strong ? 0.34 : 0.22;
      const spot = this.spotOf.get(row);
      if (spot) {
        const [x, y] = this.spotAt(spot, view);
        Draw.symbol(ctx, "circle", x, y, strong ? 15 : 13); ctx.lineWidth = 4; ctx.stroke();
      }
      ctx.beginPath();
      for (let p = geo.rowFirst[row]; p < geo.rowFirst[row + 1]; p++) {
        if (geo.types[row] > 1 && Draw.visible(geo, p, view, 20)) Draw.trace(ctx, geo, p, view, geo.types[row] === 3);
      }
      if (geo.types[row] === 2) { ctx.lineWidth = 13; ctx.stroke(); }
      if (geo.types[row] === 3) { ctx.lineWidth = 2.5; ctx.stroke(); ctx.globalAlpha = 0.07; ctx.fill("evenodd"); }
    }
    ctx.globalAlpha = 1;
  },

  drawNames(ctx, view) {
    const { h, geo } = this, palette = h.palette, items = [];
    // Paper holds more names than a screen of the same scale.
    const zoom = view.zoom + (this.pixelRatio ? 0.9 : 0);
    const family = getComputedStyle(document.body).fontFamily;
    const inside = (x, y) => x > 0 && y > 0 && x < view.width && y < view.height;
    const push = (mx, my, text, size, colour, weight, centred, gap) => {
      const x = mx * view.scale - view.originX, y = my * view.scale - view.originY;
      if (inside(x, y)) items.push({ x, y, text, size, colour, centred, gap: gap || 6, font: `${weight} ${size}px ${family}` });
      return inside(x, y);
    };
    const dots = [];
    for (const [x, y, name, rank] of h.places) {
      if (rank === 0 && zoom > 8) continue;
      if (rank >= 3 && zoom < 9) continue;
      const size = rank === 0 ? 15 : rank === 1 ? 13 : rank === 2 ? 12 : 11;
      const colour = rank === 0 ? palette.text_soft : palette.text_place;
      if (push(x, y, name, size, colour, rank === 1 ? 600 : 400, rank === 0, 9) && rank) dots.push([x, y, rank]);
    }
    if (zoom >= 8) for (const row of this.nameOrder()) {
      if (items.length > 500) break;
      if (!this.shown[row] || !geo.types[row]) continue;
      const p = this.longestPath(row), spot = this.spotOf.get(row), line = geo.types[row] === 2;
      if (zoom < 9.25 && (spot ? this.h.looks[this.col.look(row)].rank < 103 : this.pathKm[p] * view.scale < 40075 * (this.pixelRatio ? 70 : 110))) continue;
      const name = String(this.col.name(row) || ""), colour = h.looks[this.col.look(row)].colour;
      let [mx, my] = line ? this.middle(p) : [spot.x, spot.y];
      if (spot && spot.ring) { const [x, y] = this.spotAt(spot, view); mx = (x + view.originX) / view.scale; my = (y + view.originY) / view.scale; }
      push(mx, my, name.length > 14 ? name.slice(0, 13) + "…" : name, 11.5, colour, 600, line, 12);
    }
    // On paper no name may run over the edge.
    const far = 1e5, { insetX: left, insetY: top } = view, right = view.width - left, bottom = view.height - top;
    const walls = this.pixelRatio ? [[-far, -far, left + 2, far], [right - 2, -far, far, far], [-far, -far, far, top + 2], [-far, bottom - 2, far, far]] : [];
    ctx.fillStyle = palette.text_soft;
    for (const [mx, my, rank] of dots) {
      const x = mx * view.scale - view.originX, y = my * view.scale - view.originY;
      ctx.beginPath(); ctx.arc(x, y, rank === 1 ? 2.6 : 1.9, 0, 7);
      ctx.fillStyle = "#ffffff"; ctx.fill(); ctx.lineWidth = 1.2; ctx.strokeStyle = palette.text_soft; ctx.stroke();
    }
    Draw.labels(ctx, items, walls.concat(dots.map(([mx, my]) => {
      const x = mx * view.scale - view.originX, y = my * view.scale - view.originY;
      return [x - 2.5, y - 2.5, x + 2.5, y + 2.5];
    })), "rgba(255,255,255,0.9)");
  },
});
