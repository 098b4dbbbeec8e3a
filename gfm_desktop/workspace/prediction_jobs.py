"""Questions that are out, answers that came, and reasons why some did not."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from gfm_desktop.engine.engine import Priority
from gfm_desktop.errors import GfmError
from gfm_desktop.jobs.events import Cancelled, Event, Failed, Finished, Progress
from gfm_desktop.jobs.predict_region import PREDICTING
from gfm_desktop.workspace.prediction_questions import Key, Question, Store
from gfm_desktop.workspace.prediction_region import TrackPrediction

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from gfm_desktop.jobs.predict_region import PredictRegion
    from gfm_desktop.workspace.runner import Runner

_TILES_KEPT = 400
_OVERLAYS_KEPT = 128


class PredictionJobs:
    """Submits questions as interactive jobs and keeps their answers.

    Attributes:
        tiles: Answers about REF.
        overlays: Answers about REF and ALT of a variant.
    """

    def __init__(
        self,
        runner: Runner,
        changed: Callable[[], None],
        timed: Callable[[int, float], None],
    ) -> None:
        """Submit to `runner`.

        Args:
            runner: Runs jobs.
            changed: Called when an answer came, or a reason why there is none.
            timed: Takes bases and seconds that a model worked on.
        """
        self._runner = runner
        self._changed = changed
        self._timed = timed
        self._open: dict[Key, Question] = {}
        self._wanted: tuple[Key, ...] = ()
        self.tiles = Store(_TILES_KEPT)
        self.overlays = Store(_OVERLAYS_KEPT)

    @property
    def waiting(self) -> int:
        """Return how many questions are out."""
        return len(self._open)

    def store(self, key: Key) -> Store:
        """Return where the answer to a question is kept."""
        return self.tiles if key.variant is None else self.overlays

    def known(self, key: Key) -> bool:
        """Tell whether a question is out, answered, or known to fail."""
        store = self.store(key)
        return key in store.answers or key in store.failures or key in self._open

    def ask(self, key: Key, job: PredictRegion) -> None:
        """Send a question."""
        question = Question(key, before=job.share[0])
        self._open[key] = question
        question.job_id = self._runner.submit(
            job,
            lambda event: self._hear(question, event),
            priority=Priority.INTERACTIVE,
        )

    def keep_only(self, keys: Collection[Key]) -> None:
        """Give up all questions but some, which are out or will be asked."""
        self._wanted = tuple(keys)
        for question in list(self._open.values()):
            if question.key not in keys:
                self._cancel(question)

    def forget(self) -> None:
        """Give up all questions and forget all answers."""
        self.keep_only(())
        self.tiles.clear()
        self.overlays.clear()

    def forget_failures(self) -> None:
        """Let what failed be asked again."""
        self.tiles.failures.clear()
        self.overlays.failures.clear()

    def _hear(self, question: Question, event: Event) -> None:
        """Take one event of a job, unless its question has been given up."""
        if self._open.get(question.key) is not question:
            return
        failures = self.store(question.key).failures
        match event:
            case Progress(message=message, done=done) if message == PREDICTING:
                self._time(question, done - question.before)
                return
            case Finished():
                self._take(question, event)
            case Failed():
                advice = f" {event.todo}" if event.todo else ""
                failures[question.key] = f"{event.what}{advice}"
            case Cancelled():
                self._stop(question.key)
            case _:
                return
        del self._open[question.key]
        self._changed()

    def _stop(self, key: Key) -> None:
        """Give up what would be asked next, too: somebody wanted it to end."""
        for one in (key, *(k for k in self._wanted if not self.known(k))):
            self.store(one).failures[one] = "Cancelled. Press Predict here to go on."

    def _time(self, question: Question, done: int) -> None:
        """Tell how long bases took; those with ALT as well count once."""
        now = time.monotonic()
        if not done:
            question.began = now
        elif question.began:
            self._timed(done, now - question.began)

    def _take(self, question: Question, event: Finished) -> None:
        store = self.store(question.key)
        try:
            answer = TrackPrediction.load(Path(event.outputs["track"]))
        except GfmError as error:
            store.failures[question.key] = str(error)
            return
        if Key(answer.interval, answer.variant, answer.told) != question.key:
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
