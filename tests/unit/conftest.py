"""A splice model small enough to reason about, with a genome and genes for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from gfm_desktop.genome.annotation import GeneModels
from gfm_desktop.genome.reference import Reference
from gfm_desktop.models.ci_spliceai import CARD
from gfm_desktop.models.sequence import one_hot

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

FLANK = 30


class ToySpliceModel:
    """One random filter over 61 bases and a softmax: sees strand, place and N."""

    def __init__(self, seed: int = 5) -> None:
        self.card = CARD
        self.device = "cpu"
        self.weights_sha256 = "0" * 64
        self.flank = FLANK
        self.asked: list[str] = []
        shape = (2 * FLANK + 1, 4, 3)
        self._filter = np.random.default_rng(seed).normal(size=shape) / 3

    def predict(
        self, sequences: Sequence[str], *, batch_size: int = 8
    ) -> list[NDArray[np.float32]]:
        self.asked += sequences
        return [self._one(sequence) for sequence in sequences]

    def _one(self, sequence: str) -> NDArray[np.float32]:
        bases = one_hot(sequence).astype(np.float64)
        windows = np.lib.stride_tricks.sliding_window_view(bases, 2 * FLANK + 1, axis=0)
        logits = np.einsum("nbw,wbc->nc", windows, self._filter)
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


GENES = {
    # name: strand, and exons of each transcript (1-based, inclusive, ascending);
    # the first transcript is the canonical one.
    "PLUS": ("+", [[(501, 700), (1201, 1400), (2301, 2500)]]),
    "MINUS": ("-", [[(2101, 2300), (3001, 3200), (4301, 4500)]]),
    "SPLIT": ("+", [[(5001, 5060), (5151, 5200)], [(5401, 5600)]]),
}


def gtf(genes: dict[str, tuple[str, list[list[tuple[int, int]]]]]) -> str:
    """Return GTF text."""
    lines = []
    for name, (strand, transcripts) in genes.items():
        exons = [exon for transcript in transcripts for exon in transcript]
        spans = [("gene", exons, "")]
        for number, transcript in enumerate(transcripts):
            tag = ' tag "Ensembl_canonical";' if number == 0 else ""
            extra = f' transcript_id "{name}.{number}";'
            spans.append(("transcript", transcript, extra + tag))
            spans += [("exon", [exon], extra) for exon in transcript]
        for kind, pieces, extra in spans:
            start, end = min(a for a, _ in pieces), max(b for _, b in pieces)
            attributes = f'gene_id "{name}"; gene_name "{name}";{extra}'
            fields = ["chr1", "toy", kind, start, end, ".", strand, ".", attributes]
            lines.append("\t".join(map(str, fields)))
    return "\n".join(lines) + "\n"


@pytest.fixture
def toy_model() -> ToySpliceModel:
    return ToySpliceModel()


@pytest.fixture(scope="session")
def toy_letters() -> str:
    return "".join(np.random.default_rng(11).choice(list("ACGT"), size=6_000))


@pytest.fixture
def toy_reference(tmp_path: Path, toy_letters: str) -> Iterator[Reference]:
    """chr1 of 6,000 random bases with N at 4,001-4,100."""
    letters = toy_letters[:4_000] + "N" * 100 + toy_letters[4_100:]
    path = tmp_path / "toy.fa"
    path.write_text(f">chr1\n{letters}\n>tiny\nACGTACGTACGTACGTACGT\n")
    reference = Reference.open(path, cache=tmp_path / "cache")
    yield reference
    reference.close()


@pytest.fixture
def toy_genes(tmp_path: Path, toy_reference: Reference) -> GeneModels:
    path = tmp_path / "toy.gtf"
    path.write_text(gtf(GENES))
    return GeneModels.load(path, reference=toy_reference, cache=tmp_path / "cache")
