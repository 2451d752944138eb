"""Hand-overs opened in QGIS itself, where Debian's is installed: layers, names, systems and styles as it sees them."""

from __future__ import annotations

import json
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from layers.schema import FEATURES
from maps.export import Form, Options, export
from maps.gis.handover import contract_layers
from maps.gis.sources import Source
from tests.maps.sample import features

if TYPE_CHECKING:
    from collections.abc import Mapping

PYTHON = Path("/usr/bin/python3")
"""Debian's own, which has QGIS's bindings."""

LOOK = """
import json, sys
from qgis.core import (Qgis, QgsApplication, QgsExpressionContextUtils, QgsRenderContext, QgsVectorLayer)
from osgeo import ogr
ogr.UseExceptions()
heard = []
app = QgsApplication([], False)
app.initQgis()
app.messageLog().messageReceived.connect(lambda text, tag, level: heard.append(text) if level else None)
out = {}
for path in sys.argv[1:]:
    source = ogr.Open(path)
    for number in range(source.GetLayerCount()):
        name = source.GetLayer(number).GetName()
        if name == "layer_styles":
            continue
        layer = QgsVectorLayer(path if path.endswith(".shp") else f"{path}|layername={name}", name, "ogr")
        _, styled = layer.loadDefaultStyle()
        drawn, renderer = 0, layer.renderer()
        if renderer is not None and styled:
            context = QgsRenderContext()
            context.expressionContext().appendScope(QgsExpressionContextUtils.layerScope(layer))
            renderer = renderer.clone()
            renderer.startRender(context, layer.fields())
            for feature in layer.getFeatures():
                context.expressionContext().setFeature(feature)
                drawn += renderer.willRenderFeature(feature, context)
            renderer.stopRender(context)
        out[name] = {
            "valid": layer.isValid(), "count": layer.featureCount(), "crs": layer.crs().authid(),
            "named": layer.crs().description(), "styled": styled, "drawn": drawn,
            "legend": [] if renderer is None else [item.label() for item in renderer.legendSymbolItems()],
            "fields": {f.name(): f.alias() for f in layer.fields()},
            "maps": [f.name() for i, f in enumerate(layer.fields()) if layer.editorWidgetSetup(i).type() == "ValueMap"],
        }
print(json.dumps({"layers": out, "heard": heard}))
"""


@cache
def _missing() -> str:
    """Say why QGIS cannot be asked, or nothing."""
    if not PYTHON.exists():
        return f"no {PYTHON}"
    done = subprocess.run([PYTHON, "-c", "import qgis.core"], capture_output=True, check=False)
    return "Debian's python3-qgis is not installed" if done.returncode else ""


def _seen(tmp_path: Path, *paths: Path) -> Mapping[str, Any]:
    if _missing():
        pytest.skip(_missing())
    environment = {
        "PATH": os.environ["PATH"], "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path),
    }  # fmt: skip
    done = subprocess.run(
        [PYTHON, "-c", LOOK, *map(str, paths)], capture_output=True, text=True, env=environment, check=False
    )
    # QGIS may fall over when its interpreter ends; what it printed before is whole.
    assert done.stdout, done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert not seen["heard"]
    assert "Warning" not in done.stderr
    layers: Mapping[str, Any] = seen["layers"]
    assert all(layer["valid"] for layer in layers.values())
    return layers


@pytest.mark.parametrize("crs", ["EPSG:4490", "cgcs2000-3deg", "gcj02"])
@pytest.mark.parametrize("form", [Form.GPKG, Form.SHP, Form.FGB])
def test_layers_styles_and_systems(form: Form, crs: str, tmp_path: Path) -> None:
    options = Options(crs=crs, split_zones=True, encoding="gb18030", field_names="zh")
    made = export(Source("要素", contract_layers(features())), tmp_path / "out", form, options)
    layers = _seen(tmp_path, *sorted(made.path.glob(f"*.{form.value}")))
    rows = {name: count for name, count in made.report["rows"].items() if not name.endswith("_none")}
    layers = {name: layer for name, layer in layers.items() if not name.endswith("_none")}  # GeoPackages have it too
    assert {name: layer["count"] for name, layer in layers.items()} == rows
    wanted = {"EPSG:4490": {"EPSG:4490"}, "cgcs2000-3deg": {"EPSG:4548", "EPSG:4549"}, "gcj02": {""}}[crs]
    assert {layer["crs"] for layer in layers.values()} <= wanted
    if crs == "gcj02":
        assert all("GCJ-02" in layer["named"] and "shifted" in layer["named"] for layer in layers.values())
    for layer in layers.values():
        names = {k: v for k, v in layer["fields"].items() if k != "fid"}
        assert not any("?" in name or "_" * 2 in name for name in names)
        if form is Form.FGB:
            continue
        assert list(names.values()) == [c.zh for c in FEATURES.columns]
        assert layer["styled"]
        assert layer["drawn"] == layer["count"]
        assert all(" " in label for label in layer["legend"])
        assert len(layer["maps"]) == sum(not isinstance(c.dtype, str) for c in FEATURES.columns)


def test_kml_keeps_its_names(tmp_path: Path) -> None:
    made = export(Source("要素", contract_layers(features())), tmp_path / "out.kml", Form.KML)
    layers = _seen(tmp_path, made.path)
    assert sum(max(layer["count"], 0) for layer in layers.values()) == len(features())
    for layer in layers.values():
        if layer["count"] > 0:
            assert {c.zh for c in FEATURES.columns} <= set(layer["fields"])
