"""Scoring a file: resumed, reconciled, and the same whatever interrupts it."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pyarrow.parquet as pq
import pytest

from gfm_desktop.errors import GfmError, InputError, ModelError, OptionError
from gfm_desktop.genome.status import Status
from gfm_desktop.jobs import pacing, scoring_work
from gfm_desktop.jobs.events import Finished, Partial, Progress
from gfm_desktop.jobs.run_folder import RunFolder
from gfm_desktop.jobs.score_variants import ScoreVariants
from gfm_desktop.scoring import registry

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Desk

    from gfm_desktop.jobs.context import JobContext

Said = list[Progress | Partial]


def finish(job: ScoreVariants, context: JobContext) -> tuple[Said, Finished]:
    said: Said = []
    steps = job.run(context)
    while True:
        try:
            said.append(next(steps))
        except StopIteration as stop:
            return said, stop.value


def scores_of(finished: Finished) -> list[dict[str, Any]]:
    parts = RunFolder(Path(finished.outputs["run"])).parts
    rows = [row for part in parts for row in pq.read_table(part).to_pylist()]
    assert [row["row"] for row in rows] == sorted({row["row"] for row in rows})
    return rows


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make batches of two, whatever the time."""
    for module in (scoring_work, pacing):
        monkeypatch.setattr(module, "LARGEST_STEP", 2)
    monkeypatch.setattr(scoring_work, "_TELL_SECONDS", 0.0)


@pytest.fixture
def job(desk: Desk) -> ScoreVariants:
    """Score nine alleles: seven can be read, six lie in genes."""
    wrong = desk.snv(1700).split(" ")
    wrong[3], wrong[4] = wrong[4], wrong[3]
    a, b, c = (x for x in "ACGT" if x != desk.sequence[1599])
    variants = desk.vcf(
        desk.snv(1100),
        desk.snv(1200),
        f"chr1 1600 . {desk.sequence[1599]} {a},{b},{c} . . .",
        desk.snv(1900),
        " ".join(wrong),
        "chr1 oops . A C . . .",
        desk.snv(3500),
    )
    return ScoreVariants(
        desk.genome, variants, "toy", annotation=desk.annotation, batch_size=1
    )


def test_that_every_row_has_one_status_and_the_totals_reconcile(
    job: ScoreVariants, context: JobContext
) -> None:
    _, finished = finish(job, context)
    assert finished.counts == {
        "scored": 6,
        "not_in_gene": 1,
        "ref_mismatch": 1,
        "malformed": 1,
    }
    table = pq.read_table(finished.outputs["table"])
    assert table.num_rows == sum(finished.counts.values())
    pending = [
        row["row"] for row in table.to_pylist() if row["status"] == Status.PENDING
    ]
    assert pending == [row["row"] for row in scores_of(finished)]
    manifest = RunFolder(Path(finished.outputs["run"])).read_manifest()
    assert manifest.complete
    assert manifest.counts == finished.counts


def test_that_a_missing_score_is_null_and_never_zero(
    job: ScoreVariants, context: JobContext
) -> None:
    _, finished = finish(job, context)
    missing = [r for r in scores_of(finished) if r["status"] != Status.SCORED]
    assert missing
    assert all(row["score"] is None and row["ds_ag"] is None for row in missing)
    assert all(row["reason"] for row in missing)


@pytest.mark.usefixtures("small_steps")
def test_that_an_interrupted_run_goes_on_where_it_was(
    job: ScoreVariants, context: JobContext
) -> None:
    _, expected = finish(job, context)
    whole = scores_of(expected)
    finish(replace(job, fresh=True), context)
    RunFolder(Path(expected.outputs["run"])).forget_scores()
    steps = job.run(context)
    for event in steps:
        if isinstance(event, Progress) and event.done == 4:
            break
    steps.close()
    folder = RunFolder(Path(expected.outputs["run"]))
    before = {part: part.stat().st_mtime_ns for part in folder.parts}
    assert len(before) == 2
    said, finished = finish(job, context)
    assert finished.counts == expected.counts
    assert scores_of(finished) == whole
    assert {p: p.stat().st_mtime_ns for p in folder.parts[:2]} == before
    told = [event.path for event in said if isinstance(event, Partial)]
    assert told == [str(part) for part in folder.parts], "old parts are told, too"
    first = next(e for e in said if isinstance(e, Progress) and e.total == 7)
    assert first.done == 4


@pytest.mark.usefixtures("small_steps")
def test_that_a_broken_part_is_scored_again(
    job: ScoreVariants, context: JobContext
) -> None:
    _, finished = finish(job, context)
    whole = scores_of(finished)
    last = RunFolder(Path(finished.outputs["run"])).parts[-1]
    last.write_bytes(last.read_bytes()[:50])
    _, again = finish(job, context)
    assert scores_of(again) == whole


def test_that_an_answered_question_is_not_computed_again(
    job: ScoreVariants, context: JobContext
) -> None:
    _, finished = finish(job, context)
    model: Any = context.model("toy")
    model.calls.clear()
    _, again = finish(job, context)
    assert again == finished
    assert not model.calls
    finish(replace(job, fresh=True), context)
    assert model.calls


def test_that_numbers_do_not_depend_on_the_batch(
    job: ScoreVariants, context: JobContext
) -> None:
    _, one = finish(job, context)
    alone = scores_of(one)
    _, many = finish(replace(job, batch_size=64, fresh=True), context)
    assert scores_of(many) == alone


def test_that_another_setting_is_another_run(
    job: ScoreVariants, context: JobContext
) -> None:
    runs = set()
    for options in ((), (("distance", 20),), (("distance", 50),), (("masked", True),)):
        _, finished = finish(replace(job, options=options), context)
        runs.add(finished.outputs["run"])
    assert len(runs) == 3, "50 is the default"


def test_that_without_genes_a_warning_says_what_that_means(
    job: ScoreVariants, context: JobContext
) -> None:
    _, finished = finish(replace(job, annotation=""), context)
    assert finished.counts["scored"] == 7
    assert "both strands" in finished.warnings[-1]


def test_that_a_file_in_which_nothing_can_be_scored_still_ends_well(
    desk: Desk, context: JobContext
) -> None:
    for lines in ((), ("chr9 5 . A C . . .",)):
        variants = desk.vcf(*lines)
        _, finished = finish(ScoreVariants(desk.genome, variants, "toy"), context)
        assert sum(finished.counts.values()) == len(lines)


BAD: list[tuple[dict[str, Any], type[GfmError], str]] = [
    ({"model": "no-such"}, ModelError, "no-such"),
    ({"scorer": "likelihood"}, OptionError, "likelihood"),
    ({"batch_size": -1}, OptionError, "batch size"),
    ({"options": (("distance", 9999), ("mask", True))}, OptionError, "4,999"),
    ({"options": (("distance", 9999), ("mask", True))}, OptionError, "mask"),
    ({"options": (("masked", True),), "annotation": ""}, OptionError, "gene models"),
    ({"genome": "/no/such.fa"}, InputError, "/no/such.fa"),
    ({"variants": "/no/such.vcf"}, InputError, "/no/such.vcf"),
    ({"annotation": "/no/such.gtf"}, InputError, "/no/such.gtf"),
]


@pytest.mark.parametrize(("change", "kind", "word"), BAD)
def test_that_a_wrong_input_is_refused_with_a_clear_message(
    job: ScoreVariants,
    context: JobContext,
    change: dict[str, Any],
    kind: type[GfmError],
    word: str,
) -> None:
    with pytest.raises(kind) as caught:
        finish(replace(job, **change), context)
    assert word in str(caught.value)


def test_that_two_processes_do_not_write_one_run(
    job: ScoreVariants, context: JobContext
) -> None:
    _, finished = finish(job, context)
    lock = Path(finished.outputs["run"]) / "running.lock"
    other = psutil.Process(os.getppid())
    lock.write_text(f"{other.pid} {other.create_time():.2f}", encoding="ascii")
    with pytest.raises(GfmError, match="already running"):
        finish(job, context)
    lock.write_text(f"{other.pid} 12.00", encoding="ascii")
    finish(job, context)
    assert not lock.exists()


def out_of_memory_above(size: int, seen: list[int]) -> Callable[..., Any]:
    import torch

    real = registry.function_of("splice-delta")

    def score(*arguments: Any, batch_size: int, **options: Any) -> Any:
        seen.append(batch_size)
        if batch_size > size:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return real(*arguments, batch_size=batch_size, **options)

    return score


def test_that_a_full_device_gets_smaller_batches(
    job: ScoreVariants, context: JobContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, expected = finish(job, context)
    whole = scores_of(expected)
    seen: list[int] = []
    score = out_of_memory_above(2, seen)
    monkeypatch.setattr(registry, "function_of", lambda _: score)
    _, finished = finish(replace(job, batch_size=8, fresh=True), context)
    assert scores_of(finished) == whole
    assert seen[:3] == [8, 4, 2]


def test_that_a_retry_keeps_what_is_on_disk_and_halves_the_batch(
    job: ScoreVariants,
) -> None:
    fresh = replace(job, fresh=True, batch_size=8)
    assert fresh.continued(out_of_memory=False) == replace(fresh, fresh=False)
    assert fresh.continued(out_of_memory=True).batch_size == 4
    assert replace(job, batch_size=0).continued(out_of_memory=True).batch_size == 1
