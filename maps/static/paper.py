"""The figure of a printed map, which Jupyter shows as it is."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

__all__ = ["PaperMap"]

_NOTEBOOK_DPI = 100


class PaperMap(Figure):
    """
    A matplotlib figure of a sheet's size.

    Attributes
    ----------
    facts : dict
        ``metres_per_mm``, ``scale_bar_km``, ``extent`` (degrees), ``crs`` and ``window`` (metres) of the first frame, and
        ``names_0`` … : how many projects and cities found room for their names on each.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.facts: dict[str, Any] = {}

    def _repr_png_(self) -> bytes:
        """Return the picture that Jupyter shows, at the resolution of a screen."""
        buffer = BytesIO()
        with mpl.rc_context({"text.hinting": "none"}):
            self.savefig(buffer, format="png", dpi=_NOTEBOOK_DPI)
        return buffer.getvalue()
