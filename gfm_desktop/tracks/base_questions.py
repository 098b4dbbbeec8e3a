"""What a language model is asked to learn which base it expects at a place.

A reading cuts windows out of a haplotype, hides tokens of them, and turns the logits
into logarithms of the probabilities of A, C, G and T. `base_probability` says which
rule is meant for which kind of model, and why.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.errors import OptionError
from gfm_desktop.models.batches import Question
from gfm_desktop.models.sequence import reverse_complement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from gfm_desktop.models.language_model import LanguageModel
    from gfm_desktop.models.tokens import Tokens
    from gfm_desktop.tracks.haplotype import Haplotype

    Logs = NDArray[np.float64]
    Places = NDArray[np.int64]
    Made = tuple[Places, Places, Callable[[NDArray[np.float32]], Logs]]

SPACING = 16
"""Tokens from one hidden token to the next, where several are hidden at once."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One input of the network, and which bases its answer is about.

    Attributes:
        question: Answers with shape (bases, 4): natural logarithms of the
            probabilities of A, C, G, T of the forward strand.
        places: Positions of the haplotype, shape (bases,).
        strand: The strand that was read, ``"+"`` or ``"-"``.
        unknown: Share of N in the window.
    """

    question: Question[Logs]
    places: Places
    strand: str
    unknown: float


@dataclass(frozen=True, slots=True)
class Cut:
    """A window of a haplotype, and the bases that are asked about in it.

    Attributes:
        start: First position of the window.
        end: End, exclusive.
        places: Positions that are asked about, ascending.
        together: Positions that are hidden, or read, together, whoever asks for how
            many of them: so a number depends on no other question. `places` are some
            of them.
    """

    start: int
    end: int
    places: Places
    together: Places


@dataclass(frozen=True, slots=True)
class Reading:
    """How one model is read.

    Attributes:
        model: Fits (`base_probability.refuse`).
        mode: ``"each"``, ``"spaced"`` or ``"visible"``.
        size: Letters of a window.
        kmers: The tokens of all k-mers in alphabetical order; empty for bases.
    """

    model: LanguageModel
    mode: str
    size: int
    kmers: Places

    @property
    def unit(self) -> int:
        """Return the bases that one token alone can tell: k side by side, else 1."""
        tokenizer = self.model.tokenizer
        return tokenizer.k if tokenizer.kind == "kmer" else 1

    @property
    def step(self) -> int:
        """Return how far the windows of the grid lie from each other, in bases."""
        return max(1, self.size // 2 // self.unit) * self.unit

    def cuts(self, haplotype: Haplotype, places: Places) -> Iterator[Cut]:
        """Yield the windows for some positions of a haplotype, ascending.

        Positions that no window can tell are left out.
        """
        if self.mode == "each":
            yield from self._centred(haplotype, places)
            return
        for cell in np.unique(places // self.step).tolist():
            inside = places[places // self.step == cell]
            first = cell * self.step
            whole = np.arange(first, min(first + self.step, haplotype.length))
            if self.model.objective == "column":
                # All that the network needs for the cell, and no more: it normalises
                # over what it reads.
                flank = self.model.window // 2
                start, end = max(0, first - flank), int(whole[-1]) + flank + 1
                yield Cut(start, min(end, haplotype.length), inside, whole)
                continue
            start = first - self.size // 4 // self.unit * self.unit
            cut = self._cut(haplotype, start, inside, whole)
            yield from [cut] if self.mode == "visible" else _spaced(cut, self.unit)

    def asks(self, haplotype: Haplotype, cut: Cut, strand: str) -> Ask | None:
        """Return what is asked about one strand of a window; None where nothing can."""
        if not len(cut.places):
            return None
        letters = haplotype.letters(cut.start, cut.end)
        asked, together = cut.places - cut.start, cut.together - cut.start
        if strand == "-":
            letters, last = reverse_complement(letters), len(letters) - 1
            asked, together = last - asked, last - together
        tokens = self.model.tokens(letters, hold_frame=True)
        made = self._question(tokens, asked, together)
        if made is None:
            return None
        ids, rows, read = made

        def forward(logits: NDArray[np.float32]) -> Logs:
            """Return the answer for the forward strand."""
            found = read(logits)
            return found[:, ::-1] if strand == "-" else found

        unknown = letters.count("N") / len(letters)
        return Ask(Question(ids, rows, forward), cut.places, strand, unknown)

    def _centred(self, haplotype: Haplotype, places: Places) -> Iterator[Cut]:
        """Yield a window for each token: as the scorers centre it on a variant."""
        early = self.model.early_centre
        before = (self.size - 1) // 2 if early else self.size // 2
        if self.unit == 1:
            for place in places.tolist():
                one = np.asarray([place], np.int64)
                yield self._cut(haplotype, place - before, one, one)
            return
        for group in np.unique(places // self.unit).tolist():
            inside = places[places // self.unit == group]
            start = (group - self.size // self.unit // 2) * self.unit
            yield self._cut(haplotype, start, inside, inside)

    def _cut(
        self, haplotype: Haplotype, start: int, places: Places, together: Places
    ) -> Cut:
        """Return a window, shifted to lie on the contig and in the frame of tokens."""
        size = min(self.size, haplotype.length) // self.unit * self.unit
        last = (haplotype.length - size) // self.unit * self.unit
        start = min(max(0, start), last)
        end = start + size
        return Cut(start, end, places[places < end], together[together < end])

    def _question(self, tokens: Tokens, asked: Places, together: Places) -> Made | None:
        """Return tokens, rows and how to read them; None where nothing can be told."""
        if self.model.objective == "column":
            return self._columns(tokens, asked, together)
        if self.model.tokenizer.kind == "overlapping":
            return self._overlapping(tokens, int(asked[0]))
        order = np.flatnonzero(tokens.letters)
        rows = order[asked // self.unit]
        ids = self._hidden(tokens.ids, order[together // self.unit])
        if self.unit == 1:
            bases = list(self.model.tokenizer.base_ids)
            return ids, rows, lambda logits: _log_softmax(logits[:, bases])
        kmers, inside = self.kmers, asked % self.unit

        def read(logits: NDArray[np.float32]) -> Logs:
            """Return the marginals from logits of shape (bases, vocabulary)."""
            every = zip(_log_softmax(logits[:, kmers]), inside, strict=True)
            return np.stack([_marginal(one, at, self.unit) for one, at in every])

        return ids, rows, read

    def _hidden(self, ids: Places, rows: Places) -> Places:
        if self.mode == "visible":
            return ids
        hidden = ids.copy()
        hidden[rows] = _mask(self.model)
        return hidden

    def _overlapping(self, tokens: Tokens, offset: int) -> Made | None:
        """Hide every k-mer over a base, and read the one that has it in its middle."""
        over = tokens.covering(offset)
        if not len(over):
            return None
        k, starts = self.model.tokenizer.k, tokens.starts[over]
        nearest = int(np.abs(starts - (offset - (k - 1) // 2)).argmin())
        kmers, at = self.kmers, offset - int(starts[nearest])

        def read(logits: NDArray[np.float32]) -> Logs:
            """Return the marginal from logits of shape (1, vocabulary)."""
            return _marginal(_log_softmax(logits[0, kmers]), at, k)[None]

        return self._hidden(tokens.ids, over), over[[nearest]], read

    def _columns(self, tokens: Tokens, asked: Places, together: Places) -> Made | None:
        """Show the receptive field of the bases, and read a row for each of them."""
        flank = self.model.window // 2
        order = np.flatnonzero(tokens.letters)
        first, last = int(order[together.min()]), int(order[together.max()])
        if first < flank or last + flank >= len(tokens):
            return None
        ids = tokens.ids[first - flank : last + flank + 1]
        rows = asked - together.min()
        return ids, rows, lambda logits: _log_softmax(logits[:, :4])


def kmer_ids(model: LanguageModel) -> Places:
    """Return the tokens of all k-mers in alphabetical order, shape (4^k,)."""
    k = model.tokenizer.k
    letters = "".join("".join(word) for word in product("ACGT", repeat=k))
    tokens = model.tokenizer.tokens(letters, hold_frame=True)
    found: Places = tokens.ids[tokens.letters & (tokens.starts % k == 0)]
    return found


def _spaced(cut: Cut, unit: int) -> Iterator[Cut]:
    """Yield a window once for each of `SPACING` sets of tokens to hide."""
    for turn in range(SPACING):
        asked, together = (
            places[places // unit % SPACING == turn]
            for places in (cut.places, cut.together)
        )
        yield Cut(cut.start, cut.end, asked, together)


def _mask(model: LanguageModel) -> int:
    if model.tokenizer.mask_id is None:
        raise OptionError(f"{model.card.name} has no token that hides another.")
    return model.tokenizer.mask_id


def _log_softmax(logits: NDArray[np.float32]) -> Logs:
    """Return logarithms of probabilities over the last axis, in float64."""
    values = logits.astype(np.float64)
    values -= values.max(axis=-1, keepdims=True)
    values -= np.log(np.exp(values).sum(axis=-1, keepdims=True))
    return values


def _marginal(logs: Logs, place: int, k: int) -> Logs:
    """Return log p of the base at `place` of a k-mer, shape (4,).

    Args:
        logs: log p of every k-mer in alphabetical order, shape (4^k,).
        place: Which of its letters.
        k: Letters of a k-mer.
    """
    table = np.exp(logs).reshape(4**place, 4, 4 ** (k - 1 - place))
    total: Logs = np.log(table.sum(axis=(0, 2)))
    return total
