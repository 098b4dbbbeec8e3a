"""The same network with random weights: what training had to add is the difference."""

from __future__ import annotations

import copy
import hashlib
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

    from gfm_desktop.models.protocols import LoadedModel


def re_initialised(model: LoadedModel, *, seed: int = 1) -> LoadedModel:
    """Return a model of the same architecture whose weights were never trained.

    Maps and convolutions are drawn from a normal distribution with the spread
    ``1 / sqrt(inputs)``, embeddings with spread 1, norms are neutral, other summands 0.
    The decay rates of Mamba layers are 1, 2, 3, ... as in its first training step (Gu
    and Dao 2023). Tables that are no weights (positions, complements) are kept.

    Args:
        model: A language model or an ensemble of splice networks; not changed.
        seed: Of the weights.

    Raises:
        ModelError: If the model's inside cannot be read.
    """
    from gfm_desktop.models.backbones import backbone_of
    from gfm_desktop.models.language_model import LanguageModel

    backbone = backbone_of(model)
    fresh = copy.deepcopy(backbone.module)
    _draw(fresh, seed)
    made: Any = copy.copy(model)
    made.weights_sha256 = hashlib.sha256(
        f"random {seed} of {model.weights_sha256}".encode()
    ).hexdigest()
    if isinstance(model, LanguageModel):
        made.network = fresh
    else:
        made = made.with_replicates(list(fresh.children()))
    return made  # type: ignore[no-any-return]


def _draw(network: torch.nn.Module, seed: int) -> None:
    """Fill all parameters of a network, those of one storage once."""
    import torch
    from torch import nn

    source = torch.Generator().manual_seed(seed)
    seen: set[int] = set()
    for module in network.modules():
        for name, parameter in module.named_parameters(recurse=False):
            if parameter.data_ptr() in seen:
                continue
            seen.add(parameter.data_ptr())
            with torch.no_grad():
                parameter.copy_(_values(module, name, parameter, source, nn))


def _values(
    module: torch.nn.Module,
    name: str,
    parameter: torch.nn.Parameter,
    source: torch.Generator,
    nn: Any,
) -> torch.Tensor:
    import torch

    shape = parameter.shape
    if name == "A_log":
        return torch.arange(1.0, shape[1] + 1).log().expand(shape)
    if name == "D" or name == "freq":
        return torch.ones(shape)
    if parameter.ndim < 2:
        return torch.full(shape, float(name == "weight"))
    inputs = 1 if isinstance(module, nn.Embedding) else math.prod(shape[1:])
    return torch.randn(shape, generator=source) / math.sqrt(max(1, inputs))
