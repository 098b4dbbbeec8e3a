"""One typed schema of settings; a broken file never blocks start-up.

The file is JSON in the settings folder (`paths.config`). What cannot be read is set
aside beside it, under another name, and said in `Settings.warnings`; every field that
can be read is kept.
"""

from __future__ import annotations

import json
import os
import tempfile
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError

from gfm_desktop import paths
from gfm_desktop.errors import GfmError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

VERSION = 1
"""Version of the schema; raise it with a step in `MIGRATIONS`."""

FILE_NAME = "settings.json"
MOST_RECENT = 12
"""Recent projects that are remembered."""

Document = dict[str, Any]
"""The parsed JSON file, before it is checked."""


class SettingsError(GfmError):
    """The settings cannot be written."""


class SavedTrack(BaseModel):
    """A file with a lane of its own, as a project keeps it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    kind: Annotated[
        Literal["signal", "alignments", "features"],
        Field(description="What it was opened as: GTF may be genes or a track."),
    ]
    path: Annotated[str, Field(description="Path of the file.")]


class SavedLane(BaseModel):
    """A lane of the browser as a project keeps it."""

    model_config = ConfigDict(extra="ignore")

    name: Annotated[str, Field(description="The app's lane; empty for a file's.")] = ""
    path: Annotated[str, Field(description="The file whose lane it is, or empty.")] = ""
    look: Annotated[
        dict[str, bool | float | str | None],
        Field(description="What is not the usual: hidden, size, colour, low, ..."),
    ] = Field(default_factory=dict)


class RecentProject(BaseModel):
    """A project that was open before, as the start page offers it."""

    model_config = ConfigDict(extra="ignore")

    title: Annotated[str, Field(description="What the start page calls it.")] = ""
    genome: Annotated[str, Field(description="Path of the FASTA file.")] = ""
    annotation: Annotated[
        str, Field(description="Path of the gene models; may be empty.")
    ] = ""
    variants: Annotated[str, Field(description="Path of the VCF; may be empty.")] = ""
    folder: Annotated[
        str, Field(description="Project folder; empty for loose files.")
    ] = ""
    tracks: Annotated[
        tuple[SavedTrack, ...],
        Field(description="The files with lanes of their own."),
    ] = ()
    lanes: Annotated[
        tuple[SavedLane, ...], Field(description="The browser's lanes from the top.")
    ] = ()
    locus: Annotated[
        str,
        Field(
            description="Where the browser was, 1-based inclusive; several places are "
            "separated by semicolons."
        ),
    ] = ""
    opened: Annotated[
        str, Field(description="When it was last open, ISO 8601 in UTC.")
    ] = ""


class WindowLayout(BaseModel):
    """Size, place and docks of the window, as Qt packs them."""

    model_config = ConfigDict(extra="ignore", validate_assignment=True)

    geometry: Annotated[str, Field(description="Qt's saved geometry in base64.")] = ""
    state: Annotated[
        str, Field(description="Qt's saved docks and toolbars in base64.")
    ] = ""


class Settings(BaseModel):
    """Everything that the user can choose and that outlives the program.

    Assignments are checked: ``settings.font_scale = 900`` raises a
    `pydantic.ValidationError` and changes nothing.
    """

    model_config = ConfigDict(extra="ignore", validate_assignment=True)

    version: Annotated[int, Field(description="Version of this schema.")] = VERSION
    theme: Annotated[
        Literal["system", "light", "dark"],
        Field(description="Light, dark, or as the system says."),
    ] = "system"
    font_scale: Annotated[
        int,
        Field(ge=80, le=200, description="Size of text in percent of the normal size."),
    ] = 100
    base_palette: Annotated[
        Literal["colour-blind", "igv", "deuter", "monochrome"],
        Field(
            description="Colours of bases: safe for colour-blind people, IGV's, "
            "igv.js's for people who see no green, or greys."
        ),
    ] = "colour-blind"
    wheel: Annotated[
        Literal["scroll", "zoom"],
        Field(description="What the plain mouse wheel does in the genome browser."),
    ] = "scroll"
    keys: Annotated[
        dict[str, str],
        Field(
            description="Keys that the user gave to actions, by the action's name; "
            "several are separated by a comma and a space; empty for no key."
        ),
    ] = Field(default_factory=dict)
    reduced_motion: Annotated[
        bool, Field(description="Whether to leave out animations.")
    ] = False
    device: Annotated[
        Literal["auto", "cpu", "cuda"],
        Field(description="Where models run; auto takes a GPU if there is one."),
    ] = "auto"
    batch_size: Annotated[
        int,
        Field(
            ge=0, le=4096, description="Variants scored at once; 0 lets the app choose."
        ),
    ] = 0
    model: Annotated[
        str, Field(description="Model that is chosen when the app starts.")
    ] = "ci-spliceai"
    distance: Annotated[
        int,
        Field(
            ge=0,
            le=4999,
            description="How far from a variant splice changes are looked for, in bp.",
        ),
    ] = 50
    masked: Annotated[
        bool,
        Field(
            description="Whether gains at annotated and losses at unannotated "
            "sites are left out.",
        ),
    ] = False
    network_allowed: Annotated[
        bool,
        Field(description="Whether the app may use the network; off unless allowed."),
    ] = False
    recent_projects: Annotated[
        tuple[RecentProject, ...],
        Field(description="Projects that were open before, the newest first."),
    ] = ()
    window: Annotated[
        WindowLayout, Field(description="Size and docks of the window.")
    ] = WindowLayout()

    _warnings: tuple[str, ...] = PrivateAttr(default=())

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what was wrong with the file that these were read from."""
        return self._warnings

    def remember_project(self, project: RecentProject) -> None:
        """Put a project first in the recent list, once, and forget the oldest."""
        others = [p for p in self.recent_projects if not _same(p, project)]
        self.recent_projects = (project, *others)[:MOST_RECENT]


def _same(one: RecentProject, other: RecentProject) -> bool:
    if one.folder or other.folder:
        return one.folder == other.folder
    files = ("genome", "annotation", "variants")
    return all(getattr(one, name) == getattr(other, name) for name in files)


MIGRATIONS: dict[int, Callable[[Document], Document]] = {}
"""Step from a schema version to the next one: ``{1: step_from_1_to_2}``."""


def settings_path() -> Path:
    """Return where the settings are kept."""
    return paths.config() / FILE_NAME


def load_settings() -> Settings:
    """Return the user's settings; never raises because of what is in the file.

    A file that cannot be read is set aside under another name and the defaults are
    used; a single value that cannot be used falls back to its default. Either is said
    in `Settings.warnings`.
    """
    try:
        text = settings_path().read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        return _defaults(f"The settings cannot be read ({_cause(error)}).")
    except UnicodeDecodeError:
        return _defaults(f"The settings are not text. {_set_aside()}")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        return _defaults(f"The settings are not valid JSON ({error}). {_set_aside()}")
    if not isinstance(document, dict):
        return _defaults(f"The settings are not a JSON object. {_set_aside()}")
    return _checked(document)


def save_settings(settings: Settings) -> None:
    """Write the settings whole or not at all.

    Args:
        settings: What to write; another window's later save replaces it.

    Raises:
        SettingsError: If the folder cannot be written.
    """
    text = json.dumps(settings.model_dump(mode="json"), indent=2) + "\n"
    temporary = ""
    try:
        path = settings_path()
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(temporary, path)
    except OSError as error:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
        raise SettingsError(
            f"The settings could not be saved: {_cause(error)}.",
            where=str(error.filename or ""),
            todo="Check that the folder can be written and that the disk is not full.",
        ) from error


def _checked(document: Document) -> Settings:
    notes: list[str] = []
    version = document.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        version = 1
    if version > VERSION:
        notes.append(
            "The settings were written by a newer version of GFM Desktop; what this "
            f"version knows is used. {_set_aside()}"
        )
    while version < VERSION:
        document = MIGRATIONS[version](document)
        version += 1
    document["version"] = VERSION
    settings = _readable_part(document, notes)
    settings._warnings = tuple(notes)
    return settings


def _readable_part(document: Document, notes: list[str]) -> Settings:
    """Return the settings with every unusable value replaced by its default."""
    try:
        return Settings.model_validate(document)
    except ValidationError as error:
        for problem in error.errors():
            name = str(problem["loc"][0])
            if document.pop(name, None) is not None:
                notes.append(
                    f'The setting "{name}" could not be used ({problem["msg"]}); '
                    "its default is used instead."
                )
        document = {key: value for key, value in document.items() if value is not None}
    return Settings.model_validate(document)


def _defaults(warning: str) -> Settings:
    settings = Settings()
    settings._warnings = (f"{warning} The defaults are used.",)
    return settings


def _set_aside() -> str:
    """Keep a copy of the file that is about to be replaced, and say where."""
    path = settings_path()
    for number in range(1, 100):
        kept = path.with_name(f"settings.unreadable-{number}.json")
        if not kept.exists():
            break
    try:
        os.replace(path, kept)
    except OSError as error:
        return f"It could not be set aside ({_cause(error)})."
    return f"The file was set aside as {kept}."


def _cause(error: OSError) -> str:
    return error.strerror or str(error)
