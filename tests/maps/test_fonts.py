"""The font of figures covers their text, or the message says what to install."""

from __future__ import annotations

from io import BytesIO

import pytest

from geo.errors import OutputError
from maps import fonts

pytest.importorskip("matplotlib")


def test_a_font_without_the_glyphs_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    covered = {"a.ttf": frozenset(map(ord, "abc")), "b.ttf": frozenset(map(ord, "abc合肥"))}
    monkeypatch.setattr(fonts, "_candidates", lambda: [("Plain", "a.ttf"), ("Han", "b.ttf")])
    monkeypatch.setattr(fonts, "_covered", covered.__getitem__)
    assert fonts.chinese_font("cab") == "Plain"
    assert fonts.chinese_font("合 肥 a") == "Han"
    with pytest.raises(OutputError, match="fonts-noto-cjk"):
        fonts.chinese_font("濉溪")


def test_chinese_labels_have_no_empty_boxes() -> None:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    try:
        with mpl.rc_context():
            name = fonts.use_chinese_font()
            # A missing glyph is a warning of matplotlib, and warnings are errors here.
            figure = Figure()
            figure.text(0.1, 0.5, fonts.SAMPLE + " -1")
            figure.savefig(BytesIO(), format="png")
            assert mpl.rcParams["font.sans-serif"][0] == name
    except OutputError as error:
        pytest.skip(str(error))


def test_the_font_of_empty_boxes_is_none() -> None:
    """Matplotlib's own last resort covers all of Unicode with boxes: no figure may fall back to it."""
    assert not [name for name, _ in fonts._candidates() if "resort" in name.lower()]
    with pytest.raises(OutputError, match="fonts-noto-cjk"):
        fonts.chinese_font("\U00016ffe")  # no character at all


def test_a_broken_font_covers_nothing(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "x.ttf").write_bytes(b"no font")
    assert fonts._covered(str(tmp_path / "x.ttf")) == frozenset()
