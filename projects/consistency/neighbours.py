"""Projects that enter a neighbour's region and that no plan of the neighbour names, 宁芜 and 合新 on both sides of a border."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projects.consistency.regions import CROSSING_KM, places_of, regions_entered, stem_of
from projects.schema import Disagreement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import geopandas as gpd
    import pandas as pd

    from projects.consistency.plans import Plans

__all__ = ["CROSSING_KM", "silent_neighbours"]

COMMON_PLACES = 2
"""Projects of one mode that share so many places may be one project under two names (宁马城际 and 宁扬宁马铁路)."""


def silent_neighbours(
    projects: pd.DataFrame, plans: Plans, features: gpd.GeoDataFrame | None
) -> Iterator[dict[str, object]]:
    """
    List the projects that enter a neighbour's region and that no plan of the neighbour names.

    A plan of the region around the neighbour, or of a part of it, that names the project speaks for it. What the neighbour may
    call by another name (same mode, two places in common) is said in the note.

    Parameters
    ----------
    projects : DataFrame, contract ``projects.schema.PROJECTS``
    plans : Plans
    features : GeoDataFrame, contract ``layers.schema.FEATURES``, or None

    Yields
    ------
    dict
        Rows of ``projects.schema.CONSISTENCY``.
    """
    naming = plans.naming()
    stems = {name: stem_of(str(d.get("region") or "")) for name, d in plans.known.items() if name in naming}
    regions = sorted({stem for stem in stems.values() if stem})
    if len(regions) < 2:
        return
    entered = regions_entered(projects, regions, features)
    rows = {str(row["project_id"]): row for row in projects.to_dict("records")}
    for project, row in rows.items():
        of = plans.said.get(project, {})
        for document in sorted(of):
            own = stems.get(document, "")
            if not own or own not in entered.get(project, {}):
                continue
            for other in regions:
                apart = not (own.startswith(other) or other.startswith(own))
                if not apart or other not in entered[project] or _spoken_for(other, stems, of):
                    continue
                for silent in sorted(name for name, stem in stems.items() if stem == other):
                    yield {
                        "kind": Disagreement.NEIGHBOUR_SILENT.value,
                        "subject_id": project,
                        "subject": str(row["name"]),
                        "area": str(plans.known[silent].get("region") or ""),
                        "document_a": document,
                        "clauses_a": of[document][1],
                        "said_a": of[document][0],
                        "document_b": silent,
                        "clauses_b": "",
                        "said_b": "",
                        "note": "; ".join(
                            [
                                plans.word(*entered[project][other]),
                                *_by_another_name(row, silent, rows, plans),
                                plans.between(document, silent),
                            ]
                        ),
                    }


def _spoken_for(region: str, stems: Mapping[str, str], of: Mapping[str, object]) -> bool:
    """Tell whether a plan of a region, of the one around it or of a part of it names a project."""
    return any(
        name in of for name, stem in stems.items() if stem and (region.startswith(stem) or stem.startswith(region))
    )


def _by_another_name(
    row: Mapping[object, object], silent: str, rows: Mapping[str, Mapping[object, object]], plans: Plans
) -> list[str]:
    """Return what the silent plan may call the project, as a list of at most one remark."""
    mine = set(places_of(row["places"]))
    alike = [
        str(other["name"])
        for project, other in rows.items()
        if silent in plans.said.get(project, {})
        and other["mode"] == row["mode"]
        and len(mine & set(places_of(other["places"]))) >= COMMON_PLACES
    ]
    if not alike:
        return []
    named = plans.word("、", ", ").join(sorted(alike))
    return [plans.word(f"可能即文件乙中的 {named}", f"may be what plan b calls {named}")]
