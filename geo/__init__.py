"""The ground: errors, table contracts, coordinate systems, geodesy, place names, files."""

__version__ = "0.1.0"
