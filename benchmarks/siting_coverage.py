"""
How much of the plans is drawn, and how near the ends are: by method on the gold registers and on the built-in one.

An end is right if the drawing comes within 10 km of the named place. Where the drawing is made from the place's own point
(straight, corridor, nodes, point) that is its seat or its main station. Where it rests on other evidence (a recorded line,
facility or course, or a line beside one) it is the unit itself: the port of 合肥 need not lie at the town hall. Provinces,
rivers, areas, what a section cuts off, the ends of a line of which only the crossing of a river is meant, and places beyond
the four provinces whose lines the embedded network does not hold are left out. Needs ``../shared/gold`` (or the folder in TONGTU_SHARED) for the gold registers.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import shapely

from benchmarks._results import Figure, options, record
from geo.geodesy import distance_km
from layers.schema import Mode
from layers.siting_notes import decoded
from projects.builtin import builtin_documents, builtin_register
from projects.schema import PROJECTS
from projects.sites.chains import place_chain
from projects.sites.ground import Ground, default_ground
from projects.siting import SitingAssumptions, site_of, site_projects

if TYPE_CHECKING:
    import geopandas as gpd

SHARED = Path(os.environ.get("TONGTU_SHARED", Path(__file__).resolve().parent.parent.parent / "shared"))
DEFAULT_REGION = ("上海市", "江苏省", "浙江省", "安徽省")


def gold_projects(folder: Path) -> pd.DataFrame:
    """Return the core projects of hefei and anhui, contract ``PROJECTS``, with the gold's places."""
    rows = []
    for document in ("hefei", "anhui"):
        gold = pd.read_csv(folder / f"{document}.csv", dtype=str, keep_default_na=False)
        gold = gold[(gold["optional"] != "yes") & (gold["mode"] != Mode.OTHER.value)]
        status = gold["status"].str.split("|").str[0]
        rows.append(gold.assign(project_id=document + gold["name"], status=status, documents=gold["doc"]))
    table = pd.concat(rows, ignore_index=True)
    return PROJECTS.coerce(table[[name for name in PROJECTS.names if name in table]])


def end_gaps_km(projects: pd.DataFrame, features: gpd.GeoDataFrame, ground: Ground) -> pd.DataFrame:
    """
    Return how far each drawn project stays from its first and last place.

    Returns
    -------
    DataFrame
        name, drawn_by, place, gap_km.
    """
    drawn = features.set_index("feature_id")
    rows = []
    for project in projects.to_dict("records"):
        feature = drawn.loc[project["project_id"]]
        shape = feature.geometry
        if feature["drawn_by"] in {"none", "area"}:
            continue
        site = site_of(project, DEFAULT_REGION, ground, SitingAssumptions())
        places = [
            p
            for p in place_chain(site).places
            if p.kind not in {"line", "area"} and (p.level != "province" or p.code == "310000")
        ]
        codes = {told.code for told in decoded(str(feature["siting_codes"]))}
        # A recorded course has been read: it, not the 简称 of the register, says where the line ends.
        if codes & {"course", "crossing", "crossing_of", "crossing_near", "crossing_between", "candidates"}:
            continue
        for place in {p.place_id: p for p in (*places[:1], *places[-1:])}.values():
            seat = ground.gazetteer.get(place.place_id)
            area = ground.area_of(seat)
            evidence = feature["drawn_by"] == "network" or bool(codes & {"part_there", "beside", "gaps_new"})
            cut = "section_cut" in codes and (area is None or area.intersection(shape).length == 0.0)
            if cut or place.kind == "river" or (evidence and place.code[:2] not in {"31", "32", "33", "34"}):
                continue
            targets = [shapely.Point(spot.lon, spot.lat) for spot in (seat, place)]
            if evidence and area is not None:
                targets.append(area)
            gaps = []
            for target in targets:
                ends = shapely.get_coordinates(shapely.shortest_line(shape, target))
                gaps.append(distance_km(*ends[0], *ends[-1]))
            rows.append((project["name"], feature["drawn_by"], place.full_name, min(gaps)))
    return pd.DataFrame(rows, columns=["name", "drawn_by", "place", "gap_km"])


def report(title: str, projects: pd.DataFrame, ground: Ground, regions: dict[str, str]) -> list[Figure]:
    """Print by name what is left and return the shares."""
    start = time.process_time()
    features = site_projects(projects, ground=ground, regions=regions)
    seconds = time.process_time() - start
    by = features["drawn_by"]
    gaps = end_gaps_km(projects, features, ground)
    print(f"== {title}: {by.value_counts().to_dict()}")
    print("area or none:", "、".join(features.loc[by.isin(["area", "none"]), "name"]))
    print(gaps[gaps["gap_km"] > 10].round(1).to_string(index=False))
    return [
        Figure(f"{title}: projects", len(features), ""),
        Figure(f"{title}: better than an area", float((~by.isin(["area", "none"])).mean()), "share"),
        Figure(f"{title}: at least an area", float((by != "none").mean()), "share"),
        Figure(f"{title}: ends", len(gaps), ""),
        Figure(f"{title}: ends within 10 km", float((gaps["gap_km"] <= 10).mean()), "share"),
        Figure(f"{title}: processor time", seconds, "s"),
    ]


def main() -> None:
    """Print what is left of both registers and record the shares."""
    asked = options("siting_coverage", "the first 60 projects of each register")
    ground = default_ground()
    folder = SHARED / "gold"
    regions = {row["document"]: row["region"] for row in builtin_documents()}
    projects = builtin_register().projects
    registers = {"built-in register, five modes": projects[projects["mode"] != Mode.OTHER.value]}
    if folder.is_dir():
        registers = {"gold hefei + anhui, core": gold_projects(folder), **registers}
    figures = []
    for title, table in registers.items():
        figures += report(title, table.head(60) if asked.smoke else table, ground, regions)
    record("siting_coverage", figures, packages=("geopandas", "shapely"), full=not asked.smoke and folder.is_dir())


if __name__ == "__main__":
    main()
