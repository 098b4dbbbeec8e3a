"""Terms are shown, accepted once, and asked for before a model is used."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gfm_desktop import paths
from gfm_desktop.models import catalogue, families, library, licence
from gfm_desktop.models.importing import Origin

from . import tiny_gpn

if TYPE_CHECKING:
    from pathlib import Path

FREE = families.published()["gpn-brassicales"]
BOUND = replace(
    FREE, id="bound", name="Bound", licence="CC-BY-NC-SA-4.0", commercial_use=False
)


def test_that_only_models_with_terms_need_a_yes() -> None:
    assert licence.accepted(FREE)
    assert not licence.needed(FREE)
    assert licence.needed(BOUND)
    for nothing in ("", "LicenseRef-none", "LicenseRef-not-stated"):
        unsaid = replace(FREE, licence=nothing)
        assert licence.needed(unsaid)
        assert "all rights are reserved" in licence.short_terms(unsaid)
    assert not licence.accepted(BOUND)
    with pytest.raises(licence.LicenceError, match=r"CC-BY-NC-SA-4\.0") as caught:
        licence.require(BOUND)
    assert "gfm models accept bound --accept-licence" in caught.value.todo


def test_that_a_yes_is_kept_with_licence_date_and_weights() -> None:
    licence.accept(BOUND, weights="a" * 64)
    licence.accept(replace(BOUND, id="other"))
    licence.require(BOUND)
    assert licence.accepted(replace(BOUND, id="other"))
    (first, second) = json.loads((paths.config() / "licences.json").read_text())
    assert first["id"] == "bound"
    assert first["licence"] == "CC-BY-NC-SA-4.0"
    assert first["weights"] == "a" * 64
    assert first["date"].startswith("20")
    assert second["id"] == "other"


def test_that_another_licence_or_model_is_asked_anew() -> None:
    licence.accept(BOUND)
    assert not licence.accepted(replace(BOUND, licence="CC-BY-NC-4.0"))
    assert not licence.accepted(replace(BOUND, id="other"))


def test_that_a_second_yes_replaces_the_first() -> None:
    licence.accept(BOUND)
    licence.accept(BOUND, weights="b")
    (only,) = json.loads((paths.config() / "licences.json").read_text())
    assert only["weights"] == "b"


@pytest.mark.parametrize("content", ["", "{}", "[1]", '[{"id": "bound"}]', "\xff"])
def test_that_a_damaged_list_counts_as_no(content: str) -> None:
    (paths.config() / "licences.json").write_bytes(content.encode("latin-1"))
    assert not licence.accepted(BOUND)
    licence.accept(BOUND)
    assert licence.accepted(BOUND)


def test_that_a_yes_that_cannot_be_kept_is_told() -> None:
    (paths.config() / "licences.json").mkdir()
    with pytest.raises(licence.LicenceError, match="cannot be noted"):
        licence.accept(BOUND)
    assert [p.name for p in paths.config().iterdir()] == ["licences.json"]


def test_that_terms_say_what_is_allowed_where_the_text_is_and_whose_it_is(
    tmp_path: Path,
) -> None:
    (tmp_path / "LICENSE").write_text("The whole text.")
    (tmp_path / "README").write_text("Something else.")
    terms = licence.terms(BOUND, tmp_path)
    for words in (
        "Bound",
        "not commercial",
        "same licence",
        BOUND.licence_url,
        BOUND.attribution,
        "The whole text.",
    ):
        assert words in terms
    assert "Something else" not in terms
    silent = licence.terms(replace(BOUND, licence=""))
    assert "all rights are reserved" in silent


def test_that_a_folder_with_terms_is_used_with_a_warning_only(tmp_path: Path) -> None:
    folder = tiny_gpn.make(tmp_path / "hub")
    assert licence.warning(FREE) == ""
    assert "not commercial" in licence.warning(BOUND)
    assert catalogue.load(str(folder), device="cpu")


def test_that_every_published_model_says_its_terms() -> None:
    for card in families.published().values():
        text = licence.terms(card)
        assert card.name in text
        if licence.is_licensed(card):
            assert card.licence in text
        if licence.needed(card):
            assert "commercial" in text.lower() or "all rights are reserved" in text


def test_that_a_model_of_the_library_is_not_loaded_before_the_yes(
    tmp_path: Path,
) -> None:
    facts = {"licence": "CC-BY-NC-4.0", "commercial_use": False}
    card = library.add(
        tiny_gpn.make(tmp_path / "hub"), origin=Origin("me/mine", "c" * 40, facts)
    )
    with pytest.raises(licence.LicenceError):
        catalogue.load(card.id, device="cpu")
    with pytest.raises(licence.LicenceError):
        catalogue.load(str(catalogue.folder_of(card.id)), device="cpu")
    licence.accept(card)
    assert catalogue.load(card.id, device="cpu").card == card
