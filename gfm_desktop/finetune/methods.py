"""Which ways of fine-tuning there are, made from a model and the user's settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.errors import OptionError
from gfm_desktop.finetune.features import Features, layers_kept
from gfm_desktop.finetune.options import METHODS, OPTIONS, PROBE_BELOW
from gfm_desktop.finetune.probe import Probe, ProbeSettings
from gfm_desktop.finetune.tuning import Tuning, TuningSettings
from gfm_desktop.models.backbones import backbone_of
from gfm_desktop.models.pooling import POOLINGS
from gfm_desktop.models.random_weights import re_initialised

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gfm_desktop.finetune.labelled import LabelledSet
    from gfm_desktop.finetune.method import Method
    from gfm_desktop.models.backbone import Backbone
    from gfm_desktop.models.option import OptionValue
    from gfm_desktop.models.protocols import LoadedModel

_BATCH = {"cpu": 8, "cuda": 32}


def auto_method(data: LabelledSet, device: str) -> str:
    """Return the method that ``auto`` means: the probe for few labels and on a CPU."""
    if len(data) < PROBE_BELOW or device.startswith("cpu"):
        return "probe"
    return "lora"


def random_init(model: LoadedModel, *, seed: int = 1) -> LoadedModel:
    """Return the same architecture with random weights (a baseline).

    Raises:
        ModelError: If the model's inside cannot be read.
    """
    return re_initialised(model, seed=seed)


def method(
    name: str,
    model: LoadedModel,
    options: Mapping[str, OptionValue],
    *,
    cache: Path,
    work: Path,
    data: LabelledSet,
    batch_size: int = 0,
) -> Method:
    """Return a way of fine-tuning a model.

    Args:
        name: One of `options.METHODS`; ``auto`` is `auto_method`.
        model: Loaded; it is never changed.
        options: Values of `options.OPTIONS`; defaults for those left out.
        cache: Folder of embeddings, shared by all fine-tunings.
        work: Folder of checkpoints of this fine-tuning; a file ``stop-early`` in it
            ends a training.
        data: The examples; decides how much is cached.
        batch_size: Most sequences of a forward pass; 0 lets the method choose.

    Raises:
        OptionError: If there is no such method.
        ModelError: If the model's inside cannot be read.
    """
    if name not in METHODS:
        raise OptionError(
            f"There is no method “{name}”.",
            where="--method",
            todo=f"Choose one of: {', '.join(METHODS)}.",
        )
    chosen = {option.name: option.default for option in OPTIONS} | dict(options)
    if name == "auto":
        name = auto_method(data, model.device)
    backbone = backbone_of(model)
    size = batch_size or _BATCH.get(model.device.partition(":")[0], 8)
    if name == "probe":
        return _probe(backbone, chosen, cache, data, size)
    return Tuning(
        backbone,
        _probe(backbone, chosen, cache, data, size, last=True),
        TuningSettings(
            kind=name,
            rank=int(chosen["lora_rank"]),
            blocks=int(chosen["last_blocks"]),
            epochs=int(chosen["epochs"]),
            patience=int(chosen["patience"]),
            rate=float(chosen["learning_rate"]),
            warmup=float(chosen["warmup"]),
            decay=float(chosen["weight_decay"]),
            micro=batch_size,
            balanced=bool(chosen["class_weights"]),
            precision=_precision(str(chosen["precision"]), model),
        ),
        work,
    )


def _precision(choice: str, model: LoadedModel) -> str:
    """Return the number format of a training; fast ones only where they are safe."""
    if choice != "auto":
        return choice
    safe = "bf16" in model.card.safe_precisions
    return "bf16" if safe and model.device.startswith("cuda") else "fp32"


def _probe(
    backbone: Backbone,
    chosen: Mapping[str, OptionValue],
    cache: Path,
    data: LabelledSet,
    batch_size: int,
    *,
    last: bool = False,
) -> Probe:
    """Return the probe; `last` for the one that a training starts from."""
    strands = str(chosen["reverse_complement"])
    columns = (2 if data.alternatives else 1) * (1 if strands == "no" else 2)
    wanted = -1 if last else int(chosen["layer"])
    layers = layers_kept(backbone, columns * len(data), wanted=wanted)
    features = Features.open(backbone, cache, layers=layers, batch_size=batch_size)
    one = backbone.layers if wanted < 0 else min(wanted, backbone.layers)
    pooling = str(chosen["pooling"])
    return Probe(
        features,
        ProbeSettings(
            layers=layers if not wanted else (one,),
            poolings=POOLINGS if pooling == "auto" else (pooling,),
            strands=strands,
            balanced=bool(chosen["class_weights"]),
        ),
    )
