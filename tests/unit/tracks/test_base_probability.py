"""Expected bases: what the model says of hidden bases, laid over the reference."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gfm_desktop.errors import OptionError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.variant import Variant
from gfm_desktop.models.sequence import reverse_complement
from gfm_desktop.scoring import column_log_odds, masked_log_odds
from gfm_desktop.tracks.base_probability import BASES, ENTROPY, TRACK, piece, predict
from gfm_desktop.tracks.prediction import Missing, TrackPrediction, joined
from tests.unit.scoring.toy_language import (
    beside,
    column,
    nucleotide,
    overlapping,
    pairs,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.reference import Reference
    from tests.unit.scoring.toy_language import ToyLanguageModel

HERE = Interval("chr1", 1_000, 1_024)
MAKERS = {
    "bases": nucleotide,
    "k-mers": beside,
    "overlapping": overlapping,
    "columns": column,
}


def told(
    model: ToyLanguageModel, interval: Interval, reference: Reference, **more: Any
) -> TrackPrediction:
    return predict(model, interval, reference=reference, **{"genes": None, **more})


def chances(shown: TrackPrediction, allele: str = "ref") -> NDArray[np.float32]:
    signals = getattr(shown, allele)
    return np.stack([signals[name] for name in BASES], axis=1)


def softmax(values: NDArray[Any]) -> NDArray[np.float64]:
    powers = np.exp(values.astype(np.float64) - values.max())
    return powers / powers.sum()


def mean_of(forward: NDArray[Any], reverse: NDArray[Any]) -> NDArray[np.float64]:
    """Return the normalised mean of logarithms; `reverse` is in letters of its own."""
    both = np.exp((np.log(forward) + np.log(reverse[::-1])) / 2)
    return both / both.sum()


def changed(reference: Reference, position: int, length: int, alt: str) -> Variant:
    start = position - 1
    return Variant("chr1", start, reference.fetch("chr1", start, start + length), alt)


@pytest.mark.parametrize("name", MAKERS)
def test_that_every_kind_of_model_gives_probabilities(
    name: str, toy_reference: Reference
) -> None:
    shown = told(MAKERS[name](), HERE, toy_reference)
    found = chances(shown)
    assert found.dtype == np.float32
    assert found.shape == (24, 4)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-6)
    entropy = -(found * np.log2(found)).sum(axis=1)
    np.testing.assert_allclose(shown.ref[ENTROPY], entropy, atol=1e-5)
    assert tuple(shown.ref) == tuple(name for name, _ in TRACK.signals)
    assert shown.alt is None
    assert shown.missing == ()


def test_that_a_base_is_hidden_alone_in_a_window_around_it(
    toy_reference: Reference,
) -> None:
    model = nucleotide()
    shown = told(model, Interval("chr1", 1_003, 1_004), toy_reference)
    letters = toy_reference.fetch("chr1", 1_003 - 20, 1_003 + 20)
    bases = list(model.tokenizer.base_ids)
    strands = []
    for text, place in ((letters, 20), (reverse_complement(letters), 19)):
        ids = model.tokens(text).ids.copy()
        # One special token stands in front.
        ids[place + 1] = model.tokenizer.mask_id
        strands.append(softmax(model.logits(ids[None])[0, place + 1, bases]))
    np.testing.assert_allclose(chances(shown)[0], mean_of(*strands), rtol=1e-5)
    assert shown.how == "each base hidden in turn, mean of both strands"


@pytest.mark.parametrize("early", [False, True])
def test_that_log_odds_of_the_track_are_the_masked_score(
    early: bool, toy_reference: Reference
) -> None:
    model = nucleotide(early_centre=early)
    found = chances(told(model, HERE, toy_reference))
    letters = toy_reference.fetch("chr1", HERE.start, HERE.end)
    for offset, ref in enumerate(letters):
        for alt in set("ACGT") - {ref}:
            one = Variant("chr1", HERE.start + offset, ref, alt)
            (outcome,) = masked_log_odds.score(
                model, [one], reference=toy_reference, genes=None
            )
            a, r = (found[offset, "ACGT".index(base)] for base in (alt, ref))
            assert np.log(a / r) == pytest.approx(outcome.score, abs=1e-4)


def test_that_log_odds_of_the_track_are_the_column_score(
    toy_reference: Reference,
) -> None:
    model = column()
    for interval in (HERE, Interval("chr1", 0, 8), Interval("chr1", 5_992, 6_000)):
        found = chances(told(model, interval, toy_reference))
        letters = toy_reference.fetch("chr1", interval.start, interval.end)
        for offset, ref in enumerate(letters):
            alt = "ACGT"["ACGT".index(ref) - 1]
            one = Variant("chr1", interval.start + offset, ref, alt)
            (outcome,) = column_log_odds.score(
                model, [one], reference=toy_reference, genes=None
            )
            a, r = (found[offset, "ACGT".index(base)] for base in (alt, ref))
            assert np.log(a / r) == pytest.approx(outcome.score, abs=1e-4)


def test_that_a_hidden_k_mer_is_summed_over_its_other_bases(
    toy_reference: Reference,
) -> None:
    model = beside(window=13)
    shown = told(model, Interval("chr1", 1_001, 1_003), toy_reference)
    # The grid begins with the contig: 1,001 and 1,002 lie in 999..1,001 and 1,002...
    words = ["".join(word) for word in product("ACGT", repeat=3)]
    ids = [int(model.tokens(word).ids[1]) for word in words]
    for offset, (group, place) in enumerate(((999, 2), (1_002, 0))):
        start = group - 6
        letters = toy_reference.fetch("chr1", start, start + 12)
        strands = []
        for text, token, at in (
            (letters, 2, place),
            (reverse_complement(letters), 1, 2 - place),
        ):
            hidden = model.tokens(text).ids.copy()
            hidden[token + 1] = model.tokenizer.mask_id
            every = softmax(model.logits(hidden[None])[0, token + 1, ids])
            strands.append(
                np.array(
                    [
                        sum(p for w, p in zip(words, every, strict=True) if w[at] == b)
                        for b in "ACGT"
                    ]
                )
            )
        np.testing.assert_allclose(chances(shown)[offset], mean_of(*strands), rtol=1e-5)
    assert shown.how == "each k-mer hidden in turn, mean of both strands"


def test_that_all_overlapping_k_mers_of_a_base_are_hidden(
    toy_reference: Reference,
) -> None:
    model = overlapping(window=12)
    shown = told(model, Interval("chr1", 1_000, 1_001), toy_reference)
    letters = toy_reference.fetch("chr1", 994, 1_006)
    words = ["".join(word) for word in product("ACGT", repeat=3)]
    strands = []
    for text, base in ((letters, 6), (reverse_complement(letters), 5)):
        ids = model.tokens(text).ids.copy()
        # Tokens start at letters; one special token stands in front.
        ids[[base - 2 + 1, base - 1 + 1, base + 1]] = model.tokenizer.mask_id
        every = softmax(model.logits(ids[None])[0, base - 1 + 1, 4 : 4 + 64])
        strands.append(
            np.array(
                [
                    sum(p for w, p in zip(words, every, strict=True) if w[1] == b)
                    for b in "ACGT"
                ]
            )
        )
    np.testing.assert_allclose(chances(shown)[0], mean_of(*strands), rtol=1e-5)


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("mode", ["each", "spaced", "visible"])
def test_that_a_number_does_not_depend_on_the_region_asked_for(
    name: str, mode: str, toy_reference: Reference
) -> None:
    model = MAKERS[name]()
    region = Interval("chr1", 985, 1_060)
    if mode == "spaced" and name == "columns":
        with pytest.raises(OptionError, match="hides nothing"):
            told(model, region, toy_reference, mode=mode)
        return
    if mode != "each" and name == "overlapping":
        with pytest.raises(OptionError, match="choose mode each"):
            told(model, region, toy_reference, mode=mode)
        return
    whole = told(model, region, toy_reference, mode=mode)
    parts = [
        told(model, Interval("chr1", start, end), toy_reference, mode=mode)
        for start, end in ((985, 1_001), (1_001, 1_002), (1_002, 1_060))
    ]
    one = joined(parts)
    assert one.interval == whole.interval
    for signal in whole.signals:
        np.testing.assert_allclose(one.ref[signal], whole.ref[signal], atol=1e-6)


def test_that_faster_modes_ask_less_and_say_so(toy_reference: Reference) -> None:
    region = Interval("chr1", 1_000, 1_100)
    asked, words = {}, {}
    for mode in ("each", "spaced", "visible"):
        model = nucleotide(window=200)
        shown = told(model, region, toy_reference, mode=mode)
        asked[mode] = sum(batch for batch, _ in model.asked)
        words[mode] = shown.how
    assert asked == {"each": 200, "spaced": 32, "visible": 2}
    assert words["spaced"].startswith("every 16th base hidden at once")
    assert words["visible"].startswith("nothing hidden")


def test_that_spaced_hides_every_sixteenth_base(toy_reference: Reference) -> None:
    model = nucleotide(window=40)
    # Cell 50 of 20 bp: its window begins a quarter of the window before it.
    shown = told(model, Interval("chr1", 1_003, 1_004), toy_reference, mode="spaced")
    letters = toy_reference.fetch("chr1", 990, 1_030)
    bases = list(model.tokenizer.base_ids)
    strands = []
    # 1,003 and 1,019 are the bases of the cell that leave 11 behind when divided by 16.
    for text, places in ((letters, (13, 29)), (reverse_complement(letters), (26, 10))):
        ids = model.tokens(text).ids.copy()
        ids[[place + 1 for place in places]] = model.tokenizer.mask_id
        strands.append(softmax(model.logits(ids[None])[0, places[0] + 1, bases]))
    np.testing.assert_allclose(chances(shown)[0], mean_of(*strands), rtol=1e-5)


def test_that_strands_can_be_chosen(toy_reference: Reference) -> None:
    model = nucleotide()
    one = {
        strands: chances(told(model, HERE, toy_reference, strands=strands))
        for strands in ("both", "forward", "reverse")
    }
    mean = np.sqrt(one["forward"] * one["reverse"])
    mean /= mean.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(one["both"], mean, rtol=1e-4)
    assert np.abs(one["forward"] - one["reverse"]).max() > 0.01


def test_that_a_symmetric_model_is_read_once(toy_reference: Reference) -> None:
    model = nucleotide(symmetric=True)
    told(model, HERE, toy_reference)
    assert sum(batch for batch, _ in model.asked) == len(HERE)


def test_that_a_model_of_transcripts_reads_the_sense_strand_of_genes(
    toy_reference: Reference, toy_genes: GeneModels
) -> None:
    model = nucleotide()
    model.card = replace(model.card, transcripts=True)
    region = Interval("chr1", 1_990, 2_110)
    shown = told(model, region, toy_reference, genes=toy_genes)
    plus = chances(told(model, region, toy_reference, strands="forward"))
    both = chances(told(model, region, toy_reference, strands="both"))
    # Until 2,100 the one gene here lies on the forward strand, then two overlap.
    np.testing.assert_allclose(chances(shown)[:110], plus[:110], atol=1e-6)
    np.testing.assert_allclose(chances(shown)[110:], both[110:], atol=1e-6)
    assert shown.how.endswith("sense strand of genes")
    beyond = told(model, Interval("chr1", 490, 510), toy_reference, genes=toy_genes)
    assert np.isnan(chances(beyond)[:10]).all()
    assert np.isfinite(chances(beyond)[10:]).all()
    assert [(m.start, m.end) for m in beyond.missing] == [(490, 500)]
    assert "no gene here" in beyond.missing[0].reason


@pytest.mark.parametrize("name", ["bases", "k-mers", "columns"])
def test_that_alt_is_a_window_with_the_variant(
    name: str, toy_reference: Reference
) -> None:
    model = MAKERS[name]()
    ref = toy_reference.fetch("chr1", 1_010, 1_011)
    one = changed(toy_reference, 1_011, 1, "A" if ref != "A" else "C")
    region = Interval("chr1", 960, 1_060)
    shown = told(model, region, toy_reference, variant=one)
    before, after = chances(shown), chances(shown, "alt")
    moved = np.flatnonzero(np.abs(after - before).max(axis=1) > 0) + 960
    reach = 6 if name == "columns" else 24
    assert len(moved) > 4
    assert moved.min() >= 1_010 - reach
    assert moved.max() <= 1_010 + reach
    if name == "bases":
        # Hidden, the base itself is read from the same window with either allele.
        np.testing.assert_array_equal(after[50], before[50])
    known = told(model, region, toy_reference)
    model.asked.clear()
    again = told(model, region, toy_reference, variant=one, known=known)
    for signal in shown.signals:
        np.testing.assert_array_equal(again.ref[signal], shown.ref[signal])
    np.testing.assert_allclose(chances(again, "alt"), after, atol=1e-6)
    assert sum(batch for batch, _ in model.asked) <= 2 * (2 * reach + 1)


def test_that_deleted_bases_have_no_alt_and_those_behind_move_up(
    toy_reference: Reference,
) -> None:
    model = nucleotide()
    one = changed(toy_reference, 1_011, 4, toy_reference.fetch("chr1", 1_010, 1_011))
    region = Interval("chr1", 1_000, 1_040)
    shown = told(model, region, toy_reference, variant=one)
    after = chances(shown, "alt")
    gone = np.flatnonzero(np.isnan(after).all(axis=1)) + 1_000
    assert gone.tolist() == [1_011, 1_012, 1_013]
    assert Missing(1_011, 1_014, "deleted by the variant", "alt") in shown.missing
    assert np.isfinite(chances(shown)).all()
    # The base behind the deletion is read from the shortened haplotype.
    letters = toy_reference.fetch("chr1", 900, 1_011) + toy_reference.fetch(
        "chr1", 1_014, 1_100
    )
    place = 1_011 - 900
    text = letters[place - 20 : place + 20]
    strands = []
    for read, at in ((text, 20), (reverse_complement(text), 19)):
        ids = model.tokens(read).ids.copy()
        ids[at + 1] = model.tokenizer.mask_id
        bases = list(model.tokenizer.base_ids)
        strands.append(softmax(model.logits(ids[None])[0, at + 1, bases]))
    np.testing.assert_allclose(after[14], mean_of(*strands), rtol=1e-5)


def test_that_inserted_bases_leave_no_hole(toy_reference: Reference) -> None:
    model = nucleotide()
    base = toy_reference.fetch("chr1", 1_010, 1_011)
    one = changed(toy_reference, 1_011, 1, base + "GATTACA")
    shown = told(model, Interval("chr1", 1_000, 1_060), toy_reference, variant=one)
    after = chances(shown, "alt")
    assert np.isfinite(after).all()
    moved = np.flatnonzero(np.abs(after - chances(shown)).max(axis=1) > 0)
    assert {10, 11} <= set(moved.tolist())
    assert moved.max() < 11 + 20


def test_that_a_k_mer_model_refuses_a_moved_frame_and_takes_whole_k_mers(
    toy_reference: Reference,
) -> None:
    model = beside()
    base = toy_reference.fetch("chr1", 1_010, 1_011)
    with pytest.raises(OptionError, match="multiple of 3"):
        told(
            model,
            HERE,
            toy_reference,
            variant=changed(toy_reference, 1_011, 1, base + "G"),
        )
    whole = changed(toy_reference, 1_011, 1, base + "GAT")
    shown = told(model, HERE, toy_reference, variant=whole)
    assert np.isfinite(chances(shown, "alt")).all()


@pytest.mark.parametrize("name", ["bases", "k-mers", "overlapping"])
def test_that_unknown_bases_have_no_prediction_but_a_reason(
    name: str, toy_reference: Reference
) -> None:
    shown = told(MAKERS[name](), Interval("chr1", 3_990, 4_005), toy_reference)
    found = chances(shown)
    assert np.isfinite(found[:10]).all()
    assert np.isnan(found[10:]).all()
    assert np.isnan(shown.ref[ENTROPY][10:]).all()
    assert [(m.start, m.end) for m in shown.missing] == [(4_000, 4_005)]
    assert "(N)" in shown.missing[0].reason
    assert "unknown (N)" in shown.notes[0]


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("contig", ["chr1", "tiny"])
def test_that_the_ends_of_a_contig_are_read(
    name: str, contig: str, toy_reference: Reference
) -> None:
    length = toy_reference.contigs[contig]
    for interval in (Interval(contig, 0, 7), Interval(contig, length - 7, length)):
        shown = told(MAKERS[name](), interval, toy_reference)
        absent = np.isnan(chances(shown)).all(axis=1)
        # 20 bases hold six 3-mers; the last two fill none.
        partial = name == "k-mers" and length % 3 and interval.start
        assert absent.tolist() == [False] * (5 if partial else 7) + (
            [True, True] if partial else []
        )
        assert bool(shown.missing) == bool(partial)


def test_that_an_unpadded_column_model_tells_nothing_at_a_contigs_end(
    toy_reference: Reference,
) -> None:
    model = nucleotide(
        objective="column", mask=None, window=11, cropped=5, special=((), ())
    )
    shown = told(model, Interval("chr1", 0, 9), toy_reference)
    assert np.isnan(chances(shown)[:5]).all()
    assert np.isfinite(chances(shown)[5:]).all()
    assert "ends here" in shown.missing[0].reason


WRONG = {
    "pairs": (pairs, {}, "varying length"),
    "causal": (lambda: nucleotide(objective="causal"), {}, "continue a sequence"),
    "embedding": (lambda: nucleotide(objective="embedding"), {}, "no letters"),
    "maskless": (lambda: nucleotide(mask=None), {}, "no token that hides"),
    "genes": (nucleotide, {"strands": "gene"}, "gene models"),
}


@pytest.mark.parametrize("name", WRONG)
def test_that_what_cannot_be_told_is_refused_with_the_reason(
    name: str, toy_reference: Reference
) -> None:
    make, more, words = WRONG[name]
    with pytest.raises(OptionError, match=words):
        told(make(), HERE, toy_reference, **more)


def test_that_another_kind_of_model_is_refused(
    toy_model: Any, toy_reference: Reference
) -> None:
    with pytest.raises(OptionError, match="not a language model"):
        told(toy_model, HERE, toy_reference)


def test_that_pieces_keep_cells_and_k_mers_whole() -> None:
    assert piece(nucleotide()) == 16
    assert piece(nucleotide(window=64), mode="spaced") == 32
    assert piece(beside()) % 3 == 0
    assert piece(beside(window=64), mode="visible") == 30
    assert piece(nucleotide(window=64), mode="visible", window=32) == 16
