"""Language models small enough to reason about: every output depends on its context."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.models.gpn import CARDS
from gfm_desktop.models.kmer_tokens import KmerTokenizer
from gfm_desktop.models.language_model import LanguageModel
from gfm_desktop.models.nucleotide_tokens import NucleotideTokenizer, surrounded
from gfm_desktop.models.overlapping_tokens import OverlappingTokenizer
from gfm_desktop.models.tokens import Tokens, clean

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gfm_desktop.models.tokens import Tokenizer

SCORERS = (
    "masked-log-odds",
    "kmer-log-odds",
    "pseudo-log-likelihood",
    "causal-log-likelihood",
    "column-log-odds",
    "unmasked-log-odds",
    "embedding-distance",
    "nucleotide-shift",
)


class ToyLanguageModel(LanguageModel):
    """Random tables, mixed over the neighbourhood with weights that fall off.

    Attributes:
        asked: Shape of the ids of every forward pass.
        cropped: Rows that the network loses at each end (as PhyloGPN does).
    """

    __slots__ = ("asked", "cropped", "tables")

    def __init__(self, tokenizer: Tokenizer, **facts: Any) -> None:
        self.asked: list[tuple[int, int]] = []
        self.cropped: int = facts.pop("cropped", 0)
        scorers = facts.pop("scorers", SCORERS)
        facts = {"objective": "masked", "window": 40} | facts
        card = replace(CARDS[0], name="Toy", scorers=scorers)
        super().__init__(card, "cpu", "0" * 64, tokenizer, None, **facts)  # type: ignore[arg-type]
        random = np.random.default_rng(tokenizer.size)
        self.tables = (
            random.normal(size=(tokenizer.size, 6)),
            random.normal(size=(6, 6)),
            random.normal(
                size=(6, 4 if facts["objective"] == "column" else tokenizer.size)
            ),
        )

    def hidden(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        assert ids.ndim == 2
        self.asked.append(ids.shape)
        embedding, mixing, _ = self.tables
        places = np.arange(ids.shape[1])
        gaps = places[:, None] - places[None, :]
        weights = np.where(gaps > 0, 1.0, 0.6) / (1.0 + np.abs(gaps)) ** 1.5
        if self.objective == "causal":
            weights = np.where(gaps >= 0, weights, 0.0)
        inner = np.tanh(weights @ embedding[ids] @ mixing) + 0.1 * embedding[ids]
        states = np.asarray(inner, np.float32)
        return states[:, self.cropped : ids.shape[1] - self.cropped]

    def logits(
        self, ids: NDArray[np.int64], rows: NDArray[np.int64] | None = None
    ) -> NDArray[np.float32]:
        states = self.hidden(ids)
        if rows is not None:
            states = np.take_along_axis(states, rows[..., None], axis=1)
        return np.asarray(states @ self.tables[2], np.float32)


def nucleotide(**facts: Any) -> ToyLanguageModel:
    """Return a model of single bases with a special token on each side."""
    letters = {base: 3 + i for i, base in enumerate("ACGTN")}
    special = facts.pop("special", ((1,), (2,)))
    mask = facts.pop("mask", 0)
    tokenizer = NucleotideTokenizer(
        letters, 8, mask, before=special[0], after=special[1]
    )
    return ToyLanguageModel(tokenizer, **facts)


def column(**facts: Any) -> ToyLanguageModel:
    """Return a model of columns with a receptive field of 11, padded with gaps."""
    return nucleotide(
        objective="column",
        mask=None,
        window=11,
        cropped=5,
        special=((2,) * 5, (2,) * 5),
        **facts,
    )


def beside(k: int = 3, **facts: Any) -> ToyLanguageModel:
    """Return a model of k-mers side by side, with a special token in front."""
    words = ["<cls>", "<mask>", *map("".join, product("ACGT", repeat=k)), *"ACGTN"]
    ids = {word: number for number, word in enumerate(words)}
    tokenizer = KmerTokenizer.of(ids, size=len(ids), mask_id=1, before=(0,))
    return ToyLanguageModel(tokenizer, **{"window": 39, **facts})


def overlapping(k: int = 3, **facts: Any) -> ToyLanguageModel:
    """Return a model of overlapping k-mers with special tokens around."""
    tokenizer = OverlappingTokenizer(
        k,
        np.arange(4**k) + 4,
        unknown=0,
        size=4**k + 4,
        mask_id=1,
        before=(2,),
        after=(3,),
    )
    return ToyLanguageModel(tokenizer, **facts)


class PairTokenizer:
    """Byte pairs: the longest of a few words that fits, from left to right."""

    kind = "bpe"
    k = 0
    mask_id = 1
    base_ids = ()

    def __init__(self) -> None:
        words = [*"ACGTN", "AC", "GT", "TTT", "ACG", "GG", "CA", "TA", "GAT"]
        self.ids = {word: 4 + number for number, word in enumerate(words)}
        self.size = 4 + len(words)

    def tokens(self, sequence: str, *, hold_frame: bool = False) -> Tokens:
        letters = clean(sequence)
        cut, place = [], 0
        while place < len(letters):
            size = next(n for n in (3, 2, 1) if letters[place : place + n] in self.ids)
            cut.append((self.ids[letters[place : place + size]], place, place + size))
            place += size
        ids, starts, ends = np.asarray(cut, np.int64).reshape(-1, 3).T
        return surrounded(Tokens(ids, starts, ends), (2,), (3,))


def pairs(**facts: Any) -> ToyLanguageModel:
    """Return a model of byte pairs."""
    return ToyLanguageModel(PairTokenizer(), **facts)
