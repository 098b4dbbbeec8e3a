"""Caduceus computes what its program does, in every setting, and refuses the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gfm_desktop.errors import ModelError
from gfm_desktop.models import caduceus

from .naive_caduceus import TRUNK, hidden_and_logits
from .tiny_hub import random_state, write

if TYPE_CHECKING:
    from pathlib import Path

    import torch

WIDTH, LAYERS, STATES, TAPS, ROWS = 6, 2, 3, 4, 16
INNER, RANK = 2 * WIDTH, 1
PARTNERS = [0, 1, 2, 3, 4, 5, 6, 10, 9, 8, 7, 11, 12, 13, 14, 15]
CONFIG: dict[str, Any] = {
    "model_type": "caduceus",
    "d_model": WIDTH,
    "n_layer": LAYERS,
    "vocab_size": 12,
    "pad_vocab_size_multiple": 8,
    "ssm_cfg": {"d_state": STATES, "d_conv": TAPS, "expand": 2, "dt_rank": "auto"},
    "fused_add_norm": True,
    "rcps": False,
}
PS = {"rcps": True}
UNFUSED = {"rcps": True, "fused_add_norm": False}
COMPLEMENT = str.maketrans("ACGT", "TGCA")
SETTINGS: list[dict[str, Any]] = [
    {},
    {"fused_add_norm": False},
    PS,
    UNFUSED,
    {**PS, "n_layer": 3},
    {**PS, "rms_norm": False},
    {**UNFUSED, "rms_norm": False},
    {"rms_norm": False, "norm_epsilon": 0.1},
    {"bidirectional_strategy": "ew_multiply"},
    {"bidirectional_weight_tie": False},
    {**PS, "bidirectional_weight_tie": False},
    {"bidirectional": False},
    {"tie_word_embeddings": False},
    {"ssm_cfg": {"d_state": 2, "d_conv": 3, "dt_rank": 4, "expand": 3, "bias": True}},
    {**PS, "ssm_cfg": {"d_state": 3, "conv_bias": False}},
]


def shapes(config: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    """Return the tensors of a checkpoint, each shared one once."""
    ssm = config["ssm_cfg"]
    inner, states = ssm.get("expand", 2) * WIDTH, ssm["d_state"]
    rank = ssm.get("dt_rank", "auto")
    rank = RANK if rank == "auto" else rank
    shared, fused = config["rcps"], config["fused_add_norm"]
    long, part = ".submodule" if shared and not fused else "", "submodule." * shared
    words = f"{TRUNK}embeddings.word_embeddings"
    found: dict[str, tuple[int, ...]] = {
        f"{words}.embedding.weight" if shared else f"{words}.weight": (ROWS, WIDTH)
    }
    if not config.get("tie_word_embeddings", True):
        found["lm_head.weight"] = (ROWS, WIDTH)
    norms = [f"{TRUNK}norm_f{long}"]
    for i in range(config["n_layer"]):
        norms.append(f"{TRUNK}layers.{i}.norm{long}")
        for way in ("fwd", "rev") if config.get("bidirectional", True) else ("fwd",):
            name = f"{TRUNK}layers.{i}.mixer.{part}mamba_{way}."
            found |= {
                f"{name}A_log": (inner, states),
                f"{name}D": (inner,),
                f"{name}conv1d.weight": (inner, 1, ssm.get("d_conv", 4)),
                f"{name}x_proj.weight": (rank + 2 * states, inner),
                f"{name}dt_proj.weight": (inner, rank),
                f"{name}dt_proj.bias": (inner,),
            }
            if ssm.get("conv_bias", True):
                found[f"{name}conv1d.bias"] = (inner,)
            if way == "rev" and config.get("bidirectional_weight_tie", True):
                continue
            found |= {
                f"{name}in_proj.weight": (2 * inner, WIDTH),
                f"{name}out_proj.weight": (WIDTH, inner),
            }
            if ssm.get("bias", False):
                found |= {
                    f"{name}in_proj.bias": (2 * inner,),
                    f"{name}out_proj.bias": (WIDTH,),
                }
    kinds = ("weight",) if config.get("rms_norm", True) else ("weight", "bias")
    return found | {f"{norm}.{kind}": (WIDTH,) for norm in norms for kind in kinds}


def checkpoint(**changed: Any) -> tuple[dict[str, Any], dict[str, torch.Tensor]]:
    """Return config and random weights."""
    import torch

    config = {**CONFIG, **changed}
    state = random_state(shapes(config))
    if config["rcps"]:
        words = f"{TRUNK}embeddings.word_embeddings"
        for name in (words, "lm_head"):
            state[f"{name}.complement_map"] = torch.tensor(PARTNERS)
    return config, state


@pytest.mark.parametrize("changed", SETTINGS, ids=str)
@pytest.mark.parametrize("sequence", ["A", "ACGTNACGTTTGACCATTGGC"])
def test_that_states_and_logits_are_those_of_plain_loops(
    sequence: str, changed: dict[str, Any], tmp_path: Path
) -> None:
    config, state = checkpoint(**changed)
    folder = write(tmp_path / "tiny", config, state)
    caduceus.check(folder)
    model = caduceus.load(folder, "cpu")
    ids = model.tokens(sequence).ids
    hidden, logits = hidden_and_logits(config, state, ids)
    for found, expected in (
        (model.hidden(ids[None])[0], hidden),
        (model.logits(ids[None])[0], logits),
    ):
        scale = max(1.0, float(np.abs(expected).max()))
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5 * scale)


@pytest.mark.parametrize("changed", [PS, UNFUSED, {**PS, "n_layer": 3}], ids=str)
def test_that_shared_strands_give_the_reverse_complement_the_same(
    changed: dict[str, Any], tmp_path: Path
) -> None:
    model = caduceus.load(write(tmp_path / "tiny", *checkpoint(**changed)), "cpu")
    assert model.symmetric
    source = np.random.default_rng(1)
    for length in (1, 2, 17, 40):
        sequence = "".join(source.choice(list("ACGTN"), length))
        turned = sequence.translate(COMPLEMENT)[::-1]
        pairs = [model.tokens(s).ids for s in (sequence, turned)]
        for ids, place in zip(pairs, (0, length - 1), strict=True):
            ids[place] = model.tokenizer.mask_id
        forward, reverse = (model.logits(ids[None])[0] for ids in pairs)
        np.testing.assert_allclose(
            reverse[::-1][:, PARTNERS], forward, rtol=1e-4, atol=1e-4
        )
        forward, reverse = (model.hidden(ids[None])[0] for ids in pairs)
        np.testing.assert_allclose(reverse[::-1, ::-1], forward, rtol=1e-4, atol=1e-4)


def test_that_separate_strands_are_not_called_alike(tmp_path: Path) -> None:
    model = caduceus.load(write(tmp_path / "tiny", *checkpoint()), "cpu")
    assert not model.symmetric


def test_that_fused_and_unfused_paths_differ(tmp_path: Path) -> None:
    config, state = checkpoint(**PS)
    plain = {
        n.replace("norm.weight", "norm.submodule.weight").replace(
            "norm_f.weight", "norm_f.submodule.weight"
        ): t
        for n, t in state.items()
    }
    one = caduceus.load(write(tmp_path / "one", config, state), "cpu")
    other = caduceus.load(
        write(tmp_path / "other", {**config, "fused_add_norm": False}, plain), "cpu"
    )
    ids = one.tokens("ACGTTGCATT").ids[None]
    assert np.abs(one.logits(ids) - other.logits(ids)).max() > 0.01


def test_that_letters_have_the_authors_numbers_and_nothing_around(
    tmp_path: Path,
) -> None:
    model = caduceus.load(write(tmp_path / "tiny", *checkpoint()), "cpu")
    assert model.tokens("acgTRN").ids.tolist() == [7, 8, 9, 10, 11, 11]
    assert model.tokenizer.mask_id == 3
    assert (model.window, model.objective) == (1024, "masked")


def test_that_a_short_context_is_the_window(tmp_path: Path) -> None:
    files = [("tokenizer_config.json", {"model_max_length": 96})]
    model = caduceus.load(write(tmp_path / "tiny", *checkpoint(), files), "cpu")
    assert (model.window, model.card.context_bp) == (96, 96)


def test_that_plantcaduceus_is_known_by_its_small_letters(tmp_path: Path) -> None:
    import torch

    config, state = checkpoint(**PS, vocab_size=8)
    partners = [0, 1, 2, 6, 5, 4, 3, 7]
    words = f"{TRUNK}embeddings.word_embeddings"
    state[f"{words}.embedding.weight"] = state[f"{words}.embedding.weight"][:8]
    for name in (words, "lm_head"):
        state[f"{name}.complement_map"] = torch.tensor(partners)
    ids = {"[PAD]": 0, "[MASK]": 1, "[UNK]": 2, "a": 3, "c": 4, "g": 5, "t": 6}
    files = [("tokenizer.json", {"model": {"vocab": ids}, "added_tokens": []})]
    model = caduceus.load(write(tmp_path / "tiny", config, state, files), "cpu")
    assert model.tokens("ACGTacgtN").ids.tolist() == [3, 4, 5, 6, 3, 4, 5, 6, 2]
    assert (model.window, model.tokenizer.mask_id) == (512, 1)
    assert model.symmetric
    assert "plant" in model.card.limits


@pytest.mark.parametrize("rcps", [False, True])
def test_that_shared_tensors_may_have_every_name(rcps: bool, tmp_path: Path) -> None:
    config, state = checkpoint(rcps=rcps)
    full = dict(state)
    for name, tensor in state.items():
        if "mamba_fwd" in name and ("in_proj" in name or "out_proj" in name):
            full[name.replace("mamba_fwd", "mamba_rev")] = tensor
    words = f"{TRUNK}embeddings.word_embeddings"
    table = f"{words}.embedding.weight" if rcps else f"{words}.weight"
    full["lm_head.lm_head.weight" if rcps else "lm_head.weight"] = state[table]
    only_last = {n: t for n, t in full.items() if n != table and "fwd.in_" not in n}
    ids = np.array([[7, 8, 9, 10, 11]])
    models = [
        caduceus.load(write(tmp_path / str(i), config, one), "cpu")
        for i, one in enumerate((state, full, only_last))
    ]
    first, *others = (model.logits(ids) for model in models)
    for other in others:
        np.testing.assert_array_equal(first, other)
    assert len({model.card.parameters for model in models}) == 1


def test_that_complements_come_by_number_where_only_the_config_has_them(
    tmp_path: Path,
) -> None:
    config, state = checkpoint(**PS)
    ids = np.array([[7, 8, 9, 10, 11]])
    wanted = caduceus.load(write(tmp_path / "full", config, state), "cpu").logits(ids)
    left = {n: t for n, t in state.items() if "complement_map" not in n}
    as_text = sorted(str(i) for i in range(12))
    config = {**config, "complement_map": {i: PARTNERS[int(i)] for i in as_text}}
    folder = write(tmp_path / "left", config, left)
    caduceus.check(folder)
    np.testing.assert_array_equal(caduceus.load(folder, "cpu").logits(ids), wanted)


def test_that_stored_complements_go_before_the_configs(tmp_path: Path) -> None:
    config, state = checkpoint(**PS)
    ids = np.array([[7, 8, 9, 10, 11]])
    wanted = caduceus.load(write(tmp_path / "one", config, state), "cpu").logits(ids)
    config = {**config, "complement_map": {str(i): i for i in range(16)}}
    other = caduceus.load(write(tmp_path / "two", config, state), "cpu")
    np.testing.assert_array_equal(other.logits(ids), wanted)


def test_that_a_table_that_is_no_complement_is_not_called_symmetric(
    tmp_path: Path,
) -> None:
    import torch

    config, state = checkpoint(**PS)
    for name in list(state):
        if name.endswith("complement_map"):
            state[name] = torch.arange(ROWS)
    assert not caduceus.load(write(tmp_path / "tiny", config, state), "cpu").symmetric


def test_that_complements_outside_the_vocabulary_are_refused(tmp_path: Path) -> None:
    config, state = checkpoint(**PS)
    for name in list(state):
        if name.endswith("complement_map"):
            state[name] = state[name] + 1
    with pytest.raises(ModelError, match="tokens that do not exist"):
        caduceus.load(write(tmp_path / "tiny", config, state), "cpu")


@pytest.mark.parametrize("stated", [None, {"7": 99}, {"x": 1}, {"7": "10"}])
def test_that_missing_or_odd_complements_are_refused(
    stated: object, tmp_path: Path
) -> None:
    config, state = checkpoint(**PS)
    left = {n: t for n, t in state.items() if "complement_map" not in n}
    folder = write(tmp_path / "tiny", {**config, "complement_map": stated}, left)
    for read in (caduceus.check, lambda one: caduceus.load(one, "cpu")):
        with pytest.raises(ModelError, match="complement_map"):
            read(folder)


@pytest.mark.parametrize(
    "name",
    [
        f"{TRUNK}layers.1.mixer.mamba_rev.A_log",
        f"{TRUNK}layers.0.mixer.mamba_fwd.in_proj.weight",
        f"{TRUNK}norm_f.weight",
    ],
)
def test_that_a_missing_tensor_is_named(name: str, tmp_path: Path) -> None:
    config, state = checkpoint()
    del state[name]
    folder = write(tmp_path / "tiny", config, state)
    for read in (caduceus.check, lambda one: caduceus.load(one, "cpu")):
        with pytest.raises(ModelError, match=f"“{name}” is missing"):
            read(folder)


def test_that_an_untied_head_must_be_there(tmp_path: Path) -> None:
    config, state = checkpoint()
    folder = write(tmp_path / "tiny", {**config, "tie_word_embeddings": False}, state)
    with pytest.raises(ModelError, match=r"“lm_head\.weight” is missing"):
        caduceus.check(folder)


def test_that_names_of_the_other_path_are_refused(tmp_path: Path) -> None:
    config, state = checkpoint(**PS)
    folder = write(tmp_path / "tiny", {**config, "fused_add_norm": False}, state)
    with pytest.raises(ModelError, match=r"norm\.submodule\.weight” is missing"):
        caduceus.check(folder)


def test_that_an_extra_tensor_is_named(tmp_path: Path) -> None:
    config, state = checkpoint()
    state["score.weight"] = state[f"{TRUNK}norm_f.weight"]
    with pytest.raises(ModelError, match=r"“score\.weight” is not part"):
        caduceus.check(write(tmp_path / "tiny", config, state))


def test_that_a_tokenizer_larger_than_the_embedding_is_refused(tmp_path: Path) -> None:
    ids = {
        token: i for i, token in enumerate(["[MASK]", *"ACGTN", *map(str, range(20))])
    }
    files = [("tokenizer.json", {"model": {"vocab": ids}, "added_tokens": []})]
    with pytest.raises(ModelError, match="26 tokens, but the network has 16 rows"):
        caduceus.check(write(tmp_path / "tiny", *checkpoint(), files))


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"ssm_cfg": {"layer": "Mamba2"}}, "“layer”"),
        ({"ssm_cfg": {"d_state": "many"}}, "d_state"),
        ({"ssm_cfg": [1]}, "ssm_cfg"),
        ({"bidirectional_strategy": "concat"}, "concat"),
        ({"d_model": 0}, "width of 0"),
        ({"n_layer": True}, "n_layer"),
    ],
)
def test_that_settings_it_cannot_compute_are_refused(
    changed: dict[str, Any], told: str, tmp_path: Path
) -> None:
    config, state = checkpoint()
    with pytest.raises(ModelError, match=told):
        caduceus.check(write(tmp_path / "tiny", {**config, **changed}, state))


def test_that_every_published_card_names_its_repository() -> None:
    assert len({one.id for one in caduceus.CARDS}) == len(caduceus.CARDS) == 10
    for one in caduceus.CARDS:
        assert one.repository in one.source
        assert one.commercial_use == (one.licence == "Apache-2.0")
