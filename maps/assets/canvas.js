/* Canvas layers for Leaflet that draw flat arrays: fast enough for 100,000 lines, quiet enough for a handful. */
"use strict";

/** A Leaflet layer that owns one canvas, keeps it in step with the map and calls options.draw(ctx, view). */
const CanvasLayer = L.Layer.extend({
  options: { pane: "overlayPane", padding: 0.15, draw: null },
  initialize(options) { L.setOptions(this, options); },
  onAdd(map) {
    this._map = map;
    if (!this._canvas) {
      this._canvas = L.DomUtil.create("canvas", "tongtu-canvas leaflet-zoom-animated");
      this._canvas.setAttribute("aria-hidden", "true");
    }
    this.getPane().appendChild(this._canvas);
    this._update();
  },
  onRemove() { this._canvas.remove(); cancelAnimationFrame(this._frame); this._frame = 0; },
  getEvents() {
    return { viewreset: this._update, moveend: this._update, resize: this._update,
             zoom: this._onZoom, zoomanim: this._onZoomAnim };
  },
  redraw() {
    if (!this._map || this._frame) return;
    this._frame = requestAnimationFrame(() => { this._frame = 0; if (this._map) this._update(); });
  },
  /** Draw at once what is due. */
  flush() {
    cancelAnimationFrame(this._frame); this._frame = 0;
    if (this._map) this._update();
  },
  _onZoomAnim(event) { this._transform(event.center, event.zoom); },
  _onZoom() { this._transform(this._map.getCenter(), this._map.getZoom()); },
  _transform(center, zoom) {
    const scale = this._map.getZoomScale(zoom, this._zoom);
    const half = this._map.getSize().multiplyBy(0.5 + this.options.padding);
    const old = this._map.project(this._center, zoom);
    const offset = half.multiplyBy(-scale).add(old).subtract(this._map._getNewPixelOrigin(center, zoom));
    L.DomUtil.setTransform(this._canvas, offset, scale);
  },
  _update() {
    const map = this._map;
    if (map._animatingZoom) return;
    const size = map.getSize(), pad = this.options.padding;
    const corner = map.containerPointToLayerPoint(size.multiplyBy(-pad)).round();
    const full = size.multiplyBy(1 + pad * 2).round();
    const ratio = Math.max(Math.min(window.devicePixelRatio || 1, 3), this.options.ratio ? this.options.ratio() : 0);
    this._center = map.getCenter();
    this._zoom = map.getZoom();
    const wide = Math.round(full.x * ratio), high = Math.round(full.y * ratio);
    if (this._canvas.width !== wide || this._canvas.height !== high) {
      this._canvas.width = wide;
      this._canvas.height = high;
      this._canvas.style.width = full.x + "px";
      this._canvas.style.height = full.y + "px";
    }
    L.DomUtil.setPosition(this._canvas, corner);
    const origin = map.getPixelOrigin().add(corner);
    const scale = map.options.crs.scale(this._zoom);
    const context = this._canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, full.x, full.y);
    this.options.draw(context, {
      scale, originX: origin.x, originY: origin.y, width: full.x, height: full.y, zoom: this._zoom,
      west: origin.x / scale, north: origin.y / scale,
      east: (origin.x + full.x) / scale, south: (origin.y + full.y) / scale,
      insetX: size.x * pad, insetY: size.y * pad, ratio,
    });
  },
});
