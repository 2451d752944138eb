"""The style table: complete, told apart by any eye, and by a grey printer."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path

import numpy as np
import pytest

from layers.schema import Method, Mode, Status, Work
from maps import labels, style

ROOT = Path(__file__).resolve().parents[2]

# Machado, Oliveira & Fernandes (2009), A Physiologically-based Model for Simulation of Color Vision Deficiency, IEEE
# TVCG 15(6), table 1, severity 1.0; on linear RGB.
MACHADO = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def linear(colour: str) -> np.ndarray:
    parts = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE L*a*b*, D65, from linear sRGB."""
    matrix = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    )
    xyz = matrix @ np.clip(rgb, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(one: str, other: str) -> float:
    """WCAG 2.1 contrast ratio."""
    weights = np.array([0.2126, 0.7152, 0.0722])
    high, low = sorted((float(weights @ linear(one)), float(weights @ linear(other))), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("eye", sorted(MACHADO))
def test_modes_stay_apart_for_every_eye(eye: str) -> None:
    seen = {mode: lab(MACHADO[eye] @ linear(look.colour)) for mode, look in style.MODES.items()}
    nearest = min((float(np.linalg.norm(seen[a] - seen[b])), a, b) for a, b in itertools.combinations(seen, 2))
    # ΔE of 2.3 is just noticeable; swatches a map apart need several times as much.
    assert nearest[0] > 15, nearest


@pytest.mark.parametrize("mode", list(Mode))
def test_modes_stand_out_from_paper_and_the_network_from_projects(mode: Mode) -> None:
    look = style.MODES[mode]
    assert contrast(look.colour, style.PALETTE["paper"]) >= 3  # WCAG 2.1, 1.4.11: graphical objects
    assert lab(linear(look.network_colour))[0] > lab(linear(look.colour))[0] + 10


def test_text_can_be_read() -> None:
    for ink in ("text", "text_soft", "text_place"):
        assert contrast(style.PALETTE[ink], style.PALETTE["paper"]) >= 4.5  # WCAG 2.1, 1.4.3


def test_stages_differ_without_colour() -> None:
    dashes = [stage.dash_px for stage in style.STAGES.values()]
    assert len(set(dashes)) == len(dashes) == len(Status)
    widths = [stage.width_px for stage in style.STAGES.values()]
    assert widths == sorted(widths, reverse=True)
    tints = [stage.tint_share for stage in style.STAGES.values()]
    assert tints == sorted(tints)
    # What runs is solid and is the only one to be so; whoever prints in grey sees that first.
    assert [stage for stage, look in style.STAGES.items() if not look.dash_px] == [Status.OPERATING]
    assert all(style.NETWORK.width_px < width for width in widths)


def test_choropleth_darkens_in_even_steps() -> None:
    light = [lab(linear(colour))[0] for colour in style.CHOROPLETH]
    steps = -np.diff(light)
    assert (steps > 6).all(), steps
    assert steps.max() < 2 * steps.min(), steps


def test_point_symbols_differ() -> None:
    assert len({look.symbol for look in style.MODES.values()}) == len(Mode)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_word_of_the_vocabularies_has_a_label(lang: str) -> None:
    words = (
        [style.mode_label(m, lang) for m in Mode]
        + [style.status_label(s, lang) for s in Status]
        + [style.work_label(w, lang) for w in Work]
        + [style.method_label(m, lang) for m in Method]
        + [style.method_label(m, lang, meaning=True) for m in Method]
        + [labels.kind_label(kind, lang) for kind in labels.KINDS]
    )
    for label in words:
        chinese = any("\u4e00" <= letter <= "\u9fff" for letter in label)
        assert chinese == (lang == "zh"), label


def test_unknown_words() -> None:
    assert labels.kind_label("cable_car") == "cable car"  # kinds are open: a user's own is shown as written
    assert style.work_label("") == ""
    for label in (style.mode_label, style.status_label, style.work_label, style.method_label):
        with pytest.raises(ValueError, match="spaceport"):
            label("spaceport")


def test_all_kinds_of_the_gold_registers_have_labels(shared: Path) -> None:
    kinds = set()
    for path in (shared / "gold").glob("*.csv"):
        if not path.stem.endswith("_targets"):
            with path.open(encoding="utf-8-sig", newline="") as file:
                kinds |= {row["kind"] for row in csv.DictReader(file)}
    assert len(kinds) > 20
    assert kinds - {""} <= set(labels.KINDS)


def test_all_kinds_of_our_own_data_have_labels() -> None:
    kinds: dict[str, str] = {}
    for path in [
        *ROOT.glob("layers/data/*_lines*.csv"),
        *ROOT.glob("layers/data/*_points.csv"),
        ROOT / "layers/data/ports.csv",
    ]:
        with path.open(encoding="utf-8", newline="") as file:
            kinds |= {row.get("kind", ""): path.name for row in csv.DictReader(file)}
    assert {kind: where for kind, where in kinds.items() if kind and kind not in labels.KINDS} == {}


def test_line_look_says_what_it_should() -> None:
    network = style.line_look("rail", "operating", origin="network")
    assert (network.casing_px, network.core_px, network.band_px, network.dash_px) == (0, 0, 0, ())
    plain = style.line_look("rail", "starting")
    assert plain.casing_px > plain.width_px > network.width_px
    assert plain.core_px == plain.band_px == 0
    upgrade = style.line_look("rail", "starting", work="upgrade")
    assert 0 < upgrade.core_px < upgrade.width_px
    assert upgrade.dash_px == plain.dash_px
    straight = style.line_look("rail", "starting", drawn_by="straight")
    assert straight.band_px > straight.width_px
    assert straight.opacity < 1
    with pytest.raises(ValueError, match="teleport"):
        style.line_look("teleport", "starting")
    with pytest.raises(ValueError, match="someday"):
        style.line_look("rail", "someday")


def test_tint_by_hand() -> None:
    # 100 + (255 - 100) × 0.2 = 131 = 0x83; 0 + 255 × 0.2 = 51 = 0x33; 255 stays.
    assert style.tint("#6400ff", 0.2) == "#8333ff"
    assert style.tint("#6400ff", 1.0) == "#ffffff"
