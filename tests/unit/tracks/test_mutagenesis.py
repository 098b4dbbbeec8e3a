"""Mutagenesis: the arithmetic of effects, importance and parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from gfm_desktop.errors import OptionError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.reference import Reference
from gfm_desktop.genome.variant import Variant
from gfm_desktop.models.ci_spliceai import CARD as SPLICE
from gfm_desktop.models.hyenadna import CARDS as HYENA
from gfm_desktop.models.pangolin import CARD as PANGOLIN
from gfm_desktop.scoring.card import signed
from gfm_desktop.tracks import mutagenesis, registry
from gfm_desktop.tracks.mutagenesis import EFFECTS, IMPORTANCE, LEVELS, Effect
from gfm_desktop.tracks.prediction import TrackPrediction, joined, part_of
from gfm_desktop.workspace.prediction_region import assemble

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

LETTERS = "ACGTNACGTTGCAACG"


class Plain:
    """Knows no genome: an effect is the place, and a hundredth for each letter."""

    title = "Toy score"
    units = "toys"
    changes = True

    def __init__(self) -> None:
        self.asked: list[Variant] = []

    def effects(self, variants: Sequence[Variant]) -> list[Effect]:
        self.asked += variants
        return [self.effect(one) for one in variants]

    def effect(self, one: Variant) -> Effect:
        if one.start == 7:
            return Effect(None, "outside every annotated gene")
        return Effect(one.start + "ACGT".index(one.alt) / 100)


class Model:
    card = SPLICE
    device = "cpu"
    weights_sha256 = "0" * 64


@pytest.fixture
def genome(tmp_path: Path) -> Iterator[Reference]:
    path = tmp_path / "g.fa"
    path.write_text(f">chr1\n{LETTERS}\n")
    reference = Reference.open(path)
    yield reference
    reference.close()


def predicted(
    genome: Reference,
    score: Plain,
    start: int = 0,
    end: int = len(LETTERS),
    part: tuple[int, int] = (1, 0),
) -> TrackPrediction:
    return mutagenesis.predict(
        Model(),  # type: ignore[arg-type]
        Interval("chr1", start, end),
        reference=genome,
        genes=None,
        score=score,
        part=part,
    )


def test_that_every_substitution_is_asked_for_once_and_never_the_own_base(
    genome: Reference,
) -> None:
    score = Plain()
    found = predicted(genome, score)
    assert len(score.asked) == len(set(score.asked)) == 3 * (len(LETTERS) - 1)
    assert all(one.ref != one.alt for one in score.asked)
    assert all(one.ref == LETTERS[one.start] for one in score.asked)
    assert found.letters == LETTERS
    for key, letter in zip(EFFECTS, "ACGT", strict=True):
        for at, base in enumerate(LETTERS):
            value = found.ref[key][at]
            if at in (4, 7):
                # Unknown, and refused altogether: nothing is known of either.
                assert np.isnan(value)
            elif base == letter:
                assert value == 0.0
            else:
                assert value == np.float32(at + "ACGT".index(letter) / 100)


def test_that_importance_is_what_the_base_has_above_the_mean_of_all_four(
    genome: Reference,
) -> None:
    found = predicted(genome, Plain())
    # Base 2 is G: effects 2.00 (A), 2.01 (C), 0 (G), 2.03 (T).
    assert found.ref[IMPORTANCE][2] == pytest.approx(-(2.0 + 2.01 + 2.03) / 4)
    # Base 7 has no effects, base 4 is unknown.
    assert np.isnan(found.ref[IMPORTANCE][[4, 7]]).all()
    told = {one.start: one.reason for one in found.missing}
    assert told == {
        4: "the genome's base is unknown here (N)",
        7: "outside every annotated gene",
    }


def test_that_a_base_without_any_effect_has_no_importance_of_minus_zero() -> None:
    found = mutagenesis.signals_of(np.zeros((1, 4)))[IMPORTANCE]
    assert not np.signbit(found[0])


def test_that_the_parts_hold_every_position_once_and_the_same_numbers(
    genome: Reference,
) -> None:
    whole = predicted(genome, Plain(), 3, 15)
    score = Plain()
    parts = [predicted(genome, score, 3, 15, part) for part in LEVELS]
    assert len(score.asked) == len(set(score.asked)) == 3 * 11
    masks = np.stack([one.tells(3, 15) for one in parts])
    assert (masks.sum(axis=0) == 1).all()
    assert [list(np.flatnonzero(mask) + 3) for mask in masks[:2]] == [[8], [4, 12]]
    region = assemble(Interval("chr1", 0, 16), parts, [])
    assert region.known.tolist() == [False] * 3 + [True] * 12 + [False]
    assert region.letters == f"NNN{LETTERS[3:15]}N"
    for key, values in whole.ref.items():
        np.testing.assert_array_equal(region.ref[key][3:15], values)


def test_that_a_part_alone_knows_its_own_positions_only(genome: Reference) -> None:
    part = predicted(genome, Plain(), part=(8, 4))
    region = assemble(part.interval, [part], [])
    # 4 is N: it was asked about, and the answer is that there is none.
    assert np.flatnonzero(region.known).tolist() == [4, 12]
    assert np.flatnonzero(~np.isnan(region.ref["to_a"])).tolist() == [12]
    assert region.reason(4) == "the genome's base is unknown here (N)"


def test_that_pieces_join_and_a_file_keeps_letters_and_part(
    genome: Reference, tmp_path: Path
) -> None:
    part = (4, 2)
    pieces = [predicted(genome, Plain(), a, a + 8, part) for a in (0, 8)]
    whole = joined(pieces)
    whole.save(tmp_path / "t.npz")
    read = TrackPrediction.load(tmp_path / "t.npz")
    assert (read.letters, read.told) == (LETTERS, part)
    cut = part_of(read, Interval("chr1", 8, 16))
    assert cut.letters == pieces[1].letters
    for key, values in pieces[1].ref.items():
        np.testing.assert_array_equal(cut.ref[key], values)


def test_that_predictions_of_variants_have_no_own_base_and_no_importance(
    genome: Reference,
) -> None:
    score = Plain()
    score.changes = False
    found = predicted(genome, score)
    assert np.isnan(found.ref["to_a"][0])
    assert found.ref["to_c"][0] == np.float32(0.01)
    assert np.isnan(found.ref[IMPORTANCE]).all()
    assert "learnt from variants" in found.notes[0]


def test_that_a_variant_is_refused(genome: Reference) -> None:
    with pytest.raises(OptionError, match="one at a time"):
        mutagenesis.predict(
            Model(),  # type: ignore[arg-type]
            Interval("chr1", 0, 4),
            reference=genome,
            genes=None,
            score=Plain(),
            variant=Variant("chr1", 1, "C", "T"),
        )


def test_that_a_loss_is_below_zero() -> None:
    score = np.array([0.5, 0.5, 0.0, np.nan])
    lost = np.array([0.5, 0.2, 0.0, np.nan])
    found = signed(score, [np.zeros(4), lost])
    np.testing.assert_array_equal(found, [-0.5, 0.5, 0.0, np.nan])
    assert not np.signbit(found[2])
    # A column may hold the loss as a negative number.
    assert signed(np.array([0.3]), [np.array([-0.3])])[0] == -0.3
    assert signed(np.array([-1.5]), [])[0] == -1.5


def test_that_every_model_that_scores_substitutions_has_the_track() -> None:
    for card in (SPLICE, PANGOLIN, HYENA[0]):
        assert registry.choose(card, "mutagenesis") is mutagenesis.TRACK
    # Without a choice it is the model's own kind.
    assert registry.choose(SPLICE).name == "splice-probability"
