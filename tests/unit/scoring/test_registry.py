"""Scorers are found, and their options checked all at once."""

from __future__ import annotations

import math

import pytest

from gfm_desktop.errors import OptionError
from gfm_desktop.jobs.scorers import choose_scorer
from gfm_desktop.models import built_in_model, genomics_fm
from gfm_desktop.models.ci_spliceai import CARD
from gfm_desktop.scoring import registry, splice_delta


def test_that_the_splice_scorer_is_found_by_its_name() -> None:
    assert registry.scorers()["splice-delta"] is splice_delta.SCORER
    assert registry.function_of("splice-delta") is splice_delta.score
    assert registry.for_model(CARD)[0] is splice_delta.SCORER


def test_that_an_unknown_scorer_is_told_with_those_there_are() -> None:
    with pytest.raises(OptionError, match="splice-delta"):
        registry.card_of("splice-beta")


@pytest.mark.parametrize(
    ("vocabulary", "first"),
    [("kmer", "kmer-log-odds"), ("bpe", "pseudo-log-likelihood")],
)
def test_that_another_vocabulary_is_scored_by_another_rule(
    vocabulary: str, first: str
) -> None:
    ensemble = built_in_model.CARD_WITHOUT_WEIGHTS
    for card in (genomics_fm.CARDS[0], ensemble):
        chosen = {"vocabulary": vocabulary}
        assert registry.for_model(card, chosen)[0].name == first
        assert choose_scorer(card, "", chosen).name == first
    assert registry.for_model(ensemble)[0].name == "masked-log-odds"


def test_that_a_rule_of_another_vocabulary_is_refused_with_those_that_fit() -> None:
    card = built_in_model.CARD_WITHOUT_WEIGHTS
    with pytest.raises(OptionError) as caught:
        choose_scorer(card, "masked-log-odds", {"vocabulary": "bpe"})
    assert "vocabulary=bpe" in caught.value.what
    assert "pseudo-log-likelihood" in caught.value.todo


def test_that_missing_options_get_their_defaults() -> None:
    options = registry.checked_options("splice-delta", {"distance": 500})
    assert options == {"distance": 500, "masked": False}


def test_that_every_wrong_option_is_told_at_once() -> None:
    with pytest.raises(OptionError) as caught:
        registry.checked_options(
            "splice-delta", {"distance": 5_000, "masked": 1, "colour": "red"}
        )
    for word in ("at most 4,999 bp", "yes or no", "colour"):
        assert word in caught.value.what


@pytest.mark.parametrize("value", [-1, 2.5, "50", True, math.nan])
def test_that_a_distance_must_be_a_whole_number_within_limits(value: object) -> None:
    with pytest.raises(OptionError, match="Distance"):
        registry.checked_options("splice-delta", {"distance": value})  # type: ignore[dict-item]


@pytest.mark.parametrize("card", registry.scorers().values(), ids=lambda c: c.name)
def test_that_every_scorer_says_what_it_computes(card: object) -> None:
    for field in ("title", "equation", "units", "source", "needs"):
        assert getattr(card, field)
