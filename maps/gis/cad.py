"""DXF for CAD users: a layer per mode and stage, coloured and dashed as on the map, each entity with its id and name."""

from __future__ import annotations

import io
import threading
from typing import TYPE_CHECKING, Any

import shapely

from geo.atomic_output import write_bytes
from geo.errors import CrsError, MissingExtraError
from layers.schema import FEATURES, Mode
from maps.style import MODES, line_look, mode_label, origin_label, status_label

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from maps.gis.handover import Layer

__all__ = ["write_dxf"]

APPLICATION = "TONGTU"
"""Name under which each entity carries its id and name as extended data."""

TEXT_HEIGHT_M = 600.0
"""Height of the names at points: 1.2 mm at 1:500,000, the scale of a provincial plan."""

M_PER_PX = 132.0
"""Length of a dash: 1 px of 1/96 inch at 1:500,000."""

ENCODING = "gbk"
"""Text that code page 936 lacks is written as ``\\U+XXXX``, as AutoCAD does."""

_XDATA_BYTES = 250
"""A string of extended data holds at most 255 bytes in most readers."""

_LOCK = threading.Lock()


def write_dxf(layers: Sequence[Layer], path: Path, *, lang: str = "zh") -> int:
    """
    Write drawn layers as DXF of AutoCAD 2004 in code page 936, which GDAL and the CAD programs used in China all read.

    Parameters
    ----------
    layers : sequence of Layer
        In a projected system in metres; what is not drawn has no place in a drawing.
    path : Path
    lang : {"zh", "en"}
        Of the names of layers: ``铁路-在建`` or ``Rail-Under construction``.

    Returns
    -------
    int
        How many names hold a character that a drawing has no code for, written as 〓; the id beside them is whole.

    Raises
    ------
    CrsError
        If the coordinates are degrees, in which a drawing would be a few units wide and distorted.
    MissingExtraError
        If ezdxf is not installed.
    OutputError
        If the file cannot be written.
    """
    drawn = [layer for layer in layers if layer.drawn]
    if any(layer.table.crs is None or not layer.table.crs.is_projected for layer in drawn):
        message = "a drawing needs metres: give --crs albers or --crs cgcs2000-3deg"
        raise CrsError(message)
    try:
        import ezdxf
    except ImportError as error:
        message = "DXF needs ezdxf: pip install 'tongtu[dxf]'"
        raise MissingExtraError(message) from error
    library: Any = ezdxf  # its type hints export none of the names that its manual uses
    buffer = io.StringIO()
    with _LOCK:  # ezdxf takes times and ids of a document from its global options
        earlier = library.options.write_fixed_meta_data_for_testing
        library.options.write_fixed_meta_data_for_testing = True
        try:
            document = library.new("R2004", units=6)  # 6: metres; the last version before UTF-8
            document.encoding = ENCODING
            document.appids.new(APPLICATION)
            document.styles.new("TONGTU", dxfattribs={"font": "simsun.ttc"})
            space = document.modelspace()
            for layer in drawn:
                for row, shape in layer.rows():
                    name = _cad_layer(document, layer, row, lang)
                    _draw(space, shape, name, row, layer.schema.key[0] if layer.schema.key else "")
            document.write(buffer)
        finally:
            library.options.write_fixed_meta_data_for_testing = earlier
    write_bytes(path, buffer.getvalue().encode(ENCODING, errors="dxfreplace"))
    names = [str(row.get("name", "")) for layer in drawn for row, _ in layer.rows()]
    return sum("〓" in _cad_text(name) and "〓" not in name for name in names)


def _cad_layer(document: Any, layer: Layer, row: dict[str, Any], lang: str) -> str:
    """Return the name of a row's CAD layer, making it at first sight."""
    if layer.schema.name != FEATURES.name:
        name, colour, width_px = layer.name, "#62676d", 1.0
        dash: tuple[float, ...] = ()
    else:
        look = line_look(row["mode"], row["status"], origin=row["origin"])
        if row["origin"] == "network":
            name = f"{origin_label('network', lang)}-{mode_label(row['mode'], lang)}"
            colour = MODES[Mode(row["mode"])].network_colour
        else:
            name = f"{mode_label(row['mode'], lang)}-{status_label(row['status'], lang)}"
            colour = look.colour
        dash, width_px = look.dash_px, look.width_px
    name = "".join("_" if c in '<>/\\":;?*|=`,' else c for c in name)
    if name not in document.layers:
        made = document.layers.new(name)
        made.rgb = tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))
        made.dxf.lineweight = min((5, 9, 13, 15, 18, 20, 25, 30, 35, 40, 50, 53), key=lambda w: abs(w - width_px * 8))
        if dash:
            made.dxf.linetype = _linetype(document, dash)
    return name


def _linetype(document: Any, dash_px: tuple[float, ...]) -> str:
    name = "TONGTU_" + "_".join(f"{d:g}" for d in dash_px).replace(".", "P")
    if name not in document.linetypes:
        steps = [d * M_PER_PX * (1 if i % 2 == 0 else -1) for i, d in enumerate(dash_px)]
        document.linetypes.new(name, dxfattribs={"description": name}).setup_pattern(
            [sum(abs(s) for s in steps), *steps]
        )
    return name


def _draw(space: Any, shape: Any, layer: str, row: dict[str, Any], key: str) -> None:
    title = str(row.get("name", ""))
    for part in shapely.get_parts(shape):
        if part.geom_type == "Point":
            entity = space.add_point((part.x, part.y), dxfattribs={"layer": layer})
            if title:
                label = space.add_mtext(
                    _cad_text(title).replace("{", "\\{").replace("}", "\\}"),
                    dxfattribs={"layer": layer, "style": "TONGTU", "char_height": TEXT_HEIGHT_M},
                )
                label.set_location((part.x + TEXT_HEIGHT_M, part.y))
            _identify(entity, row, key, title)
            continue
        lines = [part] if part.geom_type == "LineString" else [part.exterior, *part.interiors]
        for line in lines:
            points = shapely.get_coordinates(line)
            closed = part.geom_type == "Polygon"
            entity = space.add_lwpolyline(points[:-1] if closed else points, close=closed, dxfattribs={"layer": layer})
            _identify(entity, row, key, title)


def _identify(entity: Any, row: dict[str, Any], key: str, title: str) -> None:
    texts = [str(row[key]) if key else "", title]
    entity.set_xdata(APPLICATION, [(1000, _short(_cad_text(text))) for text in texts])


def _cad_text(text: str) -> str:
    """Write a text on one line in code page 936: other characters as escapes, those outside the basic plane as 〓."""
    return "".join(_cad_character(c) for c in text)


def _cad_character(character: str) -> str:
    if not character.isprintable() or character in "\\^":  # which begin an escape
        return " "
    try:
        character.encode(ENCODING)
    except UnicodeEncodeError:
        return f"\\U+{ord(character):04X}" if ord(character) < 0x10000 else "〓"
    return character


def _short(text: str) -> str:
    return text.encode(ENCODING)[:_XDATA_BYTES].decode(ENCODING, errors="ignore")
