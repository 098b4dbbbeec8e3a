from __future__ import annotations

import numpy as np
import pytest

from gfm_desktop.scoring import registry
from gfm_desktop.ui.score_scale import SPLICE_CUTS, ScoreScale, scale_of
from gfm_desktop.ui.theme import LIGHT


def test_that_the_splice_score_runs_from_0_to_1() -> None:
    card = registry.card_of("splice-delta")
    scale = scale_of(np.array([0.1, np.nan, 0.4]), card)
    assert scale == ScoreScale(0.0, 1.0, SPLICE_CUTS, False)
    assert scale.share(0.4) == pytest.approx(0.4)
    assert scale.colour(LIGHT, 0.85) == LIGHT.levels[3]
    assert scale.axis() == [(1.0, "1"), (0.8, "0.8"), (0.5, "0.5"), (0.2, "0.2")]


def test_that_log_odds_are_measured_by_amount_and_coloured_by_direction() -> None:
    card = registry.card_of("masked-log-odds")
    scores = np.append(np.linspace(-4.0, 4.0, 999), -100.0)
    scale = scale_of(scores, card)
    assert scale.signed
    assert scale.most == pytest.approx(4.0, abs=0.1)
    assert scale.share(-2.0) == scale.share(2.0) == pytest.approx(0.5, abs=0.02)
    assert scale.share(-100.0) == 1.0
    assert scale.colour(LIGHT, -2.0) == LIGHT.loss
    assert scale.colour(LIGHT, 2.0) == LIGHT.gain
    assert scale.colour(LIGHT, None) == LIGHT.faint
    ((_, words),) = scale.axis()
    assert words.startswith("±")


def test_that_small_distances_fill_the_bar_too() -> None:
    card = registry.card_of("embedding-distance")
    scale = scale_of(np.linspace(0.0, 0.001, 1000), card)
    assert not scale.signed
    assert scale.share(0.0005) == pytest.approx(0.5, abs=0.02)
    assert scale.colour(LIGHT, 0.0005) == LIGHT.levels[0]


def test_that_scores_that_are_all_negative_rise_from_their_own_low_end() -> None:
    card = registry.card_of("embedding-distance")
    scale = scale_of(np.linspace(-1000.0, -900.0, 1000), card)
    assert scale.share(-1000.0) == 0.0
    assert scale.share(-950.0) == pytest.approx(0.5, abs=0.02)
    assert scale.share(-900.0) == 1.0


@pytest.mark.parametrize("scores", [[], [np.nan], [0.0, 0.0], [-3.0, -3.0]])
@pytest.mark.parametrize("name", ["masked-log-odds", "embedding-distance"])
def test_that_no_run_is_too_small_for_a_measure(scores: list[float], name: str) -> None:
    scale = scale_of(np.array(scores, np.float64), registry.card_of(name))
    assert scale.most > scale.least
    assert 0.0 <= scale.share(0.0) <= 1.0


def test_that_a_missing_score_has_no_share() -> None:
    assert np.isnan(ScoreScale().shares(np.array([np.nan])))[0]
