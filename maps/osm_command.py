"""The command ``tongtu import-osm``: layers and a road network from OpenStreetMap, with a report of what was found."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geo.errors import VocabularyError
from geo.osm_download import NOMINATIM, OVERPASS
from maps.terminal import Lang, LangOption, existing, progress_bar, write_manifest

if TYPE_CHECKING:
    from layers.osm.importing import OsmImport
    from layers.osm.roads import RoadAssumptions

__all__ = ["import_osm", "import_report", "report_text"]

CACHE = Path.home() / ".cache" / "tongtu" / "osm"

ASKED: dict[str, bool | list[str]] = {
    "highway": True,
    "railway": True,
    "waterway": ["river", "canal", "fairway", "lock_gate"],
    "aeroway": ["aerodrome", "runway", "taxiway"],
    "power": ["line", "cable", "substation", "plant", "station"],
    "man_made": ["pipeline"],
    "route": ["ferry"],
    "industrial": ["port"],
    "harbour": ["yes"],
    "restriction": True,
    "construction:highway": True,
    "construction:railway": True,
    "proposed:highway": True,
    "proposed:railway": True,
}
"""What is asked of Overpass: fewer keys than are read from files, for each is a search of its own there."""


def import_osm(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]",
            help="OSM 文件 file: .osm.pbf, .osm, .osm.bz2, .osm.gz, Overpass JSON.",
            show_default=False,
        ),
    ] = None,
    place: Annotated[
        str, typer.Option("--place", help="地名, 联网下载 a place, from the internet: 合肥市", show_default=False)
    ] = "",
    bbox: Annotated[
        str,
        typer.Option("--bbox", metavar="W,S,E,N", help="范围 (度), 联网下载 a box in degrees.", show_default=False),
    ] = "",
    out: Annotated[Path, typer.Option("--out", "-o", help="输出文件夹 folder to write.")] = Path("osm"),
    running_share: Annotated[
        float,
        typer.Option(
            "--running-share", min=0.05, max=1.0, help="平均车速占限速的比例 share of the limit that cars keep."
        ),
    ] = 1.0,
    overpass_url: Annotated[
        str, typer.Option("--overpass-url", help="Overpass 服务地址 service or mirror.")
    ] = OVERPASS,
    nominatim_url: Annotated[
        str, typer.Option("--nominatim-url", help="Nominatim 服务地址 service or mirror.")
    ] = NOMINATIM,
    cache: Annotated[Path, typer.Option("--cache", help="下载缓存 folder that keeps downloads.")] = CACHE,
    lang: LangOption = Lang.ZH,
) -> None:
    """导入 OpenStreetMap: 铁路、公路、水运、机场、能源图层 (含在建、规划) 和可计算的路网。 Layers and a road network from OSM."""
    from geo.io import output_folder, write_bytes, write_features
    from layers.osm.roads import RoadAssumptions

    if sum((file is not None, bool(place), bool(bbox))) != 1:
        message = "give one of FILE, --place or --bbox"
        raise VocabularyError(message)
    source = str(file or place or bbox)
    assumptions = RoadAssumptions(running_share=running_share)
    answers = [] if file else _downloaded(place, _box(bbox), cache, overpass_url, nominatim_url)
    with output_folder(out) as folder:
        made = _read(existing(file) if file is not None else answers, assumptions)
        layers = {
            "osm_lines": made.lines,
            "osm_points": made.points,
            "osm_areas": made.areas,
            "osm_former_lines": made.former,
        }
        write_features(layers, folder / "osm.gpkg")
        made.network.save(folder / "roads.npz")
        report = import_report(made, source=Path(source).name if file is not None else source)
        text = report_text(report, lang.value)
        write_bytes(
            folder / "import_report.json", (json.dumps(report, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
        )
        write_bytes(folder / "import_report.txt", text.encode("utf-8"))
        write_manifest(folder, [file] if file is not None else [])
    typer.echo(text)
    typer.echo(str(out))


def _downloaded(
    place: str, bbox: tuple[float, float, float, float] | None, cache: Path, overpass_url: str, nominatim_url: str
) -> list[Path]:
    """Ask for a place or box; return the answers."""
    from geo.osm_download import download_osm

    with progress_bar("下载 download") as progress:
        return download_osm(
            ASKED,
            place=place,
            bbox=bbox,
            cache=cache,
            overpass_url=overpass_url,
            nominatim_url=nominatim_url,
            progress=progress,
        )


def _read(source: Path | list[Path], assumptions: RoadAssumptions) -> OsmImport:
    """Read a file, or answers of Overpass as one file."""
    from layers.osm.importing import import_osm as read_osm
    from layers.osm.overpass import data_date_of, write_opl

    with tempfile.TemporaryDirectory(prefix="tongtu-osm-") as name, progress_bar("读取 read") as progress:
        if isinstance(source, Path):
            return read_osm(source, assumptions=assumptions, progress=progress)
        joined = write_opl(source, Path(name) / "answers.opl")
        return read_osm(joined, assumptions=assumptions, data_date=data_date_of(source), progress=progress)


def _box(text: str) -> tuple[float, float, float, float] | None:
    """Parse ``west,south,east,north``; None for an empty text."""
    if not text:
        return None
    try:
        west, south, east, north = (float(word) for word in text.replace("，", ",").split(","))
    except ValueError:
        message = f"--bbox {text!r}: give west,south,east,north in degrees, for example 117.1,31.7,117.4,31.9"
        raise VocabularyError(message) from None
    return west, south, east, north


def import_report(made: OsmImport, *, source: str) -> dict[str, Any]:
    """
    Return what an import found, as plain data for JSON.

    Parameters
    ----------
    made : OsmImport
    source : str
        File, place or box.

    Returns
    -------
    dict
        source, attribution, data_date, bounds; counts and kilometres of lines and counts of points and areas by mode, kind
        and stage; network with nodes, links, components; findings; classes that are in no layer.
    """
    from layers.osm.schema import ATTRIBUTION

    network = made.network
    sizes = network.component_sizes
    both = {row["code"]: row for row in made.findings.table("en").to_dict("records")}
    lengths = made.lines.groupby(["mode", "kind", "status"], sort=True)["length_km"].agg(["size", "sum"])
    former = made.former.groupby(["mode", "kind", "lifecycle"], sort=True)["length_km"].agg(["size", "sum"])
    return {
        "source": source,
        "attribution": ATTRIBUTION,
        "licence": "https://www.openstreetmap.org/copyright",
        "data_date": made.data_date,
        "bounds": list(made.bounds),
        "lines": [_counted(index, row, "status") for index, row in lengths.iterrows()],
        "former_lines": [_counted(index, row, "lifecycle") for index, row in former.iterrows()],
        "points": _numbers(made.points),
        "areas": _numbers(made.areas),
        "network": {
            "nodes": network.node_count,
            "links": network.link_count,
            "length_km": round(float(network.length_m.sum()) / 1000.0, 3),
            "components": len(sizes),
            "largest_component_nodes": int(sizes[0]) if len(sizes) else 0,
            "largest_component_share": None if not len(sizes) else round(network.largest_share, 6),
            "running_share": float(network.facts["running_share"]),
        },
        "findings": [
            {
                "code": row["code"],
                "count": int(row["count"]),
                "effect": row["effect"],
                "note": row["note"],
                "note_en": both[row["code"]]["note"],
                "examples": [word for word in str(row["examples"]).split("|") if word],
            }
            for row in made.findings.table("zh").to_dict("records")
        ],
        "in_no_layer": made.passed_over,
    }


def _counted(index: Any, row: Any, stage: str) -> dict[str, Any]:
    mode, kind, word = index
    return {
        "mode": mode,
        "kind": kind,
        stage: word,
        "count": int(row["size"]),
        "length_km": round(float(row["sum"]), 3),
    }


def _numbers(table: Any) -> list[dict[str, Any]]:
    sizes = table.groupby(["mode", "kind", "status"], sort=True).size()
    return [{"mode": m, "kind": k, "status": s, "count": int(n)} for (m, k, s), n in sizes.items()]


def report_text(report: dict[str, Any], lang: str) -> str:
    """Return a report in words, Chinese or English."""
    from maps.style import mode_label, status_label

    zh = lang == "zh"

    def said(chinese: str, english: str) -> str:
        return chinese if zh else english

    network = report["network"]
    share = network["largest_component_share"]
    lines = [
        said(f"来源: {report['source']}", f"Source: {report['source']}"),
        report["attribution"],
        said(
            f"数据时点: {report['data_date'] or '文件未注明'}",
            f"State of the data: {report['data_date'] or 'not in the file'}",
        ),
        "",
        said("线 (条数, 公里)", "Lines (number, km)"),
    ]
    for row in report["lines"]:
        what = f"  {mode_label(row['mode'], lang)} {row['kind']} {status_label(row['status'], lang)}"
        lines.append(f"{what}: {row['count']:,}, {row['length_km']:,.1f}")
    if not report["lines"]:
        lines.append(said("  无", "  none"))
    for key, label in (("points", said("点", "Points")), ("areas", said("面", "Areas"))):
        for row in report[key]:
            what = f"{label}: {mode_label(row['mode'], lang)} {row['kind']} {status_label(row['status'], lang)}"
            lines.append(f"{what}: {row['count']:,}")
    for row in report["former_lines"]:
        what = f"{mode_label(row['mode'], lang)} {row['kind']} {row['lifecycle']}"
        lines.append(said("停用 ", "Former: ") + f"{what}: {row['count']:,}, {row['length_km']:,.1f}")
    lines += [
        "",
        said(
            f"路网: {network['nodes']:,} 个节点, {network['links']:,} 条有向路段, {network['length_km']:,.1f} 公里 (双向道路计两次)",
            f"Road network: {network['nodes']:,} nodes, {network['links']:,} directed links, {network['length_km']:,.1f} km (two-way roads twice)",
        ),
        said(
            f"  相互可达的部分 {network['components']:,} 个, 最大者占节点 {100 * (share or 0):.1f}%",
            f"  {network['components']:,} parts in which all nodes reach each other; the largest has {100 * (share or 0):.1f}% of the nodes",
        ),
        said(
            f"  行驶时间按限速的 {network['running_share']:.0%}; 不计信号灯、拥堵与转弯",
            f"  times at {network['running_share']:.0%} of the limits; no signals, queues or turns",
        ),
        "",
        said("处理与发现", "Repairs and findings"),
    ]
    effects = {
        "repaired": said("已修复", "repaired"),
        "left_out": said("未计入", "left out"),
        "noted": said("提示", "noted"),
    }
    for row in report["findings"]:
        example = f" ({', '.join(row['examples'][:3])})" if row["examples"] else ""
        lines.append(f"  {effects[row['effect']]} {row['count']:,}: {row['note' if zh else 'note_en']}{example}")
    if not report["findings"]:
        lines.append(said("  无", "  none"))
    if report["in_no_layer"]:
        top = sorted(report["in_no_layer"].items(), key=lambda item: (-item[1], item[0]))[:8]
        lines.append(said("未列入图层的类别: ", "Classes in no layer: ") + ", ".join(f"{k} {n:,}" for k, n in top))
    return "\n".join(lines) + "\n"
