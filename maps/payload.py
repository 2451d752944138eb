"""
Tables and geometries packed small enough to travel inside one HTML page.

A page that carries GeoJSON for 100,000 lines weighs 49 MB. Here coordinates are rounded to a quantum, each vertex is kept
as its difference from the one before, the differences are split into planes of low and high bytes (the high ones are
nearly all zero), and the whole goes through gzip and into 85 characters. A browser undoes it with ``DecompressionStream`` and typed
arrays; ``assets/payload.js`` is the other half of this module.

The packed bytes are: length of the header (uint32, little-endian), header (JSON, UTF-8), sections one after another.
The header names each section by ``[offset, count, planes]``, the offset counted from the end of the header.
"""

from __future__ import annotations

import gzip
import json
import math
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from geo.errors import SchemaError

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["COMPRESSION_LEVEL", "QUANTUM_DEG", "Payload", "plain"]

QUANTUM_DEG = 1e-5
"""Step to which coordinates are rounded: 1.11 m of latitude, so that no vertex moves by more than 0.79 m."""

COMPRESSION_LEVEL = 6

TEXT_ALPHABET = "".join(chr(code) for code in range(33, 127) if chr(code) not in "<>&\"'`\\{}")
"""85 characters for bytes as text: none opens a tag, a comment or a template's expression, or is an escape anywhere."""

_NUMBERED = re.compile(r"(.*?[^0-9]|)([0-9]{1,9})", re.DOTALL)

_LONGEST_NAME = 40
"""Numbered names are shorter than that."""

_TYPE_CODES = {0: 1, 1: 2, 2: 2, 3: 3, 4: 1, 5: 2, 6: 3}
"""shapely's type ids (point, line, ring, polygon and their multi forms) to 1 point, 2 line, 3 area."""


def plain(value: Any) -> Any:
    """
    Return a value as JSON knows it: missing is None, numpy's numbers are Python's, text stays as it is.

    Parameters
    ----------
    value : scalar, str, None, NaN or NA
    """
    if value is None or value is pd.NA:
        return None
    if isinstance(value, (str, bool, int)):
        # An unpaired surrogate (half a broken character) has no UTF-8 form: show the replacement character.
        return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else value
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value == int(value) else value
    return value if isinstance(value, (bool, int)) else str(value)


def _plain_words(words: Any) -> list[Any]:
    """Return values as JSON knows them; of sound text, in one go."""
    listed = list(words)
    if all(type(word) is str for word in listed):
        try:
            "".join(listed).encode("utf-8")
        except UnicodeEncodeError:
            pass
        else:
            return listed
    return [plain(word) for word in listed]


def _zigzag(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Map 0, -1, 1, -2, 2 … to 0, 1, 2, 3, 4 …, so that small differences have small bytes whatever their sign."""
    zigzag: NDArray[np.int64] = np.where(values < 0, -2 * values - 1, 2 * values)
    return zigzag


class Payload:
    """
    Sections of numbers and a header that refers to them.

    Use ``integers``, ``column`` and ``geometry`` to add; each returns what the header should hold. ``text`` closes it.

    Parameters
    ----------
    quantum_deg : float
        Step of coordinates where a call gives no other.
    """

    def __init__(self, quantum_deg: float = QUANTUM_DEG) -> None:
        self.quantum_deg = quantum_deg
        self._sections: list[bytes] = []
        self._length = 0

    def integers(self, values: NDArray[np.int64]) -> list[int]:
        """
        Add whole numbers.

        Parameters
        ----------
        values : array of int64, shape (n,), each below 2³¹ in size

        Returns
        -------
        list of int
            ``[offset, count, planes]``.
        """
        coded = _zigzag(np.asarray(values, dtype=np.int64))
        largest = int(coded.max()) if len(coded) else 0
        planes = max(1, (largest.bit_length() + 7) // 8)
        data = b"".join(((coded >> (8 * plane)) & 255).astype(np.uint8).tobytes() for plane in range(planes))
        section = [self._length, len(coded), planes]
        self._sections.append(data)
        self._length += len(data)
        return section

    def column(self, values: pd.Series, *, decimals: int = 2) -> dict[str, Any]:
        """
        Add a column of a table.

        Parameters
        ----------
        values : Series, n rows
            Text or numbers; missing allowed.
        decimals : int
            Numbers are rounded to so many.

        Returns
        -------
        dict
            ``{"one": value}`` where all rows agree, ``{"list": values}``, ``{"words": values, "at": section}``, or for
            numbered names (line 0001, line 0002 …) ``{"stem": text, "digits": width, "steps": section}``, the numbers as
            differences from the one before.
        """
        if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
            numbers = values.astype("float64").round(decimals)
            if not numbers.notna().any():
                return {"one": None}
            return {"list": [None if math.isnan(v) else (int(v) if v == int(v) else v) for v in numbers.tolist()]}
        codes, words = pd.factorize(np.asarray(values, dtype=object), use_na_sentinel=False)
        listed = _plain_words(words)
        if len(listed) <= 1:
            return {"one": listed[0] if listed else None}
        if len(listed) > len(values) // 2:
            texts = [listed[code] for code in codes]
            return self._numbered(texts) or {"list": texts}
        return {"words": listed, "at": self.integers(codes.astype(np.int64))}

    def _numbered(self, texts: list[Any]) -> dict[str, Any] | None:
        """Add texts that are one stem and a number of one width as their numbers; None where they are not."""
        found = _NUMBERED.fullmatch(texts[0]) if isinstance(texts[0], str) and len(texts[0]) < _LONGEST_NAME else None
        if found is None or not all(isinstance(text, str) and len(text) == len(texts[0]) for text in texts):
            return None
        stem, digits = found[1], len(found[2])
        # One row of code points per text.
        codes = np.array(texts).view(np.uint32).reshape(len(texts), -1).astype(np.int64)
        tail = codes[:, len(stem) :] - ord("0")
        if (codes[:, : len(stem)] != codes[0, : len(stem)]).any() or tail.shape[1] != digits:
            return None
        if (tail < 0).any() or (tail > 9).any():
            return None
        numbers = tail @ (10 ** np.arange(digits - 1, -1, -1))
        return {"stem": stem, "digits": digits, "steps": self.integers(np.diff(numbers, prepend=0))}

    def geometry(self, geometries: gpd.GeoSeries, *, quantum_deg: float | None = None) -> dict[str, Any]:
        """
        Add geometries.

        Parameters
        ----------
        geometries : GeoSeries, n rows, EPSG:4326
            Points, lines, polygons and their multi forms; None and empty are kept as "nothing drawn".
        quantum_deg : float, optional
            Step of the coordinates.

        Returns
        -------
        dict
            ``types`` (0 nothing, 1 point, 2 line, 3 area), ``paths`` (parts or rings per row), ``counts`` (vertices per
            path), ``start_x``, ``start_y`` (first vertex, as a difference from the path before), ``x``, ``y``
            (differences within paths, of order ``order``), ``quantum_deg``.

        Raises
        ------
        SchemaError
            If a geometry is a collection or a coordinate is not finite; the message names the rows.
        """
        quantum = quantum_deg or self.quantum_deg
        shapes = np.asarray(geometries.array, dtype=object)
        empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
        ids = np.where(empty, -1, shapely.get_type_id(shapes))
        odd = [str(geometries.index[i]) for i in np.flatnonzero(~empty & (ids == 7))]
        if odd:
            message = f"geometry collections cannot be drawn (rows {', '.join(odd[:5])}); split them into their parts"
            raise SchemaError(message)
        types = np.array([_TYPE_CODES.get(int(i), 0) for i in range(-1, 8)], dtype=np.int64)[ids + 1]
        paths, owner = _paths(shapes[~empty])
        xy, path_of = shapely.get_coordinates(paths, return_index=True)
        if not np.isfinite(xy).all():
            message = "a coordinate is not a number; drop or mend the geometry before it is drawn"
            raise SchemaError(message)
        counts = np.bincount(path_of, minlength=len(paths)).astype(np.int64)
        rows = np.flatnonzero(~empty)[owner] if len(paths) else np.zeros(0, dtype=np.int64)
        steps = np.round(xy / quantum).astype(np.int64)
        first = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64) if len(counts) else counts
        inner = np.ones(len(steps), dtype=bool)
        inner[first] = False
        order, deltas = _differences(steps, first, inner)
        starts = np.diff(steps[first], axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
        return {
            "n": len(shapes),
            "quantum_deg": quantum,
            "order": order,
            "types": self.integers(types),
            "paths": self.integers(np.bincount(rows, minlength=len(shapes)).astype(np.int64)),
            "counts": self.integers(counts),
            "start_x": self.integers(starts[:, 0]),
            "start_y": self.integers(starts[:, 1]),
            "x": self.integers(deltas[:, 0]),
            "y": self.integers(deltas[:, 1]),
        }

    def text(self, header: dict[str, Any]) -> str:
        """
        Close the payload.

        Parameters
        ----------
        header : dict
            What the page needs besides the sections; JSON values only.

        Returns
        -------
        str
            The gzipped bytes in characters of ``TEXT_ALPHABET``, harmless in any markup. The same input gives the same text.

        Raises
        ------
        ValueError
            If a number in the header is NaN or infinite.
        """
        # Sorting the keys is not needed: dicts keep the order in which the caller, always the same way, fills them.
        lead = json.dumps(header, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")
        data = len(lead).to_bytes(4, "little") + lead + b"".join(self._sections)
        return _as_text(gzip.compress(data, COMPRESSION_LEVEL, mtime=0))


def _as_text(data: bytes) -> str:
    """
    Write bytes as text, five characters for four bytes, the first the most significant: 6 % less than base64.

    The bytes are filled up with zeros to a multiple of four; what follows the end of a gzip stream is dropped again, for
    the first character says how many there are.
    """
    fill = -len(data) % 4
    values = np.frombuffer(data + bytes(fill), dtype=">u4").astype(np.uint32)
    digits = np.empty((len(values), 5), dtype=np.uint8)
    for place in range(4, -1, -1):
        values, digits[:, place] = np.divmod(values, np.uint32(85))
    alphabet = np.frombuffer(TEXT_ALPHABET.encode("ascii"), dtype=np.uint8)
    return str(fill) + alphabet[digits].tobytes().decode("ascii")


def _paths(shapes: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Split into points, lines and rings; return them with the row that each belongs to, in the order of rows."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    area = shapely.get_type_id(parts) == 3
    if not area.any():
        return parts, owner.astype(np.int64)
    rings, part_of = shapely.get_rings(parts[area], return_index=True)
    paths = np.concatenate([parts[~area], rings])
    rows = np.concatenate([owner[~area], owner[area][part_of]]).astype(np.int64)
    order = np.argsort(rows, kind="stable")
    return paths[order], rows[order]


def _differences(
    steps: NDArray[np.int64], first: NDArray[np.int64], inner: NDArray[np.bool_]
) -> tuple[int, NDArray[np.int64]]:
    """
    Differences within paths, of the order that packs better.

    Second differences suit smooth alignments (the direction hardly changes), first ones ragged outlines.
    """
    once = np.diff(steps, axis=0, prepend=steps[:1])[inner] if len(steps) else steps
    if not len(once):
        return 1, once.reshape(0, 2)
    again = np.diff(once, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    # The first difference of each path has none before it: it is kept as it is.
    inner_before = first - np.arange(len(first))
    inner_before = inner_before[inner_before < len(once)]
    again[inner_before] = once[inner_before]
    if np.log2(1.0 + np.abs(again)).sum() < np.log2(1.0 + np.abs(once)).sum():
        return 2, again
    return 1, once
