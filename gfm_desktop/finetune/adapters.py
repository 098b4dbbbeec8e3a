"""What of a network learns: low-rank additions, the last blocks, or everything.

A training works on a copy of the network that shares every frozen tensor with the
original, so that the loaded model stays as it is and frozen weights are in memory once.
Tensors that several layers share stay shared where they learn.

LoRA (Hu et al. 2021, arXiv:2106.09685) is put on every linear map and every convolution
of one group inside the blocks that is really called in a pass: a layer whose weight is
read by other means would get an addition that does nothing. Left out are the networks
that compute Hyena's filters and the step widths of Mamba: small maps in front of a sine
or a softplus, whose change acts on all positions at once.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gfm_desktop.errors import ModelError
from gfm_desktop.models.finetuned_parts import A, B

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import torch

    from gfm_desktop.models.backbone import Backbone

_LEFT_OUT = re.compile(r"(^|\.)(implicit_filter\.\d+|dt_proj)$")
_DROPOUT = 0.05
SCALE = 2.0
"""Of LoRA's additions: ``lora_alpha / rank``."""
_ADAPTER = "default"


@dataclass(frozen=True, slots=True)
class Adapted:
    """A network in training.

    Attributes:
        backbone: With the copy of the network.
        kind: ``"lora"``, ``"last-blocks"`` or ``"full"``.
        learning: Name to every parameter that learns; those of one storage once.
        names: Name to the parameters it shares them with: all names that a file of
            weights must hold.
        targets: Layers that have additions.
    """

    backbone: Backbone
    kind: str
    learning: dict[str, torch.nn.Parameter]
    names: Mapping[str, tuple[str, ...]]
    targets: tuple[str, ...] = ()

    def tensors(self) -> dict[str, torch.Tensor]:
        """Return what changed, float32 on the CPU, as a weights file names it."""
        found: dict[str, torch.Tensor] = {}
        for name, parameter in self.learning.items():
            value = parameter.detach().float().cpu()
            if self.kind == "lora":
                found[_file_name(name)] = value.clone()
                continue
            for alias in self.names[name]:
                found[alias] = value.clone()
        return found


def adapted(
    backbone: Backbone, kind: str, *, rank: int = 8, blocks: int = 2, seed: int = 1
) -> Adapted:
    """Return a copy of a network, ready to learn.

    Args:
        backbone: Of the loaded model; not changed.
        kind: ``"lora"``, ``"last-blocks"`` or ``"full"``.
        rank: Of LoRA's additions.
        blocks: How many of the last blocks learn.
        seed: Of the additions' first values.

    Raises:
        ModelError: If the network has no blocks that this kind needs.
    """
    if kind != "full" and not backbone.blocks:
        raise ModelError(
            f"The blocks of {backbone.name} cannot be told apart, so {kind} cannot be "
            "used with it.",
            where="--method",
            todo="Choose the method full or probe.",
        )
    copied = _copy(backbone.module)
    fresh = backbone.over(copied)
    if kind == "lora":
        return _with_lora(fresh, rank, seed)
    learning, names = _untied(copied, _chosen(fresh, kind, blocks))
    return Adapted(fresh, kind, learning, names)


def _copy(module: torch.nn.Module) -> torch.nn.Module:
    """Return a copy of the structure that shares all tensors."""
    memo: dict[int, Any] = {id(p): p for p in module.parameters()}
    memo |= {id(b): b for b in module.buffers()}
    return copy.deepcopy(module, memo)


def _chosen(backbone: Backbone, kind: str, blocks: int) -> set[str]:
    """Return the names of the parameters that learn.

    The last blocks learn with what stands behind them, a last norm. What no pass
    reaches (the head of the pre-training) gets no gradient and stays as it is.
    """
    names = dict(backbone.module.named_parameters(remove_duplicate=False))
    if kind == "full":
        return set(names)
    found = set()
    for every in backbone.blocks.values():
        wanted = {id(p) for block in every[-blocks:] for p in block.parameters()}
        found |= {name for name, p in names.items() if id(p) in wanted}
    return found


def _untied(
    module: torch.nn.Module, chosen: Iterable[str]
) -> tuple[dict[str, torch.nn.Parameter], dict[str, tuple[str, ...]]]:
    """Put learning copies in the place of some parameters; shared ones stay shared."""
    from torch import nn

    groups: dict[tuple[Any, ...], list[str]] = {}
    known = dict(module.named_parameters(remove_duplicate=False))
    for name in known:
        p = known[name]
        groups.setdefault((p.data_ptr(), p.shape, p.stride()), []).append(name)
    wanted = set(chosen)
    learning: dict[str, torch.nn.Parameter] = {}
    names: dict[str, tuple[str, ...]] = {}
    for group in groups.values():
        if not wanted & set(group):
            continue
        fresh = nn.Parameter(known[group[0]].detach().clone())
        learning[group[0]] = fresh
        names[group[0]] = tuple(group)
        for name in group:
            place, _, last = name.rpartition(".")
            setattr(module.get_submodule(place), last, fresh)
    return learning, names


def _with_lora(backbone: Backbone, rank: int, seed: int) -> Adapted:
    import torch
    from peft import LoraConfig, inject_adapter_in_model

    targets = lora_targets(backbone)
    if not targets:
        raise ModelError(
            f"{backbone.name} has no layer that LoRA can be added to.",
            where="--method",
            todo="Choose the method full, last-blocks or probe.",
        )
    config = LoraConfig(
        r=rank,
        lora_alpha=int(SCALE * rank),
        lora_dropout=_DROPOUT,
        target_modules="|".join(re.escape(name) for name in targets),
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        inject_adapter_in_model(config, backbone.module, adapter_name=_ADAPTER)
    for name in targets:
        layer: Any = backbone.module.get_submodule(name)
        if hasattr(layer.base_layer, "dilation"):
            # peft 0.21 forgets the dilation of the convolution that it adds to.
            layer.lora_A[_ADAPTER].dilation = layer.base_layer.dilation
    learning = {
        name: p for name, p in backbone.module.named_parameters() if p.requires_grad
    }
    names = {name: (name,) for name in learning}
    return Adapted(backbone, "lora", learning, names, targets)


def lora_targets(backbone: Backbone) -> tuple[str, ...]:
    """Return the layers inside the blocks that LoRA can be added to."""
    import numpy as np
    import torch
    from torch import nn

    inside: set[int] = set()
    for every in backbone.blocks.values():
        inside |= {id(m) for block in every for m in block.modules()}
    possible: dict[int, str] = {}
    for name, module in backbone.module.named_modules():
        fits = isinstance(module, nn.Linear) or (
            isinstance(module, nn.Conv1d | nn.Conv2d) and module.groups == 1
        )
        if fits and id(module) in inside and not _LEFT_OUT.search(name):
            possible[id(module)] = name
    called: set[str] = set()
    hooks = [
        module.register_forward_hook(
            lambda module, inputs, output: called.add(possible[id(module)])
        )
        for module in backbone.module.modules()
        if id(module) in possible
    ]
    # Long enough for networks that crop a receptive field from what they read.
    letters = "".join(np.random.default_rng(1).choice(list("ACGT"), 600))
    try:
        with torch.no_grad():
            for piece in backbone.pieces(letters)[:1]:
                ids = torch.from_numpy(piece.inputs)[None].to(backbone.device)
                backbone.run(ids, [backbone.layers], lambda states, layer: states)
    finally:
        for hook in hooks:
            hook.remove()
    return tuple(name for name in possible.values() if name in called)


def _file_name(name: str) -> str:
    """Return a matrix's name in a weights file, of the one that peft gives it."""
    for ours, theirs in ((A, "lora_A"), (B, "lora_B")):
        end = f".{theirs}.{_ADAPTER}.weight"
        if name.endswith(end):
            return name.removesuffix(end) + ours
    raise ValueError(f"{name} is no matrix of LoRA")
