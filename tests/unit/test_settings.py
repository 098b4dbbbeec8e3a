"""Settings survive, migrate, and never block start-up."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import ValidationError

from gfm_desktop import settings as module
from gfm_desktop.settings import (
    MOST_RECENT,
    RecentProject,
    Settings,
    SettingsError,
    load_settings,
    save_settings,
    settings_path,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_that_a_first_start_has_the_defaults_and_writes_nothing() -> None:
    settings = load_settings()
    assert settings.model_dump() == Settings().model_dump()
    assert settings.warnings == ()
    assert settings.network_allowed is False
    assert not settings_path().exists()


def test_that_every_field_says_what_it_is() -> None:
    for kind in (Settings, module.RecentProject, module.WindowLayout):
        for name, field in kind.model_fields.items():
            assert field.description, f"{kind.__name__}.{name}"


def test_that_saved_settings_come_back() -> None:
    settings = Settings(theme="dark", font_scale=150, distance=200, masked=True)
    settings.window.geometry = "AdnQywAD"
    settings.remember_project(RecentProject(title="Sample", genome="/a/chr22.fa.gz"))
    save_settings(settings)
    assert load_settings() == settings
    assert [p.name for p in settings_path().parent.iterdir()] == ["settings.json"]


def test_that_a_value_out_of_range_is_refused_and_changes_nothing() -> None:
    settings = Settings()
    with pytest.raises(ValidationError, match="200"):
        settings.font_scale = 900
    assert settings.font_scale == 100


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[1, 2]", b'"dark"', b"\xff\xfe\x00\xd8", b"[" * 100_000],
    ids=["empty", "truncated", "list", "string", "not text", "deep"],
)
def test_that_an_unreadable_file_is_set_aside_and_said(content: bytes) -> None:
    settings_path().write_bytes(content)
    settings = load_settings()
    assert settings.model_dump() == Settings().model_dump()
    assert len(settings.warnings) == 1
    kept = settings_path().with_name("settings.unreadable-1.json")
    assert str(kept) in settings.warnings[0]
    assert kept.read_bytes() == content
    save_settings(settings)
    assert load_settings().warnings == ()


def test_that_a_second_unreadable_file_does_not_replace_the_first() -> None:
    for content in (b"one", b"two"):
        settings_path().write_bytes(content)
        load_settings()
    folder = settings_path().parent
    kept = [(folder / f"settings.unreadable-{n}.json").read_bytes() for n in (1, 2)]
    assert kept == [b"one", b"two"]


def test_that_one_bad_value_costs_only_itself() -> None:
    document = {"theme": "mauve", "font_scale": 125, "distance": "far", "masked": True}
    settings_path().write_text(json.dumps(document), encoding="utf-8")
    settings = load_settings()
    assert (settings.theme, settings.distance) == ("system", 50)
    assert (settings.font_scale, settings.masked) == (125, True)
    assert [w.split('"')[1] for w in settings.warnings] == ["theme", "distance"]


def test_that_a_file_of_a_newer_version_is_kept_and_used_as_far_as_known() -> None:
    text = json.dumps({"version": 999, "theme": "dark", "hologram": True})
    settings_path().write_text(text, encoding="utf-8")
    settings = load_settings()
    assert settings.theme == "dark"
    assert settings.version == module.VERSION
    assert "newer version" in settings.warnings[0]
    kept = settings_path().with_name("settings.unreadable-1.json")
    assert kept.read_text(encoding="utf-8") == text


def test_that_an_older_file_is_migrated_step_by_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def first(document: dict[str, Any]) -> dict[str, Any]:
        return {**document, "theme": document.pop("colours")}

    def second(document: dict[str, Any]) -> dict[str, Any]:
        return {**document, "font_scale": document["font_scale"] * 100}

    monkeypatch.setattr(module, "VERSION", 3)
    monkeypatch.setattr(module, "MIGRATIONS", {1: first, 2: second})
    text = json.dumps({"version": 1, "colours": "dark", "font_scale": 2})
    settings_path().write_text(text, encoding="utf-8")
    settings = load_settings()
    assert (settings.theme, settings.font_scale) == ("dark", 200)
    assert (settings.version, settings.warnings) == (3, ())


def test_that_every_version_below_this_one_has_its_step() -> None:
    assert sorted(module.MIGRATIONS) == list(range(1, module.VERSION))


def test_that_a_folder_in_the_place_of_the_file_is_no_obstacle() -> None:
    settings_path().mkdir()
    settings = load_settings()
    assert settings.model_dump() == Settings().model_dump()
    assert "cannot be read" in settings.warnings[0]
    with pytest.raises(SettingsError):
        save_settings(settings)
    assert [p.name for p in settings_path().parent.iterdir()] == ["settings.json"]


def test_that_a_failed_save_keeps_the_old_file_and_says_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    save_settings(Settings(theme="dark"))

    def refuse(source: str, target: Path) -> None:
        raise OSError(28, "No space left on device", source)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", refuse)
        with pytest.raises(SettingsError, match="No space left"):
            save_settings(Settings(theme="light"))
    assert load_settings().theme == "dark"
    assert [p.name for p in settings_path().parent.iterdir()] == ["settings.json"]


def test_that_a_project_is_remembered_once_and_the_newest_comes_first() -> None:
    settings = Settings()
    for number in range(MOST_RECENT + 3):
        settings.remember_project(RecentProject(genome=f"/{number}.fa"))
    settings.remember_project(RecentProject(genome="/5.fa", title="again"))
    names = [p.genome for p in settings.recent_projects]
    assert len(names) == len(set(names)) == MOST_RECENT
    assert settings.recent_projects[0].title == "again"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(
    document=st.dictionaries(
        st.sampled_from([*Settings.model_fields, "unknown"]), JSON, max_size=6
    )
)
@hypothesis_settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_that_no_json_object_stops_the_start(document: dict[str, Any]) -> None:
    settings_path().write_text(json.dumps(document), encoding="utf-8")
    settings = load_settings()
    Settings.model_validate(settings.model_dump())
    settings_path().unlink(missing_ok=True)
    for kept in settings_path().parent.glob("settings.unreadable-*"):
        kept.unlink()
