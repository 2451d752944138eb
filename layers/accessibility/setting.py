"""Where times and masses of a study come from, and the words that say so beside each number."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geo.errors import VocabularyError
from layers.accessibility.evidence import Evidence, evidence_of
from layers.accessibility.times import checked_times
from layers.scenario import DATA_MONTH, projects_in
from layers.travel_time import travel_time_matrix

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from layers.network import Network

__all__ = ["Setting"]

WORDS_ZH = {"population": "人口", "gdp": "地区生产总值"}
UNITS = {"population": "persons"}


@dataclass(frozen=True)
class Setting:
    """
    Where times come from and what they are measured with.

    Attributes
    ----------
    network : Network or None
        None: only ``matrix`` is there.
    places : DataFrame with name, code, lon, lat, area_km2, population, province_code
        Origins, and destinations of all measures but those of facilities; see :func:`area_places`.
    scenario : str
        What the network is called in the results (today, plan …), or the matrix: the definition of each number says it.
    mode : {"any", "rail", "road"}
        To facilities travel goes as it does; to stations by road (one takes no train to the station).
    depart_from : {"centre", "station"}
        ``station``, with mode rail: the fastest train between the places' own stations, as plans count "one hour by rail";
        see :func:`layers.travel_time.travel_time_matrix`.
    month : str
        ``YYYY-MM`` of the network.
    matrix : DataFrame or None
        A user's minutes, used in place of the network's.
    features : GeoDataFrame or None
        Projects of the plans, for the evidence and for the airports that the scenario adds.
    builds : str
        What of them the network builds, as :func:`layers.scenario.projects_in` takes it, where ``scenario`` is another word
        (the name of a file).
    masses : Series or None
        By name; without it the population of ``places``.
    mass_word : str
        What the masses are.
    """

    network: Network | None
    places: pd.DataFrame
    scenario: str
    mode: str = "any"
    depart_from: str = "centre"
    month: str = DATA_MONTH
    matrix: pd.DataFrame | None = None
    features: gpd.GeoDataFrame | None = None
    masses: pd.Series | None = None
    mass_word: str = "population"
    builds: str = ""
    cache: dict[str, object] = field(default_factory=dict, repr=False, compare=False)

    def times(self) -> pd.DataFrame:
        """Return minutes between the places: the user's, else the network's."""
        if "times" not in self.cache:
            self.cache["times"] = (
                checked_times(self.matrix)
                if self.matrix is not None
                else checked_times(self.times_to(self.places[["name", "lon", "lat"]]))
            )
        times: pd.DataFrame = self.cache["times"]  # type: ignore[assignment]
        return times

    def times_to(self, destinations: pd.DataFrame, *, mode: str = "") -> pd.DataFrame:
        """Return minutes from the places to others by the network; door to door where a ``mode`` is given."""
        if self.network is None:
            message = "this measure travels to facilities that are not in your matrix; it needs the network"
            raise VocabularyError(message)
        matrix = travel_time_matrix(
            self.network,
            self.places,
            destinations,
            mode=mode or self.mode,
            depart_from="centre" if mode else self.depart_from,
        )
        return matrix.time_min

    def projects(self) -> gpd.GeoDataFrame | None:
        """Return the projects that the network's scenario builds; None where there are none to choose from."""
        if self.features is None or self.network is None:
            return None
        named: gpd.GeoDataFrame = self.features[self.features["origin"] == "project"]
        return projects_in(named, self.builds or self.scenario)

    def held(self) -> pd.Series:
        """Return what the places hold, by name."""
        if self.masses is not None:
            return self.masses
        return self.places.set_index("name")["population"]

    def evidence(self) -> Evidence:
        """Return what the network rests on; of a user's matrix nothing is known."""
        if self.network is None or self.matrix is not None:
            return Evidence(0.0, float("nan"), 0.0, float("nan"), float("nan"))
        if "evidence" not in self.cache:
            self.cache["evidence"] = evidence_of(self.network, self.features)
        evidence: Evidence = self.cache["evidence"]  # type: ignore[assignment]
        return evidence

    def context(self, mode: str = "") -> dict[str, str]:
        """Return the columns that say which times these are; ``mode`` where it is not the setting's."""
        own = self.matrix is not None
        return {
            "mode": "matrix" if own else mode or self.mode,
            "as_of": "" if own else self.month,
            "scenario": self.scenario,
        }

    def word(self, lang: str = "zh") -> str:
        """Return what the masses are, in words."""
        zh, en = WORDS_ZH.get(self.mass_word, self.mass_word), self.mass_word
        if self.masses is None:
            zh, en = f"{zh}(七普)", f"{en} (census of 2020)"
        return zh if lang == "zh" else en

    @property
    def unit(self) -> str:
        """Unit of the masses."""
        return UNITS.get(self.mass_word, self.mass_word)

    def definition(self, text: str, lang: str = "zh", *, mode: str = "") -> str:
        """Return the definition of a number: its own, then whose times (of a mode), then what the network rests on."""
        mode = mode or self.mode
        train = self.depart_from == "station" and mode == self.mode
        if self.matrix is not None:
            how = "时间: 自有矩阵" if lang == "zh" else "times: your own matrix"
        elif lang == "zh":
            what = "最快列车站到站" if train else "门到门"
            how = f"时间: {what}模型值, 方式 {mode}, 路网 {self.month}, 情景 {self.scenario}"
        else:
            what = "from station to station by the fastest train" if train else "door to door"
            how = f"times: modelled {what}, mode {mode}, network of {self.month}, scenario {self.scenario}"
        return f"{text}. {how}. {self.evidence().sentence(lang)}"
