"""The baseline to beat: a linear model of scaled k-mer counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from gfm_desktop.finetune.baselines import choosing, linear
from gfm_desktop.finetune.baselines.counts import kmer_counts
from gfm_desktop.finetune.method import Tick

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from numpy.typing import NDArray

    from gfm_desktop.finetune.baselines.linear import LinearModel
    from gfm_desktop.finetune.labelled import LabelledSet
    from gfm_desktop.finetune.method import Predictions

    Rounds = Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]]

SIZES = (3, 4, 5, 6)
STRENGTHS = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)
MOST = 50_000
"""Examples that are learnt from; a random part of more."""
_FIRST_STRENGTHS = (1e-3, 1e-2)
"""Tried while k and strands are chosen: longer words want a stronger penalty."""
_FOR_CHOICES = 20_000
"""Examples a round of choices; with fewer, shorter words than the best are chosen."""
_STEP = 2_000
_LETTERS = 30_000_000
"""Letters counted at once: about 500 MB with the scaled copy."""


@dataclass(frozen=True, slots=True)
class Words:
    """Which k-mers are counted.

    Attributes:
        k: Letters.
        collapse: Whether a word and its reverse complement are one.
    """

    k: int
    collapse: bool

    def __str__(self) -> str:
        """Return it in words."""
        strands = "both strands" if self.collapse else "one strand"
        return f"{self.k}-mers, {strands}"


@dataclass(frozen=True, slots=True)
class FittedKmers:
    """A linear model of k-mer counts.

    Attributes:
        words: Which k-mers it counts.
        strength: Inverse penalty that was chosen.
        model: The linear model.
    """

    words: Words
    strength: float
    model: LinearModel

    def predict(
        self, data: LabelledSet, chosen: NDArray[np.int64]
    ) -> Generator[Tick, None, Predictions]:
        """Predict some examples, shape (m, outputs)."""
        words = self.words

        def counts(some: NDArray[np.int64]) -> Any:
            return kmer_counts(data, some, words.k, collapse=words.collapse)

        return linear.in_pieces(self.model, counts, data, chosen, step=_STEP)

    def describe(self) -> dict[str, Any]:
        """Return what was chosen, for the report."""
        return {
            "k": self.words.k,
            "both_strands": self.words.collapse,
            "strength": self.strength,
        }


@dataclass(frozen=True, slots=True)
class KmerLinear:
    """Logistic or ridge regression on k-mer counts; folds choose k, strands, strength.

    Attributes:
        sizes: Values of k that are tried.
    """

    sizes: tuple[int, ...] = SIZES
    name: ClassVar[str] = "kmer_linear"
    title: ClassVar[str] = "k-mer counts"

    def fit(
        self,
        data: LabelledSet,
        train: NDArray[np.int64],
        validation: NDArray[np.int64],
        folds: NDArray[np.int64],
        *,
        seed: int,
    ) -> Generator[Tick, None, FittedKmers]:
        """Choose, then learn from `train`."""
        parts = (train, validation, folds)
        scores = yield from word_scores(data, *parts, sizes=self.sizes, seed=seed)
        words = list(scores)[choosing.best(list(scores.values()))]
        most = _most(data, _FOR_CHOICES)
        tries = choosing.rounds(*parts, most=most, seed=seed)
        counts = _Counts.of(data, tries, words)
        found = []
        for i, strength in enumerate(STRENGTHS):
            words_now = ("Choosing the strength", i, len(STRENGTHS))
            found.append((yield from _judge(counts, tries, strength, *words_now)))
        strength = STRENGTHS[choosing.best(found)]
        yield Tick("Learning", 0, 1)
        most = _most(data, MOST)
        if len(train) > most:
            train = np.random.default_rng(seed).choice(train, most, replace=False)
        counts = _Counts.of(data, [(np.sort(train), train[:0])], words)
        return FittedKmers(words, strength, counts.fitted(counts.examples, strength))


def word_scores(
    data: LabelledSet,
    train: NDArray[np.int64],
    validation: NDArray[np.int64],
    folds: NDArray[np.int64],
    *,
    sizes: Sequence[int] = SIZES,
    seed: int,
) -> Generator[Tick, None, dict[Words, float]]:
    """Return how well each kind of k-mer does on examples not learnt from.

    Args:
        data: All examples.
        train: Indices to learn from.
        validation: Indices that choose; may be empty.
        folds: As `Split.folds`.
        sizes: Values of k.
        seed: Of the part that is taken where examples are many.
    """
    most = _most(data, _FOR_CHOICES)
    tries = choosing.rounds(train, validation, folds, most=most, seed=seed)
    kinds = [Words(k, both) for k in sizes for both in (True, False)]
    found: dict[Words, float] = {}
    for i, words in enumerate(kinds):
        counts = _Counts.of(data, tries, words)
        scores = []
        for j, strength in enumerate(_FIRST_STRENGTHS):
            turn = i * len(_FIRST_STRENGTHS) + j
            words_now = ("Choosing k-mers", turn, len(kinds) * len(_FIRST_STRENGTHS))
            scores.append((yield from _judge(counts, tries, strength, *words_now)))
        found[words] = scores[choosing.best(scores)]
    return found


def both_strands(
    data: LabelledSet,
    train: NDArray[np.int64],
    validation: NDArray[np.int64],
    folds: NDArray[np.int64],
    *,
    seed: int,
) -> Generator[Tick, None, bool]:
    """Return whether the reverse complement means the same, as the examples tell.

    Regions and variants lie on a double strand: yes. Otherwise the better of two k-mer
    models decides: one that tells a word from its reverse complement, and one that
    does not. Equally good ones mean that the strand does not matter.
    """
    if data.alternatives or (data.places and not data.reverse):
        return True
    scores = yield from word_scores(data, train, validation, folds, seed=seed)
    found = {
        both: [value for words, value in scores.items() if words.collapse == both]
        for both in (True, False)
    }
    top = {both: values[choosing.best(values)] for both, values in found.items()}
    return not top[False] > top[True]


@dataclass(frozen=True, slots=True)
class _Counts:
    """The k-mer counts of some examples, counted once for all rounds.

    Attributes:
        data: All examples.
        words: Which k-mers.
        examples: int64 (m,), ascending: those that were counted.
        table: (m, k-mers) sparse.
    """

    data: LabelledSet
    words: Words
    examples: NDArray[np.int64]
    table: Any

    @classmethod
    def of(cls, data: LabelledSet, tries: Rounds, words: Words) -> _Counts:
        """Count in all examples of some rounds."""
        parts = [part for pair in tries for part in pair]
        examples = np.unique(np.concatenate([np.empty(0, np.int64), *parts]))
        table = kmer_counts(data, examples, words.k, collapse=words.collapse)
        return cls(data, words, examples, table)

    def rows(self, chosen: NDArray[np.int64]) -> Any:
        """Return the counts of some of the examples."""
        return self.table[np.searchsorted(self.examples, chosen)]

    def fitted(self, train: NDArray[np.int64], strength: float) -> LinearModel:
        """Return the linear model of some of the examples."""
        data, features = self.data, self.rows(train)
        labels = data.labels[train]
        return linear.fit(data.task, features, labels, data.outputs, strength=strength)


def _judge(
    counts: _Counts, tries: Rounds, strength: float, message: str, turn: int, turns: int
) -> Generator[Tick, None, float]:
    """Return how well a setting does on examples not learnt from."""
    data, labels, predictions = counts.data, [], []
    for i, (learn, judge) in enumerate(tries):
        yield Tick(message, turn * len(tries) + i, turns * len(tries))
        model = counts.fitted(learn, strength)
        labels.append(data.labels[judge])
        predictions.append(model.predict(counts.rows(judge)))
    return choosing.judged(data.task, labels, predictions) if tries else float("nan")


def _most(data: LabelledSet, wanted: int) -> int:
    """Return how many examples may be counted at once, long sequences being fewer."""
    letters = sum(map(len, data.sequences)) / max(1, len(data))
    return max(500, min(wanted, int(_LETTERS / max(1.0, letters))))
