"""Siting notes as codes: both languages, apart from one another; written and read again."""

from __future__ import annotations

import re

import geopandas as gpd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import VocabularyError
from layers.features import network_features
from layers.schema import FEATURES
from layers.siting_notes import SENTENCES, SitingNote, decoded, encoded, in_language, note, notes_text

LATIN_IN_CHINESE = {"OpenStreetMap", "BD", "GCJ", "WGS"}


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_a_sentence_is_in_one_language_and_says_the_same_in_both(code: str) -> None:
    zh, en = SENTENCES[code]
    slots = [sorted(set(re.findall(r"\{(\w+)\}", text))) for text in (zh, en)]
    assert slots[0] == slots[1]
    bare = [re.sub(r"\{\w+\}", "", text) for text in (zh, en)]
    assert set(re.findall(r"[A-Za-z]+", bare[0])) <= LATIN_IN_CHINESE
    assert not re.search(r"[\u3000-\u9fff\uff00-\uffef]", bare[1])


def test_what_is_optional_goes_with_its_parameter() -> None:
    assert note("ring", city="合肥", km=30.0, side="西").text() == "绕合肥西侧，半径约 30 公里"
    assert note("ring", city="合肥", km=30.0, side="").text() == "绕合肥，半径约 30 公里"
    assert note("ring", city="合肥", km=30.0, side="西").text("en") == "around 合肥, its west side, radius about 30 km"


def test_notes_are_said_once_and_joined_by_the_language() -> None:
    twice = [note("around_lake"), note("around_lake"), note("over_crossing")]
    assert notes_text(twice) == "绕湖；在已知过江点过江"
    assert notes_text(twice, "en") == "around the lake; over a recorded crossing"


def test_an_unknown_code_is_an_error_when_made_and_shown_as_it_is_when_read() -> None:
    with pytest.raises(VocabularyError, match="accepted"):
        note("no_such_note")
    later = decoded('[{"code":"of_a_later_version","line":"京沪高铁"}]')
    assert later[0].text("zh") == "of_a_later_version 京沪高铁"
    for broken in ("{", "[1]", '[{"line":"x"}]'):
        with pytest.raises(VocabularyError, match="siting_codes"):
            decoded(broken)


@given(
    st.lists(
        st.builds(
            lambda code, value: SitingNote(code, (("line", value),) if value else ()),
            st.sampled_from(sorted(SENTENCES)),
            st.text(max_size=12),
        ),
        max_size=5,
    )
)
def test_codes_written_and_read_are_the_same(notes: list[SitingNote]) -> None:
    assert decoded(encoded(notes)) == tuple(dict.fromkeys(notes))


def test_a_table_is_read_in_the_other_language_and_stays_as_it_was() -> None:
    features: gpd.GeoDataFrame = network_features("2020-12")
    features = features[features["mode"].isin(["rail", "airport"])]
    before = features.copy()
    english = in_language(features, "en")
    FEATURES.validate(english)
    lines = english["siting_codes"] != ""
    assert lines.any()
    assert english.loc[lines, "siting_note"].str.contains("through").all()
    assert features.equals(before)
    assert list(in_language(english, "zh")["siting_note"]) == list(before["siting_note"])
