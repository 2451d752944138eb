"""Printing a page to PDF through a browser that is installed: the same page, the same print style."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from geo.errors import MissingExtraError, OutputError

__all__ = ["BROWSERS", "find_browser", "print_pdf"]

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "microsoft-edge",
)
"""Names under which browsers that print without a window are found; ``TONGTU_BROWSER`` names another one."""

_MOST_SECONDS = 180.0


def find_browser() -> str:
    """
    Return the path of a browser that can print.

    Raises
    ------
    MissingExtraError
        If none is installed; the message says what to do.
    """
    named = os.environ.get("TONGTU_BROWSER", "")
    for name in (named, *BROWSERS) if named else BROWSERS:
        found = shutil.which(name)
        if found:
            return found
    message = (
        "a PDF is printed by a browser, and none was found: install one ('apt-get install chromium'), name it in"
        " TONGTU_BROWSER, or open the HTML file and print it (Ctrl+P)"
    )
    raise MissingExtraError(message)


def print_pdf(page: Path, out: Path) -> Path:
    """
    Print an HTML file to PDF.

    Parameters
    ----------
    page : Path
    out : Path

    Returns
    -------
    Path
        ``out``. Size and margins are those of the page's print style.

    Raises
    ------
    MissingExtraError
        If no browser is installed.
    OutputError
        If the browser fails or writes nothing.
    """
    browser = find_browser()
    with tempfile.TemporaryDirectory(prefix="tongtu-print-") as folder:
        made = Path(folder) / "page.pdf"
        command = [
            browser,
            "--headless",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            f"--user-data-dir={folder}/profile",
            "--no-pdf-header-footer",
            f"--print-to-pdf={made}",
            page.resolve().as_uri(),
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.insert(1, "--no-sandbox")  # Chromium refuses to run sandboxed as root, as in a container
        try:
            run = subprocess.run(command, capture_output=True, text=True, timeout=_MOST_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            message = f"{browser} could not print {page}: {error}"
            raise OutputError(message) from error
        if not made.is_file() or not made.stat().st_size:
            last = (run.stderr.strip().splitlines() or ["no message"])[-1]
            message = f"{browser} printed nothing of {page} (status {run.returncode}: {last})"
            raise OutputError(message)
        out.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(made, out)
    return out
