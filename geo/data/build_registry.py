"""
Bring the sha256 of ``registry.csv`` up to date.

Run by hand (``python geo/data/build_registry.py``) after any change of a data file, never imported.
"""

from __future__ import annotations

import csv
import hashlib
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Rewrite the registry, sorted by dataset and file; other rows stay as they are."""
    path = HERE / "registry.csv"
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        columns, rows = list(reader.fieldnames or []), list(reader)
    for row in rows:
        target = HERE.parents[1] / row["file"]
        if target.is_file():
            row["sha256"] = hashlib.sha256(target.read_bytes()).hexdigest()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted(rows, key=lambda row: (row["dataset"], row["file"])))
    sys.stdout.write(f"{len(rows)} rows\n")


if __name__ == "__main__":
    main()
