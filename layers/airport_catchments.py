"""
Whom the airports serve: residents within a drive or a distance of one, by area, and the counties for which each is the nearest.

Residents are those of the census of 2020 and stand at the seat of their county; an airport is reached by road.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.boundaries import unit_at
from geo.geodesy import GEOD
from layers.accessibility.nearest import nearest
from layers.accessibility.places import county_places
from layers.airport import passenger_airports
from layers.indicators import scenario_network
from layers.scenario import DATA_MONTH, projects_in
from layers.travel_time import travel_time_matrix

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["AirportCatchments", "CatchmentAssumptions", "airport_catchments"]


@dataclass(frozen=True)
class CatchmentAssumptions:
    """
    What counts as served by an airport.

    Parameters
    ----------
    drive_min : tuple of float
        Drives to the airport, door to door, in minutes.
    distance_km : float
        Straight distance. The national airport plan of 2008 counts counties within 100 km or an hour and a half by road
        (全国民用机场布局规划, by 经济参考报 2008-01-30, copy at pengbaoqx.cn; grade B).
    """

    drive_min: tuple[float, ...] = (60.0, 90.0)
    distance_km: float = 100.0


@dataclass(frozen=True)
class AirportCatchments:
    """
    What was measured.

    Attributes
    ----------
    counties : DataFrame, one row per county
        code, name, city_code, province_code, population, airport (the nearest by road, "" where none is reached),
        time_min, distance_km (to the nearest airport as the crow flies).
    fields : DataFrame, one row per airport
        airport, status, counties, population, population within the longest drive; counties go to their nearest airport.
    assumptions : CatchmentAssumptions
    month, scenario : str
    """

    counties: pd.DataFrame
    fields: pd.DataFrame
    assumptions: CatchmentAssumptions
    month: str
    scenario: str

    def by_area(self, units: gpd.GeoDataFrame, *, level: str, lang: str = "zh") -> pd.DataFrame:
        """
        Return how many residents of each area are served.

        Parameters
        ----------
        units : GeoDataFrame with code, name
            Codes of units, or several joined by ``+`` (:func:`layers.area_units.joined_area`).
        level : str
            Written into the rows as it is.
        lang : {"zh", "en"}
            Language of the definition.

        Returns
        -------
        DataFrame, in the order of ``units``
            area, level, as_of, scenario, airports (within the area), population, share of it within each drive
            (``within_60_min_share`` …) and within the distance, mean_time_min and mean_distance_km (weighted by residents),
            definition. Shares and means are NaN where no county of the area has residents.
        """
        rows = []
        for code, name in zip(units["code"].astype(str), units["name"].astype(str), strict=True):
            stems = tuple(part.removesuffix("00").removesuffix("00") for part in code.split("+"))
            here = self.counties[self.counties["code"].str.startswith(stems)]
            rows.append(
                {
                    "area": name,
                    "level": level,
                    "as_of": self.month,
                    "scenario": self.scenario,
                    "airports": int(self.fields["code"].str.startswith(stems).sum()),
                    **self._served(here),
                    "definition": self._definition(len(here), lang),
                }
            )
        return pd.DataFrame(rows)

    def _served(self, here: pd.DataFrame) -> dict[str, float]:
        people = here["population"].to_numpy(dtype=float)
        people = np.where(np.isfinite(people), people, 0.0)
        total, minutes = float(people.sum()), here["time_min"].to_numpy(dtype=float)
        km = here["distance_km"].to_numpy(dtype=float)

        def share(served: NDArray[np.bool_]) -> float:
            return float(people[served].sum() / total) if total > 0.0 else float("nan")

        reached = np.isfinite(minutes)
        out = {"population": total if len(here) else float("nan")}
        out |= {f"within_{limit:g}_min_share": share(minutes <= limit) for limit in self.assumptions.drive_min}
        out[f"within_{self.assumptions.distance_km:g}_km_share"] = share(km <= self.assumptions.distance_km)
        weights = people[reached].sum()
        out["mean_time_min"] = float((minutes[reached] * people[reached]).sum() / weights) if weights > 0 else np.nan
        out["mean_distance_km"] = float((km * people).sum() / total) if total > 0.0 else np.nan
        return out

    def _definition(self, counties: int, lang: str) -> str:
        drives = "、".join(f"{limit:g}" for limit in self.assumptions.drive_min)
        km = f"{self.assumptions.distance_km:g}"
        if lang == "zh":
            return (
                f"{self.month}: 运输机场(客运)服务人口; 人口为2020年普查, 置于 {counties} 个县级政府驻地; 公路门到门 {drives} 分钟内, "
                f"或直线 {km} km 内, 至最近机场; 区外机场计入而区外道路不在路网内; 模型值"
            )
        drives = drives.replace("、", ", ")
        return (
            f"{self.month}: residents served by passenger airports; census of 2020 at {counties} county seats; within {drives} "
            f"min by road door to door, or {km} km straight, of the nearest airport; airports beyond the border count, roads there are not in the network; modelled"
        )


def airport_catchments(
    features: gpd.GeoDataFrame | None,
    *,
    month: str = DATA_MONTH,
    scenario: str = "today",
    assumptions: CatchmentAssumptions | None = None,
) -> AirportCatchments:
    """
    Measure whom the airports of a month and scenario serve.

    Parameters
    ----------
    features : GeoDataFrame, contract ``layers.schema.FEATURES``, or None
        Projects: new airports and the roads of the scenario.
    month, scenario : str
        As in :func:`layers.indicators.densities`.
    assumptions : CatchmentAssumptions, optional

    Returns
    -------
    AirportCatchments
    """
    assumptions = assumptions or CatchmentAssumptions()
    counties = county_places()
    fields = _fields(features, month, scenario)
    network = scenario_network(features, month=month, scenario=scenario)
    found = nearest(travel_time_matrix(network, counties, fields, mode="road"), facilities=True)
    table = counties[["code", "name", "city_code", "province_code", "population"]].assign(
        airport=found["nearest"].to_numpy(),
        time_min=found["time_min"].to_numpy(),
        distance_km=_distances_km(counties, fields),
    )
    longest = max(assumptions.drive_min)
    served = table.assign(near=table["population"].where(table["time_min"] <= longest, 0.0)).groupby("airport")
    sums = served.agg(counties=("code", "size"), population=("population", "sum"), near=("near", "sum"))
    listed = fields[["name", "status", "province_code", "city_code", "code"]].rename(columns={"name": "airport"})
    listed = listed.merge(sums, left_on="airport", right_index=True, how="left")
    listed = listed.rename(columns={"near": f"population_within_{longest:g}_min"}).fillna(
        {"counties": 0, "population": 0.0, f"population_within_{longest:g}_min": 0.0}
    )
    listed["counties"] = listed["counties"].astype(int)
    return AirportCatchments(table, listed.sort_values("airport", ignore_index=True), assumptions, month, scenario)


def _fields(features: gpd.GeoDataFrame | None, month: str, scenario: str) -> pd.DataFrame:
    """Return the passenger airports of a scenario: name, status, lon, lat, and the units that they lie in."""
    projects = None
    if features is not None and not features.empty:
        projects = projects_in(features[features["origin"] == "project"], scenario)
    points = passenger_airports(month, projects)
    code = pd.Series(unit_at(points["lon"], points["lat"], level="county", max_distance_km=5.0)).astype(str)
    municipal = code.str.startswith("31")
    city = (code.str[:4] + "00").where(code != "", "").where(~municipal, "310000")
    return points.assign(code=code, city_code=city, province_code=(code.str[:2] + "0000").where(code != "", ""))


def _distances_km(counties: pd.DataFrame, fields: pd.DataFrame) -> NDArray[np.float64]:
    """Return the geodesic distance of each county's seat to the nearest airport."""
    from_lon, to_lon = np.meshgrid(counties["lon"].to_numpy(dtype=float), fields["lon"].to_numpy(dtype=float))
    from_lat, to_lat = np.meshgrid(counties["lat"].to_numpy(dtype=float), fields["lat"].to_numpy(dtype=float))
    _, _, metres = GEOD.inv(from_lon, from_lat, to_lon, to_lat)
    least: NDArray[np.float64] = np.min(np.asarray(metres, dtype=float), axis=0) / 1000.0
    return least
