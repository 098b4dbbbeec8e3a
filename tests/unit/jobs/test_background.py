"""Random substitutions and the percentiles that come of them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest

from gfm_desktop.genome.variant import Variant
from gfm_desktop.jobs.background import (
    ENOUGH,
    Background,
    Ranks,
    class_of,
    sites,
    substitutions,
    trinucleotide,
    trinucleotide_of,
)
from gfm_desktop.models.sequence import reverse_complement

if TYPE_CHECKING:
    from gfm_desktop.genome.reference import Reference

EVERY = {a + c + b for a in "ACGT" for c in "CT" for b in "ACGT"}


def test_that_a_substitution_and_its_complement_are_of_one_class(
    toy_reference: Reference,
) -> None:
    found = Counter()
    for start in range(1, 400):
        base = toy_reference.fetch("chr1", start, start + 1)
        around = toy_reference.fetch("chr1", start - 1, start + 2)
        for alt in set("ACGT") - {base}:
            name = class_of(Variant("chr1", start, base, alt), toy_reference)
            if base in "AG":
                around_c, ref, new = (
                    reverse_complement(around),
                    reverse_complement(base),
                    reverse_complement(alt),
                )
            else:
                around_c, ref, new = around, base, alt
            assert name == f"{around_c[0]}[{ref}>{new}]{around_c[2]}"
            assert trinucleotide_of(name) == around_c
            found[name] += 1
    assert len(found) == 96


def test_that_ends_unknown_bases_and_indels_have_no_class(
    toy_reference: Reference,
) -> None:
    length = toy_reference.contigs["chr1"]
    assert trinucleotide(toy_reference, "chr1", 0) == ""
    assert trinucleotide(toy_reference, "chr1", length - 1) == ""
    assert trinucleotide(toy_reference, "chr1", length - 2) != ""
    assert trinucleotide(toy_reference, "chr1", 4_050) == ""
    assert trinucleotide(toy_reference, "chr1", 3_999) == ""
    assert class_of(Variant("chr1", 5, "A", "AC"), toy_reference) == ""


def test_that_a_larger_background_contains_the_smaller_one(
    toy_reference: Reference,
) -> None:
    few = list(sites(toy_reference, EVERY, 3))
    many = list(sites(toy_reference, EVERY, 9))
    some = list(sites(toy_reference, {"ACG", "TTT"}, 9))
    assert Counter(site.context for site in few) == dict.fromkeys(EVERY, 3)
    assert set(few) <= set(many)
    assert set(some) == {s for s in many if s.context in {"ACG", "TTT"}}
    assert len({(s.contig, s.start) for s in many}) == len(many)
    for site in many:
        assert trinucleotide(toy_reference, site.contig, site.start) == site.context


def test_that_a_rare_trinucleotide_ends_the_drawing(toy_reference: Reference) -> None:
    found = list(sites(toy_reference, {"ACG"}, 100_000))
    everywhere = [
        (contig, start)
        for contig, length in toy_reference.contigs.items()
        for start in range(length)
        if trinucleotide(toy_reference, contig, start) == "ACG"
    ]
    assert sorted((s.contig, s.start) for s in found) == sorted(everywhere)


def test_that_a_site_gives_its_three_substitutions(toy_reference: Reference) -> None:
    site = next(iter(sites(toy_reference, {"CCG"}, 1)))
    found = substitutions(toy_reference, site)
    assert set(found) == {"C[C>A]G", "C[C>G]G", "C[C>T]G"}
    for name, variant in found.items():
        assert class_of(variant, toy_reference) == name


def test_that_half_of_what_is_equal_counts_as_below() -> None:
    ranks = Ranks(np.sort(np.array([1.0, 2.0, 2.0, 3.0, *range(4, 10)])))
    assert ranks.percentile(0.0) == 0.0
    assert ranks.percentile(2.0) == pytest.approx(20.0)
    assert ranks.percentile(2.5) == pytest.approx(30.0)
    assert ranks.percentile(100.0) == 100.0


def test_that_too_little_background_gives_no_percentile() -> None:
    assert Ranks(np.arange(ENOUGH - 1.0)).percentile(3.0) is None
    assert Ranks(np.arange(ENOUGH + 0.0)).percentile(3.0) is not None


def test_that_a_background_is_kept_for_its_own_question_only() -> None:
    kept = Background.open({"weights": "a"})
    kept.add("ACG", {"A[C>A]G": -1.0, "A[C>G]G": None, "A[C>T]G": 2.0})
    kept.save()
    again = Background.open({"weights": "a"})
    assert again.sites == {"ACG": 1}
    assert again.scores["A[C>G]G"] == [None]
    assert again.ranked("A[C>A]G", 5).scores.tolist() == [-1.0]
    assert again.ranked("A[C>G]G", 5).scores.tolist() == []
    assert Background.open({"weights": "b"}).sites == {}
    again.path.write_text("{")
    assert Background.open({"weights": "a"}).sites == {}
