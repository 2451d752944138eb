"""Tables whose columns are known: what each cell is read for. Texts written for these tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from projects.documents import parse_document, read_document
from projects.extraction import extract_mentions
from projects.grammar.columns import heading_role, table_rows

if TYPE_CHECKING:
    from pathlib import Path

    from projects.documents import Document

ROWS = [
    ["类别", "序号", "项目名称", "建设规模及内容", "建设性质", "建设年限", "总投资（亿元）"],
    ["铁路", "1", "襄阳至荆门高铁", "特大桥3座，隧道2座", "新建", "2021-2025", "180"],
    ["", "2", "荆州至岳阳铁路", "112公里", "续建", "2019-2023", "98"],
    ["公路", "3", "福银高速武汉至麻城段", "八车道，互通立交6处", "改扩建", "2023-2026", "150"],
    ["水运", "4", "汉江新集航电枢纽", "1000吨级船闸，电站12万千瓦", "", "2018-2024", "46"],
]
EXPECTED = [
    ("襄阳至荆门高铁", "rail", "new", "unspecified", 2025),
    ("荆州至岳阳铁路", "rail", "new", "under_construction", 2023),
    ("福银高速武汉至麻城段", "highway", "upgrade", "unspecified", 2026),
    ("汉江新集航电枢纽", "waterway", "new", "unspecified", 2024),
]
"""Only the cells of names name projects: the lock, bridges and interchanges of the third column are parts of them."""


def told(document: Document) -> list[tuple[str, str, str, str, int | None]]:
    mentions = extract_mentions(document)
    for m in mentions:
        assert document.text[m.start : m.end] == m.quotation
    return [(m.name, m.mode, m.work, m.status, m.opening_year) for m in mentions]


@pytest.mark.parametrize(
    "text",
    [
        "\n".join("\t".join(row) for row in ROWS),
        "\n".join("| " + " | ".join(row) + " |" for row in [ROWS[0], ["---"] * 7, *ROWS[1:]]),
        "\n".join("┃" + "│".join(f" {cell} " for cell in row) + "┃\n┠──┼──┨" for row in ROWS),
    ],
    ids=["tabs", "markdown", "ruled"],
)
def test_each_cell_is_read_for_what_its_column_holds(text: str) -> None:
    assert told(parse_document(f"附件 重大项目表\n{text}\n注：投资为估算数。", region="湖北省")) == EXPECTED


def test_cells_apart_by_blanks_with_rows_of_different_length() -> None:
    text = """序号 项目名称 建设规模 建设年限 总投资
1 荆州机场 4C级 2019-2021 15
2 武汉天河机场第三跑道 2022-2026 120
以上项目应抓紧实施。"""
    assert [row[0] for row in told(parse_document(text, region="湖北省"))] == ["荆州机场", "武汉天河机场第三跑道"]


def test_rows_that_only_say_what_the_next_are_about() -> None:
    text = """序号\t项目名称\t里程（公里）
一\t高速公路\t300
（一）\t续建项目\t120
1\t宜都至鄂湘界\t97
（二）\t新开工项目\t180
2\t十堰至淅川（鄂豫界）\t40
"""
    assert [(r[0], r[1], r[3]) for r in told(parse_document(text, region="湖北省"))] == [
        ("宜都至鄂湘界高速公路", "highway", "under_construction"),
        ("十堰至淅川高速公路", "highway", "starting"),
    ]


def test_stage_in_a_column_of_its_own() -> None:
    text = """| 项目名称 | 建设内容 | 进展情况 |
| 安化抽水蓄能电站 | 240万千瓦 | 已核准 |
| 永州电厂 | 2台百万千瓦机组 | 已开工建设 |
| 邵永高铁 | 96公里 | 开展前期工作 |
| 甲至乙输电线路 | 220千伏 | 暂缓实施 |
"""
    mentions = extract_mentions(parse_document(text, region="湖南省"))
    assert [(m.name, m.status) for m in mentions[:3]] == [
        ("安化抽水蓄能电站", "preparatory"),
        ("永州电厂", "starting"),
        ("邵永高铁", "preparatory"),
    ]
    assert all("halted" in m.flags for m in mentions[3:])


@pytest.mark.parametrize(
    "heading, role",
    [
        ("项目名称", "name"),
        ("建设规模及主要内容", "content"),
        ("“十四五”投资（亿元）", "other"),
        ("起止年限", "years"),
        ("甲乙铁路", ""),
    ],
)
def test_headings_end_in_what_they_are(heading: str, role: str) -> None:
    assert heading_role(heading.replace("（", "(").replace("）", ")")) == role


def test_prose_is_no_table() -> None:
    text = "一、项目安排\n加快建设甲乙高速公路，全长100公里。\n项目名称应当规范。"
    assert table_rows(parse_document(text)) == {}


def test_a_number_on_a_line_of_its_own_does_not_end_the_text() -> None:
    """A list whose numbers stand on their own lines, as a web page's table is copied."""
    text = "全省重大建设项目共599个，总投资约8.4万亿元，其中宁波有51个，涉及交通、能源、水利等领域，具体如下。\n"
    text += "1\n穿山港铁路支线（续建）\n2\n宁波至余姚城际铁路（新建）\n"
    assert [(r[0], r[3]) for r in told(parse_document(text, region="浙江省"))] == [
        ("穿山港铁路支线", "under_construction"),
        ("宁波至余姚城际铁路", "unspecified"),
    ]


def test_html_cells_that_span_rows_keep_the_columns_apart(tmp_path: Path) -> None:
    pytest.importorskip("bs4")
    rows = "".join(f"<td><p>{cell}</p></td>" for cell in ROWS[0])
    first = '<td rowspan="2">铁路</td>' + "".join(f"<td>{cell}</td>" for cell in ROWS[1][1:])
    rest = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in cells) + "</tr>" for cells in (ROWS[2][1:], *ROWS[3:]))
    page = f"<html><body><table><tr>{rows}</tr><tr>{first}</tr>{rest}</table></body></html>"
    (tmp_path / "plan.html").write_text(page, encoding="utf-8")
    assert told(read_document(tmp_path / "plan.html")) == EXPECTED


def test_a_table_that_lays_out_a_page_stays_text(tmp_path: Path) -> None:
    pytest.importorskip("bs4")
    page = "<html><body><table><tr><td>首页</td><td><p>加快建设合肥至安庆铁路。</p><p>谋划合肥至芜湖铁路。</p></td></tr></table></body></html>"
    (tmp_path / "plan.html").write_text(page, encoding="utf-8")
    document = read_document(tmp_path / "plan.html")
    assert "\t" not in document.text
    assert [m.status for m in extract_mentions(document)] == ["under_construction", "proposed"]


def test_docx_cells_that_span_rows_keep_the_columns_apart(tmp_path: Path) -> None:
    docx = pytest.importorskip("docx")
    file = docx.Document()
    table = file.add_table(rows=len(ROWS), cols=len(ROWS[0]))
    for i, row in enumerate(ROWS):
        for j, cell in enumerate(row):
            table.cell(i, j).text = cell
    table.cell(1, 0).merge(table.cell(2, 0)).text = "铁路"
    file.save(tmp_path / "plan.docx")
    assert told(read_document(tmp_path / "plan.docx")) == EXPECTED


def test_a_box_of_a_docx_keeps_its_paragraphs(tmp_path: Path) -> None:
    docx = pytest.importorskip("docx")
    file = docx.Document()
    box = file.add_table(rows=1, cols=1).cell(0, 0)
    box.text = "专栏1 铁路"
    box.add_paragraph("加快建设合肥至安庆铁路。")
    file.save(tmp_path / "plan.docx")
    assert read_document(tmp_path / "plan.docx").text.splitlines() == ["专栏1 铁路", "加快建设合肥至安庆铁路。"]


def _ruled_pdf(cells: list[list[str]]) -> bytes:
    """Write a pdf of one page with a line of text above a ruled table (PDF 32000-1, 7.5), 100 by 20 points a cell."""
    height, width = len(cells), len(cells[0])
    lines = [f"50 {700 - 20 * i} m {50 + 100 * width} {700 - 20 * i} l S" for i in range(height + 1)]
    lines += [f"{50 + 100 * j} 700 m {50 + 100 * j} {700 - 20 * height} l S" for j in range(width + 1)]
    words = [
        f"BT /F1 10 Tf {55 + 100 * j} {686 - 20 * i} Td ({cell}) Tj ET"
        for i, row in enumerate(cells)
        for j, cell in enumerate(row)
    ]
    content = "\n".join([*lines, "BT /F1 10 Tf 50 740 Td (before) Tj ET", *words]).encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    return out + head + table + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(out))


def test_cells_of_a_ruled_pdf_table_are_kept_apart(tmp_path: Path) -> None:
    pytest.importorskip("pdfplumber")
    (tmp_path / "plan.pdf").write_bytes(_ruled_pdf([["No", "Name"], ["1", "G329"], ["", "S105"]]))
    assert read_document(tmp_path / "plan.pdf").text.split("\n") == ["before", "No\tName", "1\tG329", "\tS105"]
