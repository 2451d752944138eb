"""Errors raised on purpose: one small tree, each error also the built-in that a caller would expect."""

from __future__ import annotations

__all__ = [
    "AmbiguousPlaceError",
    "ClusterError",
    "CrsError",
    "DocumentError",
    "DownloadError",
    "MissingExtraError",
    "OutputError",
    "PlaceNotFoundError",
    "PlanningError",
    "SchemaError",
    "VocabularyError",
]


class PlanningError(Exception):
    """Root of everything that tongtu raises on purpose; the message says what to do."""


class SchemaError(PlanningError, ValueError):
    """A table breaks its contract; the message lists every breach."""


class VocabularyError(PlanningError, ValueError):
    """A word is not in a closed vocabulary; the message names the accepted ones."""


class CrsError(PlanningError, ValueError):
    """A coordinate system is missing, unknown or does not fit the data."""


class PlaceNotFoundError(PlanningError, LookupError):
    """A place name is not in the gazetteer; the message says how to add it."""


class AmbiguousPlaceError(PlaceNotFoundError):
    """A place name fits several places equally well; the message lists them."""


class DocumentError(PlanningError, ValueError):
    """A plan document is missing, empty, binary, or in an encoding that cannot be told."""


class DownloadError(PlanningError, OSError):
    """A service of the internet is out of reach or did not answer in full; the message says what works without it."""


class OutputError(PlanningError, OSError):
    """An output folder or file cannot be written."""


class MissingExtraError(PlanningError, ImportError):
    """A file type needs an optional dependency; the message names the extra to install."""


class ClusterError(PlanningError, RuntimeError):
    """Machines that were to share a job are missing, gone, or would not give the same numbers."""
