"""Documents: encodings, clause numbering, web noise, dates, regions, and errors that say what to do."""

from __future__ import annotations

import codecs
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import DocumentError, MissingExtraError
from projects.dating import BASES
from projects.documents import parse_document, read_document, simplify

PLAN = """甲市综合交通发展规划
一、铁路
(一)干线。加快建设甲乙铁路,这一段文字要足够长,才像一个段落的样子,不会被当作菜单。
(二)城际。谋划丙丁城际铁路,这一段文字也要足够长,才像一个段落的样子,不会被当作菜单。
"""
TRADITIONAL = "積極推動鐵路規劃項目開工建設,構建高鐵、城際一體化多層次的軌道交通網絡,率先在都市圈實現公交化客運服務。"


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-8 with mark by hand"]
)
def test_simplified_text_is_read_in_every_encoding(tmp_path: Path, codec: str) -> None:
    path = tmp_path / "plan.txt"
    path.write_bytes(codecs.BOM_UTF8 + PLAN.encode() if codec.endswith("hand") else PLAN.encode(codec))
    document = read_document(path)
    assert document.text == PLAN
    assert document.document == "plan"
    assert len(document.sha256) == 64


@pytest.mark.parametrize("codec", ["utf-8", "big5", "gb18030"])
def test_traditional_text_is_read_and_simplified_beside_it(tmp_path: Path, codec: str) -> None:
    path = tmp_path / "plan.txt"
    path.write_bytes((TRADITIONAL * 4).encode(codec))
    document = read_document(path)
    assert document.text == TRADITIONAL * 4
    assert document.simplified.startswith("积极推动铁路规划项目开工建设")


@pytest.mark.parametrize(
    "content, words",
    [
        (b"", "is empty"),
        (b"  \n ", "is empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 20, "binary"),
        (PLAN.encode() + b"\x00\x00", "binary"),
        (b"\xff\x81\xff\x80\xfe" * 300, "cannot be told|binary"),
    ],
)
def test_what_is_no_text_is_refused_with_what_to_do(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "plan.txt"
    path.write_bytes(content)
    with pytest.raises(DocumentError, match=words):
        read_document(path)


def test_missing_file_folder_and_unknown_encoding_are_named(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="no such file"):
        read_document(tmp_path / "nothing.txt")
    with pytest.raises(DocumentError, match="is a folder"):
        read_document(tmp_path)
    (tmp_path / "plan.txt").write_text(PLAN, encoding="utf-8")
    with pytest.raises(DocumentError, match="unknown encoding 'klingon'"):
        read_document(tmp_path / "plan.txt", encoding="klingon")
    with pytest.raises(DocumentError, match="is not ascii"):
        read_document(tmp_path / "plan.txt", encoding="ascii")


def test_html_loses_menu_and_script_and_keeps_paragraphs(tmp_path: Path) -> None:
    body = "一、公路。加快建设甲乙高速公路,这一段文字要足够长,才像一个段落的样子,不会被当作菜单。"
    path = tmp_path / "plan.html"
    path.write_text(
        f"<html><head><meta charset='gbk'><script>var a='甲'</script></head><body><nav>首页 | 登录</nav><p>{body}</p></body></html>",
        encoding="gbk",
    )
    document = read_document(path)
    assert "var a" not in document.text
    assert "登录" not in document.text
    assert [document.quote(p.start, p.end) for p in document.passages] == [body]


def test_docx_paragraphs_and_tables_come_in_order(tmp_path: Path) -> None:
    docx = pytest.importorskip("docx")
    file = docx.Document()
    file.add_paragraph("一、重点项目")
    table = file.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "甲乙铁路", "在建"
    file.add_paragraph("二、保障")
    file.save(tmp_path / "plan.docx")
    assert read_document(tmp_path / "plan.docx").text.splitlines() == ["一、重点项目", "甲乙铁路\t在建", "二、保障"]


def test_dates_that_only_the_file_carries_are_found(tmp_path: Path) -> None:
    """An html page's PubDate, and number and date in a docx's running head and foot."""
    (tmp_path / "plan.html").write_text(
        '<html><head><meta charset="utf-8"><meta name="PubDate" content="2021-02-20 10:30"></head><p>加快建设甲乙铁路。</p></html>',
        encoding="utf-8",
    )
    assert read_document(tmp_path / "plan.html").date == "2021-02-20"
    docx = pytest.importorskip("docx")
    file = docx.Document()
    file.sections[0].header.paragraphs[0].text = "皖政〔2021〕16号"
    file.sections[0].footer.paragraphs[0].text = "2021年2月20日印发"
    file.add_paragraph("加快建设甲乙铁路。")
    file.save(tmp_path / "plan.docx")
    document = read_document(tmp_path / "plan.docx")
    assert document.date == "2021-02-20"
    assert document.text.splitlines() == ["皖政〔2021〕16号", "加快建设甲乙铁路。", "2021年2月20日印发"]


def test_damaged_pdf_and_docx_are_errors_not_tracebacks(tmp_path: Path) -> None:
    for name, content in (("a.pdf", b"%PDF-1.4 broken"), ("a.docx", b"PK\x03\x04 broken")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DocumentError, match="no readable"):
            read_document(tmp_path / name)


def test_clauses_are_labelled_as_the_document_numbers_them() -> None:
    text = (
        "四、交通\n(一)铁路。多层次网络。(1)建设甲线。(2)谋划乙线。\n专栏8 铁路工程\n加快建设甲线。\n(二)公路。只有一段。\n"
        "五、能源\n按要求办。\n"
    )
    document = parse_document(text)
    assert [p.clause for p in document.passages] == [
        "四", "四(一)", "(1)", "(2)", "专栏8", "专栏8", "四(二)", "五", "五",
    ]  # fmt: skip
    assert document.passages[5].headings == ("四、交通", "(一)铁路", "专栏8 铁路工程")


def test_plain_items_numbered_through_the_document_keep_their_number() -> None:
    document = parse_document("一、甲\n1.第一条。\n2.第二条。\n二、乙\n3.第三条。\n")
    assert [p.clause for p in document.passages] == ["一", "1", "2", "二", "3"]


def test_plain_items_that_start_anew_are_labelled_with_what_stands_above() -> None:
    document = parse_document("一、甲\n1.第一条。\n2.第二条。\n二、乙\n1.第三条。\n")
    assert [p.clause for p in document.passages] == ["一", "一1", "一2", "二", "二1"]


def test_web_noise_is_no_plan_text_but_stays_in_the_text() -> None:
    body = "为推进交通建设,加快建设甲乙铁路,完善综合交通运输体系,支撑经济社会发展,特制定本方案并认真组织实施。"
    text = f"电话:021-12345678\n您当前的位置 : 首页\n甲市交通方案\n{body}\n请点赞或转发!\n大家都爱看\n甲市高铁开通啦\n版权所有\n"
    document = parse_document(text)
    assert [document.quote(p.start, p.end) for p in document.passages] == ["甲市交通方案", body]
    assert document.text == text


def test_lines_broken_by_the_page_are_one_passage() -> None:
    words = "加快建设甲乙铁路和丙丁高速公路等重大项目推动形成内畅外联的综合交通运输网络"
    text = "".join(f"{words[:30]}\n{words[30:]}补足到一整行的长度再多写一点点。\n" for _ in range(15))
    assert len(parse_document(text).passages) < 20


@pytest.mark.parametrize(
    "text, date",
    [
        ("某市行动计划2021年工作要点\n时间:2021年11月12日 稿源:某某\n正文。", "2021-11-12"),
        ("某市人大决定\n(2020年9月25日某市人大常委会第三十三次会议通过)\n正文。", "2020-09-25"),
        # A reprint's date: the text still looks forward to 2019.
        ("时间:2022-11-23 来源:某网\n确保2019年底前建成通车。", ""),
        # Number, signature, speech, Chinese numerals, labels of government pages.
        ("皖政〔2021〕16号\n各市人民政府:\n正文。", "2021"),
        ("皖政〔2021〕16号\n各市人民政府:\n正文。\n甲省人民政府\n2021年2月20日\n", "2021-02-20"),
        ("根据皖政〔2018〕16号文件要求,制定本方案。", ""),
        ("甲省人民政府\n二〇二一年二月二十日\n", "2021-02-20"),
        ("政府工作报告\n——2021年1月28日在甲省第十三届人民代表大会第四次会议上\n正文。", "2021-01-28"),
        ("成文日期:2020年04月02日\n正文。", "2020-04-02"),
        ("交通运输部:今年新开工30项\n2016-12-20 13:58 来源:某网\n正文。", "2016-12-20"),
        ("商丘今年开建机场\nhttp://www.hnta.cn 2010-3-11 09:00\n正文。", "2010-03-11"),
        ("2021年2月30日\n正文。", ""),  # no such day
        # A title's horizon or span is no date.
        ("甲省国民经济和社会发展第十四个五年规划和2035年远景目标纲要\n正文。", ""),
        ("甲市交通三年行动计划(2021—2023年)\n正文。", ""),
        ("2012年甲省加强交通建设专项行动方案\n正文。", "2012"),
        # Month and day of a news lead: after what is told as done, before the deadlines; else unknown.
        (
            "时间:2022-11-23 来源:某网\n4月2日,甲市发布方案。到2020年纳入平台,到2025年建成。2019年5月,甲市启动了编制。",
            "2020-04-02",
        ),
        ("1月22日,甲省人代会开幕。2024年将力争完成投资3250亿元。", "2024-01-22"),
        ("1月23日,甲省人代会开幕。2021年,随着乙机场建成,机场总数达到25个。", ""),
        ("4月25日,甲省印发规划,到2025年建成乙铁路。", ""),
        ("正文没有日期。", ""),
    ],
)
def test_issue_date_is_found_or_left_empty(text: str, date: str) -> None:
    assert parse_document(text).date == date


def test_the_date_tells_what_it_rests_on() -> None:
    assert parse_document("皖政〔2021〕16号\n正文。").date_basis == "number"
    assert parse_document("正文。").date_basis == ""
    assert parse_document("皖政〔2021〕16号\n正文。", date="2020-04").date_basis == "told"
    assert set(BASES) >= {"told", "number", ""}


def test_a_plan_under_its_parents_title_is_the_regions_own() -> None:
    text = "甲省发布《乙区域发展规划纲要》,全文如下:\n全面落实国务院印发的《乙区域发展规划纲要》,结合江苏实际,制定本实施方案。\n全省要推进。"
    assert parse_document(text, region="江苏省").title == "《乙区域发展规划纲要》江苏实施方案"
    own = "江苏省乙区域发展实施方案\n为落实《乙区域发展规划纲要》,制定本实施方案。"
    assert parse_document(own).title == "江苏省乙区域发展实施方案"


@pytest.mark.parametrize(
    "text, region",
    [
        ("合肥市推动一体化发展重点工作推进方案\n正文。", "合肥市"),
        ("安徽省综合交通规划\n正文。", "安徽省"),
        ("推动福建发展,建设福建,福建加快。", "福建省"),
        # 全市 tells the rank: the city named most, not the province of a neighbour.
        ("接轨上海,融入上海。台州交通成果丰硕,我市建成甲路。台州将加快建设,台州要提升枢纽。", "台州市"),
        # A text about many provinces is no province's.
        ("项目包括贵州甲铁路、云南乙公路、四川丙公路、陕西丁公路。", ""),
        ("正文。", ""),
    ],
)
def test_region_is_the_unit_that_the_plan_is_for(text: str, region: str) -> None:
    assert parse_document(text).region == region


@given(st.text(max_size=300))
def test_simplified_text_is_as_long_as_the_original(text: str) -> None:
    assert len(simplify(text)) == len(text)


@given(st.text(alphabet="一二(三)、。1.23专栏甲乙铁路\n 第章条", max_size=200))
def test_passages_are_in_order_and_inside_the_text(text: str) -> None:
    document = parse_document(text)
    end = 0
    for passage in document.passages:
        assert end <= passage.start < passage.end <= len(text)
        end = passage.end


def _pdf(words: str) -> bytes:
    """Write the smallest pdf of one page (PDF 32000-1, 7.5): catalogue, pages, page, content, font."""
    content = f"BT /F1 12 Tf 20 100 Td ({words}) Tj ET".encode() if words else b""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(out)
    return out + b"xref\n0 6\n0000000000 65535 f \n" + table + trailer


def test_text_layer_of_a_pdf_is_read_and_a_scan_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("pdfplumber")
    (tmp_path / "plan.pdf").write_bytes(_pdf("G329 and S105 in one plan"))
    (tmp_path / "scan.pdf").write_bytes(_pdf(""))
    assert read_document(tmp_path / "plan.pdf").text == "G329 and S105 in one plan"
    with pytest.raises(DocumentError, match="no text layer"):
        read_document(tmp_path / "scan.pdf")


@pytest.mark.parametrize(
    "name, module, content",
    [("a.html", "bs4", b"<html><p>x"), ("a.docx", "docx", b"PK\x03\x04"), ("a.pdf", "pdfplumber", b"%PDF-1")],
)
def test_a_missing_reader_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, module: str, content: bytes
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(MissingExtraError, match=r"pip install 'tongtu\["):
        read_document(tmp_path / name)


def test_radicals_of_printed_pdfs_are_read_as_characters() -> None:
    """PDF printers write 马 as U+2EE2 and 高 as U+2FBC: the same word, character by character."""
    plan = parse_document("一、交通\n加快推进合新⾼铁、巢⻢城际等项⽬前期⼯作。", document="pdf")
    assert "合新高铁、巢马城际等项目前期工作" in plan.simplified
    assert len(plan.simplified) == len(plan.text)


def test_a_simplified_text_keeps_its_characters() -> None:
    """乾 is a traditional 干 and a simplified 乾: only a text with other traditional characters is converted."""
    assert simplify("合肥乾龙物流园") == "合肥乾龙物流园"
    assert simplify("擰乾毛巾") == "拧干毛巾"
