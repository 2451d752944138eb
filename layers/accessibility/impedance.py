"""
Impedance functions: how much less a destination counts the farther it is.

Each is a frozen dataclass that is called with minutes and returns weights of the same shape, 0 where there is no way (NaN).
``formula`` says it in a line for the definition of a result.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from geo.errors import SchemaError, VocabularyError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = [
    "Exponential",
    "Gaussian",
    "GaussianCatchment",
    "Impedance",
    "Linear",
    "LogLogistic",
    "Power",
    "Steps",
    "Within",
    "parse_impedance",
]


class Impedance(Protocol):
    """What every impedance function offers."""

    @property
    def formula(self) -> str:
        """The function in one line; t are minutes."""
        ...

    def __call__(self, time_min: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return weights of times in minutes, same shape; 0 where NaN."""
        ...


@dataclass(frozen=True)
class Power:
    """
    ``t ** -exponent``, the potential of Stewart and Warntz; dimension min^-exponent.

    It has no value at 0 minutes: a place's own time must be given (:func:`layers.accessibility.internal_times`).

    References
    ----------
    Hansen (1959), How accessibility shapes land use, Journal of the American Institute of Planners 25(2), 73–76.
    """

    exponent: float = 1.0

    def __post_init__(self) -> None:
        """Refuse parameters without meaning."""
        _positive("exponent", self.exponent)

    @property
    def formula(self) -> str:
        """The function in one line."""
        return f"t^-{self.exponent:g}"

    def __call__(self, time_min: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return weights; SchemaError at 0 minutes."""
        if (np.asarray(time_min) == 0.0).any():
            message = (
                f"{self.formula} has no value at 0 min; give the time within a place (internal_times) or leave a place's"
                " own mass out"
            )
            raise SchemaError(message)
        return _weights(time_min, lambda t: np.asarray(t**-self.exponent))


@dataclass(frozen=True)
class Exponential:
    """
    ``exp(-rate · t)``; 1 at 0 minutes. The rate halves the weight every ln 2 / rate minutes.

    References
    ----------
    Wilson (1971), A family of spatial interaction models, Environment and Planning 3(1), 1–32.
    """

    rate_per_min: float

    def __post_init__(self) -> None:
        """Refuse parameters without meaning."""
        _positive("rate_per_min", self.rate_per_min)

    @property
    def formula(self) -> str:
        """The function in one line."""
        return f"exp(-{self.rate_per_min:g}·t)"

    def __call__(self, time_min: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return weights."""
        return _weights(time_min, lambda t: np.exp(-self.rate_per_min * t))


@dataclass(frozen=True)
class Gaussian:
    """
    ``exp(-t² / (2 · sigma²))``; 1 at 0 minutes, flat at first.

    References
    ----------
    Ingram (1971), The concept of accessibility: a search for an operational form, Regional Studies 5(2), 101–107.
    """

    sigma_min: float

    def __post_init__(self) -> None:
        """Refuse parameters without meaning."""
        _positive("sigma_min", self.sigma_min)

    @property
    def formula(self) -> str:
        """The function in one line."""
        return f"exp(-t²/(2·{self.sigma_min:g}²))"

    def __call__(self, time_min: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return weights."""
        return _weights(time_min, lambda t: np.exp(-(t**2) / (2.0 * self.sigma_min**2)))


@dataclass(frozen=True)
class LogLogistic:
    """
    ``1 / (1 + (t / median) ** shape)``; 1 at 0, a half at the median time.

    References
    ----------
    Reggiani, Bucci, Russo (2011), Accessibility and impedance forms: empirical applications to the German commuting
    network, International Regional Science Review 34(2), 230–252.
    """

    median_min: float
    shape: float = 2.0

    def __post_init__(self) -> None:
        """Refuse parameters without meaning."""
        _positive("median_min", self.median_min)
        _positive("shape", self.shape)

    @property
    def formula(self) -> str:
        """The function in one line."""
        return f"1/(1+(t/{self.median_min:g})^{self.shape:g})"

    def __call__(self, time_min: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return weights."""
        return _weights(time_min, lambda t: 1.0 / (1.0 + (t / self.median_min) ** self.shape))


@dataclass(frozen=True)
class Linear:
    """``1 - t / limit`` up to the limit, 0 beyond it."""

    limit_min: float

    def __post_init__(self) -> None:
        """Refuse parameters without meaning."""
        _positive("limit_min", self.limit_min)

    @property
    def formula(self) -> str:
        """The function in one line."""
        return f"max(0, 1-t/{self.limit_min:g})"

    def __call__(self, time_min: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return weights."""
        return _weights(time_min, lambda t: np.maximum(0.0, 1.0 - t / self.limit_min))


@dataclass(frozen=True)
class Within:
    """1 up to and with the limit, 0 beyond it."""

    limit_min: float

    def __post_init__(self) -> None:
        """Refuse parameters without meaning."""
        _positive("limit_min", self.limit_min)

    @property
    def formula(self) -> str:
        """The function in one line."""
        return f"1 if t≤{self.limit_min:g} else 0"

    def __call__(self, time_min: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return weights."""
        return _weights(time_min, lambda t: np.asarray(t <= self.limit_min, dtype=float))


@dataclass(frozen=True)
class Steps:
    """
    A weight for each zone of time, 0 beyond the last; limits belong to the nearer zone.

    Parameters
    ----------
    zones : tuple of (limit_min, weight)
        Limits rise, weights do not.

    References
    ----------
    Luo & Qi (2009), An enhanced two-step floating catchment area (E2SFCA) method, Health & Place 15(4), 1100–1107: zones of
    10, 20 and 30 min with weights 1, 0.68, 0.22.
    """

    zones: tuple[tuple[float, float], ...] = ((10.0, 1.0), (20.0, 0.68), (30.0, 0.22))

    def __post_init__(self) -> None:
        """Refuse parameters without meaning."""
        limits, weights = [z[0] for z in self.zones], [z[1] for z in self.zones]
        rising = all(a < b for a, b in itertools.pairwise(limits))
        falling = all(a >= b for a, b in itertools.pairwise(weights))
        if not self.zones or limits[0] <= 0 or weights[-1] < 0 or not rising or not falling:
            message = (
                f"zones {self.zones}: give rising limits in minutes with weights that do not rise and are not negative"
            )
            raise VocabularyError(message)

    @property
    def formula(self) -> str:
        """The function in one line."""
        return ", ".join(f"{weight:g} if t≤{limit:g}" for limit, weight in self.zones)

    def __call__(self, time_min: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return weights."""
        limits = np.array([limit for limit, _ in self.zones])
        weights = np.array([weight for _, weight in self.zones] + [0.0])
        return _weights(time_min, lambda t: weights[np.searchsorted(limits, t, side="left")])


@dataclass(frozen=True)
class GaussianCatchment:
    """
    A Gaussian that is 1 at 0 minutes and falls to exactly 0 at the limit of a catchment.

    ``(exp(-(t/limit)²/2) - exp(-1/2)) / (1 - exp(-1/2))`` up to the limit.

    References
    ----------
    Dai (2010), Black residential segregation, disparities in spatial access to health care facilities …, Health & Place 16(5),
    1038–1052.
    """

    limit_min: float

    def __post_init__(self) -> None:
        """Refuse parameters without meaning."""
        _positive("limit_min", self.limit_min)

    @property
    def formula(self) -> str:
        """The function in one line."""
        return f"(exp(-(t/{self.limit_min:g})²/2)-exp(-1/2))/(1-exp(-1/2)) up to {self.limit_min:g} min"

    def __call__(self, time_min: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return weights."""
        end = np.exp(-0.5)
        return _weights(
            time_min,
            lambda t: np.where(t <= self.limit_min, (np.exp(-0.5 * (t / self.limit_min) ** 2) - end) / (1 - end), 0.0),
        )


_BY_NAME: dict[str, Callable[..., Impedance]] = {
    "power": Power,
    "exponential": Exponential,
    "gaussian": Gaussian,
    "loglogistic": LogLogistic,
    "linear": Linear,
    "within": Within,
    "gaussian-catchment": GaussianCatchment,
}


def parse_impedance(text: str) -> Impedance:
    """
    Parse an impedance function from a word and its parameters.

    Parameters
    ----------
    text : str
        ``power:1``, ``exponential:0.02``, ``gaussian:60``, ``loglogistic:60:3``, ``linear:120``, ``within:60``,
        ``gaussian-catchment:60``, or ``steps:10=1:20=0.68:30=0.22``.

    Raises
    ------
    VocabularyError
        If the word or a parameter is wrong.

    Examples
    --------
    >>> parse_impedance("power:1.5").formula
    't^-1.5'
    >>> parse_impedance("steps:30=1:60=0.5").formula
    '1 if t≤30, 0.5 if t≤60'
    """
    word, *given = text.strip().lower().split(":")
    try:
        if word == "steps":
            pairs = [part.split("=") for part in given]
            return Steps(tuple((float(limit), float(weight)) for limit, weight in pairs))
        if word in _BY_NAME:
            return _BY_NAME[word](*(float(part) for part in given))
    except (ValueError, TypeError) as error:
        if isinstance(error, VocabularyError):
            raise
        message = f"{text!r}: the parameters do not fit; for example power:1, exponential:0.02, steps:30=1:60=0.5"
        raise VocabularyError(message) from error
    message = f"{text!r} is no impedance function; accepted: {', '.join(_BY_NAME)}, steps"
    raise VocabularyError(message)


def _weights(
    time_min: NDArray[np.float64], function: Callable[[NDArray[np.float64]], NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Apply a function where there is a way; no way, no weight."""
    times = np.asarray(time_min, dtype=float)
    out = np.zeros(times.shape)
    there = np.isfinite(times)
    out[there] = function(times[there])
    return out


def _positive(name: str, value: float) -> None:
    if not value > 0 or not np.isfinite(value):
        message = f"{name}={value:g}: give a positive number"
        raise VocabularyError(message)
