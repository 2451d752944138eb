"""A bundle as an item of a SpatioTemporal Asset Catalog, written by the library that keeps the standard (pystac)."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Final

from maps.gis.catalogue import UNNAMED
from maps.gis.metadata import holds_our_data

if TYPE_CHECKING:
    from maps.gis.catalogue import Bundle

__all__ = ["stac_item"]

PARTS: Final = {"shp": ("shx", "dbf", "prj", "cpg")}
"""Files that a format has beside its main one, and that are data too."""


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
