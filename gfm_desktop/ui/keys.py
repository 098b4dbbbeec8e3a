"""Which keys do what: the table's, unless the user has chosen others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QKeySequence

from gfm_desktop.ui.actions import ACTIONS, BY_KEY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QAction

    from gfm_desktop.ui.actions import Action
    from gfm_desktop.ui.desk import Desk

TAKEN = (
    "Left", "Right", "Up", "Down", "Home", "End", "PgUp", "PgDown", "+", "-", "=",
    "Shift+Left", "Shift+Right", "Ctrl+Left", "Ctrl+Right", "Ctrl+Up", "Ctrl+Down",
    "Ctrl+Home", "Ctrl+End", "Return", "Enter", "Space", "Tab", "Shift+Tab", "Esc",
    "Backspace", "Del", "Ctrl+C", "Ctrl+V", "Ctrl+X", "Ctrl+A",
)  # fmt: skip
"""Keys of the browser, of text fields and of every dialog: an action of the window
would take them away from all of them."""


def keys_of(spec: Action, chosen: Mapping[str, str]) -> tuple[str, ...]:
    """Return the keys of an action.

    Args:
        spec: Its row of the table.
        chosen: What the user has chosen: `Settings.keys`.
    """
    text = (
        spec.shortcut if spec.owner == "panel" else chosen.get(spec.key, spec.shortcut)
    )
    return tuple(key for key in text.split(", ") if key)


def native(keys: tuple[str, ...]) -> str:
    """Return keys as this desktop writes them."""
    style = QKeySequence.SequenceFormat.NativeText
    # The keypad's Enter and the unshifted plus need no words.
    told = [key for key in keys if not key.endswith(("Enter", "="))]
    return "  ".join(QKeySequence(key).toString(style) for key in told)


def objection(text: str, key: str, chosen: Mapping[str, str]) -> str:
    """Return what stands against giving a key to an action; empty for nothing.

    Args:
        text: The key, such as ``"Ctrl+J"``.
        key: The action.
        chosen: What the user has chosen so far.
    """
    wanted = QKeySequence(text)
    if wanted in [QKeySequence(taken) for taken in TAKEN]:
        return f"{text} has a meaning of its own in the browser and in text fields."
    for spec in ACTIONS:
        theirs = [QKeySequence(one) for one in keys_of(spec, chosen)]
        if spec.key != key and wanted in theirs:
            return f"{text} is the key of: {spec.words}."
    return ""


def cleaned(chosen: Mapping[str, str]) -> dict[str, str]:
    """Return the choices that can be used: a settings file may have been edited.

    Two actions with one key would both be dead.
    """
    good: dict[str, str] = {}
    for key, text in chosen.items():
        spec = BY_KEY.get(key)
        if spec is None or spec.owner == "panel":
            continue
        tried = {**good, key: text}
        if not any(objection(one, key, tried) for one in keys_of(spec, tried)):
            good = tried
    return good


def choose_keys(desk: Desk, key: str, text: str | None) -> None:
    """Give an action other keys at once, and keep them.

    Args:
        desk: The window.
        key: The action; one that the window listens for.
        text: Keys as in the table; empty for none, None for the usual ones.
    """
    spec = BY_KEY[key]
    chosen = dict(desk.settings.keys)
    chosen.pop(key, None)
    if text is not None and text != spec.shortcut:
        chosen[key] = text
    desk.settings.keys = chosen
    give_keys(desk.action(key), spec, chosen)
    desk.projects.save()


def give_keys(action: QAction, spec: Action, chosen: Mapping[str, str]) -> None:
    """Put the keys of an action on it, and into its tooltip."""
    keys = keys_of(spec, chosen)
    if spec.owner == "window":
        action.setShortcuts([QKeySequence(one) for one in keys])
    elif keys:
        # The panel listens to the key; two listeners would silence both.
        action.setText(f"{spec.title}\t{keys[0]}")
    told = " or ".join(keys[:2])
    action.setToolTip(f"{spec.tip} ({told})" if told else spec.tip)
