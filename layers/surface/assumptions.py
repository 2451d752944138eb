"""What a travel-time surface assumes: speeds off the roads, on them, on water and on slopes, each with unit, source and grade."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Literal

import numpy as np

from layers.network import AccessAssumptions, RoadAssumptions

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Ground", "SurfaceAssumptions", "tobler_slowdown"]

Ground = Literal["local_roads", "walking"]

TOBLER = "Tobler 1993, Three presentations on geographical analysis and modeling; https://friendlywiki.com/article/index.php?title=Tobler%27s_hiking_function"
ACCESSMOD = "AccessMod 5 manual, scenario table: MOTORIZED, no correction by slope; https://accessmod.atlassian.net/wiki/pages/diffpagesbyversion.action?originalVersion=1&pageId=4325879&revisedVersion=12"


def _number(value: float, unit: str, source: str, grade: str) -> float:
    """Return a field that carries where its number comes from."""
    kept: float = field(default=value, metadata={"unit": unit, "source": source, "grade": grade})
    return kept


@dataclass(frozen=True)
class SurfaceAssumptions:
    """
    How one gets ahead in a cell: assumptions of the model, not measurements.

    ``ground`` says what a cell without a road of the table stands for. ``local_roads``: the table has only the main network,
    and the ground is crossed by local roads, as in the model of the network (:class:`layers.network.AccessAssumptions`).
    ``walking``: the table has all roads, and away from them one walks.

    Notes
    -----
    Railways are no ground to step on: one enters and leaves at stations. They are no part of the friction; with a network the
    trains are links between the cells of their stations (:mod:`layers.surface.road_links`), and so are expressways between
    their interchanges.
    """

    ground: Ground = "local_roads"
    local_road_speed_km_h: float = _number(
        round(AccessAssumptions().speed_km_h / AccessAssumptions().detour, 1),
        "km/h as the crow flies",
        "layers.network.AccessAssumptions: 45 km/h, way 1.3 times as long as the crow flies; memory",
        "D",
    )
    walking_speed_km_h: float = _number(3.0, "km/h", f"{TOBLER}: 5.04 km/h on the flat, × 3/5 off the path", "B")
    water_speed_km_h: float = _number(0.0, "km/h", "0: a barrier; bridges and roads over it are open", "D")
    driving_slowdown_per_slope: float = _number(0.0, "share of time per unit of slope (rise over run)", ACCESSMOD, "B")
    road: RoadAssumptions = field(default_factory=RoadAssumptions)

    @property
    def ground_speed_km_h(self) -> float:
        """Speed where there is no road of the table, on the flat."""
        return self.walking_speed_km_h if self.ground == "walking" else self.local_road_speed_km_h

    def slowdown(self, slope: ArrayLike) -> NDArray[np.float64]:
        """
        Return how many times as long the ground takes on a slope as on the flat, the same in all directions.

        Parameters
        ----------
        slope : array of float
            Rise over run, not negative.
        """
        steep = np.asarray(slope, dtype=np.float64)
        if self.ground == "walking":
            return tobler_slowdown(steep)
        return 1.0 + self.driving_slowdown_per_slope * steep

    def rows(self) -> list[dict[str, str | float]]:
        """Return the numbers as rows: name, value, unit, source, grade."""
        out: list[dict[str, str | float]] = [
            {"name": each.name, "value": getattr(self, each.name), **each.metadata}
            for each in fields(self)
            if each.metadata
        ]
        source = "layers.network.RoadAssumptions; memory"
        for name, unit in (("speed_share", "share of a limit of 120 km/h"), ("default_speed_km_h", "km/h")):
            value = getattr(self.road, name)
            out.append({"name": f"road.{name}", "value": value, "unit": unit, "source": source, "grade": "D"})
        return out


def tobler_slowdown(slope: ArrayLike) -> NDArray[np.float64]:
    """
    Return how many times as long walking takes on a slope as on the flat, there and back.

    Parameters
    ----------
    slope : array of float
        Rise over run.

    Returns
    -------
    ndarray of float64
        The mean of up and down, since a surface without direction must serve both.

    References
    ----------
    Tobler (1993): 6·exp(-3.5·|slope + 0.05|) km/h.

    Examples
    --------
    Up a slope of 0.1 e^(3.5·0.15) and down it e^(3.5·0.05), over e^(3.5·0.05) on the flat:

    >>> tobler_slowdown([0.0, 0.1]).round(3).tolist()
    [1.0, 1.21]
    """
    steep = np.abs(np.asarray(slope, dtype=np.float64))
    both = np.exp(3.5 * np.abs(steep + 0.05)) + np.exp(3.5 * np.abs(steep - 0.05))
    return np.asarray(both / (2.0 * np.exp(3.5 * 0.05)), dtype=np.float64)
