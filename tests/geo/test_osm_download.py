"""Places and boxes through osmnx's cache: recorded answers, made by hand, and what is said where nothing answers."""

from __future__ import annotations

import json
import socket
from hashlib import sha256
from pathlib import Path
from typing import Any

import osmnx
import pytest
import requests
import shapely

from geo.errors import DownloadError, PlaceNotFoundError, VocabularyError
from geo.osm_download import NOMINATIM, OVERPASS, _box_area, _place_border, _tiles, download_osm

BOX = (117.2, 31.8, 117.21, 31.81)
TAGS: dict[str, bool | list[str]] = {"highway": True}
ANSWER = {
    "version": 0.6,
    "osm3s": {"timestamp_osm_base": "2026-11-01T00:00:00Z"},
    "elements": [
        {"type": "node", "id": 1, "lon": 117.201, "lat": 31.801},
        {"type": "node", "id": 2, "lon": 117.205, "lat": 31.801},
        {"type": "way", "id": 7, "nodes": [1, 2], "tags": {"highway": "trunk", "name": "徽州大道"}},
    ],
}


def record(
    cache: Path, area: shapely.Polygon, tags: dict[str, bool | list[str]], answer: Any, overpass: str = OVERPASS
) -> None:
    """Put an answer where osmnx keeps that of the question: it is named by a hash of the question's address."""
    strings = osmnx._overpass._make_overpass_polygon_coord_strs(area)
    assert len(strings) == 1
    before = osmnx.settings.requests_timeout
    osmnx.settings.requests_timeout = 180
    query = osmnx._overpass._create_overpass_features_query(strings[0], tags)
    osmnx.settings.requests_timeout = before
    folder = cache / f"overpass-{sha256(area.wkb + json.dumps(tags, sort_keys=True).encode()).hexdigest()[:16]}"
    _kept(folder, f"{overpass}/interpreter", {"data": query}, answer)


def record_place(cache: Path, place: str, answer: Any) -> None:
    asked = {"format": "json", "polygon_geojson": "1", "dedupe": "0", "limit": "50", "q": place}
    _kept(cache, f"{NOMINATIM}search", asked, answer)


def _kept(folder: Path, url: str, parameters: dict[str, str], answer: Any) -> None:
    address = str(requests.Request("GET", url, params=parameters).prepare().url)
    before = osmnx.settings.cache_folder
    osmnx.settings.cache_folder = folder
    osmnx._http._save_to_cache(address, answer, ok=True)
    osmnx.settings.cache_folder = before


@pytest.fixture
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        message = "no network"
        raise OSError(message)

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "gethostbyname", lambda _: "127.0.0.1")


@pytest.mark.usefixtures("_offline")
def test_a_box_from_the_cache(tmp_path: Path) -> None:
    (tile,) = _tiles(shapely.box(*BOX))
    record(tmp_path, tile, TAGS, ANSWER)
    told: list[tuple[int, int]] = []
    files = download_osm(TAGS, bbox=BOX, cache=tmp_path, progress=lambda *step: told.append(step))
    assert [json.loads(file.read_text("utf-8")) for file in files] == [ANSWER]
    assert told == [(1, 1)]


@pytest.mark.usefixtures("_offline")
def test_an_answer_cut_off_in_the_cache_is_asked_for_again(tmp_path: Path) -> None:
    (tile,) = _tiles(shapely.box(*BOX))
    record(tmp_path, tile, TAGS, ANSWER)
    (file,) = tmp_path.rglob("*.json")
    for part in (file.read_bytes()[:50], b""):
        file.write_bytes(part)
        with pytest.raises(DownloadError):  # nobody answers
            download_osm(TAGS, bbox=BOX, cache=tmp_path)
        assert not file.exists()


@pytest.mark.usefixtures("_offline")
def test_a_place_from_the_cache(tmp_path: Path) -> None:
    border = shapely.box(*BOX)
    found = [
        {
            "place_id": 1, "osm_type": "relation", "osm_id": 3221112, "lat": "31.805", "lon": "117.205", "class": "boundary",
            "type": "administrative", "place_rank": 10, "importance": 0.6, "addresstype": "city", "name": "合肥市",
            "display_name": "合肥市, 安徽省, 中国", "boundingbox": ["31.8", "31.81", "117.2", "117.21"],
            "geojson": shapely.geometry.mapping(border),
        }
    ]  # fmt: skip
    record_place(tmp_path, "合肥市", found)
    (tile,) = _tiles(_place_border(border))
    assert tile.contains(border)
    record(tmp_path, tile, TAGS, ANSWER)
    assert len(download_osm(TAGS, place="合肥市", cache=tmp_path)) == 1


@pytest.mark.usefixtures("_offline")
def test_osmnx_is_left_as_it_was(tmp_path: Path) -> None:
    before = {k: v for k, v in vars(osmnx.settings).items() if not k.startswith("_")}
    resolver = socket.getaddrinfo
    with pytest.raises(DownloadError):
        download_osm(TAGS, bbox=BOX, cache=tmp_path)
    assert {k: v for k, v in vars(osmnx.settings).items() if not k.startswith("_")} == before
    assert socket.getaddrinfo is resolver


@pytest.mark.usefixtures("_offline")
def test_offline_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="geofabrik") as refused:
        download_osm(TAGS, bbox=BOX, cache=tmp_path, overpass_url="https://overpass.example/api")
    assert "overpass.example" in str(refused.value)
    with pytest.raises(DownloadError, match="nominatim"):
        download_osm(TAGS, place="合肥市", cache=tmp_path)


@pytest.mark.usefixtures("_offline")
def test_a_place_that_is_none(tmp_path: Path) -> None:
    record_place(tmp_path, "乌有乡", [])
    with pytest.raises(PlaceNotFoundError, match="乌有乡"):
        download_osm(TAGS, place="乌有乡", cache=tmp_path)


@pytest.mark.usefixtures("_offline")
def test_an_answer_that_broke_off_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Overpass says in a remark that it ran out of time; osmnx keeps no such answer, and nor do we."""

    def broken(url: str, **_: object) -> requests.Response:
        answer = requests.Response()
        answer.status_code, answer.url = 200, url
        answer._content = json.dumps({"elements": [], "remark": "runtime error: Query timed out"}).encode()
        return answer

    monkeypatch.setattr(requests, "post", broken)
    with pytest.raises(DownloadError, match="smaller area"):
        download_osm(TAGS, bbox=BOX, cache=tmp_path)


@pytest.mark.parametrize(
    "bbox", [(117.0, 31.0, 116.0, 32.0), (0.0, 0.0, 0.0, 1.0), (100.0, -95.0, 110.0, 0.0), (float("nan"),) * 4]
)
def test_boxes_that_are_none(tmp_path: Path, bbox: tuple[float, float, float, float]) -> None:
    with pytest.raises(VocabularyError, match="box"):
        download_osm(TAGS, bbox=bbox, cache=tmp_path)


def test_neither_place_nor_box(tmp_path: Path) -> None:
    with pytest.raises(VocabularyError, match="either"):
        download_osm(TAGS, cache=tmp_path)


def test_squares_fill_the_area() -> None:
    area = _box_area((116.0, 31.0, 118.0, 32.0))
    tiles = _tiles(area)
    # 2° at 31.5° N are 190 km, 1° is 111 km: five squares by three of at most 40 km.
    assert len(tiles) == 15
    assert shapely.unary_union(tiles).symmetric_difference(area).area < 1e-12
