"""The report in a browser: folds that open for a link, sorting, phone width, and the PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from geo.errors import MissingExtraError
from maps import pdf
from maps.report import write_report
from tests.maps.test_report import tables
from tests.maps.test_report_accessibility import access, ranked
from tests.maps.visits import Visit, in_browser

pytestmark = [pytest.mark.browser, in_browser]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    return write_report(folder / "report.html", **tables(accessibility=access(), ranking=ranked()))


def test_it_opens_offline_without_a_complaint(browser: Any, page: Path) -> None:
    visit = Visit(browser, page)
    assert visit.page.locator("h1").inner_text() == "评估报告"
    assert visit.complaints == []
    assert visit.requests == [page.as_uri()]
    visit.picture("report_desktop")


def test_a_link_into_a_fold_opens_it(browser: Any, page: Path) -> None:
    visit = Visit(browser, page)
    note = visit.page.locator("#note-1")
    assert not note.is_visible()
    visit.page.locator('a[href="#note-1"]').first.click()
    note.wait_for(state="visible")
    assert Visit(browser, page, address="#note-1").page.locator("#note-1").is_visible()


def test_tables_sort_by_their_numbers(browser: Any, page: Path) -> None:
    visit = Visit(browser, page)
    table = visit.page.locator("table.register").first
    head = table.locator("th", has_text="长度")
    head.focus()
    head.press("Enter")
    lengths = [
        float(v) for v in table.locator("tbody td:nth-child(6)").evaluate_all("c => c.map(x => x.dataset.value)") if v
    ]
    assert len(lengths) == 4
    assert lengths == sorted(lengths)
    head.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"


def test_it_fits_a_phone(browser: Any, page: Path) -> None:
    visit = Visit(browser, page, width=390, height=800)
    assert visit.page.evaluate("document.documentElement.scrollWidth") == 390
    visit.picture("report_phone")


def test_the_pdf_begins_with_a_page_for_the_decision_maker(page: Path, tmp_path: Path) -> None:
    pdfplumber = pytest.importorskip("pdfplumber")
    made = pdf.print_pdf(page, tmp_path / "report.pdf")
    with pdfplumber.open(made) as document:
        first, second = document.pages[:2]
        assert [round(float(v) / 72 * 25.4) for v in (first.width, first.height)] == [210, 297]  # A4
        # Chromium writes some Han characters as the radicals of the same form (⽬ for 目): compare what has none.
        first_text, second_text = first.extract_text(), second.extract_text()
    assert "14" in first_text
    assert "700" in first_text  # the target stands on the first page
    assert "310.1" not in first_text
    assert "310.1" in second_text  # the register begins on the second


def test_without_a_browser_the_message_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf.shutil, "which", lambda name: None)
    with pytest.raises(MissingExtraError, match="apt-get install chromium"):
        pdf.find_browser()
