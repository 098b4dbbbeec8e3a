"""GENA-LM: norms in front, runs of N, refusals."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gfm_desktop.errors import ModelError, OptionError
from gfm_desktop.models import catalogue, families
from gfm_desktop.models.bert_network import BertSizes
from gfm_desktop.models.hub_folder import HubFolder
from gfm_desktop.models.tokens import SPECIAL

from .bert_kit import byte_pairs, config_of, naive, random_state, write_folder

if TYPE_CHECKING:
    from pathlib import Path

SPECIALS = ["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]", "-", "N"]
MERGES = ["A A", "N N", "T G", "N G", "C A", "TG CA"]
WORDS = [*SPECIALS, *"ACGT", *(merge.replace(" ", "") for merge in MERGES)]
SIZES = BertSizes(
    vocabulary=len(WORDS),
    width=12,
    layers=2,
    heads=3,
    inner=20,
    positions=32,
    types=2,
    eps=1e-12,
    head_eps=1e-12,
    norm="pre",
    final_norm=True,
)


def tokenizer() -> dict[str, Any]:
    """Return a tokenizer with the published one's steps."""
    made = byte_pairs(MERGES, SPECIALS)
    made["added_tokens"] = [t for t in made["added_tokens"] if t["content"] != "N"]
    made["normalizer"] = {
        "type": "Sequence",
        "normalizers": [
            {"type": "Strip", "strip_left": True, "strip_right": True},
            {"type": "Replace", "pattern": {"Regex": "N{10,}"}, "content": "-"},
        ],
    }
    pattern = {"pattern": {"String": "-"}, "behavior": "Isolated", "invert": False}
    made["pre_tokenizer"] = {"type": "Split"} | pattern
    return made


def write(folder: Path, sizes: BertSizes = SIZES, **changes: Any) -> Path:
    """Write a folder; `state` replaces the usual one."""
    state = changes.pop("state", None) or random_state(sizes)
    config = config_of(sizes, **({"pre_layer_norm": True} | changes))
    write_folder(folder, state, config, pickled=True)
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer()), encoding="utf-8")
    return folder


def load(folder: Path) -> Any:
    return catalogue.load(str(folder), device="cpu")


@pytest.mark.parametrize("told", [None, True, False])
def test_that_silence_about_the_last_norm_means_that_there_is_one(
    told: bool | None, tmp_path: Path
) -> None:
    sizes = replace(SIZES, final_norm=told is not False)
    state = random_state(sizes)
    stored = state | {
        "bert.embeddings.position_ids": np.zeros((1, 32)),
        "cls.seq_relationship.bias": np.zeros(2),
    }
    folder = write(tmp_path / "m", sizes, state=stored, last_layer_norm=told)
    hub = HubFolder.read(folder)
    found = [n for n, m in families.hub_families().items() if m.recognises(hub)]
    assert found == ["gena_lm"]
    families.family("gena_lm").check(folder)
    model = load(folder)
    ids = model.tokens("acgtNNAATGCA" + "N" * 11).ids
    states, logits = naive(state, sizes, ids)
    np.testing.assert_allclose(model.hidden(ids[None])[0], states, atol=2e-5)
    np.testing.assert_allclose(model.logits(ids[None])[0], logits, atol=5e-5)


def test_that_norms_may_stand_last(tmp_path: Path) -> None:
    sizes = replace(SIZES, norm="post", final_norm=False)
    state = random_state(sizes)
    model = load(write(tmp_path / "m", sizes, state=state, pre_layer_norm=False))
    ids = model.tokens("ACGTTG").ids
    states, _ = naive(state, sizes, ids)
    np.testing.assert_allclose(model.hidden(ids[None])[0], states, atol=2e-5)


@pytest.mark.parametrize(
    ("sequence", "words", "ends"),
    [
        ("TGCA", ["TGCA"], [4]),
        ("ANNNNNNNNNG", ["A", *["NN"] * 4, "NG"], [1, 3, 5, 7, 9, 11]),
        ("A" + "n" * 10 + "TG", ["A", "-", "TG"], [1, 11, 13]),
        ("R" * 14, ["-"], [14]),
        ("N" * 12 + "CA" + "N" * 30, ["-", "CA", "-"], [12, 14, 44]),
        ("", [], []),
    ],
)
def test_that_a_token_for_a_run_of_n_covers_the_run(
    sequence: str, words: list[str], ends: list[int], tmp_path: Path
) -> None:
    tokens = load(write(tmp_path / "m")).tokens(sequence)
    assert [WORDS[i] for i in tokens.ids] == ["[CLS]", *words, "[SEP]"]
    assert tokens.ends.tolist() == [SPECIAL, *ends, SPECIAL]
    assert tokens.starts.tolist() == [SPECIAL, *[0, *ends][: len(ends)], SPECIAL]


def test_that_the_table_of_positions_limits_the_length(tmp_path: Path) -> None:
    model = load(write(tmp_path / "m"))
    assert (model.longest, model.window) == (32, 30)
    assert len(model.tokens("GC" * 15)) == 32
    with pytest.raises(OptionError, match="at most 32 tokens"):
        model.tokens("GC" * 16)


def test_that_a_missing_or_extra_norm_is_named(tmp_path: Path) -> None:
    state = random_state(SIZES)
    name = "bert.encoder.layer.0.post_attention_ln.weight"
    less = {n: a for n, a in state.items() if n != name}
    with pytest.raises(ModelError, match=r"post_attention_ln\.weight” is missing"):
        load(write(tmp_path / "less", state=less))
    with pytest.raises(ModelError, match=r"last_layer_ln.* is not part"):
        load(write(tmp_path / "more", state=state, last_layer_norm=False))
    with pytest.raises(ModelError, match=r"output\.LayerNorm\.weight” is missing"):
        load(write(tmp_path / "post", state=state, pre_layer_norm=False))


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("sparse_config_cls", "deepspeed:Sparse", "full attention only"),
        ("position_embedding_type", "rotary", "rotary"),
        ("pre_layer_norm", "yes", "pre_layer_norm"),
        ("vocab_size", 18, "18 rows"),
        ("max_position_embeddings", 33, "position_embeddings.weight” has shape"),
        ("hidden_act", "gelu_new", "hidden_act"),
    ],
)
def test_that_a_wrong_config_is_refused(
    name: str, value: Any, message: str, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match=message):
        load(write(tmp_path / "m", **{name: value}))


def test_that_a_last_norm_needs_norms_in_front(tmp_path: Path) -> None:
    sizes = replace(SIZES, norm="post", final_norm=False)
    folder = write(tmp_path / "m", sizes, pre_layer_norm=False, last_layer_norm=True)
    with pytest.raises(ModelError, match="without “pre_layer_norm”"):
        load(folder)
