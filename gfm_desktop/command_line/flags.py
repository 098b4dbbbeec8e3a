"""Flags that several commands have, and what their values must look like."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gfm_desktop.models.option import Option

OPTION = "option:"
"""Begins the names under which options of scorers, tracks and methods are kept."""

_DEVICE = re.compile(r"auto|cpu|cuda(:\d+)?")


def add_model(parser: argparse.ArgumentParser, *, required: bool) -> None:
    """Add the model, and where it runs."""
    parser.add_argument(
        "--model",
        metavar="ID_OR_FOLDER",
        required=required,
        help="id of a model (see `gfm models list`), or its folder",
    )
    parser.add_argument(
        "--device",
        metavar="auto|cpu|cuda",
        type=device,
        default="auto",
        help="where the model runs (default: %(default)s)",
    )


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """Add the choices of the model's family."""
    parser.add_argument(
        "--option",
        metavar="KEY=VALUE",
        type=pair,
        action="append",
        default=[],
        help="a choice of the model's family, such as species=homo_sapiens (see "
        "`gfm models show`); may be given several times",
    )


def add_batch_size(parser: argparse.ArgumentParser) -> None:
    """Add the flag for how much runs at once; 0 stands for the program's choice."""
    parser.add_argument(
        "--batch-size",
        metavar="N",
        type=positive,
        default=0,
        help="sequences run at once; left out, the program chooses",
    )


def add_json(parser: argparse.ArgumentParser, words: str) -> None:
    """Add the switch for programs."""
    parser.add_argument("--json", action="store_true", help=words)


def add_setting(group: argparse._ArgumentGroup, option: Option) -> None:
    """Add the flag of an option that has one owner only."""
    words = option_help(option).replace("{}; ", "").format()
    if option.choices:
        words += f"; one of {', '.join(option.choices)}"
    _add_flag(group, option.name, words, switch=isinstance(option.default, bool))


def add_option(
    group: argparse._ArgumentGroup, name: str, offers: list[Option], scorers: list[str]
) -> None:
    """Add the flag of an option; what its value may be depends on the scorer chosen."""
    switch = all(isinstance(one.default, bool) for one in offers)
    # Scorers may share a name and mean something a little different by it.
    owners: dict[str, list[str]] = {}
    for one, scorer in zip(offers, scorers, strict=True):
        owners.setdefault(option_help(one), []).append(scorer)
    words = "; ".join(text.format(", ".join(who)) for text, who in owners.items())
    _add_flag(group, name, words, switch=switch)


def _add_flag(
    group: argparse._ArgumentGroup, name: str, words: str, *, switch: bool
) -> None:
    flag, words = f"--{name.replace('_', '-')}", words.replace("%", "%%")
    if switch:
        action = argparse.BooleanOptionalAction
        group.add_argument(flag, action=action, dest=OPTION + name, help=words)
    else:
        group.add_argument(flag, dest=OPTION + name, metavar=name.upper(), help=words)


def option_help(option: Option) -> str:
    """Return help and default, with a place for the scorers' names."""
    default = str(option.default)
    if isinstance(option.default, bool):
        default = "on" if option.default else "off"
    unit = f" {option.unit}" if option.unit else ""
    text = option.help.rstrip(".").replace("{", "{{").replace("}", "}}")
    return f"{text} ({{}}; default: {default}{unit})"


def count(text: str) -> int:
    """Return a whole number from 0."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"must be a whole number, not {text!r}")
    return int(text)


def positive(text: str) -> int:
    """Return a whole number from 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1, not {text!r}")
    return int(text)


def device(text: str) -> str:
    """Return the name of a device."""
    if not _DEVICE.fullmatch(text):
        raise argparse.ArgumentTypeError(f"must be auto, cpu or cuda, not {text!r}")
    return text


def pair(text: str) -> tuple[str, str]:
    """Return key and value of ``KEY=VALUE``."""
    key, sign, value = text.partition("=")
    if not (key and sign):
        raise argparse.ArgumentTypeError(f"must be KEY=VALUE, not {text!r}")
    return key, value
