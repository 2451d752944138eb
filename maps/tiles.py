"""Online tiles below the plan, for those who want them and have a network: 高德, 天地图, OpenStreetMap, or one's own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

from geo.errors import VocabularyError

__all__ = ["PROVIDERS", "Tiles", "tiles_of"]


@dataclass(frozen=True)
class Tiles:
    """
    Online tiles, shown instead of the ground inside the page.

    Parameters
    ----------
    url : str
        Leaflet's template with ``{z}``, ``{x}``, ``{y}`` and perhaps ``{s}``; https.
    attribution : str
        Words that the provider asks for; shown on the map as text.
    gcj02 : bool
        Whether the tiles are in GCJ-02 (高德): the overlay is then shifted to fit them.
    subdomains : str
        One letter or digit per server.
    labels_url : str
        A second template laid over the first: 天地图 keeps its names apart.
    attribution_url : str
        Where the attribution leads, if the provider asks for a link.
    max_zoom : int
        Largest zoom that the provider serves.
    """

    url: str
    attribution: str
    gcj02: bool = False
    subdomains: str = "1234"
    labels_url: str = ""
    attribution_url: str = ""
    max_zoom: int = 18

    @property
    def host(self) -> str:
        """
        Source for the page's policy: the host, any subdomain where the template has a placeholder in its name.

        Raises
        ------
        ValueError
            If the address is not https with a host name, or the second template has another host.
        """
        hosts = {_host(url) for url in (self.url, self.labels_url) if url}
        if len(hosts) > 1:
            message = f"both templates of tiles need the same host, not {', '.join(sorted(hosts))}"
            raise ValueError(message)
        return hosts.pop()


def _host(url: str) -> str:
    if re.search(r"\{[{%#]", url):
        message = f"tiles need single braces, as in {{z}}: {url!r} would be read as a template"
        raise ValueError(message)
    parts = urlsplit(url)
    name = re.sub(r"^[^.]*\{[^}]*\}[^.]*\.", "*.", parts.netloc)
    if parts.scheme != "https" or not re.fullmatch(r"(\*\.)?[A-Za-z0-9.:-]+", name):
        message = f"tiles need an https address with a host name, not {url!r}"
        raise ValueError(message)
    return f"https://{name}"


PROVIDERS: Final = ("amap", "tianditu", "osm")
"""Names that ``tiles_of`` knows."""

_TIANDITU = (
    "https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}&STYLE=default"
    "&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}"
)


def tiles_of(provider: str, *, key: str = "") -> Tiles:
    """
    Return the tiles of a provider.

    Parameters
    ----------
    provider : {"amap", "tianditu", "osm"}
        高德 is in GCJ-02, so the overlay is shifted to it. 天地图 is in CGCS2000, which for a map is WGS 84 (decimetres
        apart), and OpenStreetMap in WGS 84: neither is shifted.
    key : str
        The user's own key (``tk``) for 天地图; the others take none.

    Raises
    ------
    VocabularyError
        If the provider is unknown, or 天地图 has no key.

    References
    ----------
    天地图, 地图API 服务说明, http://lbs.tianditu.gov.cn/server/MapService.html: layers, ``tk``. OpenStreetMap, Tile Usage Policy,
    https://operations.osmfoundation.org/policies/tiles/: attribution with a link, light use only.
    """
    if provider == "amap":
        # 高德 publishes no terms for its raster tiles outside its own API: the user answers for the use.
        return Tiles(
            "https://webrd0{s}.is.autonavi.com/appmaptile?lang=zh_cn&size=1&scale=1&style=8&x={x}&y={y}&z={z}",
            "底图 © 高德地图 AutoNavi（GCJ-02，规划图层已随之偏移，仅供显示）",
            gcj02=True,
        )
    if provider == "tianditu":
        if not key.strip():
            message = (
                "天地图 needs a key of your own (tk, from https://console.tianditu.gov.cn): give it with --tiles-key"
            )
            raise VocabularyError(message)
        word = quote(key.strip(), safe="")
        return Tiles(
            _TIANDITU.format(layer="vec", key=word),
            "底图 © 天地图 · 国家基础地理信息中心（CGCS2000）",
            subdomains="01234567",
            labels_url=_TIANDITU.format(layer="cva", key=word),
            attribution_url="https://www.tianditu.gov.cn/",
        )
    if provider == "osm":
        return Tiles(
            "https://tile.openstreetmap.org/{z}/{x}/{y}.png",
            "© OpenStreetMap contributors (ODbL)",
            subdomains="a",
            attribution_url="https://www.openstreetmap.org/copyright",
            max_zoom=19,
        )
    message = f"no tiles are known as {provider!r}; accepted: {', '.join(PROVIDERS)}"
    raise VocabularyError(message)
