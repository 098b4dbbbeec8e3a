"""What is reckoned incrementally is what the whole network gives."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gfm_desktop.models import splice_incremental
from gfm_desktop.models.pangolin_network import OUTPUTS, pangolin_class
from gfm_desktop.models.splice_cone import Edit, Levels, Span, cone
from gfm_desktop.models.splice_incremental import IncrementalNetwork
from gfm_desktop.models.splice_network import SPLICEAI_10K, SpliceArchitecture
from gfm_desktop.models.splice_trunk import Trunk

from .splice_strands import Letters, question, random_network, whole, windows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gfm_desktop.models.splice_question import Question

SIZES = {
    "relu": SpliceArchitecture(channels=6, groups=((3, 1), (5, 2), (21, 4)), units=2),
    "leaky": SpliceArchitecture(
        channels=5, groups=((3, 1), (7, 3)), units=2, slope=0.1, norm_epsilon=1e-5
    ),
    "one unit": SpliceArchitecture(channels=4, groups=((9, 2),), units=1),
    "pangolin": SpliceArchitecture(
        channels=6, groups=((3, 1), (9, 5)), units=2, outputs=OUTPUTS
    ),
    # Wide enough for frequencies to be cheaper than taps.
    "spectral": SpliceArchitecture(channels=32, groups=((5, 1), (41, 3)), units=1),
}
RANDOM = np.random.default_rng(5)
TEXT = "".join(RANDOM.choice(list("ACGT"), 1_500))
TEXT = TEXT[:700] + "N" * 60 + TEXT[760:900] + "CA" * 30 + TEXT[960:]
STRAND = Letters(TEXT, Span(30, 1_450))
MANY = settings(max_examples=60, deadline=None)


@cache
def network(name: str) -> Any:
    return random_network(SIZES[name], pangolin_class() if name == "pangolin" else None)


@cache
def incremental(name: str) -> IncrementalNetwork:
    """Return an engine that all examples share, so that most tiles are kept ones."""
    return IncrementalNetwork(Trunk(network(name)), limit=4 << 20, tile=150)


def answer(
    engine: IncrementalNetwork, asked: Question
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    import torch

    with torch.inference_mode():
        ((ref, alt),) = engine.answers([asked])
    return ref.numpy(), alt.numpy()


def check(name: str, start: int, ref: str, alt: str, distance: int) -> None:
    """Compare both alleles with the whole network."""
    asked = question(STRAND, start, ref, alt, distance=distance)
    found = answer(incremental(name), asked)
    texts = windows(STRAND, start, ref, alt, distance=distance, flank=SIZES[name].flank)
    for values, text in zip(found, texts, strict=True):
        told = whole(network(name), text)
        assert values.shape == told.shape
        np.testing.assert_allclose(values, told, rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", SIZES)
@MANY
@given(
    # From where the strand is only N, over its ends, to where it is only N again.
    start=st.integers(-250, 1_750),
    removed=st.integers(1, 9),
    alt=st.text("ACGT", min_size=1, max_size=12),
    distance=st.sampled_from([0, 1, 5, 50, 200]),
)
def test_that_any_variant_gets_the_numbers_of_the_whole_network(
    name: str, start: int, removed: int, alt: str, distance: int
) -> None:
    removed = min(removed, max(1, 2 * distance))
    check(name, start, STRAND.letters(start, start + removed), alt, distance)


KINDS = {
    "snv": (400, 1, "N"),
    "insertion": (400, 1, "=ACGT"),
    "insertion in a repeat": (918, 1, "=ACA"),
    "deletion": (400, 6, "="),
    "deletion in a repeat": (917, 5, "="),
    "mnv": (400, 3, "TTT"),
    "delins": (400, 5, "GG"),
    "delins that grows": (400, 2, "TTACCA"),
    "the longest deletion": (400, 100, "="),
    "a long insertion": (400, 1, "=" + "ACGTTG" * 50),
    "beside unknown letters": (699, 1, "N"),
    "among unknown letters": (720, 2, "CA"),
    "first base of the transcript": (30, 1, "N"),
    "last base of the transcript": (1_449, 1, "N"),
    "nothing": (400, 1, "="),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["relu", "spectral"])
def test_that_each_kind_of_variant_gets_the_numbers_of_the_whole_network(
    kind: str, name: str
) -> None:
    start, removed, alt = KINDS[kind]
    ref = STRAND.letters(start, start + removed)
    # "=" stands for the anchor base, "N" for another base than REF's.
    alt = alt.replace("=", ref[0]).replace("N", {"A": "C"}.get(ref[0], "A"))
    check(name, start, ref, alt, 50)


ALIKE = {
    "substitutions": (1, "N"),
    "insertions": (1, "=ACG"),
    "deletions": (4, "="),
    "delins": (3, "NTACN"),
}


@pytest.mark.parametrize("kind", ALIKE)
@pytest.mark.parametrize("name", ["relu", "leaky", "spectral"])
@pytest.mark.parametrize("starts", [(400, 409, 431, 890), (400, 401, 1_400)])
def test_that_variants_of_one_shape_give_together_what_each_gives_alone(
    kind: str, name: str, starts: Sequence[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    removed, alt = ALIKE[kind]
    # Few apart share tiles, and far ones get memory of their own.
    monkeypatch.setattr(splice_incremental, "_NEAR", 900)
    asked = []
    for start in starts:
        ref = STRAND.letters(start, start + removed)
        other = min(set("ACG") - {ref[0], ref[-1]})
        new = alt.replace("=", ref[0]).replace("N", other)
        asked.append(question(STRAND, start, ref, new, distance=50))
    assert len({one.shape for one in asked}) == 1
    with torch.inference_mode():
        together = incremental(name).answers(asked)
    for one, found in zip(asked, together, strict=True):
        for values, alone in zip(found, answer(incremental(name), one), strict=True):
            np.testing.assert_allclose(values.numpy(), alone, rtol=0, atol=1e-12)


def test_that_other_sizes_and_windows_are_other_shapes() -> None:
    asked = [
        question(STRAND, 400, "A", "C", distance=50),
        question(STRAND, 400, "AC", "C", distance=50),
        question(STRAND, 400, "A", "CT", distance=50),
        question(STRAND, 400, "A", "C", distance=51),
    ]
    assert len({one.shape for one in asked}) == 4
    assert question(STRAND, 900, "G", "T", distance=50).shape == asked[0].shape


def test_that_a_number_does_not_depend_on_what_was_asked_before() -> None:
    asked = [
        question(STRAND, start, ref, alt, distance=20)
        for start, removed, alt in ((300, 1, "G"), (303, 4, "A"), (310, 1, "CAAAT"))
        for ref in [STRAND.letters(start, start + removed)]
    ]

    def answers(order: Sequence[int], limit: int) -> dict[int, list[bytes]]:
        engine = IncrementalNetwork(Trunk(network("relu")), limit=limit, tile=64)
        return {
            number: [values.tobytes() for values in answer(engine, asked[number])]
            for number in order
        }

    together = answers((0, 1, 2), 4 << 20)
    assert answers((2, 0, 1), 0) == together
    for number in range(3):
        assert answers((number,), 4 << 20)[number] == together[number]


def test_that_where_nothing_reaches_alt_is_ref_in_every_bit() -> None:
    flank = SIZES["relu"].flank
    asked = question(STRAND, 600, STRAND.letters(600, 601), "T", distance=flank + 9)
    ref, alt = answer(incremental("relu"), asked)
    assert np.array_equal(ref[:, :9], alt[:, :9])
    assert np.array_equal(ref[:, -9:], alt[:, -9:])
    assert not np.array_equal(ref[:, 9:-9], alt[:, 9:-9])


def test_that_small_changes_keep_their_precision_in_float32() -> None:
    # What matters is the difference of both alleles, however small beside them.
    exact, rounded = network("relu"), random_network(SIZES["relu"]).float()
    engine = IncrementalNetwork(Trunk(rounded), limit=4 << 20, tile=150)
    asked = question(STRAND, 600, STRAND.letters(600, 601), "T", distance=150)
    cone_only = IncrementalNetwork(Trunk(exact), limit=4 << 20, tile=150)
    ref, alt = answer(cone_only, asked)
    small_ref, small_alt = answer(engine, asked)
    far = slice(0, 40)
    true = (alt - ref)[:, far]
    assert 0 < np.abs(true).max() < 0.2
    np.testing.assert_allclose((small_alt - small_ref)[:, far], true, atol=3e-7)


def test_that_an_edit_is_what_both_alleles_do_not_share() -> None:
    assert Edit.of(10, "A", "G") == Edit(10, 1, "G")
    assert Edit.of(10, "ACC", "A") == Edit(11, 2, "")
    assert Edit.of(10, "A", "ATT") == Edit(11, 0, "TT")
    assert Edit.of(10, "CACA", "CA") == Edit(12, 2, "")
    assert Edit.of(10, "AGT", "ACT") == Edit(11, 1, "C")
    assert Edit.of(10, "A", "A") == Edit(11, 0, "")


def test_that_the_cone_of_a_substitution_is_the_one_that_is_described() -> None:
    levels = Levels.of(SPLICEAI_10K)
    window = Span(-50, 51)
    shape = cone(levels, 1, 1, window)
    halves = [span.length // 2 for span in shape.spans]
    assert halves[:9] == [0, 5, 10, 15, 20, 25, 30, 35, 40]
    assert halves[24:] == [1_000, 1_500, 2_000, 2_500, 2_050, 1_550, 1_050, 550, 50]
    taken = levels.multiplications(list(shape.spans), 32)
    assert taken / 1e9 == pytest.approx(1.2, abs=0.01)
    both_alleles = 2 * levels.multiplications(levels.read_by(window), 32)
    assert both_alleles / 1e9 == pytest.approx(9.0, abs=0.05)
