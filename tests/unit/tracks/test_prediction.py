"""One file for every kind of predicted track, whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from gfm_desktop import tracks
from gfm_desktop.discovery import discover
from gfm_desktop.errors import OptionError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.variant import Variant
from gfm_desktop.models.ci_spliceai import CARD as SPLICE
from gfm_desktop.models.gpn import CARDS as GPN
from gfm_desktop.models.pangolin import CARD as PANGOLIN
from gfm_desktop.tracks import registry
from gfm_desktop.tracks.prediction import (
    Missing,
    TrackPrediction,
    joined,
    part_of,
    without_alt,
)

if TYPE_CHECKING:
    from pathlib import Path


def binned(start: int, end: int, *, alt: bool = True) -> TrackPrediction:
    """Return two classes of a made-up model, one value for each 4 bp."""
    values = np.arange(-(-(end - start) // 4), dtype=np.float32)
    signals = {"class_0": values, "class_1": values / 2}
    return TrackPrediction(
        Interval("chr1", start, end),
        signals,
        {name: -v for name, v in signals.items()} if alt else None,
        Variant("chr1", start + 1, "A", "G") if alt else None,
        ("GENE",),
        "mine",
        "f" * 64,
        kind="something-new",
        how="in windows of 200 bp",
        step=4,
        titles={"class_0": "closed", "class_1": "open"},
        units="log odds",
        limits=(-4.0, 4.0),
        missing=(
            Missing(start, start + 2, "no gene"),
            Missing(start + 1, start + 3, "deleted", "alt"),
        ),
        notes=("Caution: made up.",),
    )


@pytest.mark.parametrize("alt", [True, False])
def test_that_a_prediction_of_any_kind_comes_back_whole(
    alt: bool, tmp_path: Path
) -> None:
    shown = binned(100, 130, alt=alt)
    shown.save(tmp_path / "tile.npz")
    back = TrackPrediction.load(tmp_path / "tile.npz")
    for name in shown.signals:
        np.testing.assert_array_equal(back.ref[name], shown.ref[name])
        assert back.ref[name].dtype == np.float32
        if alt:
            assert back.alt is not None
            assert shown.alt is not None
            np.testing.assert_array_equal(back.alt[name], shown.alt[name])
    assert back.signals == ("class_0", "class_1")
    assert back.title("class_1") == "open"
    for field in ("interval", "variant", "genes", "model", "weights_sha256", "kind",
                  "how", "step", "units", "limits", "missing", "notes"):  # fmt: skip
        assert getattr(back, field) == getattr(shown, field), field
    assert [p.name for p in tmp_path.iterdir()] == ["tile.npz"]


def test_that_a_prediction_with_bare_facts_comes_back(tmp_path: Path) -> None:
    TrackPrediction(Interval("c", 0, 2), {"x": np.array([1, np.nan], np.float32)}).save(
        tmp_path / "t.npz"
    )
    back = TrackPrediction.load(tmp_path / "t.npz")
    assert (back.limits, back.missing, back.genes, back.alt) == (None, (), (), None)
    assert back.title("x") == "x"


def test_that_bins_are_laid_over_their_bases() -> None:
    shown = binned(100, 110)
    values = shown.by_base(shown.ref["class_0"])
    assert values.tolist() == [0, 0, 0, 0, 1, 1, 1, 1, 2, 2]


def test_that_a_failed_write_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="No space"):
        binned(0, 8).save(tmp_path / "tile.npz")
    assert list(tmp_path.iterdir()) == []


def test_that_joining_keeps_values_and_merges_reasons() -> None:
    whole = joined([binned(100, 108), binned(108, 114)])
    assert whole.interval == Interval("chr1", 100, 114)
    assert whole.ref["class_0"].tolist() == [0, 1, 0, 1]
    assert whole.notes == ("Caution: made up.",)
    one = Missing(0, 5, "N"), Missing(5, 9, "N"), Missing(12, 14, "N")
    values = {"x": np.zeros(7, np.float32)}
    parts = [
        TrackPrediction(Interval("c", 0, 7), values, missing=one[:1]),
        TrackPrediction(Interval("c", 7, 14), values, missing=one[1:]),
    ]
    assert joined(parts).missing == (Missing(0, 9, "N"), Missing(12, 14, "N"))


def test_that_a_part_has_its_values_and_reasons_and_ref_can_stand_alone() -> None:
    values = {"x": np.arange(10, dtype=np.float32)}
    whole = TrackPrediction(
        Interval("c", 50, 60),
        values,
        values,
        Variant("c", 51, "AC", "A"),
        missing=(Missing(50, 54, "N"), Missing(52, 53, "deleted", "alt")),
    )
    part = part_of(whole, Interval("c", 53, 56))
    assert part.ref["x"].tolist() == [3, 4, 5]
    assert part.missing == (Missing(53, 54, "N"),)
    alone = without_alt(whole)
    assert (alone.alt, alone.variant) == (None, None)
    assert alone.missing == (Missing(50, 54, "N"),)


def test_that_every_kind_says_how_it_is_asked_for() -> None:
    found = discover(tracks, "TRACK")
    assert {"base_probability", "splice_probability"} <= set(found)
    for card in found.values():
        module = registry.module_of(card.name)
        how = module.browsing()
        assert how.tile_bp > 0
        assert card.widest_bp >= how.tile_bp
        assert not card.main or card.main in dict(card.signals)
        assert card.noun == card.noun.lower()


def test_that_a_model_has_the_tracks_of_its_card() -> None:
    assert registry.choose(SPLICE).name == "splice-probability"
    assert registry.choose(GPN[0]).name == "base-probability"
    with pytest.raises(OptionError, match="does not predict any track"):
        registry.choose(PANGOLIN)
    with pytest.raises(OptionError, match="base-probability") as caught:
        registry.choose(SPLICE, "base-probability")
    assert "splice-probability" in caught.value.todo
    with pytest.raises(OptionError, match="no predicted track"):
        registry.choose(SPLICE, "nonsense")


def test_that_options_of_a_track_are_checked() -> None:
    assert registry.checked_options("base-probability", {"mode": "spaced"}) == {
        "mode": "spaced",
        "strands": "auto",
        "window": 0,
    }
    with pytest.raises(OptionError, match="Hide must be one of"):
        registry.checked_options("base-probability", {"mode": "half"})
    with pytest.raises(OptionError, match="no option"):
        registry.checked_options("splice-probability", {"mode": "each"})
