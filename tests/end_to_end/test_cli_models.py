"""`gfm models` from the hub to the score: download, terms, add, accept, remove."""

from __future__ import annotations

import io
import json
import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gfm_desktop import paths
from gfm_desktop.cli import main
from gfm_desktop.models import catalogue, families, fetching, licence
from tests.unit.models import hub_server, tiny_gpn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from gfm_desktop.models.card import ModelCard

NAME, ID = "songlab/gpn-brassicales", "gpn-brassicales"
Gfm = "Callable[..., tuple[int, str, str]]"


@pytest.fixture
def gfm(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Return a function that runs a command line: exit code, output, errors."""

    def run(*words: object) -> tuple[int, str, str]:
        code = main([str(word) for word in words])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return code, captured.out, captured.err

    return run


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[hub_server.Hub]:
    for variable in ("HF_TOKEN", "HF_HUB_OFFLINE", "GFM_ALLOW_NETWORK"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(fetching, "_PAUSE_SECONDS", 0.0)
    with hub_server.running() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        server.offer(NAME, tiny_gpn.make(tmp_path / "published"))
        yield server


@pytest.fixture
def bound(monkeypatch: pytest.MonkeyPatch) -> ModelCard:
    """Let the published card have terms."""
    card = replace(
        families.published()[ID], licence="CC-BY-NC-SA-4.0", commercial_use=False
    )
    monkeypatch.setitem(families.published(), ID, card)
    return card


def terminal(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    """Let somebody sit at a terminal and answer."""
    keyboard = io.StringIO(answer)
    monkeypatch.setattr(keyboard, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys, "stdin", keyboard)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)


def shown(gfm: Any, model: str = ID) -> dict[str, Any]:
    code, out, _ = gfm("models", "show", model, "--json")
    assert code == 0
    found: dict[str, Any] = json.loads(out)
    return found


def test_that_a_model_is_downloaded_listed_used_and_removed(
    gfm: Any, hub: hub_server.Hub, tmp_path: Path
) -> None:
    assert shown(gfm)["installed"] is False
    code, out, err = gfm("models", "download", ID, "--allow-network")
    assert code == 0, err
    assert out == f"Downloaded GPN Brassicales as {ID} (commit 0123456789ab)\n"
    assert "Downloading" in err
    facts = shown(gfm)
    assert (facts["installed"], facts["built_in"]) == (True, False)
    assert facts["repository"] == NAME
    assert facts["revision"] == hub_server.COMMIT
    assert facts["fit"]["verdict"] == "fits"
    sequences = tmp_path / "s.txt"
    sequences.write_text("ACGTTGCANN\nacgt\n")
    for model, name in ((ID, "a.npz"), (tmp_path / "published", "b.npz")):
        words = ("inspect", "--model", model, "--sequences", sequences)
        code, _, err = gfm(*words, "--out", tmp_path / name)
        assert code == 0, err
    with np.load(tmp_path / "a.npz") as a, np.load(tmp_path / "b.npz") as b:
        assert a.files == b.files
        for array in a.files:
            np.testing.assert_array_equal(a[array], b[array])
    code, out, _ = gfm("models", "download", ID)
    assert (code, "installed already" in out) == (0, True)
    assert gfm("models", "remove", ID)[0] == 0
    assert shown(gfm)["installed"] is False


def test_that_programs_get_one_object_an_event(gfm: Any, hub: hub_server.Hub) -> None:
    code, out, _ = gfm("models", "download", ID, "--allow-network", "--json")
    assert code == 0
    events = [json.loads(line) for line in out.splitlines()]
    assert {e["event"] for e in events} == {"started", "progress", "finished"}
    assert events[-1]["outputs"] == {"model": ID}
    bytes_done = [e["done"] for e in events if e["event"] == "progress" and e["total"]]
    assert bytes_done == sorted(bytes_done)
    total = sum(
        len(content)
        for name, content in hub.repositories[NAME].items()
        if not name.endswith(".py")
    )
    assert bytes_done[-1] == total


def test_that_the_network_stays_off_unless_it_is_allowed(
    gfm: Any, hub: hub_server.Hub
) -> None:
    code, out, err = gfm("models", "download", ID)
    assert (code, out) == (1, "")
    assert "--allow-network" in err
    assert hub.asked == []


def test_that_terms_are_refused_without_a_terminal_and_the_flag_is_named(
    gfm: Any, hub: hub_server.Hub, bound: ModelCard
) -> None:
    code, out, err = gfm("models", "download", ID, "--allow-network")
    assert (code, out) == (1, "")
    words = " ".join(err.split())
    assert "not commercial" in words
    assert "run the command again with --accept-licence" in words
    assert not hub.gets("model.safetensors")
    code, _, _ = gfm("models", "download", ID, "--allow-network", "--accept-licence")
    assert code == 0
    assert licence.accepted(bound)
    assert shown(gfm)["accepted"] is True
    assert catalogue.load(ID, device="cpu").card.licence == bound.licence


def test_that_terms_are_shown_and_asked_at_a_terminal(
    gfm: Any,
    hub: hub_server.Hub,
    bound: ModelCard,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal(monkeypatch, "n\n")
    code, _, err = gfm("models", "download", ID, "--allow-network")
    assert code == 1
    assert bound.licence_url in err
    assert "Do you accept these terms? [y/N]" in err
    assert "You did not accept" in err
    assert not hub.gets("model.safetensors")
    terminal(monkeypatch, "y\n")
    assert gfm("models", "download", ID, "--allow-network")[0] == 0
    assert licence.accepted(bound)
    terminal(monkeypatch, "")
    gfm("models", "remove", ID)
    code, _, err = gfm("models", "download", ID, "--allow-network")
    assert (code, "Do you accept" in err) == (0, False)


def test_that_an_added_model_with_terms_asks_the_same(
    gfm: Any, bound: ModelCard, tmp_path: Path
) -> None:
    cache = tmp_path / "models--songlab--gpn-brassicales" / "snapshots" / ("a" * 40)
    tiny_gpn.make(cache)
    code, out, err = gfm("models", "add", cache)
    assert (code, out) == (1, "")
    assert "--accept-licence" in err
    assert not list(paths.imported_models().iterdir())
    code, out, _ = gfm("models", "add", cache, "--accept-licence")
    assert (code, out) == (0, f"Added GPN Brassicales as {ID}\n")
    assert catalogue.load(ID, device="cpu").card.revision == "a" * 40


def test_that_terms_can_be_accepted_later(
    gfm: Any, bound: ModelCard, tmp_path: Path
) -> None:
    cache = tmp_path / "models--songlab--gpn-brassicales" / "snapshots" / ("a" * 40)
    gfm("models", "add", tiny_gpn.make(cache), "--accept-licence")
    os.unlink(paths.config() / "licences.json")
    sequences = tmp_path / "s.txt"
    sequences.write_text("ACGT\n")
    inspect = ("inspect", "--model", ID, "--sequences", sequences)
    code, _, err = gfm(*inspect, "--out", tmp_path / "a.npz")
    assert code == 1
    assert "have not been accepted" in " ".join(err.split())
    assert gfm("models", "accept", ID)[0] == 1
    code, out, _ = gfm("models", "accept", ID, "--accept-licence")
    assert (code, out.startswith("Noted")) == (0, True)
    assert gfm(*inspect, "--out", tmp_path / "a.npz")[0] == 0
    assert "already" in gfm("models", "accept", ID)[1]
    assert "nothing to accept" in gfm("models", "accept", "ci-spliceai")[1]


def test_that_a_hub_folder_is_added_under_a_name_of_ones_own(
    gfm: Any, tmp_path: Path
) -> None:
    folder = tiny_gpn.make(tmp_path / "hub", "bin")
    code, out, _ = gfm("models", "add", folder, "--id", "mine", "--json")
    assert code == 0
    events = [json.loads(line) for line in out.splitlines()]
    assert events[-1]["event"] == "finished"
    assert events[-1]["outputs"] == {"model": "mine"}
    assert shown(gfm, "mine")["name"] == "hub"
    code, _, err = gfm("models", "add", folder, "--id", "mine")
    assert (code, "already" in err) == (1, True)
    code, _, err = gfm("models", "add", folder, "--id", "../up")
    assert (code, "cannot be called" in err) == (1, True)


def test_that_a_corrupted_download_is_told_and_leaves_nothing(
    gfm: Any, hub: hub_server.Hub
) -> None:
    hub.corrupt = {"model.safetensors"}
    code, _, err = gfm("models", "download", ID, "--allow-network")
    assert code == 1
    assert "arrived damaged" in err
    assert not list(paths.imported_models().iterdir())


def test_that_a_repository_and_a_revision_can_be_named(
    gfm: Any, hub: hub_server.Hub, tmp_path: Path
) -> None:
    hub.offer("me/mine", tiny_gpn.make(tmp_path / "mine"))
    hub.revisions.add("v1")
    words = ("models", "download", "me/mine", "--allow-network")
    code, _, err = gfm(*words, "--revision", "v2")
    assert (code, "no revision “v2”" in err) == (1, True)
    code, out, err = gfm(*words, "--revision", "v1")
    assert code == 0, err
    assert out.startswith("Downloaded mine as mine")
    _, out, _ = gfm("models", "list")
    row = next(line for line in out.splitlines() if line.startswith("mine "))
    assert "downloaded" in row


def test_that_a_sheet_says_fit_terms_and_what_is_missing(
    gfm: Any, bound: ModelCard
) -> None:
    _, out, _ = gfm("models", "show", ID)
    lines = dict(line.split("  ", 1) for line in out.splitlines() if "  " in line)
    facts = {name.strip(): value.strip() for name, value in lines.items()}
    assert facts["this machine"].startswith("needs about 1.2 GB; this machine: ")
    assert facts["this machine"].endswith("(an estimate)")
    assert facts["accepted"] == f"not yet: gfm models accept {ID}"
    assert facts["download"] == "264 MB"
    assert facts["state"] == "not installed"


def test_that_a_folder_of_ones_own_is_used_with_a_warning_of_its_terms(
    gfm: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tiny_gpn.make(tmp_path / "hub")
    family = families.hub_families()["gpn"]
    usual = family.card
    monkeypatch.setattr(
        family,
        "card",
        lambda hub: replace(
            usual(hub), licence="CC-BY-NC-SA-4.0", commercial_use=False
        ),
    )
    sequences = tmp_path / "s.txt"
    sequences.write_text("ACGT\n")
    words = ("inspect", "--model", folder, "--sequences", sequences)
    code, _, err = gfm(*words, "--out", tmp_path / "a.npz")
    assert code == 0
    assert "warning: hub: Licence: CC-BY-NC-SA-4.0." in err
    assert "not commercial" in " ".join(err.split())
