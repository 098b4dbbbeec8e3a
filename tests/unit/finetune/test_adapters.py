"""LoRA and its siblings fit every family: all that should learn does, and merges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gfm_desktop.errors import ModelError
from gfm_desktop.finetune.adapters import SCALE, adapted, lora_targets
from gfm_desktop.models.backbones import backbone_of
from gfm_desktop.models.embedding import pooled_sequences
from gfm_desktop.models.finetuned_network import merge, misfits

from ..models.every_family import FAMILIES, letters  # noqa: TID252

if TYPE_CHECKING:
    from pathlib import Path

    import torch

SEQUENCES = [letters(14, 1), letters(15, 2), letters(14, 3)]


def pooled(backbone: Any) -> torch.Tensor:
    pieces = [backbone.pieces(sequence) for sequence in SEQUENCES]
    return pooled_sequences(backbone, pieces, [backbone.layers], ["mean", "max"], 2)


def frozen(backbone: Any) -> np.ndarray:
    import torch

    with torch.inference_mode():
        return pooled(backbone).numpy()


def shaken(parameters: dict[str, torch.nn.Parameter], seed: int = 1) -> None:
    """Move all learning parameters away from where they began."""
    import torch

    source = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in parameters.values():
            parameter.add_(torch.randn(parameter.shape, generator=source) * 0.2)


@pytest.mark.parametrize("family", FAMILIES)
def test_that_every_addition_learns_and_merges(family: str, tmp_path: Path) -> None:
    model = FAMILIES[family](tmp_path / "tiny")
    backbone = backbone_of(model)
    before = frozen(backbone)
    mine = adapted(backbone, "lora", rank=2)
    assert mine.targets
    np.testing.assert_allclose(frozen(mine.backbone), before, atol=1e-6)
    mine.backbone.module.train()
    shaken(mine.learning)
    (pooled(mine.backbone) ** 2).sum().backward()
    silent = [
        name
        for name, p in mine.learning.items()
        if p.grad is None or not p.grad.abs().max() > 0
    ]
    assert not silent
    others = [
        name
        for name, p in mine.backbone.module.named_parameters()
        if name not in mine.learning and p.grad is not None
    ]
    assert not others
    mine.backbone.module.eval()
    after = frozen(mine.backbone)
    assert not np.allclose(after, before)
    # The loaded model is as it was; merged, it gives what the adapted one gives.
    np.testing.assert_array_equal(frozen(backbone), before)
    tensors = mine.tensors()
    assert not misfits(backbone.module, tensors, kind="lora")
    merge(backbone.module, tensors, kind="lora", scale=SCALE)
    np.testing.assert_allclose(frozen(backbone), after, rtol=2e-4, atol=2e-5)


@pytest.mark.parametrize("kind", ["full", "last-blocks"])
@pytest.mark.parametrize("family", FAMILIES)
def test_that_changed_tensors_make_the_same_network(
    family: str, kind: str, tmp_path: Path
) -> None:
    model = FAMILIES[family](tmp_path / "tiny")
    backbone = backbone_of(model)
    before = frozen(backbone)
    mine = adapted(backbone, kind, blocks=1)
    mine.backbone.module.train()
    (pooled(mine.backbone) ** 2).sum().backward()
    reached = {n: p for n, p in mine.learning.items() if p.grad is not None}
    assert reached
    if kind == "full":
        # Blocks learn as a whole; only the pre-training's head is not reached.
        blocks = {
            id(p)
            for every in mine.backbone.blocks.values()
            for block in every
            for p in block.parameters()
        }
        assert not [
            n for n, p in mine.learning.items() if id(p) in blocks and p.grad is None
        ]
    mine.backbone.module.eval()
    shaken(reached)
    after = frozen(mine.backbone)
    assert not np.allclose(after, before)
    np.testing.assert_array_equal(frozen(backbone), before)
    tensors = mine.tensors()
    assert not misfits(backbone.module, tensors, kind=kind)
    merge(backbone.module, tensors, kind=kind, scale=0.0)
    np.testing.assert_allclose(frozen(backbone), after, rtol=1e-5, atol=1e-6)


def test_that_shared_weights_are_learnt_as_one(tmp_path: Path) -> None:
    backbone = backbone_of(FAMILIES["caduceus-ps"](tmp_path / "tiny"))
    mine = adapted(backbone, "full")
    shared = [names for names in mine.names.values() if len(names) > 1]
    assert any("in_proj.weight" in names[0] for names in shared)
    tensors = mine.tensors()
    for names in shared:
        for other in names[1:]:
            np.testing.assert_array_equal(tensors[names[0]], tensors[other])
    assert set(tensors) == {
        name for name, _ in backbone.module.named_parameters(remove_duplicate=False)
    }


@pytest.mark.parametrize(
    ("family", "there", "not_there"),
    [
        ("ensemble", ("attention.qkv", "gated.up", "gated.down"), ("near.conv", "mix")),
        ("nt-2", ("self.query", "intermediate.dense"), ("lm_head", "embeddings")),
        ("dnabert2", ("self.Wqkv", "mlp.gated_layers"), ("cls", "pooler")),
        ("caduceus-ph", ("mamba_rev.in_proj", "x_proj"), ("dt_proj", "conv1d")),
        ("hyenadna", ("in_proj", "fc1"), ("implicit_filter", "short_filter")),
        ("phylogpn", ("layers.5", "layers.2"), ("output_layers",)),
        ("gpn", ("conv.1", "ffn.0"), ("decoder",)),
        ("splice", ("block_00.conv_1", "block_03.conv_2"), ("skip", "last", "first")),
    ],
)
def test_that_additions_go_to_the_right_layers(
    family: str, there: tuple[str, ...], not_there: tuple[str, ...], tmp_path: Path
) -> None:
    found = lora_targets(backbone_of(FAMILIES[family](tmp_path / "tiny")))
    for name in there:
        assert any(target.endswith(name) for target in found), (name, found)
    for name in not_there:
        assert not any(name in target for target in found), (name, found)


def test_that_the_last_blocks_learn_alone(tmp_path: Path) -> None:
    backbone = backbone_of(FAMILIES["ensemble"](tmp_path / "tiny"))
    one, two = (adapted(backbone, "last-blocks", blocks=n) for n in (1, 2))
    assert {name.split(".")[1] for name in one.learning} == {"2"}
    assert {name.split(".")[1] for name in two.learning} == {"1", "2"}
    assert len(adapted(backbone, "last-blocks", blocks=99).learning) == len(
        [name for name, _ in backbone.module.named_parameters() if "layers." in name]
    )


def test_that_frozen_weights_are_in_memory_once(tmp_path: Path) -> None:
    backbone = backbone_of(FAMILIES["ensemble"](tmp_path / "tiny"))
    mine = adapted(backbone, "last-blocks", blocks=1)
    theirs = dict(backbone.module.named_parameters())
    for name, parameter in mine.backbone.module.named_parameters():
        same = parameter.data_ptr() == theirs[name].data_ptr()
        assert same == (name not in mine.learning)


def test_that_a_network_without_blocks_is_refused(tmp_path: Path) -> None:
    from dataclasses import replace

    backbone: Any = backbone_of(FAMILIES["ensemble"](tmp_path / "tiny"))
    bare = replace(backbone, _blocks=())
    for kind in ("lora", "last-blocks"):
        with pytest.raises(ModelError, match=f"{kind} cannot be used"):
            adapted(bare, kind)
