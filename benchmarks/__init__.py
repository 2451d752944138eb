"""Measurements of us and the peers, one module per claim; run with ``python -m benchmarks NAME``."""
