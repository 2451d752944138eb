"""Small maps written by hand or drawn by hypothesis, as XML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

Place = tuple[float, float]
Way = tuple[Sequence[int], Mapping[str, str]]


def tags_xml(tags: Mapping[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())


def osm_xml(
    nodes: Mapping[int, Place],
    ways: Mapping[int, Way],
    *,
    node_tags: Mapping[int, Mapping[str, str]] | None = None,
    relations: str = "",
) -> str:
    """A file of nodes (lon, lat), ways and relations, in this order."""
    body = [
        f'<node id="{i}" lon="{lon:.7f}" lat="{lat:.7f}">{tags_xml((node_tags or {}).get(i, {}))}</node>'
        for i, (lon, lat) in nodes.items()
    ]
    body += [
        f'<way id="{i}">{"".join(f"<nd ref={quoteattr(str(n))}/>" for n in refs)}{tags_xml(tags)}</way>'
        for i, (refs, tags) in ways.items()
    ]
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6">{"".join(body)}{relations}</osm>\n'


def written(folder: Path, text: str, name: str = "town.osm") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def east(count: int, *, lon: float = 117.0, lat: float = 0.0, step: float = 0.01) -> dict[int, Place]:
    """Nodes 1, 2, … on the equator, where 0.01° is a 36,000th of 2π·6378.137 km: 1.11319 km."""
    return {i + 1: (lon + i * step, lat) for i in range(count)}


STEP_M = 2 * 3.141592653589793 * 6_378_137.0 / 36_000.0
"""Of ``east``: metres."""
