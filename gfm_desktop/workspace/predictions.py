"""A predicted track of what is on show: asked for in tiles, never waited for.

The visible region is covered by tiles; the selected variant gets REF and ALT around it,
in one prediction, or tile by tile where REF costs as much as ALT. Each is a
`jobs.predict_region.PredictRegion`, which keeps its answer by content in the cache
folder, so that asking twice is cheap. Whatever changes the answers (genome, gene
models, model, options) makes them stale: they are forgotten, open questions are
cancelled, and answers that come all the same are dropped. Nothing is asked again before
`show` tells what is on screen now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from psygnal import Signal

from gfm_desktop.jobs.predict_region import PredictRegion
from gfm_desktop.workspace.prediction_jobs import PredictionJobs
from gfm_desktop.workspace.prediction_model import FIRST, KnownCards
from gfm_desktop.workspace.prediction_questions import (
    Key,
    around_selection,
    from_the_middle,
    inside,
    refusal,
    selected_variant,
    shared,
    tile_keys,
    within,
)
from gfm_desktop.workspace.prediction_region import Region, TrackPrediction, assemble
from gfm_desktop.workspace.prediction_state import (
    Stage,
    State,
    no_model,
    on_click,
    too_wide,
)
from gfm_desktop.workspace.prediction_view import PredictionView

if TYPE_CHECKING:
    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.workspace.runner import Runner
    from gfm_desktop.workspace.workspace import Workspace

_SLOW_AT_ONCE = 1
"""Questions that are out at once where each takes a second or two: what another lane
asks meanwhile comes next, and not after all of them."""


class Predictions(PredictionView):
    """What one kind of track predicts for the view and for the selection.

    Attributes:
        changed: Emitted when arrays or states may differ from before.
        stale: Emitted when every answer was forgotten: `show` the view again, once it
            is at rest (a new genome changes gene models and locus too).
        revision: Grows with each change; caches of pictures compare it.
        card: The kind of track.
        model: Who predicts.
    """

    changed = Signal()
    stale = Signal()

    def __init__(
        self,
        workspace: Workspace,
        runner: Runner,
        track: str = FIRST,
        cards: KnownCards | None = None,
    ) -> None:
        """Follow the workspace; nothing is asked before `show` or a selection.

        Args:
            workspace: What is open.
            runner: Runs jobs.
            track: Kind of track.
            cards: What the library says, where several kinds share it.
        """
        super().__init__(workspace, track, cards)
        self._jobs = PredictionJobs(runner, self.refresh, self._learn)
        self.revision = 0
        workspace.genome_changed.connect(self.reset)
        workspace.annotation_changed.connect(self.reset)
        workspace.selection_changed.connect(self._follow_selection)
        workspace.scores_changed.connect(self._follow_run)
        workspace.library_changed.connect(self._follow_library)

    def retry(self) -> None:
        """Ask again for what failed or was cancelled."""
        self._jobs.forget_failures()
        self.refresh()

    def reset(self) -> None:
        """Forget every answer and cancel every question: they no longer fit."""
        self._jobs.forget()
        self._asked = self._view = self._granted = None
        self._used = self.model.choice
        self._emit()
        self.stale.emit()

    @property
    def variant(self) -> Variant | None:
        """Return the selected variant, where REF and ALT of it can be predicted."""
        return selected_variant(self._workspace)

    @property
    def overlays(self) -> list[TrackPrediction]:
        """Return REF and ALT around the selected variant, as far as they are there."""
        around = self._around()
        if around is None:
            return []
        variant = around.variant
        keys = [k for k in self._jobs.overlays.answers if k.variant == variant]
        found = [self._jobs.overlays.get(key) for key in keys]
        return [one for one in found if one is not None]

    def overlay_state(self) -> State:
        """Return how the prediction for the selected variant stands."""
        row = self._workspace.selection
        if row is None or not self.model.id or self.card.substitutions:
            return State(Stage.IDLE)
        if reason := refusal(row):
            return State(Stage.IDLE, f"No ALT prediction: {reason}.")
        keys = self._overlay_keys()
        if not keys:
            return State(Stage.IDLE)
        for key in keys:
            if key in self._jobs.overlays.failures:
                return State(Stage.FAILED, self._jobs.overlays.failures[key])
        if all(key in self._jobs.overlays.answers for key in keys):
            return State(Stage.READY)
        return State(Stage.WAITING, f"Predicting with {self.model_name}")

    def state(self, view: Interval) -> State:
        """Return how the prediction of REF in a view stands."""
        if self._workspace.genome is None or not view.contig:
            return State(Stage.IDLE)
        noun = self.card.noun
        if not self.model.id:
            return no_model(noun, available=self.model.available)
        if len(view) > self.card.widest_bp:
            # Whatever is known of a part: nothing of it is drawn.
            return self._unasked(view)
        if self._covered(view):
            return State(Stage.READY)
        part = self.wanted(view)
        if part is None:
            return self._unasked(view)
        keys = self._keys(part)
        for key in keys:
            if key in self._jobs.tiles.failures:
                return State(Stage.FAILED, self._jobs.tiles.failures[key])
        if all(self._answered(key, part) for key in keys):
            return State(Stage.READY)
        if self._is_aside(view):
            return State(Stage.IDLE, f"Click here to predict {noun}.")
        return State(Stage.WAITING, f"Predicting with {self.model_name}")

    def _unasked(self, view: Interval) -> State:
        """Return the state of a view of which nothing is to be predicted."""
        noun = self.card.noun
        if self.card.substitutions:
            return on_click(noun, len(view), self.card.widest_bp, len(view) / self.rate)
        if len(view) > self.widest_automatic:
            return self._too_wide(view)
        return State(Stage.IDLE, f"Press Predict here to predict {noun}.")

    def _is_aside(self, view: Interval) -> bool:
        """Tell whether a view is of another locus than the active one."""
        loci = self._workspace.loci
        near = [one for one in loci if one.overlaps(view)]
        if len(loci) == 1 or not near:
            return False
        # Painters ask for whole bases that touch the screen, and loci may overlap.
        meant = min(
            near, key=lambda one: abs(one.start - view.start) + abs(one.end - view.end)
        )
        return meant != self._workspace.locus

    def has_some(self, view: Interval) -> bool:
        """Tell, without putting arrays together, whether there is any answer."""
        told = [key[0] for key in self._jobs.tiles.answers]
        told += [one.interval for one in self.overlays]
        return any(one.overlaps(view) for one in told)

    def region(self, view: Interval) -> Region:
        """Return the arrays of a region, NaN where nothing is predicted (yet).

        Args:
            view: Stretch of the contig; at most a few hundred kb.
        """
        tiles = [self._jobs.tiles.get(key) for key in self._keys(view)]
        names = [name for name, _ in self.card.signals]
        there = [t for t in tiles if t is not None]
        return assemble(view, there, self.overlays, names)

    def _too_wide(self, view: Interval) -> State:
        how, seconds = self.browsing, 0.0
        if not how.automatic_bp:
            seconds = len(view) / self.rate
        return too_wide(
            self.card.noun,
            self.widest_automatic,
            on_request=len(view) <= self.card.widest_bp,
            seconds=seconds,
        )

    def _keys(self, region: Interval) -> list[Key]:
        how = self.browsing
        return tile_keys(self._workspace, region, how.tile_bp, how.parts)

    def _around(self) -> Key | None:
        """Return the selected variant with as many bp on each side as get ALT."""
        if self.card.substitutions:
            return None
        flank = self.browsing.flank_bp
        run = self._workspace.run
        if not self.card.by_allele and run is not None:
            # As far as the scores reach.
            flank = max(flank, int(run.options.get("distance", 0)))
        return around_selection(self._workspace, flank)

    def _overlay_keys(self) -> list[Key]:
        """Return the questions about the selected variant, the nearest first."""
        around, view = self._around(), self._view
        if around is None or not self.model.id or not self._active:
            return []
        if not self.card.by_allele:
            return [around]
        interval, variant = around.interval, around.variant
        part = None if view is None else self.wanted(view)
        reached = None if part is None else shared(part, interval)
        if reached is None or variant is None:
            return []
        keys = [Key(one.interval, variant) for one in self._keys(reached)]
        return from_the_middle(keys, variant.start)

    def refresh(self) -> None:
        """Ask for what is missing and cancel what nobody looks at any more."""
        wanted = self._questions()
        self._jobs.keep_only(wanted)
        most = _SLOW_AT_ONCE if self.slow else len(wanted)
        for key in wanted:
            if self._jobs.waiting >= most:
                break
            self._ask(key)
        self._emit()

    def _questions(self) -> list[Key]:
        """Return what the view and the selection need, the selection first."""
        view = self._view
        if view is None:
            return []
        wanted = self._overlay_keys()
        part = self.wanted(view)
        if part is not None:
            told = [k.interval for k in wanted if k not in self._jobs.overlays.failures]
            keys = from_the_middle(self._keys(part), (part.start + part.end) // 2)
            if not self.slow:
                keys = self._keys(part)
            wanted += [k for k in keys if not within(k, part, told)]
        return wanted

    def _ask(self, key: Key) -> None:
        genome = self._workspace.genome
        if genome is None or self._jobs.known(key):
            return
        interval, variant, positions = key
        annotation = self._workspace.annotation
        model, options = self.model.choice
        job = PredictRegion(
            genome=str(genome.path),
            contig=interval.contig,
            start=interval.start,
            end=interval.end,
            model=model,
            annotation="" if annotation is None else str(annotation.path),
            variant=variant,
            device=self._device,
            track=self.card.name,
            options=tuple(self._options.items()),
            model_options=options,
            part=positions,
            share=self._share() if self.card.substitutions else (0, 0),
        )
        self._jobs.ask(key, job)

    def _share(self) -> tuple[int, int]:
        """Return how many positions are told before the next question, of how many.

        What is out already comes before it.
        """
        part = None if self._view is None else self.wanted(self._view)
        keys = [] if part is None else self._keys(part)
        failed = self._jobs.tiles.failures
        first = [k for k in keys if self._jobs.known(k) and k not in failed]
        return sum(k.positions for k in first), sum(k.positions for k in keys)

    def _learn(self, bases: int, seconds: float) -> None:
        self.pace.learn(bases, seconds)

    def _answered(self, key: Key, part: Interval) -> bool:
        if key in self._jobs.tiles.answers:
            return True
        return within(key, part, [one.interval for one in self.overlays])

    def _covered(self, view: Interval) -> bool:
        return any(inside(view, one.interval) for one in self.overlays)

    def _follow_selection(self, _row: object) -> None:
        self.refresh()

    def _follow_run(self) -> None:
        if self.model.choice != self._used:
            self.reset()
        else:
            self.refresh()

    def _follow_library(self) -> None:
        self.model.forget()
        self._follow_run()

    def _emit(self) -> None:
        self.revision += 1
        self.changed.emit()
