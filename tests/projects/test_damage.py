"""Damage: made sentences for each kind and its innocent look-alikes, and the damage that was counted in the real plans."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projects.damage import find_damage
from projects.documents import parse_document, read_document
from projects.extraction import extract_mentions
from projects.schema import DAMAGE


def kinds(text: str) -> list[tuple[str, str]]:
    document = parse_document(text, document="made")
    found = find_damage(document)
    return [(row.kind, text[row.start : row.end]) for row in found.itertuples()]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("到年,铁路通车里程大幅增加。", [("digits_lost", "到年")]),
        ("抓好清理,年6月底前完成整改任务。", [("digits_lost", "年")]),
        ("推进转移衔接,年建成服务平台。", [("digits_lost", "年")]),
        # 年底前 is lost beside a year that certainly is ...
        ("到年,基本建成。摸排断头路,年底前形成清单。", [("digits_lost", "到年"), ("digits_lost", "年底前")]),
        ("推进甲山—乙湖千伏线路增容工程。", [("digits_lost", "千伏")]),
        ("建设泊位吨级码头。", [("digits_lost", "吨级")]),
        ("高速公路里程达到公里。", [("digits_lost", "公里")]),
        ("建设通州灣新出???,完善集疏運。", [("broken_characters", "???")]),
        ("鹽泰錫常宜、蘇錫??炀€鐵路等項目。", [("broken_characters", "??炀€")]),
        ("達到48%以上?;A設施互聯互通。", [("broken_characters", "?;A")]),
        ("加快建设锟斤拷高铁。", [("broken_characters", "锟斤拷")]),
        ("加快建设\ufffd\ufffd高铁。", [("broken_characters", "\ufffd\ufffd")]),
        ("推进甲园(乙产业中心。加快丙地建设。", [("scrambled", "(乙产业中心")]),
        ("推进粮食主产区、等休闲农业带建设。", [("scrambled", "、等")]),
        ("推进将军岭将军岭农业基地。", [("scrambled", "将军岭将军岭")]),
    ],
)
def test_damage_is_found_with_its_span(text: str, expected: list[tuple[str, str]]) -> None:
    assert kinds(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        # ... but good Chinese in a yearly plan that has lost nothing.
        "年内至少新达成2项协议,到年底实现全覆盖,年底前完成。",
        "到2025年,铁路网密度达到700公里/万平方公里。",
        "建设±800千伏特高压和500千伏线路、三十万吨级航道、百公里绿道。",
        "近年来成效显著,全年目标完成,逐年提高,常年开放,每年新增。",
        "钱从哪里来?群众满意不满意,谁来评?",
        "这是什么？下一步怎么办？",
        "详见 http://example.com/a?id=3 与 What is new? A list.",
        "发展新型显示(含半导体)、汽车(含零部件)等产业。(一)总体要求。1)第一项",
        "实施百亿元以上、上亿元项目。",
    ],
)
def test_sound_text_has_none(text: str) -> None:
    assert kinds(text) == []


def test_consequence_says_what_is_unknown() -> None:
    found = find_damage(parse_document("推进甲山—乙湖千伏线路。到年,建成。"))
    assert found["consequence"].tolist() == ["the voltage is unknown", "the year is unknown"]


@pytest.mark.parametrize("name", ["hefei", "anhui", "wuhu", "jiangsu", "fuyang"])
def test_quotation_holds_the_span(shared: Path, name: str) -> None:
    document = read_document(shared / "plans" / f"{name}.txt")
    found = DAMAGE.validate(find_damage(document))
    for row in found.itertuples():
        assert document.text[row.start : row.end] in row.quotation
        assert row.quotation in document.text


def test_the_eleven_spots_of_jiangsu(shared: Path) -> None:
    # Counted by hand with grep: eleven runs of question marks, each a place where a full stop or two bytes were lost.
    document = read_document(shared / "plans" / "jiangsu.txt")
    found = find_damage(document)
    broken = found[found["kind"] == "broken_characters"]
    assert len(broken) == 11
    spots = ["苿摦a", ";A", "??炀€", "新出???", "??刂泼禾肯M", "??鐓^", "坡撁?", "?!兑巹澗V", "?;春恿饔?"]
    for spot in spots:
        start = document.text.index(spot)
        assert any(start < r.end and r.start < start + len(spot) for r in broken.itertuples()), spot


def test_the_lost_digits_of_wuhu(shared: Path) -> None:
    # Read by eye in the plan's body (the web page's tail left out): eleven lost years and one voltage.
    document = read_document(shared / "plans" / "wuhu.txt")
    found = find_damage(document)
    body = found[found["end"] < document.text.index("三、保障推动")]
    assert (body["kind"] == "digits_lost").all()
    assert (body["consequence"] == "the voltage is unknown").sum() == 1
    assert (body["consequence"] == "the year is unknown").sum() == 11
    assert "三—廻峰山千伏线路" in "".join(body["quotation"])


def test_clean_plans_are_clean(shared: Path) -> None:
    for name in ("anhui", "fuyang", "fujian_2025", "guangxi_2025"):
        assert find_damage(read_document(shared / "plans" / f"{name}.txt")).empty, name


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="到年底前内,。、?千伏公里达到()甲乙丙丁0123;A€\ufffd\n", max_size=80))
def test_any_text_keeps_the_contract(text: str) -> None:
    document = parse_document(text, document="fuzz", region="甲")
    found = DAMAGE.validate(find_damage(document))
    spans = list(zip(found["start"], found["end"], strict=True))
    assert all(0 <= a < b <= len(text) for a, b in spans)
    # Sorted and not overlapping: a character is damaged once.
    assert all(b <= c for (_, b), (c, _) in itertools.pairwise(spans))


def test_a_project_that_touches_damage_says_so(shared: Path) -> None:
    """Every mention over a damaged span is flagged, no other is; the spans come from the damage table alone."""
    for name in ("jiangsu", "wuhu", "hefei"):
        document = read_document(shared / "plans" / f"{name}.txt")
        found = find_damage(document)
        spots = list(zip(found["start"], found["end"], found["kind"], strict=True))
        for mention in extract_mentions(document):
            touched = {kind for a, b, kind in spots if a < mention.end and b > mention.start}
            if touched & {"broken_characters", "scrambled"}:
                assert "damaged" in mention.flags, mention.name
            if "digits_lost" in touched:
                assert "digits_lost" in mention.flags, mention.name
            assert document.text[mention.start : mention.end] == mention.quotation


def test_a_lost_year_flags_the_projects_of_its_sentence_and_is_not_invented() -> None:
    text = "到年,建成合新高铁。加快建设巢马城际。"
    lost, sound = extract_mentions(parse_document(text, document="a", region="合肥市"))
    assert {"digits_lost", "year_lost"} <= set(lost.flags)
    assert lost.opening_year is None
    assert sound.flags == ()
