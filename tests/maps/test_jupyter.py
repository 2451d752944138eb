"""Maps inline in a notebook: a frame that holds the page itself, works offline, and a picture of a printed map."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from geo.errors import OutputError
from maps.web import web_map
from tests.maps import sample
from tests.maps.visits import Visit, in_browser


@pytest.mark.browser
@in_browser
def test_a_map_works_inside_a_notebook_without_a_network(browser: Any, tmp_path: Path) -> None:
    """Jupyter puts ``_repr_html_`` into its page: here the page is ours, with the network off."""
    made = web_map(sample.features(), projects=sample.projects(), mentions=sample.mentions(), title="内嵌")
    path = tmp_path / "notebook.html"
    path.write_text(f"<!DOCTYPE html><meta charset='utf-8'><body>{made._repr_html_()}</body>", encoding="utf-8")
    visit = Visit(browser, path)
    frame = visit.page.frame_locator("iframe")
    frame.locator("body[data-ready]").wait_for(state="attached", timeout=20_000)
    assert frame.locator("#panel h1").inner_text() == "内嵌"
    assert frame.locator("#panel").is_visible()
    assert [url for url in visit.requests if not url.startswith(("file:", "about:", "data:", "blob:"))] == []
    assert [c for c in visit.complaints if c.startswith(("error", "warning"))] == []
    visit.picture("jupyter_map")


def test_a_printed_map_shows_as_a_picture() -> None:
    pytest.importorskip("matplotlib")
    from maps.static import Sheet, static_map

    try:
        made = static_map(sample.features(), sheet=Sheet(150, 100, dpi=600))
    except OutputError as error:
        pytest.skip(str(error))
    picture = made._repr_png_()
    assert picture.startswith(b"\x89PNG")
    # 150 mm at the 100 dpi of a screen, whatever the sheet is printed at.
    assert int.from_bytes(picture[16:20], "big") == 590
