"""Genomics-FM: two vocabularies, two ways to tell positions, refusals."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gfm_desktop.errors import ModelError, OptionError
from gfm_desktop.models import catalogue, families
from gfm_desktop.models.bert_network import BertSizes
from gfm_desktop.models.hub_folder import HubFolder

from .bert_kit import byte_pairs, config_of, kmers, naive, random_state, write_folder

if TYPE_CHECKING:
    from pathlib import Path

SPECIALS = ["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"]
MERGES = ["A A", "AA AA", "AAAA AA", "T G"]
PAIRS = [*SPECIALS, *"ACGT", *(merge.replace(" ", "") for merge in MERGES)]
# As published: byte pairs, two prompts, then the 6-mers that are no byte pair.
UNION = [*PAIRS, "[BPE]", "[KMER]", *(w for w in kmers(6) if w not in PAIRS)]
SIZES = BertSizes(
    vocabulary=len(UNION),
    width=8,
    layers=1,
    heads=2,
    inner=6,
    positions=24,
    types=2,
    eps=1e-12,
    head_eps=1e-12,
    qkv="fused",
    mlp="geglu",
    position="alibi",
)


def write(folder: Path, **changes: Any) -> Path:
    """Write a folder; `rows`, `union`, `pairs`, `state` replace the usual ones."""
    sizes = replace(SIZES, vocabulary=changes.pop("rows", SIZES.vocabulary))
    union = changes.pop("union", UNION)
    pairs = changes.pop("pairs", byte_pairs(MERGES, SPECIALS))
    state = changes.pop("state", None) or random_state(sizes)
    write_folder(folder, state, config_of(sizes, model_type=None, **changes))
    for name in ("tokenizer", "tokenizer_bpe"):
        (folder / name).mkdir()
    (folder / "tokenizer" / "vocab.txt").write_text("\n".join(union), encoding="utf-8")
    text = json.dumps(pairs)
    (folder / "tokenizer_bpe" / "tokenizer.json").write_text(text, encoding="utf-8")
    return folder


def load(folder: Path, **options: str) -> Any:
    return catalogue.load(str(folder), device="cpu", options=options)


@pytest.mark.parametrize(
    ("vocabulary", "position"),
    list(product(("bpe", "kmer"), ("alibi", "absolute"))),
)
def test_that_every_mode_gives_its_numbers(
    vocabulary: str, position: Any, tmp_path: Path
) -> None:
    sizes = replace(SIZES, position=position)
    state = random_state(sizes)
    folder = write(tmp_path / "m", state=state)
    model = load(folder, vocabulary=vocabulary, position=position)
    tokens = model.tokens("AAAAAATGTNCC")
    words = [UNION[i] for i in tokens.ids]
    if vocabulary == "bpe":
        inner = ["AAAAAA", "TG", "T", "[UNK]", "C", "C"]
        assert tokens.ends[1:-1].tolist() == [6, 8, 9, 10, 11, 12]
        assert model.tokenizer.kind == "bpe"
    else:
        inner = ["AAAAAA", "AAAAAT", "AAAATG", "AAATGT", *["[UNK]"] * 3]
        assert tokens.ends[1:-1].tolist() == [6, 7, 8, 9, 10, 11, 12]
        assert (model.tokenizer.kind, model.tokenizer.k) == ("overlapping", 6)
    assert words == ["[CLS]", *inner, "[SEP]"]
    states, logits = naive(state, sizes, tokens.ids)
    np.testing.assert_allclose(model.hidden(tokens.ids[None])[0], states, atol=2e-5)
    np.testing.assert_allclose(model.logits(tokens.ids[None])[0], logits, atol=5e-5)


def test_that_byte_pairs_and_penalties_are_the_defaults(tmp_path: Path) -> None:
    folder = write(tmp_path / "m")
    hub = HubFolder.read(folder)
    found = [n for n, m in families.hub_families().items() if m.recognises(hub)]
    assert found == ["genomics_fm"]
    model = load(folder)
    assert model.tokenizer.kind == "bpe"
    ids = model.tokens("ACGTTG").ids[None]
    np.testing.assert_array_equal(
        model.hidden(ids), load(folder, position="alibi").hidden(ids)
    )
    with pytest.raises(OptionError, match="Vocabulary must be one of bpe, kmer"):
        load(folder, vocabulary="union")


def test_that_only_a_table_of_positions_limits_the_length(tmp_path: Path) -> None:
    folder = write(tmp_path / "m")
    for vocabulary, window in (("bpe", 22), ("kmer", 27)):
        free = load(folder, vocabulary=vocabulary)
        bound = load(folder, vocabulary=vocabulary, position="absolute")
        assert (free.longest, free.window) == (0, 510)
        assert (bound.longest, bound.window) == (24, window)
        worst = "GC" * 250
        assert len(bound.tokens(worst[:window])) == 24
        assert len(free.tokens(worst)) > 400
        with pytest.raises(OptionError, match="at most 24 tokens"):
            bound.tokens(worst[: window + 1])


def test_that_rows_beyond_the_vocabulary_are_read_and_fewer_refused(
    tmp_path: Path,
) -> None:
    rows = len(UNION) + 6
    # The config may still say what it was before prompts and padding.
    folder = write(tmp_path / "more", rows=rows, vocab_size=len(UNION))
    silent = write(tmp_path / "silent", rows=rows, vocab_size=None)
    for one in (folder, silent):
        model = load(one)
        ids = model.tokens("ACG").ids
        assert model.logits(ids[None]).shape == (1, 5, rows)
    for vocabulary in ("bpe", "kmer"):
        with pytest.raises(ModelError, match="tokenizer knows"):
            load(
                write(tmp_path / vocabulary, rows=len(UNION) - 1),
                vocabulary=vocabulary,
            )


def test_that_vocabularies_that_disagree_are_refused(tmp_path: Path) -> None:
    swapped = list(UNION)
    swapped[7], swapped[8] = swapped[8], swapped[7]
    folder = write(tmp_path / "m", union=swapped)
    with pytest.raises(ModelError, match=r"disagree: “G” is 7 among .* 8 in the union"):
        load(folder)
    with pytest.raises(ModelError, match="disagree"):
        families.family("genomics_fm").check(folder)


def test_that_a_missing_part_is_named(tmp_path: Path) -> None:
    state = random_state(SIZES)
    table = "bert.embeddings.position_embeddings.weight"
    less = {n: a for n, a in state.items() if n != table}
    with pytest.raises(ModelError, match=r"position_embeddings.* is missing"):
        load(write(tmp_path / "table", state=less))
    words = "bert.embeddings.word_embeddings.weight"
    less = {n: a for n, a in state.items() if n != words}
    with pytest.raises(ModelError, match=r"word_embeddings.* is missing"):
        load(write(tmp_path / "words", state=less))
    extra = state | {"bert.encoder.layer.1.mlp.wo.bias": np.zeros(8)}
    with pytest.raises(ModelError, match="is not part"):
        load(write(tmp_path / "extra", state=extra))
    folder = write(tmp_path / "folder")
    (folder / "tokenizer" / "vocab.txt").unlink()
    with pytest.raises(ModelError, match=r"tokenizer\.json"):
        load(folder)
    lacks = [w if w != "ACGTAC" else "[X]" for w in UNION]
    with pytest.raises(ModelError, match="lacks ACGTAC"):
        load(write(tmp_path / "kmer", union=lacks), vocabulary="kmer")
