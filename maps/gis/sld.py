"""Styled Layer Descriptors (OGC SLD 1.1, Symbology Encoding 1.1) from the style table, for GeoServer and other GIS."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Final

from layers.schema import FEATURES, Method, Mode, Status, Work
from maps.gis.qgis_style import AREA_OPACITY, BAND_OPACITY, DISC_PX, OUTLINE_OPACITY, OUTLINE_PX, SPOT_PX, looks_of
from maps.style import MODES, NETWORK, PROVISIONAL, STAGES, line_look, tint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from maps.gis.handover import Layer
    from maps.gis.qgis_style import Look

__all__ = ["layer_sld"]

SLD, SE, OGC = "http://www.opengis.net/sld", "http://www.opengis.net/se", "http://www.opengis.net/ogc"

MARKS: Final[dict[str, str]] = {
    "square": "square",
    "diamond": "cross",
    "triangle": "triangle",
    "plane": "star",
    "bolt": "x",
    "circle": "circle",
}
"""Symbol of the style table to one of the six marks that every reader of Symbology Encoding has."""


def layer_sld(layer: Layer, fields: Mapping[str, str], *, lang: str = "zh") -> bytes:
    """
    Return the style of a layer of the contract ``FEATURES``; see :func:`maps.gis.qgis_style.layer_qml`.

    Parameters
    ----------
    layer : Layer
        Drawn, contract ``FEATURES``.
    fields : mapping of column to field name
    lang : {"zh", "en"}
        Of the legend.

    Returns
    -------
    bytes
        Sizes are CSS pixels, as in the style table.

    Raises
    ------
    ValueError
        If the layer is not drawn or has another contract.
    """
    if not layer.drawn or layer.schema.name != FEATURES.name:
        message = f"{layer.name}: only drawn layers of the contract features have a style"
        raise ValueError(message)
    for prefix, space in (("", SE), ("sld", SLD), ("ogc", OGC)):
        ET.register_namespace(prefix, space)
    root = ET.Element(f"{{{SLD}}}StyledLayerDescriptor", {"version": "1.1.0"})
    named = ET.SubElement(root, f"{{{SLD}}}NamedLayer")
    _text(named, "Name", layer.name)
    style = ET.SubElement(named, f"{{{SLD}}}UserStyle")
    _text(style, "Name", layer.name)
    kind = ET.SubElement(style, f"{{{SE}}}FeatureTypeStyle")
    draw = {"line": _line, "point": _point, "polygon": _polygon}[layer.kind]
    for number, look in enumerate(looks_of(layer)):
        rule = ET.SubElement(kind, f"{{{SE}}}Rule")
        _text(rule, "Name", f"tongtu_{number}")
        _text(ET.SubElement(rule, f"{{{SE}}}Description"), "Title", look.label(lang))
        _filter(rule, look, fields)
        draw(rule, look)
    ET.indent(root, " ")
    return f"<?xml version='1.0' encoding='UTF-8'?>\n{ET.tostring(root, 'unicode')}\n".encode()


def _filter(rule: ET.Element, look: Look, fields: Mapping[str, str]) -> None:
    every = ET.SubElement(ET.SubElement(rule, f"{{{OGC}}}Filter"), f"{{{OGC}}}And")
    _equal(every, fields["origin"], look.origin)
    _equal(every, fields["mode"], look.mode)
    if look.origin == "network":
        return
    _equal(every, fields["status"], look.status)
    if look.work:
        _equal(every, fields["work"], look.work)
    else:
        _any(ET.SubElement(every, f"{{{OGC}}}Not"), fields["work"], [work.value for work in Work])
    rough = [method.value for method in Method if method in PROVISIONAL]
    _any(every if look.rough else ET.SubElement(every, f"{{{OGC}}}Not"), fields["drawn_by"], rough)


def _any(parent: ET.Element, name: str, values: list[str]) -> None:
    either = ET.SubElement(parent, f"{{{OGC}}}Or")
    for value in values:
        _equal(either, name, value)


def _equal(parent: ET.Element, name: str, value: str) -> None:
    test = ET.SubElement(parent, f"{{{OGC}}}PropertyIsEqualTo")
    ET.SubElement(test, f"{{{OGC}}}PropertyName").text = name
    ET.SubElement(test, f"{{{OGC}}}Literal").text = value


def _line(rule: ET.Element, look: Look) -> None:
    method = Method.STRAIGHT if look.rough else Method.NODES
    drawn = line_look(look.mode, look.status, work=look.work, drawn_by=method.value, origin=look.origin)
    strokes = [
        (drawn.colour, drawn.band_px, (), BAND_OPACITY),
        ("#ffffff", drawn.casing_px, (), 0.85),
        (drawn.colour, drawn.width_px, drawn.dash_px, 0.9 if look.origin == "network" else drawn.opacity),
        ("#ffffff", drawn.core_px, (), 1.0),
    ]
    for colour, width_px, dash_px, opacity in strokes:
        if width_px:
            _stroke(ET.SubElement(rule, f"{{{SE}}}LineSymbolizer"), colour, width_px, dash_px, opacity)


def _point(rule: ET.Element, look: Look) -> None:
    mode = MODES[Mode(look.mode)]
    if look.origin == "network":
        _mark(rule, MARKS[mode.symbol], SPOT_PX, mode.network_colour, "#ffffff", 1.0)
        return
    stage = STAGES[Status(look.status)]
    colour = tint(mode.colour, stage.tint_share)
    full = stage.fill_share >= 1 and not look.rough
    if look.work == Work.UPGRADE.value:
        _mark(rule, "circle", DISC_PX + 5.8, "#ffffff", colour, 1.0)
    _mark(rule, "circle", DISC_PX, colour if full else "#ffffff", colour, max(1.2, stage.width_px * 0.55))
    _mark(rule, MARKS[mode.symbol], DISC_PX * 0.56, "#ffffff" if full else colour, "", 0.0)


def _polygon(rule: ET.Element, look: Look) -> None:
    """Draw an area: a project's by its symbol (of an area, a point symbolizer takes the middle) and a pale outline."""
    mode, stage = MODES[Mode(look.mode)], STAGES[Status(look.status)]
    network = look.origin == "network"
    colour = mode.network_colour if network else tint(mode.colour, stage.tint_share)
    area = ET.SubElement(rule, f"{{{SE}}}PolygonSymbolizer")
    if network:
        fill = ET.SubElement(area, f"{{{SE}}}Fill")
        _parameter(fill, "fill", colour)
        _parameter(fill, "fill-opacity", f"{AREA_OPACITY:g}")
        _stroke(area, colour, NETWORK.width_px, (), 1.0)
    else:
        _stroke(area, colour, OUTLINE_PX, stage.dash_px, OUTLINE_OPACITY)
        _point(rule, look)


def _mark(rule: ET.Element, name: str, size_px: float, fill: str, stroke: str, stroke_px: float) -> None:
    graphic = ET.SubElement(ET.SubElement(rule, f"{{{SE}}}PointSymbolizer"), f"{{{SE}}}Graphic")
    mark = ET.SubElement(graphic, f"{{{SE}}}Mark")
    _text(mark, "WellKnownName", name)
    _parameter(ET.SubElement(mark, f"{{{SE}}}Fill"), "fill", fill)
    if stroke:
        _stroke(mark, stroke, stroke_px, (), 1.0)
    _text(graphic, "Size", f"{size_px:g}")


def _stroke(parent: ET.Element, colour: str, width_px: float, dash_px: tuple[float, ...], opacity: float) -> None:
    stroke = ET.SubElement(parent, f"{{{SE}}}Stroke")
    _parameter(stroke, "stroke", colour)
    _parameter(stroke, "stroke-opacity", f"{opacity:g}")
    _parameter(stroke, "stroke-width", f"{width_px:g}")
    _parameter(stroke, "stroke-linejoin", "round")
    if dash_px:
        _parameter(stroke, "stroke-dasharray", " ".join(f"{d:g}" for d in dash_px))


def _parameter(parent: ET.Element, name: str, value: str) -> None:
    ET.SubElement(parent, f"{{{SE}}}SvgParameter", {"name": name}).text = value


def _text(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, f"{{{SE}}}{tag}").text = text
