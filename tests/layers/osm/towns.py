"""Small maps written by hand or drawn by hypothesis, as XML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

from hypothesis import strategies as st

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


@st.composite
def maps(draw: st.DrawFn) -> tuple[dict[int, Place], dict[int, Way]]:
    count = draw(st.integers(1, 9))
    numbers = draw(st.lists(st.integers(1, 50), min_size=count, max_size=count, unique=True))
    degrees = st.integers(-10_000_000, 10_000_000).map(lambda v: v / 1e7)
    nodes = {i: (117 + draw(degrees), 31 + draw(degrees)) for i in numbers}
    refs = st.lists(st.sampled_from([*numbers, 51]), max_size=7)
    tags = st.fixed_dictionaries(
        {"highway": st.sampled_from(["motorway", "primary", "residential", "footway", "construction"])},
        optional={
            "oneway": st.sampled_from(["yes", "no", "-1"]),
            "maxspeed": st.sampled_from(["60", "30 mph", "none", "快"]),
            "name": st.text(min_size=1, max_size=5, alphabet="合肥路 ,=%&<>\"'@\n😀"),
        },
    )
    ways = draw(st.dictionaries(st.integers(1, 40), st.tuples(refs, tags), max_size=6))
    return nodes, {i: ways[i] for i in sorted(ways)}
