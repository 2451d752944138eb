"""What a map on paper is coloured by: cities and counties by an indicator, or rings of travel time."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.errors import VocabularyError
from maps import style
from maps.labels import INDICATORS, scenario_label
from maps.thematic import ROLES, area_layers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import pandas as pd

__all__ = ["Theme", "area_theme", "reach_theme"]

_MISSING = "#ffffff"


@dataclass(frozen=True)
class Theme:
    """
    Coloured polygons beneath the lines of a map.

    Attributes
    ----------
    heading : str
        What the colours say, with its unit.
    shapes : GeoDataFrame, n rows of polygons, EPSG:4326
        In the order in which they are painted.
    colours : tuple of str, length n
    keys : tuple of (str, str)
        Colour and text of each class, for the legend.
    note : str
        How the numbers are defined, for the foot of the sheet.
    """

    heading: str
    shapes: gpd.GeoDataFrame
    colours: tuple[str, ...]
    keys: tuple[tuple[str, str], ...]
    note: str = ""

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north of what is coloured."""
        west, south, east, north = (float(v) for v in self.shapes.total_bounds)
        return west, south, east, north


def area_theme(
    grounds: Mapping[str, gpd.GeoDataFrame],
    indicators: pd.DataFrame,
    indicator: str,
    *,
    scenario: str = "today",
    lang: str = "zh",
) -> Theme:
    """
    Colour cities or counties by an indicator, in the classes of the web map.

    Parameters
    ----------
    grounds : mapping of ``maps.thematic.ROLES`` to GeoDataFrame, contract ``layers.schema.AREAS``
        ``areas`` (cities) are coloured where the table names three of them, else ``counties``.
    indicators : DataFrame, contract ``layers.schema.INDICATORS``
    indicator : str
        As the table names it (``rail_density``); the latest month counts.
    scenario : str
        One of the table, or ``change``: plan less today.
    lang : {"zh", "en"}

    Returns
    -------
    Theme
        Areas without a number stay white, which the legend says.

    Raises
    ------
    VocabularyError
        If the table has no such indicator or scenario for three areas or more.
    """
    own = indicators[indicators["indicator"] == indicator]
    layers = area_layers(grounds, own)
    fitting = [layer for layer in layers if layer["scenario"] == scenario]
    if not fitting:
        known = sorted({str(name) for name in indicators["indicator"]} & set(INDICATORS))
        have = sorted({str(layer["scenario"]) for layer in layers})
        message = (
            f"theme {indicator!r}: no scenario {scenario!r} for three areas or more; the table has {', '.join(have)}"
            if layers
            else f"no theme {indicator!r}; the table has {', '.join(known)}, and isochrones are a theme of their own"
        )
        raise VocabularyError(message)
    layer = max(fitting, key=lambda one: (one["role"] == ROLES[0], str(one["as_of"])))
    ground = grounds[layer["role"]]
    values = np.array([np.nan if v is None else float(v) for v in layer["values"]])
    classes = np.searchsorted(layer["breaks"], values, side="right")
    known_area = np.isfinite(values)
    palette = _spread(style.CHOROPLETH, len(layer["breaks"]) + 1)
    colours = [palette[k] if there else _MISSING for k, there in zip(classes, known_area, strict=True)]
    keys = list(zip(palette, _edges(layer), strict=True))
    if not known_area.all():
        keys.append((_MISSING, {"zh": "无数据", "en": "no data"}[lang]))
    unit = layer["unit"][lang]
    heading = f"{layer['label'][lang]} ({unit})" if unit else str(layer["label"][lang])
    note = _note(heading, str(layer["as_of"]), str(layer["definition"]))
    return Theme(heading, ground[["geometry"]].reset_index(drop=True), tuple(colours), tuple(keys), note)


def reach_theme(
    isochrones: gpd.GeoDataFrame, *, origin: str = "", mode: str = "", scenario: str = "", lang: str = "zh"
) -> Theme:
    """
    Colour rings of travel time, from near (dark) to far (light).

    Parameters
    ----------
    isochrones : GeoDataFrame, contract ``layers.isochrones.ISOCHRONES``
    origin, mode, scenario : str
        Which rings, where the table has several.
    lang : {"zh", "en"}

    Returns
    -------
    Theme

    Raises
    ------
    VocabularyError
        If no ring or those of several origins, modes or scenarios are left, or there are more limits than colours.
    """
    rings = isochrones
    for column, word in (("origin", origin), ("mode", mode), ("scenario", scenario)):
        rings = rings[rings[column] == word] if word else rings
        found = sorted({str(v) for v in (rings if len(rings) else isochrones)[column]})
        if len(rings) == 0 or len(found) > 1:
            message = f"isochrones: {column} {word!r}; choose one of {', '.join(found)}"
            raise VocabularyError(message)
    rings = rings[~(rings.geometry.isna() | rings.geometry.is_empty)].sort_values("limit_min", ascending=False)
    if len(rings) == 0 or len(rings) > len(style.RINGS):
        message = f"isochrones: {len(rings)} rings that are not empty; a map shows 1 to {len(style.RINGS)}"
        raise VocabularyError(message)
    palette = style.RINGS[: len(rings)][::-1] if len(rings) > 3 else style.RINGS[1 : 1 + len(rings)][::-1]
    limits = [float(v) for v in rings["limit_min"]]
    unit = {"zh": "分钟", "en": "min"}[lang]
    keys = [(colour, f"≤ {limit:g} {unit}") for colour, limit in zip(palette, limits, strict=True)][::-1]
    first = rings.iloc[0]
    told = scenario_label(str(first["scenario"]), lang) if str(first["scenario"]) else ""
    place, towards = str(first["origin"]), str(first["direction"]) == "to"
    heading = {
        "zh": f"到{place}的时间" if towards else f"自{place}出发的时间",
        "en": f"Time to {place}" if towards else f"Time from {place}",
    }[lang]
    heading += f" · {told}" if told else ""
    note = _note(heading, str(first["as_of"]), str(first["definition"]))
    return Theme(heading, rings[["geometry"]].reset_index(drop=True), tuple(palette), tuple(keys), note)


def _note(heading: str, month: str, definition: str) -> str:
    """Return how a number is defined, with its month once."""
    return "; ".join(part for part in (heading, "" if month in definition else month, definition) if part)


def _edges(layer: dict[str, Any]) -> list[str]:
    """Return the classes in words: 3.2 – 5.0, ≥ 7.1."""
    edges = [layer["min"], *layer["breaks"], layer["max"]]
    said = [f"{edge:,.{layer['digits']}f}" for edge in edges]
    return [f"{a} – {b}" for a, b in itertools.pairwise(said[:-1])] + [f"≥ {said[-2]}"]


def _spread(palette: Sequence[str], count: int) -> list[str]:
    """Return some colours of a palette, from its first to its last."""
    if count == 1:
        return [palette[len(palette) // 2]]
    return [palette[round(k * (len(palette) - 1) / (count - 1))] for k in range(count)]
