"""Percentiles beside the scores of a language model, in a run folder."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pysam
import pytest

from gfm_desktop.errors import OptionError
from gfm_desktop.genome.reference import Reference
from gfm_desktop.genome.status import Status
from gfm_desktop.genome.variant import Variant
from gfm_desktop.jobs import background, precision_check
from gfm_desktop.jobs.background import class_of, sites, substitutions, trinucleotide_of
from gfm_desktop.jobs.context import JobContext
from gfm_desktop.jobs.events import Finished, Partial, Progress
from gfm_desktop.jobs.export_scores import ExportScores
from gfm_desktop.jobs.percentiles import background_of
from gfm_desktop.jobs.run_folder import RunFolder
from gfm_desktop.jobs.score_variants import ScoreVariants
from gfm_desktop.models import catalogue
from gfm_desktop.scoring import masked_log_odds, registry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .conftest import Desk

_KIT = Path(__file__).parents[1] / "models" / "tiny_gpn.py"
_SPEC = importlib.util.spec_from_file_location("tiny_gpn", _KIT)
assert _SPEC is not None
assert _SPEC.loader is not None
tiny_gpn = importlib.util.module_from_spec(_SPEC)
sys.modules["tiny_gpn"] = tiny_gpn
_SPEC.loader.exec_module(tiny_gpn)


@pytest.fixture
def model(tmp_path: Path) -> str:
    return str(tiny_gpn.make(tmp_path / "tiny"))


def job_of(desk: Desk, model: str, **changes: Any) -> ScoreVariants:
    variants = desk.vcf(
        *(desk.snv(position) for position in range(600, 3400, 100)),
        f"chr1 3500 . {desk.sequence[3499]} {desk.sequence[3499]}A . . .",
    )
    return ScoreVariants(desk.genome, variants, model, **changes)


def run(job: ScoreVariants) -> tuple[list[Progress | Partial], Finished]:
    work: Iterator[Any] = job.run(JobContext())
    events = []
    while True:
        try:
            events.append(next(work))
        except StopIteration as stop:
            return events, stop.value


def rows_of(finished: Finished) -> list[dict[str, Any]]:
    folder = RunFolder(Path(finished.outputs["run"]))
    assert len(folder.parts) == 1
    return pq.read_table(folder.parts[0]).to_pylist()


def test_that_a_percentile_is_the_rank_among_random_substitutions_of_its_class(
    desk: Desk, model: str
) -> None:
    _, finished = run(job_of(desk, model, background=15))
    rows = rows_of(finished)
    loaded = catalogue.load(model, device="cpu")
    reference = Reference.open(Path(desk.genome))
    assert finished.counts == {"scored": 28, "unsupported_by_model": 1}
    for row in rows[:28]:
        position = 600 + 100 * row["row"]
        start = position - 1
        ref = desk.sequence[start]
        alt = "ACGT"["ACGT".index(ref) - 1]
        name = class_of(Variant("chr1", start, ref, alt), reference)
        found = [
            substitutions(reference, site)[name]
            for site in sites(reference, {trinucleotide_of(name)}, 15)
        ]
        scores = [
            one.score
            for one in masked_log_odds.score(
                loaded, found, reference=reference, genes=None
            )
        ]
        below = sum(score < row["score"] - 1e-6 for score in scores)
        above = sum(score > row["score"] + 1e-6 for score in scores)
        assert row["background"] == len(scores) == 15
        rank = round(row["percentile"] * 15 / 100, 6)
        assert below <= rank <= 15 - above
    insertion = rows[28]
    assert insertion["status"] == str(Status.UNSUPPORTED_BY_MODEL)
    assert insertion["percentile"] is None
    assert insertion["background"] is None


def test_that_scores_do_not_depend_on_the_background(desk: Desk, model: str) -> None:
    _, without = run(job_of(desk, model, background=0))
    plain = rows_of_any(without)
    assert all(row["percentile"] is None for row in plain)
    events, later = run(job_of(desk, model, background=12))
    assert later.outputs["run"] == without.outputs["run"]
    words = {e.message for e in events if isinstance(e, Progress)}
    assert "Scoring random substitutions to compare with" in words
    assert [r["score"] for r in rows_of(later)] == [r["score"] for r in plain]
    assert all(r["background"] == 12 for r in rows_of(later)[:28])


def test_that_a_slow_score_is_compared_only_where_the_user_asks(
    desk: Desk, model: str
) -> None:
    slow = registry.card_of("pseudo-log-likelihood")
    job = job_of(desk, model)
    assert background_of(job, slow) == 0
    assert background_of(replace(job, background=15), slow) == 15
    quick = registry.card_of("masked-log-odds")
    assert background_of(job, quick) == quick.background > 0
    assert (
        background_of(replace(job, background=15), registry.card_of("splice-delta"))
        == 0
    )


def test_that_a_vcf_has_the_percentiles_of_the_table(
    desk: Desk, model: str, tmp_path: Path
) -> None:
    _, without = run(job_of(desk, model, background=0))
    out = tmp_path / "plain.vcf"
    for _ in ExportScores(without.outputs["run"], str(out)).run(JobContext()):
        pass
    assert "GFM_PERCENTILE" not in out.read_text("utf-8")
    _, finished = run(job_of(desk, model, background=15))
    out = tmp_path / "ranked.vcf"
    for _ in ExportScores(finished.outputs["run"], str(out)).run(JobContext()):
        pass
    assert "--background 15" in out.read_text("utf-8")
    with pysam.VariantFile(str(out)) as file:
        found = [record.info["GFM_PERCENTILE"] for record in file]
    wanted = [row["percentile"] for row in rows_of(finished)]
    assert len(found) == len(wanted) == 29
    assert found[-1] == (None,)
    for (value,), number in zip(found[:-1], wanted[:-1], strict=True):
        assert value == pytest.approx(number, rel=1e-5)


def rows_of_any(finished: Finished) -> list[dict[str, Any]]:
    folder = RunFolder(Path(finished.outputs["run"]))
    return [row for part in folder.parts for row in pq.read_table(part).to_pylist()]


def test_that_a_background_is_scored_once(
    desk: Desk, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(job_of(desk, model, background=12))
    added: list[str] = []
    real = background.Background.add

    def add(self: Any, context: str, found: Any) -> None:
        added.append(context)
        real(self, context, found)

    monkeypatch.setattr(background.Background, "add", add)
    run(job_of(desk, model, background=12, fresh=True))
    assert added == []
    run(job_of(desk, model, background=13, fresh=True))
    assert len(added) == len(set(added)) > 0


def test_that_a_cancelled_background_is_kept_with_the_scores(
    desk: Desk, model: str
) -> None:
    work = job_of(desk, model, background=12).run(JobContext())
    seen = 0
    for event in work:
        if isinstance(event, Progress) and event.message.startswith("Scoring random"):
            seen += 1
            if seen == 3:
                break
    work.close()
    _, finished = run(job_of(desk, model, background=12))
    assert all(row["background"] == 12 for row in rows_of(finished)[:28])


def test_that_a_rewritten_run_survives_a_crash_before_the_old_parts_are_gone(
    desk: Desk, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, first = run(job_of(desk, model, background=0))
    folder = RunFolder(Path(first.outputs["run"]))
    kept = {part.name: part.read_bytes() for part in folder.parts}
    _, second = run(job_of(desk, model, background=12))
    for name, content in kept.items():
        (folder.path / name).write_bytes(content)
    rows, counts = RunFolder(folder.path).done()
    assert rows.tolist() == list(range(29))
    assert sum(counts.values()) == 29
    assert len(RunFolder(folder.path).parts) == 1
    assert rows_of(second)[0]["background"] == 12


def test_that_a_fast_format_is_compared_with_fp32_before_it_is_used(
    desk: Desk, model: str
) -> None:
    job = job_of(desk, model, background=0, model_options=(("precision", "bf16"),))
    events, finished = run(job)
    assert any("differs from fp32 by" in warning for warning in finished.warnings)
    assert any("Comparing bf16" in e.message for e in events if isinstance(e, Progress))
    again, _ = run(replace(job, fresh=True))
    assert not any("Comparing" in e.message for e in again if isinstance(e, Progress))


def test_that_a_fast_format_that_does_not_agree_is_refused(
    desk: Desk, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precision_check, "LARGEST_SHARE", 1e-9)
    job = job_of(desk, model, background=0, model_options=(("precision", "bf16"),))
    with pytest.raises(OptionError, match="not exact enough"):
        run(job)
