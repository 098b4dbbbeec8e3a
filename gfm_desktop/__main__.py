"""`gfm-desktop`: read the command line, then open the window."""

from __future__ import annotations

import argparse
import multiprocessing
import os
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
        help="a genome (FASTA), gene models (GTF, GFF3) or variants (VCF, BCF) to open",
    )
    parser.add_argument(
        "--sample", action="store_true", help="open the built-in sample project"
    )
    parser.add_argument(
        "--version", action="version", version=f"%(prog)s {__version__}"
    )
    return parser


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
    options = build_parser().parse_args(arguments)
    if not has_screen():
        # Qt would abort the process, with a core dump instead of an explanation.
        sys.stderr.write(NO_SCREEN)
        return 1
    from gfm_desktop.ui import app

    return app.run([file.absolute() for file in options.files], sample=options.sample)


if __name__ == "__main__":
    sys.exit(main())
