"""A vocabulary comes from its file and must fit the network's rows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from gfm_desktop.errors import ModelError
from gfm_desktop.models.hub_folder import HubFolder
from gfm_desktop.models.vocabulary import needed, read_vocabulary, token_ids

from . import tiny_gpn

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def hub(tmp_path: Path) -> HubFolder:
    return HubFolder.read(tiny_gpn.make(tmp_path / "hub"))


def test_that_ids_are_those_of_the_file(hub: HubFolder) -> None:
    assert token_ids(hub, 7) == tiny_gpn.IDS
    (hub.path / "vocab.txt").write_text("T\nG\nC\nA\n\n", encoding="utf-8")
    assert token_ids(hub, 4) == {"T": 0, "G": 1, "C": 2, "A": 3}


def test_that_a_vocabulary_of_another_size_is_refused(hub: HubFolder) -> None:
    with pytest.raises(ModelError, match="knows 7 tokens, but the network has 6"):
        token_ids(hub, 6)
    with pytest.raises(ModelError, match="knows 7 tokens, but the network has 8"):
        token_ids(hub, 8)
    assert token_ids(hub, 8, padded=True) == tiny_gpn.IDS
    with pytest.raises(ModelError, match="network has 6"):
        token_ids(hub, 6, padded=True)


def test_that_added_tokens_count(hub: HubFolder) -> None:
    path = hub.path / "tokenizer.json"
    content = json.loads(path.read_text())
    content["added_tokens"] = [{"id": 7, "content": "[NEW]"}]
    path.write_text(json.dumps(content), encoding="utf-8")
    assert token_ids(hub, 8)["[NEW]"] == 7


@pytest.mark.parametrize(
    ("text", "reason"), [("", "empty"), ("A\nC\nA\n", "“A” is in it twice")]
)
def test_that_a_broken_list_is_told(text: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "vocab.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match=reason):
        read_vocabulary(path)


def test_that_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    path = tmp_path / "vocab.txt"
    with pytest.raises(ModelError, match="cannot be read"):
        read_vocabulary(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ModelError, match="cannot be read"):
        read_vocabulary(path)


@pytest.mark.parametrize(
    "content",
    [{}, {"model": []}, {"model": {"vocab": {}}}, {"model": {"vocab": {"a": "b"}}}],
)
def test_that_a_tokenizer_without_ids_is_told(content: object, hub: HubFolder) -> None:
    (hub.path / "tokenizer.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ModelError, match="tokenizer cannot be used"):
        token_ids(hub, 7)


def test_that_missing_tokens_are_named(hub: HubFolder) -> None:
    assert needed(tiny_gpn.IDS, ["a", "[MASK]"], hub) == tiny_gpn.IDS
    with pytest.raises(ModelError, match="lacks x, y"):
        needed(tiny_gpn.IDS, ["a", "x", "y"], hub)
