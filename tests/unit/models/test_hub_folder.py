"""A folder of the hub's layout is read strictly, and without torch."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from gfm_desktop.errors import ModelError
from gfm_desktop.models import catalogue, families
from gfm_desktop.models.hub_folder import HubFolder
from gfm_desktop.models.layout import Layout

from . import tiny_gpn

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("kind", ["safetensors", "bin", "shards"])
def test_that_all_ways_to_store_weights_hold_the_same(
    kind: tiny_gpn.Kind, tmp_path: Path
) -> None:
    import torch

    hub = HubFolder.read(tiny_gpn.make(tmp_path / "hub", kind))
    wanted = tiny_gpn.state()
    assert hub.shapes == {name: tuple(t.shape) for name, t in wanted.items()}
    assert hub.parameters == sum(t.numel() for t in wanted.values())
    found = hub.state(Layout(hub.shapes))
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)


def test_that_the_hash_names_the_weights(tmp_path: Path) -> None:
    one = HubFolder.read(tiny_gpn.make(tmp_path / "one"))
    content = (one.path / "model.safetensors").read_bytes()
    assert one.sha256 == hashlib.sha256(content).hexdigest()
    two = HubFolder.read(tiny_gpn.make(tmp_path / "two", "shards"))
    hashes = "".join(hashlib.sha256(p.read_bytes()).hexdigest() for p in two.weights)
    assert two.sha256 == hashlib.sha256(hashes.encode()).hexdigest()
    other = HubFolder.read(tiny_gpn.make(tmp_path / "other", seed=2))
    assert other.sha256 != one.sha256


def test_that_the_safer_weights_are_chosen(tmp_path: Path) -> None:
    folder = tiny_gpn.make(tmp_path / "hub")
    (folder / "pytorch_model.bin").write_bytes(b"not looked at")
    assert [p.name for p in HubFolder.read(folder).weights] == ["model.safetensors"]


def test_that_a_config_is_asked_strictly(tmp_path: Path) -> None:
    folder = tiny_gpn.make(tmp_path / "hub")
    config = {"size": 3, "flag": True, "rate": 2, "word": "x", "low": -1, "far": 1e400}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    hub = HubFolder.read(folder)
    assert hub.number("size") == 3
    assert hub.value("rate", 0.5) == 2.0
    assert hub.value("absent", "default") == "default"
    assert hub.model_type == ""
    for wrong in (
        lambda: hub.number("flag"),
        lambda: hub.number("absent"),
        lambda: hub.value("word", 1),
        lambda: hub.value("size", "text"),
        lambda: hub.number("low"),
        lambda: hub.value("low", 0.5),
        lambda: hub.value("far", 0.5),
        lambda: hub.repeats("low"),
        lambda: hub.repeats("absent"),
    ):
        with pytest.raises(ModelError, match=r"config.json is wrong"):
            wrong()
    with pytest.raises(ModelError, match="“nothing” is missing"):
        hub.size("nothing")


def test_that_more_layers_than_tensors_are_refused_before_they_are_built(
    tmp_path: Path,
) -> None:
    folder = tiny_gpn.make(tmp_path / "hub")
    config = tiny_gpn.CONFIG | {"n_layers": 10**9}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(ModelError, match=r"“n_layers” is 1,000,000,000, but the"):
        families.family("gpn").check(folder)


@pytest.mark.parametrize("name", sorted(tiny_gpn.CONFIG))
@pytest.mark.parametrize("value", [None, -1, 0, 2.5, "x", [1], {"a": 1}, float("inf")])
def test_that_a_config_that_makes_no_sense_is_refused_in_words(
    name: str, value: object, tmp_path: Path
) -> None:
    folder = tiny_gpn.make(tmp_path / "hub")
    config = tiny_gpn.CONFIG | {name: value}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(ModelError):
        families.family("gpn").check(folder)


@pytest.mark.parametrize("content", ["", "[1]", "{", "[" * 100_000, "\xff"])
def test_that_a_config_that_is_none_is_told(content: str, tmp_path: Path) -> None:
    folder = tiny_gpn.make(tmp_path / "hub")
    (folder / "config.json").write_bytes(content.encode("latin-1"))
    with pytest.raises(ModelError, match=r"config.json"):
        HubFolder.read(folder)


def test_that_a_folder_without_weights_is_told(tmp_path: Path) -> None:
    folder = tiny_gpn.make(tmp_path / "hub")
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="no weights"):
        HubFolder.read(folder)


@pytest.mark.parametrize("name", ["../secret.bin", "/etc/passwd", "a\\b.bin"])
def test_that_an_index_cannot_point_out_of_the_folder(
    name: str, tmp_path: Path
) -> None:
    folder = tiny_gpn.make(tmp_path / "hub", "shards")
    index = folder / "pytorch_model.bin.index.json"
    index.write_text(json.dumps({"weight_map": {"a": name}}))
    with pytest.raises(ModelError, match="is not a file of this folder"):
        HubFolder.read(folder)


def test_that_a_missing_or_doubled_shard_is_told(tmp_path: Path) -> None:
    folder = tiny_gpn.make(tmp_path / "hub", "shards")
    second = folder / "pytorch_model-00002-of-00002.bin"
    content = second.read_bytes()
    second.unlink()
    with pytest.raises(ModelError, match="cannot be read"):
        HubFolder.read(folder)
    first = folder / "pytorch_model-00001-of-00002.bin"
    second.write_bytes(first.read_bytes())
    with pytest.raises(ModelError, match="is in another file too"):
        HubFolder.read(folder)
    second.write_bytes(content)
    HubFolder.read(folder)


@pytest.mark.parametrize("kind", ["safetensors", "bin"])
def test_that_missing_extra_and_misshapen_tensors_are_named(
    kind: tiny_gpn.Kind, tmp_path: Path
) -> None:
    hub = HubFolder.read(tiny_gpn.make(tmp_path / "hub", kind))
    name, *rest = hub.shapes
    shapes = {n: hub.shapes[n] for n in rest}
    with pytest.raises(ModelError, match=f"“{name}” is not part of the model"):
        hub.check(Layout(shapes))
    with pytest.raises(ModelError, match="“more” is missing"):
        hub.state(Layout({**hub.shapes, "more": (1,)}))
    with pytest.raises(ModelError, match="has shape"):
        hub.state(Layout({**hub.shapes, name: (1, 2, 3)}))


def test_that_remote_code_is_neither_asked_for_nor_run(tmp_path: Path) -> None:
    folder = tiny_gpn.make(tmp_path / "hub")
    config = tiny_gpn.CONFIG | {"auto_map": {"AutoModel": "modeling_gpn.ConvNet"}}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    assert catalogue.load(str(folder), device="cpu").card.family == "GPN"


def test_that_describing_a_folder_needs_no_torch(tmp_path: Path) -> None:
    folder = tiny_gpn.make(tmp_path / "hub", "bin")
    program = (
        "import sys; from gfm_desktop.models import catalogue\n"
        f"print(catalogue.card_of({str(folder)!r}).family)\n"
        "sys.exit(int('torch' in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout.strip()) == (0, "GPN"), done.stderr
