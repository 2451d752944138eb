"""
One HTML file with the whole plan on a map: no request, no script but our own, any name shown as written.

folium gives the frame (a figure, a map, elements with children, ``save``, the display in Jupyter); its scripts from the
web do not come along. Leaflet is inlined from the installed package, the data travel packed (``maps.payload``), and the
page draws them on canvases of its own (``assets/*.js``).
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import folium
import numpy as np
import shapely
from branca.element import Figure, MacroElement
from jinja2 import Template

from geo.crs import wgs84_to_gcj02
from layers.schema import FEATURES
from maps import content, style
from maps.page import POLICY_MARK, asset, leaflet_css, leaflet_js, seal, write_page
from maps.payload import Payload, plain
from maps.reach import reach_part
from maps.thematic import area_layers, target_layers
from maps.tiles import Tiles
from projects.schema import MENTIONS, PROJECTS, VERDICTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

__all__ = ["OfflineMap", "Tiles", "web_map", "write_web_map"]

_SCRIPTS = (
    "dom.js",
    "geodesy.js",
    "payload.js",
    "canvas.js",
    "draw.js",
    "path_index.js",
    "app.js",
    "scene.js",
    "surfaces.js",
    "address.js",
    "card.js",
    "search.js",
    "timeline.js",
    "panel.js",
    "status.js",
    "table.js",
    "measure.js",
    "sheet.js",
    "tools.js",
    "start.js",
)
_DATA_MARK, _SCRIPT_MARK = "@tongtu-data@", "/*@tongtu-script@*/"
"""Where data and scripts go once the templates are done: these would read both for expressions, and slowly."""

_DEFAULT_BOUNDS = (114.8, 27.0, 123.2, 35.2)
"""Where a map of nothing looks: 沪苏浙皖."""

_MARGIN_DEG = 0.3
_FEW = 20
"""Below so many projects all of them are in the first view."""


class _Page(Figure):
    """folium's figure with a policy, a language, and nothing from the web."""

    _template = Template(
        "<!DOCTYPE html>\n"
        '<html lang="{{ this.lang }}">\n<head>\n<meta charset="utf-8">\n{{ this.mark }}\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="{{ this.referrer }}">\n'
        "<title>{{ this.title | e }}</title>\n"
        "<style>{{ this.leaflet_css }}</style>\n<style>{{ this.css }}</style>\n"
        "{{ this.header.render(**kwargs) }}\n</head>\n<body>\n{{ this.html.render(**kwargs) }}\n"
        "<script>{{ this.leaflet_js }}</script>\n"
        "<script>\n{{ this.script.render(**kwargs) }}\n</script>\n</body>\n</html>\n"
    )

    def __init__(self, *, title: str, lang: str, image_hosts: tuple[str, ...] = ()) -> None:
        super().__init__(title=title, height="640px")
        self._children.pop("meta_http", None)
        self.header._children.clear()
        self.lang = "en" if lang == "en" else "zh-CN"
        self.mark = POLICY_MARK
        self.image_hosts = image_hosts
        # Providers of tiles ask to be told which site shows them; without tiles there is nobody to tell.
        self.referrer = "strict-origin-when-cross-origin" if image_hosts else "no-referrer"
        self.leaflet_css, self.leaflet_js = leaflet_css(), leaflet_js()
        names = "".join(f"--{name.replace('_', '-')}:{colour};" for name, colour in style.PALETTE.items())
        self.css = f":root{{{names}}}\n" + asset("map.css") + asset("table.css") + asset("sheet.css")
        self._id = "tongtu"
        self.data = ""

    def render(self, **kwargs: Any) -> str:
        """Render the page, put in what must not pass through its templates, and seal it."""
        html = super().render(**kwargs)
        html = html.replace(_DATA_MARK, self.data, 1)
        html = html.replace(_SCRIPT_MARK, "\n".join(asset(name) for name in _SCRIPTS), 1)
        return seal(html, image_hosts=self.image_hosts)


class OfflineMap(folium.Map):
    """folium's map without the scripts that it would load from the web."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012  folium reads class attributes
    default_css: list[tuple[str, str]] = []  # noqa: RUF012

    _template = Template(
        """
        {% macro html(this, kwargs) %}
        <a class="skip" href="#search">{{ this.skip | e }}</a>
        <div class="folium-map" id="{{ this.get_name() }}" role="application" aria-label="{{ this.label | e }}"></div>{% endmacro %}
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.map({{ this.get_name() | tojson }}, {{ this.leaflet_options | tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, location: Sequence[float], *, zoom_start: int, title: str, lang: str, hosts: tuple[str, ...]):
        super().__init__(location=location, zoom_start=zoom_start, tiles=None)
        self._id = "tongtu"
        phrases = content.words(lang)
        self.skip, self.label = phrases["skip"], phrases["map"]
        self.leaflet_options = {
            "center": [float(v) for v in location],
            "zoom": zoom_start,
            "zoomControl": False,
            "fadeAnimation": False,
            "attributionControl": False,
            "zoomSnap": 0.25,
            "zoomDelta": 0.5,
            "wheelPxPerZoomLevel": 100,
            "minZoom": 4,
            # Coordinates are kept to 0.8 m: at zoom 16 that is still less than half a pixel.
            "maxZoom": 16,
        }
        frame = _Page(title=title, lang=lang, image_hosts=hosts)
        frame.add_child(self, name=self.get_name())
        self.frame = frame


class _Application(MacroElement):
    """Panel, status line, data, and the script that draws them."""

    _template = Template(
        """
        {% macro header(this, kwargs) %}<style>:root{--background:{{ this.background }}}</style>{% endmacro %}
        {% macro html(this, kwargs) %}
        <aside id="panel" aria-label="{{ this.words.panel | e }}"><header><h1>{{ this.heading }}</h1></header></aside>
        <div id="status" role="status" aria-live="off"></div>
        <div id="failure" role="alert" hidden>{{ this.words.failure | e }}</div>
        <noscript><p>{{ this.words.noscript | e }}</p></noscript>
        <script type="text/plain" id="tongtu-data">{{ this.data_mark }}</script>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        {% set map = this._parent.get_name() %}
        L.control.scale({position: "bottomright", imperial: false, maxWidth: 130}).addTo({{ map }});
        {% for url in this.tile_urls %}L.tileLayer({{ url | tojson }}, {subdomains: {{ this.tiles.subdomains | tojson }}, maxNativeZoom: {{ this.tiles.max_zoom }}, zoomOffset: 0}).addTo({{ map }});
        {% endfor %}
        {{ this.script_mark }}
        startTongtu({{ map }});
        {% endmacro %}
        """
    )

    def __init__(self, *, title: str, words: Mapping[str, str], background: str, tiles: Tiles | None):
        start: Any = super().__init__  # branca declares no types for it
        start()
        self._name, self._id = "application", "tongtu"
        # branca renders what this template gives a second time, as a template: a brace must not reach it from a title.
        self.heading = escape(title).replace("{", "&#123;").replace("}", "&#125;")
        self.words, self.background, self.tiles = words, background, tiles
        self.tile_urls = [url for url in (tiles.url, tiles.labels_url) if url] if tiles else []
        self.data_mark, self.script_mark = _DATA_MARK, _SCRIPT_MARK


def web_map(
    features: gpd.GeoDataFrame,
    *,
    projects: pd.DataFrame | None = None,
    mentions: pd.DataFrame | None = None,
    areas: gpd.GeoDataFrame | None = None,
    counties: gpd.GeoDataFrame | None = None,
    indicators: pd.DataFrame | None = None,
    verdicts: pd.DataFrame | None = None,
    isochrones: gpd.GeoDataFrame | None = None,
    basemap: Mapping[str, gpd.GeoDataFrame] | None = None,
    title: str,
    lang: str = "zh",
    documents: Mapping[str, str] | None = None,
    sources: Sequence[str] = (),
    map_approval: str = "",
    tiles: Tiles | None = None,
) -> OfflineMap:
    """
    Make the web map of a plan.

    Parameters
    ----------
    features : GeoDataFrame, contract ``layers.schema.FEATURES``, n rows, EPSG:4326
        The existing network and the projects; those without geometry are listed with the reason.
    projects : DataFrame, contract ``projects.schema.PROJECTS``, optional
        Aliases, places and doubts for the cards; joined by ``project_id`` = ``feature_id``.
    mentions : DataFrame, contract ``projects.schema.MENTIONS``, optional
        Stage by document, with clause and quotation.
    areas : GeoDataFrame, contract ``layers.schema.AREAS``, optional
        Cities: outlines, names, and what indicators colour.
    counties : GeoDataFrame, contract ``layers.schema.AREAS``, optional
        Coloured by the indicators that name counties; left out where none does.
    indicators : DataFrame, contract ``layers.schema.INDICATORS``, optional
        By city or county; where both scenarios are there, also what the projects change.
    verdicts : DataFrame, contract ``projects.schema.VERDICTS``, optional
        How far targets are reached, by the region that each is for.
    isochrones : GeoDataFrame, contract ``layers.isochrones.ISOCHRONES``, optional
        Rings of travel time; of two scenarios the page shows either, or one over the other.
    basemap : mapping of role to GeoDataFrame, optional
        See ``maps.content.ground_part``. No national border is drawn; give administrative outlines of an approved map.
    title : str
    lang : {"zh", "en"}
        Language in which the page opens; the reader can change it.
    documents : mapping of short name to title, optional
        Also the order in which documents are listed.
    sources : sequence of str
        Attribution of the data.
    map_approval : str
        审图号 of the map; the page says where it is missing.
    tiles : Tiles, optional
        Online tiles instead of the base map inside; the page then does make requests, to that host alone.

    Returns
    -------
    OfflineMap
        A folium map: ``save`` writes the page, Jupyter shows it. The same input gives the same bytes.

    Raises
    ------
    SchemaError
        If a table breaks its contract, or a geometry is a collection.
    ValueError
        If the language, a stage or a base map role is unknown.
    MissingExtraError
        If Leaflet's files are not installed.
    """
    phrases = content.words(lang)
    FEATURES.validate(features)
    projects = PROJECTS.empty() if projects is None else PROJECTS.validate(projects)
    mentions = MENTIONS.empty() if mentions is None else MENTIONS.validate(mentions)
    verdicts = None if verdicts is None else VERDICTS.validate(verdicts)
    coloured = area_layers({"areas": areas, "counties": counties}, indicators) + target_layers(areas, verdicts)
    if not any(layer["role"] == "counties" for layer in coloured):
        counties = None
    if tiles is not None and tiles.gcj02:
        features = _shifted(features)
        areas = None if areas is None else _shifted(areas)
        counties = None if counties is None else _shifted(counties)
        isochrones = None if isochrones is None else _shifted(isochrones)
        basemap = {role: _shifted(layer) for role, layer in (basemap or {}).items()}
    titles = _document_titles(features, mentions, documents)
    payload = Payload()
    part = content.features_part(payload, features)
    ground = content.ground_part(payload, areas, basemap, counties=counties)
    bounds = _bounds(features, areas)
    data = payload.text(
        {
            "lang": lang,
            "words": {one: content.words(one) for one in content.LANGUAGES},
            "palette": style.PALETTE,
            "choropleth": list(style.CHOROPLETH),
            "reached": list(style.REACHED),
            "rings": list(style.RINGS),
            "title": plain(title),
            "subtitle": _subtitle(features),
            "map_approval": plain(map_approval),
            "sources": [plain(s) for s in sources],
            "tiles": _tile_facts(tiles),
            "bounds": bounds,
            "documents": [{"id": plain(name), "title": plain(title_)} for name, title_ in titles.items()],
            "projects": content.project_records(projects),
            "flags": content.flag_words(projects),
            "mentions": content.mention_records(mentions, list(titles)),
            "indicators": coloured,
            "reach": reach_part(payload, isochrones),
            "pinyin": content.pinyin_of(features, projects),
            **part,
            **ground,
        }
    )
    page = OfflineMap(
        [round((bounds[1] + bounds[3]) / 2, 4), round((bounds[0] + bounds[2]) / 2, 4)],
        zoom_start=7,
        title=str(plain(title)),
        lang=lang,
        hosts=(tiles.host,) if tiles else (),
    )
    roles = {layer["role"] for layer in ground["base"]}
    # Where the ground says what is sea, the rest is land, also beyond its frame; where it says what is land, the reverse.
    background = style.PALETTE["sea" if roles & {"land", "neighbours"} and "sea" not in roles else "land"]
    _Application(title=str(plain(title)), words=phrases, background=background, tiles=tiles).add_to(page)
    page.frame.data = data
    return page


def write_web_map(path: str | Path, features: gpd.GeoDataFrame, **options: Any) -> Path:
    """
    Write the web map of a plan as one HTML file.

    Parameters
    ----------
    path : path
    features, **options
        As for ``web_map``.

    Returns
    -------
    Path

    Raises
    ------
    OutputError
        If the file cannot be written; and what ``web_map`` raises.
    """
    return write_page(path, web_map(features, **options).get_root().render())


def _subtitle(features: gpd.GeoDataFrame) -> dict[str, str]:
    """Say how many projects there are and how many are drawn; nothing where there are none."""
    planned = features[features["origin"] == "project"]
    if not len(planned):
        return {}
    drawn = int((~(planned.geometry.isna() | planned.geometry.is_empty)).sum())
    return {one: _fill(content.words(one)["subtitle_projects"], len(planned), drawn) for one in content.LANGUAGES}


def _tile_facts(tiles: Tiles | None) -> dict[str, Any] | None:
    """Return what the page must say of its tiles."""
    if tiles is None:
        return None
    return {
        "attribution": plain(tiles.attribution),
        "link": plain(tiles.attribution_url),
        "gcj02": tiles.gcj02,
    }


def _fill(text: str, *values: object) -> str:
    for position, value in enumerate(values):
        text = text.replace("{" + str(position) + "}", str(value))
    return text


def _document_titles(
    features: gpd.GeoDataFrame, mentions: pd.DataFrame, given: Mapping[str, str] | None
) -> dict[str, str]:
    """Return short name to title: those given first, then any other that the tables name."""
    named = {name for cell in features["documents"].astype(str).unique() for name in cell.split("|") if name}
    named |= set(mentions["document"].astype(str))
    titles = {str(name): str(title) for name, title in (given or {}).items() if name in named}
    return titles | {name: name for name in sorted(named - set(titles))}


def _bounds(features: gpd.GeoDataFrame, areas: gpd.GeoDataFrame | None) -> list[float]:
    """
    Return west, south, east, north of where most projects lie, else of the areas, else of everything, else of the delta.

    A plan of one province names a line to the other end of the country now and then: the middle nine tenths of the
    projects' own middles set the frame, within the areas.
    """
    frame = None if areas is None or not len(areas) else areas.total_bounds
    planned = features[(features["origin"] == "project") & features.geometry.notna() & ~features.geometry.is_empty]
    if len(planned):
        boxes = planned.bounds.to_numpy()
        middles = (boxes[:, :2] + boxes[:, 2:]) / 2
        found = np.concatenate([np.quantile(middles, 0.05, axis=0), np.quantile(middles, 0.95, axis=0)])
        found += np.array([-_MARGIN_DEG, -_MARGIN_DEG, _MARGIN_DEG, _MARGIN_DEG])
        if len(planned) < _FEW:
            found = planned.total_bounds
        if frame is not None and found[0] < frame[2] and found[2] > frame[0] and found[1] < frame[3]:
            found = np.concatenate([np.maximum(found[:2], frame[:2]), np.minimum(found[2:], frame[2:])])
    elif frame is not None:
        found = frame
    else:
        found = features.total_bounds
    if not np.isfinite(found).all():
        return list(_DEFAULT_BOUNDS)
    # A single airport has no extent: show what lies around it.
    room = 0.0 if found[2] - found[0] + found[3] - found[1] > 0.2 else 0.4
    return [round(float(v), 4) for v in found + np.array([-room, -room, room, room])]


def _shifted(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a table shifted to GCJ-02, for display over tiles in that datum only."""

    def shift(xy: Any) -> Any:
        lon, lat = wgs84_to_gcj02(xy[:, 0], xy[:, 1])
        return np.column_stack([lon, lat])

    out = table.copy()
    out[table.geometry.name] = shapely.transform(np.asarray(table.geometry.array, dtype=object), shift)
    return out.set_crs(table.crs, allow_override=True)
