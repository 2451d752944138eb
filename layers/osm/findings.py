"""What a reading of OpenStreetMap repaired, left out or noticed: counted, with examples, nothing silently lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from layers.osm.schema import FINDINGS

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["MEANINGS", "Findings"]

EXAMPLES = 5

MEANINGS: dict[str, tuple[str, str, str]] = {
    "node_missing": ("repaired", "道路等引用的点不在文件中 (裁切边界), 该处断开", "nodes that ways refer to are not in the file (cut at its border); the ways end there"),
    "node_out_of_range": ("repaired", "点坐标缺失或超出范围, 视为不存在", "nodes without a place on earth, taken for missing"),
    "node_repeated": ("repaired", "同一点连续重复, 只留一个", "the same node twice in a row in a way; one kept"),
    "node_twice": ("repaired", "点编号重复, 取后者", "nodes that stand twice in the file; the later one taken"),
    "way_twice": ("repaired", "线编号重复, 取后者", "ways that stand twice in the file; the later one taken"),
    "way_cut": ("repaired", "缺点的线, 按现存部分分段 (编号后加 #2 …)", "ways with missing nodes, kept in pieces (way/1#2 …)"),
    "way_out_and_back": ("repaired", "去而复返的线 (A-B-A), 折叠为单程, 长度不重复计", "ways that run out and back over the same nodes (A-B-A), folded: two-way, length once"),
    "way_too_short": ("left_out", "不足两个点的线", "ways of fewer than two nodes"),
    "former": ("left_out", "停用或拆除的车站、场站等点面", "stations, plants and the like that are out of use"),
    "area_open": ("left_out", "不闭合的面", "areas whose borders do not close"),
    "area_repaired": ("repaired", "自相交的面, 已修复", "areas that cross themselves, repaired"),
    "area_highway": ("left_out", "作为面绘制的道路 (area=yes)", "roads mapped as areas (area=yes)"),
    "road_not_for_cars": ("left_out", "不通汽车的道路类别 (步道、机耕路等)", "classes that cars do not use (footways, tracks …)"),
    "road_closed": ("left_out", "禁止或不对公众开放的道路 (access、motor_vehicle)", "roads closed to cars or the public (access, motor_vehicle)"),
    "road_not_in_use": ("left_out", "在建、规划、停用的道路, 不入路网", "roads under construction, planned or out of use: in the layers, not in the network"),
    "road_driveway": ("left_out", "车道、停车场通道等", "driveways, parking aisles and the like"),
    "road_reversible": ("left_out", "潮汐道路, 方向随时间变化", "reversible roads: open one way at a time"),
    "ferry_not_for_cars": ("left_out", "未注明可载汽车的轮渡", "ferries not said to take cars"),
    "ferry_without_duration": ("noted", "轮渡无航行时间, 按缺省速度", "ferries without a duration; default speed taken"),
    "barrier": ("repaired", "路障 (隔离桩等), 汽车不能通过, 该处断开", "barriers that stop cars (bollards …): the road ends on either side"),
    "maxspeed_unread": ("noted", "限速无法解读, 按道路等级取值", "speed limits that could not be read; the class's taken"),
    "turn_restriction": ("left_out", "转弯限制, 未计入", "turn restrictions: not applied, times may be a little short"),
    "conditional": ("noted", "随时间变化的限制 (:conditional), 未计入", "restrictions that depend on the time (:conditional): not applied"),
    "weak_component": ("noted", "互不相连的路网部分", "parts of the road network that no road joins"),
}  # fmt: skip
"""Effect and words (Chinese, English) of each code."""


@dataclass
class Findings:
    """
    Counts by code, with the first few examples of each.

    Examples
    --------
    >>> found = Findings()
    >>> found.add("way_too_short", ["way/5"])
    >>> found.counts
    {'way_too_short': 1}
    """

    counts: dict[str, int] = field(default_factory=dict)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def add(self, code: str, objects: Iterable[str] = (), *, count: int | None = None) -> None:
        """Add objects to a code; ``count`` where there are more of them than the examples given."""
        listed = list(objects)
        number = len(listed) if count is None else int(count)
        if not number:
            return
        self.counts[code] = self.counts.get(code, 0) + number
        kept = self.examples.setdefault(code, [])
        kept += listed[: EXAMPLES - len(kept)]

    def table(self, lang: str = "zh") -> pd.DataFrame:
        """Return the findings, contract ``layers.osm.schema.FINDINGS``, sorted by code; notes in Chinese or English."""
        rows = [
            {
                "code": code,
                "count": self.counts[code],
                "effect": MEANINGS[code][0],
                "examples": "|".join(self.examples.get(code, [])),
                "note": MEANINGS[code][1 if lang == "zh" else 2],
            }
            for code in sorted(self.counts)
        ]
        return FINDINGS.validate(FINDINGS.coerce(pd.DataFrame(rows, columns=FINDINGS.names)))
