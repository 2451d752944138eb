"""
The web map beside folium's GeoJson: bytes, seconds to write, seconds to draw in a browser, frame times, error of rounding.

    python -m benchmarks web_map [--smoke] [--folium-all] [--no-atlas]

Lines wander at random over 沪苏浙皖: 10,000 of 20 vertices, and 100,000 of 7, for which folium's page has some 49 MB. Every line
has an id of its own and one of 2,000 names. Bars: 10,000 lines ≤ 3 MB and ≤ 1 s written; 100,000 lines ≤ 3 MB, ≤ 1 s written, ≤ 2 s
from opening to drawn in headless Chromium, with hover and click; error ≤ 1 m and ≤ half a pixel; the map of the five-plan atlas
≤ 2.5 MB and ≤ 1 s. folium's page asks the web for its scripts: here they are answered from the installed Leaflet.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from benchmarks._peers import measure, measure_here
from benchmarks._results import Figure, options, record
from geo.geodesy import GEOD
from layers.schema import FEATURES
from maps.page import leaflet_css, leaflet_js
from maps.payload import QUANTUM_DEG
from maps.web import write_web_map

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHROMIUM = Path("/usr/bin/chromium")
BOX = (115.0, 28.0, 122.0, 35.0)
SIZES = {"10k": (10_000, 20), "100k": (100_000, 7), "smoke": (1_000, 20)}
FOLDER = Path(tempfile.gettempdir()) / "tongtu_web_map"
STEP_DEG = 0.003
NAMES = 2_000
BARS = {"10k": (3.0, 1.0, None), "100k": (3.0, 1.0, 2.0), "atlas": (2.5, 1.0, None)}
"""Of ours: MB, seconds to write, seconds to draw."""
HALF_PIXEL_M = 0.5 * 156_543.034 / 2**16
"""Half a pixel at the nearest zoom, on the equator; times the cosine of the latitude elsewhere."""


def lines_of(count: int, vertices: int) -> gpd.GeoDataFrame:
    """Return lines that bend at random, as the existing network of a table of features."""
    rng = np.random.default_rng(7)
    west, south, east, north = BOX
    start = np.c_[rng.uniform(west, east, count), rng.uniform(south, north, count)]
    heading = rng.uniform(0, 2 * np.pi, (count, 1)) + np.cumsum(rng.normal(0, 0.3, (count, vertices)), axis=1)
    xy = start[:, None] + np.cumsum(STEP_DEG * np.stack([np.cos(heading), np.sin(heading)], axis=-1), axis=1)
    modes = np.array(["rail", "highway", "waterway", "energy"])[rng.integers(0, 4, count)]
    table = pd.DataFrame({"feature_id": [f"line-{k:06d}" for k in range(count)], "mode": modes})
    names = np.array([f"线路{k}" for k in range(NAMES)])[rng.integers(0, NAMES, count)]
    table = table.assign(origin="network", status="operating", drawn_by="osm", name=names)
    return gpd.GeoDataFrame(FEATURES.coerce(table), geometry=shapely.linestrings(xy), crs="EPSG:4326")


def tongtu(features: gpd.GeoDataFrame, path: Path) -> None:
    """Write ours."""
    write_web_map(path, features, title="benchmark")


def folium_geojson(features: gpd.GeoDataFrame, path: Path) -> None:
    """Write folium's: a GeoJson layer with a tooltip and a popup."""
    page = folium.Map(location=[31.5, 118.5], zoom_start=7, tiles=None)
    fields = ["name", "mode"]
    folium.GeoJson(
        features[["feature_id", *fields, "geometry"]],
        tooltip=folium.GeoJsonTooltip(fields),
        popup=folium.GeoJsonPopup(fields),
        style_function=lambda _: {"weight": 1, "color": "#9e1b32"},
    ).add_to(page)
    page.save(str(path))


WRITERS: dict[str, Callable[[gpd.GeoDataFrame, Path], None]] = {"tongtu": tongtu, "folium": folium_geojson}


def rounding_error() -> tuple[float, float]:
    """Return the largest distance by which rounding moves a vertex, in metres and in pixels of the nearest zoom."""
    xy = shapely.get_coordinates(lines_of(10_000, 20).geometry.to_numpy())
    kept = np.round(xy / QUANTUM_DEG) * QUANTUM_DEG
    metres = GEOD.inv(xy[:, 0], xy[:, 1], kept[:, 0], kept[:, 1])[2]
    pixels = metres / (2 * HALF_PIXEL_M * np.cos(np.radians(xy[:, 1])))
    return float(metres.max()), float(pixels.max())


DRAWN = """async () => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  while (!(document.body && (document.body.dataset.ready || (window.foliumDone && window.foliumDone())))) await frame();
  await frame(); await frame();
  return performance.now() / 1000; }"""

FOLIUM_DONE = """window.foliumDone = () => document.readyState === "complete" && document.querySelectorAll("path.leaflet-interactive, canvas").length > 0;"""

FRAMES = """async (act) => {
  const deltas = []; let last = performance.now(), on = true;
  const tick = (now) => { deltas.push(now - last); last = now; if (on) requestAnimationFrame(tick); };
  requestAnimationFrame(tick);
  const m = tongtu.map, wait = (ms) => new Promise((done) => setTimeout(done, ms));
  if (act === "pan") for (let k = 0; k < 8; k++) { m.panBy([60, 20], {animate: true, duration: 0.2}); await wait(350); }
  else for (const z of [8, 9, 10, 9, 8]) { m.setZoom(z, {animate: true}); await wait(600); }
  on = false; deltas.shift(); deltas.sort((a, b) => a - b);
  return [deltas[Math.floor(deltas.length / 2)], deltas[Math.floor(deltas.length * 0.95)], deltas[deltas.length - 1]]; }"""

SPOT = """() => { const m = tongtu.map, c = m.getCenter();
  let best = -1, near = Infinity;
  for (let row = 0; row < tongtu.n; row++) { if (!tongtu.geo.types[row]) continue; const s = tongtu.spot(row), d = (s.lat - c.lat) ** 2 + (s.lng - c.lng) ** 2; if (d < near) { near = d; best = row; } }
  m.setView(tongtu.spot(best), 12, {animate: false});
  const p = m.latLngToContainerPoint(tongtu.spot(best)); return [p.x, p.y, tongtu.col.name(best)]; }"""


def pages(path: Path, *, ours: bool) -> Iterator[Any]:
    """Open a page in headless Chromium; whatever it asks of the web is answered from here."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})

        def answer(route: Any) -> None:
            url = route.request.url
            body = leaflet_js() if url.endswith("leaflet.js") else leaflet_css() if url.endswith("leaflet.css") else ""
            kind = "text/css" if url.endswith(".css") else "text/javascript"
            route.fulfill(status=200, content_type=kind, body=body)

        page.route("http*://**/*", answer)
        if not ours:
            page.add_init_script(FOLIUM_DONE)
        page.goto(path.as_uri(), wait_until="commit")
        page.set_default_timeout(120_000 if not ours else 20_000)
        yield page
        browser.close()


def drawn(path: Path, *, ours: bool) -> dict[str, Any]:
    """Return seconds until drawn, frame times in ms (median, 95 %, longest) and whether hover and click work."""
    out: dict[str, Any] = {}
    for page in pages(path, ours=ours):
        out["drawn_s"] = page.evaluate(DRAWN)
        if not ours:
            continue
        out["pan_ms"], out["zoom_ms"] = page.evaluate(FRAMES, "pan"), page.evaluate(FRAMES, "zoom")
        x, y, name = page.evaluate(SPOT)
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        start = time.perf_counter()
        page.mouse.move(x, y)
        page.wait_for_selector(".tip:not([hidden])")
        out["hover_ms"] = 1000 * (time.perf_counter() - start)
        out["hover"] = name in page.inner_text(".tip")
        page.mouse.click(x, y)
        page.wait_for_selector(".card")
        out["click"] = name in page.inner_text(".leaflet-popup")
    return out


def atlas_map() -> tuple[Callable[[], None], Path]:
    """Return the job that writes the map of the five-plan atlas, everything else made before."""
    from maps import atlas

    kept: list[Any] = []
    write = atlas.write_atlas_map

    def keep(*arguments: Any, **options: Any) -> None:
        kept.append((arguments[0], options))
        write(*arguments, **options)

    atlas.write_atlas_map = keep
    atlas.make_atlas([], FOLDER / "atlas")
    made, options = kept[0]
    path = FOLDER / "atlas.html"
    return (lambda: write(made, path, **options)), path


def main() -> None:
    """Write and draw each page and record the figures."""
    asked = options(
        "web_map",
        "1,000 lines, no atlas",
        ("--folium-all", {"action": "store_true", "help": "also draw folium's page of 100,000 lines: a minute"}),
        ("--no-atlas", {"action": "store_true"}),
        ("--only", {"help": "writer and size, such as tongtu-10k"}),
    )
    FOLDER.mkdir(exist_ok=True)
    if asked.only == "atlas":
        job, path = atlas_map()
        measure_here(lambda: _figures(job, path), runs=3)
        return
    if asked.only:
        name, size = asked.only.split("-")
        features, path = lines_of(*SIZES[size]), FOLDER / f"{asked.only}.html"
        writer = WRITERS[name]
        measure_here(lambda: _figures(lambda: writer(features, path), path), runs=3 if name == "tongtu" else 1)
        return
    metres, pixels = rounding_error()
    figures = [
        Figure("largest error of rounding", metres, "m", at_most=1.0),
        Figure("largest error of rounding at the nearest zoom", pixels, "px", at_most=0.5),
    ]
    for size in ["smoke"] if asked.smoke else ["10k", "100k"]:
        count, vertices = SIZES[size]
        what = f"{count:,} lines of {vertices} vertices"
        for name in WRITERS:
            draw = name == "tongtu" or size != "100k" or asked.folium_all
            figures += page_figures(what, name, f"{name}-{size}", draw=draw, bars=size in BARS and name == "tongtu")
    if not asked.smoke and not asked.no_atlas:
        figures += page_figures("atlas of five plans", "tongtu", "atlas", draw=True, bars=True)
    record(
        "web_map",
        figures,
        packages=("folium", "XStatic-Leaflet", "playwright"),
        full=not asked.smoke and not asked.no_atlas and CHROMIUM.exists(),
        note="Drawn: from opening to drawn in headless Chromium without a graphics card. Hover and click were tried on ours.",
    )


def page_figures(what: str, who: str, page: str, *, draw: bool, bars: bool) -> list[Figure]:
    """
    Return what a page weighs, how long it takes to write and, where asked and Chromium is there, to draw and to move.

    Raises
    ------
    RuntimeError
        If it cannot be written, or hover or click do not show the line's name.
    """
    measured = measure("web_map", page, [])
    if isinstance(measured, str):
        message = f"{what}, {who}: {measured}"
        raise RuntimeError(message)
    size, seconds, shown = BARS.get(page.removeprefix("tongtu-"), (None, None, None)) if bars else (None, None, None)
    megabytes, processor = measured.result[0] / 1e6, measured.result[1]
    out = [
        Figure(f"{what}: size", megabytes, "MB", who=who, at_most=size),
        Figure(f"{what}: written", measured.seconds, "s", who=who, at_most=seconds),
        Figure(f"{what}: written, processor time", processor, "s", who=who),
        Figure(f"{what}: peak memory", measured.peak_gb, "GB", who=who),
    ]
    if not draw or not CHROMIUM.exists():
        return out
    told = drawn(FOLDER / f"{page}.html", ours=who == "tongtu")
    out.append(Figure(f"{what}: drawn", told["drawn_s"], "s", who=who, at_most=shown))
    if "pan_ms" in told:
        if not (told["hover"] and told["click"]):
            message = f"{what}: hover {told['hover']}, click {told['click']}"
            raise RuntimeError(message)
        for act in ("pan", "zoom"):
            for name, value in zip(("median", "95 %"), told[f"{act}_ms"], strict=False):
                out.append(Figure(f"{what}: {act}, frame, {name}", value, "ms", who=who))
        out.append(Figure(f"{what}: hover", told["hover_ms"], "ms", who=who))
    return out


def _figures(job: Callable[[], None], path: Path) -> list[float]:
    """Run a job; return the bytes written and the processor's seconds, which a busy machine does not stretch."""
    start = time.process_time()
    job()
    return [path.stat().st_size, time.process_time() - start]


if __name__ == "__main__":
    main()
