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
from xml.sax.saxutils import escape

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

UNNAMED: Final = {"zh": "(编制单位, 请填写)", "en": "(organisation, to be filled in)"}


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
    """

    name: str
    form: str
    layers: Sequence[Layer]
    systems: Sequence[OutputCrs]
    checksums: Mapping[str, str]
    sizes: Mapping[str, int]
    lang: str = "zh"
    publisher: str = ""

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
    def date(self) -> dt.date:
        """The newest date of the embedded data."""
        dates = [row["date"] for row in licences() if row["date"]]
        year, month, day = ([int(x) for x in max(dates).split("-")] + [1, 1])[:3]
        return dt.date(year, month, day)

    @property
    def identifier(self) -> str:
        """A name that the same data have again, and other data have not."""
        digest = "".join(self.checksums[name] for name in sorted(self.checksums))
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

    words, lang, date = bundle.words, bundle.lang, bundle.date.isoformat()
    named = [(one.crs.to_epsg() if not one.shifted else None, one.crs.name) for one in bundle.systems]
    systems = ", ".join(f"urn:ogc:def:crs:EPSG:{code}" if code else escape(name) for code, name in named)
    kinds = [ISO_GEOMETRY[layer.kind] for layer in bundle.layers if layer.drawn] or ["complex"]
    record = {
        "mcf": {"version": "1.0"},
        "metadata": {
            "identifier": bundle.identifier,
            "language": lang,
            "charset": "utf8",
            "hierarchylevel": "dataset",
            "datestamp": date,
            "dataseturi": bundle.name,
        },
        "spatial": {"datatype": "vector", "geomtype": max(set(kinds), key=kinds.count)},
        "identification": {
            "language": lang,
            "charset": "utf8",
            "title": {lang: words["title"]},
            "abstract": {lang: words["abstract"]},
            "dates": {"creation": date},
            "keywords": {
                "default": {
                    "keywords": {lang: sorted({layer.name.split("_")[0] for layer in bundle.layers})},
                    "keywords_type": "theme",
                }
            },
            "topiccategory": ["transportation"],
            "extents": {"spatial": [{"bbox": list(bundle.bbox), "crs": 4326}]},
            "accessconstraints": "license",
            "rights": {lang: bundle.sources},
            "status": "onGoing",
            "maintenancefrequency": "asNeeded",
        },
        "content_info": {},
        "contact": {"pointOfContact": {"organization": bundle.publisher or UNNAMED[lang]}},
        "dataquality": {"scope": {"level": "dataset"}, "lineage": {"statement": words["lineage"]}},
        "distribution": {
            f"file{number}": {"url": name, "type": "WWW:LINK", "name": {lang: name}, "function": "download"}
            for number, name in enumerate(sorted(bundle.checksums))
        },
    }
    text: str = ISO19139OutputSchema().write(record)
    # The library takes the extent's system, which is WGS 84, for that of the data.
    return text.replace("urn:ogc:def:crs:EPSG:4326", systems).encode()


def stac_item(bundle: Bundle) -> bytes:
    """
    Describe a bundle as an item of a SpatioTemporal Asset Catalog.

    Parameters
    ----------
    bundle : Bundle

    Returns
    -------
    bytes
        JSON: footprint, date of the data, columns by layer, systems, licences, and each file with size and SHA-256.
    """
    import pystac
    from pystac.extensions.file import FileExtension
    from pystac.extensions.projection import ProjectionExtension

    west, south, east, north = bundle.bbox
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    words = bundle.words
    item = pystac.Item(
        id=bundle.identifier,
        geometry={"type": "Polygon", "coordinates": [ring]},
        bbox=list(bundle.bbox),
        datetime=dt.datetime.combine(bundle.date, dt.time(), dt.UTC),
        properties={
            "title": words["title"],
            "description": f"{words['abstract']} {words['lineage']}",
            "license": "other",
            "attribution": bundle.sources,
            "providers": [{"name": bundle.publisher or UNNAMED[bundle.lang], "roles": ["producer"]}],
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
            href=f"./{name}",
            title=name,
            roles=["data" if name.rsplit(".", 1)[-1] in {bundle.form, *PARTS.get(bundle.form, ())} else "metadata"],
        )
        item.add_asset(name, asset)
        # A multihash: 0x12 for SHA-256, 0x20 for its 32 bytes.
        FileExtension.ext(asset, add_if_missing=True).apply(
            checksum=f"1220{bundle.checksums[name]}", size=bundle.sizes[name]
        )
    return (json.dumps(item.to_dict(include_self_link=False), ensure_ascii=False, indent=1) + "\n").encode()
