"""Which substitutions count as what, on genes whose answer is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

LETTERS = "ACGT"


def corpus_of(*texts: str) -> Any:
    from pretraining.data import PARTS, Contig, Corpus, encoded

    arrays = [encoded(text) for text in texts]
    starts = np.cumsum([0, *map(len, arrays)])
    test = PARTS.index("test")
    contigs = [
        Contig(1, f"c{i}", test, int(start), len(codes))
        for i, (start, codes) in enumerate(zip(starts, arrays, strict=False))
    ]
    return Corpus(np.concatenate(arrays), tuple(contigs), np.zeros(0, np.int64))


def back(text: str) -> str:
    return text.translate(str.maketrans("ACGT", "TGCA"))[::-1]


def spelled(changes: Any) -> set[str]:
    return {f"{c.place}{LETTERS[c.ref]}>{LETTERS[c.alt]}" for c in changes}


@pytest.mark.parametrize("reverse", [False, True])
def test_that_coding_changes_are_named_on_either_strand(reverse: bool) -> None:
    from pretraining.variants import Gene, coding_changes

    # ATG TAT CTA TAA between four letters on either side.
    text = "GGCC" + "ATGTATCTATAA" + "GGCC"
    corpus = corpus_of(back(text) if reverse else text)
    gene = Gene(0, reverse, exons=[(4, 16)], coding=[(4, 16)])
    found = coding_changes(corpus, [gene])

    def at(place: int, ref: str, alt: str) -> str:
        if reverse:
            return f"{19 - place}{back(ref)}>{back(alt)}"
        return f"{place}{ref}>{alt}"

    assert len(found["start"]) == 9
    # TAT has two neighbours that stop; CTA (Leu) has five silent ones, TAT one.
    assert spelled(found["stop"]) == {at(9, "T", "A"), at(9, "T", "G")}
    assert spelled(found["synonymous"]) == {
        at(9, "T", "C"),
        at(10, "C", "T"),
        at(12, "A", "C"),
        at(12, "A", "G"),
        at(12, "A", "T"),
    }


def test_that_a_broken_frame_and_a_shared_place_are_left_out() -> None:
    from pretraining.variants import Gene, coding_changes

    corpus = corpus_of("GGCCATGTATCTATAAGGCC")
    assert not coding_changes(corpus, [Gene(0, False, [(4, 15)], [(4, 15)])])
    assert not coding_changes(corpus, [Gene(0, False, [(5, 17)], [(5, 17)])])
    same = Gene(0, False, [(4, 16)], [(4, 16)])
    assert coding_changes(corpus, [same, same]) == coding_changes(corpus, [same])


def test_that_codons_join_across_introns() -> None:
    from pretraining.variants import Gene, coding_changes

    corpus = corpus_of("ATGTA" + "GTAAGT" + "TCTATAA")
    gene = Gene(0, False, [(0, 5), (11, 18)], [(0, 5), (11, 18)])
    assert spelled(coding_changes(corpus, [gene])["stop"]) == {"11T>A", "11T>G"}


@pytest.mark.parametrize("reverse", [False, True])
def test_that_splice_sites_are_the_ends_of_canonical_introns(reverse: bool) -> None:
    from pretraining.variants import Gene, splice_changes

    intron = "GT" + "C" * 60 + "AG"
    text = "ACCAC" + intron + "CACCA" + "GC" + "C" * 60 + "AG" + "CCC"
    exons = [(0, 5), (69, 74), (138, 141)]
    if reverse:
        exons = sorted((141 - b, 141 - a) for a, b in exons)
    corpus = corpus_of(back(text) if reverse else text)
    found = splice_changes(corpus, [Gene(0, reverse, exons)])
    places = {5, 6, 67, 68}
    assert {c.place for c in found} == {140 - p if reverse else p for p in places}
    assert len(found) == 12


def test_that_both_strands_are_one_kind_of_change() -> None:
    from pretraining.variants import Change, kind_of

    text = "ACGTTGCATTGACC"
    corpus, other = corpus_of(text), corpus_of(back(text))
    one = kind_of(corpus, Change(0, 4, 3, 0))
    assert one == kind_of(other, Change(0, 9, 0, 3))
    assert one != kind_of(corpus, Change(0, 4, 3, 1))


def test_that_controls_have_their_case_s_kind_and_are_used_once() -> None:
    from pretraining.variants import Change, kind_of, matched

    random = np.random.default_rng(0)
    corpus = corpus_of("".join(random.choice(list(LETTERS), 4000)))
    codes = corpus.codes
    changes = [
        Change(0, place, int(codes[place]), int((codes[place] + 1) % 4))
        for place in range(0, 4000, 3)
    ]
    cases, controls, without = matched(
        corpus, changes[:600], changes[600:], random=random, most=150
    )
    assert len(cases) == len(controls) == 150
    assert len(set(controls)) == 150
    assert without >= 0
    for case, control in zip(cases, controls, strict=True):
        assert kind_of(corpus, case) == kind_of(corpus, control)
        assert 300 <= case.place < 3700


def test_that_outside_places_keep_away_from_exons() -> None:
    from pretraining.variants import Gene, outside_changes

    random = np.random.default_rng(0)
    corpus = corpus_of("".join(random.choice(list(LETTERS), 3000)))
    gene = Gene(0, False, [(1000, 1100), (1500, 1600)])
    introns = outside_changes(
        corpus, [gene], [0], within=True, random=random, count=10_000
    )
    assert {c.place for c in introns} == set(range(1150, 1450))
    between = outside_changes(
        corpus, [gene], [0], within=False, random=random, count=10_000
    )
    assert {c.place for c in between} == {*range(300, 950), *range(1650, 2700)}
