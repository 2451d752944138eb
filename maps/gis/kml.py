"""KML for Google Earth and for the phones of those who go and look: folders by mode and stage, the map's colours."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from geo.atomic_output import write_bytes
from layers.schema import FEATURES, Method, Mode, Status
from maps.gis.field_names import full_names
from maps.style import MODES, PROVISIONAL, STAGES, line_look, mode_label, origin_label, status_label, tint
from maps.words import word_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geo.schema import Schema
    from maps.gis.handover import Layer

__all__ = ["write_kml"]

NAMESPACE = "http://www.opengis.net/kml/2.2"

_CIRCLE = "http://maps.google.com/mapfiles/kml/shapes/placemark_circle.png"
"""An icon that every KML reader brings along."""


def write_kml(layers: Sequence[Layer], path: Path, *, title: str, lang: str = "zh") -> int:
    """
    Write layers as one KML file.

    Parameters
    ----------
    layers : sequence of Layer, EPSG:4326 (KML knows no other)
        Of the contract ``FEATURES``: a folder per mode (the existing network apart) and in it one per stage. Others: a
        folder per layer. Rows that are not drawn stand in their folder without geometry.
    path : Path
    title : str
    lang : {"zh", "en"}

    Returns
    -------
    int
        How many texts lost a control character, which XML 1.0 has no way to write.

    Raises
    ------
    OutputError
        If the file cannot be written.

    Notes
    -----
    KML has no dashes: colour says the mode, width and lightness the stage, and the folder says both. Fields are declared in
    a ``Schema`` with their type: GDAL, and so QGIS, replaces every Chinese character in the name of an undeclared field
    (``Data``) by underscores, after which names of equal length are one and all but one of their values are lost.
    """
    ET.register_namespace("", NAMESPACE)
    root = ET.Element(_tag("kml"))
    document = ET.SubElement(root, _tag("Document"))
    ET.SubElement(document, _tag("name")).text = _clean(title)
    schemas = _schemas(document, layers, lang)
    styled: dict[str, dict[str, Any]] = {}
    folders: dict[tuple[str, ...], list[ET.Element]] = {}
    for layer in layers:
        names = full_names(layer.schema, "zh" if lang == "zh" else "ascii")
        identity = schemas[layer.schema.name]
        contract = layer.schema.name == FEATURES.name
        for row, shape in layer.rows():
            where: tuple[str, ...] = _folder(row, lang) if contract else (layer.name,)
            style = ""
            if contract and layer.drawn:
                style = f"{row['origin']}_{row['mode']}_{row['status']}_{row['drawn_by']}"
                styled[style] = row
            key = layer.schema.key[0] if len(layer.schema.key) == 1 else ""
            folders.setdefault(where, []).append(_placemark(row, shape, names, identity, style, key, lang))
    for name in sorted(styled):
        document.append(_style(name, styled[name]))
    parents: dict[str, ET.Element] = {}
    for path_of in sorted(folders, key=_order(lang)):
        parent = parents.get(path_of[0])
        if parent is None:
            parent = parents[path_of[0]] = _named_folder(document, path_of[0])
        (parent if len(path_of) == 1 else _named_folder(parent, path_of[1])).extend(folders[path_of])
    ET.indent(root, " ")
    write_bytes(path, ET.tostring(root, encoding="UTF-8", xml_declaration=True) + b"\n")
    texts = (v for layer in layers for c in layer.schema.columns for v in layer.table[c.name] if isinstance(v, str))
    return sum(_clean(text) != text for text in texts)


def _folder(row: dict[str, Any], lang: str) -> tuple[str, str]:
    if row["origin"] == "network":
        return origin_label("network", lang), mode_label(row["mode"], lang)
    return mode_label(row["mode"], lang), status_label(row["status"], lang)


def _order(lang: str) -> Any:
    """Return the order of folders: planned by mode and stage as in the style table, what exists last."""
    words = [mode_label(m.value, lang) for m in Mode] + [status_label(s.value, lang) for s in STAGES]
    words.append(origin_label("network", lang))
    return lambda where: [(words.index(w) if w in words else len(words), w) for w in where]


def _named_folder(parent: ET.Element, name: str) -> ET.Element:
    folder = ET.SubElement(parent, _tag("Folder"))
    ET.SubElement(folder, _tag("name")).text = _clean(name)
    return folder


def _schemas(document: ET.Element, layers: Sequence[Layer], lang: str) -> dict[str, str]:
    """Declare the fields of each contract with their types; return the id of each declaration by the contract's name."""
    tables: dict[str, list[Layer]] = {}
    for layer in layers:
        tables.setdefault(layer.schema.name, []).append(layer)
    ids = {}
    for number, (name, parts) in enumerate(tables.items(), start=1):
        ids[name] = f"fields_{number}"
        declared = ET.SubElement(document, _tag("Schema"), {"name": _clean(name), "id": ids[name]})
        schema = parts[0].schema
        for column, label in full_names(schema, "zh" if lang == "zh" else "ascii").items():
            kind = _kind(schema, column, parts)
            ET.SubElement(declared, _tag("SimpleField"), {"type": kind, "name": _clean(label)})
    return ids


def _kind(schema: Schema, column: str, layers: Sequence[Layer]) -> str:
    """Return KML's word for the type of a column; its whole numbers are of 32 bits."""
    dtype = next(one.dtype for one in schema.columns if one.name == column)
    if dtype == "float64":
        return "double"
    if dtype == "boolean":
        return "bool"
    if dtype == "Int64":
        known = [layer.table[column].dropna() for layer in layers]
        return "int" if all(one.abs().le(np.iinfo(np.int32).max).all() for one in known) else "string"
    return "string"


def _placemark(
    row: dict[str, Any], shape: Any, names: dict[str, str], identity: str, style: str, key: str, lang: str
) -> ET.Element:
    mark = ET.Element(_tag("Placemark"))
    ET.SubElement(mark, _tag("name")).text = _clean(str(row.get("name") or (row[key] if key else "")))
    if style:
        ET.SubElement(mark, _tag("styleUrl")).text = f"#{style}"
    extended = ET.SubElement(mark, _tag("ExtendedData"))
    data = ET.SubElement(extended, _tag("SchemaData"), {"schemaUrl": f"#{identity}"})
    for column, label in names.items():
        value = row[column]
        if value is None or value is pd.NA or value != value or value == "":
            continue
        text = word_of(column, str(value), lang) if isinstance(value, str) else str(value)
        ET.SubElement(data, _tag("SimpleData"), {"name": _clean(label)}).text = _clean(text)
    if shape is not None:
        mark.append(_geometry(shape))
    return mark


def _geometry(shape: Any) -> ET.Element:
    kind = shape.geom_type
    if kind == "Point":
        element = ET.Element(_tag("Point"))
        ET.SubElement(element, _tag("coordinates")).text = _coordinates(shape)
    elif kind == "LineString":
        element = ET.Element(_tag("LineString"))
        ET.SubElement(element, _tag("tessellate")).text = "1"
        ET.SubElement(element, _tag("coordinates")).text = _coordinates(shape)
    elif kind == "Polygon":
        element = ET.Element(_tag("Polygon"))
        for tag, ring in [("outerBoundaryIs", shape.exterior), *(("innerBoundaryIs", r) for r in shape.interiors)]:
            linear = ET.SubElement(ET.SubElement(element, _tag(tag)), _tag("LinearRing"))
            ET.SubElement(linear, _tag("coordinates")).text = _coordinates(ring)
    else:
        parts = list(shape.geoms)
        if len(parts) == 1:
            return _geometry(parts[0])
        element = ET.Element(_tag("MultiGeometry"))
        element.extend(_geometry(part) for part in parts)
    return element


def _coordinates(shape: Any) -> str:
    if shape.has_z:
        return " ".join(f"{x:.7f},{y:.7f},{z:.3f}" for x, y, z in shapely.get_coordinates(shape, include_z=True))
    return " ".join(f"{x:.7f},{y:.7f}" for x, y in shapely.get_coordinates(shape))


def _style(name: str, row: dict[str, Any]) -> ET.Element:
    rough = Method(row["drawn_by"]) in PROVISIONAL
    look = line_look(row["mode"], row["status"], drawn_by=row["drawn_by"], origin=row["origin"])
    stage, mode = STAGES[Status(row["status"])], MODES[Mode(row["mode"])]
    point = mode.network_colour if row["origin"] == "network" else tint(mode.colour, stage.tint_share)
    style = ET.Element(_tag("Style"), {"id": name})
    icon = ET.SubElement(style, _tag("IconStyle"))
    ET.SubElement(icon, _tag("color")).text = _colour(point, 1.0)
    ET.SubElement(icon, _tag("scale")).text = "0.5" if row["origin"] == "network" else "0.9"
    ET.SubElement(ET.SubElement(icon, _tag("Icon")), _tag("href")).text = _CIRCLE
    line = ET.SubElement(style, _tag("LineStyle"))
    ET.SubElement(line, _tag("color")).text = _colour(look.colour, 0.6 if rough else look.opacity)
    ET.SubElement(line, _tag("width")).text = f"{look.width_px:g}"
    fill = ET.SubElement(style, _tag("PolyStyle"))
    ET.SubElement(fill, _tag("color")).text = _colour(look.colour, 0.15)
    return style


def _colour(colour: str, opacity: float) -> str:
    """Return a colour as KML has it: alpha, blue, green, red."""
    return f"{round(opacity * 255):02x}{colour[5:7]}{colour[3:5]}{colour[1:3]}"


def _clean(text: str) -> str:
    """Leave out the control characters that XML 1.0 has no way to write."""
    return "".join(
        c for c in text if c in "\t\n" or (c >= " " and c not in "\ufffe\uffff" and not "\ud800" <= c <= "\udfff")
    )


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
