"""DNABERT, SpliceBERT and SpeciesLM: tokens, folders, refusals."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gfm_desktop.errors import ModelError, OptionError
from gfm_desktop.models import catalogue, families
from gfm_desktop.models.bert_network import BertSizes
from gfm_desktop.models.hub_folder import HubFolder
from gfm_desktop.models.tokens import SPECIAL

from .bert_kit import SPECIALS, config_of, kmers, naive, random_state, write_folder

if TYPE_CHECKING:
    from pathlib import Path

SIZES = BertSizes(
    vocabulary=69,
    width=8,
    layers=2,
    heads=2,
    inner=12,
    positions=40,
    types=2,
    eps=1e-12,
    head_eps=1e-12,
)
SPECIES = ["candida_glabrata", "homo_sapiens", "kazachstania_africana_cbs_2517"]
WORDS = {
    "dnabert": [*SPECIALS, *kmers(3)],
    "splicebert": [*SPECIALS, *"NACGT"],
    "specieslm": [*SPECIALS, *kmers(3, "ACGT"), *SPECIES],
}


def sizes_of(family: str) -> BertSizes:
    return replace(SIZES, vocabulary=len(WORDS[family]))


def write(folder: Path, family: str, **changes: Any) -> Path:
    """Write a folder; `words` and `state` replace the family's own."""
    sizes = sizes_of(family)
    words = changes.pop("words", WORDS[family])
    state = changes.pop("state", random_state(sizes))
    return write_folder(folder, state, config_of(sizes, **changes), words)


def load(folder: Path, **options: str) -> Any:
    return catalogue.load(str(folder), device="cpu", options=options)


@pytest.mark.parametrize("family", WORDS)
def test_that_a_folder_gives_its_familys_numbers(family: str, tmp_path: Path) -> None:
    state = random_state(sizes_of(family))
    stored = state | {
        "bert.pooler.dense.weight": np.zeros((8, 8)),
        "bert.pooler.dense.bias": np.zeros(8),
        "bert.embeddings.position_ids": np.zeros((1, 40)),
    }
    # Converted from TensorFlow; tied tensors stored once.
    del stored["cls.predictions.decoder.weight"], stored["cls.predictions.decoder.bias"]
    for old, new in (("weight", "gamma"), ("bias", "beta")):
        name = "bert.encoder.layer.1.output.LayerNorm."
        stored[name + new] = stored.pop(name + old)
    folder = write(tmp_path / "m", family, state=stored, rnn="lstm", split=10)
    hub = HubFolder.read(folder)
    assert [n for n, m in families.hub_families().items() if m.recognises(hub)] == [
        family
    ]
    families.family(family).check(folder)
    model = load(folder)
    ids = model.tokens("acgtNNACGGTCAT").ids
    states, logits = naive(state, sizes_of(family), ids)
    np.testing.assert_allclose(model.hidden(ids[None])[0], states, atol=2e-5)
    np.testing.assert_allclose(model.logits(ids[None])[0], logits, atol=5e-5)


def test_that_kmers_overlap_and_cover_their_letters(tmp_path: Path) -> None:
    model = load(write(tmp_path, "dnabert"))
    assert (model.tokenizer.kind, model.tokenizer.k) == ("overlapping", 3)
    tokens = model.tokens("acgNTTTa")
    words = [WORDS["dnabert"][i] for i in tokens.ids]
    unknown = ["[UNK]"] * 3
    assert words == ["[CLS]", "ACG", *unknown, "TTT", "TTA", "[SEP]"]
    assert tokens.starts.tolist() == [SPECIAL, 0, 1, 2, 3, 4, 5, SPECIAL]
    assert tokens.ends.tolist() == [SPECIAL, 3, 4, 5, 6, 7, 8, SPECIAL]
    assert tokens.covering(5).tolist() == [4, 5, 6]
    assert model.tokenizer.mask_id == 4


def test_that_a_folders_wish_to_lower_case_is_not_followed(tmp_path: Path) -> None:
    plain = load(write(tmp_path / "plain", "dnabert"))
    folder = write(tmp_path / "wishing", "dnabert")
    wish = '{"do_lower_case": true, "max_len": 20}'
    (folder / "tokenizer_config.json").write_text(wish, encoding="utf-8")
    wishing = load(folder)
    wanted = plain.tokens("ACGTTTA").ids.tolist()
    assert 1 not in wanted
    for sequence in ("ACGTTTA", "acgttta"):
        assert wishing.tokens(sequence).ids.tolist() == wanted


@pytest.mark.parametrize("sequence", ["", "A", "AC"])
def test_that_fewer_letters_than_k_leave_only_special_tokens(
    sequence: str, tmp_path: Path
) -> None:
    model = load(write(tmp_path, "dnabert"))
    assert model.tokens(sequence).ids.tolist() == [2, 3]


def test_that_k_is_read_from_the_vocabulary(tmp_path: Path) -> None:
    words = [*SPECIALS, *kmers(4)]
    sizes = replace(SIZES, vocabulary=len(words))
    folder = write_folder(tmp_path, random_state(sizes), config_of(sizes), words)
    model = load(folder)
    assert model.tokenizer.k == 4
    assert [words[i] for i in model.tokens("ACGTA").ids[1:-1]] == ["ACGT", "CGTA"]
    assert "4-mers" in model.card.summary


def test_that_more_tokens_than_positions_are_refused(tmp_path: Path) -> None:
    model = load(write(tmp_path, "dnabert"))
    assert model.longest == 40
    assert model.window == 40
    assert len(model.tokens("A" * model.window)) == 40
    with pytest.raises(OptionError, match="at most 40 tokens"):
        model.tokens("A" * 41)


def test_that_rna_is_read_as_dna(tmp_path: Path) -> None:
    model = load(write(tmp_path, "splicebert"))
    tokens = model.tokens("ACGUuRn")
    assert tokens.ids.tolist() == [2, 6, 7, 8, 9, 9, 5, 5, 3]
    assert tokens.starts.tolist() == [SPECIAL, *range(7), SPECIAL]
    assert model.tokenizer.base_ids == (6, 7, 8, 9)
    assert model.window == 38


def test_that_the_species_stands_first_and_can_be_chosen(tmp_path: Path) -> None:
    folder = write(tmp_path, "specieslm")
    (option,) = catalogue.card_of(str(folder)).options
    assert option.choices == tuple(SPECIES)
    assert option.default == "homo_sapiens"
    assert load(folder).tokens("ACGT").ids.tolist() == [2, 70, 11, 32, 3]
    chosen = load(folder, species="kazachstania_africana_cbs_2517")
    assert chosen.tokens("ACGT").ids.tolist() == [2, 71, 11, 32, 3]
    assert chosen.tokens("A").ids.tolist() == [2, 71, 3]
    assert len(chosen.tokens("A" * chosen.window)) == chosen.longest == 40
    assert not np.array_equal(
        chosen.hidden(chosen.tokens("ACGT").ids[None]),
        load(folder).hidden(load(folder).tokens("ACGT").ids[None]),
    )
    with pytest.raises(OptionError, match="Species must be one of"):
        load(folder, species="mus_musculus")


def test_that_the_first_species_is_the_default_without_humans(tmp_path: Path) -> None:
    words = [*SPECIALS, *kmers(3), "yeast", "rice", "wasp"]
    folder = write(tmp_path, "specieslm", words=words)
    assert catalogue.card_of(str(folder)).options[0].default == "yeast"


def test_that_a_missing_or_extra_tensor_is_named(tmp_path: Path) -> None:
    for family in WORDS:
        state = random_state(sizes_of(family))
        name = "bert.encoder.layer.0.attention.self.key.bias"
        less = {n: a for n, a in state.items() if n != name}
        with pytest.raises(ModelError, match=r"key\.bias” is missing"):
            load(write(tmp_path / family / "less", family, state=less))
        more = state | {"bert.encoder.layer.2.output.dense.bias": np.zeros(8)}
        folder = write(tmp_path / family / "more", family, state=more)
        with pytest.raises(ModelError, match=r"layer\.2\.output\S+bias” is not part"):
            load(folder)
        with pytest.raises(ModelError, match="is not part"):
            families.family(family).check(folder)


def test_that_a_head_without_tie_is_read_where_the_config_says_so(
    tmp_path: Path,
) -> None:
    state = random_state(SIZES, tied=False)
    with pytest.raises(ModelError, match="differ, but are one tensor"):
        load(write(tmp_path / "tied", "dnabert", state=state))
    folder = write(tmp_path / "free", "dnabert", state=state, tie_word_embeddings=False)
    model = load(folder)
    ids = model.tokens("ACGTTA").ids
    _, logits = naive(state, SIZES, ids)
    np.testing.assert_allclose(model.logits(ids[None])[0], logits, atol=5e-5)


@pytest.mark.parametrize("family", WORDS)
def test_that_a_vocabulary_of_another_size_is_refused(
    family: str, tmp_path: Path
) -> None:
    for words in (WORDS[family][:-1], [*WORDS[family], "[NEW]"]):
        folder = write(tmp_path / str(len(words)), family, words=words)
        with pytest.raises(ModelError, match="tokenizer knows"):
            load(folder)


def test_that_an_incomplete_vocabulary_is_told_with_what_it_lacks(
    tmp_path: Path,
) -> None:
    words = [w if w not in {"ACG", "[SEP]"} else f"[{w[1]}9]" for w in WORDS["dnabert"]]
    folder = write(tmp_path / "kmer", "dnabert", words=words)
    with pytest.raises(ModelError, match=r"lacks ACG, \[SEP\]"):
        load(folder)
    with pytest.raises(ModelError, match=r"tokenizer\.json.*cannot be read"):
        load(write(tmp_path / "none", "dnabert", words=[]))


def test_that_other_berts_are_not_taken_for_ours(tmp_path: Path) -> None:
    words = [*SPECIALS, *kmers(2), *kmers(3)[:48]]
    with pytest.raises(ModelError, match="cannot read this kind"):
        load(write(tmp_path, "dnabert", words=words))


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("hidden_act", "gelu_new", "hidden_act"),
        ("position_embedding_type", "relative_key", "relative_key"),
        ("num_attention_heads", 3, "no multiple"),
        ("num_attention_heads", 0, "num_attention_heads"),
        ("num_hidden_layers", 3, "layer.2.* is missing"),
        ("vocab_size", 70, "70 rows"),
        ("hidden_size", None, "hidden_size” is missing"),
        ("layer_norm_eps", "small", "layer_norm_eps"),
        ("max_position_embeddings", 41, "position_embeddings.weight” has shape"),
        ("is_decoder", True, "is_decoder"),
    ],
)
def test_that_a_wrong_config_is_refused(
    name: str, value: Any, message: str, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match=message):
        load(write(tmp_path, "dnabert", **{name: value}))


def test_that_epsilon_is_the_configs(tmp_path: Path) -> None:
    state = random_state(SIZES)
    model = load(write(tmp_path, "dnabert", state=state, layer_norm_eps=0.5))
    ids = model.tokens("ACGTTA").ids
    states, _ = naive(state, replace(SIZES, eps=0.5, head_eps=0.5), ids)
    np.testing.assert_allclose(model.hidden(ids[None])[0], states, atol=2e-5)
