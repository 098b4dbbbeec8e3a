"""Every public layout can be put into the library and gives the same numbers there."""

from __future__ import annotations

import json

import numpy as np
import pytest

from gfm_desktop.models import catalogue, library, licence, manifest
from gfm_desktop.models.language_model import LanguageModel

from .hub_goldens import folder

pytestmark = pytest.mark.golden

FOLDERS = [
    "caduceus_ph",
    "caduceus_ps",
    "dnabert2",
    "dnabert6",
    "dnabert_s",
    "gena_lm",
    "genomics_fm",
    "gpn_convnet",
    "gpn_new",
    "hyenadna",
    "nt_v1",
    "nt_v2",
    "phylogpn",
    "specieslm",
    "splicebert",
]


@pytest.mark.parametrize("name", FOLDERS)
def test_that_an_imported_checkpoint_gives_the_numbers_of_its_folder(name: str) -> None:
    source = folder(name)
    card = library.add(source)
    licence.accept(card)
    first = catalogue.load(str(source), device="cpu")
    second = catalogue.load(card.id, device="cpu")
    assert isinstance(first, LanguageModel)
    assert isinstance(second, LanguageModel)
    inputs = json.loads((source / "inputs.json").read_text())["inputs"]
    for one in inputs[:2]:
        ids = first.tokens(one["seq"]).ids
        np.testing.assert_array_equal(second.tokens(one["seq"]).ids, ids)
        np.testing.assert_array_equal(second.hidden(ids[None]), first.hidden(ids[None]))
    kept = catalogue.folder_of(card.id)
    assert not [p for p in kept.rglob("*") if p.suffix in {".bin", ".py", ".npz"}]
    assert manifest.read(kept).sha256 == second.weights_sha256
