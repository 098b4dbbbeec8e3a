"""Every family's states: the right layers, pooled over the right letters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gfm_desktop.errors import ModelError
from gfm_desktop.models.backbones import backbone_of
from gfm_desktop.models.embedding import embedded
from gfm_desktop.models.pooling import POOLINGS, variant_vectors
from gfm_desktop.models.random_weights import re_initialised

from . import tiny_ensemble
from .every_family import FAMILIES, letters, splice

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def vectors(
    backbone: Any, sequences: list[str], layers: list[int], batch_size: int = 3
) -> NDArray[np.float32]:
    """Return (sequences, layers, poolings, width)."""
    pieces = [backbone.pieces(sequence) for sequence in sequences]
    shape = (len(sequences), len(layers), len(POOLINGS), backbone.width)
    found = np.full(shape, np.nan, np.float32)
    for indices, some in embedded(
        backbone,
        pieces,
        layers=layers,
        poolings=POOLINGS,
        batch_size=batch_size,
        group=2,
    ):
        found[indices] = some
    return found


@pytest.mark.parametrize("family", FAMILIES)
def test_that_all_layers_of_every_family_give_states(
    family: str, tmp_path: Path
) -> None:
    backbone = backbone_of(FAMILIES[family](tmp_path / "tiny"))
    layers = list(range(1, backbone.layers + 1))
    found = vectors(backbone, [letters(14, 1), letters(15, 2), letters(14, 3)], layers)
    assert np.isfinite(found).all()
    assert backbone.layers >= (1 if family == "genomics-fm" else 2)
    # Layers, poolings and sequences differ from each other.
    for axis in range(3):
        if found.shape[axis] > 1:
            first, second = np.take(found, 0, axis), np.take(found, 1, axis)
            assert not np.allclose(first, second)


@pytest.mark.parametrize("family", [name for name in FAMILIES if name != "splice"])
def test_that_the_last_layer_is_what_the_head_reads(
    family: str, tmp_path: Path
) -> None:
    model = FAMILIES[family](tmp_path / "tiny")
    sequence = letters(13)
    backbone = backbone_of(model)
    (mean, largest, centre) = vectors(backbone, [sequence], [backbone.layers])[0, 0]
    tokens = model.tokenizer.tokens(sequence, hold_frame=True)
    states = model.hidden(tokens.ids[None])[0]
    lost = (len(tokens) - len(states)) // 2
    inside = slice(lost, lost + len(states))
    mine = tokens.letters[inside]
    np.testing.assert_allclose(mean, states[mine].mean(axis=0), atol=2e-5)
    np.testing.assert_allclose(largest, states[mine].max(axis=0), atol=2e-5)
    middle = tokens.covering(len(sequence) // 2) - lost
    np.testing.assert_allclose(centre, states[middle].mean(axis=0), atol=2e-5)


def test_that_a_splice_trunk_is_what_the_last_convolution_reads() -> None:
    import torch

    from gfm_desktop.models.sequence import one_hot

    model = splice()
    backbone = backbone_of(model)
    assert backbone.layers == 4
    sequence = letters(9)
    (mean, _, centre) = vectors(backbone, [sequence], [4])[0, 0]
    flank = "N" * model.flank
    window = torch.from_numpy(one_hot(flank + sequence + flank)).T[None, :, None]
    heard: list[Any] = []
    for network in model.replicates:
        net: Any = network
        hook = net.last.register_forward_pre_hook(
            lambda module, inputs: heard.append(inputs[0])
        )
        with torch.inference_mode():
            net(window)
        hook.remove()
    rows = torch.cat(heard, 1)[0, :, 0].T.numpy()
    assert rows.shape == (9, 8)
    np.testing.assert_allclose(mean, rows.mean(axis=0), atol=1e-5)
    np.testing.assert_allclose(centre, rows[4], atol=1e-5)


def test_that_a_long_sequence_is_read_in_pieces(tmp_path: Path) -> None:
    model = tiny_ensemble.model(tmp_path / "tiny", longest=42)
    backbone = backbone_of(model)
    sequence = letters(100)
    pieces = backbone.pieces(sequence)
    assert [len(piece.inputs) for piece in pieces] == [36, 36, 34]
    assert [piece.centre.sum() for piece in pieces] == [0, 1, 0]
    (mean, largest, centre) = vectors(backbone, [sequence], [3])[0, 0]
    parts = []
    for start in (0, 34, 68):
        tokens = model.tokenizer.tokens(sequence[start : start + 34])
        parts.append(model.hidden(tokens.ids[None])[0][tokens.letters])
    every = np.concatenate(parts)
    np.testing.assert_allclose(mean, every.mean(axis=0), atol=1e-5)
    np.testing.assert_allclose(largest, every.max(axis=0), atol=1e-5)
    np.testing.assert_allclose(centre, every[50], atol=1e-5)


def test_that_pieces_of_kmers_keep_their_frame(tmp_path: Path) -> None:
    model = FAMILIES["ensemble-kmer"](tmp_path / "tiny")
    model.longest = 7
    backbone = backbone_of(model)
    pieces = backbone.pieces(letters(71))
    assert all(len(piece.inputs) <= 7 for piece in pieces)
    whole = model.tokenizer.tokens(letters(71))
    kept = np.concatenate([p.inputs[p.counted] for p in pieces])
    np.testing.assert_array_equal(kept, whole.ids[whole.letters])


def test_that_a_sequence_without_a_whole_token_is_refused(tmp_path: Path) -> None:
    backbone = backbone_of(FAMILIES["dnabert"](tmp_path / "tiny"))
    with pytest.raises(ModelError, match="2 letters are too few"):
        backbone.pieces("AC")


def test_that_case_and_odd_letters_are_read_as_elsewhere(tmp_path: Path) -> None:
    backbone = backbone_of(tiny_ensemble.model(tmp_path / "tiny"))
    for one, other in (("acgtR", "ACGTN"), ("ACGT", "acgt")):
        np.testing.assert_array_equal(
            backbone.pieces(one)[0].inputs, backbone.pieces(other)[0].inputs
        )


def test_that_variants_give_change_size_and_place() -> None:
    ref = np.array([[1.0, 2.0]], np.float32)
    alt = np.array([[0.0, 5.0]], np.float32)
    wanted = [[-1.0, 3.0, 1.0, 3.0, 1.0, 2.0]]
    np.testing.assert_array_equal(variant_vectors(ref, alt), wanted)


@pytest.mark.parametrize("family", FAMILIES)
def test_that_random_weights_keep_the_architecture(family: str, tmp_path: Path) -> None:
    model = FAMILIES[family](tmp_path / "tiny")
    first = vectors(backbone_of(model), [letters(14)], [1])
    fresh = re_initialised(model)
    assert fresh.weights_sha256 != model.weights_sha256
    other = vectors(backbone_of(fresh), [letters(14)], [1])
    assert np.isfinite(other).all()
    assert other.shape == first.shape
    assert not np.allclose(first, other)
    # The model itself is as it was, and the same seed gives the same weights.
    np.testing.assert_array_equal(
        vectors(backbone_of(model), [letters(14)], [1]), first
    )
    again = vectors(backbone_of(re_initialised(model)), [letters(14)], [1])
    np.testing.assert_array_equal(again, other)
