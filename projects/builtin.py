"""The built-in register: facts that were read from the five plans, so that tongtu runs where the plans are not at hand."""

from __future__ import annotations

from importlib.resources import as_file, files
from typing import TYPE_CHECKING

from geo.io import read_table
from projects.register import Register
from projects.schema import DAMAGE, MENTIONS, PROJECTS, TARGETS

if TYPE_CHECKING:
    import pandas as pd

    from geo.schema import Schema

__all__ = ["builtin_damage", "builtin_documents", "builtin_register", "builtin_targets"]


def builtin_register() -> Register:
    """
    Return the register of the plans of 合肥, 芜湖, 阜阳, 安徽 and 江苏.

    Names, modes, kinds, works, stages, clauses and places; no sentences. ``projects/data/build_register.py`` makes it from
    the plans with :func:`projects.register.read_plans`.
    """
    return Register(projects=_table("projects.csv", PROJECTS), mentions=_table("mentions.csv", MENTIONS))


def builtin_targets() -> pd.DataFrame:
    """Return the targets of the same plans, contract ``projects.schema.TARGETS``."""
    return _table("targets.csv", TARGETS)


def builtin_damage() -> pd.DataFrame:
    """
    Return the damaged spots of the same plans, contract ``projects.schema.DAMAGE``.

    Spans, kinds and consequences; of the text only the damaged characters themselves.
    """
    return _table("damage.csv", DAMAGE)


def builtin_documents() -> list[dict[str, str]]:
    """Return document, title, date, region and sha256 of the five plans."""
    import csv

    text = files("projects").joinpath("data", "builtin", "documents.csv").read_text("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


def _table(name: str, schema: Schema) -> pd.DataFrame:
    with as_file(files("projects").joinpath("data", "builtin", name)) as path:
        return read_table(path, schema)
