"""Plan files into one reading: register, targets and damage of all documents, or the built-in ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.io import write_table
from projects.builtin import builtin_documents, builtin_register, builtin_targets
from projects.damage import find_damage
from projects.documents import read_document
from projects.register import Register, read_plans
from projects.schema import DAMAGE, MENTIONS, PROJECTS, TARGETS
from projects.targets import extract_targets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from projects.documents import Document

__all__ = ["Reading", "read_files", "write_reading"]


@dataclass(frozen=True)
class Reading:
    """
    What was read from plans.

    Attributes
    ----------
    register : Register
        Projects and mentions.
    targets : DataFrame, contract ``projects.schema.TARGETS``
    damage : DataFrame, contract ``projects.schema.DAMAGE``
    documents : list of dict
        document, title, date, region, encoding, sha256, path, projects (how many it names).
    regions : tuple of str
        Regions that the plans are about.
    """

    register: Register
    targets: pd.DataFrame
    damage: pd.DataFrame
    documents: list[dict[str, Any]]
    regions: tuple[str, ...] = ()


def read_files(
    paths: Sequence[Path], *, dates: Mapping[str, str] | None = None, progress: Callable[[int, int], None] | None = None
) -> Reading:
    """
    Read plan files into one register, or return the built-in one.

    Parameters
    ----------
    paths : sequence of Path
        txt, html, docx, pdf. Empty: the built-in register of the five plans.
    dates : mapping of file name or document to issue date, optional
    progress : callable(done, total), optional

    Returns
    -------
    Reading

    Raises
    ------
    DocumentError
        If a file is missing, empty, binary, or in an unknown encoding, or two files bear one name.
    """
    if not paths:
        documents = [dict(row) for row in builtin_documents()]
        regions = tuple(dict.fromkeys(str(row.get("region", "")) for row in documents))
        return Reading(builtin_register(), builtin_targets(), DAMAGE.empty(), documents, tuple(r for r in regions if r))
    dates = dates or {}
    read: list[Document] = []
    for path, name in zip(paths, _document_names(paths), strict=True):
        read.append(read_document(path, document=name, date=dates.get(path.name, dates.get(name))))
        if progress is not None:
            progress(len(read), len(paths) + 1)
    register = read_plans(read)
    targets = _stack([extract_targets(document) for document in read], TARGETS.empty(), list(TARGETS.key))
    damage = _stack([find_damage(document) for document in read], DAMAGE.empty(), list(DAMAGE.key))
    if progress is not None:
        progress(len(paths) + 1, len(paths) + 1)
    named = register.mentions["document"].value_counts()
    rows = [
        {
            "document": d.document,
            "title": d.title,
            "date": d.date,
            "region": d.region,
            "encoding": d.encoding,
            "sha256": d.sha256,
            "path": d.path,
            "mentions": int(named.get(d.document, 0)),
        }
        for d in read
    ]
    return Reading(register, targets, damage, rows, tuple(dict.fromkeys(d.region for d in read if d.region)))


def write_reading(reading: Reading, folder: Path) -> None:
    """Write projects.csv, mentions.csv, targets.csv and damage.csv into a folder that exists."""
    write_table(reading.register.projects, folder / "projects.csv", PROJECTS)
    write_table(reading.register.mentions, folder / "mentions.csv", MENTIONS)
    write_table(reading.targets, folder / "targets.csv", TARGETS)
    write_table(reading.damage, folder / "damage.csv", DAMAGE)


def _document_names(paths: Sequence[Path]) -> list[str]:
    """Return a short name for each file: its stem, with the extension or a number where stems repeat."""
    stems = [path.stem for path in paths]
    names: list[str] = []
    for path in paths:
        name = path.stem if stems.count(path.stem) == 1 else path.name
        base, number = name, 2
        while name in names:
            name, number = f"{base}_{number}", number + 1
        names.append(name)
    return names


def _stack(tables: list[pd.DataFrame], empty: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True).sort_values(key, ignore_index=True) if filled else empty
