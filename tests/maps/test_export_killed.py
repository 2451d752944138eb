"""A single file whose writer is killed at every other step: it is the old one or the new one, and its records are there whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from geo.checksums import sha256_of
from maps.export import export

if TYPE_CHECKING:
    from pathlib import Path

WRITER = '''
import os, signal, sys
import pandas as pd
from maps.export import Options, export

folder, start = sys.argv[1], int(sys.argv[2])

def write(version):
    table = pd.DataFrame({"a": [version] * 300})
    export(table, f"{folder}/one.csv", "csv", Options(publisher=f"version {version}."))

def die_at(step):
    """Kill this process when it is about to touch the folder for the step-th time."""
    left = step
    def watch(event, args):
        nonlocal left
        if event.startswith(("os.", "open", "shutil.", "ctypes.call")) and folder in str(args):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(watch)

write(start)
print("ready", flush=True)
for line in sys.stdin:
    version, step = map(int, line.split())
    child = os.fork()
    if not child:
        die_at(step)
        write(version)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print(int(os.WIFSIGNALED(status)), flush=True)
'''


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_killed_at_every_other_step(tmp_path: Path) -> None:
    out = tmp_path / "one.csv"
    command = [sys.executable, "-c", WRITER, str(tmp_path), "1"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdin is not None
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        step, killed, there, old_left = -1, True, 1, 0
        while killed:
            step += 2  # every other step
            writer.stdin.write(f"{step + 1} {step}\n")
            writer.stdin.flush()
            killed = writer.stdout.readline() == "1\n"
            version = _version(out)
            assert version in {there, step + 1}  # the old one or the new one
            old_left += killed and version == there
            there = version
        writer.stdin.close()
    assert not killed
    assert there == step + 1
    assert step > 25  # there were that many steps
    assert 5 < old_left < step // 2 - 1  # it was killed before the new one took its place, and after
    export(pd.DataFrame({"a": [0]}), out, "csv")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one.csv", "one.csv.records"]
    assert [p.name for p in (tmp_path / "one.csv.records").iterdir()] == [sha256_of(out)[:16]]


def _version(out: Path) -> int:
    """Return the version of a file, having seen that its records are whole and its own."""
    digest = sha256_of(out)
    records = out.with_name("one.csv.records") / digest[:16]
    manifest = json.loads((records / "manifest.json").read_text("utf-8"))
    names = ("iso19115.xml", "stac_item.json")
    assert manifest["files"] == {"one.csv": digest, **{name: sha256_of(records / name) for name in names}}
    (version,) = set(pd.read_csv(out)["a"])
    assert f"version {version}.<" in (records / "iso19115.xml").read_text("utf-8")
    return int(version)
