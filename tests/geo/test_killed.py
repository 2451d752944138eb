"""A bundle whose writer is killed at any moment: the old one or the new one is there, whole."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from geo import atomic_output as io

if TYPE_CHECKING:
    from pathlib import Path

WRITER = """
import json
import sys
from pathlib import Path
from geo.io import MANIFEST, output_folder, sha256_of
print("ready", flush=True)
version = 0
while True:
    version += 1
    with output_folder(Path(sys.argv[1])) as folder:
        for name in range(12):
            (folder / f"{name}.txt").write_text(f"{version:09d}" * 200)
        sums = {file.name: sha256_of(file) for file in folder.iterdir()}
        (folder / MANIFEST).write_text(json.dumps({"files": sums}))
"""
FILES = 12


def version_of(target: Path) -> int:
    """Return the version that stands in place, 0 while there is none."""
    try:
        return int((target / "0.txt").read_text()[:9])
    except OSError:  # not there yet, or exchanged between two reads
        return 0


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="the system has no SIGKILL")
def test_killed_at_any_moment(tmp_path: Path) -> None:
    chance = random.Random(20)
    seen = set()
    for _ in range(12):
        target = tmp_path / "bundle"
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(target)], stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        wanted = chance.randint(1, 6)  # wait for some version, on a slow machine too, then a little more
        before = time.monotonic()
        while version_of(target) < wanted and time.monotonic() - before < 120:
            time.sleep(0.001)
        time.sleep(chance.uniform(0.0, 0.02))
        writer.kill()
        writer.wait()
        writer.stdout.close()
        texts = {file.read_text() for file in target.glob("*.txt")}
        assert len(list(target.glob("*.txt"))) == FILES
        assert len(texts) == 1  # all of one version
        assert not (target / io.KEPT).exists()
        seen |= texts
    assert len(seen) > 2  # it was killed at work, each time elsewhere


def test_without_the_exchange_the_old_one_is_restored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(io, "_exchange", lambda *_: False)
    target = tmp_path / "bundle"
    for version in ("one", "two"):
        with io.output_folder(target) as folder:
            (folder / "a.txt").write_text(version)
            (folder / io.MANIFEST).write_text(json.dumps({"files": {"a.txt": io.sha256_of(folder / "a.txt")}}))
    assert (target / "a.txt").read_text() == "two"
    assert [p.name for p in tmp_path.iterdir()] == ["bundle"]


SLOW_WRITER = """
import sys, time
from pathlib import Path
from geo.atomic_output import output_folder, staging_folder, write_bytes
target = Path(sys.argv[1])
with output_folder(target / "bundle") as folder, staging_folder(target / "one.csv") as work:
    (folder / "a.txt").write_text("half")
    (work / "b.txt").write_text("half")
    print("ready", flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="the system has no SIGKILL")
def test_what_a_killed_writer_left_is_removed_and_what_a_living_one_builds_is_not(tmp_path: Path) -> None:
    def hidden() -> list[str]:
        return sorted(p.name.rsplit("-", 1)[0] for p in tmp_path.iterdir() if ".tongtu-" in p.name)

    def write_again() -> None:
        with io.output_folder(tmp_path / "bundle") as folder:
            (folder / io.MANIFEST).write_text("{}")
        io.write_bytes(tmp_path / "one.csv", b"whole")

    theirs = tmp_path / ".bundle.tongtu-a-users-own"
    theirs.mkdir()
    (tmp_path / ".other.tongtu-abcdefgh").mkdir()  # left by the writer of another thing, which will clear it up
    writer = subprocess.Popen([sys.executable, "-c", SLOW_WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "ready\n"
    building = [".bundle.tongtu", ".bundle.tongtu-a-users", ".one.csv.tongtu", ".other.tongtu"]
    assert hidden() == building
    write_again()  # while the other one is at work
    assert hidden() == building
    writer.kill()
    writer.wait()
    writer.stdout.close()
    assert hidden() == building
    write_again()
    assert hidden() == [".bundle.tongtu-a-users", ".other.tongtu"]
    assert (tmp_path / "one.csv").read_bytes() == b"whole"


def test_an_old_folder_put_aside_comes_back(tmp_path: Path) -> None:
    # Where names cannot be exchanged, a kill between the two renames leaves the old folder beside its place.
    aside = tmp_path / ".bundle.tongtu-old-abcdefgh"
    aside.mkdir()
    (aside / io.MANIFEST).write_text("{}")
    (aside / "a.txt").write_text("old")
    io.clear_leftovers(tmp_path / "bundle")
    assert (tmp_path / "bundle" / "a.txt").read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["bundle"]
