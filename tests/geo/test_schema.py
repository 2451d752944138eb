"""Contracts: what comes in is brought into shape or refused with every breach."""

from __future__ import annotations

from enum import StrEnum

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import LineString, Point

from geo.errors import SchemaError, VocabularyError
from geo.schema import Column, Schema, parse_word


class Colour(StrEnum):
    """A vocabulary for the tests."""

    RED = "red"
    BLUE = "blue"


THINGS = Schema(
    "things",
    key=("thing_id",),
    columns=(
        Column("thing_id", "string", "id", zh="编号", nullable=False),
        Column("colour", Colour, "colour", zh="颜色"),
        Column("length_km", "float64", "length", zh="长度km", unit="km"),
        Column("year", "Int64", "year", zh="年份"),
        Column("built", "boolean", "built", zh="建成"),
    ),
)


def test_coerce_understands_chinese_headers_and_fills_what_is_missing() -> None:
    table = THINGS.coerce(pd.DataFrame({"编号": ["a"], "颜色": ["red"], "年份": ["2025"], "建成": ["是"]}))
    assert list(table.columns) == THINGS.names
    assert table.loc[0, "thing_id"] == "a"
    assert table.loc[0, "year"] == 2025
    assert bool(table.loc[0, "built"]) is True
    assert pd.isna(table.loc[0, "length_km"])


def test_every_breach_is_listed_at_once() -> None:
    with pytest.raises(SchemaError) as caught:
        THINGS.coerce(pd.DataFrame({"thing_id": ["a"], "colour": ["green"], "length_km": ["far"], "year": ["2025.5"]}))
    message = str(caught.value)
    assert "'green'" in message
    assert "red, blue" in message
    assert "'far'" in message
    assert "no whole number" in message


def test_validate_refuses_missing_columns_empty_and_repeated_keys() -> None:
    with pytest.raises(SchemaError, match="'colour' is missing"):
        THINGS.validate(pd.DataFrame({"thing_id": ["a"]}))
    with pytest.raises(SchemaError, match="repeats in rows 0, 1"):
        THINGS.validate(THINGS.coerce(pd.DataFrame({"thing_id": ["a", "a"]})))
    with pytest.raises(SchemaError, match="is empty in rows 1"):
        THINGS.validate(THINGS.coerce(pd.DataFrame({"thing_id": ["a", None]})))


def test_validate_checks_geometry_and_crs() -> None:
    points = Schema("points", THINGS.columns, key=THINGS.key, geometry=frozenset({"Point"}))
    table = THINGS.coerce(pd.DataFrame({"thing_id": ["a"]}))
    good = gpd.GeoDataFrame(table, geometry=[Point(117, 31)], crs="EPSG:4326")
    assert points.validate(good) is good
    with pytest.raises(SchemaError, match="geometry types LineString; accepted: Point"):
        points.validate(good.set_geometry([LineString([(0, 0), (1, 1)])], crs="EPSG:4326"))
    with pytest.raises(SchemaError, match="EPSG:3857, expected EPSG:4326"):
        points.validate(good.to_crs(3857))
    with pytest.raises(SchemaError, match="no geometry"):
        points.validate(table)


def test_coerce_leaves_its_argument_alone() -> None:
    table = pd.DataFrame({"thing_id": [1, 2]})
    before = table.copy()
    THINGS.coerce(table)
    pd.testing.assert_frame_equal(table, before)


def test_export_names_fit_a_shapefile() -> None:
    with pytest.raises(SchemaError, match="at most 10 ASCII"):
        Column("name", "string", "", shp="a_long_name")
    import layers.schema as built
    import projects.schema as planned

    for module in (built, planned):
        for schema in (value for value in vars(module).values() if isinstance(value, Schema)):
            names = [column.shp for column in schema.columns]
            assert len(set(names)) == len(names), schema.name
            labels = [column.zh for column in schema.columns]
            assert all(labels), schema.name
            assert len(set(labels)) == len(labels), schema.name


def test_unknown_word_names_the_accepted_ones() -> None:
    assert parse_word(Colour, "red") is Colour.RED
    with pytest.raises(VocabularyError, match="accepted: red, blue"):
        parse_word(Colour, "green")
