"""Sections: which part of a line a project means, and where it is cut."""

from __future__ import annotations

import pandas as pd
import pytest
from shapely.geometry import LineString, Point

from geo.geodesy import distance_km, length_km
from projects.sites.drawing import SitingAssumptions
from projects.sites.ground import default_ground
from projects.sites.sections import between, cut_to_section, section_ends, section_of
from projects.siting import Site, site_of
from tests.projects.test_siting import _one

REGION = ("安徽省", "江苏省", "浙江省", "上海市")


def _site(name: str, section: str = "", places: str = "", mode: str = "rail") -> Site:
    row = {"project_id": "p", "name": name, "section": section, "places": places, "mode": mode, "work": "new"}
    return site_of(row, REGION, default_ground(), SitingAssumptions())


@pytest.mark.parametrize(
    ("name", "stated", "section"),
    [
        ("合肥—新沂高铁安徽段", "", "安徽段"),
        ("南京—宣城城际铁路安徽段", "安徽段", "安徽段"),
        ("蒙电入皖合肥段", "肥段", "合肥段"),
        ("±800千伏白鹤滩—江苏特高压直流输电合肥段", "", "合肥段"),
        ("芜溧高速(高淳至溧阳段)", "", "高淳至溧阳段"),
        ("宿州—黄山天然气干线(蚌埠禹会—长丰段)", "", "蚌埠禹会—长丰段"),
        ("商合杭铁路北段", "北段", "北段"),
        ("S351盛同路", "盛同路", ""),
        ("沪蓉高速复线", "复线", ""),
        ("宁芜铁路", "", ""),
    ],
)
def test_section_of(name: str, stated: str, section: str) -> None:
    assert section_of(_site(name, stated)) == section


def test_section_ends() -> None:
    ends = section_ends(_site("芜溧高速(高淳至溧阳段)", mode="highway"))
    assert [place.name for place in ends] == ["高淳", "溧阳"]
    # 无岳 of a project between 无为 and 岳西, with a word for the extension before it.
    ends = section_ends(_site("岳武高速东延无岳段", "东延无岳段", "无为-岳西", "highway"))
    assert [place.name for place in ends] == ["无为", "岳西"]


def test_between_two_places_only_what_is_between() -> None:
    ground = default_ground()
    hefei, chuzhou = (ground.lookup(name, region=REGION)[0] for name in ("合肥", "滁州"))
    line = LineString([(116.0, 31.8), (117.2, 31.8), (118.3, 32.3), (119.5, 32.3)])
    piece = between(line, hefei, chuzhou, 30.0)
    assert piece is not None
    assert length_km(piece) == pytest.approx(distance_km(hefei.lon, hefei.lat, chuzhou.lon, chuzhou.lat), rel=0.05)
    assert between(line, hefei, ground.lookup("温州")[0], 30.0) is None


def test_side_of_a_line_through_three_places() -> None:
    site = _site("商合杭铁路北段", "北段", "商丘-合肥-杭州")
    ground = default_ground()
    chain = [ground.lookup(name)[0] for name in ("商丘", "合肥", "杭州")]
    line = LineString([(place.lon, place.lat) for place in chain])
    piece, notes = cut_to_section(site, line, chain)
    assert [note.code for note in notes] == ["section_cut"]
    ends = {tuple(round(c, 3) for c in point) for point in (piece.coords[0], piece.coords[-1])}
    assert ends == {tuple(round(c, 3) for c in (place.lon, place.lat)) for place in chain[:2]}


def test_up_to_the_border_of_the_province() -> None:
    # From 合肥 east: the part up to where the line leaves 安徽.
    site = _site("合宁高速合肥至省界段", "合肥至省界段", mode="highway")
    ground = default_ground()
    anhui = ground.area_of(ground.lookup("安徽省")[0])
    assert anhui is not None
    line = LineString([(116.0, 31.85), (117.28, 31.85), (118.78, 32.05)])
    piece, notes = cut_to_section(site, line, [])
    assert [note.code for note in notes] == ["section_cut"]
    assert Point(piece.coords[0]).distance(Point(117.23, 31.85)) < 0.1
    assert anhui.boundary.distance(Point(piece.coords[-1])) < 1e-6
    assert anhui.buffer(1e-6).covers(piece)


def test_what_cannot_be_cut_says_so() -> None:
    site = _site("宁杭高铁广东段", "广东段")
    line = LineString([(118.8, 32.0), (120.2, 30.3)])
    piece, notes = cut_to_section(site, line, [])
    assert piece.equals(line)
    assert [note.code for note in notes] == ["section_not_cut"]


def test_an_extension_is_short_and_begins_at_the_end_of_the_line() -> None:
    # No course is recorded for it, so that it goes 25 km on from the southern end of 连宿高速.
    site = _one(name="连宿高速南延段", places="连云港-宿迁", mode="highway", kind="expressway", section="南延段")
    assert site["drawn_by"] == "straight"
    assert site["length_km"] == pytest.approx(25.0, rel=1e-3)
    first, last = site.geometry.coords[0], site.geometry.coords[-1]
    assert last[1] < first[1]
    line = default_ground().line_named(["连宿高速"], "highway")
    assert line is not None
    assert line.geometry.distance(Point(first)) < 1e-9
    assert "长度未载" in site["siting_note"]


def test_a_recorded_section_is_used() -> None:
    site = _one(name="岳武高速东延无岳段", places="无为-岳西", mode="highway", kind="expressway", section="东延无岳段")
    assert site["drawn_by"] == "network"
    # Published: 177.8 km by the environmental report of the road.
    assert site["length_km"] == pytest.approx(177.8, rel=0.05)


def test_sections_do_not_lengthen() -> None:
    table = pd.DataFrame({"name": ["京沪高速公路江苏段", "沪武高速公路江苏段"], "places": ["北京-上海", "上海-武汉"]})
    for record in table.to_dict("records"):
        part = _one(**record, mode="highway", kind="expressway_widening", work="upgrade", section="江苏段")
        jiangsu = default_ground().area_of(default_ground().lookup("江苏省")[0])
        assert jiangsu is not None
        assert jiangsu.buffer(1e-6).covers(part.geometry)
