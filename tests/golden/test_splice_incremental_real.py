"""With real weights, incremental answers are those of whole windows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from gfm_desktop import paths
from gfm_desktop.genome.annotation import GeneModels
from gfm_desktop.genome.reference import Reference
from gfm_desktop.genome.variant import Variant
from gfm_desktop.models import catalogue
from gfm_desktop.models.splice_alleles import AlleleBatch
from gfm_desktop.models.splice_ensemble import SpliceEnsemble
from gfm_desktop.models.splice_windows import gene_target

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray


class Whole:
    """The same model, asked for whole windows."""

    def __init__(self, model: SpliceEnsemble) -> None:
        self._model = model

    def predict(
        self, sequences: Sequence[str], *, batch_size: int = 8
    ) -> list[NDArray[np.float32]]:
        return self._model.predict(sequences, batch_size=batch_size)


@pytest.fixture(scope="module")
def model() -> SpliceEnsemble:
    found = catalogue.load("ci-spliceai", device="cpu")
    assert isinstance(found, SpliceEnsemble)
    # Two of the five are enough to see that they are kept apart.
    return found.with_replicates(found.replicates[:2])


@pytest.fixture(scope="module")
def reference() -> Iterator[Reference]:
    reference = Reference.open(paths.resources() / "sample" / "chr22.fa.gz")
    yield reference
    reference.close()


@pytest.mark.parametrize("symbol", ["RANBP1", "TRMT2A"])
def test_that_incremental_answers_are_those_of_whole_windows(
    symbol: str, model: SpliceEnsemble, reference: Reference
) -> None:
    genes = GeneModels.load(
        paths.resources() / "sample" / "genes.gtf.gz", reference=reference
    )
    gene = genes.find(symbol)
    assert gene is not None
    target = gene_target(gene)
    # At an exon's end, at the gene's first base, amid an intron.
    places = [target.boundaries[3], target.start, target.boundaries[1] + 200]
    changes = [(1, "A"), (1, "=TTAG"), (6, "=")]
    asked, results = [], []
    for start, (removed, alt) in zip(places, changes, strict=True):
        ref = reference.fetch(target.contig, start, start + removed)
        alt = alt.replace("=", ref[0])
        alt = "C" if alt == ref else alt
        asked.append(Variant(target.contig, start, ref, alt))
    for asks in (model, Whole(model)):
        batch = AlleleBatch(asks, reference)
        numbers = [
            batch.ask(target, v, v.start - 50, v.start + 51, flank=model.flank)
            for v in asked
        ]
        batch.run()
        results.append([batch.read(number) for number in numbers])
    assert (
        max(ref.max(initial=0, where=[[False, True, True]]) for ref, _ in results[1])
        > 0.5
    )
    for found, told in zip(*results, strict=True):
        for values, expected in zip(found, told, strict=True):
            np.testing.assert_allclose(values, expected, rtol=0, atol=1e-5)
