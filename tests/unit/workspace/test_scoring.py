from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gfm_desktop.jobs.events import (
    Cancelled,
    Event,
    Failed,
    Finished,
    Partial,
    Progress,
    Started,
)
from gfm_desktop.jobs.score_variants import ScoreVariants
from gfm_desktop.workspace import scoring as module
from gfm_desktop.workspace.opening import Opening
from gfm_desktop.workspace.scoring import Scoring
from gfm_desktop.workspace.workspace import ScoringState

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Files, InlineRunner, Said, ToldRunner

    from gfm_desktop.workspace.workspace import Workspace


def write_part(folder: Path, number: int, row: int, score: float) -> Path:
    folder.mkdir(exist_ok=True)
    columns = {
        "row": pa.array([row], pa.int64()),
        "status": ["scored"],
        "reason": [""],
        "gene": ["ONE"],
        "score": pa.array([score], pa.float64()),
    }
    path = folder / f"scores-{number:06d}.parquet"
    pq.write_table(pa.table(columns), path)
    return path


@pytest.fixture
def ready(workspace: Workspace, inline: InlineRunner, files: Files) -> Workspace:
    Opening(workspace, inline).open([files.genome, files.genes, files.variants])
    return workspace


def test_that_the_job_gets_what_is_open_and_what_was_chosen(
    ready: Workspace, told: ToldRunner, files: Files
) -> None:
    ids: list[str] = []
    scoring = Scoring(ready, told)
    scoring.started.connect(ids.append)
    job_id = scoring.start("m", "s", {"distance": 20}, "cpu", batch_size=4, fresh=True)
    assert ids == [job_id]
    assert told.jobs == [
        ScoreVariants(
            genome=str(files.genome),
            variants=str(files.variants),
            model="m",
            scorer="s",
            annotation=str(files.genes),
            device="cpu",
            batch_size=4,
            options=(("distance", 20),),
            fresh=True,
        )
    ]
    assert ready.scoring == ScoringState(job_id, "m", "s", message="Waiting")


def test_that_parts_appear_while_it_runs_and_the_ending_has_the_counts(
    ready: Workspace, told: ToldRunner, said: Said, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    endings: list[object] = []
    scoring = Scoring(ready, told)
    scoring.ended.connect(endings.append)
    job_id = scoring.start("m")
    told.tell(Started("Score"), Progress(0, 2, "variants", "Loading the model"))
    assert ready.scoring == ScoringState(job_id, "m", "", 0, 2, "Loading the model")
    told.tell(Partial("scores", str(write_part(folder, 0, 0, 0.9))))
    assert ready.run is not None
    assert ready.run.folder == folder
    assert ready.table is not None
    assert ready.table.row(0).score == 0.9
    counts = {"scored": 1, "ref_mismatch": 1}
    ending = Finished("2 alleles", counts, {"run": str(folder)}, ("look at this",))
    told.tell(ending)
    assert endings == [ending]
    assert ready.run.counts == counts
    assert ready.scoring is None
    assert said.texts("warning") == ["look at this"]
    assert said.texts("info")[-1] == "2 alleles"


def test_that_refreshes_are_thinned_out_but_the_last_part_is_shown(
    ready: Workspace,
    told: ToldRunner,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: clock[0])
    shown: list[int] = []
    ready.scores_changed.connect(lambda: shown.append(1))
    Scoring(ready, told).start("m")
    folder = tmp_path / "run"
    for number in range(10):
        clock[0] += 0.1
        told.tell(Partial("scores", str(write_part(folder, number, 0, number / 10))))
    assert len(shown) == 3
    told.tell(Cancelled())
    assert len(shown) == 4
    assert ready.table is not None
    assert ready.table.row(0).score is not None


@pytest.mark.parametrize(
    ("ending", "level"),
    [(Failed("No memory.", todo="Close programs."), "error"), (Cancelled(), "info")],
)
def test_that_every_ending_is_told_and_frees_the_way(
    ready: Workspace, told: ToldRunner, said: Said, ending: Event, level: str
) -> None:
    scoring = Scoring(ready, told)
    scoring.start("m")
    assert scoring.obstacle() == "A scoring is under way."
    told.tell(ending)
    assert scoring.obstacle() == ""
    assert not scoring.running
    assert said.texts(level)


def test_that_two_services_share_one_scoring(
    ready: Workspace, told: ToldRunner, said: Said
) -> None:
    window, panel = Scoring(ready, told), Scoring(ready, told)
    job_id = panel.start("m")
    assert window.running
    assert window.start("m") == ""
    assert said.texts("warning") == ["A scoring is under way."]
    window.cancel()
    assert told.cancelled == [job_id]


def test_that_numbers_of_a_closed_file_are_never_shown(
    ready: Workspace,
    told: ToldRunner,
    inline: InlineRunner,
    files: Files,
    tmp_path: Path,
) -> None:
    job_id = Scoring(ready, told).start("m")
    other = tmp_path / "other.vcf"
    other.write_text(files.variants.read_text().replace("rs1", "rs9"))
    Opening(ready, inline).open([other])
    told.tell(Partial("scores", str(write_part(tmp_path / "run", 0, 0, 0.9))))
    assert ready.run is None
    told.tell(Progress(1, 2, "variants"))
    assert told.cancelled == [job_id]


def test_that_each_obstacle_has_words(
    workspace: Workspace, inline: InlineRunner, files: Files
) -> None:
    scoring = Scoring(workspace, inline)
    opening = Opening(workspace, inline)
    said = [scoring.obstacle()]
    opening.open([files.genome])
    said.append(scoring.obstacle())
    empty = files.variants.with_name("empty.vcf")
    empty.write_text("".join(files.variants.read_text().splitlines(True)[:2]))
    opening.open([empty])
    said.append(scoring.obstacle())
    misfit = files.variants.with_name("misfit.vcf")
    misfit.write_text(files.variants.read_text().replace("\tA\tG", "\tC\tG"))
    opening.open([misfit])
    said.append(scoring.obstacle())
    assert said == [
        "Open a genome first (a FASTA file).",
        "Open variants first (a VCF file).",
        "empty.vcf holds no variants.",
        "No variant can be scored: each one's reason is in the table.",
    ]


def test_that_a_wrong_option_ends_the_scoring_with_words(
    ready: Workspace, inline: InlineRunner, said: Said
) -> None:
    scoring = Scoring(ready, inline)
    scoring.start("no-such-model")
    assert not scoring.running
    assert "no-such-model" in said.texts("error")[0]
