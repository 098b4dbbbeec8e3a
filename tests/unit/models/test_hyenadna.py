"""HyenaDNA computes what its paper says, and refuses what does not fit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gfm_desktop.errors import ModelError, OptionError
from gfm_desktop.models import hyenadna
from gfm_desktop.models.hub_folder import HubFolder

from .tiny_hub import random_state, write

if TYPE_CHECKING:
    from pathlib import Path

    import torch
    from numpy.typing import NDArray

WIDTH, INNER, LONGEST, POSITIONS, FILTER, ROWS = 4, 6, 18, 3, 5, 16
CONFIG: dict[str, Any] = {
    "model_type": "hyenadna",
    "d_model": WIDTH,
    "d_inner": INNER,
    "n_layer": 2,
    "max_seq_len": LONGEST,
    "emb_dim": POSITIONS,
    "filter_order": FILTER,
    "num_inner_mlps": 1,
    "vocab_size": 12,
    "tie_word_embeddings": False,
}
TRUNK = "hyena.backbone."


def shapes() -> dict[str, tuple[int, ...]]:
    """Return the tensors of a checkpoint with one stored frequency a filter."""
    found: dict[str, tuple[int, ...]] = {
        f"{TRUNK}embeddings.word_embeddings.weight": (ROWS, WIDTH),
        f"{TRUNK}ln_f.weight": (WIDTH,),
        f"{TRUNK}ln_f.bias": (WIDTH,),
        "lm_head.weight": (ROWS, WIDTH),
    }
    for i in range(2):
        layer = f"{TRUNK}layers.{i}."
        for norm in ("norm1", "norm2"):
            found |= {f"{layer}{norm}.{kind}": (WIDTH,) for kind in ("weight", "bias")}
        mixer, filters = f"{layer}mixer.", f"{layer}mixer.filter_fn."
        found |= {
            f"{mixer}in_proj.weight": (3 * WIDTH, WIDTH),
            f"{mixer}in_proj.bias": (3 * WIDTH,),
            f"{mixer}out_proj.weight": (WIDTH, WIDTH),
            f"{mixer}out_proj.bias": (WIDTH,),
            f"{mixer}short_filter.weight": (3 * WIDTH, 1, 3),
            f"{mixer}short_filter.bias": (3 * WIDTH,),
            f"{filters}bias": (WIDTH,),
            f"{filters}pos_emb.z": (1, LONGEST, POSITIONS),
            f"{filters}pos_emb.t": (1, LONGEST, 1),
            f"{filters}modulation.deltas": (1, 1, WIDTH),
            f"{filters}implicit_filter.0.weight": (FILTER, POSITIONS),
            f"{filters}implicit_filter.0.bias": (FILTER,),
            f"{filters}implicit_filter.1.freq": (1, FILTER),
            f"{filters}implicit_filter.2.weight": (FILTER, FILTER),
            f"{filters}implicit_filter.2.bias": (FILTER,),
            f"{filters}implicit_filter.4.weight": (WIDTH, FILTER),
            f"{layer}mlp.fc1.weight": (INNER, WIDTH),
            f"{layer}mlp.fc1.bias": (INNER,),
            f"{layer}mlp.fc2.weight": (WIDTH, INNER),
            f"{layer}mlp.fc2.bias": (WIDTH,),
        }
    return found


def naive(state: dict[str, torch.Tensor], ids: NDArray[np.int64]) -> Any:
    """Return logits by plain loops over positions, in float64."""
    w = {name: t.double().numpy() for name, t in state.items()}

    def norm(x: Any, name: str) -> Any:
        centred = x - x.mean(-1, keepdims=True)
        scale = np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5)
        return centred / scale * w[f"{name}.weight"] + w[f"{name}.bias"]

    def linear(x: Any, name: str) -> Any:
        return x @ w[f"{name}.weight"].T + w.get(f"{name}.bias", 0.0)

    x = w[f"{TRUNK}embeddings.word_embeddings.weight"][ids]
    length = len(ids)
    for i in range(2):
        mixer = f"{TRUNK}layers.{i}.mixer."
        u = linear(norm(x, f"{TRUNK}layers.{i}.norm1"), f"{mixer}in_proj")
        taps, short = w[f"{mixer}short_filter.weight"][:, 0], np.empty_like(u)
        for t in range(length):
            short[t] = w[f"{mixer}short_filter.bias"] + sum(
                taps[:, 2 - back] * u[t - back] for back in range(3) if t >= back
            )
        gate, first, value = np.split(short, 3, axis=1)
        value = value * first
        inner = f"{mixer}filter_fn."
        h = w[f"{inner}pos_emb.z"][0]
        for step in (0, 2):
            h = linear(h, f"{inner}implicit_filter.{step}")
            h = np.sin(w[f"{inner}implicit_filter.1.freq"] * h)
        h = linear(h, f"{inner}implicit_filter.4")
        decay = np.abs(w[f"{inner}modulation.deltas"][0])
        h = h * (np.exp(-w[f"{inner}pos_emb.t"][0] * decay) + 0.05)
        long = np.stack(
            [sum(h[t - s] * value[s] for s in range(t + 1)) for t in range(length)]
        )
        long = (long + value * w[f"{inner}bias"]) * gate
        x = x + linear(long, f"{mixer}out_proj")
        mlp = f"{TRUNK}layers.{i}.mlp."
        z = linear(norm(x, f"{TRUNK}layers.{i}.norm2"), f"{mlp}fc1")
        z = z / 2 * (1 + np.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)))
        x = x + linear(z, f"{mlp}fc2")
    return norm(x, f"{TRUNK}ln_f") @ w["lm_head.weight"].T


@pytest.fixture
def state() -> dict[str, torch.Tensor]:
    return random_state(shapes())


@pytest.mark.parametrize("sequence", ["A", "ACGTNACGT", "TTGACCATTGGCAACTG"])
def test_that_logits_are_those_of_plain_loops(
    sequence: str, tmp_path: Path, state: dict[str, torch.Tensor]
) -> None:
    model = hyenadna.load(write(tmp_path / "tiny", CONFIG, state), "cpu")
    ids = model.tokens(sequence).ids
    np.testing.assert_allclose(
        model.logits(ids[None])[0], naive(state, ids), rtol=1e-4, atol=1e-4
    )


def test_that_letters_have_the_authors_numbers_and_an_end(
    tmp_path: Path, state: dict[str, torch.Tensor]
) -> None:
    model = hyenadna.load(write(tmp_path / "tiny", CONFIG, state), "cpu")
    assert model.tokens("acgTRN").ids.tolist() == [7, 8, 9, 10, 11, 11, 1]
    assert model.tokenizer.base_ids == (7, 8, 9, 10)
    assert model.tokenizer.mask_id is None


def test_that_letters_follow_the_order_of_the_tokenizer(
    tmp_path: Path, state: dict[str, torch.Tensor]
) -> None:
    files = [("tokenizer_config.json", {"characters": ["T", "G", "N", "C", "A"]})]
    model = hyenadna.load(write(tmp_path / "tiny", CONFIG, state, files), "cpu")
    assert model.tokens("ACGTN").ids.tolist() == [11, 10, 8, 7, 9, 1]


def test_that_no_logit_knows_what_comes_after(
    tmp_path: Path, state: dict[str, torch.Tensor]
) -> None:
    model = hyenadna.load(write(tmp_path / "tiny", CONFIG, state), "cpu")
    first, second = (model.tokens(s).ids for s in ("ACGTACGT", "ACGTAGCA"))
    a, b = model.logits(np.stack([first, second]))
    np.testing.assert_allclose(a[:5], b[:5], atol=1e-5)
    assert np.abs(a[5:] - b[5:]).max() > 1e-3


def test_that_the_window_leaves_room_for_two_special_tokens(
    tmp_path: Path, state: dict[str, torch.Tensor]
) -> None:
    model = hyenadna.load(write(tmp_path / "tiny", CONFIG, state), "cpu")
    assert (model.window, model.longest) == (LONGEST - 2, LONGEST)
    assert model.objective == "causal"


def test_that_more_tokens_than_the_filters_reach_are_refused(
    tmp_path: Path, state: dict[str, torch.Tensor]
) -> None:
    model = hyenadna.load(write(tmp_path / "tiny", CONFIG, state), "cpu")
    model.tokens("A" * (LONGEST - 1))
    with pytest.raises(OptionError, match="at most 18 tokens"):
        model.tokens("A" * LONGEST)


def test_that_frequencies_may_be_stored_once_or_for_each_sine(
    tmp_path: Path, state: dict[str, torch.Tensor]
) -> None:
    full = dict(state)
    for i in range(2):
        name = f"{TRUNK}layers.{i}.mixer.filter_fn.implicit_filter."
        full[f"{name}3.freq"] = state[f"{name}1.freq"]
    one = hyenadna.load(write(tmp_path / "once", CONFIG, state), "cpu")
    each = hyenadna.load(write(tmp_path / "each", CONFIG, full), "cpu")
    ids = one.tokens("ACGTTGCA").ids[None]
    np.testing.assert_array_equal(one.logits(ids), each.logits(ids))
    assert one.card.parameters == each.card.parameters


def test_that_frequencies_that_differ_are_refused(
    tmp_path: Path, state: dict[str, torch.Tensor]
) -> None:
    name = f"{TRUNK}layers.0.mixer.filter_fn.implicit_filter."
    state[f"{name}3.freq"] = state[f"{name}1.freq"] + 1
    with pytest.raises(ModelError, match=r"3\.freq.*differ"):
        hyenadna.load(write(tmp_path / "tiny", CONFIG, state), "cpu")


def test_that_a_fixed_frequency_is_the_configs(
    tmp_path: Path, state: dict[str, torch.Tensor]
) -> None:
    fixed = {n: t for n, t in state.items() if not n.endswith(".freq")}
    config = {**CONFIG, "train_freq": False, "activation_freq": 3}
    model = hyenadna.load(write(tmp_path / "tiny", config, fixed), "cpu")
    same = {n: t * 0 + 3 if n.endswith(".freq") else t for n, t in state.items()}
    ids = model.tokens("ACGTTGCA").ids
    np.testing.assert_allclose(
        model.logits(ids[None])[0], naive(same, ids), rtol=1e-4, atol=1e-4
    )


@pytest.mark.parametrize("name", ["lm_head.weight", f"{TRUNK}layers.1.mlp.fc1.bias"])
def test_that_a_missing_tensor_is_named(
    name: str, tmp_path: Path, state: dict[str, torch.Tensor]
) -> None:
    del state[name]
    folder = write(tmp_path / "tiny", CONFIG, state)
    for read in (hyenadna.check, lambda one: hyenadna.load(one, "cpu")):
        with pytest.raises(ModelError, match=f"“{name}” is missing"):
            read(folder)


def test_that_an_extra_tensor_is_named(
    tmp_path: Path, state: dict[str, torch.Tensor]
) -> None:
    state["score.weight"] = state["lm_head.weight"]
    with pytest.raises(ModelError, match=r"“score\.weight” is not part"):
        hyenadna.check(write(tmp_path / "tiny", CONFIG, state))


def test_that_filters_of_another_length_are_refused(
    tmp_path: Path, state: dict[str, torch.Tensor]
) -> None:
    folder = write(tmp_path / "tiny", {**CONFIG, "max_seq_len": 20}, state)
    with pytest.raises(ModelError, match=r"pos_emb\.z.*has shape"):
        hyenadna.check(folder)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"hyena_order": 3}, "hyena_order"),
        ({"short_filter_order": 5}, "short_filter_order"),
        ({"d_model": "wide"}, "d_model"),
        ({"n_layer": 0}, "n_layer"),
        ({"max_seq_len": 2}, "max_seq_len"),
    ],
)
def test_that_settings_it_cannot_compute_are_refused(
    changed: dict[str, Any],
    told: str,
    tmp_path: Path,
    state: dict[str, torch.Tensor],
) -> None:
    folder = write(tmp_path / "tiny", {**CONFIG, **changed}, state)
    with pytest.raises(ModelError, match=told):
        hyenadna.card(HubFolder.read(folder))


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"characters": list("ACGTNRYKMSWBDH")}, "21 tokens"),
        ({"characters": ["AC", "G"]}, "characters"),
        ({"characters": ["A", "C", "G"]}, "lacks T"),
        (
            {"added_tokens_decoder": {"2": {"content": "[SEP]"}}},
            "number 2 instead of 1",
        ),
    ],
)
def test_that_a_tokenizer_that_does_not_fit_is_refused(
    settings: dict[str, Any],
    told: str,
    tmp_path: Path,
    state: dict[str, torch.Tensor],
) -> None:
    files = [("tokenizer_config.json", settings)]
    with pytest.raises(ModelError, match=told):
        hyenadna.check(write(tmp_path / "tiny", CONFIG, state, files))


def test_that_every_published_card_names_its_repository() -> None:
    assert len({one.id for one in hyenadna.CARDS}) == len(hyenadna.CARDS) == 7
    for one in hyenadna.CARDS:
        assert one.repository.startswith("LongSafari/hyenadna-")
        assert one.repository in one.source
        assert one.licence == "BSD-3-Clause"
