"""Evidence: every mention and target re-quotes from its span in the bytes of the file, whatever the format and script."""

from __future__ import annotations

import codecs
import tempfile
from html import escape
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from projects.damage import find_damage
from projects.documents import Document, read_document
from projects.extraction import extract_mentions
from projects.targets import extract_targets

VERBS = ("加快推进", "开工建设", "谋划", "规划研究", "确保", "建成", "推动", "续建:", "支持", "2025年底前建成", "暂缓")
NAMES = (
    "合新高铁",
    "巢马城际铁路",
    "合肥—新沂高铁安徽段",
    "合肥新桥机场二期",
    "裕溪河一线船闸",
    "宁马、宁合等高速公路改扩建",
    "芜湖LNG内河接收(转运)站",
    "±800千伏白鹤滩—浙江特高压",
    "S351盛同路",
    "苏锡??炀€铁路",
    "合新、寧淮鐵路",
)
TAILS = ("前期工作", "建设", "开工建设", "建成通车", "改扩建", "", "等项目前期工作,力争早日开工")
TARGETS = (
    "到2025年,铁路网密度达到700公里/万平方公里",
    "高速公路通车里程突破5000公里",
    "新增泊位5个、充电桩3万个",
    "到年,港口吞吐量达到3亿吨",
    "铁路、高速公路里程分别达到7600公里、10000公里",
    "人口自然增长率不超过4.8‰",
)
HEADINGS = ("一、交通", "(一)铁路。", "专栏1 重点项目", "1.公路", "", "第三章 能源")
NOISE = ("电话:021-68160507", "分享到: 微信 微博", "首页 > 新闻", "")

PLANS = st.lists(
    st.one_of(
        st.sampled_from(HEADINGS),
        st.sampled_from(NOISE),
        st.sampled_from(TARGETS).map(lambda words: words + "。"),
        st.tuples(st.sampled_from(VERBS), st.sampled_from(NAMES), st.sampled_from(TAILS)).map(
            lambda t: "".join(t) + "。"
        ),
        st.tuples(
            st.sampled_from(VERBS), st.lists(st.sampled_from(NAMES), min_size=2, max_size=4), st.sampled_from(TAILS)
        ).map(lambda t: t[0] + "、".join(t[1]) + t[2] + "。"),
    ),
    min_size=1,
    max_size=8,
).map(lambda lines: ["安徽省综合交通规划", *lines])


def requoted(document: Document, text: str) -> int:
    """Compare every quotation with its span in a text; return how many there were."""
    assert document.text == text
    mentions = extract_mentions(document)
    for m in mentions:
        assert 0 <= m.start < m.end <= len(text)
        assert text[m.start : m.end] == m.quotation
    targets = extract_targets(document)
    for row in targets.itertuples():
        assert text[row.start : row.end] == row.quotation
    for row in find_damage(document).itertuples():
        assert text[row.start : row.end] in row.quotation
    return len(mentions) + len(targets)


def traditional(text: str) -> str:
    from opencc import OpenCC

    return str(OpenCC("s2t").convert(text))


@pytest.mark.parametrize(
    "encoding, mark",
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("gb18030", b""),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
        ("big5", b""),
    ],
)
@settings(max_examples=25, deadline=None)
@given(lines=PLANS)
def test_txt_of_every_encoding_requotes_in_its_bytes(lines: list[str], encoding: str, mark: bytes) -> None:
    text = "\r\n".join(lines) + "\r\n为推进一体化发展,加快建设综合交通运输体系,完善基础设施网络,制定本规划。\r\n"
    if encoding == "big5":
        text = "".join(c for c in traditional(text) if c.isascii() or _fits(c, "big5"))
    data = mark + text.encode(encoding)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.txt"
        path.write_bytes(data)
        document = read_document(path)
    requoted(document, data.removeprefix(mark).decode(encoding))


@settings(max_examples=25, deadline=None)
@given(lines=PLANS)
def test_traditional_text_is_read_as_simplified_and_quoted_as_written(lines: list[str]) -> None:
    text = traditional("\n".join(lines))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.txt"
        path.write_text(text, encoding="utf-8", newline="")
        requoted(read_document(path), text)


@settings(max_examples=25, deadline=None)
@given(lines=PLANS)
def test_html_docx_and_pdf_requote_in_the_text_that_was_extracted(lines: list[str]) -> None:
    docx = pytest.importorskip("docx")
    pytest.importorskip("bs4")
    pytest.importorskip("pdfplumber")
    file = docx.Document()
    for line in lines:
        file.add_paragraph(line)
    body = "".join(f"<p>{escape(line[:3])}<b>{escape(line[3:])}</b></p>" for line in lines)
    counts = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file.save(str(folder / "plan.docx"))
        (folder / "plan.html").write_text(f"<html><meta charset='utf-8'><body>{body}</body></html>", encoding="utf-8")
        (folder / "plan.pdf").write_bytes(pdf_of([line for line in lines if line]))
        for suffix in ("docx", "html", "pdf"):
            document = read_document(folder / f"plan.{suffix}")
            beside = document.text.encode("utf-8", "replace").decode("utf-8")
            counts.append(requoted(document, beside))
    assert counts[0] == counts[1]  # the same paragraphs say the same


def _fits(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def pdf_of(lines: list[str]) -> bytes:
    """
    Write one page of Chinese lines.

    The predefined CMap UniGB-UCS2-H (PDF 32000-1, 9.7.5.2) takes two bytes of Unicode per character, so no font is embedded.
    """
    shown = "".join(
        f"BT /F1 10 Tf 20 {780 - 14 * i} Td <{line.encode('utf-16-be').hex()}> Tj ET\n" for i, line in enumerate(lines)
    ).encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 3000 800] /Contents 4 0 R"
            b" /Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(shown), shown),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R] >>",
        (
            b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /FontDescriptor 7 0 R"
            b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> >>"
        ),
        (
            b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [0 -200 1000 900] /ItalicAngle 0"
            b" /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>"
        ),
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + trailer


def test_a_pdf_of_chinese_lines_is_read(tmp_path: Path) -> None:
    """The writer above is no stub: its words come back, and a project is read from them."""
    pytest.importorskip("pdfplumber")
    (tmp_path / "plan.pdf").write_bytes(pdf_of(["安徽省交通规划", "加快建设合新高铁、巢马城际铁路。"]))
    document = read_document(tmp_path / "plan.pdf")
    assert document.text.splitlines() == ["安徽省交通规划", "加快建设合新高铁、巢马城际铁路。"]
    assert [m.name for m in extract_mentions(document)] == ["合新高铁", "巢马城际铁路"]
