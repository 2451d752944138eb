"""Tables into a real PostgreSQL with PostGIS, started for the tests, and back."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import LineString, Point
from typer.testing import CliRunner

from geo.errors import CrsError, OutputError, SchemaError
from maps.cli import app
from maps.gis.postgis import read_postgis, write_postgis
from maps.gis.sources import Source, read_source, source_of

if TYPE_CHECKING:
    from collections.abc import Iterator

psycopg = pytest.importorskip("psycopg", reason="pip install 'tongtu[postgis]'")

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Return the address of a database of our own: a new cluster in a temporary folder, on a socket there."""
    if not BINARIES:
        pytest.skip("no PostgreSQL: apt-get install postgresql postgresql-postgis")
    binaries = BINARIES[-1].parent
    folder = Path(tempfile.mkdtemp(prefix="tongtu_pg_", dir="/tmp"))
    as_user: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL will not run as root
        shutil.chown(folder, "postgres", "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]

    def run(*command: str) -> None:
        done = subprocess.run([*as_user, *command], capture_output=True, text=True, check=False, cwd=folder)
        if done.returncode:
            pytest.skip(f"PostgreSQL does not start here: {done.stderr.strip()[-200:]}")

    data = str(folder / "data")
    run(str(binaries / "initdb"), "-D", data, "-U", "tongtu", "-A", "trust", "-E", "UTF8", "--no-locale")
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
    run(str(binaries / "pg_ctl"), "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
    address = f"postgresql://tongtu@/postgres?host={folder}"
    with psycopg.connect(address, autocommit=True) as connection:
        try:
            connection.execute("CREATE EXTENSION postgis")
        except psycopg.Error as error:
            run(str(binaries / "pg_ctl"), "-D", data, "-m", "immediate", "stop")
            pytest.skip(f"no PostGIS: {error}")
    yield address
    run(str(binaries / "pg_ctl"), "-D", data, "-m", "immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small atlas folder."""
    folder = tmp_path_factory.mktemp("atlas")
    text = folder / "plan.txt"
    text.write_text(
        "加快推进合新高铁、巢马城际等项目前期工作。新建合肥至六安市域铁路。推进裕溪一线船闸改建工程。", encoding="utf-8"
    )
    done = CliRunner().invoke(app, ["read", str(text), "--out", str(folder / "read")])
    assert done.exit_code == 0, done.output
    done = CliRunner().invoke(
        app, ["site", str(folder / "read" / "projects.csv"), "--out", str(folder / "read" / "features.gpkg")]
    )
    assert done.exit_code == 0, done.output
    return folder / "read"


def same(a: Source, b: Source) -> None:
    ours = {layer.name: layer for layer in [*a.layers, *a.tables]}
    theirs = {layer.name: layer for layer in [*b.layers, *b.tables]}
    assert list(ours) == list(theirs)
    for name, layer in ours.items():
        pd.testing.assert_frame_equal(
            pd.DataFrame(layer.attributes()).reset_index(drop=True),
            pd.DataFrame(theirs[name].attributes()).reset_index(drop=True),
            check_dtype=False,
        )
        if layer.drawn:
            assert layer.table.geometry.geom_equals_exact(theirs[name].table.geometry, 1e-9, align=False).all()


def test_what_was_written_comes_back(server: str, atlas: Path) -> None:
    source = read_source(atlas)
    rows = write_postgis(source, server)
    assert sum(rows.values()) >= 4
    same(source, read_postgis(server))
    same(source, read_postgis(server))


def test_again_and_in_another_system(server: str, atlas: Path) -> None:
    source = read_source(atlas)
    write_postgis(source, server, schema="规划 one")
    write_postgis(source, server, schema="规划 one", crs="EPSG:4490", lang="en")
    with psycopg.connect(server) as connection:
        assert connection.execute('SELECT DISTINCT ST_SRID(geometry) FROM "规划 one".rail_line').fetchall() == [(4490,)]
        keys = connection.execute(
            "SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n"
            " ON n.oid = c.relnamespace WHERE n.nspname = '规划 one' AND i.indisprimary"
        ).fetchone()
        gist = connection.execute(
            "SELECT count(*) FROM pg_indexes WHERE schemaname = '规划 one' AND indexdef LIKE '%gist%'"
        )
        drawn = [layer for layer in source.layers if layer.drawn]
        assert keys is not None
        assert keys[0] >= len(drawn)
        assert gist.fetchone() == (len(drawn),)
        comment = connection.execute("SELECT col_description('\"规划 one\".rail_line'::regclass, 1)").fetchone()
        assert comment is not None
        assert comment[0].startswith("feature_id: ")
    same(source, read_postgis(server, schema="规划 one"))


def test_a_failure_leaves_the_old_tables(server: str, atlas: Path) -> None:
    source = read_source(atlas)
    write_postgis(source, server, schema="kept")
    twice = source.layers[0]
    broken = Source(
        source.name, [*source.layers[1:], twice.with_table(pd.concat([twice.table, twice.table], ignore_index=True))]
    )
    with pytest.raises(OutputError, match="nothing was changed"):
        write_postgis(broken, server, schema="kept")
    same(source, read_postgis(server, schema="kept"))


def test_a_foreign_table_is_left_alone(server: str, atlas: Path) -> None:
    with psycopg.connect(server) as connection:
        connection.execute("CREATE SCHEMA mixed")
        connection.execute("CREATE TABLE mixed.rail_line (mine integer)")
        connection.execute("INSERT INTO mixed.rail_line VALUES (7)")
    with pytest.raises(OutputError, match="already exists"):
        write_postgis(read_source(atlas), server, schema="mixed")
    with psycopg.connect(server) as connection:
        assert connection.execute("SELECT mine FROM mixed.rail_line").fetchall() == [(7,)]


def test_breaches_are_told(server: str, atlas: Path) -> None:
    with pytest.raises(SchemaError, match="holds no tables of tongtu"):
        read_postgis(server, schema="nothing")
    with pytest.raises(CrsError, match="EPSG"):
        write_postgis(read_source(atlas), server, crs="gcj02")
    with pytest.raises(OutputError, match="cannot connect to postgresql://") as caught:
        write_postgis(read_source(atlas), "postgresql://someone:secret@/x?host=/nowhere")
    assert "secret" not in str(caught.value)


def test_by_the_command(server: str, atlas: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["export", str(atlas), "--to", server, "--db-schema", "cli"])
    assert done.exit_code == 0, done.output
    assert "rail_line" in done.output
    done = CliRunner().invoke(
        app, ["export", "--from", server, "--db-schema", "cli", "--format", "gpkg", "--out", str(tmp_path / "x.gpkg")]
    )
    assert done.exit_code == 0, done.output
    again, source = read_source(tmp_path / "x.gpkg"), read_source(atlas)
    assert {x.name: len(x.table) for x in again.layers} == {x.name: len(x.table) for x in source.layers}
    done = CliRunner().invoke(app, ["export", "--format", "gpkg", "--out", str(tmp_path / "y.gpkg")])
    assert done.exit_code != 0


def test_names_heights_and_kinds_of_others(server: str) -> None:
    """A stranger's table: quotes and capitals in names, heights on some rows, several kinds of geometry."""
    table = gpd.GeoDataFrame(
        {'线路 "甲"': ["a", "b", "c", "d"], "select": [1, 2, None, 4]},
        geometry=[LineString([(117, 31, 5), (118, 32, 6)]), LineString([(117, 31), (118, 32)]), Point(117, 31), None],
        crs="EPSG:4326",
    )
    source = source_of(table, "他人 data")
    write_postgis(source, server, schema="others")
    same(read_postgis(server, schema="others"), source)


def test_dates_and_flags_of_others_keep_their_type(server: str) -> None:
    table = gpd.GeoDataFrame(
        {
            "开工": pd.to_datetime(["2020-02-29", None]),
            "时刻": pd.to_datetime(["2020-02-29 12:30", None]),
            "批准": pd.array([None, False], dtype="boolean"),
            "数": pd.array([0, None], dtype="Int64"),
        },
        geometry=[Point(117, 31), Point(118, 32)],
        crs="EPSG:4326",
    )
    source = source_of(table, "dated")
    write_postgis(source, server, schema="dated")
    with psycopg.connect(server) as connection:
        found = connection.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'dated'"
        ).fetchall()
    assert dict(found) == {
        "开工": "date", "时刻": "timestamp without time zone", "批准": "boolean", "数": "bigint", "geometry": "USER-DEFINED",
    }  # fmt: skip
    back = read_postgis(server, schema="dated")
    same(back, source)
    (layer,) = back.layers
    assert layer.table["数"].tolist() == [0, pd.NA]  # null is told from 0
    assert pd.api.types.is_datetime64_any_dtype(layer.table["开工"])
