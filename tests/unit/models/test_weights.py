"""Weights are read strictly."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from gfm_desktop.errors import ModelError
from gfm_desktop.models.weights import read_tensors, sha256_of

if TYPE_CHECKING:
    from pathlib import Path

SHAPES = {"first.weight": (2, 3), "first.bias": (2,)}


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    import torch
    from safetensors.torch import save_file

    path = tmp_path / "model.safetensors"
    save_file({"first.weight": torch.ones(2, 3), "first.bias": torch.zeros(2)}, path)
    return path


def test_that_fitting_weights_are_read(weights: Path) -> None:
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    assert sha256_of(weights) == digest
    tensors = read_tensors(weights, shapes=SHAPES, sha256=digest)
    assert {name: tuple(t.shape) for name, t in tensors.items()} == SHAPES


def test_that_every_tensor_that_does_not_fit_is_named_at_once(weights: Path) -> None:
    shapes = {"first.weight": (3, 2), "second.weight": (1,)}
    with pytest.raises(ModelError) as caught:
        read_tensors(weights, shapes=shapes)
    for words in (
        "“second.weight” is missing",
        "“first.weight” has shape (2, 3), not (3, 2)",
        "“first.bias” is not part of the model",
    ):
        assert words in caught.value.what
    assert caught.value.where == str(weights)


def test_that_many_wrong_tensors_are_counted(weights: Path) -> None:
    shapes = {f"layer_{n}": (1,) for n in range(1_000)}
    with pytest.raises(ModelError, match="and 997 more"):
        read_tensors(weights, shapes=shapes)


@pytest.mark.parametrize("size", [0, 7, 60, -3])
def test_that_a_truncated_file_is_an_error_in_words(size: int, weights: Path) -> None:
    weights.write_bytes(weights.read_bytes()[:size])
    with pytest.raises(ModelError, match="cannot be read") as caught:
        read_tensors(weights, shapes=SHAPES)
    assert "install the model again" in caught.value.todo


def test_that_a_missing_file_is_an_error_in_words(tmp_path: Path) -> None:
    for digest in (None, "0" * 64):
        with pytest.raises(ModelError, match="cannot be read"):
            read_tensors(tmp_path / "no.safetensors", shapes=SHAPES, sha256=digest)


def test_that_one_changed_byte_is_noticed(weights: Path) -> None:
    digest = sha256_of(weights)
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    with pytest.raises(ModelError, match="not the ones"):
        read_tensors(weights, shapes=SHAPES, sha256=digest)
