"""`gfm models` tells the truth about every model, the broken ones too."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from gfm_desktop import paths
from gfm_desktop.cli import main
from gfm_desktop.models import catalogue

if TYPE_CHECKING:
    from pathlib import Path

BUILT_IN = "ci-spliceai"


def asked(*words: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = main(["models", *words])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def listed(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    code, out, _ = asked("list", "--json", capsys=capsys)
    assert code == 0
    return {one["id"]: one for one in json.loads(out)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Copy the built-in model's folder under another id."""
    target = tmp_path / "mine"
    shutil.copytree(paths.resources() / "models" / BUILT_IN, target)
    described = target / "gfm_model.json"
    content = json.loads(described.read_text(encoding="utf-8"))
    described.write_text(json.dumps(content | {"id": "mine"}), encoding="utf-8")
    return target


def test_that_the_list_has_what_scripts_rely_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    models = listed(capsys)
    assert models.keys() == catalogue.cards().keys()
    model = models[BUILT_IN]
    promised = {"id", "name", "family", "built_in", "installed", "licence", "scores"}
    assert promised <= model.keys()
    assert (model["built_in"], model["installed"]) == (True, True)
    assert model["licence"] == "CC-BY-4.0"
    assert "SNV" in model["scores"]


def test_that_the_table_names_every_model(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = asked("list", capsys=capsys)
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == ["ID", *catalogue.cards()]


def test_that_a_sheet_has_licence_attribution_and_limits(
    capsys: pytest.CaptureFixture[str],
) -> None:
    card = catalogue.cards()[BUILT_IN]
    _, out, _ = asked("show", BUILT_IN, capsys=capsys)
    for fact in (card.name, card.licence, card.attribution, card.citation, card.limits):
        assert fact in out


def test_that_a_folder_can_be_shown_before_it_is_added(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = asked("show", str(folder), "--json", capsys=capsys)
    assert code == 0
    facts = json.loads(out)
    assert (facts["id"], facts["built_in"], facts["folder"]) == (
        "mine",
        False,
        str(folder),
    )


def test_that_a_folder_is_added_listed_and_removed(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = asked("add", str(folder), capsys=capsys)
    assert code == 0
    assert "mine" in out
    shutil.rmtree(folder)
    model = listed(capsys)["mine"]
    assert (model["built_in"], model["installed"]) == (False, True)
    code, out, _ = asked("remove", "mine", "--json", capsys=capsys)
    assert code == 0
    assert json.loads(out)["id"] == "mine"
    assert "mine" not in listed(capsys)


def test_that_damaged_weights_are_not_added(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    code, _, err = asked("add", str(folder), capsys=capsys)
    assert code == 1
    assert "SHA-256" in err
    assert "Traceback" not in err
    assert listed(capsys).keys() == catalogue.cards().keys()


def test_that_a_model_that_cannot_be_read_is_listed_with_the_reason(
    capsys: pytest.CaptureFixture[str],
) -> None:
    broken = paths.imported_models() / "broken"
    broken.mkdir()
    (broken / "gfm_model.json").write_text("{", encoding="utf-8")
    model = listed(capsys)["broken"]
    assert model["installed"] is False
    assert "JSON" in model["problem"]
    _, out, _ = asked("list", capsys=capsys)
    assert "cannot be read" in out
    code, _, err = asked("show", "broken", capsys=capsys)
    assert code == 1
    assert "JSON" in err


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("remove", BUILT_IN), "built in"),
        (("remove", "none"), "not a model that you added"),
        (("download", "none"), "no model “none” to download"),
        (("show", "none"), "no model “none”"),
        (("add", "/no/such/folder"), "no model folder"),
    ],
)
def test_that_what_cannot_be_done_is_refused(
    words: tuple[str, ...], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = asked(*words, capsys=capsys)
    assert (code, out) == (1, "")
    assert reason in err
    assert "Traceback" not in err


def test_that_download_says_which_models_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, _ = asked("download", BUILT_IN, capsys=capsys)
    assert code == 0
    assert "nothing to download" in out
    _, _, err = asked("download", "none", capsys=capsys)
    assert "gpn-brassicales" in err
    assert "owner/name" in err
