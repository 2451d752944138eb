"""Reading vector files that others made: any format, encoding and coordinate system, nothing lost in silence."""

from geo.vector_files.findings import Finding
from geo.vector_files.intake import SUFFIXES
from geo.vector_files.limits import ReadingLimits
from geo.vector_files.reading import VectorFile, read_vector_file

__all__ = ["SUFFIXES", "Finding", "ReadingLimits", "VectorFile", "read_vector_file"]
