"""Plan files into one reading: register, targets and damage of all documents, or the built-in ones."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo.display import ShowsTables
from geo.errors import DocumentError
from geo.io import write_bytes, write_table
from projects.builtin import builtin_damage, builtin_documents, builtin_register, builtin_targets
from projects.corrections import CORRECTIONS_REPORT, correct
from projects.damage import find_damage
from projects.documents import read_document
from projects.register import Register, read_plans
from projects.schema import DAMAGE, DOCUMENTS, MENTIONS, PROJECTS, TARGETS
from projects.targets import extract_targets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from projects.documents import Document

__all__ = ["Reading", "keep_in_place", "read_files", "write_reading"]

ISSUE_DATE = re.compile(r"(?:19|20)\d\d(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")


@dataclass(frozen=True)
class Reading(ShowsTables):
    """
    What was read from plans.

    Attributes
    ----------
    register : Register
        Projects and mentions.
    targets : DataFrame, contract ``projects.schema.TARGETS``
    damage : DataFrame, contract ``projects.schema.DAMAGE``
    documents : list of dict
        document, title, date, date_basis, region, encoding, sha256, path, mentions (how many it has).
    regions : tuple of str
        Regions that the plans are about.
    texts : tuple of Document
        The documents as they were read, with their text; empty for the built-in register.
    corrections : DataFrame, contract ``projects.corrections.CORRECTIONS_REPORT``, or None
        What became of each correction; None where none were given.
    """

    register: Register
    targets: pd.DataFrame
    damage: pd.DataFrame
    documents: list[dict[str, Any]]
    regions: tuple[str, ...] = ()
    texts: tuple[Document, ...] = ()
    corrections: pd.DataFrame | None = None


def read_files(
    paths: Sequence[Path],
    *,
    dates: Mapping[str, str] | None = None,
    corrections: pd.DataFrame | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Reading:
    """
    Read plan files into one register, or return the built-in one.

    Parameters
    ----------
    paths : sequence of Path
        txt, html, docx, pdf. Empty: the built-in register of the five plans.
    dates : mapping of file name or document to issue date, optional
    corrections : DataFrame, contract ``projects.corrections.CORRECTIONS``, optional
        A planner's corrections, applied to the register.
    progress : callable(done, total), optional

    Returns
    -------
    Reading

    Raises
    ------
    DocumentError
        If a file is missing, empty, binary, or in an unknown encoding, a date is none, or is given for a file that is not
        read.
    SchemaError
        If the corrections break their contract.
    """
    if not paths:
        documents = [dict(row) for row in builtin_documents()]
        regions = tuple(dict.fromkeys(str(row.get("region", "")) for row in documents))
        register, report = _corrected(builtin_register(), corrections, [])
        return Reading(
            register,
            builtin_targets(),
            builtin_damage(),
            documents,
            tuple(r for r in regions if r),
            corrections=report,
        )
    dates = dates or {}
    names = _document_names(paths)
    unknown = sorted(set(dates) - {path.name for path in paths} - set(names))
    if unknown:
        message = f"a date is given for {', '.join(unknown)}, which is not read; the files are {', '.join(names)}"
        raise DocumentError(message)
    wrong = sorted(f"{name}={date}" for name, date in dates.items() if not ISSUE_DATE.fullmatch(date))
    if wrong:
        message = f"{', '.join(wrong)}: no date; give YYYY, YYYY-MM or YYYY-MM-DD"
        raise DocumentError(message)
    read: list[Document] = []
    for path, name in zip(paths, names, strict=True):
        read.append(read_document(path, document=name, date=dates.get(path.name, dates.get(name))))
        if progress is not None:
            progress(len(read), len(paths) + 1)
    register, report = _corrected(read_plans(read), corrections, read)
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
            "date_basis": d.date_basis,
            "region": d.region,
            "encoding": d.encoding,
            "sha256": d.sha256,
            "path": d.path,
            "mentions": int(named.get(d.document, 0)),
        }
        for d in read
    ]
    regions = tuple(dict.fromkeys(d.region for d in read if d.region))
    return Reading(register, targets, damage, rows, regions, texts=tuple(read), corrections=report)


def write_reading(reading: Reading, folder: Path) -> None:
    """
    Write what was read into a folder that exists.

    ``projects.csv``, ``mentions.csv``, ``targets.csv``, ``damage.csv``, ``documents.csv``; ``text/<document>.txt``, the text that every span
    counts characters of; ``corrections_report.csv`` where corrections were given.

    Parameters
    ----------
    reading : Reading
    folder : Path

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    write_table(reading.register.projects, folder / "projects.csv", PROJECTS)
    write_table(reading.register.mentions, folder / "mentions.csv", MENTIONS)
    write_table(reading.targets, folder / "targets.csv", TARGETS)
    write_table(reading.damage, folder / "damage.csv", DAMAGE)
    documents = DOCUMENTS.coerce(pd.DataFrame(reading.documents, dtype=object))[DOCUMENTS.names]
    write_table(documents.sort_values("document", ignore_index=True), folder / "documents.csv", DOCUMENTS)
    if reading.corrections is not None:
        write_table(reading.corrections, folder / "corrections_report.csv", CORRECTIONS_REPORT)
    for document in reading.texts:
        # No byte-order mark and no other line ends: either would shift every span. A half of a broken surrogate pair
        # has no UTF-8 form and becomes one other character.
        write_bytes(folder / "text" / f"{document.document}.txt", document.text.encode("utf-8", "replace"))


def keep_in_place(file: Path, out: Path, folder: Path) -> None:
    """
    Carry a planner's file that lies in an output folder over to the new one, where the next run will look for it.

    Parameters
    ----------
    file : Path
    out : Path
        The output folder as it stands.
    folder : Path
        The new one, which will replace it.
    """
    if file.resolve().is_relative_to(out.resolve()):
        target = folder / file.resolve().relative_to(out.resolve())
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, target)


def _corrected(
    register: Register, corrections: pd.DataFrame | None, documents: Sequence[Document]
) -> tuple[Register, pd.DataFrame | None]:
    return (register, None) if corrections is None else correct(register, corrections, documents=documents)


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
