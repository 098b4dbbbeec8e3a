"""The network is the one of the paper, however it is computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from gfm_desktop.errors import ModelError
from gfm_desktop.models.ci_spliceai import CARD
from gfm_desktop.models.sequence import one_hot
from gfm_desktop.models.splice_ensemble import load_ensemble
from gfm_desktop.models.splice_network import (
    SPLICEAI_10K,
    SpliceArchitecture,
    tensor_shapes,
)

if TYPE_CHECKING:
    from pathlib import Path

    import torch

SMALL = SpliceArchitecture(channels=6, groups=((3, 1), (5, 2), (3, 4)), units=2)


def random_tensors(
    architecture: SpliceArchitecture, replicates: int
) -> dict[str, torch.Tensor]:
    import torch

    generator = torch.Generator().manual_seed(3)
    found = {}
    for number in range(replicates):
        for name, shape in tensor_shapes(architecture).items():
            values = torch.randn(shape, generator=generator) / 2
            if name.endswith("variance"):
                values = values.abs() + 0.1
            found[f"replicate_{number}.{name}"] = values
    return found


def padded_like_the_original(
    tensors: dict[str, torch.Tensor], prefix: str, bases: torch.Tensor
) -> torch.Tensor:
    """Return the network written as the original is: padding, norms, one crop."""
    import torch
    from torch.nn import functional

    def convolved(name: str, x: torch.Tensor, dilation: int = 1) -> torch.Tensor:
        kernel = tensors[f"{prefix}{name}.weight"].double()
        bias = tensors[f"{prefix}{name}.bias"].double()
        return functional.conv1d(x, kernel, bias, dilation=dilation, padding="same")

    def normed(name: str, x: torch.Tensor) -> torch.Tensor:
        parts = ("mean", "variance", "weight", "bias")
        vectors = [tensors[f"{prefix}{name}.{part}"].double() for part in parts]
        return functional.batch_norm(x, *vectors, eps=SMALL.norm_epsilon)

    x = convolved("first", bases.double())
    skip = convolved("skip_0", x)
    for number, (_, dilation) in enumerate(SMALL.blocks):
        inner = x
        for half in (1, 2):
            name = f"block_{number:02d}"
            inner = torch.relu(normed(f"{name}.norm_{half}", inner))
            inner = convolved(f"{name}.conv_{half}", inner, dilation)
        x = x + inner
        if (number + 1) % SMALL.units == 0:
            skip = skip + convolved(f"skip_{(number + 1) // SMALL.units}", x)
    return convolved("last", skip).softmax(dim=1)[:, :, SMALL.flank : -SMALL.flank]


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    from safetensors.torch import save_file

    path = tmp_path / "model.safetensors"
    save_file(random_tensors(SMALL, 2), path)
    return path


def test_that_spliceai_sees_five_thousand_bases_to_each_side() -> None:
    assert SPLICEAI_10K.flank == 5_000
    sizes = [int(np.prod(shape)) for shape in tensor_shapes(SPLICEAI_10K).values()]
    assert 5 * sum(sizes) == CARD.parameters
    assert CARD.context_bp == 2 * SPLICEAI_10K.flank


def test_that_folding_and_cropping_change_no_probability(weights: Path) -> None:
    import torch

    model = load_ensemble(CARD, weights, replicates=2, device="cpu", architecture=SMALL)
    letters = np.random.default_rng(1).choice(list("ACGTN"), 2 * SMALL.flank + 57)
    sequence = "".join(letters)
    (mean,) = model.predict([sequence])
    bases = torch.from_numpy(one_hot(sequence).T.copy())[None]
    tensors = random_tensors(SMALL, 2)
    told = [
        padded_like_the_original(tensors, f"replicate_{number}.", bases)
        for number in range(2)
    ]
    expected = torch.stack(told).mean(dim=0)[0].T.numpy()
    assert mean.shape == (57, 3)
    assert mean.dtype == np.float32
    np.testing.assert_allclose(mean, expected, atol=2e-6)
    np.testing.assert_allclose(mean.sum(axis=1), 1, atol=1e-6)


def test_that_no_number_depends_on_the_batch(weights: Path) -> None:
    model = load_ensemble(CARD, weights, replicates=2, device="cpu", architecture=SMALL)
    rng = np.random.default_rng(2)
    sequences = [
        "".join(rng.choice(list("ACGT"), 2 * SMALL.flank + n)) for n in (9, 1, 9, 30)
    ]
    together = model.predict([*sequences, sequences[0]])
    np.testing.assert_array_equal(together[0], together[4])
    for sequence, result in zip(sequences, together, strict=False):
        fresh = load_ensemble(
            CARD, weights, replicates=2, device="cpu", architecture=SMALL
        )
        np.testing.assert_array_equal(
            fresh.predict([sequence], batch_size=1)[0], result
        )


def test_that_a_sequence_asked_for_again_is_not_computed_again(weights: Path) -> None:
    model = load_ensemble(CARD, weights, replicates=2, device="cpu", architecture=SMALL)
    sequence = "ACGTTGCA" * (SMALL.flank // 2)
    runs = []
    run = model._run

    def counted(sequences: list[str]) -> object:
        runs.append(len(sequences))
        return run(sequences)

    model._run = counted  # type: ignore[method-assign,assignment]
    (first, twin) = model.predict([sequence, sequence])
    (again,) = model.predict([sequence])
    assert runs == [1]
    assert first is twin is again
    with pytest.raises(ValueError, match="read-only"):
        first[0, 0] = 1


def test_that_too_short_a_sequence_is_refused(weights: Path) -> None:
    model = load_ensemble(CARD, weights, replicates=2, device="cpu", architecture=SMALL)
    with pytest.raises(ValueError, match="too few"):
        model.predict(["A" * 2 * SMALL.flank])
    with pytest.raises(ValueError, match="batch_size"):
        model.predict([], batch_size=0)


@pytest.mark.parametrize("replicates", [1, 3])
def test_that_another_number_of_replicates_does_not_fit(
    replicates: int, weights: Path
) -> None:
    with pytest.raises(ModelError, match="do not fit the model"):
        load_ensemble(
            CARD, weights, replicates=replicates, device="cpu", architecture=SMALL
        )
