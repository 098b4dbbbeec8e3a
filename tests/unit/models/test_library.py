"""What a user gives becomes a model of the library, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections import namedtuple
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gfm_desktop import paths
from gfm_desktop.errors import ModelError
from gfm_desktop.models import (
    catalogue,
    ci_spliceai,
    importers,
    library,
    licence,
    manifest,
)
from gfm_desktop.models.importing import Origin, id_of, safe_id
from gfm_desktop.models.language_model import LanguageModel
from gfm_desktop.models.splice_network import SPLICEAI_10K, tensor_shapes

from . import tiny_gpn

if TYPE_CHECKING:
    from pathlib import Path

SEQUENCE = "ACGTTGCANNACGTACGATCGAT"
Usage = namedtuple("Usage", "total used free")


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def logits(model: str) -> np.ndarray:
    loaded = catalogue.load(model, device="cpu")
    assert isinstance(loaded, LanguageModel)
    return loaded.logits(loaded.tokens(SEQUENCE).ids[None])


def left_behind() -> list[str]:
    return sorted(p.name for p in paths.imported_models().iterdir())


@pytest.mark.parametrize("kind", ["safetensors", "bin", "shards"])
def test_that_a_hub_folder_is_added_converted_and_gives_the_same_numbers(
    kind: tiny_gpn.Kind, tmp_path: Path
) -> None:
    source = tiny_gpn.make(tmp_path / "My GPN", kind)
    expected = logits(str(source))
    card = library.add(source)
    assert (card.id, card.name, card.family) == ("my-gpn", "My GPN", "GPN")
    folder = catalogue.folder_of("my-gpn")
    originals = {p.name: digest(p) for p in source.iterdir() if p.suffix != ".py"}
    shutil.rmtree(source)
    np.testing.assert_array_equal(logits("my-gpn"), expected)
    names = {p.name for p in folder.iterdir()}
    assert names >= {"config.json", "tokenizer.json", "LICENSE", "gfm_model.json"}
    assert not [n for n in names if n.endswith((".py", ".bin", ".bin.index.json"))]
    described = manifest.read(folder)
    assert described.provenance["files"] == originals
    assert described.loader == "gpn"
    assert {n: digest(folder / n) for n in described.weights} == described.weights
    assert left_behind() == ["my-gpn"]
    model = catalogue.load("my-gpn", device="cpu")
    assert model.weights_sha256 == described.sha256
    assert model.card.id == "my-gpn"


def test_that_another_name_can_be_given_and_a_wrong_one_is_refused(
    tmp_path: Path,
) -> None:
    source = tiny_gpn.make(tmp_path / "hub")
    assert library.add(source, model_id="other").id == "other"
    with pytest.raises(ModelError, match="There is a model “other” already"):
        library.add(source, model_id="other")
    for wrong in ("../up", "A", "a/b", ".hidden", "x" * 65):
        with pytest.raises(ModelError, match="cannot be called"):
            library.add(source, model_id=wrong)
    assert left_behind() == ["other"]


def test_that_names_become_ids() -> None:
    assert safe_id("NT 500M (é)") == "nt-500m"
    assert safe_id("...") == "model"
    assert len(safe_id("x" * 100)) == 64


def test_that_the_hubs_own_cache_can_be_added_and_tells_where_it_came_from(
    tmp_path: Path,
) -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"
    repository = tmp_path / "models--songlab--gpn-brassicales"
    snapshot = repository / "snapshots" / commit
    real = tiny_gpn.make(tmp_path / "real")
    (repository / "blobs").mkdir(parents=True)
    snapshot.mkdir(parents=True)
    for number, file in enumerate(sorted(real.iterdir())):
        shutil.copyfile(file, repository / "blobs" / str(number))
        (snapshot / file.name).symlink_to(f"../../blobs/{number}")
    card = library.add(snapshot)
    assert card.id == "gpn-brassicales"
    assert card.species == catalogue.families.published()[card.id].species
    assert card.parameters == sum(t.numel() for t in tiny_gpn.state().values())
    assert card.revision == commit
    described = manifest.read(catalogue.folder_of(card.id))
    assert described.repository == "songlab/gpn-brassicales"
    assert not (described.folder / "model.safetensors").is_symlink()
    (entry,) = [e for e in catalogue.entries() if e.id == card.id]
    assert entry.installed


def test_that_a_claimed_name_does_not_give_the_published_card(tmp_path: Path) -> None:
    card = library.add(tiny_gpn.make(tmp_path / "hub"), model_id="gpn-brassicales")
    assert card.name == "hub"
    assert card.species == ()
    assert card.repository == ""


def test_that_facts_of_the_repository_are_kept(tmp_path: Path) -> None:
    origin = Origin("me/mine", "a" * 40, {"licence": "X-1", "commercial_use": False})
    card = library.add(tiny_gpn.make(tmp_path / "hub"), origin=origin)
    assert (card.id, card.name, card.licence) == ("mine", "mine", "X-1")
    assert not card.commercial_use


class Trap:
    """Makes a folder where it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.mark),)


def rewrite(folder: Path, **changes: Any) -> None:
    """Write the pickle again, with other tensors; None leaves one out."""
    import torch

    state = tiny_gpn.state() | changes
    state = {name: value for name, value in state.items() if value is not None}
    torch.save(state, folder / "pytorch_model.bin")


def test_that_a_pickle_with_code_is_refused_by_its_name(tmp_path: Path) -> None:
    folder = tiny_gpn.make(tmp_path / "hub", "bin")
    rewrite(folder, trap=Trap(tmp_path / "was-run"))
    with pytest.raises(ModelError, match="mkdir”, which is code") as caught:
        library.add(folder)
    assert caught.value.where.endswith("pytorch_model.bin")
    assert not (tmp_path / "was-run").exists()
    assert left_behind() == []


def test_that_missing_extra_and_misshapen_tensors_are_refused_by_name(
    tmp_path: Path,
) -> None:
    import torch

    folder = tiny_gpn.make(tmp_path / "hub", "bin")
    name = next(iter(tiny_gpn.state()))
    rewrite(folder, **{name: None})
    with pytest.raises(ModelError, match=f"“{name}” is missing"):
        library.add(folder)
    rewrite(folder, surplus=torch.ones(1))
    with pytest.raises(ModelError, match="“surplus” is not part of the model"):
        library.add(folder)
    rewrite(folder, **{name: torch.ones(5, 5)})
    with pytest.raises(ModelError, match=f"“{name}” has shape"):
        library.add(folder)
    assert left_behind() == []


def test_that_a_wrong_vocabulary_is_refused(tmp_path: Path) -> None:
    folder = tiny_gpn.make(tmp_path / "hub")
    ids = tiny_gpn.IDS | {"n": 7}
    tokenizer = {"model": {"vocab": ids}, "added_tokens": []}
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    with pytest.raises(ModelError, match="knows 8 tokens, but the network has 7"):
        library.add(folder)
    assert left_behind() == []


@pytest.mark.parametrize("name", ["model.safetensors", "pytorch_model.bin"])
@pytest.mark.parametrize("share", [0.2, 0.7, 0.99])
def test_that_truncated_weights_are_refused(
    name: str, share: float, tmp_path: Path
) -> None:
    kind: tiny_gpn.Kind = "bin" if name.endswith("bin") else "safetensors"
    path = tiny_gpn.make(tmp_path / "hub", kind) / name
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ModelError, match="cannot be read") as caught:
        library.add(path.parent)
    assert caught.value.where == str(path)
    assert left_behind() == []


def test_that_an_old_pickle_cut_within_its_tensors_is_refused(tmp_path: Path) -> None:
    import torch

    path = tiny_gpn.make(tmp_path / "hub", "bin") / "pytorch_model.bin"
    torch.save(tiny_gpn.state(), path, _use_new_zipfile_serialization=False)
    content = path.read_bytes()
    path.write_bytes(content[:-200])
    with pytest.raises(ModelError, match="cannot be read"):
        library.add(path.parent)
    assert left_behind() == []
    path.write_bytes(content)
    assert library.add(path.parent).id == "hub"


def test_that_tied_and_sliced_tensors_are_converted_to_their_values(
    tmp_path: Path,
) -> None:
    import torch

    folder = tiny_gpn.make(tmp_path / "hub", "bin")
    state = tiny_gpn.state()
    for name, tensor in state.items():
        wide = torch.zeros(*tensor.shape, 2)
        wide[..., 0] = tensor
        state[name] = wide[..., 0]
    torch.save(state, folder / "pytorch_model.bin")
    expected = logits(str(folder))
    library.add(folder)
    np.testing.assert_array_equal(logits("hub"), expected)


@pytest.mark.parametrize(
    "name", ["LICENSE", "config.json", "tokenizer.json", "model.safetensors"]
)
def test_that_a_link_to_another_place_is_refused(name: str, tmp_path: Path) -> None:
    folder = tiny_gpn.make(tmp_path / "hub")
    secret = tmp_path / "secret"
    shutil.move(folder / name, secret)
    (folder / name).symlink_to(secret)
    with pytest.raises(ModelError, match=f"“{name}” is refused: it is a link"):
        library.add(folder)
    assert left_behind() == []


def test_that_a_linked_tokenizer_folder_and_a_pipe_are_refused(tmp_path: Path) -> None:
    folder = tiny_gpn.make(tmp_path / "hub")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "vocab.txt").write_text("secret")
    (folder / "tokenizer_kmer").symlink_to(elsewhere)
    with pytest.raises(ModelError, match="it is a link"):
        library.add(folder)
    (folder / "tokenizer_kmer").unlink()
    os.mkfifo(folder / "NOTICE")
    with pytest.raises(ModelError, match="no plain file"):
        library.add(folder)
    assert left_behind() == []


def test_that_a_huge_description_is_refused(tmp_path: Path) -> None:
    folder = tiny_gpn.make(tmp_path / "hub")
    with (folder / "config.json").open("r+b") as file:
        file.truncate(65 * 1024 * 1024)
    with pytest.raises(ModelError, match=r"“config.json” is refused: it has 68 MB"):
        library.add(folder)


def test_that_tokenizers_in_folders_come_along(tmp_path: Path) -> None:
    folder = tiny_gpn.make(tmp_path / "hub")
    for name in ("tokenizer_bpe", "other"):
        (folder / name).mkdir()
        (folder / name / "vocab.txt").write_text("A\n")
        (folder / name / "code.py").write_text("")
    library.add(folder)
    kept = catalogue.folder_of("hub")
    assert [p.name for p in (kept / "tokenizer_bpe").iterdir()] == ["vocab.txt"]
    assert not (kept / "other").exists()


def test_that_a_full_disk_is_told_before_anything_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tiny_gpn.make(tmp_path / "hub")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9, 100))
    with pytest.raises(ModelError, match="not enough room") as caught:
        library.add(folder)
    assert "100 bytes are free" in caught.value.what
    assert "GFM_DATA_DIR" in caught.value.todo
    assert left_behind() == []


def test_that_a_disk_that_fills_up_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tiny_gpn.make(tmp_path / "hub")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "x")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(ModelError, match="No space left on device"):
        library.add(folder)
    assert left_behind() == []


def test_that_weights_that_were_changed_later_are_not_loaded(tmp_path: Path) -> None:
    library.add(tiny_gpn.make(tmp_path / "hub"))
    path = catalogue.folder_of("hub") / "model.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(ModelError, match="not the ones that its description names"):
        catalogue.load("hub", device="cpu")


def test_that_an_added_folder_can_be_given_to_somebody_else(tmp_path: Path) -> None:
    library.add(tiny_gpn.make(tmp_path / "hub", "shards"))
    stick = tmp_path / "stick"
    shutil.copytree(catalogue.folder_of("hub"), stick)
    expected = logits("hub")
    library.remove("hub")
    assert left_behind() == []
    assert library.add(stick, model_id="again").name == "hub"
    np.testing.assert_array_equal(logits("again"), expected)


def test_that_one_changed_byte_on_the_way_is_noticed(tmp_path: Path) -> None:
    library.add(tiny_gpn.make(tmp_path / "hub"))
    stick = tmp_path / "stick"
    shutil.copytree(catalogue.folder_of("hub"), stick)
    content = bytearray((stick / "model.safetensors").read_bytes())
    content[-1] ^= 1
    (stick / "model.safetensors").write_bytes(content)
    with pytest.raises(ModelError, match="SHA-256 differs"):
        library.add(stick, model_id="again")
    assert left_behind() == ["hub"]


def test_that_a_model_with_terms_is_used_only_after_they_were_accepted(
    tmp_path: Path,
) -> None:
    facts = {"licence": "CC-BY-NC-SA-4.0", "commercial_use": False}
    origin = Origin("me/mine", "a" * 40, facts)
    card = library.add(tiny_gpn.make(tmp_path / "hub"), origin=origin)
    with pytest.raises(licence.LicenceError, match="not been accepted"):
        catalogue.load("mine", device="cpu")
    licence.accept(card)
    assert catalogue.load("mine", device="cpu").card.licence == "CC-BY-NC-SA-4.0"


@dataclass(frozen=True)
class Published:
    """What an importer of a family hands over."""

    id: str = "published-splice"
    loader: str = "ci_spliceai"
    tensors: dict[str, np.ndarray] = field(
        default_factory=lambda: {
            f"replicate_0.{name}": np.full(shape, 0.01, np.float32)
            for name, shape in tensor_shapes(SPLICEAI_10K).items()
        }
    )
    architecture: dict[str, int] = field(default_factory=lambda: {"replicates": 1})
    facts: dict[str, str] = field(default_factory=lambda: {"name": "Published"})
    licence: str = "Terms of the file."


def test_that_a_file_that_a_family_reads_becomes_a_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "weights.toy"
    file.write_bytes(b"toy")
    monkeypatch.setattr(
        ci_spliceai, "finds", lambda path: path.suffix == ".toy", raising=False
    )
    monkeypatch.setattr(ci_spliceai, "read", lambda _: Published(), raising=False)
    assert importers.importer_of(file) is ci_spliceai
    assert id_of(file, Origin()) == "published-splice"
    card = library.add(file)
    assert (card.id, card.name) == ("published-splice", "Published")
    folder = catalogue.folder_of(card.id)
    assert (folder / "LICENSE.txt").read_text() == "Terms of the file."
    assert manifest.read(folder).provenance["files"] == {"weights.toy": digest(file)}
    assert catalogue.load(card.id, device="cpu").card == card


@pytest.mark.parametrize("name", ["nothing", "words.txt", "folder"])
def test_that_what_is_no_model_is_told(name: str, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("words")
    (tmp_path / "folder").mkdir()
    with pytest.raises(ModelError, match="no model folder") as caught:
        library.add(tmp_path / name)
    assert caught.value.where == str(tmp_path / name)
    assert left_behind() == []
