"""What a splice scorer asks: REF and ALT predictions around variants, together.

Two ways to the same numbers. A model that offers `answers` reckons only what a variant
can change (`splice_incremental`); any other is shown whole windows of both alleles.
All coordinates are 0-based half-open, on the plus strand of the contig unless a name
says sense.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from gfm_desktop.models.sequence import reverse_complement
from gfm_desktop.models.splice_cone import Edit, Span
from gfm_desktop.models.splice_question import Question
from gfm_desktop.models.splice_windows import (
    ReferenceWindow,
    SpliceTarget,
    WindowBatch,
    masked_sequence,
    substituted,
)

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.models.splice_windows import WindowModel

_TILE = 1_024
"""Positions of REF that whole windows are cut into."""
_ALIKE = 32
"""Questions of an `AlleleModel` that are asked together: enough for some that are alike
and for all threads."""


@runtime_checkable
class AlleleModel(Protocol):
    """A model that reckons what variants change.

    Attributes:
        incremental: Whether that is the faster way where the model runs.
    """

    incremental: bool

    def answers(
        self, questions: Sequence[Question]
    ) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
        """Return REF and ALT predictions of each question, each of shape (n, ...)."""
        ...


def asked_at_once(model: WindowModel, batch_size: int) -> int:
    """Return how many variants an `AlleleBatch` is best asked about.

    Args:
        model: What it will ask.
        batch_size: Most windows to run at once on a GPU.
    """
    if isinstance(model, AlleleModel) and model.incremental:
        return max(batch_size, _ALIKE)
    return batch_size


@dataclass(frozen=True, slots=True)
class SenseStrand:
    """A target read 5' to 3' (`splice_tiles.Strand`).

    Position s is that of the contig on the plus strand, and -1 - position on the minus
    strand: both grow from 5' to 3', and a grid over s is fixed to the contig.
    """

    reference: Reference
    target: SpliceTarget

    @property
    def key(self) -> Hashable:
        """Return what decides the letters: the genome, the strand, the mask."""
        target = self.target
        place = (target.contig, target.strand, target.start, target.end)
        return self.reference.fingerprint, place

    @property
    def seen(self) -> Span:
        """Return the target in sense positions."""
        return self.sense(self.target.start, self.target.end)

    def sense(self, start: int, end: int) -> Span:
        """Return a stretch of the contig in sense positions."""
        return Span(start, end) if self.target.strand == "+" else Span(-end, -start)

    def letters(self, start: int, end: int) -> str:
        """Return letters of a stretch of sense positions; N outside the target."""
        if self.target.strand == "+":
            return masked_sequence(self.reference, self.target, start, end)
        there = masked_sequence(self.reference, self.target, -end, -start)
        return reverse_complement(there)

    def question(self, variant: Variant, start: int, end: int) -> Question:
        """Return what to ask about a variant and the outputs over [start, end)."""
        ref, alt = variant.ref, variant.alt
        place = self.sense(variant.start, variant.start + len(ref))
        if self.target.strand == "-":
            ref, alt = reverse_complement(ref), reverse_complement(alt)
        window = self.sense(start, end)
        changed = Span(window.start, window.end + len(alt) - len(ref))
        return Question(self, Edit.of(place.start, ref, alt), window, changed)


class AlleleBatch:
    """Predictions of both alleles, asked for together and each of them once.

    Ask, `run`, and read the results by the numbers that `ask` returned.
    """

    def __init__(
        self, model: WindowModel, reference: Reference, *, batch_size: int = 8
    ) -> None:
        """Start with nothing to do.

        Args:
            model: Is asked by `answers` where it has it and that is faster.
            reference: The genome.
            batch_size: Most windows to run at once on a GPU.
        """
        self._reference = reference
        self._model = (
            model if isinstance(model, AlleleModel) and model.incremental else None
        )
        self._questions: dict[Question, int] = {}
        self._answers: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []
        self._windows = WindowBatch(model, batch_size=batch_size)
        self._asked: list[tuple[ReferenceWindow, int]] = []

    def ask(
        self,
        target: SpliceTarget,
        variant: Variant,
        start: int,
        end: int,
        *,
        flank: int,
    ) -> int:
        """Ask for the predictions over ``[start, end)`` of REF, and of ALT there.

        Args:
            target: What is predicted.
            variant: Fits the genome; overlaps ``[start, end)``.
            start: First position.
            end: End, exclusive.
            flank: Bases that the model sees on each side.
        """
        if self._model is not None:
            question = SenseStrand(self._reference, target).question(
                variant, start, end
            )
            return self._questions.setdefault(question, len(self._questions))
        ref = ReferenceWindow.ask(
            self._windows,
            target,
            start,
            end,
            reference=self._reference,
            size=max(_TILE, 2 * (end - start)),
            flank=flank,
        )
        window = masked_sequence(self._reference, target, start - flank, end + flank)
        changed = substituted(window, variant.start - start + flank, variant)
        self._asked.append((ref, self._windows.add(target.strand, changed)))
        return len(self._asked) - 1

    def run(self) -> None:
        """Predict everything that was asked for."""
        if self._model is None:
            self._windows.run()
            return
        found = self._model.answers(list(self._questions))
        self._answers = [
            (ref[::-1], alt[::-1]) if _is_minus(question) else (ref, alt)
            for question, (ref, alt) in zip(self._questions, found, strict=True)
        ]

    def read(
        self, number: int
    ) -> tuple[NDArray[np.floating[Any]], NDArray[np.floating[Any]]]:
        """Return REF over [start, end), and ALT, along the plus strand.

        Returns:
            Two arrays of shape (n, columns); ALT is longer by what the variant inserts,
            or shorter by what it removes.
        """
        if self._model is not None:
            return self._answers[number]
        ref, alt = self._asked[number]
        return ref.read(self._windows), self._windows.result(alt)


def _is_minus(question: Question) -> bool:
    strand = question.strand
    return isinstance(strand, SenseStrand) and strand.target.strand == "-"
