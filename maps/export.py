"""
Hand-over to GIS: any table of tongtu in the formats and coordinate systems of Chinese practice, with its metadata.

The formats are one module each; this one chooses the coordinate system, names the files, counts what was lost, and puts the
bundle into place whole or not at all.
"""

from __future__ import annotations

import io
import json
import logging
import shutil
import tempfile
import zipfile
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, cast

import numpy as np
import pandas as pd
import shapely

from geo.crs import OutputCrs, by_zone, cgcs2000_zone, output_crs, to_output
from geo.errors import CrsError, SchemaError, VocabularyError
from geo.io import MANIFEST, output_folder, sha256_of, write_bytes
from geo.schema import parse_word
from maps.gis.cad import write_dxf
from maps.gis.catalogue import Bundle, iso_19115, stac_item
from maps.gis.field_names import dbase_names, full_names
from maps.gis.geopackage import write_geopackage, write_layers_as_geopackage
from maps.gis.handover import Layer, feature_layers
from maps.gis.kml import write_kml
from maps.gis.metadata import data_dictionary, holds_our_data, licences, manifest
from maps.gis.shapefile import csv_bytes, write_layers_as_shapefiles, write_shapefiles
from maps.gis.sources import Source, read_source, source_of
from maps.gis.tables import joined, write_csv_tables
from maps.gis.vector_files import write_flatgeobufs, write_geojson, write_geoparquet
from maps.gis.workbook import write_workbook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.schema import Schema
    from maps.gis.field_names import NameStyle

__all__ = [
    "Exported",
    "Form",
    "Options",
    "Source",
    "export",
    "feature_layers",
    "read_source",
    "source_of",
    "write_geopackage",
    "write_shapefiles",
]

log = logging.getLogger(__name__)


class Form(StrEnum):
    """Formats of a hand-over."""

    SHP = "shp"
    GPKG = "gpkg"
    GEOJSON = "geojson"
    FGB = "fgb"
    PARQUET = "parquet"
    KML = "kml"
    DXF = "dxf"
    CSV = "csv"
    XLSX = "xlsx"


FOLDERS: Final = frozenset({Form.SHP, Form.FGB})
"""Formats of a file per layer."""

TABLES_ONLY: Final = frozenset({Form.CSV, Form.XLSX})
"""Formats without geometry."""

DRAWN_ONLY: Final = frozenset({Form.SHP, Form.FGB, Form.KML, Form.DXF, Form.GEOJSON})
"""Formats that are of no use without geometry."""

DEFAULT_CRS: Final = {Form.DXF: "albers"}
"""A drawing needs metres; all else is in WGS 84 where nobody asks for another system."""

PROFILES: Final = ("plain", "planning")

REPORT = "export_report.json"


@dataclass(frozen=True)
class Options:
    """
    How to hand over.

    Parameters
    ----------
    crs : str
        See :func:`geo.crs.output_crs`; empty for the profile's.
    encoding : {"", "utf-8", "gb18030"}
        Of shapefiles and CSV; empty for the profile's.
    field_names : {"", "ascii", "zh"}
        Empty for the profile's.
    lang : {"zh", "en"}
        Of aliases, legends, folders, sheets and words.
    split_zones : bool
        Whether data wider than a three-degree zone are split by zone; an error says so otherwise.
    zipped : bool
        Whether the bundle becomes one ``.zip``.
    publisher : str
        Who answers for the data, for the metadata records.
    profile : {"plain", "planning"}
        What is meant where nothing is said. ``plain``: WGS 84 (Albers for DXF), UTF-8, ASCII field names. ``planning``, as
        Chinese planning departments hand over: CGCS2000, in the three-degree zone of the data where one holds them all and
        in longitude and latitude where none does (for DXF, Albers then; KML and GeoJSON know WGS 84 only), GB18030, Chinese
        field names.
    """

    crs: str = ""
    encoding: str = ""
    field_names: NameStyle | Literal[""] = ""
    lang: str = "zh"
    split_zones: bool = False
    zipped: bool = False
    publisher: str = ""
    profile: str = "plain"

    def settled(self, source: Source, form: Form) -> Options:
        """
        Return the options with everything said that the profile leaves to the data and the format.

        Raises
        ------
        VocabularyError
            If the profile is unknown.
        """
        if self.profile not in PROFILES:
            message = f"unknown profile {self.profile!r}; accepted: {', '.join(PROFILES)}"
            raise VocabularyError(message)
        planning = self.profile == "planning"
        return replace(
            self,
            crs=self.crs or (_planning_crs(source, form) if planning else DEFAULT_CRS.get(form, "wgs84")),
            encoding=self.encoding or ("gb18030" if planning else "utf-8"),
            field_names=self.field_names or ("zh" if planning else "ascii"),
        )


@dataclass(frozen=True)
class Exported:
    """
    What was written.

    Parameters
    ----------
    path : Path
        The folder or file.
    report : dict
        Rows per layer and losses by reason, as in ``export_report.json``.
    """

    path: Path
    report: dict[str, Any]

    @property
    def lost(self) -> int:
        """How many values stand whole only in a companion, or not at all."""
        return sum(self.report["losses"].values())


def _planning_crs(source: Source, form: Form) -> str:
    """Return the word for CGCS2000 as planners use it: the data's three-degree zone, else longitude and latitude."""
    if form in {Form.KML, Form.GEOJSON}:
        return "wgs84"
    bounds = [layer.table.total_bounds for layer in source.layers if layer.drawn]
    try:
        if bounds:
            cgcs2000_zone(min(float(b[0]) for b in bounds), max(float(b[2]) for b in bounds))
    except CrsError:
        return "albers" if form is Form.DXF else "cgcs2000"
    return "cgcs2000-3deg" if bounds else "cgcs2000"


def export(
    source: Source | Path | str | pd.DataFrame,
    out: Path | str,
    form: Form | str = Form.SHP,
    options: Options | None = None,
) -> Exported:
    """
    Hand data over.

    Parameters
    ----------
    source : Source, path or table
        What :func:`maps.gis.sources.read_source` read; or what it shall read: the folder of an atlas, a vector file, a
        table; or a GeoDataFrame or DataFrame. A file whose coordinates may be shifted is to be read by ``read_source``,
        which takes its datum.
    out : Path or str
        A folder, which gets the data, ``fields.csv`` (data dictionary), ``licences.csv``, ``export_report.json``,
        ``manifest.json`` (systems, attributions, checksums), ``iso19115.xml`` and ``stac_item.json``; or a file of the
        format's ending, beside which ``<name>.metadata.json``, ``<name>.iso19115.xml`` and ``<name>.stac_item.json`` hold
        all that; or a ``.zip`` of the folder.
    form : Form or str
    options : Options, optional

    Returns
    -------
    Exported
        A shifted datum (GCJ-02, BD-09) is added to the name of every file.

    Raises
    ------
    CrsError
        If the data or the format do not fit the coordinate system.
    SchemaError
        If the format needs geometries and there is none.
    VocabularyError
        If an option or the file's ending does not fit the format.
    MissingExtraError
        If the format needs an extra that is not installed.
    OutputError
        If the output cannot be written.
    """
    out, form = Path(out), parse_word(Form, form)
    if isinstance(source, (str, Path)):
        source = read_source(Path(source))
    elif isinstance(source, pd.DataFrame):
        source = source_of(source, out.stem)
    options = (options or Options()).settled(source, form)
    _check(source, form, options)
    placed = _placed(source, form, options)
    zipped = options.zipped or out.suffix.lower() == ".zip"
    single = out.suffix != "" and not zipped
    if single:
        _check_ending(out, form)
    out = _marked_path(out, placed)
    with tempfile.TemporaryDirectory(prefix="tongtu.") as work:
        built = Path(work)
        report = _report(source, placed, _write(source, placed, built, form, options))
        names = [p for p in built.iterdir() if p.is_file() and p.suffix == f".{form.value}"]
        if single and len(names) != 1:
            message = f"{form.value}: {len(names)} files, one per layer; give a folder, not {out.name}"
            raise VocabularyError(message)
        record = _add_metadata(source, placed, built, form, options, report, with_dictionary=not single)
        if single:
            write_bytes(out, names[0].read_bytes())
            record["files"] = {out.name: sha256_of(out)}
            record["fields"] = _dictionary(source, form, options).to_dict("records")
            write_bytes(out.with_name(f"{out.name}.metadata.json"), _json(record))
            for name, content in _catalogue(source, placed, {out.name: out}, form, options).items():
                write_bytes(out.with_name(f"{out.name}.{name}"), content)
        elif zipped:
            out = out if out.suffix.lower() == ".zip" else out.with_name(f"{out.name}.zip")
            write_bytes(out, _zip(built, out.stem))
        else:
            with output_folder(out) as folder:
                for file in sorted(built.iterdir()):
                    shutil.copyfile(file, folder / file.name)  # the folder as a whole appears or not
    if any(report["losses"].values()):
        log.info("%s: %s", out, ", ".join(f"{k} {v}" for k, v in report["losses"].items()))
    return Exported(out, report)


def _check(source: Source, form: Form, options: Options) -> None:
    if options.encoding not in {"utf-8", "gb18030"}:
        message = f"unknown encoding {options.encoding!r}; accepted: utf-8, gb18030"
        raise VocabularyError(message)
    if options.field_names not in {"ascii", "zh"}:
        message = f"unknown field names {options.field_names!r}; accepted: ascii, zh"
        raise VocabularyError(message)
    if options.lang not in {"zh", "en"}:
        message = f"unknown language {options.lang!r}; accepted: zh, en"
        raise VocabularyError(message)
    if form in DRAWN_ONLY and not any(layer.drawn for layer in source.layers):
        message = f"{source.name}: nothing has a geometry, and {form.value} needs one; use csv, xlsx or gpkg"
        raise SchemaError(message)


def _check_ending(out: Path, form: Form) -> None:
    if form is Form.SHP or out.suffix.lower() != f".{form.value}":
        wanted = "a folder or .zip" if form is Form.SHP else f".{form.value}, .zip or a folder"
        message = f"{out.name}: {form.value} is written to {wanted}"
        raise VocabularyError(message)


def _placed(source: Source, form: Form, options: Options) -> dict[OutputCrs, list[Layer]]:
    """Return the layers in each output system; more than one system only where zones are split."""
    drawn = [layer for layer in source.layers if layer.drawn]
    rest = [layer for layer in source.layers if not layer.drawn]
    word = options.crs
    if form in TABLES_ONLY or not drawn:
        return {output_crs("wgs84", (0.0, 0.0, 0.0, 0.0)): source.layers}
    zone = word.strip().lower().replace("_", "-").startswith("cgcs2000-3deg")
    if options.split_zones and zone:
        placed: dict[OutputCrs, list[Layer]] = {}
        for layer in drawn:
            for target, part in by_zone(layer.table, with_zone_number=word.endswith("number")).items():
                placed.setdefault(target, []).append(
                    layer.with_table(to_output(part, target), f"{layer.name}_{target.mark}")
                )
        ordered = sorted(placed, key=lambda target: target.mark)
        return {target: placed[target] + (rest if target is ordered[0] else []) for target in ordered}
    bounds = np.array([layer.table.total_bounds for layer in drawn])
    west, south = bounds[:, :2].min(axis=0)
    east, north = bounds[:, 2:].max(axis=0)
    target = output_crs(word, (float(west), float(south), float(east), float(north)))
    _check_format(form, target)
    name = f"_{target.mark}" if target.shifted else ""
    return {target: [layer.with_table(to_output(layer.table, target), layer.name + name) for layer in drawn] + rest}


def _check_format(form: Form, target: OutputCrs) -> None:
    if form is Form.KML and target.crs.to_epsg() != 4326:
        message = f"KML is WGS 84 by definition; it cannot hold {target.crs.name}"
        raise CrsError(message)
    if form is Form.GEOJSON and target.crs.is_projected:
        message = f"GeoJSON holds longitude and latitude (RFC 7946), not {target.crs.name}; use gpkg, fgb or shp"
        raise CrsError(message)


def _marked_path(out: Path, placed: Mapping[OutputCrs, Sequence[Layer]]) -> Path:
    """Return the path with the datum in its name where the coordinates are shifted."""
    for target in placed:
        if target.shifted and target.mark not in out.stem.lower():
            return out.with_name(f"{out.stem}_{target.mark}{out.suffix}")
    return out


def _write(
    source: Source, placed: Mapping[OutputCrs, list[Layer]], folder: Path, form: Form, options: Options
) -> dict[str, int]:
    """Write the data; return losses by reason."""
    layers = [layer for part in placed.values() for layer in part]
    target = next(iter(placed))
    stem = f"{source.name}_{target.mark}" if target.shifted else source.name
    path = folder / f"{stem}.{form.value}"
    style, lang = cast("NameStyle", options.field_names), options.lang
    if form is Form.SHP:
        shapes = write_layers_as_shapefiles(layers, folder, encoding=options.encoding, style=style, lang=lang)
        return dict(sorted(shapes.losses.items()))
    if form is Form.FGB:
        write_flatgeobufs(layers, folder, style=style)
        write_csv_tables([x for x in layers if not x.drawn], folder / "not_drawn.csv", options.encoding, style)
    elif form is Form.GPKG:
        write_layers_as_geopackage(layers, path, style=style, lang=lang)
    elif form is Form.GEOJSON:
        write_geojson(layers, path, target=target, style=style)
    elif form is Form.PARQUET:
        write_geoparquet(layers, path, style=style)
    elif form is Form.KML:
        write_kml(layers, path, title=source.name, lang=lang)
    elif form is Form.CSV:
        write_csv_tables(layers, path, options.encoding, style)
        return {"geometry": sum(len(layer.table) for layer in layers if layer.drawn)}
    elif form is Form.XLSX:
        return {"text": write_workbook(_sheets(source), path, lang=lang)}
    else:
        lossy = 0
        for one, part in placed.items():
            name = f"{source.name}_{one.mark}.dxf" if len(placed) > 1 or one.shifted else path.name
            lossy += write_dxf(part, folder / name, lang=lang)
        return {"character": lossy}
    return {}


def _sheets(source: Source) -> list[Layer]:
    """Return the register's tables and all features as one sheet, with the projects first."""
    features = joined(source.layers)
    name = "features" if source.tables else source.name
    whole = [Layer(name, table, schema, "none") for table, schema in features]
    order = [table for table in source.tables if table.name == "projects"]
    return order + whole + [table for table in source.tables if table.name != "projects"]


def _report(source: Source, placed: Mapping[OutputCrs, Sequence[Layer]], losses: Mapping[str, int]) -> dict[str, Any]:
    wide = {
        target.mark: int(sum(_beyond_zone(layer, target) for layer in layers if layer.drawn))
        for target, layers in placed.items()
        if target.mark.startswith("cgcs2000_3deg")
    }
    return {
        "rows": {layer.name: len(layer.table) for layers in placed.values() for layer in layers},
        "found_in_the_input": [finding.text("en") for finding in source.findings],
        "input_datum_guess": source.guess.text("en") if source.guess else "",
        "rows_read": sum(len(layer.table) for layer in source.layers),
        "not_drawn": sum(len(layer.table) for layer in source.layers if not layer.drawn),
        "losses": dict(losses),
        "features_beyond_1.5_degrees_of_their_zone": wide,
    }


def _beyond_zone(layer: Layer, target: OutputCrs) -> int:
    """Count features that reach outside their three-degree zone, where lengths stretch by more than 0.03 %."""
    bounds = shapely.bounds(layer.table.geometry.to_crs("EPSG:4326").to_numpy())
    middle = float(target.crs.to_cf()["longitude_of_central_meridian"])
    return int(((bounds[:, 0] < middle - 1.5) | (bounds[:, 2] > middle + 1.5)).sum())


def _add_metadata(
    source: Source,
    placed: Mapping[OutputCrs, Sequence[Layer]],
    folder: Path,
    form: Form,
    options: Options,
    report: Mapping[str, Any],
    *,
    with_dictionary: bool,
) -> dict[str, Any]:
    """Write dictionary, licences, report and manifest beside the data; return the manifest."""
    if with_dictionary:
        table = _dictionary(source, form, options)
        write_bytes(folder / "fields.csv", csv_bytes([list(table.columns), *table.to_numpy().tolist()]))
        rows = licences()
        used = rows if holds_our_data(source.layers) else []
        write_bytes(folder / "licences.csv", csv_bytes([list(rows[0]), *(list(row.values()) for row in used)]))
        write_bytes(folder / REPORT, _json(report))
    sums = {file.name: sha256_of(file) for file in sorted(folder.iterdir())}
    targets = [] if form in TABLES_ONLY else list(placed)
    if with_dictionary:
        described = {file.name: file for file in sorted(folder.iterdir())}
        for name, content in _catalogue(source, placed, described, form, options).items():
            write_bytes(folder / name, content)
            sums[name] = sha256_of(folder / name)
    record = manifest(form.value, targets, report, sums, ours=holds_our_data(source.layers))
    write_bytes(folder / MANIFEST, _json(record))
    return record


def _catalogue(
    source: Source, placed: Mapping[OutputCrs, Sequence[Layer]], files: Mapping[str, Path], form: Form, options: Options
) -> dict[str, bytes]:
    """Return the records for catalogues by file name."""
    bundle = Bundle(
        source.name,
        form.value,
        source.layers,
        [] if form in TABLES_ONLY else list(placed),
        {name: sha256_of(file) for name, file in files.items()},
        {name: file.stat().st_size for name, file in files.items()},
        options.lang,
        options.publisher,
    )
    return {"iso19115.xml": iso_19115(bundle), "stac_item.json": stac_item(bundle)}


def _dictionary(source: Source, form: Form, options: Options) -> Any:
    schemas: dict[str, Schema] = {}
    for layer in [*source.layers, *(source.tables if form is Form.XLSX else [])]:
        schemas.setdefault(layer.schema.name, layer.schema)
    style = cast("NameStyle", options.field_names)
    if form is Form.SHP:
        names = {k: dbase_names(s, style, options.encoding) for k, s in schemas.items()}
    elif form in {Form.KML, Form.XLSX}:
        names = {k: full_names(s, "zh" if options.lang == "zh" else "ascii") for k, s in schemas.items()}
    else:
        names = {k: full_names(s, style) for k, s in schemas.items()}
    return data_dictionary(list(schemas.values()), names)


def _zip(folder: Path, name: str) -> bytes:
    """Return the files of a folder as a zip of one folder, with fixed times."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            entry = zipfile.ZipInfo(f"{name}/{file.name}", (2000, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _json(record: Mapping[str, Any]) -> bytes:
    return (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode()
