"""Which models stay in memory between two jobs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from gfm_desktop.jobs.context import SMALL, JobContext
from gfm_desktop.models import catalogue
from gfm_desktop.models.ci_spliceai import CARD

if TYPE_CHECKING:
    from gfm_desktop.models.card import ModelCard

SIZES = {"a": 10, "b": SMALL, "c": 20, "large": SMALL + 1, "unknown": 0}


@dataclass
class Stub:
    card: ModelCard
    device: str = "cpu"
    weights_sha256: str = ""


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []

    def load(name: str, *, device: str = "auto", options: Any = None) -> Stub:
        found.append(name)
        return Stub(replace(CARD, id=name, parameters=SIZES[name]))

    monkeypatch.setattr(catalogue, "load", load)
    return found


def test_that_two_small_models_stay_beside_each_other(loaded: list[str]) -> None:
    context = JobContext()
    first = context.model("a")
    context.model("b")
    assert context.model("a") is first
    assert context.has_model("b")
    assert loaded == ["a", "b"]


def test_that_of_small_models_the_one_used_longest_ago_goes(loaded: list[str]) -> None:
    context = JobContext()
    for name in ("a", "b", "a", "c"):
        context.model(name)
    assert [context.has_model(name) for name in "abc"] == [True, False, True]


@pytest.mark.parametrize("name", ["large", "unknown"])
def test_that_a_large_model_is_alone(loaded: list[str], name: str) -> None:
    context = JobContext()
    context.model("a")
    context.model(name)
    assert not context.has_model("a")
    context.model("b")
    assert not context.has_model(name)
    assert context.has_model("b")


def test_that_other_choices_are_another_model(loaded: list[str]) -> None:
    context = JobContext()
    plain = context.model("a")
    other = context.model("a", "auto", (("species", "x"),))
    assert other is not plain
    assert not context.has_model("a", "cpu")
    assert loaded == ["a", "a"]
