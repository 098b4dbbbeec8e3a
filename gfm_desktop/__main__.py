"""`gfm-desktop`: read the command line, then open the window."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gfm_desktop import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

NO_SCREEN = (
    "gfm-desktop: there is no screen to open a window on (neither DISPLAY nor "
    "WAYLAND_DISPLAY is set).\n"
    'Scoring needs none: see "gfm score --help", or try "gfm score --sample".\n'
)


def build_parser() -> argparse.ArgumentParser:
    """Return the reader of the window's command line."""
    parser = argparse.ArgumentParser(
        prog="gfm-desktop",
        description="Open the window of GFM Desktop. Without a screen, use gfm.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="*",
        type=Path,
        help="a genome (FASTA), gene models (GTF, GFF3), variants (VCF, BCF) or tracks "
        "(bigWig, bedGraph, BED, bigBed, GenBank, BAM, CRAM) to open",
    )
    parser.add_argument(
        "--sample", action="store_true", help="open the built-in sample project"
    )
    _add_picture(parser)
    parser.add_argument(
        "--version", action="version", version=f"%(prog)s {__version__}"
    )
    return parser


def _add_picture(parser: argparse.ArgumentParser) -> None:
    """Add what draws the browser into a file instead of opening the window."""
    group = parser.add_argument_group(
        "a picture instead of the window", "Needs no screen."
    )
    group.add_argument(
        "--picture", metavar="OUT", type=Path, help="file to draw: .png, .svg or .pdf"
    )
    group.add_argument(
        "--locus",
        metavar="TEXT",
        action="append",
        default=[],
        help="what would be typed into the locus box; several stand side by side",
    )
    group.add_argument(
        "--variant",
        metavar="TEXT",
        default="",
        help="variant whose ALT is predicted, such as chr22:20113000:A:G",
    )
    group.add_argument(
        "--track",
        metavar="NAME[,size=1.6,...]",
        action="append",
        default=[],
        help="a track to show, from the top; all others are hidden",
    )
    group.add_argument(
        "--size",
        metavar="WIDTH[xHEIGHT]",
        type=_size,
        default=(1_200, 0),
        help="pixels at 96 to the inch; without a height, as many as the tracks need",
    )
    group.add_argument("--dpi", type=_dpi, default=300, help="of a PNG (default: 300)")
    group.add_argument("--theme", choices=("light", "dark"), default="")
    group.add_argument(
        "--no-predict", action="store_true", help="leave predicted tracks empty"
    )


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    numbers = [int(part) for part in (width, height or "0") if part.isdecimal()]
    if len(numbers) != 2 or not 200 <= numbers[0] <= 20_000 or numbers[1] > 20_000:
        raise argparse.ArgumentTypeError(f"{text} is no size, such as 1200x800")
    return numbers[0], numbers[1]


def _dpi(text: str) -> int:
    if not text.isdecimal() or not 72 <= int(text) <= 1_200:
        raise argparse.ArgumentTypeError(f"{text} is not from 72 to 1200")
    return int(text)


def _draw(options: argparse.Namespace, given: Sequence[str]) -> int:
    if not has_screen():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from gfm_desktop.ui.picture_command import PictureOrder, draw

    width, height = options.size
    order = PictureOrder(
        options.picture.absolute(),
        tuple(file.absolute() for file in options.files),
        sample=options.sample,
        loci=tuple(options.locus),
        variant=options.variant,
        tracks=tuple(options.track),
        width=width,
        height=height,
        dpi=options.dpi,
        predict=not options.no_predict,
        theme=options.theme,
        command=shlex.join(["gfm-desktop", *given]),
    )
    return draw(order)


def has_screen() -> bool:
    """Tell whether Qt can open a window; only X11 and Wayland may lack a screen."""
    if sys.platform in {"win32", "darwin"} or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the window and return its exit code.

    Args:
        arguments: Command line without the program's name; None reads `sys.argv`.
    """
    multiprocessing.freeze_support()
    # Before Qt is imported: --help must not cost a second, or need a screen.
    given = sys.argv[1:] if arguments is None else list(arguments)
    options = build_parser().parse_args(given)
    if options.picture is not None:
        return _draw(options, given)
    if not has_screen():
        # Qt would abort the process, with a core dump instead of an explanation.
        sys.stderr.write(NO_SCREEN)
        return 1
    from gfm_desktop.ui import app

    return app.run([file.absolute() for file in options.files], sample=options.sample)


if __name__ == "__main__":
    sys.exit(main())
