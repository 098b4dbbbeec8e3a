"""Mutagenesis with every family of models: the effects are the scorer's own scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gfm_desktop.errors import OptionError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.reference import Reference
from gfm_desktop.jobs.substitutions import Substitutions
from gfm_desktop.scoring import registry
from gfm_desktop.tracks import mutagenesis
from gfm_desktop.tracks.mutagenesis import EFFECTS, IMPORTANCE
from tests.unit.models.finetuned_kit import in_memory
from tests.unit.scoring import toy_language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import Desk

    from gfm_desktop.genome.variant import Variant

PLACE = Interval("chr1", 2_000, 2_006)


@pytest.fixture
def reference(desk: Desk) -> Iterator[Reference]:
    from pathlib import Path

    opened = Reference.open(Path(desk.genome))
    yield opened
    opened.close()


def scorer(model: Any, reference: Reference, **options: Any) -> Substitutions:
    return Substitutions.of(
        model,
        reference=reference,
        genes=None,
        batch_size=4,
        chosen={},
        options={"scorer": "recommended", "distance": 50} | options,
    )


def predicted(model: Any, reference: Reference, score: Substitutions) -> Any:
    return mutagenesis.predict(
        model, PLACE, reference=reference, genes=None, score=score
    )


def check(model: Any, reference: Reference, name: str) -> None:
    """Compare the heatmap with the scores of the single variants."""
    found = predicted(model, reference, scorer(model, reference, scorer=name))
    asked: list[Variant] = []
    for start, base in zip(range(PLACE.start, PLACE.end), found.letters, strict=True):
        asked += mutagenesis._substitutions(PLACE, start - PLACE.start, base)
    assert len(asked) == 18
    score = registry.function_of(name)
    for one in asked:
        (alone,) = score(model, [one], reference=reference, genes=None, batch_size=4)
        value = found.ref[EFFECTS["ACGT".index(one.alt)]][one.start - PLACE.start]
        assert alone.score is not None
        assert value == pytest.approx(alone.score, rel=1e-5, abs=1e-6)
        own = EFFECTS["ACGT".index(one.ref)]
        assert found.ref[own][one.start - PLACE.start] == 0.0
    assert np.isfinite(found.ref[IMPORTANCE]).all()


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (toy_language.nucleotide, "masked-log-odds"),
        (toy_language.beside, "kmer-log-odds"),
        (toy_language.overlapping, "kmer-log-odds"),
        (toy_language.column, "column-log-odds"),
        (toy_language.pairs, "pseudo-log-likelihood"),
        (
            lambda: toy_language.nucleotide(objective="causal", mask=None),
            "causal-log-likelihood",
        ),
        (toy_language.nucleotide, "embedding-distance"),
    ],
)
def test_that_effects_of_language_models_are_their_scorers_own(
    make: Callable[[], Any], name: str, reference: Reference
) -> None:
    check(make(), reference, name)


def test_that_a_fine_tuned_model_is_asked_for_its_change(
    reference: Reference, tmp_path: Path
) -> None:
    pytest.importorskip("tokenizers")
    model = in_memory(tmp_path / "tiny")
    assert scorer(model, reference).changes
    check(model, reference, "finetuned-effect")


def test_that_a_model_of_variants_shows_its_predictions_and_no_importance(
    reference: Reference, tmp_path: Path
) -> None:
    pytest.importorskip("tokenizers")
    model = in_memory(tmp_path / "tiny", input="variant")
    score = scorer(model, reference)
    assert not score.changes
    found = predicted(model, reference, score)
    own = "ACGT".index(found.letters[0])
    cells = np.array([found.ref[key][0] for key in EFFECTS])
    assert np.isnan(cells[own])
    assert np.isfinite(np.delete(cells, own)).all()
    assert np.isnan(found.ref[IMPORTANCE]).all()


def test_that_a_scorer_that_does_not_fit_is_refused(reference: Reference) -> None:
    model = toy_language.nucleotide(scorers=("masked-log-odds",))
    with pytest.raises(OptionError, match="cannot be scored with splice-delta"):
        scorer(model, reference, scorer="splice-delta")
    # What only other scorers have is left to them.
    assert scorer(model, reference, distance=10).title == "Masked log-odds"
