"""Plan against plan: stages and targets that contradict each other, neighbours that are silent, projects that fell out."""

from projects.consistency.neighbours import CROSSING_KM
from projects.consistency.table import inconsistencies

__all__ = ["CROSSING_KM", "inconsistencies"]
