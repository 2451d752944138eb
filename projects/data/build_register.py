"""
Rebuild the built-in register from the five plans: facts only, no sentences.

    python projects/data/build_register.py ../shared/plans

Reads hefei, wuhu, fuyang, anhui and jiangsu with tongtu's own reader and writes ``projects/data/builtin/*.csv``. A mention keeps
its name as the only words of the plan, a target its own phrase. Issue dates are those of the documents (see their README).
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from geo.io import write_table
from projects.documents import simplify
from projects.reading import read_files
from projects.schema import MENTIONS, PROJECTS, TARGETS

if TYPE_CHECKING:
    import pandas as pd

PLANS = ("hefei", "wuhu", "fuyang", "anhui", "jiangsu")
DATES = {"hefei": "2020-04", "wuhu": "2019", "fuyang": "2020-09-25", "anhui": "2021", "jiangsu": "2020"}
TITLES = {"jiangsu": "《长江三角洲区域一体化发展规划纲要》江苏实施方案"}
"""Where the page from which the text comes heads it with another document's name."""
LONGEST = 60
FOLDER = Path(__file__).resolve().parent / "builtin"


def own_words(row: pd.Series) -> pd.Series:
    """Cut a mention down to the project's name where the plan has it in one piece; else keep the span and no words."""
    words = str(row["quotation"])
    at = simplify(words).find(str(row["name"]))
    if row["name"] and at >= 0:
        row["start"] += at
        row["end"] = row["start"] + len(row["name"])
        row["quotation"] = words[at : at + len(row["name"])]
    else:
        row["quotation"] = ""
    return row


def main() -> None:
    """Read the plans and write the tables."""
    plans = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/plans")
    reading = read_files([plans / f"{name}.txt" for name in PLANS], dates=DATES)
    FOLDER.mkdir(exist_ok=True)
    mentions = reading.register.mentions.apply(own_words, axis=1)
    mentions = mentions.drop_duplicates(list(MENTIONS.key)).sort_values(list(MENTIONS.key), ignore_index=True)
    targets = reading.targets.copy()
    targets["quotation"] = [text if len(text) <= LONGEST and "。" not in text else "" for text in targets["quotation"]]
    write_table(reading.register.projects, FOLDER / "projects.csv", PROJECTS)
    write_table(MENTIONS.coerce(mentions), FOLDER / "mentions.csv", MENTIONS)
    write_table(targets, FOLDER / "targets.csv", TARGETS)
    columns = ["document", "title", "date", "region", "sha256"]
    with (FOLDER / "documents.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows({**row, "title": TITLES.get(row["document"], row["title"])} for row in reading.documents)
    print(f"{len(reading.register.projects)} projects, {len(mentions)} mentions, {len(targets)} targets -> {FOLDER}")


if __name__ == "__main__":
    main()
