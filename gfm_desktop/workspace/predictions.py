"""Predicted tracks of what is on show: asked for in tiles, never waited for.

The visible region is covered by tiles of `TILE` bp; the selected variant gets one
prediction of REF and ALT around it. Each is a `jobs.predict_region.PredictRegion`,
which keeps its answer by content in the cache folder, so that asking twice is cheap.
Whatever changes the answers (genome, gene models, model) begins a new generation:
questions of an older one are cancelled, and answers that come all the same are dropped.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from psygnal import Signal

from gfm_desktop.engine.engine import Priority
from gfm_desktop.errors import GfmError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.status import DESCRIPTIONS, Status
from gfm_desktop.jobs.events import Cancelled, Event, Failed, Finished
from gfm_desktop.workspace.prediction_region import Region, SplicePrediction, assemble

if TYPE_CHECKING:
    from collections.abc import Callable

    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.jobs.job import Job
    from gfm_desktop.workspace.score_table import VariantRow
    from gfm_desktop.workspace.workspace import Workspace

TILE = 10_000
"""bp of one question; the model reads 10,000 more, so smaller tiles save little."""
AUTOMATIC = 20_000
"""Widest view, in bp, that is predicted without being asked for."""
WIDEST = 200_000
"""Widest region, in bp, that `predict_here` takes."""
OVERLAY_FLANK = 1_000
"""bp on each side of the selected variant that are predicted with REF and ALT."""
DEFAULT_MODEL = "ci-spliceai"

_TILES_KEPT = 200
_OVERLAYS_KEPT = 64

Key = tuple[Interval, "Variant | None"]


class Runner(Protocol):
    """Who runs the jobs; in the window it is the `EngineBridge`.

    `on_event` is called on the thread that owns the workspace, before or after
    `submit` has returned.
    """

    def submit(
        self,
        job: Job,
        on_event: Callable[[Event], None] | None = None,
        *,
        priority: Priority = Priority.BATCH,
    ) -> str:
        """Queue a job and return its id."""
        ...

    def cancel(self, job_id: str) -> None:
        """Ask a job to stop."""
        ...


class Stage(StrEnum):
    """How the prediction of a region, or of the selected variant, stands."""

    IDLE = "idle"
    """Nothing to predict: no genome, no selection, or not asked for."""
    TOO_WIDE = "too wide"
    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class State:
    """A stage, and the sentence that the track shows with it."""

    stage: Stage
    message: str = ""


@dataclass(slots=True, eq=False)
class _Question:
    """One submitted job; compared by identity, so a late answer is told apart."""

    key: Key
    job_id: str = ""
    cancelled: bool = False


@dataclass(slots=True)
class _Store:
    """Answers, newest last, and reasons why there is none."""

    limit: int
    answers: OrderedDict[Key, SplicePrediction] = field(default_factory=OrderedDict)
    failures: dict[Key, str] = field(default_factory=dict)

    def add(self, key: Key, answer: SplicePrediction) -> None:
        self.answers[key] = answer
        if len(self.answers) > self.limit:
            self.answers.popitem(last=False)

    def get(self, key: Key) -> SplicePrediction | None:
        if key in self.answers:
            self.answers.move_to_end(key)
        return self.answers.get(key)

    def clear(self) -> None:
        self.answers.clear()
        self.failures.clear()


class Predictions:
    """What is predicted for the view and for the selection.

    Attributes:
        changed: Emitted when arrays or states may differ from before.
        revision: Grows with each change; caches of pictures compare it.
    """

    changed = Signal()

    def __init__(self, workspace: Workspace, runner: Runner) -> None:
        """Follow the workspace; nothing is asked before `show` or a selection."""
        self._workspace = workspace
        self._runner = runner
        self._model = ""
        self._used = self.model
        self._device = "auto"
        self._automatic = True
        self._view: Interval | None = None
        self._asked: Interval | None = None
        self._open: dict[Key, _Question] = {}
        self._tiles = _Store(_TILES_KEPT)
        self._overlays = _Store(_OVERLAYS_KEPT)
        self.revision = 0
        workspace.genome_changed.connect(self.reset)
        workspace.annotation_changed.connect(self.reset)
        workspace.selection_changed.connect(self._follow_selection)
        workspace.scores_changed.connect(self._follow_run)

    @property
    def model(self) -> str:
        """Return the model that predicts: the run's, unless one was chosen."""
        run = self._workspace.run
        return self._model or (run.model if run is not None else DEFAULT_MODEL)

    @property
    def model_name(self) -> str:
        """Return the model's name as its card has it."""
        from gfm_desktop.models import catalogue

        card = catalogue.cards().get(self.model)
        return self.model if card is None else card.name

    @property
    def automatic(self) -> bool:
        """Return whether views up to `AUTOMATIC` bp are predicted unasked."""
        return self._automatic

    def set_automatic(self, automatic: bool) -> None:
        """Predict while browsing, or only on request."""
        self._automatic = automatic
        self._refresh()

    def set_model(self, model: str, *, device: str = "auto") -> None:
        """Predict with another model."""
        if (model, device) != (self._model, self._device):
            self._model, self._device = model, device
            self.reset()

    def show(self, view: Interval) -> None:
        """Tell what is on screen; asks for the tiles that are missing."""
        self._view = view
        self._refresh()

    def predict_here(self, region: Interval) -> None:
        """Predict a region on request, also where it is wider than `AUTOMATIC`.

        Raises:
            GfmError: If it is wider than `WIDEST`.
        """
        if len(region) > WIDEST:
            raise GfmError(
                f"{len(region):,} bp are too many to predict at once.",
                where=str(region),
                todo=f"Zoom in below {WIDEST:,} bp.",
            )
        self._asked = region
        self.retry()

    def retry(self) -> None:
        """Ask again for what failed or was cancelled."""
        self._tiles.failures.clear()
        self._overlays.failures.clear()
        self._refresh()

    def reset(self) -> None:
        """Forget every answer and cancel every question: they no longer fit."""
        for question in list(self._open.values()):
            self._cancel(question)
        self._tiles.clear()
        self._overlays.clear()
        self._asked = None
        self._used = self.model
        self._refresh()

    @property
    def variant(self) -> Variant | None:
        """Return the selected variant, where REF and ALT of it can be predicted."""
        row = self._workspace.selection
        if row is None or self._refusal(row):
            return None
        return row.variant

    @property
    def overlay(self) -> SplicePrediction | None:
        """Return REF and ALT around the selected variant, once they are predicted."""
        key = self._overlay_key()
        return None if key is None else self._overlays.get(key)

    def overlay_state(self) -> State:
        """Return how the prediction for the selected variant stands."""
        row = self._workspace.selection
        if row is None:
            return State(Stage.IDLE)
        if reason := self._refusal(row):
            return State(Stage.IDLE, f"No ALT prediction: {reason}.")
        key = self._overlay_key()
        if key is None:
            return State(Stage.IDLE)
        if self._overlays.get(key) is not None:
            return State(Stage.READY)
        if key in self._overlays.failures:
            return State(Stage.FAILED, self._overlays.failures[key])
        return State(Stage.WAITING, f"Predicting {key[1]} with {self.model_name}")

    def state(self, view: Interval) -> State:
        """Return how the prediction of a region stands."""
        if self._workspace.genome is None or not view.contig:
            return State(Stage.IDLE, "Open a genome to predict splice sites.")
        if self._covered_by_overlay(view):
            return State(Stage.READY)
        if not self._wanted(view):
            if len(view) > AUTOMATIC:
                text = f"Zoom in below {AUTOMATIC // 1000} kb to predict splice sites."
                if len(view) <= WIDEST:
                    text = text[:-1] + ", or press Predict here."
                return State(Stage.TOO_WIDE, text)
            return State(Stage.IDLE, "Press Predict here to predict splice sites.")
        keys = self._tile_keys(view)
        for key in keys:
            if key in self._tiles.failures:
                return State(Stage.FAILED, self._tiles.failures[key])
        if all(key in self._tiles.answers for key in keys):
            return State(Stage.READY)
        return State(Stage.WAITING, f"Predicting with {self.model_name}")

    def region(self, view: Interval) -> Region:
        """Return the arrays of a region, NaN where nothing is predicted (yet).

        Args:
            view: Stretch of the contig; at most a few hundred kb.
        """
        tiles = [self._tiles.get(key) for key in self._tile_keys(view)]
        overlay = self.overlay
        if overlay is not None and not overlay.interval.overlaps(view):
            overlay = None
        return assemble(view, [t for t in tiles if t is not None], overlay)

    def _refresh(self) -> None:
        """Ask for what is missing and cancel what nobody looks at any more."""
        wanted: dict[Key, None] = {}
        overlay = self._overlay_key()
        if overlay is not None:
            wanted[overlay] = None
        view = self._view
        if view is not None and self._wanted(view):
            covering = overlay is not None and _inside(view, overlay[0])
            if not covering:
                wanted.update(dict.fromkeys(self._tile_keys(view)))
        for question in list(self._open.values()):
            if question.key not in wanted:
                self._cancel(question)
        for key in wanted:
            self._ask(key)
        self._emit()

    def _ask(self, key: Key) -> None:
        store = self._store(key)
        known = key in store.answers or key in store.failures or key in self._open
        genome = self._workspace.genome
        if known or genome is None:
            return
        from gfm_desktop.jobs.predict_region import PredictRegion

        interval, variant = key
        annotation = self._workspace.annotation
        job = PredictRegion(
            genome=str(genome.path),
            contig=interval.contig,
            start=interval.start,
            end=interval.end,
            model=self.model,
            annotation="" if annotation is None else str(annotation.path),
            variant=variant,
            device=self._device,
        )
        question = _Question(key)
        self._open[key] = question
        question.job_id = self._runner.submit(
            job,
            lambda event: self._hear(question, event),
            priority=Priority.INTERACTIVE,
        )

    def _hear(self, question: _Question, event: Event) -> None:
        """Take one event of a job, unless its question has been given up."""
        if self._open.get(question.key) is not question:
            return
        store = self._store(question.key)
        match event:
            case Finished():
                self._take(question, event)
            case Failed():
                advice = f" {event.todo}" if event.todo else ""
                store.failures[question.key] = f"{event.what}{advice}"
            case Cancelled():
                store.failures[question.key] = (
                    "Cancelled. Press Predict here to predict again."
                )
            case _:
                return
        del self._open[question.key]
        self._emit()

    def _take(self, question: _Question, event: Finished) -> None:
        store = self._store(question.key)
        try:
            answer = SplicePrediction.load(Path(event.outputs["track"]))
        except GfmError as error:
            store.failures[question.key] = str(error)
            return
        if answer.interval != question.key[0]:
            store.failures[question.key] = (
                f"The prediction is for {answer.interval}. Predict again."
            )
            return
        store.add(question.key, answer)

    def _cancel(self, question: _Question) -> None:
        self._open.pop(question.key, None)
        if question.job_id:
            self._runner.cancel(question.job_id)

    def _store(self, key: Key) -> _Store:
        return self._tiles if key[1] is None else self._overlays

    def _wanted(self, view: Interval) -> bool:
        if not view.contig or not len(view):
            return False
        if self._asked is not None and _inside(view, self._asked):
            return True
        return self._automatic and len(view) <= AUTOMATIC

    def _covered_by_overlay(self, view: Interval) -> bool:
        overlay = self.overlay
        return overlay is not None and _inside(view, overlay.interval)

    def _tile_keys(self, view: Interval) -> list[Key]:
        genome = self._workspace.genome
        if genome is None or view.contig not in genome.contigs:
            return []
        length = genome.contigs[view.contig]
        return [(tile, None) for tile in tiles_over(view.clipped(length), length)]

    def _overlay_key(self) -> Key | None:
        variant, genome = self.variant, self._workspace.genome
        if variant is None or genome is None or variant.contig not in genome.contigs:
            return None
        run = self._workspace.run
        distance = run.options.get("distance", 0) if run is not None else 0
        flank = max(OVERLAY_FLANK, int(distance))
        end = variant.start + len(variant.ref) + flank
        around = Interval(variant.contig, max(0, variant.start - flank), end)
        return around.clipped(genome.contigs[variant.contig]), variant

    def _refusal(self, row: VariantRow) -> str:
        if row.variant is None or row.status not in (Status.PENDING, Status.SCORED):
            return row.reason or DESCRIPTIONS[row.status]
        return ""

    def _follow_selection(self, _row: object) -> None:
        self._refresh()

    def _follow_run(self) -> None:
        if self.model != self._used:
            self.reset()
        else:
            self._refresh()

    def _emit(self) -> None:
        self.revision += 1
        self.changed.emit()


def tiles_over(view: Interval, length: int) -> list[Interval]:
    """Return the tiles that cover a region of a contig of `length` bp."""
    first = view.start - view.start % TILE
    return [
        Interval(view.contig, start, min(start + TILE, length))
        for start in range(first, view.end, TILE)
    ]


def _inside(part: Interval, whole: Interval) -> bool:
    same = part.contig == whole.contig
    return same and whole.start <= part.start and part.end <= whole.end
