"""The INFO field of a model's own program, as scripts already read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pysam
import pytest

from gfm_desktop.errors import OptionError
from gfm_desktop.jobs.export.program_tag import ProgramTag, program_tag
from gfm_desktop.jobs.export.scored_table import _relate_to_record
from gfm_desktop.jobs.export_scores import ExportScores
from gfm_desktop.jobs.run_folder import Identity, Manifest
from gfm_desktop.jobs.score_variants import ScoreVariants
from gfm_desktop.models import catalogue

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Desk

    from gfm_desktop.jobs.context import JobContext
    from gfm_desktop.jobs.events import Finished


def run(job: Any, context: JobContext) -> Finished:
    steps = job.run(context)
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            finished: Finished = stop.value
            return finished


def export(desk: Desk, context: JobContext, variants: str, name: str) -> Path:
    job = ScoreVariants(desk.genome, variants, "toy", annotation=desk.annotation)
    folder = run(job, context).outputs["run"]
    out = desk.folder / name
    run(ExportScores(folder, str(out), program_tag=True), context)
    return out


def test_that_the_field_holds_what_gfm_splice_holds_and_nothing_where_unscored(
    desk: Desk, context: JobContext
) -> None:
    ref = desk.sequence[1599]
    a, b, _ = (x for x in "ACGT" if x != ref)
    variants = desk.vcf(f"chr1 1600 . {ref} {a},<DEL>,{b} . . .", "chr9 1 . A C . . .")
    out = export(desk, context, variants, "b.vcf.gz")
    with pysam.VariantFile(str(out)) as file:
        about = file.header.info["CISpliceAI"]
        assert "ALLELE|SYMBOL|DS_AG|DS_AL" in about.description
        assert "GFM Desktop" in about.description
        first, second = file
        assert first.info["CISpliceAI"] == first.info["GFM_SPLICE"]
        assert len(first.info["CISpliceAI"]) == 2
        assert "CISpliceAI" not in second.info


def test_that_a_file_that_has_the_field_already_is_refused(
    desk: Desk, context: JobContext
) -> None:
    once = export(desk, context, desk.vcf(desk.snv(1100)), "once.vcf")
    with pytest.raises(OptionError, match="CISpliceAI already") as caught:
        export(desk, context, str(once), "twice.vcf")
    assert "INFO/CISpliceAI" in caught.value.todo


def test_that_a_table_has_no_place_for_the_field(
    desk: Desk, context: JobContext
) -> None:
    with pytest.raises(OptionError, match="no INFO field"):
        export(desk, context, desk.vcf(desk.snv(1100)), "b.tsv")


def test_that_pangolins_positions_count_from_the_records_own_pos() -> None:
    row: dict[str, Any] = {
        "pos": 102,
        "norm_pos": 100,
        "alt": "A",
        "gain_at": 5,
        "loss_at": -3,
        "pangolin": "G1|5:0.4|-3:-0.1|Warnings:,G2|0:0.0|1:0.0|Warnings:NoAnnotated",
    }
    _relate_to_record(row)
    assert (row["gain_at"], row["loss_at"]) == (3, -5)
    assert row["pangolin"] == (
        "G1|3:0.4|-5:-0.1|Warnings:,G2|-2:0.0|-1:0.0|Warnings:NoAnnotated"
    )
    tag = ProgramTag("Pangolin", "pangolin", "by me")
    assert tag.entries([row, {"pangolin": None}]) == row["pangolin"]


def test_that_every_published_splice_model_names_its_field() -> None:
    tags = {card.family: set[str]() for card in catalogue.cards().values()}
    for card in catalogue.cards().values():
        tags[card.family].add(card.info_tag)
    assert tags["splice"] == {"SpliceAI", "OpenSpliceAI", "CISpliceAI"}
    assert tags["splice-tissue"] == {"Pangolin"}
    assert all(found == {""} for name, found in tags.items() if "splice" not in name)


def test_that_a_model_without_a_program_is_refused() -> None:
    identity = Identity("g", "v", "", "w", "s", {}, "1")
    manifest = Manifest(identity, "g", "v", "", "t", "gfm-ensemble", "GFM Ensemble")
    with pytest.raises(OptionError, match="GFM Ensemble has no INFO tag"):
        program_tag(manifest)
