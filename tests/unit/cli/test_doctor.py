"""`gfm doctor` finds what is wrong, says it, and ends with the right code."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from gfm_desktop import paths, settings
from gfm_desktop.cli import main
from gfm_desktop.command_line import doctor, self_test
from gfm_desktop.errors import ModelError
from gfm_desktop.models import catalogue

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.command_line.doctor import Finding


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the checks that start Qt and load weights."""
    monkeypatch.setattr(doctor, "_window", lambda: "not tried")
    monkeypatch.setattr(self_test, "check", lambda model: f"{model} is right")


def finding(name: str) -> Finding:
    return next(one for one in doctor.examine() if one.name == name)


@pytest.mark.usefixtures("quick")
def test_that_a_sound_installation_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert out.endswith("All is well.\n")
    assert "PROBLEM" not in out
    assert f"model {next(iter(catalogue.cards()))}" in out


@pytest.mark.usefixtures("quick")
def test_that_json_has_every_finding(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert value["sound"] is True
    names = {one["name"] for one in value["findings"]}
    assert {"program", "libraries", "device", "memory", "sample", "window"} <= names
    assert {"cache folder", "data folder", "configuration folder"} <= names


@pytest.mark.usefixtures("quick")
def test_that_wrong_numbers_are_a_problem_and_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def wrong(model: str) -> str:
        raise ModelError(f"{model} gives other numbers.", todo="Do not trust it.")

    monkeypatch.setattr(self_test, "check", wrong)
    assert main(["doctor"]) == 1
    out = capsys.readouterr().out
    assert "PROBLEM  model ci-spliceai" in out
    assert "what to do: Do not trust it." in out


@pytest.mark.usefixtures("quick")
def test_that_unreadable_settings_are_told() -> None:
    settings.settings_path().write_text("{", encoding="utf-8")
    found = finding("settings")
    assert not found.sound
    assert "JSON" in found.detail


@pytest.mark.usefixtures("quick")
def test_that_a_lost_sample_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "resources", lambda: paths.config())
    found = finding("sample")
    assert not found.sound
    assert "chr22.fa.gz" in found.detail


@pytest.mark.usefixtures("quick")
def test_that_a_folder_that_cannot_be_written_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(paths, "cache", lambda: paths.config() / "none")
    found = finding("cache folder")
    assert not found.sound
    assert "cannot be written" in found.detail


def test_that_qt_is_started_in_a_process_of_its_own() -> None:
    assert "Qt 6" in doctor._window()


def test_that_a_qt_that_aborts_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "no-such-platform")
    monkeypatch.setenv("QT_FATAL_WARNINGS", "0")
    found = doctor._finding("window", doctor._window)
    assert not found.sound
    assert "Qt cannot start" in found.detail


def test_that_a_packaged_program_does_not_start_itself_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert "not tried" in doctor._window()


def test_that_other_numbers_of_the_language_model_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "equals what was recorded" in self_test.check("gfm-ensemble")
    recorded = self_test.resources() / "models/gfm-ensemble" / self_test.RECORDED
    content = json.loads(recorded.read_text(encoding="utf-8"))
    content["chances"][0][0] += 0.01
    other = tmp_path / "models/gfm-ensemble"
    other.mkdir(parents=True)
    (other / self_test.RECORDED).write_text(json.dumps(content), encoding="utf-8")
    monkeypatch.setattr(self_test, "resources", lambda: tmp_path)
    with pytest.raises(ModelError, match=r"differs by 0\.01"):
        self_test.check("gfm-ensemble")
