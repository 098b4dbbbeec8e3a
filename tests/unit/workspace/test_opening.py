from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.genome.interval import Interval
from gfm_desktop.jobs.events import Failed, Finished, Progress
from gfm_desktop.jobs.open_genome import OpenGenome
from gfm_desktop.workspace.opening import Opening

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Files, InlineRunner, Said, ToldRunner

    from gfm_desktop.workspace.workspace import Workspace


def opened_names(workspace: Workspace) -> list[str]:
    things = (workspace.genome, workspace.annotation, workspace.variants)
    return [thing.path.name for thing in things if thing is not None]


def test_that_files_open_in_the_right_order_whatever_order_they_come_in(
    workspace: Workspace, inline: InlineRunner, files: Files, said: Said
) -> None:
    seen: list[str] = []
    workspace.genome_changed.connect(lambda: seen.append("genome"))
    workspace.annotation_changed.connect(lambda: seen.append("annotation"))
    workspace.variants_changed.connect(lambda: seen.append("variants"))
    Opening(workspace, inline).open([files.variants, files.genes, files.genome])
    assert opened_names(workspace) == ["g.fa", "g.gtf", "v.vcf"]
    assert seen == ["genome", "annotation", "variants"]
    assert workspace.variants is not None
    assert workspace.variants.counts == {"pending": 1, "ref_mismatch": 1}
    assert workspace.table is not None
    assert len(workspace.table) == 2
    assert workspace.opening == ()
    assert said.texts("error") == []
    assert said.texts("info")[-1].startswith("Opened ")


def test_that_a_second_opening_needs_no_job_for_genome_and_genes(
    workspace: Workspace, inline: InlineRunner, told: ToldRunner, files: Files
) -> None:
    Opening(workspace, inline).open([files.genome, files.genes])
    workspace.set_genome(None)
    Opening(workspace, told).open([files.genome, files.genes])
    assert opened_names(workspace) == ["g.fa", "g.gtf"]
    assert told.jobs == []


def test_that_variants_wait_for_a_genome(
    workspace: Workspace, inline: InlineRunner, files: Files, said: Said
) -> None:
    opening = Opening(workspace, inline)
    opening.open([files.variants])
    assert workspace.waiting == (files.variants,)
    assert "waits for a genome" in said.texts("info")[0]
    # Another instance takes them up: what waits lies in the workspace.
    Opening(workspace, inline).open([files.genome])
    assert opened_names(workspace) == ["g.fa", "v.vcf"]
    assert workspace.waiting == ()


def test_that_variants_given_while_a_genome_is_read_follow_it(
    workspace: Workspace, inline: InlineRunner, told: ToldRunner, files: Files
) -> None:
    opening = Opening(workspace, told)
    opening.open([files.genome])
    opening.open([files.variants])
    assert workspace.opening == (files.genome,)
    opening.runner = inline
    told.tell(Progress(0, None, "contigs"), Finished("read"))
    assert opened_names(workspace) == ["g.fa", "v.vcf"]


def test_that_a_newer_genome_takes_the_place_of_one_that_is_being_read(
    workspace: Workspace, told: ToldRunner, files: Files
) -> None:
    opening = Opening(workspace, told)
    opening.open([files.other_genome])
    Opening(workspace, told).open([files.genome])
    assert told.cancelled == ["job-1"]
    told.tell(Finished("the late one"), job=0)
    assert workspace.genome is None
    told.tell(Finished("the wanted one"), job=1)
    assert opened_names(workspace) == ["g.fa"]


def test_that_variants_read_against_a_closed_genome_are_dropped(
    workspace: Workspace, inline: InlineRunner, told: ToldRunner, files: Files
) -> None:
    opening = Opening(workspace, inline)
    opening.open([files.genome])
    opening.runner = told
    opening.open([files.variants])
    Opening(workspace, inline).open([files.other_genome])
    told.tell(Finished("late", outputs={"table": "never.parquet"}))
    assert opened_names(workspace) == ["other.fa"]


def test_that_the_same_genome_dropped_again_keeps_view_and_genes(
    workspace: Workspace, inline: InlineRunner, files: Files
) -> None:
    opening = Opening(workspace, inline)
    opening.open([files.genome, files.genes])
    before = workspace.genome
    workspace.go_to(Interval("chr1", 100, 200))
    opening.open([files.genome, files.variants])
    assert workspace.genome is before
    assert workspace.locus == Interval("chr1", 100, 200)
    assert opened_names(workspace) == ["g.fa", "g.gtf", "v.vcf"]


def test_that_a_broken_genome_is_told_and_the_rest_waits(
    workspace: Workspace,
    inline: InlineRunner,
    files: Files,
    said: Said,
    tmp_path: Path,
) -> None:
    empty = tmp_path / "empty.fa"
    empty.write_text("")
    mine: list[Failed] = []
    opening = Opening(workspace, inline)
    opening.failed.connect(mine.append)
    opening.open([empty, files.variants])
    assert workspace.genome is None
    assert workspace.waiting == (files.variants,)
    assert said.failures == mine
    assert mine[0].where == str(empty)
    assert mine[0].todo
    assert mine[0].what in said.texts("error")[0]


def test_that_broken_genes_do_not_keep_the_variants_from_opening(
    workspace: Workspace, inline: InlineRunner, files: Files, said: Said
) -> None:
    files.genes.write_text("")
    Opening(workspace, inline).open([files.genome, files.genes, files.variants])
    assert opened_names(workspace) == ["g.fa", "v.vcf"]
    assert len(said.failures) == 1


def test_that_all_refused_files_are_named_at_once_and_the_others_open(
    workspace: Workspace,
    inline: InlineRunner,
    files: Files,
    said: Said,
    tmp_path: Path,
) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4")
    gone = tmp_path / "gone.vcf"
    Opening(workspace, inline).open([tmp_path / "a.pdf", gone, files.genome])
    assert len(said.failures) == 1
    text = said.texts("error")[0]
    assert "a.pdf is a PDF document" in text
    assert "gone.vcf does not exist" in text
    assert opened_names(workspace) == ["g.fa"]


def test_that_an_index_alone_is_answered_not_ignored(
    workspace: Workspace, inline: InlineRunner, said: Said, tmp_path: Path
) -> None:
    index = tmp_path / "v.vcf.gz.tbi"
    index.write_bytes(b"")
    Opening(workspace, inline).open([index])
    assert "makes its own" in said.texts("info")[0]


def test_that_opening_goes_to_the_wanted_place_and_shrugs_at_an_old_one(
    workspace: Workspace, inline: InlineRunner, files: Files, said: Said
) -> None:
    opening = Opening(workspace, inline)
    opening.open([files.genome], locus="chr1:101-200")
    assert workspace.locus == Interval("chr1", 100, 200)
    opening.open([files.genome], locus="chr9:1-100")
    assert workspace.locus == Interval("chr1", 100, 200)
    assert said.texts("error") == []


def test_that_closing_forgets_everything_that_is_under_way(
    workspace: Workspace, told: ToldRunner, files: Files
) -> None:
    opening = Opening(workspace, told)
    opening.open([files.genome])
    assert isinstance(told.jobs[0], OpenGenome)
    opening.close()
    assert told.cancelled == ["job-1"]
    assert workspace.opening == ()
    told.tell(Finished("late"))
    assert workspace.genome is None
