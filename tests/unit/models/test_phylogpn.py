"""PhyloGPN computes what its program does, and refuses what does not fit."""

from __future__ import annotations

from math import erf
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gfm_desktop.errors import ModelError, OptionError
from gfm_desktop.models import catalogue, phylogpn

from .tiny_hub import random_state, write

if TYPE_CHECKING:
    from pathlib import Path

    import torch
    from numpy.typing import NDArray

OUTER, INNER, KERNEL, FIELD = 6, 4, 3, 17
CONFIG: dict[str, Any] = {
    "model_type": "phylogpn",
    "outer_dim": OUTER,
    "inner_dim": INNER,
    "kernel_size": KERNEL,
    "stack_size": 2,
    "num_stacks": 2,
}
DILATIONS = (1, 3, 1, 3)
COMPLEMENT = str.maketrans("ACGT", "TGCA")


def shapes() -> dict[str, tuple[int, ...]]:
    """Return the tensors of a checkpoint."""

    def convolution(name: str, *shape: int) -> dict[str, tuple[int, ...]]:
        return {
            f"{name}.parametrizations.weight.original": shape,
            f"{name}.parametrizations.bias.original": shape[:1],
        }

    def norm(name: str, width: int) -> dict[str, tuple[int, ...]]:
        return {f"{name}.weight": (width,), f"{name}.bias": (width,)}

    found: dict[str, tuple[int, ...]] = {
        "_model.embedding.parametrizations.weight.original": (6, OUTER)
    }
    for i in range(len(DILATIONS)):
        block = f"_model.blocks.{i}.layers."
        found |= norm(f"{block}0", OUTER)
        found |= convolution(f"{block}2", INNER, OUTER, 1)
        found |= norm(f"{block}3", INNER)
        found |= convolution(f"{block}5", INNER, INNER, KERNEL)
        found |= norm(f"{block}6", INNER)
        found |= convolution(f"{block}8", OUTER, INNER, 1)
    found |= norm("_model.output_layers.0", OUTER)
    return found | convolution("_model.output_layers.2", 4, OUTER, 1)


def naive(state: dict[str, torch.Tensor], ids: NDArray[np.int64]) -> Any:
    """Return states and logits by plain loops, in float64."""
    w = {name: t.double().numpy() for name, t in state.items()}

    def norm(x: Any, name: str) -> Any:
        scaled = (x - x.mean()) / np.sqrt(x.var() + 1e-5)
        return scaled * w[f"{name}.weight"] + w[f"{name}.bias"]

    def gelu(x: Any) -> Any:
        return x / 2 * (1 + np.vectorize(erf)(x / np.sqrt(2)))

    def convolution(x: Any, name: str, dilation: int = 1) -> Any:
        stored = w[f"{name}.parametrizations.weight.original"]
        bias = w[f"{name}.parametrizations.bias.original"]
        outs, ins, taps = stored.shape
        rows = len(x) - (taps - 1) * dilation
        y = np.zeros((rows, outs))
        for t in range(rows):
            for o in range(outs):
                y[t, o] = (bias[o] + bias[outs - 1 - o]) / 2
                for c in range(ins):
                    for k in range(taps):
                        other = stored[outs - 1 - o, ins - 1 - c, taps - 1 - k]
                        y[t, o] += (
                            (stored[o, c, k] + other) / 2 * x[t + k * dilation, c]
                        )
        return y

    table = w["_model.embedding.parametrizations.weight.original"]
    table = (table + table[[3, 2, 1, 0, 4, 5]][:, ::-1]) / 2
    x = table[ids]
    for i, dilation in enumerate(DILATIONS):
        block = f"_model.blocks.{i}.layers."
        y = convolution(gelu(norm(x, f"{block}0")), f"{block}2")
        y = convolution(gelu(norm(y, f"{block}3")), f"{block}5", dilation)
        y = convolution(gelu(norm(y, f"{block}6")), f"{block}8")
        lost = (len(x) - len(y)) // 2
        x = y + x[lost : len(x) - lost]
    x = norm(x, "_model.output_layers.0")
    return x, convolution(gelu(x), "_model.output_layers.2")


@pytest.fixture
def state() -> dict[str, torch.Tensor]:
    return random_state(shapes())


def mirrored(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return weights whose norms are their own mirror images."""
    return {
        name: (t + t.flip(0)) / 2 if t.ndim == 1 and "original" not in name else t
        for name, t in state.items()
    }


@pytest.mark.parametrize("sequence", ["A", "ACGTNACGT", "TTGACCATTGGCAACTGTT"])
def test_that_states_and_logits_are_those_of_plain_loops(
    sequence: str, tmp_path: Path, state: dict[str, torch.Tensor]
) -> None:
    model = phylogpn.load(write(tmp_path / "tiny", CONFIG, state), "cpu")
    ids = model.tokens(sequence).ids
    hidden, logits = naive(state, ids)
    assert len(hidden) == len(sequence)
    np.testing.assert_allclose(model.hidden(ids[None])[0], hidden, atol=1e-4)
    np.testing.assert_allclose(model.logits(ids[None])[0], logits, atol=1e-4)


def test_that_chosen_rows_have_the_logits_of_all_rows(
    tmp_path: Path, state: dict[str, torch.Tensor]
) -> None:
    model = phylogpn.load(write(tmp_path / "tiny", CONFIG, state), "cpu")
    ids = model.tokens("ACGTTGCATT").ids[None]
    rows = np.array([[7, 2]])
    every = model.logits(ids)
    np.testing.assert_allclose(model.logits(ids, rows)[0], every[0, [7, 2]], atol=1e-6)


def test_that_half_a_receptive_field_is_put_on_both_sides(
    tmp_path: Path, state: dict[str, torch.Tensor]
) -> None:
    model = phylogpn.load(write(tmp_path / "tiny", CONFIG, state), "cpu")
    tokens = model.tokens("acRT")
    assert tokens.ids.tolist() == [5] * 8 + [0, 1, 4, 3] + [5] * 8
    assert tokens.letters.tolist() == [False] * 8 + [True] * 4 + [False] * 8
    assert tokens.covering(2).tolist() == [10]
    assert (model.window, model.objective) == (FIELD, "column")


def test_that_without_padding_only_full_surroundings_are_predicted(
    tmp_path: Path, state: dict[str, torch.Tensor]
) -> None:
    folder = write(tmp_path / "tiny", CONFIG, state)
    model = catalogue.load(str(folder), device="cpu", options={"padding": "no"})
    sequence = "ACGTTGCATTACGTTGCAT"
    ids = model.tokens(sequence).ids  # type: ignore[attr-defined]
    assert len(ids) == len(sequence)
    logits = model.logits(ids[None])[0]  # type: ignore[attr-defined]
    np.testing.assert_allclose(logits, naive(state, ids)[1], atol=1e-4)
    assert len(logits) == len(sequence) - FIELD + 1


def test_that_without_padding_a_short_sequence_is_refused(
    tmp_path: Path, state: dict[str, torch.Tensor]
) -> None:
    folder = write(tmp_path / "tiny", CONFIG, state)
    model = phylogpn.load(folder, "cpu", padding="no")
    assert len(model.tokens("A" * FIELD)) == FIELD
    with pytest.raises(OptionError, match="needs 17 letters; this one has 16"):
        model.tokens("A" * (FIELD - 1))


def test_that_an_unknown_choice_of_padding_is_refused(
    tmp_path: Path, state: dict[str, torch.Tensor]
) -> None:
    folder = write(tmp_path / "tiny", CONFIG, state)
    with pytest.raises(OptionError, match="one of yes, no"):
        catalogue.load(str(folder), device="cpu", options={"padding": "maybe"})


def test_that_mirrored_norms_make_both_strands_alike(
    tmp_path: Path, state: dict[str, torch.Tensor]
) -> None:
    folder = write(tmp_path / "tiny", CONFIG, mirrored(state))
    model = phylogpn.load(folder, "cpu")
    assert model.symmetric
    sequence = "ACGTTGCATTGGCA"
    turned = sequence.translate(COMPLEMENT)[::-1]
    forward = model.logits(model.tokens(sequence).ids[None])[0]
    reverse = model.logits(model.tokens(turned).ids[None])[0]
    np.testing.assert_allclose(reverse[::-1, ::-1], forward, atol=1e-5)


def test_that_other_norms_do_not(
    tmp_path: Path, state: dict[str, torch.Tensor]
) -> None:
    model = phylogpn.load(write(tmp_path / "tiny", CONFIG, state), "cpu")
    assert not model.symmetric
    sequence = "ACGTTGCATTGGCA"
    turned = sequence.translate(COMPLEMENT)[::-1]
    forward = model.logits(model.tokens(sequence).ids[None])[0]
    reverse = model.logits(model.tokens(turned).ids[None])[0]
    assert np.abs(reverse[::-1, ::-1] - forward).max() > 1e-2


def test_that_a_missing_tensor_is_named(
    tmp_path: Path, state: dict[str, torch.Tensor]
) -> None:
    del state["_model.output_layers.2.parametrizations.bias.original"]
    folder = write(tmp_path / "tiny", CONFIG, state)
    for read in (phylogpn.check, lambda one: phylogpn.load(one, "cpu")):
        with pytest.raises(ModelError, match=r"bias\.original” is missing"):
            read(folder)


def test_that_weights_of_another_layout_are_named(
    tmp_path: Path, state: dict[str, torch.Tensor]
) -> None:
    state["_model.embedding.weight"] = state["_model.output_layers.0.weight"]
    with pytest.raises(ModelError, match=r"“_model\.embedding\.weight” is not part"):
        phylogpn.check(write(tmp_path / "tiny", CONFIG, state))


def test_that_another_vocabulary_is_refused(
    tmp_path: Path, state: dict[str, torch.Tensor]
) -> None:
    name = "_model.embedding.parametrizations.weight.original"
    state[name] = state[name].repeat(2, 1)
    with pytest.raises(ModelError, match=r"embedding.*has shape \(12, 6\)"):
        phylogpn.check(write(tmp_path / "tiny", CONFIG, state))


def test_that_a_tokenizer_with_other_numbers_is_refused(
    tmp_path: Path, state: dict[str, torch.Tensor]
) -> None:
    settings = {"added_tokens_decoder": {"0": {"content": "-"}}}
    files = [("tokenizer_config.json", settings)]
    with pytest.raises(ModelError, match="“-” has number 0 instead of 5"):
        phylogpn.check(write(tmp_path / "tiny", CONFIG, state, files))


@pytest.mark.parametrize(
    "changed",
    [{"kernel_size": 4}, {"outer_dim": 5}, {"inner_dim": 0}, {"num_stacks": 0}],
)
def test_that_sizes_that_make_no_sense_are_refused(
    changed: dict[str, int], tmp_path: Path, state: dict[str, torch.Tensor]
) -> None:
    folder = write(tmp_path / "tiny", {**CONFIG, **changed}, state)
    with pytest.raises(ModelError, match=next(iter(changed))):
        phylogpn.check(folder)


def test_that_the_card_of_a_folder_tells_its_own_context(
    tmp_path: Path, state: dict[str, torch.Tensor]
) -> None:
    model = phylogpn.load(write(tmp_path / "tiny", CONFIG, state), "cpu")
    assert model.card.context_bp == FIELD
    assert "17 bases" in model.card.limits
    assert model.card.parameters == sum(t.numel() for t in state.values())
