"""
Files in and out: tables as CSV that Excel opens right, GeoPackages, and folders that appear whole or not at all.

Everything written here is the same, byte for byte, for the same input: no clocks, no random ids.
"""

from __future__ import annotations

import csv
import ctypes
import errno
import hashlib
import io
import json
import logging
import os
import re
import shutil
import tempfile
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.errors import OutputError, SchemaError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import geopandas as gpd

    from geo.schema import Schema

__all__ = [
    "attributions",
    "output_folder",
    "read_features",
    "read_table",
    "sha256_of",
    "write_bytes",
    "write_features",
    "write_table",
]

log = logging.getLogger(__name__)

_FORMULA = re.compile(r"^'*[=+\-@\t\r](?=.)", re.DOTALL)
"""Text that a spreadsheet would run as a formula; it is written behind an apostrophe and read back without it."""

EPOCH = "2000-01-01T00:00:00Z"
"""Stands in for the time of writing inside GeoPackages, so that the same content gives the same bytes."""

MANIFEST = "manifest.json"
KEPT = "kept"


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def attributions() -> list[str]:
    """Return the attributions of all embedded data, each once, in the order of ``geo/data/registry.csv``."""
    text = files("geo").joinpath("data", "registry.csv").read_text("utf-8")
    rows = [row["attribution"] for row in csv.DictReader(text.splitlines())]
    parts = [part.strip() for row in rows for part in row.split(";")]
    return [part for part in dict.fromkeys(parts) if part and part != "tongtu"]


def write_bytes(path: Path, content: bytes) -> None:
    """
    Write a file whole or not at all.

    Raises
    ------
    OutputError
        If the folder cannot be written or the disk is full; an earlier file of that name is left as it was.
    """
    with _explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.chmod(0o666 & ~_umask())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def write_table(table: pd.DataFrame, path: Path, schema: Schema) -> None:
    """
    Write a table as CSV: UTF-8 with a byte-order mark (Excel then reads Chinese), declared columns in order, LF.

    Text that begins like a formula is written behind an apostrophe. Undeclared columns are left out.

    Raises
    ------
    SchemaError
        If the table breaks its contract.
    OutputError
        If the file cannot be written.
    """
    schema.validate(table)
    out = pd.DataFrame(table[schema.names])
    for column in schema.columns:
        if column.is_text:
            out[column.name] = [f"'{v}" if _FORMULA.match(v) else v for v in out[column.name].astype(str)]
        elif column.dtype == "boolean":
            out[column.name] = out[column.name].map({True: "yes", False: "no"}).fillna("")
    write_bytes(path, out.to_csv(index=False, lineterminator="\n").encode("utf-8-sig"))


def read_table(path: Path, schema: Schema) -> pd.DataFrame:
    """
    Read a CSV of a contract, as tongtu or a spreadsheet wrote it.

    UTF-8 with or without byte-order mark, or GB18030 (what a Chinese Excel saves); comma, semicolon or tab; English
    column names or the Chinese ones of the contract.

    Raises
    ------
    SchemaError
        If the file is no table, lacks its key columns, or breaks the contract.
    FileNotFoundError
        If there is no such file.
    """
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", errors="replace")
    header = text.split("\n", 1)[0]
    separator = max(",;\t", key=header.count)
    try:
        table = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False, sep=separator)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        message = f"{path}: no table of {schema.name} ({error}); expected the columns {', '.join(schema.names)}"
        raise SchemaError(message) from error
    known = {label for column in schema.columns for label in (column.name, column.zh)}
    if not known & set(table.columns):
        message = (
            f"{path}: no column of {schema.name}; expected {', '.join(schema.names)}, found {', '.join(table.columns)}"
        )
        raise SchemaError(message)
    for name in table.columns:
        table[name] = [v[1:] if v.startswith("'") and _FORMULA.match(v) else v for v in table[name].astype(str)]
    try:
        return schema.validate(schema.coerce(table))
    except SchemaError as error:
        message = f"{path}: {error}"
        raise SchemaError(message) from error


def write_features(layers: Mapping[str, gpd.GeoDataFrame], path: Path) -> None:
    """
    Write tables as the layers of one GeoPackage, in the order given.

    Parameters
    ----------
    layers : mapping of layer name to GeoDataFrame; a table without geometry becomes an attribute layer
    path : Path
        Written beside and moved into place.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    import pyogrio

    with _explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
            temporary = Path(folder) / path.name
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": EPOCH})
            try:
                for name, table in layers.items():
                    pyogrio.write_dataframe(
                        _plain(table), temporary, layer=name, driver="GPKG", layer_options=_own_names(table.columns)
                    )
            finally:
                pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
            temporary.replace(path)


def read_features(path: Path, schema: Schema) -> gpd.GeoDataFrame:
    """
    Read all layers of a vector file into one table of a contract.

    Parameters
    ----------
    path : Path
        Any file that GDAL reads.

    Returns
    -------
    GeoDataFrame, EPSG:4326, contract ``schema``, sorted by its key

    Raises
    ------
    SchemaError
        If the file cannot be read or a layer does not fit.
    CrsError
        If a layer has no coordinate system, or positions that cannot be right.
    """
    import geopandas as gpd

    from geo.vector_files import read_vector_file

    parts = []
    for table in read_vector_file(path).refuse_unusable().layers.values():
        if not isinstance(table, gpd.GeoDataFrame):
            table = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries([None] * len(table)), crs=schema.crs)  # noqa: PLW2901
        parts.append(schema.coerce(table))
    joined = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), geometry="geometry", crs=schema.crs)
    return joined.sort_values(list(schema.key), ignore_index=True)


@contextmanager
def output_folder(path: Path) -> Iterator[Path]:
    """
    Yield an empty folder beside ``path`` that becomes ``path`` if all goes well, and vanishes if not.

    A folder that is already there is replaced only if tongtu wrote it (it holds a manifest) or if it is empty. What a
    person put or changed in it is not lost: it moves to ``kept/`` in the new folder.

    Raises
    ------
    OutputError
        If the folder holds other people's files, cannot be written, or the disk is full.
    """
    path = Path(os.path.abspath(path))  # noqa: PTH100 - keep a symbolic link as the user's own
    with _explained(path):
        if path.exists() and not path.is_dir():
            message = f"{path} is a file; give a folder"
            raise OutputError(errno.ENOTDIR, message)
        if path.is_dir() and any(path.iterdir()) and not (path / MANIFEST).is_file():
            message = f"{path} holds files that tongtu did not write; choose a new or empty folder"
            raise OutputError(errno.ENOTEMPTY, message)
        path.parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        with _explained(path):
            building.chmod(0o777 & ~_umask())
            yield building
            if path.exists():
                _keep_what_people_changed(path, building)
            _swap(building, path)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _keep_what_people_changed(old: Path, new: Path) -> None:
    try:
        written: dict[str, str] = json.loads((old / MANIFEST).read_text("utf-8")).get("files", {})
    except (OSError, ValueError, AttributeError):
        written = {}
    for file in sorted(old.rglob("*")):
        relative = file.relative_to(old)
        if file.is_dir() or relative.as_posix() == MANIFEST:
            continue
        if relative.parts[0] != KEPT and written.get(relative.as_posix()) == sha256_of(file):
            continue
        target = new / relative if relative.parts[0] == KEPT else new / KEPT / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, target)
        log.warning("kept %s, which was added or changed by hand, as %s", relative, target.relative_to(new))


def _swap(new: Path, path: Path) -> None:
    """
    Put a new folder in the place of an old one; the old one ends beside it and is removed by the caller's clean-up.

    Where the system can exchange two names in one step (Linux), a kill at any moment leaves the old folder or the new one in
    place. Elsewhere there is a moment between two renames in which the old one stands beside, under a hidden name.
    """
    if not path.exists():
        new.rename(path)
        return
    if _exchange(new, path):
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{path.name}.old.", dir=path.parent))
    aside.rmdir()
    path.rename(aside)
    try:
        new.rename(path)
    except OSError:
        aside.rename(path)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names in one step by ``renameat2(2)``; tell whether the system could."""
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError, TypeError):
        return False
    here, exchange = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of the Linux headers
    done: int = rename(here, os.fsencode(one), here, os.fsencode(other), exchange)
    return done == 0


ADVICE = {
    errno.ENOSPC: "the disk is full; free some space or choose another folder",
    errno.EDQUOT: "the disk quota is used up; free some space or choose another folder",
    errno.EACCES: "no permission to write there; choose another folder",
    errno.EPERM: "no permission to write there; choose another folder",
    errno.EROFS: "it is read-only; choose another folder",
    errno.EEXIST: "a part of that path is a file; choose another folder",
    errno.ENOTDIR: "a part of that path is a file; choose another folder",
}
LEAST_FREE_BYTES = 64 * 1024
"""A disk with less than this left is taken for full where a driver only says that it failed."""


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn an operating system's or a GDAL driver's refusal into a message that says what to do."""
    try:
        yield
    except OutputError:
        raise
    except OSError as error:
        advice = ADVICE.get(error.errno or 0, f"{error.strerror or error}; choose another folder or free some space")
        message = f"cannot write {path}: {advice}"
        raise OutputError(error.errno, message) from error
    except RuntimeError as error:
        if not type(error).__module__.startswith("pyogrio"):
            raise
        folder = next(parent for parent in (path, *path.parents) if parent.exists())
        full = "full" in str(error) or shutil.disk_usage(folder).free < LEAST_FREE_BYTES
        message = f"cannot write {path}: {ADVICE[errno.ENOSPC] if full else error}"
        raise OutputError(errno.ENOSPC if full else errno.EIO, message) from error


def _own_names(columns: Iterable[object]) -> dict[str, str]:
    """Return other names for a GeoPackage's own two columns where a table's columns have these, whatever their case."""
    taken = {str(name).casefold() for name in columns}
    out = {}
    for option, usual in (("FID", "fid"), ("GEOMETRY_NAME", "geom")):
        if usual in taken:
            name = f"{usual}_1"
            while name in taken:
                name += "_1"
            out[option] = name
    return out


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Return a copy whose columns GDAL stores with their type: whole numbers, yes/no, text."""
    out = table.copy()
    for name in out.columns:
        if name == "geometry":
            continue
        if out[name].dtype == "boolean":
            out[name] = out[name].map({True: "yes", False: "no"}).fillna("")
    return out


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def table_records(table: pd.DataFrame, columns: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Return rows as dictionaries for JSON: NaN and NA become None."""
    frame = table[list(columns)] if columns is not None else table
    return [
        {str(k): (None if not isinstance(v, (list, dict)) and pd.isna(v) else v) for k, v in row.items()}
        for row in frame.to_dict("records")
    ]
