"""The flags of `gfm finetune`; those of its settings come from their list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.command_line.flags import (
    add_batch_size,
    add_json,
    add_model,
    add_model_options,
    add_setting,
    count,
    pair,
)
from gfm_desktop.finetune.options import OPTIONS

if TYPE_CHECKING:
    import argparse


def add_finetune(parser: argparse.ArgumentParser) -> None:
    """Add all flags of the command."""
    _add_files(parser)
    add_model(parser, required=False)
    add_batch_size(parser)
    add_model_options(parser)
    parser.add_argument(
        "--fresh", action="store_true", help="begin anew, whatever --out holds"
    )
    parser.add_argument(
        "--stop-early",
        action="store_true",
        help="tell the fine-tuning that is running in --out to end its training now "
        "and to go on with its best epoch",
    )
    add_json(parser, "print one JSON object per event")
    settings = parser.add_argument_group("settings")
    for option in OPTIONS:
        add_setting(settings, option)


def _add_files(parser: argparse.ArgumentParser) -> None:
    files = parser.add_argument_group("files")
    files.add_argument(
        "--labels",
        metavar="FILE",
        help="table (CSV, TSV, Excel) of sequence and label; or BED, regions or VCF "
        "with labels and --genome; a column “split” is honoured",
    )
    files.add_argument("--genome", metavar="FASTA", help="genome, plain or packed")
    files.add_argument(
        "--annotation", metavar="GTF", help="gene models, to keep genes apart"
    )
    files.add_argument(
        "--signal",
        metavar="BIGWIG",
        help="the label of each region is the mean of this signal",
    )
    files.add_argument(
        "--columns",
        metavar="ROLE=NAME",
        type=columns,
        action="append",
        default=[],
        help="which column is what, such as sequence=oligo,label=bound; roles: "
        "sequence label split chrom start end strand gene pos ref alt; what is not "
        "named is guessed; sheet=NAME, counting=0 or 1 and fix=KEY (see the data "
        "check) go here, too",
    )
    files.add_argument(
        "--window",
        metavar="BP",
        type=count,
        default=0,
        help="bases read around the middle of each region or variant; 0 as given",
    )
    files.add_argument(
        "--sample",
        action="store_true",
        help="use the built-in sample of labels, where --labels is not given",
    )
    files.add_argument(
        "--out", metavar="FOLDER", help="model folder to make; one begun goes on"
    )


def columns(text: str) -> list[tuple[str, str]]:
    """Return (role, column) pairs of ``ROLE=NAME,ROLE=NAME``."""
    return [pair(one.strip()) for one in text.split(",") if one.strip()]
