"""
The consistency table.

A row compares two documents. Nothing is decided here: the note says what may explain a difference (time passed between the
plans, a wider plan that names less), and the reader judges.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from projects.consistency.bounds import contradicting_targets
from projects.consistency.neighbours import silent_neighbours
from projects.consistency.plans import plans_of
from projects.consistency.silence import no_longer_named
from projects.consistency.stages import differing_stages
from projects.schema import CONSISTENCY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

__all__ = ["inconsistencies"]


def inconsistencies(
    projects: pd.DataFrame,
    mentions: pd.DataFrame,
    targets: pd.DataFrame,
    documents: Sequence[Mapping[str, Any]],
    *,
    features: gpd.GeoDataFrame | None = None,
    lang: str = "zh",
) -> pd.DataFrame:
    """
    Compare what plans say of the same projects and targets.

    Parameters
    ----------
    projects, mentions, targets : DataFrame, contracts of ``projects.schema``
    documents : sequence of mapping
        document, title, date, region; date and region may be empty.
    features : GeoDataFrame, contract ``layers.schema.FEATURES``, optional
        How projects are drawn: without it only the places that plans name tell which regions a project enters.
    lang : {"zh", "en"}
        Language of the notes.

    Returns
    -------
    DataFrame, contract ``projects.schema.CONSISTENCY``, sorted by its key
        ``stage`` : a project at different stages in two documents; stages within one document, and stages that are not
        stated, do not count. ``target`` : another value for the same indicator, area and year. ``neighbour_silent`` : a
        project that enters the regions of two documents, neither of which contains the other, and that one of them does not
        name. ``no_longer_named`` : a project of an older plan that no newer plan of the same region names. A document that
        names no project at all is silent about everything and is left out of the last two.

    Raises
    ------
    SchemaError
        If a table breaks its contract.
    VocabularyError
        If the language is neither.
    """
    plans = plans_of(mentions, documents, lang)
    rows = [
        *differing_stages(projects, plans),
        *contradicting_targets(targets, plans),
        *silent_neighbours(projects, plans, features),
        *no_longer_named(projects, plans),
    ]
    table = CONSISTENCY.coerce(pd.DataFrame(rows, columns=CONSISTENCY.names))
    return CONSISTENCY.validate(table.sort_values(list(CONSISTENCY.key), ignore_index=True))
