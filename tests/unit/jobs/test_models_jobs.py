"""Adding and downloading models as jobs: events, refusals, stopping."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gfm_desktop import paths
from gfm_desktop.jobs.add_model import AddModel
from gfm_desktop.jobs.context import JobContext
from gfm_desktop.jobs.download_model import DownloadModel
from gfm_desktop.jobs.events import Failed, Finished, Progress
from gfm_desktop.jobs.guard import run_guarded
from gfm_desktop.models import catalogue, families, fetching, hub_client, licence
from tests.unit.models import hub_server, tiny_gpn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gfm_desktop.jobs.events import Event
    from gfm_desktop.jobs.job import Job

ID, NAME = "gpn-brassicales", "songlab/gpn-brassicales"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[hub_server.Hub]:
    for variable in ("HF_TOKEN", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(fetching, "_PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(hub_client, "CHUNK", 1024)
    with hub_server.running() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        monkeypatch.setenv("GFM_ALLOW_NETWORK", "1")
        server.offer(NAME, tiny_gpn.make(tmp_path / "published"))
        yield server


@pytest.fixture
def bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the published card have terms."""
    card = replace(families.published()[ID], licence="X", commercial_use=False)
    monkeypatch.setitem(families.published(), ID, card)


def events(job: Job) -> list[Event]:
    return list(run_guarded(job, JobContext()))


def left_behind() -> list[str]:
    return sorted(p.name for p in paths.imported_models().iterdir())


def test_that_a_folder_is_added_and_its_id_is_told(tmp_path: Path) -> None:
    folder = tiny_gpn.make(tmp_path / "hub", "bin")
    *_, last = events(AddModel(str(folder), "mine"))
    assert isinstance(last, Finished)
    assert last.outputs == {"model": "mine"}
    assert last.warnings == ()
    assert catalogue.installed("mine") is not None


def test_that_terms_of_an_added_model_are_told(bound: None, tmp_path: Path) -> None:
    cache = tmp_path / "models--songlab--gpn-brassicales" / "snapshots" / ("a" * 40)
    *_, last = events(AddModel(str(tiny_gpn.make(cache))))
    assert isinstance(last, Finished)
    assert "terms must be accepted" in last.warnings[0]


def test_that_what_is_no_model_is_a_users_error(tmp_path: Path) -> None:
    *_, last = events(AddModel(str(tmp_path)))
    assert isinstance(last, Failed)
    assert not last.details
    assert "no model folder" in last.what


def test_that_a_download_counts_bytes(hub: hub_server.Hub) -> None:
    *before, last = events(DownloadModel(ID))
    assert isinstance(last, Finished), last
    assert last.outputs == {"model": ID}
    steps = [e for e in before if isinstance(e, Progress) and e.total]
    assert {step.unit for step in steps} == {"bytes"}
    done = [step.done for step in steps]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, steps[0].total)
    assert len(done) > 8
    assert DownloadModel.resumable


def test_that_a_stopped_download_is_continued(hub: hub_server.Hub) -> None:
    job = run_guarded(DownloadModel(ID), JobContext())
    for event in job:
        if isinstance(event, Progress) and "model.safetensors" in event.message:
            break
    job.close()
    assert left_behind() == []
    hub.asked = []
    *before, last = events(DownloadModel(ID))
    assert isinstance(last, Finished), last
    first = next(e for e in before if isinstance(e, Progress) and e.total)
    assert first.done > 0
    assert [r.headers.get("Range") for r in hub.gets("model.safetensors")][-1]


def test_that_a_model_that_is_here_needs_no_network(
    hub: hub_server.Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    events(DownloadModel(ID))
    hub.asked = []
    monkeypatch.delenv("GFM_ALLOW_NETWORK")
    for name in (ID, NAME):
        *_, last = events(DownloadModel(name))
        assert isinstance(last, Finished)
        assert "installed already" in last.message
    assert hub.asked == []


def test_that_terms_come_before_the_first_byte(
    hub: hub_server.Hub, bound: None
) -> None:
    *_, last = events(DownloadModel(ID))
    assert isinstance(last, Failed)
    assert "have not been accepted" in last.what
    assert not hub.gets("config.json")
    *_, last = events(DownloadModel(ID, accept_licence=True))
    assert isinstance(last, Finished)
    card = catalogue.installed(ID)
    assert card is not None
    assert licence.accepted(card)


def test_that_a_download_without_leave_is_refused(
    hub: hub_server.Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GFM_ALLOW_NETWORK")
    *_, last = events(DownloadModel(ID))
    assert isinstance(last, Failed)
    assert "may not use the network" in last.what
    assert hub.asked == []
    assert isinstance(events(DownloadModel(ID, allow_network=True))[-1], Finished)
