"""K-mers side by side: the ids of a trie, from a table."""

from __future__ import annotations

import random

import numpy as np
import pytest

from gfm_desktop.errors import ModelError
from gfm_desktop.models.kmer_tokens import KmerTokenizer
from gfm_desktop.models.tokens import SPECIAL, Tokenizer, clean

from .tiny_nucleotide_transformer import V1_WORDS, V2_WORDS, K

IDS = {word: number for number, word in enumerate(V2_WORDS)}
CLS, EOS, MASK = IDS["<cls>"], IDS["<eos>"], IDS["<mask>"]


@pytest.fixture
def tokenizer() -> KmerTokenizer:
    return KmerTokenizer.of(IDS, size=len(IDS), mask_id=MASK, before=(CLS,))


def words(tokenizer: KmerTokenizer, sequence: str, *, hold: bool = False) -> list[str]:
    """Return the tokens of a sequence as text."""
    return [V2_WORDS[i] for i in tokenizer.tokens(sequence, hold_frame=hold).ids]


def greedy(sequence: str) -> list[str]:
    """Cut as ``EsmTokenizer``'s trie does: the longest word that fits, one by one."""
    found, rest = ["<cls>"], clean(sequence)
    while rest:
        size = K if rest[:K] in IDS else 1
        found.append(rest[:size])
        rest = rest[size:]
    return found


def test_that_it_is_a_tokenizer_of_kmers(tokenizer: KmerTokenizer) -> None:
    assert isinstance(tokenizer, Tokenizer)
    assert (tokenizer.kind, tokenizer.k, tokenizer.base_ids) == ("kmer", K, ())
    assert (tokenizer.size, tokenizer.mask_id) == (len(IDS), MASK)


@pytest.mark.parametrize(
    ("sequence", "expected"),
    [
        ("ACGTTT", ["ACG", "TTT"]),
        ("ACGTT", ["ACG", "T", "T"]),
        ("acgTtt", ["ACG", "TTT"]),
        ("AC", ["A", "C"]),
        ("", []),
        ("NN", ["N", "N"]),
        ("ACNGTTT", ["A", "C", "N", "GTT", "T"]),
        ("NACGN", ["N", "ACG", "N"]),
        ("ACGRACGéAC", ["ACG", "N", "ACG", "N", "A", "C"]),
    ],
)
def test_that_a_gap_is_a_token_and_shifts_the_frame(
    tokenizer: KmerTokenizer, sequence: str, expected: list[str]
) -> None:
    assert words(tokenizer, sequence) == ["<cls>", *expected]


@pytest.mark.parametrize(
    ("sequence", "expected"),
    [
        ("ACNGTTT", ["N", "GTT", "T"]),
        ("NNNACGAC", ["N", "ACG", "A", "C"]),
        ("ACGNTRTT", ["ACG", "N", "T", "T"]),
        ("ACGAN", ["ACG", "A", "N"]),
        ("N", ["N"]),
        ("ACGTTT", ["ACG", "TTT"]),
    ],
)
def test_that_a_held_frame_reads_an_unclear_kmer_as_one_token(
    tokenizer: KmerTokenizer, sequence: str, expected: list[str]
) -> None:
    assert words(tokenizer, sequence, hold=True) == ["<cls>", *expected]


def test_that_ids_are_those_of_the_trie_for_any_sequence(
    tokenizer: KmerTokenizer,
) -> None:
    source = random.Random(1)
    for letters in ("ACGT", "ACGTN", "ACGT" * 8 + "N", "acgtRyN", "NA"):
        for _ in range(200):
            sequence = "".join(source.choices(letters, k=source.randint(0, 40)))
            assert words(tokenizer, sequence) == greedy(sequence)


@pytest.mark.parametrize("hold", [False, True])
@pytest.mark.parametrize("sequence", ["ACGTTTAC", "ACNNTTACGTAGGN", "NNNN"])
def test_that_spans_cover_every_letter_once(
    tokenizer: KmerTokenizer, sequence: str, hold: bool
) -> None:
    tokens = tokenizer.tokens(sequence, hold_frame=hold)
    assert tokens.starts[0] == tokens.ends[0] == SPECIAL
    assert tokens.starts[1] == 0
    assert tokens.ends[-1] == len(sequence)
    np.testing.assert_array_equal(tokens.starts[2:], tokens.ends[1:-1])
    for position in range(len(sequence)):
        assert len(tokens.covering(position)) == 1
    for array in (tokens.ids, tokens.starts, tokens.ends):
        assert array.dtype == np.int64
    for token, start, end in zip(
        tokens.ids[1:], tokens.starts[1:], tokens.ends[1:], strict=True
    ):
        text = sequence[start:end]
        assert V2_WORDS[token] == ("N" if "N" in text else text)


def test_that_the_spans_that_sequences_share_cannot_be_changed(
    tokenizer: KmerTokenizer,
) -> None:
    tokens = tokenizer.tokens("ACGTTT")
    with pytest.raises(ValueError, match="read-only"):
        tokens.starts[0] = 7
    tokens.ids[1] = MASK
    assert words(tokenizer, "ACGTTT")[1] == "ACG"


@pytest.mark.parametrize("sequence", ["ACGTTTA", "ACNTTTA", ""])
def test_that_special_tokens_stand_around(sequence: str) -> None:
    tokenizer = KmerTokenizer.of(
        IDS, size=len(IDS), mask_id=MASK, before=(CLS,), after=(EOS,)
    )
    tokens = tokenizer.tokens(sequence)
    assert (tokens.ids[0], tokens.ids[-1]) == (CLS, EOS)
    assert tokens.starts[-1] == tokens.ends[-1] == SPECIAL
    assert tokens.letters.sum() == len(tokens) - 2
    bare = KmerTokenizer.of(IDS, size=len(IDS), mask_id=MASK).tokens(sequence)
    np.testing.assert_array_equal(tokens.ids[1:-1], bare.ids)
    np.testing.assert_array_equal(tokens.ends[1:-1], bare.ends)


def test_that_a_long_window_is_cut_like_a_short_one(tokenizer: KmerTokenizer) -> None:
    sequence = "".join(random.Random(2).choices("ACGT", k=5_995))
    assert words(tokenizer, sequence) == greedy(sequence)


@pytest.mark.parametrize(
    ("vocabulary", "message"),
    [
        ([w for w in V1_WORDS if w != "ACG"], "“ACG” is missing"),
        ([w for w in V1_WORDS if w != "N"], "“N” is missing"),
        ([*V1_WORDS, "AC"], "“AC” is neither a base nor 3 of them"),
        ([*V1_WORDS, "ACN"], "“ACN” is neither a base nor 3 of them"),
        (["<cls>", *"ATCGN"], "no words of 2 to 10 bases"),
        (["<cls>"], "no words of 2 to 10 bases"),
    ],
)
def test_that_another_kind_of_vocabulary_is_refused(
    vocabulary: list[str], message: str
) -> None:
    ids = {word: number for number, word in enumerate(vocabulary)}
    with pytest.raises(ModelError, match=message):
        KmerTokenizer.of(ids, size=len(ids), mask_id=2, where="vocab.txt")
