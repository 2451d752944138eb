"""Places in order: namesakes, misread 简称, places abroad, lines as places."""

from __future__ import annotations

from projects.sites.chains import Chain, is_home, place_chain
from projects.sites.drawing import SitingAssumptions
from projects.sites.ground import default_ground
from projects.siting import site_of
from tests.projects.test_siting import _one


def _chain(
    name: str, places: str, *, region: tuple[str, ...] = ("安徽省",), mode: str = "highway", flags: str = ""
) -> Chain:
    row = {"project_id": "p", "name": name, "places": places, "mode": mode, "work": "new", "flags": flags}
    return place_chain(site_of(row, region, default_ground(), SitingAssumptions()))


def test_a_namesake_at_home_comes_first() -> None:
    # 鼓楼 is a district of 南京, 徐州, 福州 and 开封.
    chain = _chain("鼓楼—铜山快速路", "鼓楼-铜山", region=("徐州市",))
    assert [place.code for place in chain.places] == ["320302", "320312"]
    chain = _chain("鼓楼—浦口快速路", "鼓楼-浦口", region=("南京市",))
    assert [place.code[:4] for place in chain.places] == ["3201", "3201"]


def test_a_far_place_that_the_name_does_not_spell_out_is_left_out() -> None:
    # 北沿江 misread as 北海 (广西), 沿河 (贵州), 江宁: neither far county may draw a line across China.
    chain = _chain("北沿江铁路", "北海-沿河-江宁", region=("江苏省",), mode="rail")
    assert [place.name for place in chain.places] == ["江宁"]
    assert [note.code for note in chain.notes] == ["misread", "misread"]
    site = _one(name="北某江铁路", places="北海-沿河-江宁")
    assert "Line" not in site.geometry.geom_type
    assert "疑为误读" in site["siting_note"]


def test_a_far_place_that_the_name_spells_out_or_abbreviates_stays() -> None:
    assert [p.name for p in _chain("合肥—成都高速", "合肥-成都").places] == ["合肥", "成都"]
    # 蓉 is 成都 and nothing else; 蒙 is 内蒙古.
    assert [p.name for p in _chain("沪蓉高速", "上海-成都").places] == ["上海", "成都"]
    assert len(_chain("蒙电入皖", "内蒙古-安徽", mode="energy").places) == 2


def test_shanghai_is_a_city_and_a_province_is_left_out_where_cities_are_known() -> None:
    assert [p.name for p in _chain("安徽—合肥—上海管道", "安徽-合肥-上海", mode="energy").places] == ["合肥", "上海"]


def test_unknown_and_foreign_places_are_said() -> None:
    chain = _chain("甲乙丙—合肥线", "甲乙丙村-合肥")
    assert chain.missing == ("甲乙丙村",)
    assert [(note.code, note.get("names")) for note in chain.tail] == [("not_found", "甲乙丙村")]
    chain = _chain("莫斯科—合肥铁路", "莫斯科-合肥", mode="rail")
    assert [note.code for note in chain.tail] == ["abroad"]
    site = _one(name="莫斯科—合肥铁路", places="莫斯科-合肥")
    assert "境外" in site["siting_note"]
    assert site["drawn_by"] in {"area", "point"}


def test_a_namesake_abroad_is_said() -> None:
    site = _one(name="大阪—上海航线", places="大阪-上海")
    assert "境外" in site["siting_note"]


def test_a_line_as_a_place_is_its_nearest_point() -> None:
    chain = _chain("中俄东线合肥联络线", "中俄东线-合肥", mode="energy")
    assert [place.kind for place in chain.places] == ["line", "division"]


def test_home_is_the_region_and_its_neighbours() -> None:
    ground = default_ground()
    row = {"project_id": "p", "name": "线", "mode": "rail", "work": "new"}
    site = site_of(row, ("安徽省",), ground, SitingAssumptions())
    assert is_home(site, ground.lookup("武汉")[0])
    assert not is_home(site, ground.lookup("成都")[0])
