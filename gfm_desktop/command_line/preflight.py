"""What can be known to be wrong before any work starts, all of it at once."""

from __future__ import annotations

import difflib
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from gfm_desktop.errors import GfmError, InputError, OptionError
from gfm_desktop.jobs.export.formats import check_format

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterable, Iterator, Sequence

    from gfm_desktop.models.option import Option, OptionValue
    from gfm_desktop.scoring.card import ScorerCard


class Refused(Exception):
    """The command cannot begin.

    Attributes:
        problems: All that is wrong, at least one.
    """

    def __init__(self, problems: list[GfmError]) -> None:
        """Carry the problems."""
        super().__init__(problems)
        self.problems = problems


class Preflight:
    """Collects problems, so that a user mends them in one go."""

    def __init__(self) -> None:
        """Begin with none."""
        self.problems: list[GfmError] = []

    @contextmanager
    def collected(self) -> Iterator[None]:
        """Note a `GfmError` that the block raises, and go on after it."""
        try:
            yield
        except GfmError as problem:
            self.problems.append(problem)

    def done(self) -> None:
        """End the checks.

        Raises:
            Refused: If anything is wrong.
        """
        if self.problems:
            raise Refused(self.problems)

    def need(self, **given: str | None) -> None:
        """Note which of these flags are missing, in one sentence."""
        missing = [
            f"--{name.replace('_', '-')}" for name, value in given.items() if not value
        ]
        if missing:
            self.problems.append(
                OptionError(
                    f"The command line lacks {_listed(missing)}.",
                    todo="Add what is missing; --help explains each.",
                )
            )

    def readable(self, flag: str, path: str | None) -> None:
        """Note a file that is given and cannot be read."""
        if path:
            with self.collected():
                _check_readable(flag, Path(path))

    def writable(self, out: str, formats: tuple[str, ...], *inputs: str | None) -> None:
        """Note a file that cannot be written, or that would replace an input."""
        with self.collected():
            if Path(out).is_dir():
                raise InputError(
                    f"--out {out} is a folder.",
                    where=str(Path(out).absolute()),
                    todo="Give the name of a file in it.",
                )
            check_format(out, formats)
            _check_writable(Path(out), [Path(i) for i in inputs if i])


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)


def unknown_arguments(words: list[str], known: Iterable[str]) -> list[GfmError]:
    """Return a problem for every word of a command line that means nothing.

    Args:
        words: What was left over.
        known: Flags that the command has, to find the one that was meant.
    """
    flags = sorted(known)
    problems: list[GfmError] = []
    for before, word in zip(["", *words], words, strict=False):
        name = word.partition("=")[0]
        if not name.startswith("-"):
            if before.startswith("-") and "=" not in before:
                continue  # The value of an option that has just been refused.
            what, todo = f"Nobody knows what {word!r} means here.", ""
        else:
            what = f"There is no option {name}."
            todo = f"Options are: {', '.join(flags)}."
            close = difflib.get_close_matches(name, flags, n=1)
            if close:
                todo = f"Did you mean {close[0]}? {todo}"
        problems.append(OptionError(what, todo=todo))
    return problems


def _check_readable(flag: str, path: Path) -> None:
    what = ""
    if path.is_dir():
        what = "is a folder, not a file"
    elif not path.exists():
        what = "does not exist"
    elif not path.is_file():
        what = "is not a file that can be read twice"
    elif not os.access(path, os.R_OK):
        what = "may not be read by you"
    if what:
        raise InputError(
            f"{flag} {path.name} {what}.",
            where=str(path.absolute()),
            todo=_nearby(path),
        )


def _nearby(path: Path) -> str:
    """Return advice, with names that look like the one that is missing."""
    if path.exists() or not path.absolute().parent.is_dir():
        return "Check the path."
    names = os.listdir(path.absolute().parent)
    close = difflib.get_close_matches(path.name, names, n=3)
    if not close:
        return "Check the path."
    return f"Check the path. Its folder has {', '.join(close)}."


def _check_writable(out: Path, inputs: list[Path]) -> None:
    for one in inputs:
        if out.exists() and one.exists() and out.samefile(one):
            raise OptionError(
                "--out is one of the files to be read, and would replace it.",
                where=str(out),
                todo="Choose another name: your own file is never overwritten.",
            )
    folder = out.absolute().parent
    if not os.access(folder, os.W_OK):
        raise InputError(
            "You may not write into the folder of --out.",
            where=str(folder),
            todo="Choose another folder.",
        )


def option_value(option: Option, text: str) -> OptionValue:
    """Return a flag's text as the kind of value that an option has.

    Args:
        option: The option of the chosen scorer.
        text: What the user wrote.

    Raises:
        OptionError: If it is no such value.
    """
    wanted = "text"
    try:
        match option.default:
            case bool():
                wanted = "yes or no"
                return {"yes": True, "true": True, "no": False, "false": False}[
                    text.lower()
                ]
            case int():
                wanted = "a whole number"
                return int(text)
            case float():
                wanted = "a number"
                return float(text)
            case _:
                return text
    except (ValueError, KeyError):
        raise OptionError(
            f"--{option.name.replace('_', '-')} must be {wanted}, not {text!r}."
        ) from None


def scorer_values(
    card: ScorerCard, given: dict[str, str | bool]
) -> tuple[dict[str, OptionValue], list[GfmError]]:
    """Return the options' values for a scorer, and all that is wrong with them.

    Args:
        card: The chosen scorer.
        given: Option name to what the user wrote.
    """
    return option_values(f"The scorer {card.name}", card.options, given)


def option_values(
    owner: str, options: Sequence[Option], given: dict[str, str | bool]
) -> tuple[dict[str, OptionValue], list[GfmError]]:
    """Return the values of flags, and all that is wrong with them.

    Args:
        owner: Whose options they are, as a sentence begins.
        options: What there is to choose.
        given: Option name to what the user wrote.
    """
    known = {option.name: option for option in options}
    flags = ", ".join(f"--{name.replace('_', '-')}" for name in known) or "none"
    values: dict[str, OptionValue] = {}
    problems: list[GfmError] = []
    for name, value in given.items():
        if name not in known:
            problems.append(
                OptionError(
                    f"{owner} has no option --{name.replace('_', '-')}.",
                    todo=f"Its options: {flags}.",
                )
            )
            continue
        try:
            text = (
                value if isinstance(value, bool) else option_value(known[name], value)
            )
            values[name] = text
        except OptionError as problem:
            problems.append(problem)
    return values, problems


def given_options(arguments: Namespace, prefix: str) -> dict[str, str | bool]:
    """Return option name to what the user wrote, of flags with such a prefix."""
    return {
        name.removeprefix(prefix): value
        for name, value in vars(arguments).items()
        if name.startswith(prefix) and value is not None
    }


def absolute(path: str | None) -> str:
    """Return a path that does not depend on the current folder; empty for none."""
    # Not resolved: a link's own name is the one that the user knows.
    return os.path.abspath(path) if path else ""


def model_name(model: str) -> str:
    """Return a model's id as it is, and a model's folder by its full path."""
    from gfm_desktop.models import catalogue

    known = {entry.id for entry in catalogue.entries()}
    return model if model in known else absolute(os.path.expanduser(model))
