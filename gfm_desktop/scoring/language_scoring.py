"""What all scorers of language models do alike: windows, strands, batches, outcomes.

A scorer says what it asks about one strand's window (`Ask`) and what the answers mean;
everything else is here. A model whose reverse complement gives the same numbers by
construction (Caduceus-PS) is asked once, and both strands get the number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

import numpy as np

from gfm_desktop.errors import OptionError
from gfm_desktop.genome.status import Status
from gfm_desktop.models.batches import Question, answered
from gfm_desktop.models.option import Option
from gfm_desktop.scoring.card import Column, VariantScore
from gfm_desktop.scoring.language_refusals import check_fit, senseless, unscorable
from gfm_desktop.scoring.refusals import Refusal, unreadable
from gfm_desktop.scoring.windows import Window, centred, centred_early, window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.models.batches import Forward
    from gfm_desktop.models.language_model import LanguageModel
    from gfm_desktop.models.tokens import Tokens
    from gfm_desktop.scoring.card import ScorerCard

T = TypeVar("T")

UNKNOWN_SHARE = 0.05
"""Share of N in the window above which a score is cautioned."""
_LARGEST_WINDOW = 1_000_000
WINDOW = Option(
    "window",
    "Window",
    "Bases that the model reads around a variant; 0 for the model's own window.",
    0,
    minimum=0,
    maximum=_LARGEST_WINDOW,
    unit="bp",
)
STRANDS = Option(
    "strands",
    "Strands",
    "Read both strands and take the mean, one of them, or the sense strand of the gene "
    "at the variant (needs gene models). Auto: both strands, but the sense strand for "
    "models of transcripts where gene models are open.",
    "auto",
    choices=("auto", "both", "forward", "reverse", "gene"),
)
STRAND_COLUMNS = (
    Column("score_forward", "float", "Score of the forward strand"),
    Column("score_reverse", "float", "Score of the reverse complement"),
)


@dataclass(frozen=True, slots=True)
class Asked(Generic[T]):
    """What a scorer asks about one strand's window.

    Attributes:
        questions: Inputs of the network.
        told: Turns their answers into values by name; ``"score"`` is one of them.
        caution: What a reader of the score must know; empty for nothing.
    """

    questions: list[Question[T]]
    told: Callable[[list[T]], dict[str, float]]
    caution: str = ""


class Ask(Protocol[T]):
    """What a scorer does with one strand's window of a variant."""

    def __call__(self, variant: Variant, window: Window) -> Asked[T] | Refusal:
        """Say what to ask the model, or why it cannot be asked."""
        ...


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[T]):
    """A variant whose questions have not been answered: strand to what it asks."""

    variant: Variant
    asked: dict[str, Asked[T]]
    cautions: tuple[str, ...]
    gene: str


@dataclass(frozen=True, slots=True)
class Plan:
    """How the variants of one call are scored.

    Attributes:
        card: The scorer.
        model: Fits the scorer (`check`).
        reference: The genome.
        genes: Gene models; only ``strands="gene"`` needs them.
        batch_size: Most sequences of a forward pass.
        window: Letters of a window; 0 for the model's own.
        strands: A choice of `STRANDS`.
        span: Where a variant's window lies; None for the middle, as the model's authors
            have it.
        together: Questions that wait for their batches: the more, the fuller these are.
    """

    card: ScorerCard
    model: LanguageModel
    reference: Reference
    genes: GeneModels | None
    batch_size: int
    window: int = 0
    strands: str = "auto"
    span: Callable[[Variant, int, int], Interval | Refusal] | None = None
    together: int = 1_024

    @property
    def strand(self) -> str:
        """Return which strands are read: a choice of `STRANDS`, but never auto."""
        if self.strands != "auto":
            return self.strands
        known = self.model.card.transcripts and self.genes is not None
        return "gene" if known else "both"

    def check(self) -> None:
        """Refuse settings that make no sense.

        Raises:
            OptionError: If the scorer does not fit the model, or an option is wrong.
        """
        check_fit(self.card, self.model)
        problems, todo = [], ""
        if self.batch_size < 1:
            problems.append(f"The batch size must be positive, not {self.batch_size}")
        if not 0 <= self.window <= _LARGEST_WINDOW:
            problems.append(f"The window must have 0 to {_LARGEST_WINDOW:,} bp")
        if self.strands not in STRANDS.choices:
            problems.append(f"Strands must be one of {', '.join(STRANDS.choices)}")
        if self.strands == "gene" and self.genes is None:
            problems.append("The sense strand is known only where gene models are")
            todo = "Open gene models (GTF or GFF3), or choose another strand."
        if problems:
            raise OptionError(
                "; ".join(problems) + ".", where=self.card.name, todo=todo
            )
        if self.window and self.model.tokenizer.kind != "bpe":
            # How many byte pairs there are depends on the letters, window by window.
            self.model.tokens("A" * self.window, hold_frame=True)

    def score(
        self, variants: Sequence[Variant], ask: Ask[T], forward: Forward
    ) -> list[VariantScore]:
        """Return one outcome for each variant, in their order.

        Args:
            variants: On contigs of the genome or not.
            ask: What the scorer asks about a window.
            forward: Runs the network, as `models.batches.answered` wants it.

        Raises:
            OptionError: As `check` does.
        """
        self.check()
        outcomes: list[VariantScore] = []
        for group in self._groups(variants, ask):
            questions = [q for one in group for q in self._questions(one)]
            answers = answered(
                questions,
                forward,
                batch_size=self.batch_size,
                device=self.model.device,
            )
            left = iter(answers)
            outcomes += [
                one if isinstance(one, VariantScore) else self._end(one, left)
                for one in group
            ]
        return outcomes

    def _groups(
        self, variants: Sequence[Variant], ask: Ask[T]
    ) -> Iterator[list[VariantScore | _Waiting[T]]]:
        """Yield begun variants, as many at a time as have `together` questions."""
        group: list[VariantScore | _Waiting[T]] = []
        waiting = 0
        for variant in variants:
            begun = self._begin(variant, ask)
            group.append(begun)
            waiting += len(self._questions(begun))
            if waiting >= self.together:
                yield group
                group, waiting = [], 0
        if group:
            yield group

    @staticmethod
    def _questions(one: VariantScore | _Waiting[T]) -> list[Question[T]]:
        if isinstance(one, VariantScore):
            return []
        return [q for asked in one.asked.values() for q in asked.questions]

    def _begin(self, variant: Variant, ask: Ask[T]) -> VariantScore | _Waiting[T]:
        """Refuse a variant, or say what to ask about it."""
        refusal = unreadable(variant, self.reference) or unscorable(
            self.card, self.model, variant
        )
        if refusal is None and self.strand == "gene" and self.genes is not None:
            refusal = senseless(variant, self.genes)
        if refusal is not None:
            return _refused(variant, refusal)
        length = self.reference.contigs[variant.contig]
        middle = centred_early if self.model.early_centre else centred
        place = self.span or middle
        span = place(variant, length, self.window or self.model.window)
        if isinstance(span, Refusal):
            return _refused(variant, span)
        forward = window(self.reference, variant, span)
        strands, cautions, gene = self._strands(variant)
        if forward.unknown > UNKNOWN_SHARE:
            cautions += (
                f"Caution: {forward.unknown:.0%} of the sequence that the model reads "
                "here is unknown (N) in this genome.",
            )
        asked: dict[str, Asked[T]] = {}
        for strand in strands:
            reading = forward if strand == "+" else forward.reversed()
            begun = ask(variant, reading)
            if isinstance(begun, Refusal):
                return _refused(variant, begun)
            asked[strand] = begun
        cautions += tuple(one.caution for one in asked.values() if one.caution)
        return _Waiting(variant, asked, tuple(dict.fromkeys(cautions)), gene)

    def _strands(self, variant: Variant) -> tuple[str, tuple[str, ...], str]:
        """Return the strands to read, cautions, and the names of the genes asked."""
        strands = {"forward": "+", "reverse": "-"}.get(self.strand, "+-")
        cautions: tuple[str, ...] = ()
        gene = ""
        if self.strand == "both" and self.model.card.transcripts:
            cautions = (
                "Caution: the model reads transcripts, and the score is the mean of "
                "both strands; with gene models open the sense strand alone is read.",
            )
        if self.strand == "gene" and self.genes is not None:
            found = self.genes.at(variant.contig, variant.start)
            strands = "".join(sorted({one.strand for one in found}))
            gene = ",".join(one.name for one in found)
            if len(strands) > 1:
                cautions = (
                    "Caution: genes on both strands lie here; the score is the mean of "
                    "both.",
                )
        return "+" if self.model.symmetric else strands, cautions, gene

    def _end(self, one: _Waiting[T], answers: Iterator[T]) -> VariantScore:
        """Turn the answers into an outcome."""
        told = {
            strand: asked.told([next(answers) for _ in asked.questions])
            for strand, asked in one.asked.items()
        }
        if not all(
            np.isfinite(list(values.values())).all() for values in told.values()
        ):
            reason = "The model gave something that is not a number."
            return VariantScore(one.variant, Status.FAILED, reason)
        names = next(iter(told.values()))
        means = {
            name: float(np.mean([values[name] for values in told.values()]))
            for name in names
        }
        by_strand = {strand: values["score"] for strand, values in told.items()}
        if self.model.symmetric:
            by_strand = {"+": by_strand["+"], "-": by_strand["+"]}
        score = means.pop("score")
        columns: dict[str, float | int | str | None] = {
            "score_forward": by_strand.get("+"),
            "score_reverse": by_strand.get("-"),
            **means,
        }
        return VariantScore(
            one.variant,
            Status.SCORED,
            " ".join(one.cautions),
            score,
            one.gene,
            columns,
        )


def tokens_of(model: LanguageModel, letters: str) -> Tokens | Refusal:
    """Return the tokens of a window, k-mers held in their frame.

    A window has few enough tokens unless byte pairs get short (N, rare repeats).
    """
    try:
        return model.tokens(letters, hold_frame=True)
    except OptionError as error:
        return Refusal(
            Status.TOO_LONG, f"{error.what} A smaller window may fit (option window)."
        )


def masked(
    model: LanguageModel, ids: NDArray[np.int64], places: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return a copy of tokens with some of them hidden.

    Raises:
        ValueError: If the model has no such token; `Plan.check` refuses it before.
    """
    if model.tokenizer.mask_id is None:
        raise ValueError(f"{model.card.name} cannot hide tokens")
    hidden = ids.copy()
    hidden[places] = model.tokenizer.mask_id
    return hidden


def log_softmax(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return logarithms of probabilities over the last axis, in float64."""
    values = logits.astype(np.float64)
    values -= values.max(axis=-1, keepdims=True)
    values -= np.log(np.exp(values).sum(axis=-1, keepdims=True))
    return values


def _refused(variant: Variant, refusal: Refusal) -> VariantScore:
    return VariantScore(variant, refusal.status, refusal.reason)
