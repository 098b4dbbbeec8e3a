"""How the browser's lanes are set, in words that a command line can hold.

A word is a lane's name and what differs from its usual look, such as ``genes`` or
``depth.bw,size=1.6,colour=#d55e00``. A lane of a file is called as its file; commas,
equals signs and percent signs inside a value are percent-encoded.
"""

from __future__ import annotations

import shlex
from dataclasses import fields
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from gfm_desktop.errors import OptionError
from gfm_desktop.workspace.lane_book import SUMMARIES, LaneLook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gfm_desktop.workspace.workspace import Workspace

_PLAIN = " #:/.()[]-_+'"
_SETTABLE = [field for field in fields(LaneLook) if field.name not in ("key", "hidden")]
_NAMES = tuple(field.name for field in _SETTABLE)
_NUMBERS = {field.name for field in _SETTABLE if "float" in str(field.type)}


def lane_words(workspace: Workspace) -> list[str]:
    """Return a word for each lane on show, from the top."""
    return [
        _word(_name(workspace, look.key), look)
        for look in workspace.lanes.looks
        if not look.hidden
    ]


def picture_command(
    workspace: Workspace, *, out: str, width: int, height: int, dpi: int, theme: str
) -> str:
    """Return the command line that draws what is on show.

    Args:
        workspace: What is open; a genome must be.
        out: File to draw.
        width: Pixels, at 96 to the inch.
        height: Pixels.
        dpi: Dots to the inch of a PNG.
        theme: ``"light"`` or ``"dark"``.
    """
    genome = workspace.genome
    files = [] if genome is None else [str(genome.source)]
    opened = (workspace.annotation, workspace.variants, *workspace.track_files.all)
    files += [str(one.path) for one in opened if one is not None]
    # A GenBank file is genome and gene models at once.
    words = ["gfm-desktop", *dict.fromkeys(files), "--picture", out]
    for locus in workspace.loci:
        words += ["--locus", str(locus)]
    row = workspace.selection
    if row is not None and row.variant is not None:
        variant = row.variant
        place = f"{variant.contig}:{variant.position}"
        words += ["--variant", f"{place}:{variant.ref}:{variant.alt}"]
    for word in lane_words(workspace):
        words += ["--track", word]
    words += ["--size", f"{width}x{height}", "--theme", theme]
    return shlex.join([*words, *(["--dpi", str(dpi)] if out.endswith(".png") else [])])


def show_lanes(workspace: Workspace, words: Sequence[str]) -> None:
    """Show the lanes of these words in their order, and hide all others.

    Raises:
        OptionError: If a word names no lane or sets what lanes do not have; all that
            is wrong is told at once, and nothing is changed.
    """
    book = workspace.lanes
    keys = {_name(workspace, key): key for key in book.order} | {
        k: k for k in book.order
    }
    wanted: dict[str, LaneLook] = {}
    problems: list[str] = []
    for word in words:
        name, *settings = (unquote(part) for part in word.split(","))
        key = keys.get(name)
        if key is None:
            there = ", ".join(_name(workspace, one) for one in book.order)
            problems.append(f"There is no track {name} (there are {there})")
            continue
        values, wrong = _values(settings)
        problems += [f"{name}: {why}" for why in wrong]
        if not wrong:
            wanted[key] = LaneLook(key, **values)
    if problems:
        raise OptionError(
            "; ".join(problems) + ".",
            where="--track",
            todo="A track is written as NAME or as NAME,size=1.6,colour=#d55e00; what "
            f"can be set: {', '.join(_NAMES)}.",
        )
    rest = [LaneLook(key, hidden=True) for key in book.order if key not in wanted]
    book.restore([*wanted.values(), *rest])


def _name(workspace: Workspace, key: str) -> str:
    """Return a lane's name: its file's, unless another file has the same."""
    file = workspace.track_files.of(key)
    if file is None:
        return key
    same = [one for one in workspace.track_files.all if one.path.name == file.path.name]
    return file.path.name if len(same) == 1 else str(file.path)


def _word(name: str, look: LaneLook) -> str:
    usual = LaneLook(look.key)
    parts = [quote(name, safe=_PLAIN)]
    for field in _NAMES:
        value = getattr(look, field)
        if value != getattr(usual, field):
            parts.append(f"{field}={quote(str(value), safe=_PLAIN)}")
    return ",".join(parts)


def _values(settings: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for setting in settings:
        field, _, text = setting.partition("=")
        if field not in _NAMES:
            wrong.append(f"{field or setting} cannot be set")
        elif field in _NUMBERS:
            try:
                values[field] = float(text)
            except ValueError:
                wrong.append(f"{field} is a number, not {text!r}")
        elif field == "summary" and text not in SUMMARIES:
            wrong.append(f"summary is one of {', '.join(SUMMARIES)}, not {text!r}")
        else:
            values[field] = text
    return values, wrong
