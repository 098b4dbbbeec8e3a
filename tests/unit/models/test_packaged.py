"""Models of other people's packages: honest where they are absent, exact where not.

The stand-ins have the functions of evo-model 0.5 and evo2 0.6.0 (with vtx 1.1.0) that
the adapters call, with the same names and arguments.
"""

from __future__ import annotations

import sys
from importlib import metadata
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gfm_desktop.errors import ModelError
from gfm_desktop.models import (
    alphagenome,
    catalogue,
    download,
    evo,
    evo2,
    families,
    ntv3,
    packaged,
)
from gfm_desktop.models.language_model import LanguageModel

if TYPE_CHECKING:
    from pathlib import Path

ELSEWHERE = [*evo.CARDS, *evo2.CARDS, *ntv3.CARDS, alphagenome.CARD]
INSTALLED = {"evo-model": "0.5", "evo2": "0.6.0"}


@pytest.mark.parametrize("card", ELSEWHERE, ids=lambda card: card.id)
def test_that_what_cannot_be_run_says_why_and_pretends_nothing(card: Any) -> None:
    (entry,) = [e for e in catalogue.entries() if e.id == card.id]
    assert not entry.installed
    assert entry.card is not None
    assert entry.card.requirement.startswith(("It needs", "Not supported: "))
    for use in (catalogue.load, catalogue.folder_of, download.plan):
        with pytest.raises(ModelError, match="by the app alone") as caught:
            use(card.id)
        assert caught.value.todo == entry.card.requirement
    assert card.id in families.published()


def test_that_cards_without_a_loader_read_no_folders() -> None:
    assert not {"ntv3", "alphagenome", "evo", "evo2"} & families.modules().keys()
    assert families.packaged("evo2-7b") is evo2
    assert families.packaged("ntv3-8m-pre") is None


def striped(*, named_unembed: bool) -> Any:
    """Return a network with the parts of the authors' ``StripedHyena``."""
    import torch
    from torch import nn

    class Unembedding(nn.Embedding):
        def unembed(self, u: torch.Tensor) -> torch.Tensor:
            return u @ self.weight.T

        def forward(self, input: torch.Tensor) -> torch.Tensor:
            return super().forward(input) if named_unembed else self.unembed(input)

    class StripedHyena(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding_layer = nn.Embedding(512, 6)
            self.mix = nn.GRU(6, 6, batch_first=True)
            self.norm = nn.LayerNorm(6)
            self.unembed = Unembedding(512, 6)

        def forward(
            self,
            x: torch.Tensor,
            inference_params_dict: Any = None,
            padding_mask: Any = None,
        ) -> tuple[torch.Tensor, Any]:
            x = self.norm(self.mix(self.embedding_layer(x))[0])
            logits = self.unembed.unembed(x) if named_unembed else self.unembed(x)
            return logits, None

    torch.manual_seed(1)
    return StripedHyena()


class Calls:
    """What the packages were asked for, and whether they could use the network."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.offline: list[bool] = []

    def note(self, *arguments: Any) -> None:
        from huggingface_hub import constants

        self.asked.append(arguments)
        self.offline.append(constants.is_offline_mode())


@pytest.fixture
def packages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Calls:
    """Install stand-ins of both packages, weights in the hub's cache, and a card."""
    from huggingface_hub import constants

    calls = Calls()

    class Evo:
        def __init__(self, model_name: str = "", device: str | None = None) -> None:
            calls.note(model_name, device)
            self.model = striped(named_unembed=True)
            self.tokenizer = object()

    class Evo2:
        def __init__(
            self,
            model_name: str = "",
            local_path: str | None = None,
            use_kernels: bool = False,
        ) -> None:
            calls.note(model_name, local_path, use_kernels)
            self.model = striped(named_unembed=False)
            self.tokenizer = object()

    for name, content in (("evo", {"Evo": Evo}), ("evo2.models", {"Evo2": Evo2})):
        module = ModuleType(name)
        vars(module).update(content)
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setitem(sys.modules, "evo2", ModuleType("evo2"))
    version = metadata.version
    monkeypatch.setattr(
        metadata, "version", lambda name: INSTALLED.get(name) or version(name)
    )
    monkeypatch.setattr(packaged, "graphics_card", lambda: "Some card")
    cache = tmp_path / "hub"
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    commit = "a" * 40
    for repository, revision, name in (
        ("togethercomputer/evo-1-8k-base", "1.1_fix", "model.safetensors.index.json"),
        ("togethercomputer/evo-1-8k-base", "1.1_fix", "model-1.safetensors"),
        ("arcinstitute/evo2_7b", "main", "evo2_7b.pt"),
    ):
        folder = cache / f"models--{repository.replace('/', '--')}"
        snapshot = folder / "snapshots" / commit
        snapshot.mkdir(parents=True, exist_ok=True)
        (snapshot / name).write_bytes(b"weights")
        (folder / "refs").mkdir(exist_ok=True)
        (folder / "refs" / revision).write_text(commit)
    return calls


@pytest.mark.parametrize(
    ("model", "begin", "asked"),
    [
        ("evo-1-8k-base", [0], ("evo-1-8k-base", "cpu")),
        ("evo2-7b", [], None),
    ],
)
def test_that_an_installed_package_is_used_as_its_authors_do(
    model: str, begin: list[int], asked: Any, packages: Calls
) -> None:
    import torch

    (entry,) = [e for e in catalogue.entries() if e.id == model]
    assert entry.installed
    loaded = catalogue.load(model, device="cpu")
    assert isinstance(loaded, LanguageModel)
    assert packages.offline == [True]
    if asked is not None:
        assert packages.asked == [asked]
    else:
        ((name, path, kernels),) = packages.asked
        assert (name, kernels) == ("evo2_7b", False)
        assert path.endswith("evo2_7b.pt")
    assert loaded.objective == "causal"
    assert loaded.window == 8_192
    ids = loaded.tokens("acgtRN").ids
    assert ids.tolist() == [*begin, *b"ACGTNN"]
    with torch.inference_mode():
        expected, _ = loaded.network.model(torch.from_numpy(ids[None]))  # type: ignore[attr-defined]
    np.testing.assert_allclose(loaded.logits(ids[None]), expected.numpy(), atol=1e-6)
    rows = np.array([[1, 3]])
    np.testing.assert_allclose(
        loaded.logits(ids[None], rows), expected.numpy()[:, [1, 3]], atol=1e-6
    )
    assert loaded.hidden(ids[None]).shape == (1, len(ids), 6)
    assert len(loaded.weights_sha256) == 64
    assert loaded.card.requirement == ""


def test_that_weights_that_are_not_here_are_named(packages: Calls) -> None:
    card = {e.id: e.card for e in catalogue.entries()}["evo2-40b"]
    assert card is not None
    assert "the weights in the hub's cache" in card.requirement
    assert 'Evo2("evo2_40b")' in card.requirement
    assert "package" not in card.requirement
    assert packages.asked == []


def test_that_a_missing_graphics_card_is_named(
    packages: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packaged, "graphics_card", lambda: "")
    with pytest.raises(ModelError) as caught:
        catalogue.load("evo2-7b")
    assert "a graphics card of NVIDIA" in caught.value.todo


def test_that_another_package_of_that_name_is_not_taken_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "evo", ModuleType("evo"))
    assert evo.missing(evo.CARDS[0]) == evo.CARDS[0].requirement


def test_that_an_unknown_version_of_a_package_is_told(
    packages: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Other:
        def __init__(self, *_: object, **__: object) -> None:
            self.network = None

    monkeypatch.setattr(sys.modules["evo2.models"], "Evo2", Other)
    with pytest.raises(ModelError, match="has no “model”"):
        catalogue.load("evo2-7b", device="cpu")
