"""Which module reads a folder."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from gfm_desktop.errors import ModelError
from gfm_desktop.models import families
from gfm_desktop.models.hub_folder import HubFolder

from . import tiny_gpn

if TYPE_CHECKING:
    from pathlib import Path


def test_that_published_ids_are_unique_and_can_be_typed() -> None:
    cards = [
        card
        for module in families.modules().values()
        for card in (module.CARDS if hasattr(module, "CARDS") else (module.CARD,))
    ]
    ids = [card.id for card in cards]
    assert len(set(ids)) == len(ids)
    assert all(card.id == card.id.lower() and " " not in card.id for card in cards)
    published = families.published()
    assert published == published | {card.id: card for card in cards}
    for module in families.modules().values():
        assert callable(module.load)
        assert callable(module.check)


def test_that_a_family_is_recognised_by_exactly_one_module(tmp_path: Path) -> None:
    hub = HubFolder.read(tiny_gpn.make(tmp_path / "hub"))
    found = [
        n for n, module in families.hub_families().items() if module.recognises(hub)
    ]
    assert found == ["gpn"]
    assert families.recognise(hub) == "gpn"


@pytest.mark.parametrize("config", [{}, {"model_type": "oracle"}, {"model_type": 3}])
def test_that_no_module_claims_what_it_cannot_read(
    config: dict[str, object], tmp_path: Path
) -> None:
    folder = tiny_gpn.make(tmp_path / "hub")
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    hub = HubFolder.read(folder)
    assert not [n for n, m in families.hub_families().items() if m.recognises(hub)]
    with pytest.raises(ModelError, match="cannot read this kind of model") as caught:
        families.recognise(hub)
    assert "GPN" in caught.value.todo
    assert "AlphaGenome" not in caught.value.todo
    assert "never runs a model's own code" in caught.value.todo


@pytest.mark.parametrize(
    ("name", "id_"),
    [("My Model", "my-model"), ("..a b", "a-b"), ("é!", "é"), ("--", "model")],
)
def test_that_an_unpublished_model_is_named_after_its_folder(
    name: str, id_: str, tmp_path: Path
) -> None:
    hub = HubFolder.read(tiny_gpn.make(tmp_path / name))
    card = families.named(families.hub_families()["gpn"].card(hub), hub)
    assert (card.id, card.name) == (id_, name)
    assert not card.built_in
