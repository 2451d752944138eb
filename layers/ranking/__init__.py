"""Projects in order of what they bring: each alone, all together, and each as the last of all."""

from layers.ranking.comparison import before_after, difference_areas
from layers.ranking.gains import Circle, Gain, gain, trips
from layers.ranking.project_graph import ProjectGraph, project_graph
from layers.ranking.ranking import Ranking, rank_projects
from layers.ranking.schema import BEFORE_AFTER, DIFFERENCES, INTERACTIONS, RANKING, TOGETHER

__all__ = [
    "BEFORE_AFTER",
    "DIFFERENCES",
    "INTERACTIONS",
    "RANKING",
    "TOGETHER",
    "Circle",
    "Gain",
    "ProjectGraph",
    "Ranking",
    "before_after",
    "difference_areas",
    "gain",
    "project_graph",
    "rank_projects",
    "trips",
]
