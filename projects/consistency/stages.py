"""The same project at different stages in different plans."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from layers.schema import STAGE_ORDER, Status
from projects.schema import Disagreement

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from projects.consistency.plans import Plans

__all__ = ["differing_stages"]


def differing_stages(projects: pd.DataFrame, plans: Plans) -> Iterator[dict[str, object]]:
    """
    Compare the stages that plans state; those not stated, and those within one document, do not count.

    Yields
    ------
    dict
        Rows of ``projects.schema.CONSISTENCY``.
    """
    names = dict(zip(projects["project_id"].astype(str), projects["name"].astype(str), strict=True))
    for project, of in plans.said.items():
        stated = {d: stage for d, (stage, _) in of.items() if stage != Status.UNSPECIFIED.value}
        for pair in itertools.combinations(sorted(stated), 2):
            a, b = plans.older_first(*pair)
            if stated[a] == stated[b]:
                continue
            yield {
                "kind": Disagreement.STAGE.value,
                "subject_id": project,
                "subject": names.get(project, ""),
                "area": "",
                "document_a": a,
                "clauses_a": of[a][1],
                "said_a": stated[a],
                "document_b": b,
                "clauses_b": of[b][1],
                "said_b": stated[b],
                "note": _explanation(stated[a], stated[b], a, b, plans),
            }


def _explanation(stage_a: str, stage_b: str, a: str, b: str, plans: Plans) -> str:
    months = plans.months.get(a, ""), plans.months.get(b, "")
    if not all(months) or months[0] == months[1]:
        return plans.word(
            "文件日期不明或相同, 不能以进展解释", "dates unknown or equal: no progress in between explains it"
        )
    if STAGE_ORDER[stage_b] > STAGE_ORDER[stage_a]:
        return plans.word("后一文件更进一步, 可能是进展", "the newer plan is further: progress may explain it")
    return plans.word("后一文件反而靠前, 请核对", "the newer plan is less far: please check")
