"""Maps on paper: right size, true scale, no empty boxes, the furniture that a map must carry, and what each option shows."""

from __future__ import annotations

import itertools
import struct
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geo.errors import OutputError, VocabularyError
from layers.schema import FEATURES
from maps import fonts, style
from tests.maps import sample

mpl = pytest.importorskip("matplotlib")

from matplotlib.text import Text  # noqa: E402

from maps.static import Sheet, chosen_features, panels_by, static_map, write_static_map  # noqa: E402
from maps.static.furniture import legend_entries  # noqa: E402
from maps.static.selection import extent_of  # noqa: E402
from maps.static.sheet import fallback_fonts, printable, text_width_mm, wrapped  # noqa: E402


@pytest.fixture(scope="module", autouse=True)
def _font() -> None:
    try:
        fonts.chinese_font()
    except OutputError as error:
        pytest.skip(str(error))


def words_of(figure: Any) -> list[str]:
    return [t.get_text() for t in figure.findobj(Text) if t.get_text().strip()]


@pytest.fixture(scope="module")
def figure() -> Any:
    return static_map(
        sample.features(), title="样例市规划图", sheet=Sheet(dpi=60), documents=["样例规划"], sources=["某站"]
    )


def test_size_in_pixels_is_size_in_millimetres(tmp_path: Path) -> None:
    path = write_static_map(tmp_path / "a.png", sample.features(), sheet=Sheet(160, 120, dpi=100))
    width, height = struct.unpack(">II", path.read_bytes()[16:24])  # the header of a PNG
    assert (width, height) == (629, 472)  # 160 / 25.4 × 100 = 629.9, 120 / 25.4 × 100 = 472.4


def test_pdf_and_svg_have_the_sheet_and_their_own_glyphs(tmp_path: Path) -> None:
    svg = write_static_map(tmp_path / "a.svg", sample.features(), sheet=Sheet(200, 150)).read_text("utf-8")
    assert 'width="566.929' in svg  # 200 mm in points: 200 / 25.4 × 72
    assert "<text" not in svg  # outlines: no font is needed to show it
    pdf = write_static_map(tmp_path / "a.pdf", sample.features(), sheet=Sheet(200, 150)).read_bytes()
    assert b"/MediaBox [ 0 0 566.929" in pdf


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_the_same_input_gives_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    first, second = (
        write_static_map(tmp_path / f"{n}{suffix}", sample.features(), sheet=Sheet(120, 90, dpi=50)).read_bytes()
        for n in "ab"
    )
    assert first == second


def test_the_scale_bar_is_true_on_the_ellipsoid(figure: Any) -> None:
    """Two points of the map as far apart as the bar is long, measured with pyproj: a second method."""
    facts = figure.facts
    west, south, east, north = facts["window"]
    x, y, length = (west + east) / 2, (south + north) / 2, facts["scale_bar_km"] * 1000
    for dx, dy in ((length / 2, 0.0), (0.0, length / 2)):
        ends = gpd.GeoSeries(gpd.points_from_xy([x - dx, x + dx], [y - dy, y + dy]), crs=facts["crs"]).to_crs(
            "EPSG:4326"
        )
        _, _, metres = Geod(ellps="GRS80").inv(ends.x[0], ends.y[0], ends.x[1], ends.y[1])
        assert metres / 1000 == pytest.approx(facts["scale_bar_km"], rel=0.005)


def test_every_glyph_is_in_a_font(figure: Any) -> None:
    """Rendering warns of a missing glyph, and warnings are errors here; besides, each character is in a font that the text names."""
    figure.canvas.draw()
    for text in figure.findobj(Text):
        for character in text.get_text():
            assert character.isspace() or any(fonts.covers(family, character) for family in text.get_fontfamily())


def test_what_a_map_must_carry(figure: Any) -> None:
    words = words_of(figure)
    for part in ("样例市规划图", "图例", "北", "铁路", "在建", "改建扩能", "位置示意，非真实线位", "现状网络"):
        assert part in words
    foot = "".join(words)
    assert "审图号：未填写。公开使用前须依法送审并填写审图号。" in foot
    assert "不作为工程设计、用地审批或行政区划界线的依据" in foot
    assert "规划文件：样例规划" in foot
    assert "资料来源：某站" in foot
    assert any(word.startswith("1:") for word in words)
    given_number = "".join(words_of(static_map(sample.features(), map_approval="GS(2026)1号", sheet=Sheet(dpi=50))))
    assert "审图号：GS(2026)1号" in given_number
    assert "未填写" not in given_number


def test_the_legend_explains_what_is_there_and_nothing_else() -> None:
    words = {name: name for name in ("mode", "stage", "network", "upgrade", "provisional")}
    rail = chosen_features(sample.features(), projects=["甲庚高铁"])
    entries = [(e.kind, e.word) for e in legend_entries(rail, words, "zh") if e.kind != "head"]
    assert entries == [("mode", "rail"), ("stage", "under_construction"), ("network", "")]


def test_colours_and_dashes_are_those_of_the_style() -> None:
    from matplotlib.collections import LineCollection
    from matplotlib.colors import to_hex

    one = static_map(chosen_features(sample.features(), projects=["rail-002"]), sheet=Sheet(dpi=50))
    look = style.line_look("rail", "starting", drawn_by="straight")
    drawn = [c for c in one.axes[1].collections if isinstance(c, LineCollection) and c.get_zorder() > 59]
    assert {to_hex(c.get_colors()[0]) for c in drawn} == {look.colour}
    band, line = sorted(drawn, key=lambda c: -c.get_linewidths()[0])
    assert band.get_linewidths()[0] / line.get_linewidths()[0] == pytest.approx(look.band_px / look.width_px)
    _, dashes = line.get_linestyles()[0]
    assert dashes[0] / dashes[1] == pytest.approx(look.dash_px[0] / look.dash_px[1])


def test_choosing() -> None:
    table = sample.features()
    rail = chosen_features(table, modes=["rail"])
    assert set(rail["mode"]) == {"rail"}
    assert len(rail) == 6  # four projects, two lines of the network
    building = chosen_features(table, scenario="STATUS>=under_construction")
    planned = building[building["origin"] == "project"]
    assert set(planned["status"]) == {"under_construction"}
    assert (chosen_features(table, scenario="today")["origin"] == "network").all()
    with pytest.raises(VocabularyError, match="甲庚高铁"):
        chosen_features(table, projects=["甲庚铁路"])
    with pytest.raises(VocabularyError, match="accepted"):
        chosen_features(table, modes=["canal"])


@pytest.mark.parametrize(("split", "count"), [("mode", 6), ("stage", 6), ("scenario", 3)])
def test_small_multiples(split: str, count: int) -> None:
    table = sample.features()
    panels = panels_by(table, split)
    assert len(panels) == count
    made = static_map(table, panels=panels, sheet=Sheet(300, 200, dpi=50))
    frames = [axis for axis in made.axes if axis.get_xlim() == made.axes[1].get_xlim() and axis.axison]
    assert len(frames) == count
    assert {panel.title for panel in panels} <= set(words_of(made))
    boxes = [axis.get_position() for axis in frames]
    assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))
    if split != "scenario":  # every project is in exactly one panel
        ids = [key for panel in panels for key in panel.features.query("origin == 'project'")["feature_id"]]
        assert sorted(ids) == sorted(table.query("origin == 'project'")["feature_id"])


def test_names_on_the_map_do_not_overlap() -> None:
    made = static_map(sample.features(), sheet=Sheet(297, 210, dpi=100), name_projects=True)
    made.canvas.draw()
    names = set(sample.features()["name"]) | set(__import__("layers.indicators", fromlist=["x"]).city_places()["name"])
    boxes = [t.get_window_extent() for t in made.findobj(Text) if t.get_text() in names]
    assert len(boxes) > 20
    assert not any(a.shrunk(0.9, 0.8).overlaps(b.shrunk(0.9, 0.8)) for a, b in itertools.combinations(boxes, 2))


def test_extent_holds_the_projects_within_the_home_area() -> None:
    west, south, east, north = extent_of(sample.features())
    assert west < 116.1 < east
    assert south < 30.3 < 34.4 < north
    hefei = extent_of(sample.features(), "合肥市")
    assert 116.3 < hefei[0] < 117.0 < 117.8 < hefei[2] < 118.5
    nothing = gpd.GeoDataFrame(FEATURES.empty(), geometry=[], crs="EPSG:4326")
    assert extent_of(nothing)[0] < 115.0  # all of 沪苏浙皖


@pytest.mark.parametrize(
    ("size", "word"), [((50, 210, 300), "60 to"), ((297, 210, 20), "50 to"), ((1500, 1500, 1200), "million")]
)
def test_sheets_that_cannot_be(size: tuple[float, float, int], word: str) -> None:
    with pytest.raises(VocabularyError, match=word):
        Sheet(*size)


def test_a_sheet_that_is_too_small_says_so(tmp_path: Path) -> None:
    with pytest.raises(VocabularyError, match="larger"):
        static_map(sample.features(), sheet=Sheet(90, 60, dpi=50), documents=["很长的标题" * 30])
    with pytest.raises(VocabularyError, match=r"\.png, \.svg, \.pdf"):
        write_static_map(tmp_path / "a.gif", sample.features())


def test_hostile_names_are_text(tmp_path: Path) -> None:
    """Dollars would be mathematics to matplotlib, a tab or a right-to-left mark an empty box."""
    table = sample.features()
    table.loc[table["feature_id"] == "rail-001", "name"] = "$x_{1$\t甲\u202e庚\x07"
    made = static_map(chosen_features(table, projects=["rail-001"]), title="$\\frac{1}$", sheet=Sheet(dpi=50))
    made.canvas.draw()
    assert "$x_{1$ 甲庚" in words_of(made)


def test_a_character_that_no_font_has_is_an_error_that_names_a_package() -> None:
    with pytest.raises(OutputError, match="fonts-noto-cjk"):
        fallback_fonts("合肥\U00016ffe" + "\U0003347f")


@given(st.text(alphabet="合肥芜湖高铁, abcXYZ。（）0123", max_size=80), st.floats(20, 200), st.floats(5, 14))
def test_wrapping_loses_no_character(text: str, width_mm: float, size_pt: float) -> None:
    lines = wrapped(text, width_mm, size_pt)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:  # a closing mark or a word longer than the line may stand out, nothing else does
        body = line.rstrip("，。、；：）》”！？,.;:)]%")
        assert text_width_mm(body, size_pt) <= width_mm + size_pt * 0.4 or " " not in body.strip()


def test_printable() -> None:
    assert printable("合新\n高铁\u200b") == "合新 高铁"
