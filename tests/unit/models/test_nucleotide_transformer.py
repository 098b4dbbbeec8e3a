"""Nucleotide Transformers: strict reading, and numbers worked out a second time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gfm_desktop.errors import ModelError, OptionError
from gfm_desktop.models import catalogue, families
from gfm_desktop.models import nucleotide_transformer as family
from gfm_desktop.models.hub_folder import HubFolder
from gfm_desktop.models.language_model import LanguageModel

from . import tiny_nucleotide_transformer as tiny
from .naive_esm import logits_and_states

if TYPE_CHECKING:
    from pathlib import Path

BOTH = pytest.mark.parametrize("second", [False, True], ids=["v1", "v2"])
SEQUENCE = "ACGTTTGACCATTNGACCAGGTTAC"


def checkpoint(folder: Path, *, second: bool, **changes: Any) -> LanguageModel:
    return family.load(tiny.make(folder, second=second, **changes), "cpu")


@pytest.mark.parametrize(
    ("second", "changes"),
    [
        (False, {}),
        (False, {"emb_layer_norm_before": True, "token_dropout": False}),
        (False, {"layer_norm_eps": 1e-2, "pad_token_id": 0}),
        (True, {}),
        (True, {"add_bias_fnn": True, "num_attention_heads": 3}),
        (True, {"token_dropout": True, "model_type": "esm"}),
    ],
)
def test_that_logits_and_states_are_those_of_a_plain_calculation(
    second: bool, changes: dict[str, Any], tmp_path: Path
) -> None:
    model = checkpoint(tmp_path / "nt", second=second, **changes)
    config = tiny.config(second=second, **changes)
    tensors = tiny.weights(config, second=second)
    ids = np.stack([model.tokens(SEQUENCE).ids] * 2)
    # Two masks in the first row, none in the second: each is scaled on its own.
    ids[0, [2, 5]] = model.tokenizer.mask_id
    for row, found, hidden in zip(
        ids, model.logits(ids), model.hidden(ids), strict=True
    ):
        logits, states = logits_and_states(row, config, tensors)
        np.testing.assert_allclose(found, logits, rtol=0, atol=2e-5)
        np.testing.assert_allclose(hidden, states, rtol=0, atol=2e-5)


def test_that_stored_frequencies_are_used_layer_by_layer(tmp_path: Path) -> None:
    config = tiny.config(second=True)
    tensors = tiny.weights(config, second=True)
    name = "esm.encoder.layer.1.attention.self.rotary_embeddings.inv_freq"
    tensors[name] = tensors[name] * np.float32(1.5)
    model = family.load(
        tiny.write(tmp_path / "nt", config, tensors, tiny.V2_WORDS), "cpu"
    )
    ids = model.tokens(SEQUENCE).ids
    expected, _ = logits_and_states(ids, config, tensors)
    np.testing.assert_allclose(model.logits(ids[None])[0], expected, rtol=0, atol=2e-5)


@BOTH
def test_that_unused_tensors_change_nothing(second: bool, tmp_path: Path) -> None:
    config = tiny.config(second=second)
    tensors = tiny.weights(config, second=second)
    words = tiny.V2_WORDS if second else tiny.V1_WORDS
    full = family.load(tiny.write(tmp_path / "a", config, tensors, words), "cpu")
    unused = [n for n in tensors if "contact_head" in n]
    if second:
        unused.append("esm.embeddings.position_embeddings.weight")
    for name in unused:
        del tensors[name]
    tensors["esm.embeddings.position_ids"] = np.zeros((1, tiny.POSITIONS), np.float32)
    bare = family.load(
        tiny.write(tmp_path / "b", config, tensors, words, pickled=True), "cpu"
    )
    ids = full.tokens(SEQUENCE).ids[None]
    np.testing.assert_array_equal(full.logits(ids), bare.logits(ids))


@BOTH
def test_that_a_tied_head_may_be_stored_or_not_but_not_differ(
    second: bool, tmp_path: Path
) -> None:
    config = tiny.config(second=second, tie_word_embeddings=True)
    tensors = tiny.weights(config, second=second)
    words = tiny.V2_WORDS if second else tiny.V1_WORDS
    with pytest.raises(ModelError, match=r"decoder.* differ, but are one"):
        family.load(tiny.write(tmp_path / "a", config, tensors, words), "cpu")
    del tensors["lm_head.decoder.weight"]
    model = family.load(tiny.write(tmp_path / "b", config, tensors, words), "cpu")
    tensors["lm_head.decoder.weight"] = tensors["esm.embeddings.word_embeddings.weight"]
    ids = model.tokens(SEQUENCE).ids
    expected, _ = logits_and_states(ids, config, tensors)
    np.testing.assert_allclose(model.logits(ids[None])[0], expected, rtol=0, atol=2e-5)


@BOTH
@pytest.mark.parametrize(
    "name",
    [
        "lm_head.decoder.weight",
        "esm.encoder.emb_layer_norm_after.bias",
        "esm.encoder.layer.1.attention.self.key.bias",
    ],
)
def test_that_a_missing_tensor_is_named(
    second: bool, name: str, tmp_path: Path
) -> None:
    config = tiny.config(second=second)
    tensors = tiny.weights(config, second=second)
    del tensors[name]
    words = tiny.V2_WORDS if second else tiny.V1_WORDS
    folder = tiny.write(tmp_path / "nt", config, tensors, words)
    for read in (family.check, lambda path: family.load(path, "cpu")):
        with pytest.raises(ModelError, match=f"“{name}” is missing"):
            read(folder)


@pytest.mark.parametrize(
    ("second", "extra"),
    [
        (False, "classifier.dense.weight"),
        (False, "esm.encoder.layer.2.LayerNorm.weight"),
        (False, "esm.embeddings.layer_norm.weight"),
        (True, "esm.encoder.layer.0.intermediate.dense.bias"),
        (True, "esm.pooler.dense.weight"),
    ],
)
def test_that_an_extra_tensor_is_named(
    second: bool, extra: str, tmp_path: Path
) -> None:
    config = tiny.config(second=second)
    tensors = tiny.weights(config, second=second)
    tensors[extra] = np.zeros(3, np.float32)
    words = tiny.V2_WORDS if second else tiny.V1_WORDS
    folder = tiny.write(tmp_path / "nt", config, tensors, words)
    with pytest.raises(ModelError, match=f"“{extra}” is not part of the model"):
        family.check(folder)


def test_that_rotary_frequencies_are_not_made_up(tmp_path: Path) -> None:
    config = tiny.config(second=True)
    tensors = tiny.weights(config, second=True)
    name = "esm.encoder.layer.0.attention.self.rotary_embeddings.inv_freq"
    del tensors[name]
    folder = tiny.write(tmp_path / "nt", config, tensors, tiny.V2_WORDS)
    with pytest.raises(ModelError, match=f"“{name}” is missing"):
        family.check(folder)


def test_that_a_misshapen_tensor_is_named(tmp_path: Path) -> None:
    folder = tiny.make(tmp_path / "nt", second=False)
    config = tiny.config(second=False, max_position_embeddings=39)
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match=r"position_embeddings.* has shape \(40, 12\)"):
        family.check(folder)


@BOTH
def test_that_a_vocabulary_of_another_size_is_refused(
    second: bool, tmp_path: Path
) -> None:
    folder = tiny.make(tmp_path / "nt", second=second)
    words = tiny.V1_WORDS if second else tiny.V2_WORDS
    (folder / "vocab.txt").write_text("\n".join(words))
    known = f"knows {len(words)} tokens, but the network has"
    with pytest.raises(ModelError, match=known):
        family.load(folder, "cpu")
    (folder / "vocab.txt").unlink()
    with pytest.raises(ModelError, match="cannot be read"):
        family.load(folder, "cpu")


def test_that_agront_s_two_words_without_rows_are_left_out(tmp_path: Path) -> None:
    folder = tiny.make(tmp_path / "nt", second=False)
    words = "\n".join([*tiny.V1_WORDS, "<eos>", "<bos>"])
    (folder / "vocab.txt").write_text(words)
    model = family.load(folder, "cpu")
    assert model.tokenizer.size == len(tiny.V1_WORDS)
    assert model.tokens(SEQUENCE).ids.max() < model.tokenizer.size
    (folder / "vocab.txt").write_text(f"{words}\nextra")
    with pytest.raises(ModelError, match="tokens, but the network has"):
        family.load(folder, "cpu")


@pytest.mark.parametrize(
    ("tokenizer", "ends"),
    [
        (None, False),
        ({}, False),
        ({"eos_token": None}, False),
        ({"eos_token": "<eos>"}, True),
        ({"eos_token": {"content": "<eos>"}}, True),
    ],
)
def test_that_an_end_token_is_added_only_where_the_files_name_one(
    tokenizer: dict[str, Any] | None, ends: bool, tmp_path: Path
) -> None:
    config = tiny.config(second=True)
    tensors = tiny.weights(config, second=True)
    model = family.load(
        tiny.write(
            tmp_path / "nt", config, tensors, tiny.V2_WORDS, tokenizer=tokenizer
        ),
        "cpu",
    )
    ids = model.tokens("ACG").ids.tolist()
    middle = tiny.V2_WORDS.index("ACG")
    assert ids == [3, middle, 4] if ends else ids == [3, middle]


def test_that_an_end_token_without_an_id_is_refused(tmp_path: Path) -> None:
    folder = tiny.make(tmp_path / "nt", second=False)
    (folder / "special_tokens_map.json").write_text('{"eos_token": "<eos>"}')
    # What the tokenizer's config says goes first: it says null.
    assert len(family.load(folder, "cpu").tokens("ACG")) == 2
    (folder / "tokenizer_config.json").unlink()
    with pytest.raises(ModelError, match="lacks <eos>"):
        family.load(folder, "cpu")


def test_that_limits_follow_from_the_table_of_positions(tmp_path: Path) -> None:
    model = checkpoint(tmp_path / "a", second=False)
    # Positions 0 and 1 are the pad's and before: 38 tokens, one of them <cls>.
    assert model.longest == 38
    assert model.window == 37 * 3
    model.logits(model.tokens("ACG" * 37).ids[None])
    with pytest.raises(OptionError, match="at most 38 tokens"):
        model.tokens("ACG" * 38)
    even = checkpoint(tmp_path / "b", second=False, max_position_embeddings=41)
    assert (even.longest, even.window) == (39, 37 * 3)
    assert even.window // 3 % 2 == 1


def test_that_v2_is_given_no_more_than_it_was_trained_on(tmp_path: Path) -> None:
    model = checkpoint(tmp_path / "a", second=True, max_position_embeddings=2_050)
    assert model.longest == 2_048
    assert model.window == 999 * 3
    assert "2,048 tokens" in model.card.limits
    first = checkpoint(tmp_path / "b", second=False, max_position_embeddings=1_026)
    assert (first.longest, first.window) == (1_024, 1_023 * 3)
    assert "trained on" not in first.card.limits


@BOTH
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"position_embedding_type": "relative_key"}, "relative_key"),
        ({"is_folding_model": True}, "is_folding_model"),
        ({"is_decoder": True}, "is_decoder"),
        ({"num_attention_heads": 5}, "does not fit 5 attention heads"),
        ({"num_attention_heads": 0}, "does not fit 0 attention heads"),
        ({"max_position_embeddings": 2}, "no room for a token"),
        ({"max_position_embeddings": 3}, "no room for a k-mer"),
        ({"pad_token_id": None}, "pad_token_id"),
        ({"hidden_size": "12"}, "hidden_size"),
    ],
)
def test_that_what_is_not_computed_is_refused(
    second: bool, change: dict[str, Any], message: str, tmp_path: Path
) -> None:
    folder = tiny.make(tmp_path / "nt", second=second)
    config = tiny.config(second=second) | change
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match=message):
        family.check(folder)


@BOTH
def test_that_a_folder_is_recognised_and_described(
    second: bool, tmp_path: Path
) -> None:
    folder = tiny.make(tmp_path / "Mine", second=second)
    hub = HubFolder.read(folder)
    assert families.recognise(hub) == "nucleotide_transformer"
    model = catalogue.load(str(folder), device="cpu")
    assert isinstance(model, LanguageModel)
    assert model.card.id == "mine"
    assert model.card.context_bp == model.window
    assert model.card.parameters == hub.parameters
    assert "3-mer" in model.card.limits
    assert not model.card.commercial_use


def test_that_half_precision_stays_near(tmp_path: Path) -> None:
    model = checkpoint(tmp_path / "nt", second=True)
    ids = model.tokens(SEQUENCE).ids[None]
    exact = model.logits(ids)
    model.precision = "bf16"
    rounded = model.logits(ids)
    assert 0 < np.abs(rounded - exact).max() < 0.05 * np.abs(exact).max()


def test_that_cards_say_what_a_user_must_know() -> None:
    cards = {card.id: card for card in family.CARDS}
    assert len(cards) == 10
    for card in cards.values():
        assert not card.commercial_use
        assert card.licence == "CC-BY-NC-SA-4.0"
        assert card.scorers[0] == "kmer-log-odds"
        assert card.repository == f"InstaDeepAI/{card.id}"
        assert "0.999" in card.limits
        assert "indels are not scored" in card.limits
        assert "{" not in card.limits
        k = 3 if "3mer" in card.id else 6
        assert f"{k}-mer" in card.limits
        assert card.context_bp // k % 2 == 1
        assert ("-v2-" in card.id) == ("It can read" in card.limits)
    known = {c.id: c.parameters for c in cards.values() if c.parameters}
    assert known == {"nucleotide-transformer-v2-50m-multi-species": 55_904_972}
