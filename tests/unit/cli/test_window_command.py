"""`gfm-desktop` reads its command line before it touches Qt."""

from __future__ import annotations

import subprocess
import sys
import types
from pathlib import Path

import pytest

from gfm_desktop import __main__, __version__


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[Path], bool]]:
    """Replace the window by a note of what it was asked to open."""
    calls: list[tuple[list[Path], bool]] = []

    def run(files: list[Path], *, sample: bool) -> int:
        calls.append((files, sample))
        return 7

    stand_in = types.ModuleType("gfm_desktop.ui.app")
    stand_in.run = run  # type: ignore[attr-defined]
    import gfm_desktop.ui

    monkeypatch.setitem(sys.modules, "gfm_desktop.ui.app", stand_in)
    monkeypatch.setattr(gfm_desktop.ui, "app", stand_in, raising=False)
    return calls


def test_that_files_and_sample_reach_the_window(
    opened: list[tuple[list[Path], bool]],
) -> None:
    assert __main__.main(["a.fa", "b.vcf", "--sample"]) == 7
    assert opened == [([Path.cwd() / "a.fa", Path.cwd() / "b.vcf"], True)]


def test_that_no_arguments_open_the_start_page(
    opened: list[tuple[list[Path], bool]],
) -> None:
    __main__.main([])
    assert opened == [([], False)]


def test_that_a_machine_without_a_screen_gets_advice_instead_of_an_abort(
    opened: list[tuple[list[Path], bool]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for variable in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(variable, raising=False)
    assert __main__.main(["--sample"]) == 1
    assert opened == []
    assert "gfm score --sample" in capsys.readouterr().err


def test_that_an_unknown_flag_is_a_wrong_command_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ending:
        __main__.main(["--samples"])
    assert ending.value.code == 2
    assert "--samples" in capsys.readouterr().err


def test_that_version_and_help_import_neither_qt_nor_torch() -> None:
    script = (
        "import sys; from gfm_desktop.__main__ import main\n"
        "try: main(['--version'])\n"
        "except SystemExit: pass\n"
        "heavy = {'PySide6', 'torch', 'numpy'} & sys.modules.keys()\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == f"gfm-desktop {__version__}\n"
