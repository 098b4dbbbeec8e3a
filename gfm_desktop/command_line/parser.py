"""Reads the command line of `gfm`; a scorer's options become flags from its card."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any, NoReturn

from gfm_desktop import __version__
from gfm_desktop.command_line.finetune_flags import add_finetune
from gfm_desktop.command_line.flags import (
    add_batch_size,
    add_json,
    add_model,
    add_model_options,
    add_option,
    count,
)
from gfm_desktop.command_line.preflight import unknown_arguments
from gfm_desktop.errors import OptionError
from gfm_desktop.scoring import registry
from gfm_desktop.tracks import registry as track_registry

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gfm_desktop.models.option import Option

_EXIT_CODES = (
    "exit codes: 0 the job ended and every record has a status; 1 it could not be "
    "done;\n2 the command line is wrong; 130 stopped with Ctrl+C (what was finished "
    "is kept)."
)


class Parser(argparse.ArgumentParser):
    """An argument parser that raises instead of ending the program.

    Attributes:
        commands: The parsers of its commands, by name.
    """

    def __init__(self, **settings: Any) -> None:
        """Make a parser as `argparse` does."""
        super().__init__(**settings)
        self.commands: dict[str, Parser] = {}

    def error(self, message: str) -> NoReturn:
        """Raise what is wrong with the command line.

        Raises:
            OptionError: Always.
        """
        raise OptionError(
            f"{message[:1].upper()}{message[1:]}.",
            todo=f"Run `{self.prog} --help` for the options.",
        )


def read(words: Sequence[str]) -> argparse.Namespace:
    """Return what a command line says; `unknown` holds the problems it has.

    Unknown flags are kept, not raised: the command tells them with all else that is
    wrong.

    Raises:
        OptionError: If it cannot be read at all.
        SystemExit: After printing --help or --version.
    """
    parser = build_parser()
    arguments, left = parser.parse_known_args(words)
    flags: list[str] = []
    for name in (arguments.command, getattr(arguments, "action", None)):
        if name is not None:
            parser = parser.commands[name]
            flags = [f for a in parser._actions for f in a.option_strings]
    named = [flag for flag in flags if flag.startswith("--") and flag != "--help"]
    arguments.unknown = unknown_arguments(left, named)
    return arguments


def build_parser() -> Parser:
    """Return the reader of the whole command line."""
    parser = Parser(
        prog="gfm",
        description="Score genetic variants with genomic foundation models, offline.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--version", action="version", version=f"%(prog)s {__version__}"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    parser.commands = commands.choices
    _add_models(commands)
    _add_score(commands)
    _add_predict(commands)
    _add_inspect(commands)
    add_finetune(
        _command(
            commands,
            "finetune",
            "learn from labelled sequences, test what was learnt, and write a model",
            "gfm finetune --labels mine.csv --model gfm-ensemble --out my-model\n  "
            "gfm predict --model my-model --sequences new.fa --out labels.tsv",
        )
    )
    doctor = _command(
        commands, "doctor", "is this installation sound, and are its numbers right?"
    )
    add_json(doctor, "print the findings as one JSON object")
    return parser


def _command(commands: Any, name: str, summary: str, example: str = "") -> Parser:
    epilog = f"example:\n  {example}\n\n{_EXIT_CODES}" if example else _EXIT_CODES
    parser: Parser = commands.add_parser(
        name,
        help=summary,
        description=f"{summary[:1].upper()}{summary[1:]}",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    return parser


def _add_models(commands: Any) -> None:
    models = _command(commands, "models", "list, download, add and remove models")
    actions = models.add_subparsers(dest="action", metavar="ACTION", required=True)
    models.commands = actions.choices
    listed = _command(actions, "list", "list the models of the library")
    show = _command(actions, "show", "show all facts of a model")
    show.add_argument("model", metavar="ID", help="id of a model, or its folder")
    add = _command(actions, "add", "copy a model into the library, after a test of it")
    add.add_argument(
        "path",
        metavar="PATH",
        help="folder with gfm_model.json, folder as the model hub has it, or files "
        "of published weights",
    )
    add.add_argument("--id", metavar="ID", default="", help="what to call the model")
    download = _command(actions, "download", "download a model from the model hub")
    download.add_argument(
        "model", metavar="ID", help="id of a model, or owner/name[@revision] of the hub"
    )
    download.add_argument(
        "--revision",
        metavar="REVISION",
        default="",
        help="branch, tag or commit (default: what the model's card names)",
    )
    download.add_argument(
        "--allow-network",
        action="store_true",
        help="let this command use the network; otherwise the settings decide",
    )
    accept = _command(actions, "accept", "accept the terms of a model")
    remove = _command(actions, "remove", "delete a model that you added")
    for action in (accept, remove):
        action.add_argument("model", metavar="ID", help="id of a model")
    for action in (add, download, accept):
        action.add_argument(
            "--accept-licence",
            action="store_true",
            help="say that you have read the model's terms and accept them",
        )
    for action in (listed, show, add, download, accept, remove):
        add_json(action, "print JSON")


def _add_score(commands: Any) -> None:
    score = _command(
        commands,
        "score",
        "score every variant of a VCF",
        "gfm score --genome hg19.fa.gz --annotation genes.gtf.gz --variants my.vcf.gz "
        "\\\n      --model ci-spliceai --out scores.vcf.gz",
    )
    _add_score_files(score)
    add_model(score, required=False)
    score.add_argument(
        "--scorer", metavar="NAME", default="", help="default: the model's own"
    )
    add_batch_size(score)
    add_model_options(score)
    score.add_argument(
        "--background",
        metavar="N",
        type=count,
        default=-1,
        help="percentiles compare with the substitutions of N random sites of each "
        "trinucleotide of the genome; 0 for no percentiles; left out, the scorer's own "
        "number (none for pseudo-log-likelihood, which is slow)",
    )
    score.add_argument(
        "--fresh", action="store_true", help="score again what was scored before"
    )
    add_json(score, "print one JSON object per event; the last has the counts")
    options = score.add_argument_group("options of the scorers")
    for name, (offers, scorers) in scorer_options().items():
        add_option(options, name, offers, scorers)


def _add_score_files(score: Any) -> None:
    """Add what `gfm score` reads and writes."""
    files = score.add_argument_group("files")
    files.add_argument("--genome", metavar="FASTA", help="genome, plain or packed")
    files.add_argument("--variants", metavar="VCF", help="variants, VCF or BCF")
    files.add_argument(
        "--annotation",
        metavar="GTF",
        help="gene models: GTF or GFF3, or what SpliceAI, CI-SpliceAI or Pangolin use",
    )
    files.add_argument(
        "--saturate",
        metavar="GENE",
        help="instead of --variants: every substitution of the exons of this gene's "
        "canonical transcript, and of --flank bp beside them",
    )
    files.add_argument(
        "--flank",
        metavar="N",
        type=count,
        help="bp on each side of the exons of --saturate (default: 50)",
    )
    files.add_argument(
        "--sample",
        action="store_true",
        help="use the built-in sample for every file that is not given",
    )
    files.add_argument(
        "--out",
        metavar="FILE",
        help=".vcf, .vcf.gz, .tsv or .parquet; without it, a table on standard output",
    )
    files.add_argument(
        "--program-tag",
        action="store_true",
        help="also write the INFO field that the model's own program writes, for "
        "scripts that read it: SpliceAI, OpenSpliceAI, CISpliceAI, Pangolin (VCF only)",
    )


def _add_predict(commands: Any) -> None:
    predict = _command(
        commands,
        "predict",
        "predict the tracks of a region, with or without a variant",
        "gfm predict --model ci-spliceai --genome hg19.fa.gz "
        "--region chr22:20,113,000-20,114,000 \\\n      --out tracks.bw",
    )
    add_model(predict, required=True)
    predict.add_argument("--genome", metavar="FASTA", help="genome, plain or packed")
    predict.add_argument(
        "--region",
        metavar="chr:start-end",
        help="1-based, both ends included; with --annotation also a gene's name",
    )
    predict.add_argument(
        "--variant",
        metavar="chr:pos:REF:ALT",
        help="predict REF and ALT of this variant",
    )
    predict.add_argument(
        "--annotation",
        metavar="GTF",
        help="gene models: predict inside genes, each without its neighbourhood",
    )
    predict.add_argument(
        "--sequences",
        metavar="FILE",
        help="instead of a genome: sequences, one a line, FASTA, a JSON list, or, for "
        "fine-tuned models, a table with a column “sequence”",
    )
    predict.add_argument(
        "--track",
        metavar="NAME",
        default="",
        help="kind of track, where the model has several (see `gfm models show`); left "
        "out, its first",
    )
    predict.add_argument(
        "--out",
        metavar="FILE",
        required=True,
        help=".npz, .tsv, .bedgraph or .bw; for --sequences .npz or .tsv, and "
        ".parquet for fine-tuned models. Each signal "
        "of the track is a column or a series, named ref_SIGNAL and, with --variant, "
        "alt_SIGNAL; positions are 1-based in .tsv; NAME.bw holds one line that stands "
        "for all, or its change with the variant, and NAME.SIGNAL.bw each of them",
    )
    add_model_options(predict)
    add_json(predict, "print one JSON object per event")
    options = predict.add_argument_group("options of the tracks")
    for name, (offers, owners) in track_options().items():
        add_option(options, name, offers, owners)


def _add_inspect(commands: Any) -> None:
    inspect = _command(
        commands,
        "inspect",
        "write a model's raw numbers for sequences",
        "gfm inspect --model ci-spliceai --sequences mine.fa --out mine.npz",
    )
    add_model(inspect, required=True)
    inspect.add_argument(
        "--sequences",
        metavar="FILE",
        required=True,
        help="sequences, one a line, FASTA, or a JSON list",
    )
    inspect.add_argument("--out", metavar="FILE.npz", required=True)
    add_model_options(inspect)
    add_json(inspect, "print one JSON object per event")


def scorer_options() -> dict[str, tuple[list[Option], list[str]]]:
    """Return every option name with its owners: their options and their names."""
    cards = registry.scorers().values()
    return _shared((card.name, card.options) for card in cards)


def track_options() -> dict[str, tuple[list[Option], list[str]]]:
    """Return the same for the kinds of predicted tracks."""
    cards = track_registry.tracks_known().values()
    return _shared((card.name, card.options) for card in cards)


def _shared(
    owners: Iterable[tuple[str, Sequence[Option]]],
) -> dict[str, tuple[list[Option], list[str]]]:
    found: dict[str, tuple[list[Option], list[str]]] = {}
    for owner, options in owners:
        for option in options:
            offers, names = found.setdefault(option.name, ([], []))
            offers.append(option)
            names.append(owner)
    return found
