"""Opens files of any kind: jobs make them ready, then the workspace shows them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from psygnal import Signal

from gfm_desktop.engine.engine import Priority
from gfm_desktop.errors import GfmError
from gfm_desktop.genome.detective import misfit
from gfm_desktop.genome.genbank import is_genbank, is_source_of
from gfm_desktop.genome.sniff import first_bytes
from gfm_desktop.jobs.events import Cancelled, Event, Failed, Finished
from gfm_desktop.workspace.earlier_run import earlier_run
from gfm_desktop.workspace.file_kind import FileKind, SortedFiles, sort_files
from gfm_desktop.workspace.track_opening import TrackOpening
from gfm_desktop.workspace.workspace import VariantSet

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.jobs.job import Job
    from gfm_desktop.workspace.runner import Runner
    from gfm_desktop.workspace.track_files import TrackKind
    from gfm_desktop.workspace.workspace import Workspace


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is still to be opened, and what has been.

    Attributes:
        files: Files to open, genome first.
        locus: Where to go in the end, as people write it; empty to stay.
        said: What each opened file holds, in words.
        tracks: Files with lanes of their own, to be opened last.
    """

    files: dict[FileKind, Path]
    locus: str = ""
    said: tuple[str, ...] = ()
    tracks: tuple[tuple[TrackKind, Path], ...] = ()

    def next(self) -> tuple[FileKind, Path] | None:
        """Return the first file that is still to be opened."""
        return next(iter(self.files.items()), None)

    def after(self, said: str = "") -> _Plan:
        """Return the plan without its first file."""
        _, *rest = self.files.items()
        words = (*self.said, said) if said else self.said
        return replace(self, files=dict(rest), said=words)


class Opening:
    """Opens files in the right order: genome, gene models, variants.

    Cheap to make: what is under way lies in the workspace, so that the window and a
    panel can each have one. Long reading runs as a job; a genome or gene models that
    were read before open at once. A newer file of a kind takes the older one's place.
    """

    opened = Signal(tuple)
    """What was opened, in words, when the last file of an `open` is there."""
    failed = Signal(Failed)
    """The same as `Workspace.failed`, for this opening only."""

    def __init__(self, workspace: Workspace, runner: Runner) -> None:
        """Open into `workspace`; long reading runs on `runner`."""
        self.workspace = workspace
        self.runner = runner

    def open(self, paths: Sequence[Path], *, locus: str = "") -> None:
        """Open files; returns at once, and the workspace's signals tell the rest.

        Files that need a genome wait for one where none is open.

        Args:
            paths: Files of any kind, in any order.
            locus: Where to go when all are open, as people write it.
        """
        found = sort_files([Path(path).absolute() for path in paths])
        self._refuse(found)
        self._start(_Plan(dict(found.files), locus, tracks=found.tracks))

    def open_known(
        self,
        files: Mapping[FileKind, Path],
        *,
        tracks: Sequence[tuple[TrackKind, Path]] = (),
        locus: str = "",
    ) -> None:
        """Open files as what they were opened before, whatever else they might be.

        Args:
            files: Genome, gene models and variants of a project.
            tracks: Its files with lanes of their own.
            locus: Where to go when all are open, as people write it.
        """
        known = {kind: files[kind] for kind in FileKind if kind in files}
        self._start(_Plan(known, locus, tracks=tuple(tracks)))

    def _start(self, plan: _Plan) -> None:
        """Begin with a plan, or keep its files until there is a genome."""
        workspace = self.workspace
        given = (*plan.files.values(), *(path for _, path in plan.tracks))
        if FileKind.GENOME in plan.files:
            plan = _with_waiting(plan, self._take_waiting())
        elif given and FileKind.GENOME in workspace.tickets():
            # A genome is being read: its own plan takes these up when it is there.
            workspace.set_waiting((*workspace.waiting, *given))
            return
        elif given and workspace.genome is None:
            record = next((path for _, path in plan.tracks if _is_record(path)), None)
            if record is None:
                self._wait(given)
                return
            # A GenBank file brings its own genome; `_finish` takes its genes.
            plan = replace(plan, files={FileKind.GENOME: record, **plan.files})
        if given:
            self._continue(plan)

    def open_genes(self, path: Path) -> None:
        """Open a file as gene models, whatever else it might be.

        Args:
            path: GTF, GFF3, BED with 12 columns, bigBed or GenBank. A genome must be
                open: nothing happens without one.
        """
        if self.workspace.genome is not None:
            self._annotation(path, _Plan({FileKind.ANNOTATION: path}))

    def cancel(self) -> None:
        """Stop reading; what is open stays open."""
        for ticket in self.workspace.tickets().values():
            if ticket.job_id:
                self.runner.cancel(ticket.job_id)

    def close(self) -> None:
        """Close the genome and all that belongs to it."""
        self.cancel()
        for kind, ticket in self.workspace.tickets().items():
            self.workspace.return_ticket(kind, ticket)
        self.workspace.set_waiting(())
        self.workspace.set_genome(None)

    def _continue(self, plan: _Plan) -> None:
        step = plan.next()
        if step is None:
            self._finish(plan)
            return
        kind, path = step
        match kind:
            case FileKind.GENOME:
                self._genome(path, plan)
            case FileKind.ANNOTATION:
                self._annotation(path, plan)
            case FileKind.VARIANTS:
                self._variants(path, plan)

    def _genome(self, path: Path, plan: _Plan) -> None:
        from gfm_desktop.genome.reference import Reference
        from gfm_desktop.jobs.open_genbank import OpenGenBank
        from gfm_desktop.jobs.open_genome import OpenGenome

        def show(finished: Finished | None) -> str:
            outputs = {} if finished is None else finished.outputs
            fasta = Path(outputs.get("genome", path))
            self._set_genome(Reference.open(fasta, source=path))
            return path.name if finished is None else finished.message

        if _is_record(path):
            self._submit(OpenGenBank(str(path)), plan, FileKind.GENOME, show)
        elif Reference.is_ready(path):
            self._at_once(plan, FileKind.GENOME, lambda: show(None))
        else:
            self._submit(OpenGenome(str(path)), plan, FileKind.GENOME, show)

    def _annotation(self, path: Path, plan: _Plan) -> None:
        from gfm_desktop.genome.annotation import GeneModels
        from gfm_desktop.jobs.open_annotation import OpenAnnotation

        genome = self.workspace.genome
        if genome is None:
            return

        def show(finished: Finished | None) -> str:
            genes = GeneModels.load(path, reference=genome)
            if self._is_open(genome):
                self.workspace.set_annotation(genes)
            return f"{path.name}: {len(genes):,} genes"

        if GeneModels.is_ready(path):
            self._at_once(plan, FileKind.ANNOTATION, lambda: show(None))
        else:
            job = OpenAnnotation(str(path), str(genome.path))
            self._submit(job, plan, FileKind.ANNOTATION, show)

    def _variants(self, path: Path, plan: _Plan) -> None:
        from gfm_desktop.jobs.open_variants import OpenVariants

        genome = self.workspace.genome
        if genome is None:
            return

        def show(finished: Finished) -> str:
            if self._is_open(genome):
                self._set_variants(path, finished)
            return finished.message

        job = OpenVariants(str(path), str(genome.path))
        self._submit(job, plan, FileKind.VARIANTS, show)

    def _is_open(self, genome: Reference) -> bool:
        """Tell whether the genome that a file was read with is still open."""
        return self.workspace.genome is genome

    def _set_genome(self, genome: Reference) -> None:
        before = self.workspace.genome
        same = before is not None and before.path == genome.path
        if before is not None and same and before.fingerprint == genome.fingerprint:
            # Dropped again with a new VCF: keep the view and the gene models.
            genome.close()
            return
        self.workspace.set_genome(genome)

    def _set_variants(self, path: Path, finished: Finished) -> None:
        from gfm_desktop.workspace.score_table import ScoreTable

        table = Path(finished.outputs["table"])
        variants = VariantSet(path, table, dict(finished.counts), finished.warnings)
        self.workspace.set_variants(variants, ScoreTable(table))
        run = earlier_run(table, self.workspace.annotation)
        if run is not None:
            self.workspace.set_run(run, recount=True)
            text = "Scores of an earlier run are shown; scoring goes on from there."
            self.workspace.message.emit("info", text)

    def _submit(
        self, job: Job, plan: _Plan, kind: FileKind, show: Callable[[Finished], str]
    ) -> None:
        """Run a job, then show what it made and go on with the plan."""
        ticket, before = self.workspace.take_ticket(kind, plan.files[kind])
        if before is not None and before.job_id:
            self.runner.cancel(before.job_id)

        def hear(event: Event) -> None:
            if not isinstance(event, Finished | Failed | Cancelled):
                return
            if not self.workspace.return_ticket(kind, ticket):
                return  # A newer file of this kind has taken its place.
            match event:
                case Finished():
                    self._warn(event)
                    self._at_once(plan, kind, lambda: show(event))
                case Failed():
                    self._fail(event, plan, kind)
                case Cancelled():
                    pass

        ticket.job_id = self.runner.submit(job, hear, priority=Priority.INTERACTIVE)

    def _at_once(self, plan: _Plan, kind: FileKind, show: Callable[[], str]) -> None:
        try:
            said = show()
        except GfmError as error:
            failed = Failed(error.what, error.where, error.todo)
            self._fail(failed, plan, kind)
            return
        plan = plan.after(said)
        if kind is FileKind.GENOME and self.workspace.waiting:
            plan = _with_waiting(plan, self._take_waiting())
        self._continue(plan)

    def _take_waiting(self) -> tuple[Path, ...]:
        waiting = self.workspace.waiting
        self.workspace.set_waiting(())
        return waiting

    def _fail(self, failed: Failed, plan: _Plan, kind: FileKind) -> None:
        self.failed.emit(failed)
        self.workspace.report(failed)
        plan = plan.after()
        if kind is FileKind.GENOME:
            # The rest was meant for a genome that cannot be read: keep it.
            rest = (*plan.files.values(), *(path for _, path in plan.tracks))
            if rest:
                self.workspace.set_waiting(rest)
            return
        self._continue(plan)

    def _warn(self, finished: Finished) -> None:
        wrong = misfit(finished.warnings)
        for warning in finished.warnings:
            level = "error" if warning == wrong else "warning"
            self.workspace.message.emit(level, warning)

    def _wait(self, files: tuple[Path, ...]) -> None:
        waiting = (*self.workspace.waiting, *files)
        self.workspace.set_waiting(tuple(dict.fromkeys(waiting)))
        names = " and ".join(path.name for path in files)
        verb = "wait" if len(files) > 1 else "waits"
        self.workspace.message.emit(
            "info", f"{names} {verb} for a genome: open the FASTA file that fits."
        )

    def _refuse(self, found: SortedFiles) -> None:
        if not found.refused:
            if found.indexes and not found.files and not found.tracks:
                text = "Indexes need not be opened: the app makes its own."
                self.workspace.message.emit("info", text)
            return
        names = "; ".join(refusal.why for refusal in found.refused)
        where = "" if len(found.refused) > 1 else str(found.refused[0].path)
        failed = Failed(f"Not opened: {names}.", where, found.advice)
        self.failed.emit(failed)
        self.workspace.report(failed)

    def _finish(self, plan: _Plan) -> None:
        if plan.locus:
            self._go(plan.locus)
        tracks = TrackOpening(self.workspace, self.runner)
        for kind, path in plan.tracks:
            if self._has_own_genes(path):
                self._annotation(path, _Plan({FileKind.ANNOTATION: path}))
            else:
                tracks.open(kind, path)
        if plan.said:
            self.workspace.message.emit("info", "Opened " + "; ".join(plan.said))
            self.opened.emit(plan.said)

    def _has_own_genes(self, path: Path) -> bool:
        """Tell whether a GenBank file is both the genome and its gene models."""
        from gfm_desktop.genome.annotation import GeneModels

        genome, annotation = self.workspace.genome, self.workspace.annotation
        return (
            genome is not None
            and (annotation is None or annotation.path == path)
            and is_source_of(path, genome.path)
            and GeneModels.is_ready(path)
        )

    def _go(self, locus: str) -> None:
        from gfm_desktop.workspace.place_search import find_place

        try:
            place = find_place(self.workspace, locus)
        except GfmError:
            return  # A remembered place that this genome has not: stay where we are.
        self.workspace.set_loci(place.loci, remember=False)
        self.workspace.arrived.emit()


def _is_record(path: Path) -> bool:
    """Tell whether a file is GenBank's."""
    try:
        return is_genbank(first_bytes(path))
    except OSError:
        return False  # Its own opening says what is wrong with it.


def _with_waiting(plan: _Plan, waiting: tuple[Path, ...]) -> _Plan:
    """Return the plan with the files that waited, the newer ones before the older."""
    found = sort_files(waiting)
    both = {**found.files, **plan.files}
    tracks = dict.fromkeys((*found.tracks, *plan.tracks))
    files = {kind: both[kind] for kind in FileKind if kind in both}
    return replace(plan, files=files, tracks=tuple(tracks))
