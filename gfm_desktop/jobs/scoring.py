"""What is to be scored, and how: all that a scoring and its shards must know."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gfm_desktop.models.option import OptionValue


@dataclass(frozen=True, slots=True)
class Scoring:
    """A variant file, what its scores depend on, and how to reckon them.

    Attributes:
        genome: FASTA file.
        variants: VCF or BCF file.
        model: Model id or folder.
        scorer: Scorer name; empty for the model's recommended one.
        annotation: GTF or GFF3 file; empty for none.
        device: ``"auto"``, ``"cpu"`` or ``"cuda"``.
        batch_size: Sequences a forward pass; 0 lets the program choose.
        options: The scorer's settings as (name, value) pairs.
        fresh: Score again what an earlier run has already scored.
        background: Random sites of each trinucleotide that percentiles compare with;
            0 for no percentiles, -1 for the scorer's own number.
        model_options: Choices of the model's family as (name, value) pairs.
    """

    genome: str
    variants: str
    model: str
    scorer: str = ""
    annotation: str = ""
    device: str = "auto"
    batch_size: int = 0
    options: tuple[tuple[str, OptionValue], ...] = ()
    fresh: bool = False
    background: int = -1
    model_options: tuple[tuple[str, OptionValue], ...] = ()

    @property
    def title(self) -> str:
        """Return what the job strip calls it."""
        return f"Score {Path(self.variants).name}"
