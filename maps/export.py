"""
Hand-over to GIS: any table of tongtu in the formats and coordinate systems of Chinese practice, with its metadata.

The formats are one module each in ``maps.gis``; this one puts a bundle together and into its place, whole or not at all.
"""

from __future__ import annotations

import logging
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.atomic_output import output_folder, place_file, staging_folder
from geo.errors import SchemaError, VocabularyError
from geo.schema import parse_word
from maps.gis.geopackage import write_geopackage
from maps.gis.handover import feature_layers
from maps.gis.options import DRAWN_ONLY, Form, Options
from maps.gis.placement import marked_path, placed
from maps.gis.records import Records
from maps.gis.shapefile import write_shapefiles
from maps.gis.sources import Source, read_source, source_of
from maps.gis.writing import write_data

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.crs import OutputCrs
    from maps.gis.handover import Layer

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
        format's ending, beside which ``<name>.records/<checksum>/`` holds all that (see :mod:`maps.gis.records`); or a
        ``.zip`` of the folder.
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
    if form in DRAWN_ONLY and not any(layer.drawn for layer in source.layers):
        message = f"{source.name}: nothing has a geometry, and {form.value} needs one; use csv, xlsx or gpkg"
        raise SchemaError(message)
    systems = placed(source, form, options)
    packed = options.zipped or out.suffix.lower() == ".zip"
    single = out.suffix != "" and not packed
    if single:
        _check_ending(out, form)
    out = marked_path(out, systems)
    records = Records(source, systems, form, options)
    if single:
        report = _single(source, systems, out, form, options, records)
    elif packed:
        out = out if out.suffix.lower() == ".zip" else out.with_name(f"{out.name}.zip")
        with staging_folder(out) as work:
            report = _fill(source, systems, work / "bundle", form, options, records)
            place_file(_zip(work / "bundle", work / "bundle.zip", out.stem), out)
    else:
        with output_folder(out) as folder:  # the folder as a whole appears or not
            report = _fill(source, systems, folder, form, options, records)
    if any(report["losses"].values()):
        log.info("%s: %s", out, ", ".join(f"{k} {v}" for k, v in report["losses"].items()))
    return Exported(out, report)


def _check_ending(out: Path, form: Form) -> None:
    if form is Form.SHP or out.suffix.lower() != f".{form.value}":
        wanted = "a folder or .zip" if form is Form.SHP else f".{form.value}, .zip or a folder"
        message = f"{out.name}: {form.value} is written to {wanted}"
        raise VocabularyError(message)


def _fill(
    source: Source,
    systems: Mapping[OutputCrs, list[Layer]],
    folder: Path,
    form: Form,
    options: Options,
    records: Records,
) -> dict[str, Any]:
    folder.mkdir(exist_ok=True)
    report = records.report(write_data(source, systems, folder, form, options, record=records.embedded()))
    records.add_to(folder, report)
    return report


def _single(
    source: Source, systems: Mapping[OutputCrs, list[Layer]], out: Path, form: Form, options: Options, records: Records
) -> dict[str, Any]:
    with staging_folder(out) as work:
        report = records.report(write_data(source, systems, work, form, options, record=records.embedded()))
        files = sorted(work.iterdir())
        if len(files) != 1:
            message = f"{form.value}: {len(files)} files, one per layer; give a folder, not {out.name}"
            raise VocabularyError(message)
        records.put_in_place(files[0], out, report)
    return report


def _zip(folder: Path, path: Path, name: str) -> Path:
    """Write the files of a folder as a zip of one folder, with fixed times."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            entry = zipfile.ZipInfo(f"{name}/{file.name}", (2000, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            with file.open("rb") as data, archive.open(entry, "w", force_zip64=file.stat().st_size >= 2**31) as packed:
                while block := data.read(1 << 20):
                    packed.write(block)
    return path
