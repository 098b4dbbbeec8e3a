from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gfm_desktop.genome.hgvs import hgvs_genomic
from gfm_desktop.genome.variant import Variant

GENOME = "TTACAGCAGCAGTTGGGGACGT"
#         1234567890123456789012


def name(start: int, ref: str, alt: str, genome: str = GENOME) -> str:
    variant = Variant("chr1", start, ref, alt)
    return hgvs_genomic(
        variant, lambda _, a, b: genome[a:b], length=len(genome)
    ).removeprefix("chr1:g.")


@pytest.mark.parametrize(
    ("start", "ref", "alt", "expected"),
    [
        (3, "C", "G", "4C>G"),
        (3, "CA", "GT", "4_5delinsGT"),
        (1, "TA", "TG", "3A>G"),
        (2, "ACAG", "A", "10_12del"),  # CAG repeat: the last copy, not the first
        (2, "A", "ACAG", "10_12dup"),
        (13, "TG", "T", "18del"),
        (13, "T", "TG", "18dup"),
        (2, "A", "AT", "3_4insT"),
        (18, "AC", "TT", "19_20delinsTT"),
        (18, "AC", "GTT", "19_20delinsGTT"),
        (18, "ACG", "CGT", "19_21inv"),
        (20, "GT", "G", "22del"),
        (2, "A", "A", "3="),
    ],
)
def test_that_variants_are_named_as_the_nomenclature_says(
    start: int, ref: str, alt: str, expected: str
) -> None:
    assert GENOME[start : start + len(ref)] == ref
    assert name(start, ref, alt) == expected


@given(st.text("AC", min_size=6, max_size=14), st.data())
def test_that_every_spelling_of_a_deletion_has_one_name(
    genome: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(1, len(genome) - 2))
    size = data.draw(st.integers(1, len(genome) - 1 - start))
    after = genome[:start] + genome[start + size :]
    names = set()
    for other in range(1, len(genome) - size + 1):
        if genome[:other] + genome[other + size :] == after:
            ref = genome[other - 1 : other + size]
            names.add(name(other - 1, ref, ref[0], genome))
    assert len(names) == 1
