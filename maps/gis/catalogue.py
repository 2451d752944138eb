"""
What a catalogue asks of a bundle: ISO 19115 metadata as XML (ISO 19139), and a STAC item.

Both are written by the libraries that keep the standards (pygeometa, pystac), without a clock: the date is that of the data.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from geo import __version__
from geo.io import attributions
from maps.gis.metadata import holds_our_data, licences

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.crs import OutputCrs
    from maps.gis.handover import Layer

__all__ = ["Bundle", "iso_19115", "stac_item"]

WHOLE_REGION: Final = (114.5, 27.0, 123.5, 35.5)
"""Extent stated where nothing is drawn: 上海, 江苏, 浙江, 安徽."""

ISO_GEOMETRY: Final = {"point": "point", "line": "curve", "polygon": "surface", "none": "complex"}

PARTS: Final = {"shp": ("shx", "dbf", "prj", "cpg")}
"""Files that a format has beside its main one, and that are data too."""

LANGUAGES: Final = {"zh": "chi", "en": "eng"}
"""ISO 639-2, bibliographic codes, as ISO 19139 and INSPIRE ask for."""

NAMESPACES: Final = {
    "gmd": "http://www.isotc211.org/2005/gmd",
    "gco": "http://www.isotc211.org/2005/gco",
    "gmx": "http://www.isotc211.org/2005/gmx",
    "gml": "http://www.opengis.net/gml",
    "xlink": "http://www.w3.org/1999/xlink",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}

UNNAMED: Final = {"zh": "(编制单位, 请填写)", "en": "(organisation, to be filled in)"}


LICENCES: Final = {
    "zh": "各来源的许可见 licences.csv 或 manifest.json",
    "en": "The licence of each source is in licences.csv or manifest.json",
}
LICENCE_OF_OTHERS: Final = {"zh": "由数据提供者注明", "en": "For the giver of the data to state"}

UNDATED: Final = "0001-01-01"
"""Stands for no date until the record is complete."""


@dataclass(frozen=True)
class Bundle:
    """
    What the records say of a hand-over.

    Parameters
    ----------
    name : str
        Name of the data.
    form : str
        Format.
    layers : sequence of Layer
        As read, in EPSG:4326.
    systems : sequence of OutputCrs
        Coordinate systems of the files.
    checksums : mapping of file name to SHA-256
    sizes : mapping of file name to bytes
    lang : {"zh", "en"}
    publisher : str
        Who answers for the data; empty for a note to fill it in.
    modified : date or None
        When the file that was read was last changed.
    base : str
        Way from the STAC item to the files.
    """

    name: str
    form: str
    layers: Sequence[Layer]
    systems: Sequence[OutputCrs]
    checksums: Mapping[str, str]
    sizes: Mapping[str, int]
    lang: str = "zh"
    publisher: str = ""
    modified: dt.date | None = None
    base: str = "."

    @property
    def bbox(self) -> tuple[float, float, float, float]:
        """West, south, east, north in WGS 84."""
        bounds = [layer.table.total_bounds for layer in self.layers if layer.drawn]
        if not bounds:
            return WHOLE_REGION
        west, south = (min(float(b[i]) for b in bounds) for i in (0, 1))
        east, north = (max(float(b[i]) for b in bounds) for i in (2, 3))
        return west, south, east, north

    @property
    def date(self) -> dt.date | None:
        """
        Date of the data, without a clock.

        The newest one of the embedded data where the bundle holds any; for a stranger's data that of their file, and None
        where there is no file: then nobody has said it.
        """
        if not holds_our_data(self.layers):
            return self.modified
        dates = [row["date"] for row in licences() if row["date"]]
        year, month, day = ([int(x) for x in max(dates).split("-")] + [1, 1])[:3]
        return dt.date(year, month, day)

    @property
    def identifier(self) -> str:
        """A name that the same data have again, and other data have not."""
        known = [self.checksums[name] for name in sorted(self.checksums)]
        digest = "".join(known) or repr((self.name, self.bbox, [(x.name, len(x.table)) for x in self.layers]))
        return f"tongtu-{self.form}-{hashlib.sha256(digest.encode()).hexdigest()[:16]}"

    @property
    def words(self) -> dict[str, str]:
        """Title, abstract and lineage."""
        rows = sum(len(layer.table) for layer in self.layers)
        drawn = sum(len(layer.table) for layer in self.layers if layer.drawn)
        if not holds_our_data(self.layers):
            return self._words_for_others(rows, drawn)
        systems = ", ".join(one.crs.name + (f" ({one.mark})" if one.shifted else "") for one in self.systems) or "-"
        if self.lang == "zh":
            return {
                "title": f"基础设施规划项目与网络: {self.name}",
                "abstract": f"由规划文本读出的项目及既有网络, {rows} 条记录, 其中 {drawn} 条有几何。坐标系: {systems}。",
                "lineage": (
                    f"通途 tongtu {__version__} 由规划文本读出并落图; 每个几何的画法和精度见 drawn_by、accuracy_km 字段, "
                    "既有线路的来源与可信级见 source、grade 字段。线位为示意, 不作法定依据。"
                ),
            }
        return {
            "title": f"Infrastructure plan projects and networks: {self.name}",
            "abstract": f"Projects read from plans, and existing networks: {rows} records, {drawn} drawn. CRS: {systems}.",
            "lineage": (
                f"Read from plan texts and drawn by tongtu {__version__}; how each geometry was made and how precise it is "
                "stand in drawn_by and accuracy_km, sources of existing lines in source and grade. Indicative alignments, "
                "without legal force."
            ),
        }

    @property
    def sources(self) -> str:
        """Attributions of the embedded data, empty where none of them is in the bundle."""
        return "; ".join(attributions()) if holds_our_data(self.layers) else ""

    def _words_for_others(self, rows: int, drawn: int) -> dict[str, str]:
        """Title, abstract and lineage of a stranger's data, of which we know no more than is in them."""
        systems = ", ".join(one.crs.name + (f" ({one.mark})" if one.shifted else "") for one in self.systems) or "-"
        if self.lang == "zh":
            return {
                "title": self.name,
                "abstract": f"{rows} 条记录, 其中 {drawn} 条有几何。坐标系: {systems}。",
                "lineage": f"由用户提供的数据经通途 tongtu {__version__} 转换格式与坐标系; 来源与许可请由提供者注明。",
            }
        return {
            "title": self.name,
            "abstract": f"{rows} records, {drawn} drawn. CRS: {systems}.",
            "lineage": (
                f"Data given by a user, converted in format and coordinate system by tongtu {__version__}; source and licence"
                " are for the giver to state."
            ),
        }


def iso_19115(bundle: Bundle) -> bytes:
    """
    Describe a bundle by ISO 19115.

    Parameters
    ----------
    bundle : Bundle

    Returns
    -------
    bytes
        XML after ISO 19139, UTF-8.
    """
    from pygeometa.schemas.iso19139 import ISO19139OutputSchema

    words, code, ours = bundle.words, LANGUAGES[bundle.lang], holds_our_data(bundle.layers)
    date = "" if bundle.date is None else bundle.date.isoformat()
    kinds = [ISO_GEOMETRY[layer.kind] for layer in bundle.layers if layer.drawn] or ["complex"]
    party = {"organization": bundle.publisher or UNNAMED[bundle.lang]}
    record = {
        "mcf": {"version": "1.0"},
        "metadata": {
            "identifier": bundle.identifier,
            "language": code,
            "charset": "utf8",
            "hierarchylevel": "dataset",
            "datestamp": date or UNDATED,
            "dataseturi": bundle.name,
        },
        "spatial": {"datatype": "vector", "geomtype": max(set(kinds), key=kinds.count)},
        "identification": {
            "language": code,
            "charset": "utf8",
            "title": {code: words["title"]},
            "abstract": {code: words["abstract"]},
            "dates": {"creation" if ours else "revision": date or UNDATED},
            "keywords": {
                "default": {
                    "keywords": {code: sorted({layer.name.split("_")[0] for layer in bundle.layers})},
                    "keywords_type": "theme",
                }
            },
            "topiccategory": ["transportation"] if ours else [],
            "extents": {"spatial": [{"bbox": list(bundle.bbox), "crs": 4326}]},
            "accessconstraints": "license",
            "rights": {code: bundle.sources or LICENCE_OF_OTHERS[bundle.lang]},
            "license": {"name": {code: (LICENCES if ours else LICENCE_OF_OTHERS)[bundle.lang]}},
            "status": "onGoing",
            "maintenancefrequency": "asNeeded",
        },
        "content_info": {},
        "contact": {"publisher": party, "pointOfContact": party},
        "dataquality": {"scope": {"level": "dataset"}, "lineage": {"statement": words["lineage"]}},
        "distribution": {
            f"file{number}": {"url": name, "type": "WWW:LINK", "name": {code: name}, "function": "download"}
            for number, name in enumerate(sorted(bundle.checksums))
        },
    }
    return _completed(ISO19139OutputSchema().write(record), bundle)


def _completed(text: str, bundle: Bundle) -> bytes:
    """Put right what the library leaves open: the systems of the data, one by one, and dates that nobody knows."""
    for prefix, uri in NAMESPACES.items():
        ET.register_namespace(prefix, uri)
    root = ET.fromstring(text)
    gmd, gco = f"{{{NAMESPACES['gmd']}}}", f"{{{NAMESPACES['gco']}}}"
    theirs = root.findall(f"{gmd}referenceSystemInfo")  # the extent's system, which is WGS 84
    place = list(root).index(theirs[0])
    for element in theirs:
        root.remove(element)
    for number, one in enumerate(bundle.systems):
        epsg = None if one.shifted else one.crs.to_epsg()
        element = ET.Element(f"{gmd}referenceSystemInfo")
        parent = element
        for tag in ("MD_ReferenceSystem", "referenceSystemIdentifier", "RS_Identifier"):
            parent = ET.SubElement(parent, f"{gmd}{tag}")
        named = {"code": f"urn:ogc:def:crs:EPSG::{epsg}" if epsg else one.crs.name}
        for tag, value in (named | ({"codeSpace": "EPSG"} if epsg else {})).items():
            ET.SubElement(ET.SubElement(parent, f"{gmd}{tag}"), f"{gco}CharacterString").text = value
        root.insert(place + number, element)
    if bundle.date is None:
        for parent in root.iter():
            for child in list(parent):
                if child.text == UNDATED and child.tag == f"{gco}Date":
                    parent.remove(child)
                    parent.set(f"{gco}nilReason", "unknown")
    ET.indent(root)
    content: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return content + b"\n"


def stac_item(bundle: Bundle) -> bytes:
    """
    Describe a bundle as an item of a SpatioTemporal Asset Catalog.

    Parameters
    ----------
    bundle : Bundle

    Returns
    -------
    bytes
        JSON: footprint, date of the data, columns by layer, systems, licences, and each file with size and SHA-256. The
        standard asks for a date: where nobody knows that of the data, it is today's, and the item says so.
    """
    import pystac
    from pystac.extensions.file import FileExtension
    from pystac.extensions.projection import ProjectionExtension

    west, south, east, north = bundle.bbox
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    words = bundle.words
    date = bundle.date or dt.datetime.now(dt.UTC).date()
    item = pystac.Item(
        id=bundle.identifier,
        geometry={"type": "Polygon", "coordinates": [ring]},
        bbox=list(bundle.bbox),
        datetime=dt.datetime.combine(date, dt.time(), dt.UTC),
        properties={
            "title": words["title"],
            "description": f"{words['abstract']} {words['lineage']}",
            "license": "other",
            "attribution": bundle.sources,
            "providers": [{"name": bundle.publisher or UNNAMED[bundle.lang], "roles": ["producer"]}],
            "tongtu:datetime_is": _meaning_of_date(bundle),
            "tongtu:layers": {layer.name: len(layer.table) for layer in bundle.layers},
        },
    )
    if len(bundle.systems) == 1 and not bundle.systems[0].shifted:
        code = bundle.systems[0].crs.to_epsg()
        projection = ProjectionExtension.ext(item, add_if_missing=True)
        if code:
            projection.apply(code=f"EPSG:{code}")
        else:
            projection.apply(wkt2=bundle.systems[0].crs.to_wkt("WKT2_2019"))
    for name in sorted(bundle.checksums):
        asset = pystac.Asset(
            href=f"{bundle.base}/{name}",
            title=name,
            roles=["data" if name.rsplit(".", 1)[-1] in {bundle.form, *PARTS.get(bundle.form, ())} else "metadata"],
        )
        item.add_asset(name, asset)
        # A multihash: 0x12 for SHA-256, 0x20 for its 32 bytes.
        FileExtension.ext(asset, add_if_missing=True).apply(
            checksum=f"1220{bundle.checksums[name]}", size=bundle.sizes[name]
        )
    return (json.dumps(item.to_dict(include_self_link=False), ensure_ascii=False, indent=1) + "\n").encode()


def _meaning_of_date(bundle: Bundle) -> str:
    if holds_our_data(bundle.layers):
        return "newest date of the embedded data"
    return "last change of the file that was read" if bundle.modified else "export; the date of the data is unknown"
