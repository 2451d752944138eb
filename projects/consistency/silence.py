"""Projects of an older plan that a newer plan of the same area no longer names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.schema import Status
from projects.assessment import area_key
from projects.schema import Disagreement

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from projects.consistency.plans import Plans

__all__ = ["no_longer_named"]


def no_longer_named(projects: pd.DataFrame, plans: Plans) -> Iterator[dict[str, object]]:
    """
    List the projects that an older plan of a region names and no newer one of it.

    Plans without a date or a region, and plans that name no project at all, are left out.

    Yields
    ------
    dict
        Rows of ``projects.schema.CONSISTENCY``.
    """
    naming = plans.naming()
    names = dict(zip(projects["project_id"].astype(str), projects["name"].astype(str), strict=True))
    by_region: dict[str, list[str]] = {}
    for name, document in plans.known.items():
        region = area_key(document.get("region") or "")
        if region and plans.months[name] and name in naming:
            by_region.setdefault(region, []).append(name)
    for region, listed in sorted(by_region.items()):
        listed.sort(key=lambda name: (plans.months[name], name))
        newest = listed[-1]
        for project, of in plans.said.items():
            named = [name for name in listed if name in of]
            if not named or plans.months[named[-1]] >= plans.months[newest]:
                continue
            last = named[-1]
            seen, newer = plans.months[last], plans.months[newest]
            yield {
                "kind": Disagreement.NO_LONGER_NAMED.value,
                "subject_id": project,
                "subject": names.get(project, ""),
                "area": region,
                "document_a": last,
                "clauses_a": of[last][1],
                "said_a": of[last][0],
                "document_b": newest,
                "clauses_b": "",
                "said_b": "",
                "note": plans.word("前一文件称已建成", "in operation by the older plan")
                if of[last][0] == Status.OPERATING.value
                else plans.word(
                    f"末次出现 {seen}, 新文件 {newer} 未再提及", f"last named {seen}, not in the newer plan of {newer}"
                ),
            }
