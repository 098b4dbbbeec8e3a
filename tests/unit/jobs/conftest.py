"""A tiny genome, its genes and variants, and a model that costs nothing."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gfm_desktop.jobs.context import JobContext
from gfm_desktop.models import catalogue
from gfm_desktop.models.ci_spliceai import CARD
from gfm_desktop.models.option import checked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from gfm_desktop.models.card import ModelCard

MODEL = "toy"
WEIGHTS = np.random.default_rng(1).normal(size=(3, 11))
HEADER = "##fileformat=VCFv4.2\n##contig=<ID=chr1,length=4000>\n"
COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"


@dataclass
class ToyModel:
    """Probabilities from eleven neighbouring bases."""

    card: ModelCard = CARD
    device: str = "cpu"
    weights_sha256: str = "0" * 64
    flank: int = 5
    calls: list[int] = field(default_factory=list)

    def predict(
        self, sequences: Sequence[str], *, batch_size: int = 8
    ) -> list[NDArray[np.float32]]:
        """Return (n, 3) for sequences of 5 + n + 5 letters."""
        self.calls.append(len(sequences))
        return [self._one(sequence) for sequence in sequences]

    @staticmethod
    def _one(sequence: str) -> NDArray[np.float32]:
        letters = np.frombuffer(sequence.encode(), np.uint8).astype(float) % 7
        windows = np.lib.stride_tricks.sliding_window_view(letters, 11)
        power = np.exp(windows @ WEIGHTS.T / 8)
        return (power / power.sum(axis=1, keepdims=True)).astype(np.float32)


@dataclass
class Desk:
    """Files to work on, and the sequence of the genome."""

    folder: Path
    sequence: str
    genome: str
    annotation: str

    def vcf(self, *lines: str, name: str = "a.vcf", header: str = "") -> str:
        """Write a VCF of these lines (fields separated by blanks) and return it."""
        path = self.folder / name
        body = "".join("\t".join(line.split(" ")) + "\n" for line in lines)
        path.write_text((header or HEADER + COLUMNS) + body, encoding="utf-8")
        return str(path)

    def snv(self, position: int, *, rest: str = ". . .", id: str = ".") -> str:
        """Return a line with a substitution at a 1-based position."""
        ref = self.sequence[position - 1]
        alt = "ACGT"["ACGT".index(ref) - 1]
        return f"chr1 {position} {id} {ref} {alt} {rest}"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Write a genome of 4,000 bp with two genes, one a strand."""
    sequence = "".join(random.Random(3).choices("ACGT", k=4000))
    # A run for indels that can be written at several positions.
    sequence = sequence[:1499] + "GATATATATC" + sequence[1509:]
    genome = tmp_path / "genome.fa"
    lines = [sequence[i : i + 60] for i in range(0, 4000, 60)]
    genome.write_text(">chr1\n" + "\n".join(lines) + "\n", encoding="ascii")
    annotation = tmp_path / "genes.gtf"
    rows = []
    for name, strand, start, end in (
        ("ONE", "+", 1001, 2000),
        ("TWO", "-", 1801, 3000),
    ):
        about = f'gene_id "{name}"; gene_name "{name}"; transcript_id "{name}.1";'
        for kind in ("gene", "transcript", "exon"):
            rows.append(
                f"chr1\ttest\t{kind}\t{start}\t{end}\t.\t{strand}\t.\t{about}\n"
            )
    annotation.write_text("".join(rows), encoding="ascii")
    return Desk(tmp_path, sequence, str(genome), str(annotation))


@pytest.fixture
def context(monkeypatch: pytest.MonkeyPatch) -> JobContext:
    """Give a context in which the toy model is loaded."""
    made = ToyModel()
    real = catalogue.card_of

    def card_of(name: str) -> ModelCard:
        return CARD if name == MODEL else real(name)

    def load(name: str, *, device: str = "auto", options: Any = None) -> Any:
        assert name == MODEL
        checked(CARD.options, options or {}, owner=name)
        return made

    monkeypatch.setattr(catalogue, "card_of", card_of)
    monkeypatch.setattr(catalogue, "load", load)
    return JobContext()
