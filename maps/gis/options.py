"""What a user says of a hand-over: its format and how it is written; a profile says the rest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Literal

from geo.crs import cgcs2000_zone
from geo.errors import CrsError, VocabularyError

if TYPE_CHECKING:
    from maps.gis.field_names import NameStyle
    from maps.gis.sources import Source

__all__ = ["DRAWN_ONLY", "TABLES_ONLY", "Form", "Options"]


class Form(StrEnum):
    """Formats of a hand-over."""

    SHP = "shp"
    GPKG = "gpkg"
    GEOJSON = "geojson"
    FGB = "fgb"
    PARQUET = "parquet"
    KML = "kml"
    DXF = "dxf"
    CSV = "csv"
    XLSX = "xlsx"


TABLES_ONLY: Final = frozenset({Form.CSV, Form.XLSX})
"""Formats without geometry."""

DRAWN_ONLY: Final = frozenset({Form.SHP, Form.FGB, Form.KML, Form.DXF, Form.GEOJSON})
"""Formats that are of no use without geometry."""

DEFAULT_CRS: Final = {Form.DXF: "albers"}
"""A drawing needs metres; all else is in WGS 84 where nobody asks for another system."""

PROFILES: Final = ("plain", "planning")


@dataclass(frozen=True)
class Options:
    """
    How to hand over.

    Parameters
    ----------
    crs : str
        See :func:`geo.crs.output_crs`; empty for the profile's.
    encoding : {"", "utf-8", "gb18030"}
        Of shapefiles and CSV; empty for the profile's.
    field_names : {"", "ascii", "zh"}
        Empty for the profile's.
    lang : {"zh", "en"}
        Of aliases, legends, folders, sheets and words.
    split_zones : bool
        Whether data wider than a three-degree zone are split by zone; an error says so otherwise.
    zipped : bool
        Whether the bundle becomes one ``.zip``.
    publisher : str
        Who answers for the data, for the metadata records.
    profile : {"plain", "planning"}
        What is meant where nothing is said. ``plain``: WGS 84 (Albers for DXF), UTF-8, ASCII field names. ``planning``, as
        Chinese planning departments hand over: CGCS2000, in the three-degree zone of the data where one holds them all and
        in longitude and latitude where none does (for DXF, Albers then; KML and GeoJSON know WGS 84 only), GB18030, Chinese
        field names.
    """

    crs: str = ""
    encoding: str = ""
    field_names: NameStyle | Literal[""] = ""
    lang: str = "zh"
    split_zones: bool = False
    zipped: bool = False
    publisher: str = ""
    profile: str = "plain"

    def settled(self, source: Source, form: Form) -> Options:
        """
        Return the options with everything said that the profile leaves to the data and the format.

        Raises
        ------
        VocabularyError
            If a word is unknown.
        """
        if self.profile not in PROFILES:
            message = f"unknown profile {self.profile!r}; accepted: {', '.join(PROFILES)}"
            raise VocabularyError(message)
        planning = self.profile == "planning"
        settled = replace(
            self,
            crs=self.crs or (_planning_crs(source, form) if planning else DEFAULT_CRS.get(form, "wgs84")),
            encoding=self.encoding or ("gb18030" if planning else "utf-8"),
            field_names=self.field_names or ("zh" if planning else "ascii"),
        )
        settled._check_words()
        return settled

    def _check_words(self) -> None:
        if self.encoding not in {"utf-8", "gb18030"}:
            message = f"unknown encoding {self.encoding!r}; accepted: utf-8, gb18030"
            raise VocabularyError(message)
        if self.field_names not in {"ascii", "zh"}:
            message = f"unknown field names {self.field_names!r}; accepted: ascii, zh"
            raise VocabularyError(message)
        if self.lang not in {"zh", "en"}:
            message = f"unknown language {self.lang!r}; accepted: zh, en"
            raise VocabularyError(message)

    @property
    def style(self) -> NameStyle:
        """The settled field names."""
        return self.field_names or "ascii"


def _planning_crs(source: Source, form: Form) -> str:
    """Return the word for CGCS2000 as planners use it: the data's three-degree zone, else longitude and latitude."""
    if form in {Form.KML, Form.GEOJSON}:
        return "wgs84"
    bounds = [layer.table.total_bounds for layer in source.layers if layer.drawn]
    try:
        if bounds:
            cgcs2000_zone(min(float(b[0]) for b in bounds), max(float(b[2]) for b in bounds))
    except CrsError:
        return "albers" if form is Form.DXF else "cgcs2000"
    return "cgcs2000-3deg" if bounds else "cgcs2000"
