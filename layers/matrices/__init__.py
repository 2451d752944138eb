"""Travel-time matrices of any size: places on a street network, blocks of origins into files, read back."""

from layers.matrices.memory import MemoryForecast, available_memory_bytes, forecast_memory
from layers.matrices.places import StreetAccess, places_on_network, read_places
from layers.matrices.reading import read_matrix, read_reasons
from layers.matrices.remaining import RemainingTime
from layers.matrices.schema import PLACES, PLACES_ON_NETWORK, Unreached
from layers.matrices.writing import MatrixRun, write_matrix

__all__ = [
    "PLACES",
    "PLACES_ON_NETWORK",
    "MatrixRun",
    "MemoryForecast",
    "RemainingTime",
    "StreetAccess",
    "Unreached",
    "available_memory_bytes",
    "forecast_memory",
    "places_on_network",
    "read_matrix",
    "read_places",
    "read_reasons",
    "write_matrix",
]
