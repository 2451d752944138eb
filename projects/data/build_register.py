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
from projects.schema import DAMAGE, MENTIONS, PROJECTS, TARGETS

if TYPE_CHECKING:
    import pandas as pd

PLANS = ("hefei", "wuhu", "fuyang", "anhui", "jiangsu")
DATES = {"wuhu": "2019", "jiangsu": "2020"}
"""Issue dates that the texts do not tell, from their README; the others are found in the text."""
LONGEST = 60
LONGEST_SPOT = 8
"""Characters kept of a damaged spot: a scrambled one runs over sentences."""
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
    texts = {document.document: document for document in reading.texts}
    damage = reading.damage.copy()
    spots = zip(damage["document"], damage["start"], damage["end"], strict=True)
    damage["quotation"] = [texts[document].quote(start, end)[:LONGEST_SPOT] for document, start, end in spots]
    write_table(damage, FOLDER / "damage.csv", DAMAGE)
    columns = ["document", "title", "date", "date_basis", "region", "sha256"]
    with (FOLDER / "documents.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(reading.documents)
    print(
        f"{len(reading.register.projects)} projects, {len(mentions)} mentions, {len(targets)} targets, "
        f"{len(damage)} damaged spots -> {FOLDER}"
    )


if __name__ == "__main__":
    main()
