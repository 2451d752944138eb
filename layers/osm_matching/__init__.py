"""Lines of OpenStreetMap found for drawn ones: by name, number and place, with the evidence and a decision for review."""

from layers.osm_matching.candidates import Candidates
from layers.osm_matching.decision import match_line
from layers.osm_matching.schema import OSM_CHOICES, OSM_MATCHES, Choice, Decision
from layers.osm_matching.wanted import Match, MatchAssumptions, Wanted

__all__ = [
    "OSM_CHOICES",
    "OSM_MATCHES",
    "Candidates",
    "Choice",
    "Decision",
    "Match",
    "MatchAssumptions",
    "Wanted",
    "match_line",
]
