"""
QGIS layer styles (QML) from the one style table ``maps.style``, so that QGIS draws a hand-over as our map does.

A rule per look that occurs: mode, stage, new or upgrade, existing or planned, surely or roughly placed. Lines are drawn in
passes over the whole layer (band, casing, line, core), as on the map. QGIS has no aeroplane and no bolt among its simple
markers: a star and a pentagon stand for them.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from layers.schema import FEATURES, Method, Mode, Status, Work
from maps.gis.qgis_fields import explain_fields
from maps.style import (
    MODES,
    NETWORK,
    PROVISIONAL,
    STAGES,
    line_look,
    mode_label,
    origin_label,
    status_label,
    tint,
    work_label,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from maps.gis.handover import Layer

__all__ = ["Look", "layer_qml", "looks_of"]

MM_PER_PX = 25.4 / 96.0
"""The style table counts CSS pixels of 1/96 inch; QGIS draws in millimetres."""

MARKERS: Final[dict[str, str]] = {
    "square": "square",
    "diamond": "diamond",
    "triangle": "triangle",
    "plane": "star",
    "bolt": "pentagon",
    "circle": "circle",
}

DISC_PX, SPOT_PX = 17.0, 6.8
"""Diameters of a planned point's disc and of an existing point's symbol, as on the map."""

BAND_OPACITY, AREA_OPACITY = 0.13, 0.07

OUTLINE_PX, OUTLINE_OPACITY = 0.8, 0.5
"""Of a project's area: paler than its symbol."""


@dataclass(frozen=True, order=True)
class Look:
    """
    What decides how a feature is drawn.

    Parameters
    ----------
    origin, mode, status, work : str
        Words of ``layers.schema``; ``work`` may be empty.
    rough : bool
        Whether the position is provisional.
    """

    origin: str
    mode: str
    status: str
    work: str
    rough: bool

    def label(self, lang: str) -> str:
        """Return the legend's words."""
        if self.origin == "network":
            return f"{origin_label('network', lang)} {mode_label(self.mode, lang)}"
        rough = {"zh": "位置示意", "en": "rough position"}[lang] if self.rough else ""
        parts = [mode_label(self.mode, lang), status_label(self.status, lang), work_label(self.work, lang), rough]
        return " · ".join(part for part in parts if part)


def looks_of(layer: Layer) -> list[Look]:
    """Return the looks that occur in a layer of the contract ``FEATURES``: the network first, then by stage."""
    rough = {method.value for method in PROVISIONAL}
    stages = [status.value for status in STAGES]
    found = set()
    table = layer.table[["origin", "mode", "status", "work", "drawn_by"]].drop_duplicates()
    for origin, mode, status, work, drawn_by in table.astype(str).itertuples(index=False):
        if origin == "network":  # drawn alike whatever its stage
            found.add(Look(origin, mode, Status.OPERATING.value, "", rough=False))
        else:
            found.add(Look(origin, mode, status, work if work in set(Work) else "", rough=drawn_by in rough))
    return sorted(found, key=lambda k: (k.origin, k.mode, stages.index(k.status), k.work, k.rough))


def layer_qml(layer: Layer, fields: Mapping[str, str], *, lang: str = "zh") -> bytes:
    """
    Return the QGIS style of a layer: how it is drawn, and the full names of its fields as aliases.

    Parameters
    ----------
    layer : Layer
        Drawn by the style table where its contract is ``FEATURES``; of other layers only the aliases are given.
    fields : mapping of column to field name
    lang : {"zh", "en"}
        Of legend and aliases.

    Returns
    -------
    bytes
        QGIS loads a ``.qml`` beside a file of the same name, and the one in a GeoPackage's ``layer_styles``.
    """
    styled = layer.drawn and layer.schema.name == FEATURES.name
    root = ET.Element(
        "qgis",
        {
            "version": "3.22.0",
            "styleCategories": "Symbology|Fields|Forms" if styled else "Fields|Forms",
            "readOnly": "0",
        },
    )
    if styled:
        _renderer(root, layer, fields, lang)
    explain_fields(root, layer.schema, fields, lang)
    ET.indent(root, " ")
    text = ET.tostring(root, "unicode")
    return f"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n{text}\n".encode()


def _renderer(root: ET.Element, layer: Layer, fields: Mapping[str, str], lang: str) -> None:
    renderer = ET.SubElement(
        root, "renderer-v2", {"type": "RuleRenderer", "symbollevels": "1", "forceraster": "0", "enableorderby": "0"}
    )
    rules = ET.SubElement(renderer, "rules", {"key": "tongtu"})
    symbols = ET.SubElement(renderer, "symbols")
    for number, look in enumerate(looks_of(layer)):
        attributes = {"key": f"tongtu_{number}", "symbol": str(number), "label": look.label(lang)}
        ET.SubElement(rules, "rule", attributes | {"filter": _filter(look, fields)})
        kind = {"line": "line", "point": "marker", "polygon": "fill"}[layer.kind]
        symbol = ET.SubElement(
            symbols, "symbol", {"name": str(number), "type": kind, "alpha": "1", "clip_to_extent": "1"}
        )
        {"line": _line, "point": _point, "polygon": _polygon}[layer.kind](symbol, look)


def _filter(look: Look, fields: Mapping[str, str]) -> str:
    def equal(column: str, value: str) -> str:
        return f"\"{fields[column]}\" = '{value}'"

    parts = [equal("origin", look.origin), equal("mode", look.mode)]
    if look.origin == "network":
        return " AND ".join(parts)
    parts.append(equal("status", look.status))
    parts.append(
        equal("work", look.work) if look.work else f"coalesce(\"{fields['work']}\", '') NOT IN ('new', 'upgrade')"
    )
    words = ", ".join(f"'{method.value}'" for method in Method if method in PROVISIONAL)
    parts.append(f'"{fields["drawn_by"]}" {"IN" if look.rough else "NOT IN"} ({words})')
    return " AND ".join(parts)


def _line(symbol: ET.Element, look: Look) -> None:
    drawn = line_look(
        look.mode,
        look.status,
        work=look.work,
        drawn_by=(Method.STRAIGHT if look.rough else Method.NODES).value,
        origin=look.origin,
    )
    if drawn.band_px:
        _stroke(symbol, 0, drawn.colour, drawn.band_px, opacity=BAND_OPACITY)
    if drawn.casing_px:
        _stroke(symbol, 1, "#ffffff", drawn.casing_px, opacity=0.85)
    opacity = 0.9 if look.origin == "network" else drawn.opacity
    _stroke(symbol, 2, drawn.colour, drawn.width_px, dash_px=drawn.dash_px, opacity=opacity)
    if drawn.core_px:
        _stroke(symbol, 3, "#ffffff", drawn.core_px)


def _stroke(
    symbol: ET.Element,
    level: int,
    colour: str,
    width_px: float,
    *,
    dash_px: tuple[float, ...] = (),
    opacity: float = 1.0,
) -> None:
    dots = bool(dash_px) and dash_px[0] <= 2.0  # the map draws these as round dots
    dash = tuple(0.1 if dots and i == 0 else d for i, d in enumerate(dash_px))
    _symbol_layer(
        symbol,
        "SimpleLine",
        level,
        {
            "line_color": _rgba(colour, opacity),
            "line_width": _mm(width_px),
            "line_width_unit": "MM",
            "line_style": "solid",
            "capstyle": "round" if dots or not dash_px else "flat",
            "joinstyle": "round",
            "use_custom_dash": "1" if dash else "0",
            "customdash": ";".join(_mm(d) for d in dash) if dash else "5;2",
            "customdash_unit": "MM",
        },
    )


def _point(symbol: ET.Element, look: Look) -> None:
    mode = MODES[Mode(look.mode)]
    marker = MARKERS[mode.symbol]
    if look.origin == "network":
        _marker(symbol, marker, SPOT_PX, _rgba(mode.network_colour, 1.0), outline="#ffffff", outline_px=1.0)
        return
    stage = STAGES[Status(look.status)]
    colour = tint(mode.colour, stage.tint_share)
    full = stage.fill_share >= 1 and not look.rough
    halo_px = DISC_PX + 2 * ((3.6 if look.work == Work.UPGRADE.value else 1.6) + (2.4 if look.rough else 0.0))
    _marker(symbol, "circle", halo_px, _rgba("#ffffff", 0.9))
    if look.rough:
        _marker(symbol, "circle", halo_px, _rgba(colour, 0.2))
    fill = _rgba(colour if full else "#ffffff", 1.0)
    _marker(symbol, "circle", DISC_PX, fill, outline=colour, outline_px=max(1.2, stage.width_px * 0.55))
    if look.work == Work.UPGRADE.value:
        _marker(symbol, "circle", DISC_PX + 5.8, _rgba("#ffffff", 0.0), outline=colour, outline_px=1.0)
    _marker(symbol, marker, DISC_PX * 0.56, _rgba("#ffffff" if full else colour, 1.0))


def _marker(
    symbol: ET.Element, name: str, size_px: float, fill: str, *, outline: str = "", outline_px: float = 0.0
) -> None:
    _symbol_layer(
        symbol,
        "SimpleMarker",
        0,
        {
            "name": name,
            "color": fill,
            "size": _mm(size_px),
            "size_unit": "MM",
            "outline_color": _rgba(outline or "#ffffff", 1.0 if outline else 0.0),
            "outline_style": "solid" if outline else "no",
            "outline_width": _mm(outline_px),
            "outline_width_unit": "MM",
        },
    )


def _polygon(symbol: ET.Element, look: Look) -> None:
    """Draw an area: a project's as the map does, by its symbol within and an outline, for such areas lie over each other."""
    mode, stage = MODES[Mode(look.mode)], STAGES[Status(look.status)]
    network = look.origin == "network"
    colour = mode.network_colour if network else tint(mode.colour, stage.tint_share)
    _symbol_layer(
        symbol,
        "SimpleFill",
        0,
        {
            "color": _rgba(colour, AREA_OPACITY),
            "style": "solid" if network else "no",
            "outline_color": _rgba(colour, 1.0 if network else OUTLINE_OPACITY),
            "outline_style": "solid" if network or not stage.dash_px else "dash",
            "outline_width": _mm(NETWORK.width_px if network else OUTLINE_PX),
            "outline_width_unit": "MM",
        },
    )
    if not network:
        within = _symbol_layer(symbol, "CentroidFill", 1, {"point_on_surface": "1", "point_on_all_parts": "0"})
        name = f"@{symbol.get('name')}@1"
        _point(ET.SubElement(within, "symbol", {"name": name, "type": "marker", "alpha": "1"}), look)


def _symbol_layer(symbol: ET.Element, kind: str, level: int, properties: Mapping[str, str]) -> ET.Element:
    layer = ET.SubElement(symbol, "layer", {"class": kind, "enabled": "1", "locked": "0", "pass": str(level)})
    options = ET.SubElement(layer, "Option", {"type": "Map"})
    for name, value in properties.items():
        ET.SubElement(options, "Option", {"name": name, "type": "QString", "value": value})
    return layer


def _rgba(colour: str, opacity: float) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"{red},{green},{blue},{round(opacity * 255)}"


def _mm(pixels: float) -> str:
    return f"{pixels * MM_PER_PX:.3f}".rstrip("0").rstrip(".")
