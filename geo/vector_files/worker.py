"""
The process that reads a stranger's file: GDAL alone, within bounds of memory and time, so that a fault in it ends there.

Run as a script, ``python worker.py JOB.json``, which imports nothing of tongtu; writes what it read, pickled, to the path that the job names.
"""

from __future__ import annotations

import json
import logging
import os
import pickle
import sqlite3
import sys
import warnings
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

ALLOWED: Final = frozenset(
    {
        "ESRI Shapefile", "GPKG", "GeoJSON", "GeoJSONSeq", "ESRIJSON", "TopoJSON", "FlatGeobuf", "KML", "LIBKML", "GML",
        "DXF", "XLSX", "ODS", "MapInfo File", "GPX", "OpenFileGDB", "SQLite",
    }
)  # fmt: skip
"""Drivers for files that hold their own data; all others, which may point elsewhere (VRT, HTTP, WFS), are switched off."""

NOT_LAYERS: Final = frozenset({"layer_styles", "qgis_projects"})
"""Tables that QGIS keeps in a GeoPackage for itself."""

CONFIG: Final = {
    "GML_DOWNLOAD_SCHEMA": "NO",
    "GML_SKIP_RESOLVE_ELEMS": "ALL",
    "GDAL_DISABLE_READDIR_ON_OPEN": "FALSE",
    "GDAL_HTTP_TIMEOUT": "1",
    "OGR_GEOJSON_MAX_OBJ_SIZE": "1000",
    "SHAPE_RESTORE_SHX": "YES",
    "OGR_XLSX_HEADERS": "FORCE",
    "LIBKML_LAUNDER_FIELD_NAMES": "NO",
}
"""
No network, no file beyond the one given; an index that is missing is made anew in the folder of the copy; names of KML's
fields as they are, since with underscores for Chinese characters several would be one.
"""

JSON_BYTES: Final = 256 * 2**20
"""A GeoJSON up to this size is looked at as JSON too."""


class _Heard(logging.Handler):
    """Keeps what GDAL says through pyogrio's log."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


def bound(memory_bytes: int, seconds: int, output_bytes: int) -> None:
    """Limit this process; where the system has no such limits (Windows), the caller's clock is the only one."""
    with suppress(ImportError):
        import resource

        for what, most in (
            (resource.RLIMIT_AS, memory_bytes),
            (resource.RLIMIT_CPU, seconds),
            (resource.RLIMIT_FSIZE, output_bytes),
            (resource.RLIMIT_CORE, 0),
        ):
            with suppress(ValueError, OSError):
                resource.setrlimit(what, (most, most))


def read(path: str, encoding: str | None) -> dict[str, Any]:
    """Return layers with names, systems, fields and WKB as GDAL gives them, and what it said meanwhile."""
    for name in ("geopandas", "pandas", "pyarrow"):  # pyogrio imports them if it can; raw reading needs none of them
        sys.modules[name] = None  # type: ignore[assignment]
    heard = _Heard()
    logging.getLogger("pyogrio").addHandler(heard)
    from pyogrio import list_layers, raw, read_info, set_gdal_config_options

    set_gdal_config_options(dict(CONFIG))

    layers = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for name, kind in list_layers(path):
            if name in NOT_LAYERS:
                continue
            info = read_info(path, layer=name, encoding=encoding, force_feature_count=True)
            meta, fids, shapes, fields = raw.read(
                path,
                layer=name,
                encoding=encoding,
                return_fids=True,
                datetime_as_string=True,
                read_geometry=kind is not None,
            )
            layers.append(
                {
                    "name": str(name),
                    "crs": meta["crs"],
                    "drawn": kind is not None,
                    "promised": int(info["features"]),
                    "read": len(fids),
                    "fields": [str(field) for field in meta["fields"]],
                    "types": [
                        "OFTBoolean" if str(dtype) == "bool" else kind
                        for kind, dtype in zip(info["ogr_types"], info["dtypes"], strict=True)
                    ],
                    "wkb": None if shapes is None else list(shapes),
                    "columns": list(fields),
                    "given": _given_in_geopackage(path, str(name), fids) if path.endswith(".gpkg") else [],
                }
            )
    said = [str(one.message) for one in caught] + heard.texts
    return {"layers": layers, "said": list(dict.fromkeys(said))[:50]}


def look_at_geojson(path: str) -> dict[str, Any]:
    """
    Return what GDAL does not tell of a GeoJSON: the coordinate system that it names, and which geometries it gives.

    GDAL takes an unknown system for WGS 84, an unreadable geometry for none, and of a member that repeats the last; it ends texts at NUL.
    """
    repeated: dict[str, None] = {}

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        record = dict(pairs)
        if len(record) < len(pairs):
            keys = [key for key, _ in pairs]
            repeated.update(dict.fromkeys(key for key in record if keys.count(key) > 1))
        return record

    text = Path(path).read_text("utf-8")
    record = json.loads(text, object_pairs_hook=once)
    out: dict[str, Any] = {"crs_word": None, "given": [], "repeated": list(repeated)[:20], "nul": "\\u0000" in text}
    if not isinstance(record, dict):
        return out
    if "crs" in record:
        crs = record["crs"]
        properties = crs.get("properties") if isinstance(crs, dict) else None
        name = properties.get("name") if isinstance(properties, dict) else None
        out["crs_word"] = str(name or json.dumps(crs, ensure_ascii=False)) if crs else ""
    features = record.get("features")
    if isinstance(features, list):
        out["given"] = [
            row
            for row, one in enumerate(features, start=1)
            if isinstance(one, dict) and _has_coordinates(one.get("geometry"))
        ]
    return out


def _has_coordinates(geometry: Any) -> bool:
    return isinstance(geometry, dict) and bool(geometry.get("coordinates") or geometry.get("geometries"))


def _given_in_geopackage(path: str, layer: str, fids: Any) -> list[int]:
    """Return the rows whose geometry is not NULL: GDAL gives none for one that it cannot read."""
    with (
        closing(sqlite3.connect(f"{Path(path).resolve().as_uri()}?mode=ro", uri=True)) as database,
        suppress(sqlite3.Error),
    ):
        found = database.execute(
            "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?", (layer,)
        ).fetchone()
        if found is None:
            return []
        (column,) = found
        keys = [row[1] for row in database.execute("SELECT * FROM pragma_table_info(?)", (layer,)) if row[5]]
        quoted = [f'"{name.replace(chr(34), chr(34) * 2)}"' for name in (keys[0], layer, column)]
        known = {row[0] for row in database.execute("SELECT {} FROM {} WHERE {} IS NOT NULL".format(*quoted))}
        return [row for row, fid in enumerate(fids.tolist(), start=1) if fid in known]
    return []


def damage_of_sqlite(path: str) -> str:
    """Return what SQLite finds broken in a database, or ``""``."""
    uri = f"{Path(path).resolve().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as database:
            (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        return "" if "no such module" in str(error) else str(error)
    return "" if verdict == "ok" else str(verdict)


def main(job_file: str) -> int:
    """Do the job described in a JSON file; exit 0 if something was written."""
    job = json.loads(Path(job_file).read_text("utf-8"))
    bound(job["memory_bytes"], job["seconds"], job["output_bytes"])
    result: dict[str, Any]
    try:
        damage = damage_of_sqlite(job["path"]) if job["sqlite"] else ""
        result = {"error": damage} if damage else read(job["path"], job["encoding"])
        if (
            job["kind"] in {".geojson", ".json"}
            and "layers" in result
            and Path(job["path"]).stat().st_size <= JSON_BYTES
        ):
            looked = look_at_geojson(job["path"])
            result |= {"crs_word": looked["crs_word"], "repeated": looked["repeated"]}
            if looked["nul"]:
                result["said"].append(r"texts hold the character NUL (\u0000), at which they were cut")
            if len(result["layers"]) == 1:
                result["layers"][0]["given"] = looked["given"]
    except MemoryError:
        result = {"error": "memory"}
    except Exception as error:
        result = {"error": str(error) or type(error).__name__}
    with Path(job["result"]).open("wb") as file:
        pickle.dump(result, file, protocol=pickle.HIGHEST_PROTOCOL)
    return 0


def environment() -> dict[str, str]:
    """Return the environment of the process: drivers that may point elsewhere are switched off before GDAL starts."""
    import pyogrio

    others = [name for name in pyogrio.list_drivers() if name not in ALLOWED]
    return {**os.environ, "OGR_SKIP": ",".join(others), "GDAL_SKIP": ",".join(others), "OPENBLAS_NUM_THREADS": "1"}


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
