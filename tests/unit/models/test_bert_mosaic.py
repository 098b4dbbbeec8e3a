"""DNABERT-2 and DNABERT-S: byte pairs, folders, refusals."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gfm_desktop.errors import ModelError
from gfm_desktop.models import catalogue, families
from gfm_desktop.models.bert_network import BertSizes
from gfm_desktop.models.hub_folder import HubFolder
from gfm_desktop.models.tokens import SPECIAL

from .bert_kit import byte_pairs, config_of, naive, random_state, write_folder

if TYPE_CHECKING:
    from pathlib import Path

SPECIALS = ["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"]
MERGES = ["A A", "T T", "T G", "C A", "TG CA", "AA A"]
WORDS = [*SPECIALS, *"ACGT", *(merge.replace(" ", "") for merge in MERGES)]
SIZES = {
    "dnabert2": BertSizes(
        vocabulary=len(WORDS),
        width=12,
        layers=2,
        heads=3,
        inner=20,
        positions=0,
        types=2,
        eps=1e-12,
        head_eps=1e-12,
        qkv="fused",
        mlp="geglu",
        position="alibi",
    )
}
SIZES["dnabert_s"] = replace(SIZES["dnabert2"], head=False, prefix="", heads=2)


def write(folder: Path, family: str, **changes: Any) -> Path:
    """Write a folder; `tokenizer` and `state` replace the family's own."""
    sizes = SIZES[family]
    tokenizer = changes.pop("tokenizer", byte_pairs(MERGES, SPECIALS))
    state = changes.pop("state", random_state(sizes))
    config = config_of(sizes, **({"model_type": None} | changes))
    write_folder(folder, state, config, pickled=True)
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    return folder


def load(folder: Path, **options: str) -> Any:
    return catalogue.load(str(folder), device="cpu", options=options)


@pytest.mark.parametrize("family", SIZES)
def test_that_a_network_without_table_of_positions_needs_no_size_of_one(
    family: str, tmp_path: Path
) -> None:
    folder = write(tmp_path / "m", family, max_position_embeddings=None)
    assert "max_position_embeddings" not in HubFolder.read(folder).config
    families.family(family).check(folder)
    assert load(folder).longest == 0


@pytest.mark.parametrize("family", SIZES)
def test_that_a_folder_gives_its_familys_numbers(family: str, tmp_path: Path) -> None:
    sizes = SIZES[family]
    state = random_state(sizes)
    pooler = {f"{sizes.prefix}pooler.dense.weight": np.zeros((12, 12))}
    folder = write(tmp_path / "m", family, state=state | pooler, pad_token_id=0)
    hub = HubFolder.read(folder)
    assert [n for n, m in families.hub_families().items() if m.recognises(hub)] == [
        family
    ]
    families.family(family).check(folder)
    model = load(folder)
    ids = model.tokens("acgtNNAATGCATTAAAG").ids
    states, logits = naive(state, sizes, ids)
    np.testing.assert_allclose(model.hidden(ids[None])[0], states, atol=2e-5)
    if logits is None:
        assert model.objective == "embedding"
        assert model.card.scorers == ("embedding-distance",)
        with pytest.raises(NotImplementedError):
            model.logits(ids[None])
    else:
        np.testing.assert_allclose(model.logits(ids[None])[0], logits, atol=5e-5)


def test_that_byte_pairs_cover_every_letter_once(tmp_path: Path) -> None:
    model = load(write(tmp_path, "dnabert2"))
    assert (model.tokenizer.kind, model.tokenizer.k) == ("bpe", 0)
    assert model.tokenizer.mask_id == 4
    tokens = model.tokens("aaatgRcaTGCAnG")
    words = [WORDS[i] for i in tokens.ids]
    inner = ["AAA", "TG", "[UNK]", "CA", "TGCA", "[UNK]", "G"]
    assert words == ["[CLS]", *inner, "[SEP]"]
    assert tokens.starts.tolist() == [SPECIAL, 0, 3, 5, 6, 8, 12, 13, SPECIAL]
    assert tokens.ends.tolist() == [SPECIAL, 3, 5, 6, 8, 12, 13, 14, SPECIAL]
    assert tokens.covering(9).tolist() == [5]
    assert model.tokens("").ids.tolist() == [1, 2]


def test_that_random_sequences_are_covered_without_gaps(tmp_path: Path) -> None:
    model = load(write(tmp_path, "dnabert2"))
    rng = np.random.default_rng(3)
    for length in (1, 2, 17, 300):
        letters = "".join(rng.choice(list("ACGTN"), length))
        tokens = model.tokens(letters)
        inside = slice(1, -1)
        starts, ends = tokens.starts[inside], tokens.ends[inside]
        assert starts[0] == 0
        assert ends[-1] == length
        assert starts[1:].tolist() == ends[:-1].tolist()
        for i, start, end in zip(tokens.ids[inside], starts, ends, strict=True):
            word = WORDS[i]
            assert letters[start:end] == ("N" if word == "[UNK]" else word)


def test_that_inputs_may_be_longer_than_the_programs_first_table(
    tmp_path: Path,
) -> None:
    state = random_state(SIZES["dnabert2"])
    model = load(write(tmp_path, "dnabert2", state=state, alibi_starting_size=8))
    assert model.longest == 0
    ids = model.tokens("ACGT" * 150).ids
    states, _ = naive(state, SIZES["dnabert2"], ids)
    np.testing.assert_allclose(model.hidden(ids[None])[0], states, atol=2e-5)


@pytest.mark.parametrize("family", SIZES)
def test_that_a_missing_or_extra_tensor_is_named(family: str, tmp_path: Path) -> None:
    state = random_state(SIZES[family])
    name = f"{SIZES[family].prefix}encoder.layer.1.mlp.wo.bias"
    less = {n: a for n, a in state.items() if n != name}
    with pytest.raises(ModelError, match=r"1\.mlp\.wo\.bias” is missing"):
        load(write(tmp_path / "less", family, state=less))
    gate = f"{SIZES[family].prefix}encoder.layer.0.mlp.gated_layers.bias"
    folder = write(tmp_path / "more", family, state=state | {gate: np.zeros(40)})
    with pytest.raises(ModelError, match=r"gated_layers\.bias” is not part"):
        load(folder)
    with pytest.raises(ModelError, match="is not part"):
        families.family(family).check(folder)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("hidden_act", "relu", "hidden_act"),
        ("num_attention_heads", 5, "no multiple"),
        ("vocab_size", 16, "16 rows"),
        ("intermediate_size", 21, "gated_layers.weight” has shape"),
        ("num_hidden_layers", 1, "is not part of the model"),
    ],
)
def test_that_a_wrong_config_is_refused(
    name: str, value: Any, message: str, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match=message):
        load(write(tmp_path, "dnabert2", **{name: value}))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"type": "Unigram"}, "not one of byte pairs"),
        ({"dropout": 0.1}, "by chance"),
        ({"merges": None}, "no merges"),
        ({"merges": ["A A", "G X"]}, "G X.* unknown words"),
        ({"merges": ["A A", ["G", "G"]]}, "unknown words"),
        ({"vocab": {"[UNK]": 0, "A": 14}}, "unknown words"),
        ({"vocab": {}}, "no vocabulary"),
    ],
)
def test_that_a_damaged_tokenizer_is_refused(
    changes: dict[str, Any], message: str, tmp_path: Path
) -> None:
    tokenizer = byte_pairs(MERGES, SPECIALS)
    tokenizer["model"] |= changes
    folder = write(tmp_path, "dnabert2", tokenizer=tokenizer)
    with pytest.raises(ModelError, match=message):
        load(folder)
    with pytest.raises(ModelError, match=message):
        families.family("dnabert2").check(folder)


def test_that_steps_that_move_letters_are_refused(tmp_path: Path) -> None:
    inner = [{"type": "Whitespace"}, {"type": "ByteLevel"}]
    for i, step in enumerate(
        ({"type": "ByteLevel"}, {"type": "Sequence", "pretokenizers": inner}, 5)
    ):
        tokenizer = byte_pairs(MERGES, SPECIALS) | {"pre_tokenizer": step}
        with pytest.raises(ModelError, match="pre_tokenizer"):
            load(write(tmp_path / str(i), "dnabert2", tokenizer=tokenizer))


def test_that_truncation_of_the_file_is_not_applied(tmp_path: Path) -> None:
    cut = {"direction": "Right", "max_length": 4, "strategy": "LongestFirst"}
    tokenizer = byte_pairs(MERGES, SPECIALS)
    tokenizer["truncation"] = cut | {"stride": 0}
    model = load(write(tmp_path, "dnabert2", tokenizer=tokenizer))
    assert len(model.tokens("ACG" * 20)) == 62


def test_that_a_folder_without_tokenizer_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path, "dnabert2")
    (folder / "tokenizer.json").unlink()
    with pytest.raises(ModelError, match=r"tokenizer\.json"):
        load(folder)
