"""``tongtu matrix``: the example of its help as printed, options and messages, and a cluster."""

from __future__ import annotations

import io
import shlex
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from geo.io import sha256_of
from layers.matrices import read_matrix
from tests.layers.matrices.streets import grid_places, grid_streets
from tests.maps.test_cli import example_of, run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network and places as the help's example assumes them; one place is far away."""
    path = tmp_path_factory.mktemp("matrix_command")
    grid_streets().save(path / "roads.npz")
    places = grid_places(20)
    places.loc[len(places)] = ["far", "远处", 119.0, 31.5]
    places.to_csv(path / "places.csv", index=False)
    return path


@pytest.fixture
def ask(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(folder)
    return lambda words: run(*shlex.split(words), capsys=capsys, monkeypatch=monkeypatch)


def test_the_example_of_its_help_works_as_printed(ask: Any) -> None:
    status, out, err = ask(example_of("matrix").removeprefix("tongtu "))
    assert status == 0, err
    assert "有时间" in out
    assert "400" in out
    assert "内存预计 memory forecast" in err
    assert "1 个离路网太远 too far from the network: far" in err
    assert read_matrix(Path("matrix")).shape == (21, 21)


def test_it_goes_on_with_the_same_job_only(ask: Any) -> None:
    ask("matrix roads.npz --from places.csv --out again --block-size 6")
    before = sha256_of(Path("again/times/00001.parquet"))
    Path("again/times/00001.parquet").unlink()
    status, _, err = ask("matrix roads.npz --from places.csv --out again")
    assert status == 1
    assert "--resume" in err
    status, out, _ = ask("matrix . --from places.csv --out again --resume --format json --lang en")
    assert status == 0
    assert '"with a time"' in out
    assert sha256_of(Path("again/times/00001.parquet")) == before
    status, _, err = ask("matrix roads.npz --from places.csv --to places.csv --limit-min 5 --out again --resume")
    assert status == 1
    assert "时限 limit" in err


def test_destinations_names_and_speeds(ask: Any) -> None:
    Path("names.csv").write_text("name\n合肥\n", "utf-8")
    line = "matrix roads.npz --from 'places.csv' --to names.csv --to 芜湖 --farthest-km 200 --access-speed 40 --out to"
    status, _, err = ask(line)
    assert status == 0, err
    times = read_matrix(Path("to"))
    assert list(times.columns) == ["合肥", "芜湖"]
    slow = ask("matrix roads.npz --from places.csv --to 芜湖 --farthest-km 200 --out slow")
    assert slow[0] == 0
    # 芜湖 lies some 100 km from the grid: at half the speed nearly twice the time.
    assert (read_matrix(Path("slow"))["芜湖"] / times["芜湖"]).between(1.8, 2.0).sum() >= 20


def test_a_terminal_sees_blocks_and_the_time_left(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # rich then takes standard error for a terminal
    monkeypatch.setenv("COLUMNS", "120")
    status, _, err = ask("matrix roads.npz --from places.csv --block-size 7 --out seen")
    assert status == 0
    assert "块 blocks" in err
    assert "3/3" in err
    assert "约剩 about 0:00:00 left" in err
    status, _, err = ask("matrix roads.npz --from places.csv --resume --out seen")
    assert "3/3" in err
    assert "left" not in err, "nothing was measured, so nothing is said"


def test_accessibility_takes_the_folder_as_its_matrix(ask: Any) -> None:
    # Two names put four streets apart on the grid: each has only the other to reach, after 6 minutes.
    Path("two.csv").write_text("name,lon,lat\n合肥,117.00,31.5\n芜湖,117.04,31.5\n", "utf-8")
    assert ask("matrix roads.npz --from two.csv --out two")[0] == 0
    status, out, err = ask("accessibility --measure weighted-time --matrix two --format csv")
    assert status == 0, err
    assert pd.read_csv(io.StringIO(out))["value"].tolist() == [6.0, 6.0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("nowhere.npz --from places.csv", "no such file"),
        ("places.csv --from places.csv", "no road network"),
        ("roads.npz --from missing.csv", "no such file: missing.csv"),
        ("roads.npz --from places.csv --from places.csv", "places named twice"),
        ("roads.npz --from places.csv --datum mars", "accepted: wgs84, gcj02, bd09"),
        ("roads.npz --from places.csv --block-size 0", "expected numbers above 0"),
        ("roads.npz --from places.csv --access-speed 0", "expected a speed above 0"),
        ("roads.npz --from places.csv --memory-gb 0.1", "0.10 GB allowed; the network alone takes"),
        ("roads.npz --from Atlantis", "Atlantis"),
    ],
)
def test_messages_say_what_to_do(options: str, message: str, ask: Any) -> None:
    status, _, err = ask(f"matrix {options} --out none")
    assert status == 1
    assert message in err
    assert not Path("none").exists()


def test_on_a_cluster_the_files_are_the_same(ask: Any, cluster: Any) -> None:
    words = "matrix roads.npz --from places.csv --block-size 4"
    assert ask(f"{words} --out here")[0] == 0
    status, _, err = ask(f"{words} --out there --dask {cluster.scheduler_address}")
    assert status == 0, err
    here, there = (
        {f.name: sha256_of(f) for f in sorted(Path(name).rglob("*")) if f.is_file()} for name in ("here", "there")
    )
    assert here == there
    assert pd.read_parquet("there/times").shape == (21 * 21, 4)
