"""Saturating the gene on screen: which gene, which model, what is said and kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gfm_desktop.errors import GfmError
from gfm_desktop.genome.annotation import GeneModels
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.reference import Reference
from gfm_desktop.jobs.events import Cancelled, Failed, Finished, Partial, Progress
from gfm_desktop.jobs.run_folder import Identity, Manifest, RunFolder
from gfm_desktop.jobs.score_gene import ScoreGene
from gfm_desktop.workspace.saturation import LANE, Saturation, gene_in_view
from gfm_desktop.workspace.workspace import ScoreRun, Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Said, ToldRunner

GENES = "".join(
    f'chr1\tx\texon\t{start}\t{end}\t.\t+\t.\tgene_id "{name}"; gene_name "{name}"; '
    f'transcript_id "{name}.1";\n'
    for name, start, end in (("ONE", 101, 200), ("TWO", 301, 400))
)


@pytest.fixture
def opened(workspace: Workspace, tmp_path: Path) -> Workspace:
    (tmp_path / "g.fa").write_text(">chr1\n" + "ACGTACGTAC" * 60 + "\n")
    (tmp_path / "g.gtf").write_text(GENES)
    reference = Reference.open(tmp_path / "g.fa")
    workspace.set_genome(reference)
    workspace.set_annotation(GeneModels.load(tmp_path / "g.gtf", reference=reference))
    return workspace


@pytest.fixture
def saturation(opened: Workspace, told: ToldRunner) -> Saturation:
    return Saturation(opened, told)  # type: ignore[arg-type]


def jobs(told: ToldRunner) -> list[ScoreGene]:
    return [job for job in told.jobs if isinstance(job, ScoreGene)]


@dataclass
class Run:
    """A run folder with a table of the substitutions of two bases."""

    folder: Path

    def part(self, number: int, scores: list[float]) -> Partial:
        path = self.folder / f"scores-{number:06d}.parquet"
        first = 3 * number
        columns = {
            "row": pa.array([first + i for i in range(len(scores))], pa.int64()),
            "status": ["scored"] * len(scores),
            "reason": [""] * len(scores),
            "score": pa.array(scores, pa.float64()),
            "ds_al": pa.array([0.0] * len(scores), pa.float64()),
            "ds_dl": pa.array([scores[0], 0.0, 0.0], pa.float64()),
        }
        pq.write_table(pa.table(columns), path)
        return Partial("scores", str(path))


@pytest.fixture
def scored(tmp_path: Path) -> Run:
    table = tmp_path / "table.parquet"
    rows = [
        (at, ref, alt)
        for at, ref in ((100, "A"), (101, "C"))
        for alt in "ACGT"
        if alt != ref
    ]
    columns = {
        "contig": ["chr1"] * 6,
        "start": pa.array([at for at, _, _ in rows], pa.int64()),
        "norm_ref": [ref for _, ref, _ in rows],
        "norm_alt": [alt for _, _, alt in rows],
    }
    pq.write_table(pa.table(columns), table)
    folder = tmp_path / "run"
    folder.mkdir()
    identity = Identity("", "", "", "", "splice-delta", {}, "0")
    RunFolder(folder).write_manifest(
        Manifest(identity, "", "", "", str(table), "ci-spliceai", "CI-SpliceAI")
    )
    return Run(folder)


def test_that_the_lane_of_the_numbers_is_shown_when_they_are_asked_for(
    opened: Workspace, saturation: Saturation
) -> None:
    opened.lanes.admit([LANE])
    opened.lanes.change(LANE, hidden=True)
    sought: list[str] = []
    opened.lanes.sought.connect(sought.append)
    saturation.start("ONE")
    assert sought == [LANE]
    assert not opened.lanes.look(LANE).hidden


def test_that_the_gene_in_the_middle_of_the_view_is_meant(
    opened: Workspace, saturation: Saturation, told: ToldRunner, said: Said
) -> None:
    opened.go_to(Interval("chr1", 90, 380))
    gene = gene_in_view(opened)
    assert gene is not None
    # The middle, 235, is nearer to the end of ONE than to the start of TWO.
    assert gene.name == "ONE"
    opened.go_to(Interval("chr1", 150, 420))
    opened.saturation_wanted.emit("")
    (job,) = jobs(told)
    assert (job.gene, job.model, job.flank) == ("TWO", "ci-spliceai", 50)
    assert job.title == "Saturate TWO"
    opened.go_to(Interval("chr1", 450, 500))
    assert gene_in_view(opened) is None
    opened.saturation_wanted.emit("")
    assert len(jobs(told)) == 1
    assert "No gene is on screen" in said.texts("info")[0]


def test_that_the_chosen_model_saturates_with_the_settings_it_scored_with(
    opened: Workspace, saturation: Saturation, told: ToldRunner, tmp_path: Path
) -> None:
    saturation.start("ONE")
    assert jobs(told)[-1].options == ()
    run = ScoreRun(tmp_path, "ci-spliceai", "splice-delta", {"distance": 80})
    opened.set_run(run)
    saturation.start("ONE")
    assert jobs(told)[-1].options == (("distance", 80),)
    command = saturation.command("ONE")
    assert "--saturate ONE --model ci-spliceai" in command
    assert "--distance 80" in command
    assert command.endswith("--out ONE.tsv")
    opened.choose_model("gfm-ensemble")
    saturation.start("ONE")
    assert (jobs(told)[-1].model, jobs(told)[-1].options) == ("gfm-ensemble", ())
    opened.choose_model("no-such-model")
    saturation.start("ONE")
    assert jobs(told)[-1].model == "ci-spliceai"


def test_that_numbers_are_shown_as_they_come(
    opened: Workspace, saturation: Saturation, told: ToldRunner, scored: Run
) -> None:
    heard: list[int] = []
    saturation.changed.connect(lambda: heard.append(1))
    saturation.start("ONE")
    told.tell(Progress(0, 6, "variants", "Scoring with CI-SpliceAI"))
    assert saturation.now is not None
    assert (saturation.now.done, saturation.now.total) == (0, 6)
    assert saturation.over(opened.locus) == []
    told.tell(scored.part(0, [0.5, 0.25, 0.0]))
    ((name, numbers),) = saturation.over(opened.locus)
    assert (name, numbers.model_name) == ("ONE", "CI-SpliceAI")
    assert numbers.known.tolist() == [True, False]
    # The first score is a loss of a donor.
    assert numbers.values[0].tolist() == [0.0, -0.5, 0.25, 0.0]
    told.tell(scored.part(1, [0.125, 0.0, 0.0]))
    assert numbers.known.all()
    told.tell(Finished("Done"))
    assert saturation.now is None
    assert saturation.over(opened.locus)
    assert saturation.over(Interval("chr1", 300, 400)) == []
    assert len(heard) >= 5


def test_that_stopping_keeps_what_is_scored_and_drops_late_answers(
    opened: Workspace, saturation: Saturation, told: ToldRunner, scored: Run
) -> None:
    saturation.start("ONE")
    told.tell(scored.part(0, [0.5, 0.25, 0.0]))
    saturation.stop()
    assert told.cancelled == ["job-1"]
    told.tell(scored.part(1, [0.5, 0.5, 0.5]), Cancelled())
    ((_, numbers),) = saturation.over(opened.locus)
    assert numbers.revision == 1
    saturation.remove("ONE")
    assert saturation.over(opened.locus) == []


def test_that_another_gene_takes_the_place_of_one_under_way(
    saturation: Saturation, told: ToldRunner
) -> None:
    saturation.start("ONE")
    saturation.start("TWO")
    assert told.cancelled == ["job-1"]
    assert saturation.now is not None
    assert saturation.now.gene == "TWO"
    told.tell(Progress(3, 9, "variants", "late"), job=0)
    assert saturation.now.done == 0


def test_that_a_failure_is_reported_and_a_cancel_is_said(
    saturation: Saturation, told: ToldRunner, said: Said
) -> None:
    saturation.start("ONE")
    told.tell(Failed("The model is damaged.", todo="Get it again."))
    assert saturation.now is None
    assert said.texts("error") == ["The model is damaged. Get it again."]
    saturation.start("ONE")
    told.tell(Cancelled())
    assert "What is scored is kept" in said.texts("info")[-1]


def test_that_another_genome_or_other_genes_forget_everything(
    opened: Workspace, saturation: Saturation, told: ToldRunner, scored: Run
) -> None:
    saturation.start("ONE")
    told.tell(scored.part(0, [0.5, 0.25, 0.0]))
    opened.set_annotation(None)
    assert saturation.genes == {}
    assert saturation.now is None
    assert told.cancelled == ["job-1"]
    with pytest.raises(GfmError, match="needs a genome and gene models"):
        saturation.start("ONE")


def test_that_an_unknown_gene_is_refused(
    opened: Workspace, saturation: Saturation, told: ToldRunner, said: Said
) -> None:
    opened.saturation_wanted.emit("THREE")
    assert jobs(told) == []
    assert "no gene “THREE”" in said.texts("warning")[0]
