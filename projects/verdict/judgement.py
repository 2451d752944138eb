"""How a target stands, in one word: from its values today and with the projects of each stage."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from projects.assessment import verdict as compare
from projects.schema import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["STAGES", "judge"]

STAGES: dict[str, str] = {
    "under_construction": "STATUS>=under_construction",
    "starting": "STATUS>=starting",
    "preparatory": "STATUS>=preparatory",
    "proposed": "STATUS>=proposed",
    "unspecified": "plan",
}
"""Stages from the furthest on, and the scenario that builds them; ``plan`` also builds what has no stage."""


def judge(
    comparator: str, bound: float, values: Mapping[str, float], *, error_share: float, less_is_better: bool = False
) -> tuple[Verdict, str, bool]:
    """
    Say in one word how a target stands.

    Parameters
    ----------
    comparator : {">=", "<=", "~", "="}
    bound : float
    values : mapping of ``today`` and the keys of ``STAGES`` to float, in the target's unit
        NaN where not measured.
    error_share : float
        Error of the measurement as a share of the bound.
    less_is_better : bool

    Returns
    -------
    verdict : Verdict
        ``borderline`` where today's value is closer to the bound than the error; ``met_with_projects`` where the first of
        the stages that meets it is given.
    stage : str
        From which stage on projects are needed, "" where none are or none suffice. For a borderline target: from which stage
        on it is met by more than the error.
    borderline : bool
        Whether the value that decides is closer to the bound than the error.

    Examples
    --------
    >>> judge(">=", 700.0, {"today": 575.0, "under_construction": 690.0, "starting": 760.0}, error_share=0.05)
    (<Verdict.MET_WITH_PROJECTS: 'met_with_projects'>, 'starting', False)
    """

    def met(name: str) -> bool:
        value = values.get(name, math.nan)
        return math.isfinite(value) and compare(comparator, bound, value, less_is_better=less_is_better)[0]

    def near(name: str) -> bool:
        value = values.get(name, math.nan)
        return math.isfinite(value) and error_share > 0.0 and abs(value - bound) <= error_share * abs(bound)

    if not math.isfinite(values.get("today", math.nan)):
        return Verdict.NOT_MEASURED, "", False
    if near("today"):
        return Verdict.BORDERLINE, next((stage for stage in STAGES if met(stage) and not near(stage)), ""), True
    if met("today"):
        return Verdict.MET, "", False
    stage = next((stage for stage in STAGES if met(stage)), "")
    if stage:
        return Verdict.MET_WITH_PROJECTS, stage, near(stage)
    return Verdict.NOT_MET, "", near("unspecified")
