"""GPN computes what its program does in both layouts, and refuses what does not fit."""

from __future__ import annotations

from math import erf
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gfm_desktop.errors import ModelError
from gfm_desktop.models import gpn

from .tiny_hub import random_state, write

if TYPE_CHECKING:
    from pathlib import Path

    import torch
    from numpy.typing import NDArray

WIDTH, INNER, ROWS = 8, 12, 7
VOCABULARY = {"[PAD]": 0, "[MASK]": 1, "[UNK]": 2, "a": 3, "c": 4, "g": 5, "t": 6}
TOKENIZER = [("tokenizer.json", {"model": {"vocab": VOCABULARY}, "added_tokens": []})]
LEGACY: dict[str, Any] = {
    "model_type": "ConvNet",
    "hidden_size": WIDTH,
    "n_layers": 3,
    "kernel_size": 3,
    "dilation_base": 2,
    "dilation_cycle": 2,
    "vocab_size": ROWS,
}
NEWER: dict[str, Any] = {
    "model_type": "GPN",
    "hidden_size": WIDTH,
    "intermediate_size": INNER,
    "num_hidden_layers": 3,
    "first_kernel_size": 5,
    "rest_kernel_size": 3,
    "dilation_base": 2,
    "dilation_cycle": 2,
    "vocab_size": ROWS,
}
DILATIONS = (1, 2, 1)
SETTINGS: list[dict[str, Any]] = [
    LEGACY,
    {**LEGACY, "dilation_max": 1},
    NEWER,
    {**NEWER, "bias": True},
    {**NEWER, "depthwise": True},
    {**NEWER, "mlm_head_transform": False},
]


def shapes(config: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    """Return the tensors of a checkpoint."""
    found: dict[str, tuple[int, ...]] = {}
    legacy = config["model_type"] == "ConvNet"
    biased = legacy or config.get("bias", False)

    def add(name: str, *shape: int) -> None:
        found[f"{name}.weight"] = shape
        if biased:
            found[f"{name}.bias"] = shape[:1]

    for i in range(3):
        part = f"model.encoder.{i}." if legacy else f"model.encoder.layer.{i}."
        if legacy:
            add(f"{part}conv.1", WIDTH, WIDTH, 3)
            add(f"{part}conv.4", WIDTH)
            add(f"{part}ffn.0", WIDTH, WIDTH)
            add(f"{part}ffn.2", WIDTH)
            continue
        alone = i > 0 and config.get("depthwise", False)
        add(f"{part}conv.0", WIDTH)
        add(f"{part}conv.2", WIDTH, 1 if alone else WIDTH, 3 if i else 5)
        add(f"{part}conv.5", WIDTH, WIDTH)
        add(f"{part}ffn.0", WIDTH)
        add(f"{part}ffn.1", INNER, WIDTH)
        add(f"{part}ffn.3", WIDTH, INNER)
    if legacy:
        add("cls.decoder.0", WIDTH, WIDTH)
        add("cls.decoder.2", WIDTH)
        add("cls.decoder.3", ROWS, WIDTH)
        return found
    add("model.ln_f", WIDTH)
    if config.get("mlm_head_transform", True):
        add("cls.transform.0", WIDTH, WIDTH)
        add("cls.transform.2", WIDTH)
    add("cls.decoder", ROWS, WIDTH)
    return found


def naive(
    config: dict[str, Any], state: dict[str, torch.Tensor], ids: NDArray[np.int64]
) -> Any:
    """Return last states and logits by plain loops, in float64."""
    w = {name: t.double().numpy() for name, t in state.items()}

    def norm(x: Any, name: str) -> Any:
        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5)
        return scaled * w[f"{name}.weight"] + w.get(f"{name}.bias", 0.0)

    def linear(x: Any, name: str) -> Any:
        return x @ w[f"{name}.weight"].T + w.get(f"{name}.bias", 0.0)

    def gelu(x: Any) -> Any:
        return x / 2 * (1 + np.vectorize(erf)(x / np.sqrt(2)))

    def convolution(x: Any, name: str, dilation: int) -> Any:
        weights = w[f"{name}.weight"]
        y = np.zeros_like(x) + w.get(f"{name}.bias", 0.0)
        half = weights.shape[2] // 2
        for t in range(len(x)):
            for k in range(weights.shape[2]):
                place = t + (k - half) * dilation
                if not 0 <= place < len(x):
                    continue
                if weights.shape[1] == 1:
                    y[t] += weights[:, 0, k] * x[place]
                else:
                    y[t] += weights[:, :, k] @ x[place]
        return y

    x = np.eye(WIDTH)[ids]
    largest = config.get("dilation_max", 32)
    for i, dilation in enumerate(min(largest, one) for one in DILATIONS):
        if config["model_type"] == "ConvNet":
            part = f"model.encoder.{i}."
            y = gelu(convolution(x, f"{part}conv.1", dilation))
            x = x + norm(y, f"{part}conv.4")
            x = x + norm(gelu(linear(x, f"{part}ffn.0")), f"{part}ffn.2")
        else:
            part = f"model.encoder.layer.{i}."
            y = convolution(norm(x, f"{part}conv.0"), f"{part}conv.2", dilation)
            x = x + linear(gelu(y), f"{part}conv.5")
            y = linear(norm(x, f"{part}ffn.0"), f"{part}ffn.1")
            x = x + linear(gelu(y), f"{part}ffn.3")
    if config["model_type"] == "ConvNet":
        y = norm(gelu(linear(x, "cls.decoder.0")), "cls.decoder.2")
        return x, linear(y, "cls.decoder.3")
    x = y = norm(x, "model.ln_f")
    if config.get("mlm_head_transform", True):
        y = norm(gelu(linear(x, "cls.transform.0")), "cls.transform.2")
    return x, linear(y, "cls.decoder")


@pytest.mark.parametrize("config", SETTINGS, ids=str)
@pytest.mark.parametrize("sequence", ["A", "ACGTNACGTTTGACC"])
def test_that_states_and_logits_are_those_of_plain_loops(
    sequence: str, config: dict[str, Any], tmp_path: Path
) -> None:
    state = random_state(shapes(config))
    folder = write(tmp_path / "tiny", config, state, TOKENIZER)
    gpn.check(folder)
    model = gpn.load(folder, "cpu")
    ids = model.tokens(sequence).ids
    hidden, logits = naive(config, state, ids)
    np.testing.assert_allclose(model.hidden(ids[None])[0], hidden, atol=1e-4)
    np.testing.assert_allclose(model.logits(ids[None])[0], logits, atol=1e-4)


@pytest.mark.parametrize("config", [LEGACY, NEWER], ids=["legacy", "newer"])
def test_that_bases_in_any_case_have_the_vocabularys_numbers(
    config: dict[str, Any], tmp_path: Path
) -> None:
    state = random_state(shapes(config))
    model = gpn.load(write(tmp_path / "tiny", config, state, TOKENIZER), "cpu")
    assert model.tokens("ACGTacgtNR-").ids.tolist() == [3, 4, 5, 6] * 2 + [2, 2, 2]
    assert model.tokenizer.mask_id == 1
    assert (model.window, model.objective, model.symmetric) == (512, "masked", False)


@pytest.mark.parametrize("config", [LEGACY, NEWER], ids=["legacy", "newer"])
def test_that_missing_and_extra_tensors_are_named(
    config: dict[str, Any], tmp_path: Path
) -> None:
    state = random_state(shapes(config))
    name = next(iter(state))
    state["odd.weight"] = state.pop(name)
    folder = write(tmp_path / "tiny", config, state, TOKENIZER)
    for read in (gpn.check, lambda one: gpn.load(one, "cpu")):
        with pytest.raises(ModelError, match=r"“odd\.weight” is not part") as told:
            read(folder)
        assert f"“{name}” is missing" in told.value.what


def test_that_weights_of_the_other_layout_are_refused(tmp_path: Path) -> None:
    state = random_state(shapes(LEGACY))
    folder = write(tmp_path / "tiny", NEWER, state, TOKENIZER)
    with pytest.raises(ModelError, match="do not fit"):
        gpn.check(folder)


def test_that_a_vocabulary_of_another_size_is_refused(tmp_path: Path) -> None:
    larger = {"model": {"vocab": {**VOCABULARY, "n": 7}}, "added_tokens": []}
    folder = write(
        tmp_path / "tiny",
        LEGACY,
        random_state(shapes(LEGACY)),
        [("tokenizer.json", larger)],
    )
    with pytest.raises(ModelError, match="8 tokens, but the network has 7 rows"):
        gpn.check(folder)


@pytest.mark.parametrize(
    "changed",
    [{"n_aux_features": 5}, {"embedding": "learned"}, {"encoder": "bytenet"}],
    ids=str,
)
def test_that_variants_that_nobody_published_are_refused(
    changed: dict[str, Any], tmp_path: Path
) -> None:
    state = random_state(shapes(NEWER))
    folder = write(tmp_path / "tiny", {**NEWER, **changed}, state, TOKENIZER)
    with pytest.raises(ModelError, match=next(iter(changed))):
        gpn.check(folder)
