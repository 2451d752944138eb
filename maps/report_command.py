"""The command ``tongtu report``: the report of an atlas again, after its tables were corrected, and as PDF."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from maps.terminal import Lang, LangOption, existing

if TYPE_CHECKING:
    import pandas as pd

    from geo.schema import Schema

__all__ = ["report"]


def report(
    source: Annotated[Path, typer.Argument(metavar="ATLAS", help="图集文件夹 folder of an atlas.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="HTML to write.")] = Path("report.html"),
    pdf: Annotated[
        Path | None,
        typer.Option(
            "--pdf",
            metavar="FILE.pdf",
            help="另存 PDF, 需 Chromium 类浏览器 also as PDF, by an installed browser.",
            show_default=False,
        ),
    ] = None,
    lang: LangOption = Lang.ZH,
    title: Annotated[str, typer.Option("--title", help="报告标题 title.")] = "",
) -> None:
    """由 (可能改过的) 表重写报告; --pdf 另存 PDF。 Write the report of an atlas again, also as PDF."""
    from geo.io import read_features
    from layers.accessibility import ACCESSIBILITY
    from layers.features import attributions_of
    from layers.ranking import RANKING
    from layers.schema import FEATURES, INDICATORS, TRAVEL_TIMES
    from maps.atlas import TITLE
    from maps.pdf import find_browser, print_pdf
    from maps.report import write_report
    from projects.schema import (
        ASSESSMENT,
        CLOSING,
        CONSISTENCY,
        DOCUMENTS,
        MENTIONS,
        PROJECTS,
        SENSITIVITY,
        TARGETS,
        VERDICTS,
    )
    from projects.verdict.verdicts import Verdicts

    if pdf is not None:
        find_browser()  # say so before the work, not after
    verdicts = [
        _optional(source / f"{n}.csv", s)
        for n, s in (("verdicts", VERDICTS), ("closing", CLOSING), ("sensitivity", SENSITIVITY))
    ]
    documents = _optional(source / "documents.csv", DOCUMENTS)
    features = read_features(existing(source / "features.gpkg"), FEATURES)
    write_report(
        out,
        projects=_table(source / "projects.csv", PROJECTS),
        mentions=_table(source / "mentions.csv", MENTIONS),
        targets=_table(source / "targets.csv", TARGETS),
        assessment=_table(source / "assessment.csv", ASSESSMENT),
        indicators=_table(source / "indicators.csv", INDICATORS),
        travel_times=_table(source / "travel_times.csv", TRAVEL_TIMES),
        features=features,
        documents=[] if documents is None else documents.to_dict("records"),
        verdicts=None if any(t is None for t in verdicts) else Verdicts(*[t for t in verdicts if t is not None]),
        consistency=_optional(source / "consistency.csv", CONSISTENCY),
        accessibility=_optional(source / "accessibility.csv", ACCESSIBILITY),
        ranking=_optional(source / "ranking.csv", RANKING),
        sources=attributions_of(features),
        lang=lang.value,
        title=title or TITLE[lang.value],
    )
    typer.echo(f"{out}: {out.stat().st_size / 1e6:.1f} MB")
    if pdf is not None:
        print_pdf(out, pdf)
        typer.echo(f"{pdf}: {pdf.stat().st_size / 1e6:.1f} MB")


def _table(path: Path, schema: Schema) -> pd.DataFrame:
    from geo.io import read_table

    return read_table(existing(path), schema)


def _optional(path: Path, schema: Schema) -> pd.DataFrame | None:
    """Return a table of an atlas; None where an older one has none."""
    return _table(path, schema) if path.is_file() else None
