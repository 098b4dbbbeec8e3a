"""What the network sees at a step: a pure function of the seed and the step's number.

So a training that was cut off continues with exactly the batches that it would have
seen, and no state of a random generator need be kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.models.ensemble_tokens import UNKNOWN_SPECIES, K
from pretraining.data import PARTS, UNKNOWN, Corpus
from pretraining.settings import SPECIES, VOCABULARIES
from pretraining.vocabularies import tokenizer

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from gfm_desktop.models.ensemble_tokens import EnsembleTokenizer
    from pretraining.settings import TrainingSettings

LETTERS = np.frombuffer(b"ACGTN", np.uint8)
BASES_A_PIECE = 12
"""Bases drawn for every byte pair wanted; windows of long pieces are drawn again."""
SINGLES = 3
"""Bases left over at the end of a k-mer sequence, so that their words are learnt."""
REPLACED, KEPT = 0.1, 0.1
"""Of the hidden words, how many become another word or stay (as in BERT)."""
HELD_OUT_SEED = 7_777_777


@dataclass(frozen=True, slots=True)
class Batch:
    """Sequences of one vocabulary with hidden words.

    Attributes:
        vocabulary: Which.
        ids: int64 (sequences, words + 2): what the network reads.
        places: int64 (sequences, hidden): columns of the hidden words.
        targets: int64 (sequences, hidden): which of the vocabulary's answers each is.
        species: int64 (sequences,): index into `settings.SPECIES`.
    """

    vocabulary: str
    ids: NDArray[np.int64]
    places: NDArray[np.int64]
    targets: NDArray[np.int64]
    species: NDArray[np.int64]


class Batches:
    """Draws windows of the corpus and hides words of them."""

    def __init__(
        self, settings: TrainingSettings, corpus: Corpus, folder: Path
    ) -> None:
        """Read the vocabularies that `vocabularies.make` wrote to the folder."""
        self.settings = settings
        self.corpus = corpus
        self.cutters: dict[str, EnsembleTokenizer] = {
            name: tokenizer(folder, name, UNKNOWN_SPECIES) for name in VOCABULARIES
        }
        ids = self.cutters["nucleotide"].ids
        self.species_rows = np.array([ids[f"[species:{name}]"] for name in SPECIES])
        self.answers = {name: c.answers for name, c in self.cutters.items()}
        self._contigs = {
            (species, part): corpus.of(species, part)
            for species in range(len(SPECIES))
            for part in PARTS
        }
        self._ends = self._inside_training(corpus.ends)

    def at(self, step: int) -> list[Batch]:
        """Return the batches of a training step, one of every vocabulary in use."""
        settings = self.settings
        made = []
        for number, name in enumerate(VOCABULARIES):
            wanted = settings.batch(name)
            if not wanted.sequences:
                continue
            random = np.random.default_rng((settings.seed, step, number))
            human = random.random(wanted.sequences) < settings.human_share
            species = np.where(human, 0, 1)
            made.append(self._batch(name, species, "train", random, noisy=True))
        return made

    def held_out(self, vocabulary: str, species: int, part: str, count: int) -> Batch:
        """Return the same sequences of a held-out part whenever asked."""
        number = VOCABULARIES.index(vocabulary)
        random = np.random.default_rng((HELD_OUT_SEED, species, number))
        which = np.full(count, species)
        return self._batch(vocabulary, which, part, random, noisy=False)

    def _batch(
        self,
        vocabulary: str,
        species: NDArray[np.int64],
        part: str,
        random: np.random.Generator,
        *,
        noisy: bool,
    ) -> Batch:
        words = self.settings.batch(vocabulary).words
        rows = [self._row(vocabulary, int(s), part, words, random) for s in species]
        read = np.stack(rows)
        if noisy and vocabulary != "bpe":
            self._blur(read, vocabulary, random)
        places = self._places(read, random)
        truth = np.take_along_axis(read, places, axis=1)
        targets = np.searchsorted(self.answers[vocabulary], truth)
        hidden = self._hidden(vocabulary, truth, random) if noisy else self._mask
        np.put_along_axis(read, places, hidden, axis=1)
        cutter = self.cutters[vocabulary]
        prompt, unknown = cutter.before
        known = random.random(len(read)) >= self.settings.unknown_species_share
        label = np.where(known | (not noisy), self.species_rows[species], unknown)
        front = np.stack([np.full(len(read), prompt), label], axis=1)
        ids = np.concatenate([front, read], axis=1)
        return Batch(vocabulary, ids, places + 2, targets, species)

    @property
    def _mask(self) -> int:
        return self.cutters["nucleotide"].mask_id

    def _row(
        self,
        vocabulary: str,
        species: int,
        part: str,
        words: int,
        random: np.random.Generator,
    ) -> NDArray[np.int64]:
        """Return the words of one window, without prompt and species."""
        length = {
            "nucleotide": words,
            "kmer": (words - SINGLES) * K + SINGLES,
            "bpe": words * BASES_A_PIECE,
        }[vocabulary]
        while True:
            codes = self._window(species, part, length, random)
            text = LETTERS[codes].tobytes().decode()
            row = self.cutters[vocabulary].tokens(text).ids[2:]
            if len(row) >= words:
                return row[:words]

    def _window(
        self, species: int, part: str, length: int, random: np.random.Generator
    ) -> NDArray[np.uint8]:
        """Return codes of a window without N, on either strand."""
        settings = self.settings
        contigs = [c for c in self._contigs[species, part] if c.length >= length]
        weights = np.cumsum([c.length for c in contigs], dtype=float)
        while True:
            exon = random.random() < settings.exon_share
            if species == 0 and part == "train" and exon:
                middle = self._ends[random.integers(len(self._ends))]
                start = int(middle) - int(random.integers(length))
            else:
                at = random.random() * weights[-1]
                contig = contigs[int(np.searchsorted(weights, at, side="right"))]
                start = contig.start + int(random.integers(contig.length - length + 1))
            codes = self.corpus.codes[max(start, 0) : start + length]
            one = self._contig_of(start) == self._contig_of(start + length - 1)
            if one and len(codes) == length and not (codes == UNKNOWN).any():
                back = random.random() < settings.reverse_share
                return 3 - codes[::-1] if back else codes

    def _contig_of(self, place: int) -> int:
        starts = self._starts
        return int(np.searchsorted(starts, place, side="right"))

    @property
    def _starts(self) -> NDArray[np.int64]:
        return np.array([c.start for c in self.corpus.contigs], np.int64)

    def _inside_training(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        contigs = self._contigs[0, "train"]
        spans = [(c.start, c.start + c.length) for c in contigs]
        inside = np.zeros(len(places), bool)
        for start, end in spans:
            inside |= (places >= start) & (places < end)
        return places[inside]

    def _blur(
        self, read: NDArray[np.int64], vocabulary: str, random: np.random.Generator
    ) -> None:
        """Make a run at one end of some sequences unknown, as at a contig's end."""
        ids = self.cutters[vocabulary].ids
        unknown = ids["N" if vocabulary == "nucleotide" else "[UNK]"]
        for row in read:
            if random.random() < self.settings.n_run_share:
                length = int(random.integers(1, len(row) // 4))
                if random.random() < 0.5:
                    row[:length] = unknown
                else:
                    row[-length:] = ids["N"]
                    if vocabulary == "kmer":
                        row[-length:-SINGLES] = unknown

    def _places(
        self, read: NDArray[np.int64], random: np.random.Generator
    ) -> NDArray[np.int64]:
        """Return sorted places of the hidden words; unknown words are never asked."""
        ids = self.cutters["nucleotide"].ids
        count = max(1, round(read.shape[1] * self.settings.hidden))
        noise = random.random(read.shape)
        noise[(read == ids["N"]) | (read == ids["[UNK]"])] = 2
        return np.sort(np.argpartition(noise, count, axis=1)[:, :count], axis=1)

    def _hidden(
        self, vocabulary: str, truth: NDArray[np.int64], random: np.random.Generator
    ) -> NDArray[np.int64]:
        """Return what stands where the hidden words stood."""
        answers = self.answers[vocabulary]
        other = answers[random.integers(len(answers), size=truth.shape)]
        chance = random.random(truth.shape)
        kept = np.where(chance < REPLACED + KEPT, truth, self._mask)
        return np.where(chance < REPLACED, other, kept)
