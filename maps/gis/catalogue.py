"""
What a catalogue asks of a bundle: title, abstract, extent, date, and all of it as ISO 19115 metadata in XML (ISO 19139).

The XML is written by the library that keeps the standard (pygeometa), without a clock: the date is that of the data.
"""

from __future__ import annotations

import datetime as dt
import hashlib
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

__all__ = ["UNNAMED", "Bundle", "iso_19115"]

WHOLE_REGION: Final = (114.5, 27.0, 123.5, 35.5)
"""Extent stated where nothing is drawn: 上海, 江苏, 浙江, 安徽."""

ISO_GEOMETRY: Final = {"point": "point", "line": "curve", "polygon": "surface", "none": "complex"}

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
