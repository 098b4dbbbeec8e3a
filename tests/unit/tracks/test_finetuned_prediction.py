"""A fine-tuned model's track: windows on a fixed grid, both alleles, known answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gfm_desktop.errors import OptionError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.variant import Variant
from gfm_desktop.models.sequence import reverse_complement
from gfm_desktop.tracks import finetuned_prediction, registry
from gfm_desktop.tracks.prediction import TrackPrediction, joined

from ..models.finetuned_kit import LENGTH, NAMES, in_memory  # noqa: TID252

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.reference import Reference

STEP = LENGTH // 4


def predict(
    model: Any,
    reference: Reference,
    start: int,
    end: int,
    variant: Variant | None = None,
    genes: GeneModels | None = None,
    **options: Any,
) -> TrackPrediction:
    return finetuned_prediction.predict(
        model,
        Interval("chr1", start, end),
        reference=reference,
        genes=genes,
        variant=variant,
        **options,
    )


def window(reference: Reference, place: int) -> str:
    """Return the window of the bin that a base lies in."""
    middle = place // STEP * STEP + STEP // 2
    start = middle - LENGTH // 2
    return reference.fetch("chr1", start, start + LENGTH)


@pytest.mark.parametrize("task", NAMES)
def test_that_every_base_has_the_prediction_of_its_bins_window(
    task: str, toy_reference: Reference, tmp_path: Path
) -> None:
    model = in_memory(tmp_path / "tiny", task)
    found = predict(model, toy_reference, 500, 561)
    wanted = model.predict([window(toy_reference, p) for p in range(500, 561)])
    table = np.stack(list(found.ref.values()), axis=1)
    np.testing.assert_allclose(table, wanted, atol=1e-5)
    assert (found.alt, found.missing, found.step) == (None, (), 1)
    assert found.limits == (None if task == "regression" else (0.0, 1.0))
    for key, name in zip(
        found.signals, NAMES[task][-len(found.signals) :], strict=True
    ):
        assert name in found.title(key)
    assert f"{LENGTH} bp every {STEP} bp" in found.how


def test_that_pieces_give_the_whole(toy_reference: Reference, tmp_path: Path) -> None:
    model = in_memory(tmp_path / "tiny")
    size = finetuned_prediction.piece(model)
    assert size % STEP == 0
    start, end = size - 20, size + 31
    whole = predict(model, toy_reference, start, end)
    parts = [
        predict(model, toy_reference, start, size),
        predict(model, toy_reference, size, end),
    ]
    np.testing.assert_allclose(joined(parts).ref["p"], whole.ref["p"], atol=1e-6)


@pytest.mark.parametrize(
    ("gone", "alt"), [(1, "ACG"), (9, "A"), (2, "GGGG"), (1, "")], ids=str
)
def test_that_alt_is_read_around_the_same_bases(
    gone: int, alt: str, toy_reference: Reference, tmp_path: Path
) -> None:
    model = in_memory(tmp_path / "tiny")
    letters = toy_reference.fetch("chr1", 0, 2_000)
    start = 800
    alt = alt or {"A": "C"}.get(letters[start], "A")
    variant = Variant("chr1", start, letters[start : start + gone], alt)
    found = predict(model, toy_reference, 760, 851, variant)
    assert found.alt is not None
    ref, values = found.ref["p"], found.alt["p"]
    haplotype = letters[:start] + alt + letters[start + gone :]
    shift = len(alt) - gone
    deleted = set(range(start + len(alt), start + gone))
    for place in range(760, 851):
        value = values[place - 760]
        if place in deleted:
            assert np.isnan(value)
            continue
        first = place // STEP * STEP
        middle = first + STEP // 2
        if middle in deleted:
            continue
        moved = middle + shift if middle >= start + gone else middle
        cut = haplotype[moved - LENGTH // 2 :][:LENGTH]
        (wanted,) = model.predict([cut])
        assert value == pytest.approx(float(wanted[0]), abs=1e-5)
    assert not np.allclose(ref, values, equal_nan=True)
    # Far from the variant the alleles are one.
    assert values[0] == ref[0]
    assert values[-1] == ref[-1]
    told = [m for m in found.missing if m.allele == "alt"]
    assert [(m.start, m.end) for m in told] == (
        [(min(deleted), max(deleted) + 1)] if deleted else []
    )


def test_that_a_known_reference_is_not_read_again(
    toy_reference: Reference, tmp_path: Path
) -> None:
    model = in_memory(tmp_path / "tiny", "multiclass")
    base = toy_reference.fetch("chr1", 800, 801)
    variant = Variant("chr1", 800, base, "C" if base != "C" else "T")
    plain = predict(model, toy_reference, 700, 900)
    whole = predict(model, toy_reference, 700, 900, variant)
    found = predict(model, toy_reference, 700, 900, variant, known=plain)
    assert found.alt is not None
    assert whole.alt is not None
    for key in found.signals:
        np.testing.assert_array_equal(found.ref[key], plain.ref[key])
        np.testing.assert_allclose(found.alt[key], whole.alt[key], atol=1e-6)


def test_that_ends_and_unknown_bases_have_no_value(
    toy_reference: Reference, tmp_path: Path
) -> None:
    model = in_memory(tmp_path / "tiny")
    ends = predict(model, toy_reference, 0, 60).ref["p"]
    assert np.isnan(ends[: LENGTH // 2 - STEP]).all()
    assert np.isfinite(ends[LENGTH // 2 + STEP :]).all()
    found = predict(model, toy_reference, 3_950, 4_150)
    assert np.isnan(found.ref["p"][80:120]).all()
    assert np.isfinite(found.ref["p"][[0, -1]]).all()
    assert {m.reason for m in found.missing} == {
        "mostly unknown bases (N) in this genome"
    }
    covered = {p for m in found.missing for p in range(m.start, m.end)}
    assert covered == set(3_950 + np.flatnonzero(np.isnan(found.ref["p"])))


def test_that_one_strand_is_read_where_one_was_learnt(
    toy_reference: Reference, toy_genes: GeneModels, tmp_path: Path
) -> None:
    model = in_memory(tmp_path / "tiny", strands="forward")
    sense = predict(model, toy_reference, 3_100, 3_101, genes=toy_genes)
    (wanted,) = model.predict([reverse_complement(window(toy_reference, 3_100))])
    assert sense.ref["p"][0] == pytest.approx(float(wanted[0]), abs=1e-5)
    assert sense.genes == ("MINUS",)
    assert not sense.notes
    between = predict(model, toy_reference, 100, 101, genes=toy_genes)
    assert np.isnan(between.ref["p"]).all()
    assert "no gene" in between.missing[0].reason
    both = predict(model, toy_reference, 3_100, 3_101)
    assert "one strand" in both.notes[0]
    letters = window(toy_reference, 3_100)
    odds = model.logits([letters, reverse_complement(letters)]).mean()
    assert both.ref["p"][0] == pytest.approx(1 / (1 + np.exp(-odds)), abs=1e-5)
    forward = predict(model, toy_reference, 3_100, 3_101, strands="forward")
    (plain,) = model.predict([letters])
    assert forward.ref["p"][0] == pytest.approx(float(plain[0]), abs=1e-5)


def test_that_the_step_can_be_chosen(toy_reference: Reference, tmp_path: Path) -> None:
    model = in_memory(tmp_path / "tiny")
    found = predict(model, toy_reference, 500, 520, step=1).ref["p"]
    assert len(np.unique(found)) == 20
    coarse = predict(model, toy_reference, 500, 520, step=100).ref["p"]
    assert len(np.unique(coarse)) == 1
    assert finetuned_prediction.piece(model, step=10) == 160
    assert finetuned_prediction.browsing(step=10).tile_bp > 0


def test_that_it_can_be_kept_and_read_again(
    toy_reference: Reference, tmp_path: Path
) -> None:
    model = in_memory(tmp_path / "tiny", "multilabel")
    found = predict(model, toy_reference, 500, 560)
    found.save(tmp_path / "kept.npz")
    again = TrackPrediction.load(tmp_path / "kept.npz")
    assert again.signals == found.signals == ("p_1", "p_2")
    np.testing.assert_array_equal(again.ref["p_2"], found.ref["p_2"])


def test_that_what_does_not_fit_is_refused(
    toy_reference: Reference, tmp_path: Path
) -> None:
    model = in_memory(tmp_path / "tiny")
    assert [card.name for card in registry.for_model(model.card)] == [
        "finetuned-prediction",
        "mutagenesis",
    ]
    variants = in_memory(tmp_path / "other", input="variant")
    with pytest.raises(OptionError, match="learnt from variants"):
        predict(variants, toy_reference, 500, 560)
    with pytest.raises(OptionError, match="gene models"):
        predict(model, toy_reference, 500, 560, strands="gene")
    with pytest.raises(OptionError, match="ends at"):
        predict(model, toy_reference, 500, 10_000_000)

    class Other:
        card = model.card
        device = "cpu"
        weights_sha256 = ""

    with pytest.raises(OptionError, match="not a fine-tuned model"):
        predict(Other(), toy_reference, 500, 560)
