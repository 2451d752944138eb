"""One reader for the files of others: features in EPSG:4326, and everything that was wrong with them said."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from geo.atomic_output import staging_folder
from geo.crs import GEOGRAPHIC, from_datum, parse_crs, shifted_datum, unpublished_datum
from geo.errors import CrsError, MissingExtraError, SchemaError, VocabularyError
from geo.vector_files.apart import read_apart
from geo.vector_files.attributes import LATIN, attribute_table
from geo.vector_files.findings import Finding
from geo.vector_files.intake import JSON, stage
from geo.vector_files.limits import ReadingLimits
from geo.vector_files.positions import doubts, turned
from geo.vector_files.repair import geometries
from geo.vector_files.text_encoding import stated_encoding

if TYPE_CHECKING:
    from geo.crs import Datum
    from geo.vector_files.intake import Staged

__all__ = ["VectorFile", "read_vector_file"]

DATUMS = ("wgs84", "gcj02", "bd09")
MEASURES = re.compile(r"Measured|\bM\b.*not supported", re.IGNORECASE)
HARMLESS = re.compile(r"Non closed ring|invalid value encountered|Several features with id|shx|\.gfs", re.IGNORECASE)
"""What GDAL says of things that are found and told by ourselves."""


@dataclass(frozen=True)
class VectorFile:
    """
    What a file holds.

    Parameters
    ----------
    path : Path
    layers : dict of layer name to GeoDataFrame in EPSG:4326, or DataFrame where the layer has no geometry
        Rows in the file's order; none is missing.
    findings : tuple of Finding
    datum_stated : bool
        Whether the file or the caller says of which datum the coordinates are, beyond the coordinate system.
    beside : dict of layer name to (dict of file name to content)
        ``fields.csv`` and ``long_texts.csv`` beside a shapefile.
    """

    path: Path
    layers: dict[str, gpd.GeoDataFrame | pd.DataFrame]
    findings: tuple[Finding, ...] = ()
    datum_stated: bool = False
    beside: dict[str, dict[str, bytes]] = field(default_factory=dict)

    def refuse_unusable(self) -> VectorFile:
        """
        Return the file if its positions can be right.

        Raises
        ------
        CrsError
            If axes are swapped, a zone number is too much, or coordinates lie outside their system.
        """
        bad = [finding for finding in self.findings if finding.unusable]
        if bad:
            message = f"{self.path}: " + "; ".join(f"{one.text('zh')} {one.text('en')}" for one in bad)
            if any(one.code == "axes_swapped" for one in bad):
                message += "; --input-axes yx"
            if any(one.code in {"not_degrees", "zone_number", "outside_system"} for one in bad):
                message += "; --input-crs EPSG:n"
            raise CrsError(message)
        return self

    def features(self) -> gpd.GeoDataFrame:
        """Return the layers that have geometries as one table; ``layer`` says where each row comes from if there are several."""
        drawn = {name: t for name, t in self.layers.items() if isinstance(t, gpd.GeoDataFrame)}
        if not drawn:
            message = f"{self.path}: no layer with geometries"
            raise SchemaError(message)
        if len(drawn) == 1:
            return next(iter(drawn.values()))
        parts = [table if "layer" in table else table.assign(layer=name) for name, table in drawn.items()]
        return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), geometry="geometry", crs=GEOGRAPHIC)


@dataclass
class _Request:
    crs: CRS | None
    datum: str
    encoding: str
    turn: bool
    limits: ReadingLimits
    findings: list[Finding] = field(default_factory=list)
    stated: bool = False


def read_vector_file(
    path: Path,
    *,
    crs: str = "",
    datum: str = "",
    encoding: str = "",
    axes: str = "xy",
    limits: ReadingLimits | None = None,
) -> VectorFile:
    """
    Read features from a file of others: shapefile, GeoPackage, GeoJSON, FlatGeobuf, GeoParquet, KML, GML, DXF and more.

    GDAL reads in a process of its own, within bounds of memory and time and without network, so that a file made to break
    it breaks nothing else.

    Parameters
    ----------
    path : Path
        A file, a zip or KMZ of one or more, or a folder of them.
    crs : str
        Coordinate system, where the file states none or a wrong one.
    datum : {"", "wgs84", "gcj02", "bd09"}
        Of the coordinates. Empty: as the file's system says, and WGS 84 otherwise; nothing is guessed.
    encoding : str
        Of texts in a shapefile; empty to go by what is stated and by the bytes.
    axes : {"xy", "yx"}
        ``yx`` for a file with latitude (northing) first.
    limits : ReadingLimits, optional

    Returns
    -------
    VectorFile
        With every row of the file, in EPSG:4326. What was repaired or is doubtful stands in ``findings``.

    Raises
    ------
    SchemaError
        If the file is missing, empty, cut off, of no known kind, broken, or asks for more than the limits allow.
    CrsError
        If it states no coordinate system and none is given, or the one stated is unknown.
    VocabularyError
        If an option is unknown.
    """
    if datum not in {"", *DATUMS} or axes not in {"xy", "yx"}:
        message = f"unknown datum {datum!r} or axes {axes!r}; accepted: {', '.join(DATUMS)}; xy, yx"
        raise VocabularyError(message)
    if encoding and not stated_encoding(encoding):
        message = f"unknown encoding {encoding!r}; accepted: utf-8, gb18030, big5 and what else Python knows"
        raise VocabularyError(message)
    limits = limits or ReadingLimits()
    request = _Request(parse_crs(crs) if crs else None, datum, stated_encoding(encoding), axes == "yx", limits)
    layers: dict[str, gpd.GeoDataFrame | pd.DataFrame] = {}
    beside: dict[str, dict[str, bytes]] = {}
    # A hidden folder in the system's own for such; what a reader that was killed has left there, the next one removes.
    with staging_folder(Path(tempfile.gettempdir()) / "reading") as work:
        work.chmod(0o700)
        for number, staged in enumerate(stage(path, work, limits)):
            for name, table in _tables(path, staged, work / f"job{number}", request):
                free = _free(name, layers)
                layers[free] = table
                if staged.beside:
                    beside[free] = staged.beside
            request.findings += staged.findings
    return VectorFile(path, layers, tuple(request.findings), request.stated, beside)


def _free(name: str, taken: dict[str, Any]) -> str:
    new, number = name, 1
    while new in taken:
        number += 1
        new = f"{name}_{number}"
    return new


def _tables(
    path: Path, staged: Staged, work: Path, request: _Request
) -> list[tuple[str, gpd.GeoDataFrame | pd.DataFrame]]:
    if staged.kind == ".parquet":
        return [_parquet(path, staged, request)]
    out: list[tuple[str, gpd.GeoDataFrame | pd.DataFrame]] = []
    latin = staged.kind == ".shp"
    read = read_apart(path, staged, work, request.limits, LATIN if latin else None)
    stated = None if not latin else request.encoding or staged.encoding
    for text in read["said"]:
        if MEASURES.search(text):
            request.findings.append(Finding("measures_dropped", staged.path.stem))
        elif not HARMLESS.search(text):
            request.findings.append(Finding("gdal", staged.path.stem, detail=text))
    for layer in read["layers"]:
        name = layer["name"]
        if layer["promised"] not in {layer["read"], -1}:
            message = f"{path}, layer {name!r}: {layer['promised']} features promised, {layer['read']} could be read"
            raise SchemaError(message)
        rows = layer["read"]
        table, found = attribute_table(name, layer["fields"], layer["types"], layer["columns"], rows, stated=stated)
        request.findings += found
        if rows == 0:
            request.findings.append(Finding("layer_empty", name))
        if not layer["drawn"]:
            out.append((name, table))
            continue
        shapes, found = geometries(layer["wkb"] if layer["wkb"] is not None else [None] * rows, name)
        told = {row for one in found for row in one.rows if one.code == "geometry_lost"}
        lost = [row for row in layer.get("given", []) if row <= rows and shapes[row - 1] is None and row not in told]
        if lost:
            found.append(Finding("geometry_lost", name, tuple(lost)))
        request.findings += found
        out.append((name, _placed(path, name, table, shapes, layer["crs"], staged, request)))
    return out


def _placed(
    path: Path, name: str, table: pd.DataFrame, shapes: Any, crs: str | None, staged: Staged, request: _Request
) -> gpd.GeoDataFrame:
    """Bring a layer to EPSG:4326, saying what its coordinates cannot be."""
    system = _system(path, name, crs, staged, request)
    if request.turn:
        shapes = turned(shapes)
        request.findings.append(Finding("axes_turned", name))
    datum = request.datum or staged.datum or shifted_datum(system) or ""
    request.stated |= bool(datum)
    request.findings += doubts(shapes, system, name)
    mark = re.search(r"(gcj-?02|bd-?09)", name, re.IGNORECASE)
    if mark and not datum:
        request.findings.append(Finding("name_says_shifted", name, detail=mark.group(1).lower().replace("-", "")))
    drawn = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, index=table.index), crs=system)
    placed = from_datum(drawn, cast("Datum", datum or "wgs84"))
    west, south, east, north = (float(v) for v in placed.total_bounds)
    if not datum and east >= west:  # something is drawn
        unpublished = unpublished_datum(system, (west, south, east, north))
        if unpublished:
            request.findings.append(Finding("datum_unpublished", name, detail=unpublished))
    return placed


def _system(path: Path, name: str, crs: str | None, staged: Staged, request: _Request) -> CRS:
    stated: CRS | None = None
    if staged.kind in JSON and staged.crs_word is not None:
        if staged.crs_word == "":
            request.findings.append(Finding("crs_null", name))
            stated = CRS.from_epsg(4326)
        else:
            stated = parse_crs(staged.crs_word)
    elif crs:
        stated = parse_crs(crs)
    if request.crs is not None:
        if stated is not None and not stated.equals(request.crs, ignore_axis_order=True):
            # A GeoJSON without a word on its system is WGS 84 by the standard only.
            request.findings.append(Finding("crs_overruled", name, detail=stated.name))
        elif stated is None:
            request.findings.append(Finding("crs_given", name, detail=request.crs.name))
        return request.crs
    if stated is None or stated.is_engineering:
        message = (
            f"{path}, layer {name!r}: no coordinate system; write one into the file (.prj), or give it (--input-crs EPSG:4490"
            " for CGCS2000)"
        )
        raise CrsError(message)
    return stated


def _parquet(path: Path, staged: Staged, request: _Request) -> tuple[str, gpd.GeoDataFrame | pd.DataFrame]:
    try:
        pq: Any = import_module("pyarrow.parquet")
    except ImportError as error:
        message = "GeoParquet needs pyarrow: pip install 'tongtu[parquet]'"
        raise MissingExtraError(message) from error
    name = path.stem if path.suffix.lower() == ".parquet" else staged.path.stem
    try:
        spatial = b"geo" in (pq.read_schema(staged.path).metadata or {})
        if not spatial:
            return name, pd.read_parquet(staged.path)
        read = gpd.read_parquet(staged.path)
    except Exception as error:
        message = f"{path}: no GeoParquet, or a damaged one ({error})"
        raise SchemaError(message) from error
    if read.geometry.name != "geometry":
        read = read.rename_geometry("geometry")
    shapes, found = geometries(list(read.geometry.to_wkb()), name)
    request.findings += found
    table = pd.DataFrame(read.drop(columns="geometry")).reset_index(drop=True)
    return name, _placed(path, name, table, shapes, None if read.crs is None else read.crs.to_wkt(), staged, request)
