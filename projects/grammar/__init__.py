"""The planners' language: words, names, lists, clauses and what a passage says by them, from the vocabularies in ``projects/data``."""
