"""Our lengths beside published ones: the arithmetic, the files a user may give, and the lines that explain a difference."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from geo.errors import SchemaError, VocabularyError
from layers.indicators import densities
from projects.verdict.reconciliation import COLUMNS, LIMITS, read_official, reconciliation
from projects.verdict.reference_targets import official_lengths


def test_the_embedded_figures() -> None:
    table = reconciliation(official_lengths())
    assert list(table) == COLUMNS
    assert len(table) == (official_lengths()["indicator"] != "metro_length").sum()
    assert table["difference_km"].to_numpy() == pytest.approx((table["measured_km"] - table["official_km"]).to_numpy())
    assert (table["difference_share"] * table["official_km"]).to_numpy() == pytest.approx(
        table["difference_km"].to_numpy()
    )
    assert (table["within_limit"] == (table["difference_share"].abs() <= table["limit_share"])).all()
    assert table.set_index("area")["limit_share"].to_dict() == {
        "六安市": LIMITS[False], "合肥市": LIMITS[False], "安徽省": LIMITS[True], "江苏省": LIMITS[True],
        "浙江省": LIMITS[True], "长三角": LIMITS[True],
    }  # fmt: skip
    # A published density comes out of the published length and area as it was rounded: 合肥 772.9 in 2021.
    stated = table.dropna(subset=["published_density"])
    assert len(stated) >= 1
    for row in stated.to_dict("records"):
        digits = len(str(row["published_density"]).partition(".")[2])
        assert round(row["official_density"], digits) == row["published_density"]


def test_measured_lengths_are_those_of_the_density_command() -> None:
    row = reconciliation(official_lengths()).query("area == '江苏省' and as_of == '2022-12'").set_index("indicator")
    ours = densities(None, month="2022-12", scenarios=["today"], levels=["province"])
    ours = ours[ours["area"] == "江苏省"].set_index("indicator")
    for indicator in ("rail", "high_speed_rail", "expressway"):
        assert row.loc[f"{indicator}_length", "measured_km"] == pytest.approx(ours.loc[indicator, "length_km"])
        assert row.loc[f"{indicator}_length", "measured_density"] == pytest.approx(ours.loc[indicator, "density"])


def figure(**changes: object) -> pd.DataFrame:
    base = {
        "area": "安徽省",
        "as_of": "2020-06",
        "indicator": "rail_length",
        "length_km": 5100.0,
        "area_km2": 140_100.0,
    }
    base |= {"published_density": 364.0, "source": "报", "grade": "B", "note": ""}
    return pd.DataFrame([base | changes])


@pytest.mark.parametrize(
    ("figures", "digits"),
    [
        (figure(), 0),  # 安徽: 5100 km on 140,100 km² are published as 364 km/10⁴ km²
        (
            figure(
                area="上海市", as_of="2024-12", indicator="expressway_length", length_km=881.0, area_km2=6300.0,
                published_density=13.98,
            ),
            2,
        ),
    ],
)  # fmt: skip
def test_official_kilometres_give_the_published_densities(figures: pd.DataFrame, digits: int) -> None:
    row = reconciliation(figures).iloc[0]
    assert round(row["official_density"], digits) == row["published_density"]


def test_lines_that_explain_a_difference() -> None:
    """徐连高铁 opened on 2021-02-08: counted at the end of 2020 it makes 江苏 180 km longer, and a figure without it nothing."""
    before = reconciliation(figure(area="江苏省", as_of="2020-12", length_km=4200.0)).iloc[0]
    assert before["difference_km"] < 0.0
    assert "徐连高铁" in before["explained_by"]
    assert "此后半年内开通" in before["explained_by"]
    ours = before["measured_km"]
    same = reconciliation(figure(area="江苏省", as_of="2020-12", length_km=ours)).iloc[0]
    assert same["explained_by"].startswith("在绘制误差")
    assert same["within_limit"]
    more = reconciliation(figure(area="江苏省", as_of="2021-06", length_km=ours), lang="en").iloc[0]
    assert more["difference_km"] > 0.0
    assert "opened in the half year before" in more["explained_by"]
    far = reconciliation(figure(area="上海市", as_of="2024-12", length_km=20.0, indicator="expressway_length")).iloc[0]
    assert not far["within_limit"]


def test_unknown_areas_and_metro_are_left_out() -> None:
    assert reconciliation(figure(area="北京市")).empty
    assert reconciliation(figure(indicator="metro_length")).empty


def test_files_of_published_lengths(tmp_path: Path, shared: Path) -> None:
    wide = read_official(shared / "reference" / "network_length_official.csv")
    table = pd.read_csv(shared / "reference" / "network_length_official.csv")
    columns = ["railway_km", "high_speed_railway_km", "expressway_km"]
    assert len(wide) == table[columns].notna().sum().sum()
    assert wide["length_km"].sum() == pytest.approx(table[columns].sum().sum())
    # 安徽 and 上海 by their own areas: 364 km/10⁴ km² and 13.98 km/100 km².
    rows = reconciliation(wide).set_index(["area", "as_of", "indicator"])["official_density"]
    assert round(rows["安徽省", "2020-06", "rail_length"]) == 364
    assert round(rows["上海市", "2024-12", "expressway_length"], 2) == 13.98
    path = tmp_path / "mine.csv"
    path.write_text("area,as_of,indicator,length_km\n合肥市,2020,rail_length,850\n", "utf-8")
    assert read_official(path)["as_of"].tolist() == ["2020-12"]
    path.write_text("area,as_of,indicator,length_km\n合肥市,2020-12,rail_length,-5\n", "utf-8")
    with pytest.raises(SchemaError, match="no positive number in row 2"):
        read_official(path)
    path.write_text("area,as_of,indicator,length_km\n合肥市,soon,rail_length,5\n", "utf-8")
    with pytest.raises(VocabularyError, match="YYYY-MM"):
        read_official(path)
    path.write_text("area,length_km\n合肥市,5\n", "utf-8")
    with pytest.raises(SchemaError, match="as_of, indicator"):
        read_official(path)
