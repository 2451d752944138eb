"""Nothing is deleted from a register: what a newer one no longer has is kept, with the date at which it was last seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from projects.changes.matching import matched_projects
from projects.schema import MENTIONS, PROJECTS, TARGETS

if TYPE_CHECKING:
    from geo.schema import Schema
    from projects.changes.snapshot import Snapshot

__all__ = ["LAST_SEEN", "kept_register", "kept_since"]

LAST_SEEN = "last_seen"
"""Doubt of a project that is kept from an older register: ``last_seen:2020-04``."""


def kept_register(old: Snapshot, new: Snapshot) -> Snapshot:
    """
    Return the newer register with what only the older one has.

    Parameters
    ----------
    old, new : Snapshot

    Returns
    -------
    Snapshot
        Projects, mentions, targets and documents of ``new``; then the projects of ``old`` that are gone, with the doubt
        ``last_seen:DATE`` (without a date where none is known), and mentions and targets of documents that ``new`` does not
        have. Features are those of ``new``. Keeping twice changes nothing.

    Raises
    ------
    SchemaError
        If a table breaks its contract.
    """
    pairs = matched_projects(old.projects, new.projects)
    gone = old.projects[~old.projects["project_id"].isin(pairs)]
    flags = [
        _flagged(str(flags), old.last_seen(names))
        for flags, names in zip(gone["flags"], gone["documents"], strict=True)
    ]
    projects = pd.concat([new.projects, gone.assign(flags=flags)], ignore_index=True)
    known = {row["document"] for row in new.documents} | set(new.mentions["document"].astype(str))
    mentions = old.mentions[
        old.mentions["project_id"].isin(gone["project_id"]) | ~old.mentions["document"].astype(str).isin(known)
    ]
    mentions = mentions.assign(project_id=[pairs.get(str(i), str(i)) for i in mentions["project_id"]])
    targets = old.targets[~old.targets["document"].astype(str).isin(known | set(new.targets["document"].astype(str)))]
    return type(new)(
        projects=PROJECTS.validate(PROJECTS.coerce(projects).sort_values(list(PROJECTS.key), ignore_index=True)),
        mentions=_joined(new.mentions, mentions, MENTIONS),
        targets=_joined(new.targets, targets, TARGETS),
        features=new.features,
        dates=old.dates | new.dates,
        created=new.created,
        documents=[*new.documents, *(row for row in old.documents if row["document"] not in known)],
    )


def kept_since(flags: object) -> str:
    """
    Return when a kept project was last seen, ``?`` where no date is known, "" for one that its register's plans name.

    Examples
    --------
    >>> kept_since("damaged|last_seen:2020-04"), kept_since("last_seen"), kept_since("damaged")
    ('2020-04', '?', '')
    """
    for flag in str(flags).split("|"):
        name, _, date = flag.partition(":")
        if name == LAST_SEEN:
            return date or "?"
    return ""


def _flagged(flags: str, date: str) -> str:
    """Put the date into the doubts; one that is there already stays, for it was seen then and not since."""
    listed = [flag for flag in flags.split("|") if flag]
    if kept_since(flags):
        return flags
    return "|".join([*listed, f"{LAST_SEEN}:{date}" if date else LAST_SEEN])


def _joined(new: pd.DataFrame, old: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    table = pd.concat([part for part in (new, old) if len(part)] or [new], ignore_index=True)
    table = schema.coerce(table.drop_duplicates(list(schema.key)))
    return schema.validate(table.sort_values(list(schema.key), ignore_index=True))
