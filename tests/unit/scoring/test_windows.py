"""Windows around variants: centre, ends of contigs, both strands, alleles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.status import Status
from gfm_desktop.genome.variant import Variant
from gfm_desktop.models.sequence import reverse_complement
from gfm_desktop.scoring.refusals import Refusal
from gfm_desktop.scoring.windows import centred, centred_early, on_grid, window

from .scoring_kit import change, snv

if TYPE_CHECKING:
    from gfm_desktop.genome.reference import Reference

LENGTH = 6_000


@pytest.mark.parametrize("size", [40, 41])
def test_that_the_base_stands_where_the_published_script_puts_it(
    size: int, toy_reference: Reference
) -> None:
    variant = snv(toy_reference, 1_000)
    span = centred(variant, LENGTH, size)
    assert isinstance(span, Interval)
    forward = window(toy_reference, variant, span)
    assert len(forward.ref) == size
    assert forward.start == size // 2
    reverse = forward.reversed()
    assert reverse.start == (size // 2 - 1 if size % 2 == 0 else size // 2)
    assert reverse.ref == reverse_complement(forward.ref)
    assert reverse.ref[reverse.start] == reverse_complement(variant.ref)
    assert reverse.alt[reverse.start] == reverse_complement(variant.alt)


@pytest.mark.parametrize(
    ("position", "start"),
    [(0, 0), (7, 0), (20, 0), (21, 1), (5_980, 5_960), (5_999, 5_960)],
)
def test_that_windows_are_shifted_onto_the_contig(
    position: int, start: int, toy_reference: Reference
) -> None:
    span = centred(snv(toy_reference, position), LENGTH, 40)
    assert span == Interval("chr1", start, start + 40)


def test_that_a_short_contig_is_read_whole(toy_reference: Reference) -> None:
    variant = snv(toy_reference, 3, "tiny")
    span = centred(variant, 20, 40)
    assert span == Interval("tiny", 0, 20)
    assert on_grid(variant, 20, 40) == span


@pytest.mark.parametrize(
    ("length", "alt"), [(1, "ACGTACGT"), (9, "A"), (4, "TTTTTTT"), (20, "A" * 20)]
)
def test_that_the_longer_haplotype_fills_the_window_and_flanks_are_shared(
    length: int, alt: str, toy_reference: Reference
) -> None:
    variant = change(toy_reference, 2_000, length, alt)
    span = centred(variant, LENGTH, 40)
    assert isinstance(span, Interval)
    both = window(toy_reference, variant, span)
    for one in (both, both.reversed()):
        assert max(len(one.ref), len(one.alt)) == 40
        assert one.ref[: one.start] == one.alt[: one.start]
        assert one.ref[one.ref_end :] == one.alt[one.alt_end :]
    assert both.ref[both.start : both.ref_end] == variant.ref
    assert both.alt[both.start : both.alt_end] == variant.alt


def test_that_an_allele_of_more_than_half_the_window_is_too_long() -> None:
    fits = Variant("chr1", 100, "A" * 20, "C")
    too_long = Variant("chr1", 100, "A" * 21, "C")
    assert isinstance(centred(fits, LENGTH, 40), Interval)
    refusal = centred(too_long, LENGTH, 40)
    assert isinstance(refusal, Refusal)
    assert refusal.status == Status.TOO_LONG
    assert "21 bases" in refusal.reason
    assert isinstance(on_grid(too_long, LENGTH, 40), Refusal)


def test_that_only_changed_letters_are_named(toy_reference: Reference) -> None:
    ref = toy_reference.fetch("chr1", 500, 503)
    outer = "".join("C" if base != "C" else "G" for base in ref)
    variant = Variant("chr1", 500, ref, outer[0] + ref[1] + outer[2])
    span = centred(variant, LENGTH, 40)
    assert isinstance(span, Interval)
    forward = window(toy_reference, variant, span)
    assert forward.changed == [20, 22]
    assert forward.reversed().changed == [17, 19]
    same = Variant("chr1", 500, ref, ref)
    assert window(toy_reference, same, span).changed == [20, 21, 22]


def test_that_neighbours_share_a_grid_window_and_lie_well_inside() -> None:
    spans = {}
    for position in range(LENGTH):
        span = on_grid(Variant("chr1", position, "A", "C"), LENGTH, 40)
        assert isinstance(span, Interval)
        spans[span.start] = span
        assert span.end - span.start == 40
        assert span.start + 10 <= position < span.end - 10 or (
            span.start == 0 or span.end == LENGTH
        )
    assert len(spans) == LENGTH // 20


@pytest.mark.parametrize(("size", "place"), [(512, 255), (41, 20)])
def test_that_the_authors_of_plantcaduceus_put_the_variant_one_letter_earlier(
    size: int, place: int, toy_reference: Reference
) -> None:
    span = centred_early(snv(toy_reference, 1_500), LENGTH, size)
    assert isinstance(span, Interval)
    assert (span.start, span.end) == (1_500 - place, 1_500 - place + size)
