"""A register or an atlas at one time, as its folder holds it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from geo.errors import SchemaError
from geo.io import MANIFEST, read_features, read_table
from layers.schema import FEATURES
from projects.schema import DOCUMENTS, MENTIONS, PROJECTS, TARGETS, VERDICTS

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

__all__ = ["Snapshot", "document_facts", "read_snapshot"]


@dataclass(frozen=True)
class Snapshot:
    """
    A register or an atlas at one time.

    Attributes
    ----------
    projects, mentions, targets : DataFrame, contracts of ``projects.schema``
    features : GeoDataFrame, contract ``layers.schema.FEATURES``, or None
        None for a register without geometries.
    dates : dict of document to date of issue
    documents : list of dict
        document, title, date and region of each plan.
    verdicts : DataFrame, contract ``projects.schema.VERDICTS``
        Of an atlas; empty for a register.
    created : str
        Day on which it was made, from the manifest; "" where unknown.
    """

    projects: pd.DataFrame
    mentions: pd.DataFrame
    targets: pd.DataFrame
    features: gpd.GeoDataFrame | None = None
    dates: dict[str, str] = field(default_factory=dict)
    created: str = ""
    documents: list[dict[str, str]] = field(default_factory=list)
    verdicts: pd.DataFrame = field(default_factory=VERDICTS.empty)

    def last_seen(self, documents: object) -> str:
        """Return the newest date of |-joined documents, else the day on which the snapshot was made."""
        found = [self.dates.get(name, "") for name in str(documents).split("|")]
        return max((date for date in found if date), default=self.created)


def read_snapshot(folder: Path) -> Snapshot:
    """
    Read a register (folder of ``tongtu read``) or an atlas.

    Parameters
    ----------
    folder : Path
        With ``projects.csv``; ``mentions.csv``, ``targets.csv``, ``documents.csv``, ``verdicts.csv``, ``features.gpkg`` and ``manifest.json``
        where they are.

    Returns
    -------
    Snapshot

    Raises
    ------
    SchemaError
        If the folder holds no ``projects.csv``, or a table breaks its contract.
    """
    if not (folder / "projects.csv").is_file():
        message = f"{folder}: no projects.csv; give a folder that tongtu read or tongtu atlas wrote"
        raise SchemaError(message)
    manifest = _manifest(folder)
    documents = _documents(folder, manifest)
    gpkg = folder / "features.gpkg"
    return Snapshot(
        projects=read_table(folder / "projects.csv", PROJECTS),
        mentions=_optional(folder / "mentions.csv", MENTIONS),
        targets=_optional(folder / "targets.csv", TARGETS),
        features=read_features(gpkg, FEATURES) if gpkg.is_file() else None,
        dates={row["document"]: row["date"] for row in documents},
        created=str(manifest.get("created", ""))[:10],
        documents=documents,
        verdicts=_optional(folder / "verdicts.csv", VERDICTS),
    )


def _optional(path: Path, schema: Any) -> pd.DataFrame:
    table: pd.DataFrame = read_table(path, schema) if path.is_file() else schema.empty()
    return table


def document_facts(folder: Path) -> list[dict[str, str]]:
    """
    Return the facts on the plans of a register or an atlas.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    list of dict
        document, title (its name where it has none), date and region ("" where unknown): those of ``documents.csv``, which
        people may correct, before those of the manifest; empty where there is neither.

    Raises
    ------
    SchemaError
        If the manifest is no JSON, or the table breaks its contract.
    """
    return _documents(folder, _manifest(folder))


def _manifest(folder: Path) -> dict[str, Any]:
    if not (folder / MANIFEST).is_file():
        return {}
    try:
        content = json.loads((folder / MANIFEST).read_text("utf-8"))
    except ValueError as error:
        message = f"{folder / MANIFEST}: no JSON ({error})"
        raise SchemaError(message) from error
    if not isinstance(content, dict):
        message = f"{folder / MANIFEST}: no manifest of tongtu"
        raise SchemaError(message)
    return content


def _documents(folder: Path, manifest: dict[str, Any]) -> list[dict[str, str]]:
    """Return the facts on the plans: those of ``documents.csv``, which people may correct, before those of the manifest."""
    rows: dict[str, dict[str, str]] = {}
    listed = [row for row in manifest.get("inputs", []) if isinstance(row, dict) and "document" in row]
    if (folder / "documents.csv").is_file():
        listed += [
            {str(k): v for k, v in row.items()}
            for row in read_table(folder / "documents.csv", DOCUMENTS).to_dict("records")
        ]
    for row in listed:
        name = str(row["document"])
        facts = rows.setdefault(name, {"document": name, "title": name, "date": "", "region": ""})
        facts |= {key: str(row[key]) for key in ("title", "date", "region") if row.get(key)}
    return list(rows.values())
