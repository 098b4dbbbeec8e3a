from __future__ import annotations

import shlex
from pathlib import Path
from types import SimpleNamespace

from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.status import Status
from gfm_desktop.genome.variant import Variant, VariantKind
from gfm_desktop.workspace.commands import predict_command, score_command
from gfm_desktop.workspace.links import links
from gfm_desktop.workspace.score_table import VariantRow
from gfm_desktop.workspace.workspace import Workspace

OPEN = SimpleNamespace(
    genome=SimpleNamespace(path=Path("/data/my genome.fa")),
    annotation=SimpleNamespace(path=Path("/data/genes.gtf")),
    variants=SimpleNamespace(path=Path("/data/some.vcf")),
)


def test_that_the_score_command_repeats_the_window() -> None:
    command = score_command(
        OPEN,  # type: ignore[arg-type]
        model="ci-spliceai",
        options={"distance": 500, "masked": True},
        device="cpu",
        out="x.vcf.gz",
    )
    assert shlex.split(command) == [
        *["gfm", "score", "--genome", "/data/my genome.fa"],
        *["--annotation", "/data/genes.gtf", "--variants", "/data/some.vcf"],
        *["--model", "ci-spliceai", "--distance", "500", "--masked"],
        *["--device", "cpu", "--out", "x.vcf.gz"],
    ]


def test_that_an_option_that_is_off_is_left_out() -> None:
    command = score_command(
        OPEN,  # type: ignore[arg-type]
        model="m",
        options={"masked": False},
    )
    assert "masked" not in command


def test_that_the_predict_command_counts_from_one() -> None:
    command = predict_command(
        OPEN,  # type: ignore[arg-type]
        Interval("chr22", 100, 200),
        model="ci-spliceai",
        variant=Variant("chr22", 149, "A", "G"),
    )
    assert "--region chr22:101-200" in command
    assert "--variant chr22:150:A:G" in command
    assert "--variants" not in command


def row(name: str) -> VariantRow:
    return VariantRow(
        row=0,
        line=1,
        chrom="22",
        pos=150,
        id=name,
        ref="A",
        alt="G",
        variant=Variant("chr22", 149, "A", "G"),
        kind=VariantKind.SNV,
        status=Status.PENDING,
    )


def test_that_links_fit_the_genome_build() -> None:
    found = dict(links(row("rs5"), "GRCh38"))
    assert found["gnomAD"].endswith("22-150-A-G?dataset=gnomad_r4")
    assert "db=hg38" in found["UCSC Genome Browser"]
    assert found["dbSNP"].endswith("/rs5")
    assert "hg=38" in found["SpliceAI Lookup"]


def test_that_an_unknown_build_leaves_only_what_does_not_need_it() -> None:
    assert [title for title, _ in links(row("rs5"), None)] == ["dbSNP"]
    assert links(row("x"), None) == []


def test_that_choices_of_the_model_and_the_background_are_flags() -> None:
    words = score_command(
        Workspace(),
        model="genomics-fm",
        options={"window": 300},
        model_options={"vocabulary": "kmer", "strict": True},
        background=0,
    )
    assert words == (
        "gfm score --model genomics-fm --option vocabulary=kmer --option strict=yes "
        "--window 300 --background 0"
    )


def test_that_the_predict_command_has_the_choices_of_the_model() -> None:
    command = predict_command(
        Workspace(),
        Interval("chr1", 9, 20),
        model="gfm-ensemble",
        model_options={"species": "homo_sapiens", "vocabulary": "kmer"},
    )
    assert "--option species=homo_sapiens --option vocabulary=kmer" in command
