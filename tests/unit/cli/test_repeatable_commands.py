"""The command lines that the window offers are ones that `gfm` understands."""

from __future__ import annotations

import shlex
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from gfm_desktop.command_line.flags import OPTION
from gfm_desktop.command_line.parser import read
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.variant import Variant
from gfm_desktop.scoring import registry
from gfm_desktop.workspace.commands import predict_command, score_command

if TYPE_CHECKING:
    from gfm_desktop.workspace.workspace import Workspace

OPEN = cast(
    "Workspace",
    SimpleNamespace(
        genome=SimpleNamespace(path=Path("/my data/hg19.fa")),
        annotation=SimpleNamespace(path=Path("/my data/genes.gtf")),
        variants=SimpleNamespace(path=Path("/my data/a.vcf")),
    ),
)


def test_that_a_scoring_of_the_window_can_be_repeated() -> None:
    for card in registry.scorers().values():
        options = {option.name: option.default for option in card.options}
        line = score_command(
            OPEN, model="m", scorer=card.name, options=options, out="x.tsv"
        )
        arguments = vars(read(shlex.split(line)[1:]))
        assert arguments["unknown"] == []
        assert arguments["genome"] == "/my data/hg19.fa"
        assert (arguments["scorer"], arguments["out"]) == (card.name, "x.tsv")
        for name, value in options.items():
            assert arguments[f"{OPTION}{name}"] in (str(value), value or None)


def test_that_a_prediction_of_the_window_can_be_repeated() -> None:
    line = predict_command(
        OPEN,
        Interval("chr22", 100, 200),
        model="m",
        variant=Variant("chr22", 149, "A", "G"),
    )
    arguments = read(shlex.split(line)[1:])
    assert arguments.unknown == []
    assert arguments.region == "chr22:101-200"
    assert arguments.variant == "chr22:150:A:G"
    assert arguments.annotation == "/my data/genes.gtf"
