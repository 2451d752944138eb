"""
Answers of Overpass in JSON as a file that osmium reads.

Written as OPL, osmium's line format (https://osmcode.org/opl-file-format): an object per line, sorted, each once.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from geo.errors import SchemaError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["data_date_of", "opl_of", "write_opl"]

_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.:;/()")
_ORDER = {"node": 0, "way": 1, "relation": 2}


def write_opl(paths: Path | Iterable[Path], target: Path) -> Path:
    """
    Put answers of Overpass together into one file.

    Parameters
    ----------
    paths : Path or several
        JSON with ``elements``, as ``[out:json]`` gives; objects that stand in several answers are taken once.
    target : Path
        The ``.opl`` to write.

    Returns
    -------
    Path
        ``target``.

    Raises
    ------
    SchemaError
        If a file is no such answer, or the server says that it broke off.
    """
    from pathlib import Path as PathType

    objects: dict[tuple[int, int], str] = {}
    for path in [paths] if isinstance(paths, PathType) else paths:
        for element in _elements(path):
            try:
                key = (_ORDER[str(element["type"])], int(element["id"]))
                objects[key] = opl_of(element)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                message = f"{path}: an element that is no node, way or relation ({json.dumps(element)[:80]}): {error!r}"
                raise SchemaError(message) from error
    with target.open("w", encoding="ascii", newline="\n") as file:
        file.writelines(objects[key] for key in sorted(objects))
    return target


def _elements(path: Path) -> list[dict[str, Any]]:
    try:
        answer = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        message = f"{path}: cut off or no JSON ({error}); ask Overpass again"
        raise SchemaError(message) from error
    if not isinstance(answer, dict) or not isinstance(answer.get("elements"), list):
        message = f"{path}: JSON, but no answer of Overpass (no list of elements); ask with [out:json]"
        raise SchemaError(message)
    if "error" in str(answer.get("remark", "")):
        message = f"{path}: Overpass broke off: {answer['remark']}; ask for a smaller area or later"
        raise SchemaError(message)
    return list(answer["elements"])


def data_date_of(paths: Iterable[Path]) -> str:
    """Return the oldest state of the data that answers give, ISO 8601; ``""`` where none says it."""
    dates = [str(json.loads(path.read_bytes()).get("osm3s", {}).get("timestamp_osm_base", "")) for path in paths]
    return min((date for date in dates if date), default="")


def opl_of(element: dict[str, Any]) -> str:
    r"""
    Return an element of an answer as a line of OPL.

    Examples
    --------
    >>> opl_of({"type": "node", "id": 1, "lat": 31.8, "lon": 117.2, "tags": {"name": "合肥 南"}})
    'n1 Tname=%5408%%80a5%%20%%5357% x117.2000000 y31.8000000\n'
    """
    kind, number = str(element["type"]), int(element["id"])
    tags = ",".join(f"{_escaped(str(k))}={_escaped(str(v))}" for k, v in (element.get("tags") or {}).items())
    if kind == "node":
        return f"n{number} T{tags} x{float(element['lon']):.7f} y{float(element['lat']):.7f}\n"
    if kind == "way":
        return f"w{number} T{tags} N{','.join(f'n{int(ref)}' for ref in element.get('nodes') or ())}\n"
    members = ",".join(
        f"{str(m['type'])[0]}{int(m['ref'])}@{_escaped(str(m.get('role', '')))}" for m in element.get("members") or ()
    )
    return f"r{number} T{tags} M{members}\n"


def _escaped(text: str) -> str:
    return "".join(c if c in _PLAIN else f"%{ord(c):x}%" for c in text)
