"""Predicted tracks of what is on show: asked for in tiles, never waited for.

The visible region is covered by tiles of `TILE` bp; the selected variant gets one
prediction of REF and ALT around it. Each is a `jobs.predict_region.PredictRegion`,
which keeps its answer by content in the cache folder, so that asking twice is cheap.
Whatever changes the answers (genome, gene models, model) makes them stale: they are
forgotten, open questions are cancelled, and answers that come all the same are dropped.
Nothing is asked again before `show` tells what is on screen now.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from psygnal import Signal

from gfm_desktop.engine.engine import Priority
from gfm_desktop.errors import GfmError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.jobs.events import Cancelled, Event, Failed, Finished
from gfm_desktop.workspace.prediction_questions import (
    Key,
    Question,
    Store,
    inside,
    overlay_key,
    refusal,
    selected_variant,
    tile_keys,
)
from gfm_desktop.workspace.prediction_region import Region, SplicePrediction, assemble

if TYPE_CHECKING:
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.workspace.runner import Runner
    from gfm_desktop.workspace.workspace import Workspace

AUTOMATIC = 20_000
"""Widest view, in bp, that is predicted without being asked for."""
WIDEST = 200_000
"""Widest region, in bp, that `predict_here` takes."""
DEFAULT_MODEL = "ci-spliceai"

_TILES_KEPT = 200
_OVERLAYS_KEPT = 64


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


class Predictions:
    """What is predicted for the view and for the selection.

    Attributes:
        changed: Emitted when arrays or states may differ from before.
        stale: Emitted when every answer was forgotten: `show` the view again, once it
            is at rest (a new genome changes gene models and locus too).
        revision: Grows with each change; caches of pictures compare it.
    """

    changed = Signal()
    stale = Signal()

    def __init__(self, workspace: Workspace, runner: Runner) -> None:
        """Follow the workspace; nothing is asked before `show` or a selection."""
        self._workspace = workspace
        self._runner = runner
        self._model = ""
        self._has_tracks: dict[str, bool] = {}
        self._used = self.model
        self._names: dict[str, str] = {}
        self._device = "auto"
        self._automatic = True
        self._view: Interval | None = None
        self._asked: Interval | None = None
        self._open: dict[Key, Question] = {}
        self._tiles = Store(_TILES_KEPT)
        self._overlays = Store(_OVERLAYS_KEPT)
        self.revision = 0
        workspace.genome_changed.connect(self.reset)
        workspace.annotation_changed.connect(self.reset)
        workspace.selection_changed.connect(self._follow_selection)
        workspace.scores_changed.connect(self._follow_run)

    @property
    def model(self) -> str:
        """Return the model that predicts: the chosen one, else the run's if it can.

        A language model scores variants but predicts nothing along a region.
        """
        run = self._workspace.run
        if self._model or run is None:
            return self._model or DEFAULT_MODEL
        return run.model if self._predicts(run.model) else DEFAULT_MODEL

    def _predicts(self, model: str) -> bool:
        """Tell whether a model has tracks; one that cannot be read says so itself."""
        if model not in self._has_tracks:
            from gfm_desktop.models import catalogue

            try:
                self._has_tracks[model] = bool(catalogue.card_of(model).tracks)
            except GfmError:
                # Kept as well: this is asked at every paint.
                self._has_tracks[model] = True
        return self._has_tracks[model]

    @property
    def model_name(self) -> str:
        """Return the model's name as its card has it."""
        if self.model not in self._names:
            from gfm_desktop.models import catalogue

            card = catalogue.cards().get(self.model)
            name = Path(self.model).name if card is None else card.name
            self._names[self.model] = name
        return self._names[self.model]

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
        self._asked = self._view = None
        self._used = self.model
        self._emit()
        self.stale.emit()

    @property
    def variant(self) -> Variant | None:
        """Return the selected variant, where REF and ALT of it can be predicted."""
        return selected_variant(self._workspace)

    @property
    def overlay(self) -> SplicePrediction | None:
        """Return REF and ALT around the selected variant, once they are predicted."""
        key = overlay_key(self._workspace)
        return None if key is None else self._overlays.get(key)

    def overlay_state(self) -> State:
        """Return how the prediction for the selected variant stands."""
        row = self._workspace.selection
        if row is None:
            return State(Stage.IDLE)
        if reason := refusal(row):
            return State(Stage.IDLE, f"No ALT prediction: {reason}.")
        key = overlay_key(self._workspace)
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
        part = self.wanted(view)
        if part is None:
            if len(view) > AUTOMATIC:
                text = f"Zoom in below {AUTOMATIC // 1000} kb to predict splice sites."
                if len(view) <= WIDEST:
                    text = text[:-1] + ", or press Predict here."
                return State(Stage.TOO_WIDE, text)
            return State(Stage.IDLE, "Press Predict here to predict splice sites.")
        keys = tile_keys(self._workspace, part)
        for key in keys:
            if key in self._tiles.failures:
                return State(Stage.FAILED, self._tiles.failures[key])
        if all(key in self._tiles.answers for key in keys):
            return State(Stage.READY)
        return State(Stage.WAITING, f"Predicting with {self.model_name}")

    def wanted(self, view: Interval) -> Interval | None:
        """Return the part of a view that is to be predicted, or None for nothing."""
        if not view.contig or not len(view):
            return None
        if self._automatic and len(view) <= AUTOMATIC:
            return view
        asked = self._asked
        if asked is None or not asked.overlaps(view):
            return None
        start, end = max(view.start, asked.start), min(view.end, asked.end)
        return Interval(view.contig, start, end)

    def region(self, view: Interval) -> Region:
        """Return the arrays of a region, NaN where nothing is predicted (yet).

        Args:
            view: Stretch of the contig; at most a few hundred kb.
        """
        tiles = [self._tiles.get(key) for key in tile_keys(self._workspace, view)]
        overlay = self.overlay
        if overlay is not None and not overlay.interval.overlaps(view):
            overlay = None
        return assemble(view, [t for t in tiles if t is not None], overlay)

    def _refresh(self) -> None:
        """Ask for what is missing and cancel what nobody looks at any more."""
        wanted = self._questions()
        for question in list(self._open.values()):
            if question.key not in wanted:
                self._cancel(question)
        for key in wanted:
            self._ask(key)
        self._emit()

    def _questions(self) -> list[Key]:
        """Return what the view and the selection need, the selection first."""
        view = self._view
        if view is None:
            return []
        overlay = overlay_key(self._workspace)
        wanted = [] if overlay is None else [overlay]
        part = self.wanted(view)
        if part is not None:
            usable = overlay is not None and overlay not in self._overlays.failures
            if overlay is None or not usable or not inside(view, overlay[0]):
                wanted += tile_keys(self._workspace, part)
        return wanted

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
        question = Question(key)
        self._open[key] = question
        question.job_id = self._runner.submit(
            job,
            lambda event: self._hear(question, event),
            priority=Priority.INTERACTIVE,
        )

    def _hear(self, question: Question, event: Event) -> None:
        """Take one event of a job, unless its question has been given up."""
        if self._open.get(question.key) is not question:
            return
        failures = self._store(question.key).failures
        match event:
            case Finished():
                self._take(question, event)
            case Failed():
                advice = f" {event.todo}" if event.todo else ""
                failures[question.key] = f"{event.what}{advice}"
            case Cancelled():
                failures[question.key] = "Cancelled. Press Predict here to go on."
            case _:
                return
        del self._open[question.key]
        # A selection that cannot be predicted leaves the view to its tiles.
        self._refresh()

    def _take(self, question: Question, event: Finished) -> None:
        store = self._store(question.key)
        try:
            answer = SplicePrediction.load(Path(event.outputs["track"]))
        except GfmError as error:
            store.failures[question.key] = str(error)
            return
        if (answer.interval, answer.variant) != question.key:
            store.failures[question.key] = (
                f"The prediction is for {answer.variant or answer.interval}: "
                "another question. Press Predict here."
            )
            return
        store.add(question.key, answer)

    def _cancel(self, question: Question) -> None:
        self._open.pop(question.key, None)
        if question.job_id:
            self._runner.cancel(question.job_id)

    def _store(self, key: Key) -> Store:
        return self._tiles if key[1] is None else self._overlays

    def _covered_by_overlay(self, view: Interval) -> bool:
        overlay = self.overlay
        return overlay is not None and inside(view, overlay.interval)

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
