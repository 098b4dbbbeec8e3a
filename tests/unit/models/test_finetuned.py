"""A fine-tuned model's folder: strict, without code, and nothing without its base."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gfm_desktop import paths
from gfm_desktop.errors import ModelError
from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.models import catalogue, finetuned, library, licence, manifest
from gfm_desktop.models.backbones import backbone_of

from . import tiny_ensemble
from .every_family import letters
from .finetuned_kit import NAMES, head_of, make

if TYPE_CHECKING:
    from pathlib import Path

SEQUENCES = [letters(30, seed) for seed in range(4)]


@pytest.fixture
def base() -> str:
    """Return the id of a base in the library."""
    made = tiny_ensemble.make(paths.cache() / "source")
    return library.add(made, model_id="tiny-base").id


def described(folder: Path, **changes: Any) -> None:
    """Change the description's architecture."""
    path = folder / manifest.FILE_NAME
    content = json.loads(path.read_text(encoding="utf-8"))
    content["architecture"] |= changes
    path.write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize("task", NAMES)
def test_that_predictions_are_those_of_the_head(
    task: str, base: str, tmp_path: Path
) -> None:
    folder = make(tmp_path / "mine", base, task)
    model: Any = catalogue.load(str(folder), device="cpu")
    assert (model.task, model.names, model.input) == (task, NAMES[task], "sequence")
    assert model.length == 30
    found = model.predict(SEQUENCES)
    network: Any = catalogue.load(base, device="cpu")
    layers = []
    backbone = backbone_of(network)
    for sequence in SEQUENCES:
        both = [sequence, sequence.translate(str.maketrans("ACGT", "TGCA"))[::-1]]
        states = []
        for one in both:
            tokens = network.tokens(one)
            hidden: Any = backbone.blocks["layers"][1]
            heard: list[Any] = []
            hook = hidden.register_forward_hook(
                lambda m, i, out, heard=heard: heard.append(out)
            )
            network.hidden(tokens.ids[None])
            hook.remove()
            states.append(heard[0][0].numpy()[tokens.letters].mean(axis=0))
        layers.append(np.mean(states, axis=0))
    head = head_of(found.shape[1], 16)
    logits = (np.stack(layers) - head.centre) / head.scale @ head.weight.T + head.bias
    wanted = {
        "regression": lambda x: x,
        "multiclass": lambda x: np.exp(x) / np.exp(x).sum(axis=1, keepdims=True),
    }.get(task, lambda x: 1 / (1 + np.exp(-x)))(logits)
    np.testing.assert_allclose(found, wanted, rtol=1e-3, atol=1e-4)


def test_that_predictions_do_not_depend_on_company(base: str, tmp_path: Path) -> None:
    model: Any = catalogue.load(str(make(tmp_path / "mine", base)), device="cpu")
    mixed = [*SEQUENCES, letters(17), letters(200), SEQUENCES[0]]
    together = model.predict(mixed, batch_size=8)
    alone = np.concatenate([model.predict([one], batch_size=1) for one in mixed])
    np.testing.assert_allclose(together, alone, atol=1e-5)
    assert together[0] == together[-1]
    assert model.predict([]).shape == (0, 1)
    np.testing.assert_array_equal(
        model.predict([letters(30).lower()]), model.predict([letters(30)])
    )


def test_that_predictions_are_calibrated(base: str, tmp_path: Path) -> None:
    plain: Any = catalogue.load(str(make(tmp_path / "plain", base)), device="cpu")
    heat = {"kind": "temperature", "temperature": [2.0], "bias": [0.5]}
    warm: Any = catalogue.load(
        str(make(tmp_path / "warm", base, calibration=heat)), device="cpu"
    )
    odds = plain.logits(SEQUENCES)
    np.testing.assert_allclose(
        warm.predict(SEQUENCES), 1 / (1 + np.exp(-(odds / 2 + 0.5))), rtol=1e-4
    )
    # Another calibration is another model, in every result.
    assert plain.weights_sha256 != warm.weights_sha256


def test_that_a_model_of_variants_needs_both_alleles(base: str, tmp_path: Path) -> None:
    model: Any = catalogue.load(
        str(make(tmp_path / "mine", base, input="variant")), device="cpu"
    )
    with pytest.raises(ValueError, match="variant"):
        model.predict(SEQUENCES)
    found = model.predict(SEQUENCES[:2], SEQUENCES[2:])
    assert found.shape == (2, 1)
    assert not np.allclose(found, model.predict(SEQUENCES[2:], SEQUENCES[:2]))
    assert catalogue.card_of(str(tmp_path / "mine")).tracks == ()


def test_that_the_card_has_its_own_facts_and_the_bases_terms(
    base: str, tmp_path: Path
) -> None:
    card = catalogue.card_of(str(make(tmp_path / "mine", base)))
    under = catalogue.card_of(base)
    assert (card.id, card.name) == ("my-model", "My model")
    assert card.summary == "Beats 6-mer counts."
    assert card.licence == under.licence
    assert card.commercial_use == under.commercial_use
    assert card.species == under.species
    assert card.scorers == ("finetuned-effect",)
    assert card.tracks == ("finetuned-prediction",)
    assert VariantKind.SYMBOLIC not in card.scores
    assert len(card.scores) == 5
    assert not card.built_in


def test_that_a_folder_can_be_added_to_the_library(base: str, tmp_path: Path) -> None:
    folder = make(tmp_path / "mine", base)
    (folder / "report.json").write_text("{}", encoding="utf-8")
    (folder / "MODEL_CARD.md").write_text("# Mine", encoding="utf-8")
    (folder / "code.py").write_text("raise SystemExit", encoding="utf-8")
    wanted = catalogue.load(str(folder), device="cpu")
    assert library.add(folder).id == "my-model"
    assert catalogue.installed("my-model") is not None
    found: Any = catalogue.load("my-model", device="cpu")
    np.testing.assert_array_equal(
        found.predict(SEQUENCES),
        wanted.predict(SEQUENCES),  # type: ignore[attr-defined]
    )
    kept = paths.imported_models() / "my-model"
    assert (kept / "report.json").is_file()
    assert not (kept / "code.py").exists()


def test_that_a_zip_can_be_added_to_the_library(base: str, tmp_path: Path) -> None:
    folder = make(tmp_path / "mine", base)
    (folder / "report.json").write_text("{}", encoding="utf-8")
    for number, root in enumerate((tmp_path, folder)):
        archive = shutil.make_archive(
            str(tmp_path / f"given-{number}"),
            "zip",
            root,
            "mine" if root == tmp_path else None,
        )
        name = f"copy-{number}"
        assert library.add(tmp_path / f"given-{number}.zip", model_id=name).id == name
        assert archive.endswith(".zip")
        found: Any = catalogue.load(name, device="cpu")
        assert found.predict(SEQUENCES).shape == (4, 1)
        assert (paths.imported_models() / name / "report.json").is_file()
        left = [p.name for p in paths.imported_models().iterdir()]
        assert all(not one.startswith(".") for one in left)


def test_that_a_missing_base_is_named(base: str, tmp_path: Path) -> None:
    folder = make(tmp_path / "mine", base)
    library.add(folder)
    library.remove(base)
    with pytest.raises(ModelError, match="tiny-base") as caught:
        catalogue.load("my-model", device="cpu")
    assert "base" in caught.value.what
    assert caught.value.todo
    # It is still listed, and works again when the base is back.
    assert catalogue.installed("my-model") is not None
    library.add(paths.cache() / "source", model_id="other-name")
    assert catalogue.load("my-model", device="cpu")


def test_that_another_base_of_that_name_is_refused(base: str, tmp_path: Path) -> None:
    folder = make(tmp_path / "mine", base)
    library.remove(base)
    library.add(tiny_ensemble.make(tmp_path / "other", seed=9), model_id=base)
    with pytest.raises(ModelError, match="not the one that was fine-tuned"):
        catalogue.load(str(folder), device="cpu")


def test_that_a_base_in_a_folder_is_found_from_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny_ensemble.make(tmp_path / "bases" / "tiny")
    monkeypatch.chdir(tmp_path / "bases")
    folder = make(tmp_path / "mine", "tiny")
    monkeypatch.chdir(tmp_path)
    assert catalogue.load(str(folder), device="cpu")
    # Somewhere else the folder is not there, but the library has the same weights.
    library.add(tmp_path / "bases" / "tiny", model_id="known")
    (tmp_path / "bases" / "tiny").rename(tmp_path / "bases" / "gone")
    assert catalogue.load(str(folder), device="cpu")
    library.remove("known")
    with pytest.raises(ModelError, match="cannot be loaded"):
        catalogue.load(str(folder), device="cpu")


def test_that_the_bases_terms_must_be_accepted(
    base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make(tmp_path / "mine", base)
    monkeypatch.setattr(licence, "accepted", lambda card: card.id != base)
    with pytest.raises(licence.LicenceError):
        catalogue.load(str(folder), device="cpu")


def test_that_a_model_on_top_of_itself_is_refused(base: str, tmp_path: Path) -> None:
    folder = make(tmp_path / "mine", base)
    library.add(folder)
    entry = json.loads((folder / manifest.FILE_NAME).read_text(encoding="utf-8"))
    entry["architecture"]["base"] = "my-model"
    from gfm_desktop.models.finetuned_parts import digest

    finetuned._sign(folder / finetuned.WEIGHTS, digest(entry["architecture"]))
    sha256 = finetuned.sha256_of(folder / finetuned.WEIGHTS)
    entry["weights"] = {finetuned.WEIGHTS: sha256}
    (folder / manifest.FILE_NAME).write_text(json.dumps(entry), encoding="utf-8")
    with pytest.raises(ModelError, match="fine-tuned model itself"):
        catalogue.load(str(folder), device="cpu")


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"kind": "magic"}, "“kind”"),
        ({"task": "ranking"}, "“task”"),
        ({"names": ["one"]}, "“names”"),
        ({"names": [1, 2]}, "“names”"),
        ({"pooling": "sum"}, "“pooling”"),
        ({"layer": 0}, "“layer”"),
        ({"layer": "2"}, "“layer”"),
        ({"length": -1}, "“length”"),
        ({"strands": "minus"}, "“strands”"),
        ({"base_options": {"vocabulary": ["kmer"]}}, "“base_options”"),
        ({"calibration": {"kind": "temperature"}}, "“calibration”"),
        ({"surprise": 1}, "“surprise”"),
        ({"features": 17}, "head"),
        ({"pooling": "max"}, "another description"),
        ({"base": "another"}, "another description"),
    ],
)
def test_that_a_description_that_was_changed_is_refused(
    changes: dict[str, Any], wrong: str, base: str, tmp_path: Path
) -> None:
    folder = make(tmp_path / "mine", base)
    described(folder, **changes)
    for read in (lambda: finetuned.check(folder), lambda: library.add(folder)):
        with pytest.raises(ModelError) as caught:
            read()
        assert wrong in str(caught.value)
    assert not list(paths.imported_models().glob("*my-model*"))


def test_that_all_that_is_wrong_is_told_at_once(base: str, tmp_path: Path) -> None:
    folder = make(tmp_path / "mine", base)
    described(folder, pooling="sum", strands="minus", layer=0)
    with pytest.raises(ModelError, match=r"pooling.*strands.*layer"):
        finetuned.check(folder)


def test_that_extra_or_other_weights_are_refused(base: str, tmp_path: Path) -> None:
    extra = {"embedding.weight": np.zeros((2, 2), np.float32)}
    folder = make(tmp_path / "extra", base, tensors=extra)
    with pytest.raises(ModelError, match=r"“embedding.weight” is not part"):
        finetuned.check(folder)
    folder = make(tmp_path / "other", base)
    path = folder / finetuned.WEIGHTS
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(ModelError, match="SHA-256"):
        finetuned.check(folder)


def test_that_a_layer_that_the_base_lacks_is_refused(base: str, tmp_path: Path) -> None:
    folder = make(tmp_path / "mine", base, architecture={"layer": 9})
    finetuned.check(folder)
    with pytest.raises(ModelError, match="the base has 3 layers"):
        catalogue.load(str(folder), device="cpu")


def test_that_changed_weights_take_the_place_of_the_bases(
    base: str, tmp_path: Path
) -> None:
    name = "layers.1.gated.down.weight"
    values = np.random.default_rng(3).normal(size=(16, 24)).astype(np.float32)
    folder = make(
        tmp_path / "mine", base, tensors={name: values}, architecture={"kind": "full"}
    )
    model: Any = catalogue.load(str(folder), device="cpu")
    np.testing.assert_array_equal(
        model.backbone.module.get_parameter(name).numpy(), values
    )
    plain: Any = catalogue.load(str(make(tmp_path / "plain", base)), device="cpu")
    assert not np.allclose(model.predict(SEQUENCES), plain.predict(SEQUENCES))
    wrong: list[dict[str, Any]] = [{"layers.7.up": values}, {name: values.T.copy()}]
    for number, tensors in enumerate(wrong):
        folder = make(
            tmp_path / f"wrong-{number}",
            base,
            tensors=tensors,
            architecture={"kind": "full"},
        )
        with pytest.raises(ModelError, match="does not fit its base"):
            catalogue.load(str(folder), device="cpu")


def test_that_the_vocabulary_is_part_of_the_model(base: str, tmp_path: Path) -> None:
    folder = make(tmp_path / "mine", base, options={"vocabulary": "kmer"})
    model: Any = catalogue.load(str(folder), device="cpu")
    assert len(model.backbone.pieces("ACGTAC" * 4)[0].inputs) == 2 + 4
    plain: Any = catalogue.load(str(make(tmp_path / "plain", base)), device="cpu")
    assert not np.allclose(model.predict(SEQUENCES), plain.predict(SEQUENCES))
