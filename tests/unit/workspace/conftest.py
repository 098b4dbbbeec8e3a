"""Small real files, a runner that runs jobs at once, and one that waits for orders."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from gfm_desktop.engine.engine import Priority
from gfm_desktop.engine.inline import InlineEngine
from gfm_desktop.workspace.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gfm_desktop.jobs.events import Event
    from gfm_desktop.jobs.job import Job
    from gfm_desktop.workspace.runner import OnEvent


@dataclass
class InlineRunner:
    """Runs each job to its end inside `submit`."""

    engine: InlineEngine = field(default_factory=InlineEngine)
    cancelled: list[str] = field(default_factory=list)

    def submit(
        self,
        job: Job,
        on_event: OnEvent | None = None,
        *,
        priority: Priority = Priority.BATCH,
    ) -> str:
        def tell(_: str, event: Event) -> None:
            if on_event is not None:
                on_event(event)

        return self.engine.submit(job, tell, priority=priority)

    def cancel(self, job_id: str) -> None:
        self.cancelled.append(job_id)
        self.engine.cancel(job_id)


@dataclass
class ToldRunner:
    """Keeps jobs and lets a test say what they say."""

    jobs: list[Job] = field(default_factory=list)
    hearers: list[OnEvent] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)

    def submit(
        self,
        job: Job,
        on_event: OnEvent | None = None,
        *,
        priority: Priority = Priority.BATCH,
    ) -> str:
        del priority
        assert on_event is not None
        self.jobs.append(job)
        self.hearers.append(on_event)
        return f"job-{len(self.jobs)}"

    def cancel(self, job_id: str) -> None:
        self.cancelled.append(job_id)

    def tell(self, *events: Event, job: int = -1) -> None:
        for event in events:
            self.hearers[job](event)


@dataclass
class Said:
    """What the workspace said."""

    messages: list[tuple[str, str]] = field(default_factory=list)
    failures: list[object] = field(default_factory=list)

    def texts(self, level: str) -> list[str]:
        return [text for found, text in self.messages if found == level]


GENOME = "ACGTACGTAC" * 60
VCF = (
    "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
    "chr1\t101\trs1\tA\tG\t.\t.\t.\nchr1\t102\trs2\tT\tG\t.\t.\t.\n"
)
GTF = (
    'chr1\tx\texon\t11\t60\t.\t+\t.\tgene_id "G1"; gene_name "ONE"; '
    'transcript_id "T1";\n'
)


@dataclass(frozen=True)
class Files:
    """Paths of small files that fit each other."""

    genome: Path
    genes: Path
    variants: Path
    other_genome: Path


@pytest.fixture
def files(tmp_path: Path) -> Files:
    made = Files(*(tmp_path / n for n in ("g.fa", "g.gtf", "v.vcf", "other.fa")))
    made.genome.write_text(f">chr1\n{GENOME}\n")
    made.genes.write_text(GTF)
    made.variants.write_text(VCF)
    made.other_genome.write_text(f">chrX\n{GENOME[::-1]}\n")
    return made


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    made = Workspace()
    yield made
    made.set_genome(None)


@pytest.fixture
def said(workspace: Workspace) -> Said:
    heard = Said()

    def hear(level: str, text: str) -> None:
        heard.messages.append((level, text))

    workspace.message.connect(hear)
    workspace.failed.connect(heard.failures.append)
    return heard


@pytest.fixture
def inline() -> Iterator[InlineRunner]:
    runner = InlineRunner()
    yield runner
    runner.engine.close()


@pytest.fixture
def told() -> ToldRunner:
    return ToldRunner()
