"""The family of the built-in model: strict folders, options that do what they say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gfm_desktop.errors import ModelError, OptionError
from gfm_desktop.models import built_in_model, catalogue, families, manifest
from gfm_desktop.models.ensemble_network import EnsembleSizes, network
from gfm_desktop.models.ensemble_tokens import words
from gfm_desktop.models.hub_folder import HubFolder
from gfm_desktop.models.weights import sha256_of

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("tokenizers")
SEQUENCE = "ACGTTGCATTGACCANGTTTACGACG"


@pytest.fixture(params=[False, True], ids=["untied", "tied"])
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Return a folder with random weights, as the programme exports one."""
    import torch
    from safetensors.torch import save_file
    from tokenizers import Tokenizer
    from tokenizers.models import BPE

    pieces = ["A", "C", "G", "T", "AC", "ACG"]
    vocabulary = words(("homo_sapiens", "saccharomyces_cerevisiae"), pieces)
    sizes = EnsembleSizes(
        vocabulary=len(vocabulary),
        width=16,
        layers=2,
        heads=2,
        inner=12,
        kernel=3,
        attention_every=2,
        context=2,
        context_width=8,
        first_base=vocabulary.index("A"),
        tied=request.param,
    )
    torch.manual_seed(0)
    state = network(sizes, meta=False).state_dict()
    if sizes.tied:
        del state["decoder.weight"]
    state = {n: torch.randn_like(t).mul(0.2).half() for n, t in state.items()}
    made = tmp_path / "tiny"
    made.mkdir()
    save_file(state, made / "model.safetensors")
    windows = {"nucleotide": 64, "kmer": 192, "bpe": 128}
    config = built_in_model.config_of(sizes, windows, 66)
    (made / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (made / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    merges = [("A", "C"), ("AC", "G")]
    pairs = Tokenizer(BPE({p: i for i, p in enumerate(pieces)}, merges))
    pairs.save(str(made / "tokenizer.json"))
    return made


def changed(folder: Path, **fields: Any) -> None:
    path = folder / "config.json"
    content = json.loads(path.read_text(encoding="utf-8")) | fields
    path.write_text(json.dumps(content), encoding="utf-8")


def test_that_the_folder_is_recognised_by_this_family_alone(folder: Path) -> None:
    hub = HubFolder.read(folder)
    found = [n for n, f in families.hub_families().items() if f.recognises(hub)]
    assert found == ["built_in_model"]


@pytest.mark.parametrize("vocabulary", ["nucleotide", "kmer", "bpe"])
def test_that_every_vocabulary_can_be_chosen(folder: Path, vocabulary: str) -> None:
    model: Any = catalogue.load(
        str(folder), device="cpu", options={"vocabulary": vocabulary}
    )
    tokens = model.tokens(SEQUENCE)
    assert model.tokenizer.kind == vocabulary
    assert model.window == {"nucleotide": 64, "kmer": 192, "bpe": 128}[vocabulary]
    logits = model.logits(tokens.ids[None])[0]
    assert model.hidden(tokens.ids[None]).shape == (1, len(tokens), 16)
    chances = np.exp(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True))
    answers = model.tokenizer.answers
    np.testing.assert_allclose(chances[:, answers].sum(axis=1), 1, rtol=1e-4)


def test_that_only_the_answers_change_with_the_vocabulary(folder: Path) -> None:
    one = built_in_model.load(folder, "cpu", vocabulary="nucleotide")
    other = built_in_model.load(folder, "cpu", vocabulary="kmer")
    ids = one.tokens(SEQUENCE).ids[None]
    bases = list(one.tokenizer.base_ids)
    np.testing.assert_array_equal(
        one.logits(ids)[..., bases], other.logits(ids)[..., bases]
    )
    np.testing.assert_array_equal(one.hidden(ids), other.hidden(ids))


def test_that_the_species_changes_what_is_read(folder: Path) -> None:
    unknown = built_in_model.load(folder, "cpu").tokens(SEQUENCE)
    human = built_in_model.load(folder, "cpu", species="homo_sapiens")
    assert (human.tokens(SEQUENCE).ids != unknown.ids).sum() == 1
    with pytest.raises(OptionError, match="Species"):
        catalogue.load(str(folder), options={"species": "mus_musculus"})


def test_that_more_tokens_than_it_learnt_are_refused(folder: Path) -> None:
    model = built_in_model.load(folder, "cpu")
    assert len(model.tokens("A" * 64)) == 66
    with pytest.raises(OptionError, match="66"):
        model.tokens("A" * 65)


def test_that_the_card_tells_the_folder_s_own_facts(folder: Path) -> None:
    card = catalogue.card_of(str(folder))
    assert card.parameters == HubFolder.read(folder).parameters
    assert not card.built_in
    assert card.context_bp == 64
    species = next(option for option in card.options if option.name == "species")
    assert species.choices == ("homo_sapiens", "saccharomyces_cerevisiae", "unknown")


def test_that_a_described_folder_takes_facts_from_its_description(
    folder: Path,
) -> None:
    content = {
        "format": 1,
        "id": "gfm-tiny",
        "loader": "built_in_model",
        "weights": {"model.safetensors": sha256_of(folder / "model.safetensors")},
        "card": {"limits": "Measured on a toy."},
    }
    path = folder / manifest.FILE_NAME
    path.write_text(json.dumps(content), encoding="utf-8")
    card = catalogue.card_of(str(folder))
    assert card.id == "gfm-tiny"
    assert card.limits == "Measured on a toy."
    built_in_model.check(folder)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"hidden_size": 32}, "has shape"),
        ({"num_hidden_layers": 3}, "is missing"),
        ({"num_hidden_layers": 1}, "is not part of the model"),
        ({"attention_every": 1}, "is missing"),
        ({"context_letters": 4}, "has shape"),
        ({"conv_kernel": 2}, "kernel 2"),
        ({"conv_dilations": 1}, "conv_dilations"),
        ({"num_attention_heads": 3}, "heads"),
        ({"vocab_size": 4000}, "tokens"),
        ({"windows": {"nucleotide": 64}}, "kmer"),
        ({"max_tokens": "66"}, "max_tokens"),
    ],
)
def test_that_a_config_that_does_not_fit_is_refused(
    folder: Path, fields: dict[str, Any], why: str
) -> None:
    built_in_model.check(folder)
    changed(folder, **fields)
    with pytest.raises(ModelError, match=why):
        built_in_model.check(folder)


def test_that_byte_pairs_unknown_to_the_vocabulary_are_refused(folder: Path) -> None:
    path = folder / "tokenizer.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["model"]["vocab"]["ACGA"] = 6
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ModelError, match="ACGA"):
        built_in_model.load(folder, "cpu", vocabulary="bpe")


def test_that_a_missing_word_is_named(folder: Path) -> None:
    path = folder / "vocab.txt"
    text = path.read_text(encoding="utf-8").replace("[KMER]", "[other]")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match=r"\[KMER\]"):
        built_in_model.check(folder)
