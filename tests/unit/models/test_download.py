"""Models arrive whole and right from a hub that behaves, and not at all otherwise."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import namedtuple
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gfm_desktop import paths
from gfm_desktop.errors import ModelError
from gfm_desktop.models import (
    catalogue,
    download,
    families,
    fetching,
    hub_client,
    library,
    manifest,
)
from gfm_desktop.models.language_model import LanguageModel
from gfm_desktop.settings import Settings, save_settings

from . import hub_server, tiny_gpn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gfm_desktop.models.card import ModelCard

NAME = "songlab/gpn-brassicales"
ID = "gpn-brassicales"
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[hub_server.Hub]:
    """Run a hub that is the one of `HF_ENDPOINT`, and allow the network."""
    for variable in ("HF_TOKEN", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(fetching, "_PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(hub_client, "CHUNK", 1024)
    with hub_server.running() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        monkeypatch.setenv("GFM_ALLOW_NETWORK", "1")
        server.offer(NAME, tiny_gpn.make(tmp_path / "published"))
        yield server


def fetched(planned: download.Plan) -> list[tuple[int, str]]:
    return list(fetching.fetch(planned.repository, planned.files, planned.folder))


def downloaded(model: str = ID, revision: str = "") -> ModelCard:
    planned = download.plan(model, revision)
    fetched(planned)
    return download.install(planned)


def logits(model: str) -> np.ndarray:
    loaded = catalogue.load(model, device="cpu")
    assert isinstance(loaded, LanguageModel)
    return loaded.logits(loaded.tokens("ACGTTGCANNACGTA").ids[None])


def left_behind() -> list[str]:
    return sorted(p.name for p in paths.imported_models().iterdir())


def cached() -> list[str]:
    folder = paths.cache() / "downloads"
    return sorted(p.name for p in folder.rglob("*") if p.is_file())


def test_that_a_published_model_is_downloaded_at_a_commit_and_loads(
    hub: hub_server.Hub, tmp_path: Path
) -> None:
    planned = download.plan(ID)
    assert planned.repository.commit == hub_server.COMMIT
    names = [file.name for file in planned.files]
    assert names[-1] == "model.safetensors"
    assert "modeling_gpn.py" not in names
    assert planned.total == sum(len(hub.repositories[NAME][n]) for n in names)
    assert planned.done == 0
    steps = fetched(planned)
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)
    assert steps[-1] == (planned.total, "Downloading model.safetensors")
    assert planned.done == planned.total
    assert all(r.path.split("/")[-2] == hub_server.COMMIT for r in hub.gets("LICENSE"))
    card = download.install(planned)
    assert card.id == ID
    assert card.species == families.published()[ID].species
    assert card.revision == hub_server.COMMIT
    np.testing.assert_array_equal(logits(ID), logits(str(tmp_path / "published")))
    described = manifest.read(catalogue.folder_of(ID))
    assert described.repository == NAME
    assert described.provenance["commit"] == hub_server.COMMIT
    assert set(described.provenance["files"]) == set(names)
    assert cached() == []


@pytest.mark.parametrize("kind", ["bin", "shards"])
def test_that_pickles_are_downloaded_and_kept_as_safetensors(
    kind: tiny_gpn.Kind, hub: hub_server.Hub, tmp_path: Path
) -> None:
    hub.offer(NAME, tiny_gpn.make(tmp_path / "other", kind, seed=3))
    downloaded()
    names = {p.name for p in catalogue.folder_of(ID).iterdir()}
    assert not [n for n in names if n.endswith(".bin")]
    np.testing.assert_array_equal(logits(ID), logits(str(tmp_path / "other")))


def test_that_a_repository_that_no_card_describes_can_be_downloaded(
    hub: hub_server.Hub, tmp_path: Path
) -> None:
    hub.offer("me/My_Model", tiny_gpn.make(tmp_path / "mine"))
    hub.revisions.add("v1.0")
    card = downloaded("me/My_Model@v1.0")
    assert (card.id, card.name, card.family) == ("my_model", "My_Model", "GPN")
    assert (card.licence, card.commercial_use) == ("mit", True)
    assert card.source == f"model hub, me/My_Model at {hub_server.COMMIT[:12]}"
    assert hub.asked[0].path == "/api/models/me/My_Model/revision/v1.0"
    assert catalogue.load("my_model", device="cpu").card == card


@pytest.mark.parametrize("licence_name", ["cc-by-nc-4.0", "other", ""])
def test_that_a_repository_without_a_free_licence_is_not_called_free(
    licence_name: str, hub: hub_server.Hub, tmp_path: Path
) -> None:
    hub.licence = licence_name
    hub.offer("me/mine", tiny_gpn.make(tmp_path / "mine"))
    assert not download.plan("me/mine").card.commercial_use
    assert not downloaded("me/mine").commercial_use


def test_that_a_cut_connection_is_continued_where_it_stopped(
    hub: hub_server.Hub,
) -> None:
    hub.cut = {"model.safetensors": [3000, 1]}
    downloaded()
    gets = [r for r in hub.gets("model.safetensors") if "elsewhere" in r.path]
    ranges = [r.headers.get("Range") for r in gets]
    assert ranges[0] is None
    begins = [int(r.removeprefix("bytes=").removesuffix("-")) for r in ranges[1:]]
    assert len(begins) == 2
    assert 0 < begins[0] <= 3000
    assert begins[0] <= begins[1] <= 3001
    assert catalogue.installed(ID) is not None


def test_that_a_later_try_continues_too(hub: hub_server.Hub) -> None:
    hub.cut = {"model.safetensors": [3000, *[0] * 10]}
    planned = download.plan(ID)
    with pytest.raises(hub_client.ConnectionCut) as caught:
        fetched(planned)
    assert "continues where it stopped" in caught.value.todo
    assert left_behind() == []
    again = download.plan(ID)
    small = sum(f.size for f in again.files if f.name != "model.safetensors")
    assert small < again.done <= small + 3000
    hub.cut, hub.asked = {}, []
    steps = fetched(again)
    assert min(done for done, name in steps if "model" in name) > small
    assert not hub.gets("config.json")
    assert download.install(again).id == ID


def test_that_a_hub_that_continues_no_files_sends_them_anew(
    hub: hub_server.Hub,
) -> None:
    hub.ranges = False
    hub.cut = {"model.safetensors": [3000]}
    downloaded()
    assert catalogue.load(ID, device="cpu").card.id == ID


@pytest.mark.parametrize("file", ["model.safetensors", "config.json"])
def test_that_a_corrupted_file_is_deleted_and_told(
    file: str, hub: hub_server.Hub
) -> None:
    hub.corrupt = {file}
    with pytest.raises(ModelError, match=f"{file} arrived damaged") as caught:
        downloaded()
    assert "checksum" in caught.value.what
    assert file not in cached()
    assert f"{file}.part" not in cached()
    assert left_behind() == []
    hub.corrupt = set()
    assert downloaded().id == ID


def test_that_a_wrong_checksum_of_the_hub_is_told(hub: hub_server.Hub) -> None:
    hub.said = {"model.safetensors": "0" * 64}
    with pytest.raises(ModelError, match="arrived damaged"):
        downloaded()
    assert left_behind() == []


def test_that_a_file_that_the_card_does_not_know_is_refused(
    hub: hub_server.Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = replace(families.published()[ID], files=(("model.safetensors", "0" * 64),))
    monkeypatch.setitem(families.published(), ID, known)
    with pytest.raises(ModelError, match="is not the one that this app knows"):
        download.plan(ID)
    assert not hub.gets("model.safetensors")


def test_that_a_full_disk_is_told_before_the_first_byte(
    hub: hub_server.Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9, 100))
    with pytest.raises(ModelError, match="not enough room: The download needs"):
        download.plan(ID)
    assert not hub.gets("config.json")


def test_that_stopping_keeps_what_is_there_and_leaves_no_half_model(
    hub: hub_server.Hub,
) -> None:
    planned = download.plan(ID)
    steps = fetching.fetch(planned.repository, planned.files, planned.folder)
    for _, message in steps:
        if "model.safetensors" in message:
            break
    steps.close()
    assert left_behind() == []
    assert "model.safetensors.part" in cached()
    assert downloaded().id == ID


def test_that_two_programs_do_not_download_the_same_model(
    hub: hub_server.Hub,
) -> None:
    planned = download.plan(ID)
    first = fetching.fetch(planned.repository, planned.files, planned.folder)
    next(first)
    with pytest.raises(ModelError, match="is being downloaded already"):
        fetched(planned)
    first.close()
    fetched(planned)


def test_that_what_was_begun_of_an_older_commit_is_deleted(
    hub: hub_server.Hub,
) -> None:
    planned = download.plan(ID)
    old = planned.folder.with_name("f" * 40)
    old.mkdir(parents=True)
    (old / "model.safetensors.part").write_bytes(b"old")
    fetched(planned)
    assert not old.exists()


def test_that_a_model_that_does_not_fit_leaves_nothing(
    hub: hub_server.Hub, tmp_path: Path
) -> None:
    folder = tiny_gpn.make(tmp_path / "broken")
    (folder / "config.json").write_text('{"model_type": "oracle"}', encoding="utf-8")
    hub.offer(NAME, folder)
    with pytest.raises(ModelError, match="cannot read this kind of model"):
        downloaded()
    assert (left_behind(), cached()) == ([], [])


def test_that_a_downloaded_model_whose_disk_is_full_needs_no_second_download(
    hub: hub_server.Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned = download.plan(ID)
    fetched(planned)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "x")

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "copyfile", full)
        with pytest.raises(ModelError, match="No space left"):
            download.install(planned)
    hub.asked = []
    assert downloaded().id == ID
    assert not hub.gets("model.safetensors")


@pytest.mark.parametrize(
    ("model", "revision", "reason"),
    [
        ("no/repository", "", "no repository no/repository"),
        (ID, "v9", "has no revision “v9”"),
        ("nothing", "", "no model “nothing” to download"),
        ("../secret", "", "no model “../secret” to download"),
        ("a/b/c", "", "no model “a/b/c” to download"),
        ("ci-spliceai", "", "it is on no hub"),
    ],
)
def test_that_what_is_not_there_is_told(
    model: str, revision: str, reason: str, hub: hub_server.Hub
) -> None:
    with pytest.raises(ModelError, match=reason):
        download.plan(model, revision)


@pytest.mark.parametrize(
    "refused", [(401, "GatedRepo"), (403, "GatedRepo"), (403, ""), (401, "")]
)
def test_that_a_gate_is_told_with_the_way_through(
    refused: tuple[int, str], hub: hub_server.Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.refused = refused
    with pytest.raises(ModelError, match="let only people in") as caught:
        download.plan(ID)
    assert "No token was sent" in caught.value.what
    assert "HF_TOKEN" in caught.value.todo
    monkeypatch.setenv("HF_TOKEN", "hf_mine")
    with pytest.raises(ModelError, match="refused with your HF_TOKEN"):
        download.plan(ID)


def test_that_a_broken_hub_is_told(
    hub: hub_server.Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.refused = (503, "")
    with pytest.raises(ModelError, match="error 503"):
        download.plan(ID)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelError, match="connection to the model hub failed"):
        download.plan(ID)


def test_that_a_repository_without_a_model_is_told(
    hub: hub_server.Hub, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "README.md").write_text("words")
    hub.offer("me/words", tmp_path / "empty")
    with pytest.raises(ModelError, match="holds no model that this app can read"):
        download.plan("me/words")


def test_that_only_a_token_that_the_user_set_is_sent(
    hub: hub_server.Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    download.plan(ID)
    assert "Authorization" not in _capitals(hub.asked[-1].headers)
    monkeypatch.setenv("HF_TOKEN", "hf_mine")
    planned = download.plan(ID)
    fetched(planned)
    sent = {_capitals(r.headers).get("Authorization") for r in hub.asked[1:]}
    assert sent == {"Bearer hf_mine"}


def _capitals(headers: dict[str, str]) -> dict[str, str]:
    return {name.title(): value for name, value in headers.items()}


def test_that_the_network_is_off_unless_it_is_allowed(
    hub: hub_server.Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GFM_ALLOW_NETWORK")
    with pytest.raises(ModelError, match="may not use the network") as caught:
        download.plan(ID)
    for way in ("settings", "--allow-network", "GFM_ALLOW_NETWORK=1"):
        assert way in caught.value.todo
    assert hub.asked == []
    assert download.plan(ID, allow_network=True).id == ID
    save_settings(Settings(network_allowed=True))
    assert download.plan(ID).id == ID
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    hub.asked = []
    with pytest.raises(ModelError, match="switched off by HF_HUB_OFFLINE"):
        download.plan(ID, allow_network=True)
    assert hub.asked == []


def test_that_telemetry_is_off_and_planning_needs_no_torch(
    hub: hub_server.Hub,
) -> None:
    program = (
        "import os, sys\n"
        "from gfm_desktop.models import download\n"
        "assert 'huggingface_hub' not in sys.modules\n"
        f"print(download.plan({ID!r}).total)\n"
        "from huggingface_hub import constants\n"
        "assert constants.HF_HUB_DISABLE_TELEMETRY and constants.HF_HUB_DISABLE_XET\n"
        "assert 'torch' not in sys.modules\n"
    )
    environment: dict[str, Any] = dict(os.environ)
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0


def test_that_an_installed_model_is_known_under_both_its_names(
    hub: hub_server.Hub,
) -> None:
    assert download.id_of(NAME) == download.id_of(f"{NAME}@v1") == ID
    assert download.id_of("me/My Model") == "me/My Model"
    downloaded()
    assert catalogue.installed(download.id_of(NAME)) is not None
    library.remove(ID)
    assert catalogue.installed(ID) is None
    entry = next(e for e in catalogue.entries() if e.id == ID)
    assert entry.card == families.published()[ID]
