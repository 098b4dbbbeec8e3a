"""One choice that a model or a scorer offers: a form field, a flag, a checked value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gfm_desktop.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OptionValue = int | float | bool | str


@dataclass(frozen=True, slots=True)
class Option:
    """One setting: a form makes a field of it, the command line a flag.

    Attributes:
        name: Keyword argument of the function that takes it.
        label: What the form writes beside the field.
        help: Tooltip and ``--help`` text.
        default: Value where the user says nothing; its type is the field's type.
        minimum: Smallest allowed number.
        maximum: Largest allowed number.
        choices: Allowed strings, where the value is one of a few.
        unit: Unit of a number, such as ``"bp"``.
    """

    name: str
    label: str
    help: str
    default: OptionValue
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    unit: str = ""


def checked(
    options: Sequence[Option], given: Mapping[str, OptionValue], *, owner: str
) -> dict[str, OptionValue]:
    """Return a value for every option: what was given, and defaults for the rest.

    Args:
        options: What there is to choose.
        given: What the user chose.
        owner: Whose options they are, for messages.

    Raises:
        OptionError: If an option is unknown, or a value has the wrong kind or lies
            outside its limits; all that is wrong is told at once.
    """
    known = {option.name: option for option in options}
    problems = [
        f"{owner} has no option “{name}” (it has: {', '.join(known) or 'none'})"
        for name in given
        if name not in known
    ]
    values: dict[str, OptionValue] = {}
    for option in options:
        value = given.get(option.name, option.default)
        if problem := _problem(option, value):
            problems.append(problem)
        # A form or a file may well write 1 for 1.0.
        values[option.name] = (
            float(value) if isinstance(option.default, float) and not problem else value
        )
    if problems:
        raise OptionError("; ".join(problems) + ".", where=owner)
    return values


def _problem(option: Option, value: OptionValue) -> str:
    """Return what is wrong with a value; empty where nothing is."""
    kind = type(option.default)
    fits = isinstance(value, kind) and isinstance(value, bool) == (kind is bool)
    if kind is float:
        fits = isinstance(value, int | float) and not isinstance(value, bool)
    if not fits:
        return f"{option.label} must be {_KINDS[kind]}, not {value!r}"
    unit = f" {option.unit}" if option.unit else ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        # Written so that "not a number" fails too.
        if option.minimum is not None and not value >= option.minimum:
            return f"{option.label} must be at least {option.minimum:,}{unit}"
        if option.maximum is not None and not value <= option.maximum:
            return f"{option.label} must be at most {option.maximum:,}{unit}"
    if option.choices and value not in option.choices:
        return f"{option.label} must be one of {_listed(option.choices)}"
    return ""


def _listed(choices: Sequence[str]) -> str:
    """Return choices for a message; a model may know a thousand species."""
    if len(choices) <= _MOST_LISTED:
        return ", ".join(choices)
    return f"{', '.join(choices[:_MOST_LISTED])} and {len(choices) - _MOST_LISTED} more"


_MOST_LISTED = 20
_KINDS: dict[type, str] = {
    bool: "yes or no",
    int: "a whole number",
    float: "a number",
    str: "text",
}
