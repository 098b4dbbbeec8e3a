"""Put what a fine-tuning changed into the network of its base model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.models.finetuned_parts import A, B
from gfm_desktop.models.layout import listed
from gfm_desktop.models.readout import TENSORS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import torch


def merge(
    network: torch.nn.Module,
    tensors: Mapping[str, torch.Tensor],
    *,
    kind: str,
    scale: float,
) -> None:
    """Change a network's weights as its fine-tuning did.

    Weights are replaced, never changed in place: those that several layers of the base
    share become different ones where the additions differ.

    Args:
        network: Of the base; changed.
        tensors: Those of the weights file, the head's left out or not.
        kind: One of `finetuned_parts.KINDS`.
        scale: Of LoRA's additions.

    Raises:
        ValueError: If `misfits` finds anything.
    """
    if problems := misfits(network, tensors, kind=kind):
        raise ValueError(listed(problems))
    changes = {name: t for name, t in tensors.items() if name not in TENSORS}
    if kind == "lora":
        changes = {
            f"{target}.weight": added(
                network.get_parameter(f"{target}.weight"),
                changes[f"{target}{A}"],
                changes[f"{target}{B}"],
                scale,
            )
            for target in targets(changes)
        }
    for name, value in changes.items():
        replace_tensor(network, name, value)


def misfits(
    network: torch.nn.Module, tensors: Mapping[str, torch.Tensor], *, kind: str
) -> list[str]:
    """Return which tensors do not fit a network, in words."""
    changes = {name: t for name, t in tensors.items() if name not in TENSORS}
    if kind == "probe":
        return [f"“{name}” is not part of the model" for name in changes]
    known = dict(network.named_parameters(remove_duplicate=False))
    if kind != "lora":
        return [
            f"“{name}” is not a weight of the base"
            if name not in known
            else f"“{name}” has shape {tuple(t.shape)}, not {tuple(known[name].shape)}"
            for name, t in changes.items()
            if name not in known or known[name].shape != t.shape
        ]
    problems = [
        f"“{name}” is not part of the model"
        for name in changes
        if not name.endswith((A, B))
    ]
    for target in targets(changes):
        weight = known.get(f"{target}.weight")
        one, two = changes.get(f"{target}{A}"), changes.get(f"{target}{B}")
        if weight is None or one is None or two is None or weight.ndim < 2:
            problems.append(f"“{target}” is no layer of the base, or half is missing")
        elif not _fits(weight, one, two):
            problems.append(f"the additions to “{target}” do not have its shape")
    return problems


def targets(tensors: Mapping[str, torch.Tensor]) -> list[str]:
    """Return the names of the layers that LoRA's matrices belong to."""
    ends = {name.removesuffix(A).removesuffix(B) for name in tensors}
    return sorted(ends)


def added(
    weight: torch.Tensor, one: torch.Tensor, two: torch.Tensor, scale: float
) -> torch.Tensor:
    """Return a weight with LoRA's addition.

    Args:
        weight: (out, in), or (out, in, taps...) of a convolution of one group.
        one: A, (rank, in) or (rank, in, taps...).
        two: B, (out, rank) or (out, rank, 1...).
        scale: Factor of their product.
    """
    product = two.flatten(1).double() @ one.flatten(1).double()
    change = (scale * product).view(weight.shape).to(weight.device)
    return (weight.double() + change).to(weight.dtype)


def _fits(weight: torch.Tensor, one: torch.Tensor, two: torch.Tensor) -> bool:
    rank = one.shape[0] if one.ndim == weight.ndim else 0
    wide = one.numel() == rank * weight[0].numel()
    return rank > 0 and wide and two.numel() == weight.shape[0] * rank


def replace_tensor(network: torch.nn.Module, name: str, value: torch.Tensor) -> None:
    """Put a new parameter in the place of another."""
    from torch import nn

    place, _, last = name.rpartition(".")
    owner = network.get_submodule(place)
    old = owner.get_parameter(last)
    fresh = value.detach().to(device=old.device, dtype=old.dtype).clone()
    setattr(owner, last, nn.Parameter(fresh, requires_grad=False))
