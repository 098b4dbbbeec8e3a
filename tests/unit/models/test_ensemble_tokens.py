"""The union vocabulary: words, prompts, and which letters each token covers."""

from __future__ import annotations

import numpy as np
import pytest

from gfm_desktop.models.ensemble_tokens import (
    SPECIALS,
    EnsembleTokenizer,
    species_of,
    words,
)
from gfm_desktop.models.tokens import SPECIAL, Tokenizer

PIECES = ("A", "C", "G", "T", "AC", "GT", "ACG", "ACGTAC", "TTTTTTTT")
IDS = {word: row for row, word in enumerate(words(("homo_sapiens",), PIECES))}


class Longest:
    """Cuts off the longest known piece, again and again."""

    def __init__(self, sequence: str = "") -> None:
        self.tokens: list[str] = []
        while sequence:
            fits = [p for p in PIECES if sequence.startswith(p)]
            self.tokens.append(max(fits, key=len))
            sequence = sequence[len(self.tokens[-1]) :]

    def encode(self, sequence: str) -> Longest:
        return Longest(sequence)


def cutter(vocabulary: str, species: str = "unknown") -> EnsembleTokenizer:
    return EnsembleTokenizer(IDS, vocabulary, species, Longest(), PIECES)


def spans(tokenizer: EnsembleTokenizer, sequence: str) -> list[tuple[str, int, int]]:
    name = {row: word for word, row in IDS.items()}
    tokens = tokenizer.tokens(sequence)
    return [
        (name[int(i)], int(a), int(b))
        for i, a, b in zip(tokens.ids, tokens.starts, tokens.ends, strict=True)
    ]


def test_that_the_vocabulary_is_a_union() -> None:
    every = list(IDS)
    assert every[: len(SPECIALS)] == list(SPECIALS)
    assert len(every) == len(set(every))
    # Five specials, three prompts, two species, five letters, the k-mers, and the
    # pieces that are neither a letter nor a k-mer.
    assert len(every) == 5 + 3 + 2 + 5 + 4096 + 4
    bases = [IDS[base] for base in "ACGT"]
    assert bases == list(range(bases[0], bases[0] + 4))
    assert species_of(IDS) == ("homo_sapiens", "unknown")


@pytest.mark.parametrize(
    ("vocabulary", "prompt"),
    [("nucleotide", "[NT]"), ("kmer", "[KMER]"), ("bpe", "[BPE]")],
)
def test_that_prompt_and_species_stand_in_front(vocabulary: str, prompt: str) -> None:
    tokenizer = cutter(vocabulary, "homo_sapiens")
    assert isinstance(tokenizer, Tokenizer)
    first, second, *rest = spans(tokenizer, "ACGTACGT")
    assert first == (prompt, SPECIAL, SPECIAL)
    assert second == ("[species:homo_sapiens]", SPECIAL, SPECIAL)
    assert "".join(word for word, _, _ in rest) == "ACGTACGT"


def test_that_a_base_is_a_token() -> None:
    found = spans(cutter("nucleotide"), "acRtN")[2:]
    assert found == [
        ("A", 0, 1),
        ("C", 1, 2),
        ("N", 2, 3),
        ("T", 3, 4),
        ("N", 4, 5),
    ]


def test_that_kmers_hold_their_frame() -> None:
    found = spans(cutter("kmer"), "ACGTACGGNGGGTTTTTTCA")[2:]
    assert found == [
        ("ACGTAC", 0, 6),
        ("[UNK]", 6, 12),
        ("TTTTTT", 12, 18),
        ("C", 18, 19),
        ("A", 19, 20),
    ]


def test_that_byte_pairs_never_join_across_an_n() -> None:
    found = spans(cutter("bpe"), "ACGTTNNACGTAC")[2:]
    assert found == [
        ("ACG", 0, 3),
        ("T", 3, 4),
        ("T", 4, 5),
        ("N", 5, 6),
        ("N", 6, 7),
        ("ACGTAC", 7, 13),
    ]


@pytest.mark.parametrize("vocabulary", ["nucleotide", "kmer", "bpe"])
@pytest.mark.parametrize("sequence", ["", "A", "N", "ACGTA", "ACGTAC"])
def test_that_every_letter_is_covered_once(vocabulary: str, sequence: str) -> None:
    tokens = cutter(vocabulary).tokens(sequence)
    covered = [
        place
        for start, end in zip(tokens.starts[2:], tokens.ends[2:], strict=True)
        for place in range(start, end)
    ]
    assert covered == list(range(len(sequence)))


def test_that_a_shared_word_is_one_row() -> None:
    by_kmers = cutter("kmer").tokens("ACGTAC").ids[2]
    by_pairs = cutter("bpe").tokens("ACGTAC").ids[2]
    assert by_kmers == by_pairs == IDS["ACGTAC"]


def test_that_answers_are_the_words_of_the_vocabulary() -> None:
    assert cutter("nucleotide").answers.tolist() == [IDS[base] for base in "ACGT"]
    kmers = cutter("kmer").answers
    assert len(kmers) == 4096 + 4
    assert (np.diff(kmers) > 0).all()
    assert {IDS["AC"], IDS["ACGTAC"]} <= set(cutter("bpe").answers.tolist())
    assert len(cutter("bpe").answers) == len(PIECES)


def test_that_base_ids_and_k_say_how_letters_are_cut() -> None:
    assert cutter("nucleotide").base_ids == tuple(IDS[base] for base in "ACGT")
    assert cutter("kmer").base_ids == ()
    assert [cutter(v).k for v in ("nucleotide", "kmer", "bpe")] == [1, 6, 0]
    assert cutter("kmer").mask_id == IDS["[MASK]"]
    assert cutter("kmer").size == len(IDS)


def test_that_byte_pairs_need_their_merges() -> None:
    with pytest.raises(ValueError, match="merger"):
        EnsembleTokenizer(IDS, "bpe").tokens("ACGT")
