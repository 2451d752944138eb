"""Debian's Chromium for the tests: where it is, and an offline visit that notes all that a page does."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

in_browser = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is absent: apt-get install chromium")


class Visit:
    """An offline page and everything that it did besides being shown."""

    def __init__(
        self, browser: Any, path: Path, *, width: int = 1280, height: int = 800, address: str = "", **options: Any
    ) -> None:
        size = {"width": width, "height": height}
        self.context = browser.new_context(viewport=size, locale="zh-CN", **options)
        self.context.set_offline(True)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("dialog", lambda dialog: (self.complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(path.as_uri() + address)

    def ready(self) -> Visit:
        """Wait until the map is drawn."""
        self.page.wait_for_selector("body[data-ready], body.failed", timeout=20_000, state="attached")
        assert self.page.evaluate("document.body.classList.contains('failed')") is False
        # Two frames: the first applies what is due, the second comes after it is painted.
        self.settle()
        return self

    def settle(self) -> None:
        """Let two frames pass."""
        self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def picture(self, name: str) -> None:
        """Keep a screenshot where ``TONGTU_ARTIFACTS`` names a folder: continuous integration shows them."""
        folder = os.environ.get("TONGTU_ARTIFACTS")
        if folder:
            self.settle()
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(folder) / f"{re.sub(r'[^a-z0-9-]', '-', name)}.png")

    def close(self) -> None:
        """Close it; fail on any complaint or request but the page itself."""
        self.context.close()
        assert self.complaints == []
        assert len(self.requests) == 1, self.requests
        assert self.requests[0].startswith("file:")
