"""
Pictures for the README, taken from a real atlas: the map, a card on it, the report, its PDF page on a phone, a printed map.

    python .ci/screenshots.py ATLAS [FOLDER]

ATLAS is a folder that ``tongtu atlas`` wrote; FOLDER is ``notebooks/pictures`` without it. Needs Chromium, playwright and
matplotlib (``pip install "tongtu[test]"``). Every picture stays below 300 kB.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from maps.static_command import write_paper_map  # noqa: E402
from tests.maps.visits import ARGUMENTS, CHROMIUM, Visit  # noqa: E402

MOST_BYTES = 300_000
PROJECT = "合新高铁"


def save(picture: bytes, path: Path) -> None:
    """Write a picture with as many colours as fit into the limit."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    for colours in (256, 128, 64, 32):
        buffer = io.BytesIO()
        image.quantize(colours, dither=Image.Dither.NONE).save(buffer, format="PNG", optimize=True)
        if buffer.tell() <= MOST_BYTES:
            path.write_bytes(buffer.getvalue())
            print(f"{path}: {buffer.tell() / 1e3:.0f} kB, {colours} colours")  # noqa: T201
            return
    message = f"{path}: more than {MOST_BYTES} bytes with 32 colours; make it smaller"
    raise SystemExit(message)


def map_pictures(browser: Any, atlas: Path, out: Path) -> None:
    """Take the map as it opens, and with the card of a project that was searched for."""
    visit = Visit(browser, atlas / "map.html", width=1280, height=800).ready()
    save(visit.page.screenshot(), out / "map.png")
    visit.page.fill("#search", PROJECT)
    visit.page.keyboard.press("ArrowDown")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_timeout(600)
    visit.settle()
    save(visit.page.screenshot(), out / "map_card.png")


def report_pictures(browser: Any, atlas: Path, out: Path) -> None:
    """Take the report's first page, its accessibility, and how it looks on a phone."""
    page = Visit(browser, atlas / "report.html", width=1100, height=1350).page
    save(page.screenshot(), out / "report.png")
    page.evaluate("document.getElementById('access').scrollIntoView({behavior: 'instant'})")
    page.set_viewport_size({"width": 1100, "height": 1000})
    save(page.screenshot(), out / "report_accessibility.png")
    phone = Visit(browser, atlas / "report.html", width=390, height=844).page
    save(phone.screenshot(), out / "report_phone.png")


def main() -> None:
    """Take all pictures."""
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    atlas = Path(sys.argv[1])
    out = Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "notebooks" / "pictures"
    out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        map_pictures(browser, atlas, out)
        report_pictures(browser, atlas, out)
        browser.close()
    for name, options in (("static", {"modes": ["rail"]}), ("static_multiples", {"split": "mode", "width_mm": 420.0})):
        path = out / f"{name}.png"
        write_paper_map(atlas, path, dpi=100 if name == "static" else 80, **options)  # type: ignore[arg-type]
        save(path.read_bytes(), path)


if __name__ == "__main__":
    main()
