"""The union vocabulary: byte pairs learnt on training sequences, and the list of words.

Writes ``tokenizer.json`` (byte pairs alone, for the `tokenizers` library) and
``vocab.txt`` (all words; a line's number is the row of the embedding).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from tokenizers import Tokenizer
from tokenizers.models import BPE
from tokenizers.trainers import BpeTrainer

from gfm_desktop.models.ensemble_tokens import EnsembleTokenizer, words
from gfm_desktop.models.vocabulary import read_vocabulary
from pretraining.data import UNKNOWN
from pretraining.settings import SPECIES, VocabularySettings

if TYPE_CHECKING:
    from pathlib import Path

    from pretraining.data import Corpus

PAIRS = "tokenizer.json"
WORDS = "vocab.txt"


def make(settings: VocabularySettings, corpus: Corpus, seed: int, out: Path) -> None:
    """Learn the byte pairs and write both files."""
    tokenizer = Tokenizer(BPE())
    trainer = BpeTrainer(
        vocab_size=settings.pieces,
        initial_alphabet=["A", "C", "G", "T"],
        show_progress=False,
    )
    texts = samples(settings, corpus, np.random.default_rng(seed))
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.save(str(out / PAIRS))
    pieces = sorted(tokenizer.get_vocab(), key=lambda piece: (len(piece), piece))
    text = "\n".join(words(SPECIES, pieces)) + "\n"
    (out / WORDS).write_text(text, encoding="utf-8")


def samples(
    settings: VocabularySettings, corpus: Corpus, random: np.random.Generator
) -> list[str]:
    """Return training sequences without N: half of each species, both strands."""
    letters = np.frombuffer(b"ACGT", np.uint8)
    count = settings.sample_bases // settings.chunk
    texts: list[str] = []
    for species in range(len(SPECIES)):
        wanted = len(texts) + count // len(SPECIES)
        contigs = [c for c in corpus.of(species, "train") if c.length > settings.chunk]
        weights = np.array([c.length for c in contigs], float)
        while len(texts) < wanted:
            contig = contigs[random.choice(len(contigs), p=weights / weights.sum())]
            start = random.integers(0, contig.length - settings.chunk)
            codes = corpus.bases(contig)[start : start + settings.chunk]
            if (codes == UNKNOWN).any():
                continue
            codes = 3 - codes[::-1] if random.random() < 0.5 else codes
            texts.append(letters[codes].tobytes().decode())
    return texts


def tokenizer(folder: Path, vocabulary: str, species: str) -> EnsembleTokenizer:
    """Return the tokenizer of a folder that `make` wrote."""
    merger = Tokenizer.from_file(str(folder / PAIRS))
    ids = read_vocabulary(folder / WORDS)
    return EnsembleTokenizer(
        ids, vocabulary, species, merger, tuple(merger.get_vocab())
    )
