"""Population: sums, the cities' own bulletins, and the census tabulation that lies beside the repository."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo.boundaries import boundaries
from geo.errors import VocabularyError
from geo.population import population_2020

DATA = Path(__file__).resolve().parents[2] / "geo" / "data" / "population.csv"


def rows() -> pd.DataFrame:
    return pd.read_csv(DATA, dtype={"code": str, "hosts": str}, keep_default_na=False)


def by_name(level: str) -> pd.Series:
    return population_2020(level).set_index("name")["population"]  # type: ignore[arg-type]


def test_every_unit_has_its_people() -> None:
    for level, number in (("province", 4), ("prefecture", 41), ("county", 305)):
        table, units = population_2020(level), boundaries(level)  # type: ignore[arg-type]
        assert len(table) == number
        assert table["adcode"].tolist() == units["code"].tolist()
        assert table["name"].tolist() == units["name"].tolist()
        assert (table["population"] > 10_000).all()
        assert set(table["grade"]) <= set("ABCD")
        assert (table["source"] != "").all()
        assert (units["population_2020"].to_numpy() == table["population"].to_numpy()).all()


def test_counties_add_up_to_cities_and_provinces() -> None:
    counties, cities, provinces = (population_2020(level) for level in ("county", "prefecture", "province"))  # type: ignore[arg-type]
    city = counties["adcode"].str[:4].where(counties["adcode"].str[:2] != "31", "3100") + "00"
    sums = counties.groupby(city)["population"].sum()
    assert (sums.round(6) == cities.set_index("adcode")["population"]).all()
    by_province = cities.groupby(cities["adcode"].str[:2] + "0000")["population"].sum()
    # Bulletins of the 2020 census of the four provinces.
    assert by_province.to_dict() == {"310000": 24870895, "320000": 84748016, "330000": 64567588, "340000": 61027171}
    assert (by_province == provinces.set_index("adcode")["population"]).all()


def test_zones_are_inside_their_counties() -> None:
    # 合肥's bulletin (beiweimall.com/renkoushuju/4449475.html) counts 高新区 269,922, 经开区 557,858 and 新站区 466,464 apart.
    table = population_2020("county").set_index("name")
    assert table.loc["蜀山区", "population"] == 1_047_150 + 269_922 + 557_858
    assert table.loc["蜀山区", "zone_population"] == 269_922 + 557_858
    assert table.loc["蜀山区", "zones"] == "合肥高新技术产业开发区|合肥经济技术开发区"
    assert table.loc["瑶海区", "population"] == 862_043 + 466_464
    assert table.loc["庐阳区", "zone_population"] == 0.0
    zones = rows().query("level == 'zone'")
    assert table["zone_population"].sum() == zones["population_2020"].sum()
    codes = set(population_2020("county")["adcode"])
    for code, hosts in zones[["code", "hosts"]].itertuples(index=False):
        assert set(hosts.split("|")) <= codes
        assert {host[:4] for host in hosts.split("|")} == {code[:4]}


@pytest.mark.parametrize(
    ("city", "counties"),
    [
        # 安庆市第七次全国人口普查公报 (第二号), yayams.com/tmall/6547.html; 经开区 140,015 lies in 迎江区
        ("3408", {"怀宁县": 496683, "太湖县": 430465, "宿松县": 612586, "望江县": 462367, "岳西县": 323837, "桐城市": 593629,
                  "潜山市": 441224, "宜秀区": 196672, "大观区": 214112, "迎江区": 253694 + 140015}),
        # 合肥市第七次全国人口普查公报, beiweimall.com/renkoushuju/4449475.html
        ("3401", {"包河区": 1217469, "长丰县": 783982, "肥东县": 884792, "肥西县": 967508, "庐江县": 888238, "巢湖市": 727162,
                  "庐阳区": 697293}),
        # 杭州 by the districts of 2021, m.gxscse.com/ShuJuXiangGuan/1038789.html; 西湖风景名胜区 23,763 is in 西湖区
        ("3301", {"上城区": 1323467, "拱墅区": 1120985, "西湖区": 1089229 + 23763, "钱塘区": 769150, "临平区": 1175841}),
    ],
)  # fmt: skip
def test_bulletins_of_cities(city: str, counties: dict[str, int]) -> None:
    table = population_2020("county")
    found = table[table["adcode"].str[:4] == city].set_index("name")["population"]
    assert {name: found[name] for name in counties} == counties


def test_rounded_figures_elsewhere() -> None:
    """The list of 上海's districts of tcmap.com.cn (zm.sm-tc.cn copy), in 10,000 persons."""
    shanghai = {"黄浦区": 66.2, "徐汇区": 111.3, "长宁区": 69.31, "静安区": 97.57, "闵行区": 265.3, "浦东新区": 568.2,
                "松江区": 191.0, "青浦区": 127.1, "奉贤区": 114.1, "崇明区": 63.79}  # fmt: skip
    found = by_name("county")
    for name, ten_thousand in shanghai.items():
        assert found[name] == pytest.approx(ten_thousand * 1e4, rel=0.002), name


def test_unknown_level_and_own_copy() -> None:
    with pytest.raises(VocabularyError, match="town"):
        population_2020("town")  # type: ignore[arg-type]
    table = population_2020("province")
    table.loc[0, "population"] = 0.0
    assert population_2020("province").loc[0, "population"] == 24_870_895


# --- cross-checks with data that are not shipped ---------------------------------------------------------------------


def test_against_the_tabulation(shared: Path) -> None:
    """Row by row within 1 %; 杭州's districts were redrawn in 2021 and are compared as a whole."""
    theirs = pd.read_csv(
        shared / "data/admin-ctamap-census2020/population_county_yrd.csv", dtype={"CODE": str}
    ).set_index("CODE")["POPU"]
    ours = rows().query("level == 'county' or level == 'zone'").set_index("code")["population_2020"]
    ratio = (ours / theirs).dropna()
    redrawn = ratio.index.str.startswith("3301")
    assert len(ratio[~redrawn]) == 321
    assert (ratio[~redrawn] - 1).abs().max() < 0.01
    assert ours[ours.index.str.startswith("3301")].sum() == theirs[theirs.index.str.startswith("3301")].sum()


def test_zones_lie_in_the_counties_named(shared: Path) -> None:
    table = gpd.read_file(shared / "data/admin-ctamap-census2020/county_2021_census2020_wgs84.gpkg")
    shapes = dict(zip(table["CODE"].astype(str), shapely.make_valid(table.geometry.to_numpy()), strict=True))
    counties = boundaries("county").set_index("code").geometry
    compared = 0
    for code, hosts in rows().query("level == 'zone'")[["code", "hosts"]].itertuples(index=False):
        if code in shapes:
            zone = shapes[code]
            covered = sum(zone.intersection(counties[host]).area for host in hosts.split("|")) / zone.area
            assert covered > 0.6, (code, hosts, round(covered, 2))
            compared += 1
    assert compared >= 25
