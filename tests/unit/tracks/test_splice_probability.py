"""Predicted tracks say the same as the score."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gfm_desktop import tracks
from gfm_desktop.discovery import discover
from gfm_desktop.errors import InputError, OptionError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.variant import Variant
from gfm_desktop.models.ci_spliceai import CARD
from gfm_desktop.scoring import splice_delta
from gfm_desktop.tracks import splice_probability
from gfm_desktop.tracks.prediction import TrackPrediction, joined
from gfm_desktop.tracks.splice_probability import SIGNALS, predict

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.models.protocols import SpliceModel


def variant(reference: Reference, position: int, length: int, alt: str) -> Variant:
    ref = reference.fetch("chr1", position - 1, position - 1 + length)
    return Variant("chr1", position - 1, ref, alt)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    position=st.integers(700, 3_800).filter(lambda p: not 2_000 < p < 2_600),
    length=st.integers(1, 6),
    alt=st.text("ACGT", min_size=1, max_size=7),
)
def test_that_the_difference_of_the_overlay_is_the_delta_score(
    position: int,
    length: int,
    alt: str,
    toy_model: SpliceModel,
    toy_reference: Reference,
    toy_genes: GeneModels,
) -> None:
    one = variant(toy_reference, position, length, alt)
    (outcome,) = splice_delta.score(
        toy_model, [one], reference=toy_reference, genes=toy_genes
    )
    shown = predict(
        toy_model,
        Interval("chr1", one.start - 50, one.start + 51),
        reference=toy_reference,
        genes=toy_genes,
        variant=one,
    )
    side = "plus" if outcome.columns["strand"] == "+" else "minus"
    assert shown.alt is not None
    for name, kinds in (("acceptor", "ag al"), ("donor", "dg dl")):
        change = shown.alt[f"{name}_{side}"] - shown.ref[f"{name}_{side}"]
        for kind, sign in zip(kinds.split(), (1, -1), strict=True):
            place = int(np.argmax(sign * change))
            assert place - 50 == outcome.columns[f"dp_{kind}"]
            assert sign * change[place] == pytest.approx(
                outcome.columns[f"ds_{kind}"], abs=1e-6
            )


def test_that_nothing_is_shown_where_no_transcript_is(
    toy_model: SpliceModel, toy_reference: Reference, toy_genes: GeneModels
) -> None:
    shown = predict(
        toy_model,
        Interval("chr1", 400, 4_800),
        reference=toy_reference,
        genes=toy_genes,
    )
    plus, minus = shown.ref["donor_plus"], shown.ref["acceptor_minus"]
    assert np.isnan(plus[:100]).all()
    assert np.isfinite(plus[100:2_100]).all()
    assert np.isnan(plus[2_100:]).all()
    assert np.isnan(minus[:1_700]).all()
    assert np.isfinite(minus[1_700:4_100]).all()
    assert np.isnan(minus[4_100:]).all()
    assert shown.genes == ("PLUS", "MINUS")
    assert shown.alt is None


def test_that_both_strands_are_shown_to_the_ends_where_no_genes_are_open(
    toy_model: SpliceModel, toy_reference: Reference
) -> None:
    shown = predict(
        toy_model, Interval("chr1", 0, 6_000), reference=toy_reference, genes=None
    )
    for name in SIGNALS:
        assert shown.ref[name].shape == (6_000,)
        assert shown.ref[name].dtype == np.float32
        assert np.isfinite(shown.ref[name]).all()
    assert shown.genes == ()


def test_that_a_region_in_pieces_is_the_region_as_a_whole(
    toy_model: SpliceModel,
    toy_reference: Reference,
    toy_genes: GeneModels,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    region = Interval("chr1", 450, 4_600)
    whole = predict(toy_model, region, reference=toy_reference, genes=toy_genes)
    monkeypatch.setattr(splice_probability, "_PIECE", 333)
    pieces = predict(toy_model, region, reference=toy_reference, genes=toy_genes)
    for name in SIGNALS:
        np.testing.assert_allclose(pieces.ref[name], whole.ref[name], atol=1e-6)


@pytest.mark.parametrize(("length", "alt"), [(1, "T"), (5, "A"), (1, "ACCGT")])
def test_that_a_variant_acts_as_far_as_the_model_sees_and_no_further(
    length: int,
    alt: str,
    toy_model: SpliceModel,
    toy_reference: Reference,
    toy_genes: GeneModels,
) -> None:
    base = toy_reference.fetch("chr1", 1_299, 1_300)
    first = {"T": "G" if base == "T" else "T"}.get(alt, base + alt[1:])
    one = variant(toy_reference, 1_300, length, first)
    whole = predict(
        toy_model,
        Interval("chr1", 400, 4_800),
        reference=toy_reference,
        genes=toy_genes,
        variant=one,
    )
    assert whole.alt is not None
    changed = np.flatnonzero(whole.alt["donor_plus"] != whole.ref["donor_plus"])
    known = np.isfinite(whole.ref["donor_plus"])
    inside = changed[known[changed]] + 400
    assert inside.min() >= 1_299 - toy_model.flank
    assert inside.max() < 1_299 + length + toy_model.flank
    np.testing.assert_array_equal(whole.alt["donor_minus"], whole.ref["donor_minus"])
    # A region beside the variant sees it too, and shows what the whole shows there.
    for start, end in ((1_305, 1_340), (1_250, 1_290), (1_301, 1_303)):
        part = predict(
            toy_model,
            Interval("chr1", start, end),
            reference=toy_reference,
            genes=toy_genes,
            variant=one,
        )
        assert part.alt is not None
        np.testing.assert_allclose(
            part.alt["acceptor_plus"],
            whole.alt["acceptor_plus"][start - 400 : end - 400],
            atol=1e-6,
        )


def test_that_deleted_bases_have_no_probability_in_alt(
    toy_model: SpliceModel, toy_reference: Reference, toy_genes: GeneModels
) -> None:
    one = variant(toy_reference, 1_300, 5, toy_reference.fetch("chr1", 1_299, 1_300))
    shown = predict(
        toy_model,
        Interval("chr1", 1_290, 1_320),
        reference=toy_reference,
        genes=toy_genes,
        variant=one,
    )
    assert shown.alt is not None
    zeros = np.flatnonzero(shown.alt["donor_plus"] == 0) + 1_290
    assert zeros.tolist() == [1_300, 1_301, 1_302, 1_303]


def test_that_a_saved_prediction_comes_back_whole(
    toy_model: SpliceModel,
    toy_reference: Reference,
    toy_genes: GeneModels,
    tmp_path: Path,
) -> None:
    one = variant(toy_reference, 1_300, 2, "ACGG")
    shown = predict(
        toy_model,
        Interval("chr1", 1_200, 1_400),
        reference=toy_reference,
        genes=toy_genes,
        variant=one,
    )
    path = tmp_path / "tile.npz"
    shown.save(path)
    back = TrackPrediction.load(path)
    assert back.interval == shown.interval
    assert back.variant == one
    assert back.genes == ("PLUS",)
    assert (back.model, back.weights_sha256) == ("ci-spliceai", "0" * 64)
    assert back.alt is not None
    assert shown.alt is not None
    for name in SIGNALS:
        np.testing.assert_array_equal(back.ref[name], shown.ref[name])
        np.testing.assert_array_equal(back.alt[name], shown.alt[name])
    with np.load(path) as file:
        assert {"contig", "start", "end", "ref_donor_minus", "alt_donor_minus"} <= set(
            file.files
        )
    assert [p.name for p in tmp_path.glob("*tile*")] == ["tile.npz"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut", b"chr1\t5\t6\n"])
def test_that_another_file_is_refused_in_words(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "tile.npz"
    path.write_bytes(content)
    with pytest.raises(InputError, match="no file of a predicted"):
        TrackPrediction.load(path)


WRONG = {
    "contig": (Interval("chr9", 5, 9), None),
    "beyond": (Interval("chr1", 5_990, 6_001), None),
    "other contig": (Interval("chr1", 5, 9), Variant("tiny", 5, "C", "A")),
    "letters": (Interval("chr1", 5, 9), Variant("chr1", 6, "C", "<DEL>")),
    "mismatch": (Interval("chr1", 5, 9), Variant("chr1", 4_050, "C", "A")),
}


@pytest.mark.parametrize("name", WRONG)
def test_that_what_does_not_fit_the_genome_is_refused(
    name: str, toy_model: SpliceModel, toy_reference: Reference
) -> None:
    interval, one = WRONG[name]
    with pytest.raises(OptionError):
        predict(toy_model, interval, reference=toy_reference, genes=None, variant=one)


def test_that_an_empty_region_is_no_crash(
    toy_model: SpliceModel, toy_reference: Reference
) -> None:
    shown = predict(
        toy_model, Interval("chr1", 50, 50), reference=toy_reference, genes=None
    )
    assert all(len(shown.ref[name]) == 0 for name in SIGNALS)


def test_that_the_track_that_models_name_is_there() -> None:
    names = {card.name for card in discover(tracks, "TRACK").values()}
    assert set(CARD.tracks) <= names


@pytest.mark.parametrize("cut", [1_150, 1_200, 1_202, 1_260])
def test_that_joined_pieces_equal_the_whole_with_a_variant_at_the_seam(
    cut: int,
    toy_model: SpliceModel,
    toy_reference: Reference,
    toy_genes: GeneModels,
) -> None:
    one = variant(toy_reference, 1_200, 4, "A")

    def part(start: int, end: int) -> TrackPrediction:
        return predict(
            toy_model,
            Interval("chr1", start, end),
            reference=toy_reference,
            genes=toy_genes,
            variant=one,
        )

    whole = part(1_100, 1_300)
    seamed = joined([part(1_100, cut), part(cut, 1_300)])
    assert seamed.interval == whole.interval
    assert seamed.genes == whole.genes
    assert seamed.alt is not None
    assert whole.alt is not None
    for name in SIGNALS:
        np.testing.assert_allclose(seamed.ref[name], whole.ref[name], atol=1e-6)
        np.testing.assert_allclose(seamed.alt[name], whole.alt[name], atol=1e-6)
