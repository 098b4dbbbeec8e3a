"""The dependency rule holds, and each contract really catches what it names."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "gfm_desktop"
HEAVY = {"torch", "transformers", "sklearn", "pandas", "peft", "tensorflow"}


def lint(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the copy of the package that lies in `folder`."""
    script = (
        "import sys; sys.path.insert(0, '.'); "
        "from importlinter.cli import lint_imports_command; lint_imports_command()"
    )
    return subprocess.run(
        [sys.executable, "-c", script, "--no-cache", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Copy the package and its contracts, to be broken at will."""
    shutil.copytree(
        PACKAGE,
        tmp_path / "gfm_desktop",
        ignore=shutil.ignore_patterns("__pycache__", "resources"),
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_that_every_import_contract_is_kept() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


BREAKS = {
    "layers": ("genome/interval.py", "import gfm_desktop.jobs.events"),
    "qt": ("workspace/workspace.py", "import PySide6.QtCore"),
    "frameworks": ("ui/theme.py", "import torch"),
    "panels": ("ui/panels/inspector.py", "import gfm_desktop.ui.panels.variants"),
    "cycles": ("models/card.py", "import gfm_desktop.scoring.card"),
}


@pytest.mark.parametrize("contract", BREAKS)
def test_that_a_contract_catches_the_import_it_forbids(
    contract: str, copy: Path
) -> None:
    name, line = BREAKS[contract]
    module = copy / "gfm_desktop" / name
    text = module.read_text(encoding="utf-8")
    future = "from __future__ import annotations\n"
    assert future in text
    module.write_text(text.replace(future, f"{future}{line}\n", 1), encoding="utf-8")
    result = lint(copy, "--contract", contract)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "BROKEN" in result.stdout


def test_that_a_new_package_must_be_given_its_layer(copy: Path) -> None:
    (copy / "gfm_desktop" / "attic").mkdir()
    (copy / "gfm_desktop" / "attic" / "__init__.py").touch()
    result = lint(copy, "--contract", "layers")
    assert result.returncode == 1
    assert "attic" in result.stdout


def test_that_no_module_imports_a_heavy_library_at_its_top() -> None:
    found = []
    for path in PACKAGE.rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            match node:
                case ast.Import():
                    names = [alias.name for alias in node.names]
                case ast.ImportFrom():
                    names = [node.module or ""]
                case _:
                    continue
            found += [
                f"{path}:{node.lineno}" for n in names if n.split(".")[0] in HEAVY
            ]
    assert found == []


def test_that_packages_export_nothing_from_their_init_files() -> None:
    inits = [p for p in PACKAGE.rglob("__init__.py") if p.parent != PACKAGE]
    full = [str(p) for p in inits if p.read_text(encoding="utf-8").strip()]
    assert len(inits) > 8
    assert full == []


def test_that_only_one_place_catches_every_exception() -> None:
    broad = []
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler) and (
                node.type is None
                or (
                    isinstance(node.type, ast.Name)
                    and node.type.id in {"Exception", "BaseException"}
                )
            ):
                broad.append(path.name)
    assert broad == ["guard.py"]


def test_that_top_level_holds_only_what_the_design_names() -> None:
    listing = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listing.returncode != 0:
        pytest.skip("not a git checkout")
    top = {name.split("/")[0] for name in listing.stdout.splitlines()}
    visible = {name for name in top if not name.startswith(".")}
    assert visible == {
        "CHANGELOG.md",
        "CITATION.cff",
        "CONTRIBUTING.md",
        "LICENSE",
        "README.md",
        "gfm_desktop",
        "packaging",
        "pyproject.toml",
        "resources",
        "tests",
    }
