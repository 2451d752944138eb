"""
The records of a hand-over: dictionary, licences, report, manifest, ISO 19115 and STAC, in its folder or beside a file.

Two names cannot be written in one step. The records of a single file therefore stand in ``NAME.records/``, in a folder named
by the beginning of that file's SHA-256: they are there before the file takes its place, and older ones go only afterwards,
so that at any moment the file that is in place has its records whole. They are the ones whose folder bears its checksum.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, Final

from geo.atomic_output import MANIFEST, discard_folder, output_folder, place_file, write_bytes
from geo.checksums import sha256_of
from maps.gis.catalogue import Bundle, iso_19115
from maps.gis.field_names import dbase_names, full_names
from maps.gis.metadata import data_dictionary, holds_our_data, licences, manifest
from maps.gis.options import TABLES_ONLY, Form
from maps.gis.placement import beyond_zones
from maps.gis.stac import stac_item
from maps.gis.tables import csv_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from geo.crs import OutputCrs
    from geo.schema import Schema
    from maps.gis.handover import Layer
    from maps.gis.options import Options
    from maps.gis.sources import Source

__all__ = ["REPORT", "Records"]

log = logging.getLogger(__name__)

REPORT: Final = "export_report.json"
RECORDS: Final = ".records"
"""Ending of the folder that holds the records of a single file."""

DIGITS: Final = 16
"""Digits of the checksum in a folder's name."""


class Records:
    """
    What is said of one hand-over.

    Parameters
    ----------
    source : Source
    placed : mapping of OutputCrs to list of Layer
    form : Form
    options : Options
        Settled.
    """

    def __init__(
        self, source: Source, placed: Mapping[OutputCrs, Sequence[Layer]], form: Form, options: Options
    ) -> None:
        self.source, self.placed, self.form, self.options = source, placed, form, options
        self.systems = [] if form in TABLES_ONLY else list(placed)
        self.ours = holds_our_data(source.layers)

    def report(self, losses: Mapping[str, int]) -> dict[str, Any]:
        """Return counts of rows and losses, and what was found in the input."""
        source = self.source
        return {
            "rows": {layer.name: len(layer.table) for layers in self.placed.values() for layer in layers},
            "found_in_the_input": [finding.text("en") for finding in source.findings],
            "input_datum_guess": source.guess.text("en") if source.guess else "",
            "rows_read": sum(len(layer.table) for layer in source.layers),
            "not_drawn": sum(len(layer.table) for layer in source.layers if not layer.drawn),
            "losses": dict(losses),
            "features_beyond_1.5_degrees_of_their_zone": beyond_zones(self.placed),
        }

    def embedded(self) -> bytes:
        """Return the ISO 19115 record that a file can carry within, which names no file and no checksum."""
        return iso_19115(self._bundle({}, "."))

    def add_to(self, folder: Path, report: Mapping[str, Any]) -> None:
        """Write dictionary, licences, report, catalogue records and manifest beside the data in a folder."""
        table = self._dictionary()
        write_bytes(folder / "fields.csv", csv_bytes([list(table.columns), *table.to_numpy().tolist()]))
        rows = licences()
        used = rows if self.ours else []
        write_bytes(folder / "licences.csv", csv_bytes([list(rows[0]), *(list(row.values()) for row in used)]))
        write_bytes(folder / REPORT, _json(report))
        files = {file.name: file for file in sorted(folder.iterdir())}
        for name, content in self._catalogue(files, ".").items():
            write_bytes(folder / name, content)
            files[name] = folder / name
        sums = {name: sha256_of(file) for name, file in files.items()}
        write_bytes(folder / MANIFEST, _json(manifest(self.form.value, self.systems, report, sums, ours=self.ours)))

    def put_in_place(self, staged: Path, out: Path, report: Mapping[str, Any]) -> None:
        """
        Move a finished file into its place, its records before it.

        Parameters
        ----------
        staged : Path
            On the disk of ``out``; its name there does not matter.
        out : Path
        report : mapping

        Raises
        ------
        OutputError
            If they cannot be written; the earlier file and its records are then there as they were.
        """
        sums = {out.name: sha256_of(staged)}
        home = out.with_name(f"{out.name}{RECORDS}")
        mine = home / sums[out.name][:DIGITS]
        label = home / "records"
        with output_folder(mine, label=label) as folder:
            for name, content in self._catalogue({out.name: staged}, "../..").items():
                write_bytes(folder / name, content)
                sums[name] = sha256_of(folder / name)
            record = manifest(self.form.value, self.systems, report, sums, ours=self.ours)
            record["fields"] = self._dictionary().to_dict("records")
            write_bytes(folder / MANIFEST, _json(record))
        place_file(staged, out)
        for other in sorted(home.iterdir()):
            if other != mine and _is_old(other, out.name):
                discard_folder(other, label=label)

    def _catalogue(self, files: Mapping[str, Path], base: str) -> dict[str, bytes]:
        bundle = self._bundle(files, base)
        return {"iso19115.xml": iso_19115(bundle), "stac_item.json": stac_item(bundle)}

    def _bundle(self, files: Mapping[str, Path], base: str) -> Bundle:
        return Bundle(
            self.source.name,
            self.form.value,
            self.source.layers,
            self.systems,
            {name: sha256_of(file) for name, file in files.items()},
            {name: file.stat().st_size for name, file in files.items()},
            self.options.lang,
            self.options.publisher,
            self.source.modified,
            base,
        )

    def _dictionary(self) -> pd.DataFrame:
        schemas: dict[str, Schema] = {}
        for layer in [*self.source.layers, *(self.source.tables if self.form is Form.XLSX else [])]:
            schemas.setdefault(layer.schema.name, layer.schema)
        style, options = self.options.style, self.options
        if self.form is Form.SHP:
            names = {k: dbase_names(s, style, options.encoding) for k, s in schemas.items()}
        elif self.form in {Form.KML, Form.XLSX}:
            names = {k: full_names(s, "zh" if options.lang == "zh" else "ascii") for k, s in schemas.items()}
        else:
            names = {k: full_names(s, style) for k, s in schemas.items()}
        return data_dictionary(list(schemas.values()), names)


def _is_old(folder: Path, name: str) -> bool:
    """Whether a folder holds records of an earlier file of that name, as they were written."""
    if folder.name.startswith("."):
        return False
    try:
        sums = json.loads((folder / MANIFEST).read_text("utf-8"))["files"]
        mine = str(sums[name]).startswith(folder.name)
        there = {file.name: sha256_of(file) for file in folder.iterdir() if file.name != MANIFEST}
    except (OSError, ValueError, KeyError, TypeError):
        return False
    if not mine or any(sums.get(one) != digest for one, digest in there.items()):
        log.warning("kept %s, in which something was added or changed by hand", folder)
        return False
    return True


def _json(record: Mapping[str, Any]) -> bytes:
    return (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode()
