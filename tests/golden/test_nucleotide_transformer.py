"""Nucleotide Transformers against ``transformers``, on tiny random checkpoints."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from gfm_desktop.models import catalogue
from gfm_desktop.models.language_model import LanguageModel

from .hub_goldens import assert_inputs_reproduced, assert_near, folder, opened

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.golden

TOLERANCE = 2e-5
GENERATIONS = pytest.mark.parametrize("name", ["nt_v1", "nt_v2"])


@GENERATIONS
def test_that_ids_logits_and_states_are_the_originals(name: str) -> None:
    assert_inputs_reproduced(name, tolerance=TOLERANCE)


@GENERATIONS
def test_that_the_pickled_weights_give_the_same_numbers(
    name: str, tmp_path: Path
) -> None:
    for file in folder(name).iterdir():
        if file.name != "model.safetensors":
            (tmp_path / file.name).symlink_to(file)
    model, inputs, expected = opened(name)
    pickled = catalogue.load(str(tmp_path), device="cpu")
    assert isinstance(pickled, LanguageModel)
    ids = pickled.tokens(inputs["inputs"][1]["seq"]).ids
    assert_near(pickled.hidden(ids[None])[0], expected["hidden_1"], tolerance=TOLERANCE)
    np.testing.assert_array_equal(pickled.logits(ids[None]), model.logits(ids[None]))


@GENERATIONS
def test_that_the_song_labs_scores_follow_from_tokens_and_logits(name: str) -> None:
    model, inputs, expected = opened(name)
    scores = [_log_odds(model, **variant) for variant in inputs["variants"]]
    assert_near(np.array(scores), expected["snv_fwd"], tolerance=TOLERANCE)


def _log_odds(
    model: LanguageModel, *, window: str, pos0: int, ref: str, alt: str
) -> float:
    """Return logit(ALT's k-mer) - logit(REF's k-mer) with that k-mer masked."""
    assert window[pos0] == ref
    changed = window[:pos0] + alt + window[pos0 + 1 :]
    tokens = model.tokens(window, hold_frame=True)
    [row] = tokens.covering(pos0)
    ids = tokens.ids.copy()
    ids[row] = model.tokenizer.mask_id
    logits = model.logits(ids[None], np.array([[row]]))[0, 0]
    alt_id = model.tokens(changed, hold_frame=True).ids[row]
    return float(logits[alt_id] - logits[tokens.ids[row]])


@GENERATIONS
def test_that_inner_products_follow_from_the_hidden_states(name: str) -> None:
    model, inputs, expected = opened(name)
    found = []
    for one in inputs["variants"]:
        window, at = one["window"], one["pos0"]
        changed = window[:at] + one["alt"] + window[at + 1 :]
        both = [model.tokens(s, hold_frame=True).ids for s in (window, changed)]
        ref, alt = model.hidden(np.stack(both))
        found.append((ref * alt).sum(axis=0))
    assert_near(
        np.array(found), expected["snv_inner_products_fwd"], tolerance=TOLERANCE
    )


def test_that_the_limits_of_both_are_read_from_their_configs() -> None:
    first, _, _ = opened("nt_v1")
    second, _, _ = opened("nt_v2")
    assert (first.longest, first.window) == (1_000, 5_994)
    positions = json.loads((folder("nt_v2") / "config.json").read_text())
    assert second.longest == positions["max_position_embeddings"] - 2
    assert second.window == 6 * 197
