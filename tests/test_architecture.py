"""The direction of imports, and that the four package names are ours."""

from __future__ import annotations

import ast
import importlib
import re
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGES = ["geo", "layers", "projects", "maps"]


def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_point_one_way(package: str) -> None:
    """Geo ← layers ← projects ← maps: a package imports itself and those left of it."""
    forbidden = set(PACKAGES[PACKAGES.index(package) + 1 :]) | {"tests", "benchmarks", "notebooks"}
    wrong = {
        f"{file.relative_to(ROOT)} imports {name}"
        for file in (ROOT / package).rglob("*.py")
        for name in _imports(file) & forbidden
    }
    assert not wrong


@pytest.mark.parametrize("package", PACKAGES)
def test_package_names_are_ours(package: str) -> None:
    """The import names are generic: make sure that no other distribution hides ours."""
    module = importlib.import_module(package)
    assert Path(str(module.__file__)).resolve().parent == ROOT / package


def test_whatever_is_imported_is_declared() -> None:
    """Every third-party module of the packages stands in pyproject, as a dependency or in an extra."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    requirements = [
        *project["dependencies"],
        *(r for extra in project["optional-dependencies"].values() for r in extra),
    ]
    declared = {re.split(r"[<>=\[; ]", requirement)[0].lower().replace("-", "_") for requirement in requirements}
    import_names = {"docx": "python_docx", "bs4": "beautifulsoup4", "xstatic": "xstatic_leaflet", "branca": "folium"}
    import sys

    undeclared = set()
    for package in PACKAGES:
        for file in (ROOT / package).rglob("*.py"):
            if file.name.startswith("build_"):
                continue
            for name in _imports(file) - set(PACKAGES) - set(sys.stdlib_module_names) - {"__future__"}:
                if import_names.get(name, name).lower() not in declared:
                    undeclared.add(f"{file.relative_to(ROOT)}: {name}")
    assert not undeclared


def test_packages_are_typed() -> None:
    """Each package carries the marker that type checkers look for."""
    assert all((ROOT / package / "py.typed").is_file() for package in PACKAGES)
