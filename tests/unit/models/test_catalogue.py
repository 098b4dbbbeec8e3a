"""The library finds, describes, loads, adds and removes models."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gfm_desktop import paths, tracks
from gfm_desktop.discovery import discover
from gfm_desktop.errors import ModelError, OptionError
from gfm_desktop.models import catalogue, device, library, manifest
from gfm_desktop.models.ci_spliceai import CARD
from gfm_desktop.models.protocols import SpliceModel
from gfm_desktop.models.splice_network import SPLICEAI_10K, tensor_shapes
from gfm_desktop.models.weights import sha256_of
from gfm_desktop.scoring import registry

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a model folder with one replicate of random weights."""
    import torch
    from safetensors.torch import save_file

    folder = tmp_path / "mine"
    folder.mkdir()
    tensors = {
        f"replicate_0.{name}": torch.full(shape, 0.01)
        for name, shape in tensor_shapes(SPLICEAI_10K).items()
    }
    save_file(tensors, folder / "model.safetensors")
    (folder / "LICENSE.txt").write_text("mine")
    describe(folder)
    return folder


def describe(folder: Path, **changes: Any) -> None:
    content: dict[str, Any] = {
        "format": 1,
        "id": "my-model",
        "loader": "ci_spliceai",
        "weights": {"model.safetensors": sha256_of(folder / "model.safetensors")},
        "architecture": {"replicates": 1},
        "card": {"name": "My model", "species": ["Mus musculus"], "scores": ["SNV"]},
    }
    content |= changes
    (folder / manifest.FILE_NAME).write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize("card", catalogue.cards().values(), ids=lambda c: c.id)
def test_that_every_card_says_what_a_user_must_know(card: Any) -> None:
    for field in ("name", "summary", "licence", "attribution", "citation", "source"):
        assert getattr(card, field)
    assert card.scores
    assert set(card.scorers) <= set(registry.scorers())
    assert set(card.tracks) <= {t.name for t in discover(tracks, "TRACK").values()}
    entry = next(e for e in catalogue.entries() if e.id == card.id)
    assert entry.installed == card.built_in
    if not card.built_in:
        added = "https://" in card.source and "gfm models add" in card.limits
        assert card.repository or card.requirement or added
        return
    licences = [f for f in entry.folder.iterdir() if f.name.startswith("LICENSE")]
    assert licences


def test_that_the_built_in_model_loads_by_its_id_and_by_its_folder() -> None:
    folder = paths.resources() / "models" / "ci-spliceai"
    assert catalogue.folder_of("ci-spliceai") == folder
    by_id = catalogue.load("ci-spliceai", device="cpu")
    by_folder = catalogue.load(str(folder), device="cpu")
    assert isinstance(by_id, SpliceModel)
    assert by_id.card == by_folder.card == CARD
    assert by_id.weights_sha256 == sha256_of(folder / "model.safetensors")


def test_that_an_unknown_model_is_told_with_those_there_are() -> None:
    with pytest.raises(ModelError, match="no model “best-model”") as caught:
        catalogue.load("best-model")
    assert "ci-spliceai" in caught.value.todo


def test_that_a_folder_is_added_listed_loaded_and_removed(folder: Path) -> None:
    before = list(catalogue.cards())
    card = library.add(folder)
    assert card.id == "my-model"
    assert card.name == "My model"
    assert not card.built_in
    assert card.licence == CARD.licence
    assert list(catalogue.cards()) == [*before, "my-model"]
    assert catalogue.card_of("my-model") == card
    assert (catalogue.folder_of("my-model") / "LICENSE.txt").read_text() == "mine"
    shutil.rmtree(folder)
    model = catalogue.load("my-model", device="cpu")
    assert isinstance(model, SpliceModel)
    (result,) = model.predict(["ACGT" * 2_501])
    assert result.shape == (4, 3)
    assert np.isfinite(result).all()
    assert library.remove("my-model") == paths.imported_models() / "my-model"
    assert list(catalogue.cards()) == before
    assert not list(paths.imported_models().iterdir())


def test_that_a_taken_id_is_refused(folder: Path) -> None:
    library.add(folder)
    with pytest.raises(ModelError, match="already"):
        library.add(folder)
    describe(folder, id="ci-spliceai")
    with pytest.raises(ModelError, match="already"):
        library.add(folder)


def test_that_a_model_that_does_not_load_is_not_added(folder: Path) -> None:
    describe(folder, architecture={"replicates": 2})
    with pytest.raises(ModelError, match="do not fit"):
        library.add(folder)
    assert not list(paths.imported_models().iterdir())


@pytest.mark.parametrize("model_id", ["ci-spliceai", "nothing", "..", ""])
def test_that_only_added_models_can_be_removed(model_id: str) -> None:
    with pytest.raises(ModelError, match="not a model that you added"):
        library.remove(model_id)
    assert paths.imported_models().is_dir()


def test_that_a_broken_folder_is_listed_with_what_is_wrong(folder: Path) -> None:
    library.add(folder)
    inside = paths.imported_models() / "my-model"
    (inside / manifest.FILE_NAME).write_text("{", encoding="utf-8")
    (entry,) = [e for e in catalogue.entries() if e.id == "my-model"]
    assert not entry.installed
    assert entry.problem is not None
    assert "not JSON" in entry.problem.what
    assert "my-model" not in catalogue.cards()
    with pytest.raises(ModelError, match="not JSON"):
        catalogue.load("my-model")
    library.remove("my-model")


def test_that_a_family_of_a_newer_app_is_named(folder: Path) -> None:
    describe(folder, loader="oracle")
    with pytest.raises(ModelError, match="oracle"):
        catalogue.load(str(folder))


def test_that_all_errors_of_a_description_are_told_at_once(folder: Path) -> None:
    describe(
        folder,
        format=2,
        id="My Model",
        loader="os.path",
        weights={"../secret": "1"},
        architecture=[],
        card={"colour": "red", "context_bp": "long", "built_in": True, "scores": [1]},
    )
    with pytest.raises(ModelError) as caught:
        manifest.read(folder)
    words = ("format", "“id”", "loader", "../secret", "architecture", "colour")
    for word in (*words, "context_bp", "built_in", "“scores”"):
        assert word in caught.value.what


@pytest.mark.parametrize("content", ["", "[]", "\xff"])
def test_that_a_description_that_is_none_is_told(content: str, folder: Path) -> None:
    (folder / manifest.FILE_NAME).write_bytes(content.encode("latin-1"))
    with pytest.raises(ModelError, match="description is wrong"):
        manifest.read(folder)


def test_that_a_folder_without_description_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no model folder"):
        catalogue.load(str(tmp_path))


def test_that_a_device_is_resolved_or_refused_in_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    assert device.resolve("auto") == "cpu"
    assert device.resolve("cpu") == "cpu"
    with pytest.raises(ModelError, match="graphics card"):
        device.resolve("cuda")
    for wrong in ("tpu", "cpu:1", "cuda:x", ""):
        with pytest.raises(OptionError):
            device.resolve(wrong)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert device.resolve("auto") == "cuda"
    assert device.resolve("cuda:1") == "cuda:1"


def test_that_listing_adding_and_scoring_forms_need_no_torch(folder: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from gfm_desktop import discovery, tracks\n"
        "from gfm_desktop.models import catalogue, library\n"
        "from gfm_desktop.scoring import registry\n"
        "catalogue.entries(); registry.scorers(); discovery.discover(tracks, 'TRACK')\n"
        f"library.add(Path({str(folder)!r}))\n"
        "sys.exit(int('torch' in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False)
    assert done.returncode == 0
