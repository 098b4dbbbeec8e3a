"""The built-in model is the original graph: same letters in, same numbers out."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from gfm_desktop import paths
from gfm_desktop.genome.reference import Reference
from gfm_desktop.models import catalogue
from gfm_desktop.models.protocols import SpliceModel
from gfm_desktop.models.sequence import reverse_complement
from gfm_desktop.models.splice_windows import SpliceTarget, masked_sequence

GOLDEN = Path(__file__).with_name("ci_spliceai.npz")
WINDOWS = 5


@pytest.fixture(scope="module", params=["cpu", "cuda"])
def model(request: pytest.FixtureRequest) -> SpliceModel:
    import torch

    if request.param == "cuda" and not torch.cuda.is_available():
        pytest.skip("no graphics card here")
    loaded = catalogue.load("ci-spliceai", device=request.param)
    assert isinstance(loaded, SpliceModel)
    return loaded


@pytest.mark.parametrize("number", range(WINDOWS))
def test_that_the_built_in_model_equals_the_original_graph(
    number: int, model: SpliceModel
) -> None:
    with np.load(GOLDEN) as golden:
        assert len(golden["windows"]) == WINDOWS
        start, end, left, right = map(int, golden["windows"][number])
        strand = str(golden["strands"][number])
        digest = str(golden["sha256"][number])
        expected = golden[f"probabilities_{number}"]
    reference = Reference.open(paths.resources() / "sample" / "chr22.fa.gz")
    target = SpliceTarget(
        "golden", "chr22", strand, left, right or reference.contigs["chr22"]
    )
    flank = model.flank
    sequence = masked_sequence(reference, target, start - flank, end + flank)
    reference.close()
    if strand == "-":
        sequence = reverse_complement(sequence)
    assert hashlib.sha256(sequence.encode()).hexdigest() == digest
    (result,) = model.predict([sequence])
    assert result.shape == expected.shape == (end - start, 3)
    assert expected[:, 1:].max() > 0.01
    assert np.abs(result - expected).max() < 1e-5
