"""The map in Debian's Firefox, offline: it opens without a word on the console, and does what it does in Chromium."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.maps import sample
from tests.maps.firefox import FIREFOX, Firefox
from tests.maps.test_browser import write_sample
from tests.maps.test_web import rings, verdicts

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not FIREFOX.exists(), reason=f"{FIREFOX} is absent: apt-get install firefox-esr"),
]


def test_firefox_opens_the_map_without_a_word(tmp_path: Path) -> None:
    path = write_sample(tmp_path / "map.html", verdicts=verdicts(), isochrones=rings())
    with Firefox() as firefox:
        firefox.open(path)
        assert firefox.ask("document.body.classList.contains('failed')") is False
        firefox.ask("tongtu.map.setView([32, 118.2], 6, {animate: false}) && 1")
        table = sample.features()
        rail = table[(table["mode"] == "rail") & (table["origin"] == "project")]
        shown = firefox.ask("tongtu.kilometres().rail.project")
        assert shown == pytest.approx(rail["length_km"].sum(), abs=0.06 * len(rail))
        found = firefox.ask(
            "(tongtu.panel.query.value = 'jiageng', tongtu.panel.find(), tongtu.panel.hits.map((r) => tongtu.col.name(r)))"
        )
        assert found == ["甲庚高铁"]
        firefox.ask("(tongtu.go(tongtu.panel.hits[0]), 1)")
        assert "加快建设" in firefox.ask("document.querySelector('.card').textContent")
        firefox.ask(
            "(tongtu.table.show(), tongtu.panel.timeline.set(2026), tongtu.speak('en'), tongtu.sheet.enter('a3'), 1)"
        )
        assert firefox.ask("document.querySelectorAll('#sheet .sheet-legend .row').length") > 8
        firefox.ask("(tongtu.sheet.leave(), 1)")
        assert firefox.ask("document.querySelectorAll('#table tbody tr').length") > 0
        folder = os.environ.get("TONGTU_ARTIFACTS")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            (Path(folder) / "map-firefox.png").write_bytes(firefox.picture())
        assert firefox.complaints == []
        assert [url for url in firefox.requests if url.startswith(("http", "ws", "ftp"))] == []
        # That it would have been heard: an image from outside is refused by the page's policy, aloud.
        firefox.ask("(() => { new Image().src = 'https://tongtu.invalid/x.png'; return 1; })()")
        firefox.ask("new Promise((done) => setTimeout(() => done(1), 300))")
        assert any("Content-Security-Policy" in said for said in firefox.complaints), firefox.complaints
