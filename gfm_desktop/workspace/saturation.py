"""All substitutions of whole genes: starts the job, follows it, keeps the numbers."""

from __future__ import annotations

import shlex
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from psygnal import Signal

from gfm_desktop.errors import GfmError
from gfm_desktop.jobs.events import (
    Cancelled,
    Event,
    Failed,
    Finished,
    Partial,
    Progress,
)
from gfm_desktop.jobs.score_gene import ScoreGene
from gfm_desktop.models import catalogue
from gfm_desktop.models.option import OptionValue
from gfm_desktop.tracks import registry
from gfm_desktop.tracks.mutagenesis import TRACK
from gfm_desktop.workspace.saturation_numbers import SaturationNumbers

if TYPE_CHECKING:
    from gfm_desktop.genome.annotation import Gene
    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.workspace.runner import Runner
    from gfm_desktop.workspace.workspace import Workspace

LANE = "saturation"
"""Key of the lane that shows the numbers."""
_KEPT = 6
"""Genes whose numbers stay in memory; those on disk are read again at once."""
_TELL_SECONDS = 0.4
Pairs = tuple[tuple[str, OptionValue], ...]


@dataclass(frozen=True, slots=True)
class Saturating:
    """A gene that is being saturated.

    Attributes:
        gene: Its name.
        model: Model id or folder.
        job_id: The job; empty until it is submitted.
        done: Substitutions finished.
        total: Substitutions in all; None while that is not known.
        message: What is being done, in a few words.
    """

    gene: str
    model: str
    job_id: str = ""
    done: int = 0
    total: int | None = None
    message: str = ""


class Saturation:
    """Saturates one gene at a time, and keeps the last few.

    Attributes:
        changed: Emitted when numbers or the state may differ from before.
        genes: Name to numbers, the newest last.
        now: What is under way; None for nothing.
    """

    changed = Signal()

    def __init__(self, workspace: Workspace, runner: Runner) -> None:
        """Follow `workspace.saturation_wanted`; nothing is begun before."""
        self._workspace = workspace
        self._runner = runner
        self.genes: dict[str, SaturationNumbers] = {}
        self.now: Saturating | None = None
        self._ticket: object | None = None
        self._commands: dict[str, str] = {}
        self._told = 0.0
        workspace.saturation_wanted.connect(self._wanted)
        workspace.genome_changed.connect(self.forget)
        workspace.annotation_changed.connect(self.forget)

    def start(self, name: str) -> None:
        """Saturate a gene; one that is under way is stopped, what it has is kept.

        Raises:
            GfmError: If no gene models are open, they have no such gene, or no model
                that scores substitutions is installed.
        """
        workspace = self._workspace
        genome, models = workspace.genome, workspace.annotation
        if genome is None or models is None:
            raise GfmError(
                "Saturation needs a genome and gene models.",
                todo="Open a FASTA file, and a GTF or GFF3 file.",
            )
        gene = models.find(name)
        if gene is None:
            raise GfmError(f"The gene models have no gene “{name}”.")
        self.stop()
        model, scorer, options, model_options = self._choice()
        job = ScoreGene(
            gene=gene.name,
            annotation=str(models.path),
            genome=str(genome.path),
            model=model,
            scorer=scorer,
            options=options,
            model_options=model_options,
        )
        self._commands[gene.name] = _command(job)
        ticket = self._ticket = object()
        self.genes.pop(gene.name, None)
        self.now = Saturating(gene.name, model, message="Waiting")
        self.changed.emit()
        job_id = self._runner.submit(job, lambda event: self._hear(ticket, event))
        if self.now is not None and self._ticket is ticket:
            self.now = replace(self.now, job_id=job_id)
        workspace.lanes.show(LANE)

    def stop(self) -> None:
        """Stop what is under way; what is scored stays, on show and on disk."""
        if self.now is not None and self.now.job_id:
            self._runner.cancel(self.now.job_id)
        self._end()

    def remove(self, name: str) -> None:
        """Take a gene off the screen; its numbers stay on disk."""
        if self.now is not None and self.now.gene == name:
            self.stop()
        self.genes.pop(name, None)
        self.changed.emit()

    def forget(self) -> None:
        """Stop, and take everything off the screen: the genome is another one."""
        self.stop()
        self.genes.clear()
        self.changed.emit()

    def over(self, view: Interval) -> list[tuple[str, SaturationNumbers]]:
        """Return the genes on screen that have numbers, the newest first."""
        found = [
            (name, numbers)
            for name, numbers in self.genes.items()
            if numbers.interval.overlaps(view)
        ]
        return found[::-1]

    def command(self, name: str) -> str:
        """Return the ``gfm score`` command that gives the same numbers."""
        return self._commands.get(name, "")

    def _choice(self) -> tuple[str, str, Pairs, Pairs]:
        """Return model, scorer, its settings and the model's: the run's, or the plain.

        Raises:
            GfmError: If no such model is installed.
        """
        workspace, run = self._workspace, self._workspace.run
        chosen = workspace.model or (run.model if run is not None else "")
        if run is not None and run.model == chosen and _scores(chosen):
            options = tuple(sorted(run.options.items()))
            return chosen, run.scorer, options, tuple(sorted(run.model_options.items()))
        for model in (chosen, catalogue.SCORES_BY_DEFAULT):
            if model and _scores(model):
                return model, "", (), ()
        raise GfmError(
            "No model that scores substitutions is chosen.",
            todo="Choose one in the Score panel.",
        )

    def _wanted(self, name: str) -> None:
        """Saturate a gene; without a name the one in the middle of the view."""
        workspace = self._workspace
        if not name:
            gene = gene_in_view(workspace)
            name = "" if gene is None else gene.name
        if not name:
            text = "No gene is on screen: go to one, or right-click it."
            workspace.message.emit("info", text)
            return
        try:
            self.start(name)
        except GfmError as problem:
            workspace.message.emit("warning", str(problem))

    def _hear(self, ticket: object, event: Event) -> None:
        """Take one event of the job, unless it has been given up."""
        if ticket is not self._ticket or self.now is None:
            return
        match event:
            case Progress():
                self._advance(event)
                return
            case Partial(kind="scores", path=path):
                self._take(Path(path))
            case Finished():
                self._end()
            case Failed():
                self._end()
                self._workspace.report(event)
            case Cancelled():
                self._end()
                text = "Saturation stopped. What is scored is kept."
                self._workspace.message.emit("info", text)
            case _:
                return
        self.changed.emit()

    def _advance(self, event: Progress) -> None:
        """Note how far it is; the picture follows a few times a second."""
        if self.now is None:
            return
        now, before = time.monotonic(), self.now.message
        self.now = replace(
            self.now, done=event.done, total=event.total, message=event.message
        )
        if event.message != before or now - self._told >= _TELL_SECONDS:
            self._told = now
            self.changed.emit()

    def _take(self, part: Path) -> None:
        now = self.now
        if now is None:
            return
        try:
            if now.gene not in self.genes:
                self.genes[now.gene] = SaturationNumbers.open(part.parent)
                while len(self.genes) > _KEPT:
                    del self.genes[next(iter(self.genes))]
            self.genes[now.gene].add(part)
        except GfmError as problem:
            self.stop()
            self._workspace.message.emit("error", str(problem))

    def _end(self) -> None:
        self.now = self._ticket = None


def _command(job: ScoreGene) -> str:
    """Return the command line that does what a job does."""
    words = ["gfm", "score", "--genome", job.genome, "--annotation", job.annotation]
    words += ["--saturate", job.gene, "--model", job.model]
    words += ["--scorer", job.scorer] if job.scorer else []
    for option, value in job.model_options:
        words += ["--option", f"{option}={value}"]
    for option, value in job.options:
        flag = f"--{option.replace('_', '-')}"
        if not isinstance(value, bool):
            words += [flag, str(value)]
        elif value:
            words.append(flag)
    return shlex.join([*words, "--out", f"{job.gene}.tsv"])


def gene_in_view(workspace: Workspace, region: Interval | None = None) -> Gene | None:
    """Return the gene in the middle of a region, or the nearest to it inside.

    Args:
        workspace: Whose gene models.
        region: Where to look; None for what is on screen.
    """
    models, view = workspace.annotation, region or workspace.locus
    if models is None or not view.contig:
        return None
    middle = (view.start + view.end) // 2

    def distance(gene: Gene) -> tuple[int, int]:
        outside = max(0, gene.start - middle, middle - gene.end + 1)
        return outside, gene.end - gene.start

    return min(models.overlapping(view), key=distance, default=None)


def _scores(model: str) -> bool:
    """Tell whether a model is there and scores substitutions."""
    try:
        card = catalogue.card_of(model)
        catalogue.folder_of(model)
    except GfmError:
        return False
    return registry.has(card, TRACK)
