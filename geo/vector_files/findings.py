"""What was found wrong in a stranger's file: which rows, what was done about it, in Chinese and English."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["UNUSABLE", "WORDS", "Finding"]

WORDS: Final[dict[str, tuple[str, str]]] = {
    "axes_swapped": ("坐标似为纬度在前（{rows}），未改动", "coordinates look like latitude first ({rows}); left as they are"),
    "axes_turned": ("按要求对调了坐标轴", "axes were turned as asked"),
    "crs_given": ("文件无坐标系，按所给 {detail}", "the file has no coordinate system; taken as the given {detail}"),
    "crs_null": ("crs 为 null，按 WGS 84", "its crs is null; taken as WGS 84"),
    "crs_overruled": ("文件坐标系为 {detail}，按所给坐标系", "the file's coordinate system, {detail}, gave way to the given one"),
    "datum_unpublished": ("{detail} 到 CGCS2000 / WGS 84 无公开转换参数，坐标按原值使用，可能偏差约 100 m；如有参数请先行转换",
        "no way from {detail} to WGS 84 is published; coordinates were taken as they are and may be off by about 100 m"),
    "dates_as_text": ("字段 {detail} 含无效日期，按文字保留", "field {detail} holds dates that are none; kept as text"),
    "digits": ("字段 {detail} 有超过 2^53 的整数，尾数可能不准", "field {detail} holds whole numbers over 2^53, whose last digits may be off"),
    "encoding_guessed": ("未注明编码，按 {detail} 读取", "no encoding is stated; read as {detail}"),
    "encoding_overruled": ("注明的编码不符，按 {detail} 读取", "the stated encoding does not fit; read as {detail}"),
    "field_renamed": ("字段重名，改为 {detail}", "field names repeat or are reserved; renamed {detail}"),
    "gdal": ("{detail}", "{detail}"),
    "geometry_collection": ("{rows} 为混合几何集合", "{rows} are collections of several geometry types"),
    "geometry_lost": ("{rows} 的几何无法读取，属性保留", "the geometry of {rows} cannot be read; attributes are kept"),
    "heights_dropped": ("{rows} 的高程缺失，改为二维", "{rows} lack some heights; made two-dimensional"),
    "ignored": ("其中的 {detail} 未读", "{detail} in it was not read"),
    "index_rebuilt": ("缺少或损坏 .shx，已由 .shp 重建", "the .shx is missing or wrong; made anew from the .shp"),
    "json_repeated": ("成员 {detail} 在同一对象中重复，只保留最后一个",
        "members {detail} repeat within an object; only the last one is kept"),
    "layer_empty": ("图层为空", "the layer is empty"),
    "measures_dropped": ("M 值未保留", "measures (M) are not kept"),
    "name_says_shifted": ("文件名含 {detail}，未按其纠偏；如属实请用 --input-datum {detail}",
        "the file's name says {detail}, but nothing was shifted; if so, say --input-datum {detail}"),
    "no_attributes": ("缺少 .dbf，无属性", "the .dbf is missing: no attributes"),
    "not_degrees": ("坐标不是经纬度（{rows}），请注明坐标系", "coordinates are not degrees ({rows}); state the coordinate system"),
    "outside_system": ("坐标超出坐标系 {detail} 的范围（{rows}），未改动",
        "coordinates lie outside what {detail} is for ({rows}); left as they are"),
    "ring_closed": ("{rows} 的环未闭合，已闭合", "rings of {rows} were open; closed"),
    "text_damaged": ("字段 {detail}：{rows} 的文字含残缺字符，以 \ufffd 表示", "field {detail}: texts of {rows} hold broken characters, shown as \ufffd"),
    "vertices_dropped": ("{rows} 有无效坐标点（NaN 等），已略去", "{rows} had vertices without a position (NaN or the like); left out"),
    "zone_number": ("东坐标带有带号 {detail}，而坐标系不带带号（{rows}）；请用带带号的坐标系",
        "eastings carry the zone number {detail}, which the coordinate system has not ({rows}); state the one with zone number"),
}  # fmt: skip

UNUSABLE: Final = frozenset({"axes_swapped", "not_degrees", "outside_system", "zone_number"})
"""Findings after which positions are wrong; everything else was repaired or does not touch positions."""

SHOWN_ROWS = 5


@dataclass(frozen=True)
class Finding:
    """
    One thing found in a file.

    Parameters
    ----------
    code : str
        Key of ``WORDS``.
    layer : str
        Empty where it concerns the whole file.
    rows : tuple of int
        Numbers of the features, from 1, in the file's order.
    detail : str
    """

    code: str
    layer: str = ""
    rows: tuple[int, ...] = ()
    detail: str = ""

    @property
    def unusable(self) -> bool:
        """Whether positions are wrong because of it."""
        return self.code in UNUSABLE

    def text(self, lang: str = "zh") -> str:
        """
        Return the finding in words.

        Examples
        --------
        >>> Finding("ring_closed", "areas", (3, 7)).text("en")
        'areas: rings of features 3, 7 were open; closed'
        """
        shown = ", ".join(str(row) for row in self.rows[:SHOWN_ROWS])
        more = len(self.rows) - SHOWN_ROWS
        if lang == "zh":
            rows = f"第 {shown} 个要素" + (f"等 {len(self.rows)} 个" if more > 0 else "")
        else:
            rows = f"features {shown}" + (f" and {more} more" if more > 0 else "")
        words = WORDS[self.code][0 if lang == "zh" else 1].format(rows=rows, detail=self.detail)
        return f"{self.layer}: {words}" if self.layer else words
