"""What every kind of job has in common."""

from __future__ import annotations

import dataclasses
import importlib
import pickle
import pkgutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gfm_desktop import jobs
from gfm_desktop.genome.variant import Variant
from gfm_desktop.jobs.context import JobContext
from gfm_desktop.jobs.events import Failed, Finished, Started
from gfm_desktop.jobs.guard import run_guarded
from gfm_desktop.jobs.open_annotation import OpenAnnotation
from gfm_desktop.jobs.open_genome import OpenGenome
from gfm_desktop.jobs.open_variants import OpenVariants
from gfm_desktop.jobs.run_folder import Claim
from gfm_desktop.jobs.score_variants import ScoreVariants

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Desk

    from gfm_desktop.jobs.context import JobContext as Context


def every_kind() -> Iterator[type[Any]]:
    for info in pkgutil.iter_modules(jobs.__path__):
        module = importlib.import_module(f"{jobs.__name__}.{info.name}")
        for kind in vars(module).values():
            mine = getattr(kind, "__module__", "") == module.__name__
            if mine and dataclasses.is_dataclass(kind) and hasattr(kind, "resumable"):
                yield kind


KINDS = sorted(every_kind(), key=lambda kind: kind.__name__)
FILLED: dict[str, Any] = {
    "start": 1,
    "end": 9,
    "batch_size": 2,
    "fresh": True,
    "options": (("distance", 10),),
    "model_options": (("vocabulary", "bpe"),),
    "columns": (("label", "bound"),),
    "window": 0,
    "flank": 5,
    "variant": Variant("chr1", 5, "A", "C"),
    "scoring": ScoreVariants("no-such-genome", "no-such-variants", "no-such-model"),
    "claim": Claim("nobody", 0, 1),
    "first": 0,
    "count": 1,
    "share": 1,
}


def filled(kind: type[Any]) -> Any:
    names = [field.name for field in dataclasses.fields(kind)]
    return kind(**{name: FILLED.get(name, f"no-such-{name}") for name in names})


def test_that_all_kinds_are_found() -> None:
    assert {kind.__name__ for kind in KINDS} >= {
        "OpenGenome",
        "OpenAnnotation",
        "OpenVariants",
        "LoadModel",
        "ScoreVariants",
        "PrepareScoring",
        "ScoreShard",
        "PredictRegion",
        "PredictSequences",
        "InspectModel",
        "ExportScores",
        "ExportTrack",
    }


@pytest.mark.parametrize("kind", KINDS)
def test_that_a_job_is_a_frozen_value_that_travels(kind: type[Any]) -> None:
    job = filled(kind)
    assert pickle.loads(pickle.dumps(job)) == job
    assert not hasattr(job, "__dict__")
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(job, dataclasses.fields(kind)[0].name, "other")
    assert job.title
    assert isinstance(job.resumable, bool)
    assert kind.__doc__


@pytest.mark.parametrize("kind", KINDS)
def test_that_files_that_are_not_there_are_a_users_error(kind: type[Any]) -> None:
    first, *_, last = run_guarded(filled(kind), JobContext())
    assert isinstance(first, Started)
    assert isinstance(last, Failed)
    assert last.what
    assert not last.details, last.details


def finish(job: Any, context: Context) -> Finished:
    last = list(run_guarded(job, context))[-1]
    assert isinstance(last, Finished), last
    return last


def test_that_opening_tells_what_was_opened(desk: Desk, context: Context) -> None:
    genome = finish(OpenGenome(desk.genome), context)
    assert genome.outputs == {"genome": desk.genome}
    assert "4,000 bp" in genome.message
    genes = finish(OpenAnnotation(desk.annotation, desk.genome), context)
    assert genes.outputs == {"annotation": desk.annotation}
    assert "2 genes" in genes.message


def test_that_a_variant_file_is_read_once_for_each_genome(
    desk: Desk, context: Context, tmp_path: Path
) -> None:
    variants = desk.vcf(desk.snv(1100), "chr1 x . A C . . .")
    first = finish(OpenVariants(variants, desk.genome), context)
    assert first.counts == {"pending": 1, "malformed": 1}
    table = Path(first.outputs["table"])
    made = table.stat().st_mtime_ns
    assert finish(OpenVariants(variants, desk.genome), context) == first
    assert table.stat().st_mtime_ns == made
    other = tmp_path / "other.fa"
    other.write_text(f">chr1\n{desk.sequence[::-1]}\n", encoding="ascii")
    again = finish(OpenVariants(variants, str(other)), context)
    assert again.outputs["table"] != first.outputs["table"]
    (table.parent / "summary.json").write_text("{", encoding="ascii")
    assert finish(OpenVariants(variants, desk.genome), context) == first


def test_that_a_genome_that_changed_on_disk_is_opened_again(
    desk: Desk, context: Context
) -> None:
    before = context.reference(desk.genome)
    assert context.reference(desk.genome) is before
    with open(desk.genome, "a", encoding="ascii") as file:
        file.write(">chr2\nACGT\n")
    assert list(context.reference(desk.genome).contigs) == ["chr1", "chr2"]
