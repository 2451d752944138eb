"""A datum is guessed from the offset of many places; errors of a hand or of a table are not taken for one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.datum import wgs84_to_bd09, wgs84_to_gcj02
from geo.datum_guess import guess_from_places

SHIFTS = {"gcj02": wgs84_to_gcj02, "bd09": wgs84_to_bd09}


def _places(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.uniform(115.0, 122.5, count), rng.uniform(28.0, 35.0, count)


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
@pytest.mark.parametrize("error_km", [0.0, 0.1, 0.3])
def test_a_shift_is_seen_through_the_errors(datum: str, error_km: float) -> None:
    lon, lat = _places(60, 1)
    rng = np.random.default_rng(2)
    x, y = SHIFTS[datum](lon, lat)
    guess = guess_from_places(x + rng.normal(0, error_km / 95, 60), y + rng.normal(0, error_km / 111, 60), lon, lat)
    assert guess.datum == datum
    assert guess.shifted
    assert guess.count == 60
    assert f"--input-datum {datum}" in guess.text("zh")
    # Over the Yangtze delta GCJ-02 lies some 480 m east and 230 m south (PROVENANCE.md of the boundary data).
    if datum == "gcj02":
        assert guess.east_km == pytest.approx(0.48, abs=0.1)
        assert guess.north_km == pytest.approx(-0.23, abs=0.1)


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.05, 0.3, 1.0]), st.integers(1, 80))
def test_places_in_wgs84_are_never_called_shifted(seed: int, error_km: float, count: int) -> None:
    lon, lat = _places(count, seed)
    rng = np.random.default_rng(seed)
    guess = guess_from_places(
        lon + rng.normal(0, error_km / 95, count), lat + rng.normal(0, error_km / 111, count), lon, lat
    )
    assert not guess.shifted
    assert guess.text() == ""


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_too_few_places_and_namesakes_say_nothing(datum: str) -> None:
    lon, lat = _places(4, 3)
    assert guess_from_places(*SHIFTS[datum](lon, lat), lon, lat).datum == ""
    lon, lat = _places(30, 4)
    assert guess_from_places(lon + 0.5, lat, lon, lat).count == 0  # 50 km off: other places of these names
    x, y = SHIFTS[datum](lon, lat)
    x[:5] += 0.03  # five wrong matches of thirty
    assert guess_from_places(x, y, lon, lat).datum == datum
