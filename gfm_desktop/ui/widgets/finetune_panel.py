"""Fine-tune a model without a line of code: labels, check, training, result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import (
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gfm_desktop.jobs.events import Failed
from gfm_desktop.ui.drop_veil import dropped_files
from gfm_desktop.ui.widgets.finetune_check import CheckPage
from gfm_desktop.ui.widgets.finetune_files import (
    labels_asked,
    labels_of,
    signal_asked,
)
from gfm_desktop.ui.widgets.finetune_labels import LabelsPage
from gfm_desktop.ui.widgets.finetune_live import LivePage
from gfm_desktop.ui.widgets.finetune_result import ResultPage
from gfm_desktop.ui.widgets.finetune_run_list import RunsButton
from gfm_desktop.ui.widgets.finetune_setup import SetupForm, estimate_words
from gfm_desktop.ui.widgets.finetune_sharing import ModelSharing
from gfm_desktop.ui.widgets.latest import Latest
from gfm_desktop.ui.widgets.licence_dialog import when_agreed
from gfm_desktop.ui.widgets.listening import listen
from gfm_desktop.ui.widgets.step_bar import StepBar
from gfm_desktop.ui.widgets.texts import Rule
from gfm_desktop.workspace import finetuning_runs as runs
from gfm_desktop.workspace.commands import finetune_command
from gfm_desktop.workspace.finetuning import FineTuning
from gfm_desktop.workspace.finetuning_labels import sample_labels
from gfm_desktop.workspace.finetuning_runs import RunStatus
from gfm_desktop.workspace.show_place import show_place

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtGui import QDragEnterEvent, QDropEvent

    from gfm_desktop.errors import GfmError
    from gfm_desktop.ui.engine_bridge import EngineBridge
    from gfm_desktop.workspace.workspace import Workspace

LABELS, CHECK, TRAIN, RESULT = range(4)
_TITLES = ("Labels", "Check", "Train", "Result")


class FineTunePanel(QWidget):
    """Four steps from left to right; each says what the next one needs."""

    def __init__(
        self,
        workspace: Workspace,
        bridge: EngineBridge,
        *,
        tuning: FineTuning | None = None,
    ) -> None:
        """Show the first step; `tuning` is made from the bridge where none is given."""
        super().__init__()
        self.setObjectName("finetune-panel")
        self.setAcceptDrops(True)
        self._workspace = workspace
        self.tuning = tuning or FineTuning(workspace, bridge)
        self.steps = StepBar("finetune-step", _TITLES)
        self.earlier = RunsButton()
        self.labels = LabelsPage()
        self.check = CheckPage()
        self.setup = SetupForm()
        self.live = LivePage()
        self.result = ResultPage()
        self._train = QStackedWidget()
        self._pages = QStackedWidget()
        self._estimate = Latest(self)
        self.sharing = ModelSharing(workspace, self)
        self._build()
        self._connect(bridge)
        self._show_library()
        self.tuning.refresh_runs()
        self._show_all()
        self.go(LABELS)
        self._take_labels()
        # A hundred modules: not in the moment in which somebody presses “Train”.
        self._warming = Latest(self)
        self._warming.ask(_load_jobs)

    # Moving between the steps.

    def go(self, step: int) -> None:
        """Show a step."""
        self._pages.setCurrentIndex(step)
        self.steps.show_step(step)
        self.setFocusProxy(self.steps.buttons[step])
        if step == RESULT:
            self._show_result()

    def choose(self, path: Path) -> None:
        """Read a file of labels and show it."""
        self.tuning.close_run()
        self.tuning.labels.choose(path)
        self.go(LABELS)

    def _take_labels(self) -> None:
        """Read what another panel offers, also where this one was made for it."""
        path = self._workspace.take_labels()
        if path is not None:
            self.choose(path)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files of labels; genomes and genes are left to the window."""
        if labels_of(dropped_files(event)) is not None:
            event.acceptProposedAction()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        """Read what was dropped."""
        path = labels_of(dropped_files(event))
        if path is None:
            event.ignore()
            return
        event.acceptProposedAction()
        self.choose(path)

    def _build(self) -> None:
        self.steps.row.addWidget(self.earlier)
        self._train.addWidget(self.setup)
        self._train.addWidget(self.live)
        for page in (self.labels, self.check, self._train, self.result):
            self._pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.steps)
        column.addWidget(Rule())
        column.addWidget(self._pages, 1)

    def _connect(self, bridge: EngineBridge) -> None:
        workspace, tuning = self._workspace, self.tuning
        listen(self, workspace.genome_changed, tuning.labels.reread)
        listen(self, workspace.annotation_changed, tuning.labels.reread)
        listen(self, workspace.library_changed, self._show_library)
        listen(self, workspace.labels_offered, self._take_labels)
        listen(self, workspace.variants_changed, self._show_result)
        listen(self, tuning.labels.changed, self._show_labels)
        listen(self, tuning.run_changed, self._show_run)
        listen(self, tuning.progressed, self.live.show_progress)
        listen(self, tuning.log_changed, self.live.show_log)
        listen(self, tuning.report_changed, self._show_report)
        listen(self, tuning.runs_changed, self._show_runs)
        bridge.held.connect(self._held)
        self.steps.chosen.connect(self.go)
        self._connect_labels()
        self._connect_training()
        self._connect_result()

    def _connect_labels(self) -> None:
        labels = self.labels
        labels.file_wanted.connect(self._choose_file)
        labels.sample_wanted.connect(self._choose_sample)
        labels.signal_wanted.connect(self._choose_signal)
        labels.source_changed.connect(self.tuning.labels.change)
        labels.next_wanted.connect(lambda: self.go(CHECK))
        labels.refused.failed.connect(self._say_failed)
        labels.runs.opened.connect(self.open_run)
        labels.runs.removed.connect(self.tuning.remove)
        self.earlier.wanted.connect(self._offer_runs)
        self.earlier.opened.connect(self.open_run)
        self.earlier.begun.connect(self._begin_anew)
        self.check.fix_wanted.connect(self._mend)
        self.check.next_wanted.connect(self._to_setup)

    def _connect_training(self) -> None:
        tuning, live = self.tuning, self.live
        self.setup.changed.connect(self._chosen)
        self.setup.start_wanted.connect(self._agree)
        self._estimate.answered.connect(self.setup.estimate.setText)
        live.pause_wanted.connect(tuning.pause)
        live.early_wanted.connect(tuning.stop_early)
        live.cancel_wanted.connect(tuning.cancel)
        live.resume_wanted.connect(tuning.resume)
        live.result_wanted.connect(lambda: self.go(RESULT))
        live.setup_wanted.connect(self._change_settings)

    def _connect_result(self) -> None:
        result = self.result
        result.use_wanted.connect(self.tuning.use)
        result.zip_wanted.connect(lambda: self._share(self.sharing.as_zip))
        result.folder_wanted.connect(lambda: self._share(self.sharing.as_folder))
        result.report_wanted.connect(lambda: self._share(self.sharing.open_report))
        result.again_wanted.connect(self._change_settings)
        for part in (result.worst, result.next, result.map):
            part.place_wanted.connect(self._go_to)
            part.failed.connect(self._say_failed)

    # Showing.

    def _show_all(self) -> None:
        self._show_labels()
        self._show_run()
        self._show_runs()

    def _show_labels(self) -> None:
        reading = self.tuning.labels.reading
        self.labels.show_reading(reading)
        self.check.show_reading(reading)
        labels = None if reading is None else reading.labels
        ready = labels is not None and not labels.problems
        why = "Choose the labels first"
        self.steps.allow(CHECK, ready, why)
        self._allow_training()
        if reading is not None and not self.setup.name.text():
            stem = reading.source.path.name.split(".")[0]
            self.setup.name.setText(runs.free_name(stem))
        self._ask_estimate()
        self._show_button()

    def _allow_training(self) -> None:
        reading, run = self.tuning.labels.reading, self.tuning.run
        labels = None if reading is None else reading.labels
        ready = labels is not None and labels.checked
        self.steps.allow(TRAIN, ready or run is not None, "The check comes first")
        there = run is not None and run.report is not None and bool(run.report.metrics)
        self.steps.allow(RESULT, there, "It comes when the training has ended")

    def _show_run(self) -> None:
        run = self.tuning.run
        self._train.setCurrentWidget(self.setup if run is None else self.live)
        self.live.show_run(run)
        self._allow_training()
        self._show_button()
        self._show_result()
        if run is not None and run.status is RunStatus.FINISHED and self._watched():
            self.go(RESULT)

    def _watched(self) -> bool:
        """Tell whether the training is on show, so that its result may follow."""
        return self._pages.currentIndex() == TRAIN

    def _show_report(self) -> None:
        self.live.show_report()
        self._allow_training()
        self._show_result()

    def _show_result(self) -> None:
        # A report has a dozen charts: they are drawn when somebody looks.
        if self._pages.currentIndex() == RESULT:
            run = self.tuning.run
            request = None if run is None else run.request
            command = ""
            if run is not None and request is not None:
                command = finetune_command(request, out=run.id)
            self.result.command.set_copied(command)
            self.result.show_run(run, variants=self._workspace.variants is not None)

    def _show_runs(self) -> None:
        run = self.tuning.run
        busy = run.folder if run is not None and run.status.under_way else None
        self.labels.runs.show_runs(self.tuning.runs, busy=busy)
        self._show_button()

    def _show_library(self) -> None:
        from gfm_desktop.models import catalogue

        wanted = self.tuning.choices.model or self.setup.model.chosen
        wanted = wanted or catalogue.LEARNS_BY_DEFAULT
        self.setup.show_library(catalogue.entries(), wanted)

    def _show_button(self) -> None:
        why = self.tuning.obstacle()
        self.setup.say_why(why, busy=False)
        request = self.tuning.request()
        command = ""
        if request is not None and not why:
            command = finetune_command(request, out=self.tuning.choices.name)
        self.setup.copy_command.set_copied(command)

    # What the user does.

    def _choose_file(self) -> None:
        if (path := labels_asked(self)) is not None:
            self.choose(path)

    def _choose_sample(self) -> None:
        if (path := sample_labels()) is not None:
            self.choose(path)

    def _choose_signal(self) -> None:
        if (path := signal_asked(self)) is not None:
            self.tuning.labels.take_signal(path)

    def _mend(self, fix: str) -> None:
        self.tuning.labels.mend(fix)
        choices = self.tuning.choices
        options, chosen = dict(choices.options), dict(choices.model_options)
        self.setup.show_settings(choices.model, options, chosen)

    def _chosen(self) -> None:
        choices, setup = self.tuning.choices, self.setup
        card = setup.card
        before = dict(choices.options)
        choices.model = "" if card is None else card.id
        choices.device = str(setup.device.currentData())
        choices.name = setup.name.text().strip()
        choices.options = setup.chosen
        choices.model_options = setup.model_options.chosen
        if before != choices.options:
            self.tuning.labels.settings_changed(before)
        self._ask_estimate()
        self._show_button()

    def _ask_estimate(self) -> None:
        card, reading = self.setup.card, self.tuning.labels.reading
        labels = None if reading is None else reading.labels
        self._estimate.forget()
        if card is None or labels is None or not labels.examples:
            self.setup.estimate.setText("")
            return
        number, length = labels.examples, labels.length
        # How fast this computer is takes a moment to measure.
        self._estimate.ask(lambda: estimate_words(card, number, length))

    def _agree(self) -> None:
        """Train; terms that limit the use are agreed to before."""
        card = self.setup.card
        if card is not None:
            when_agreed(
                card,
                self.setup.folder,
                self,
                order="Agree and train",
                then=self._start,
                failed=self._report,
            )

    def _start(self) -> None:
        self.tuning.start()
        # The button that was pressed is gone: the keyboard goes on at the next one.
        self.live.pause.setFocus()

    def _to_setup(self) -> None:
        self.tuning.close_run()
        self.go(TRAIN)

    def _change_settings(self) -> None:
        """Return to the settings of the run on show, under a new name."""
        run = self.tuning.run
        if run is None or run.status.under_way:
            return
        request = run.request
        self.tuning.close_run()
        if request is not None:
            self.tuning.settings_of(request)
            options, model = dict(request.options), request.model
            self.setup.show_settings(model, options, dict(request.model_options))
        self.setup.name.setText(runs.free_name(run.id))
        self.go(TRAIN)

    def open_run(self, folder: Path) -> None:
        """Show a run from the disk: its result, or where it was left."""
        self.tuning.open(folder)
        run = self.tuning.run
        if run is not None and run.folder == folder:
            self.go(RESULT if run.status is RunStatus.FINISHED else TRAIN)

    def _offer_runs(self) -> None:
        self.tuning.refresh_runs()
        self.earlier.offer(self.tuning.runs)

    def _begin_anew(self) -> None:
        self.tuning.close_run()
        self.tuning.labels.close()
        self.setup.name.clear()
        self.go(LABELS)

    def _held(self, job_id: str, held: bool) -> None:
        self.tuning.note_held(job_id, held=held)

    def _go_to(self, place: str) -> None:
        show_place(self._workspace, place)

    def _share(self, what: Callable[[Path], None]) -> None:
        run = self.tuning.run
        if run is not None:
            what(run.folder)

    def _say_failed(self, what: str, where: str) -> None:
        todo = "Choose another place, with enough free space."
        self._workspace.report(Failed(what, where, todo))

    def _report(self, error: GfmError) -> None:
        self._workspace.report(Failed(error.what, error.where, error.todo))


def _load_jobs() -> None:
    """Load the modules of the jobs, which takes a moment the first time."""
    import gfm_desktop.jobs.finetune
    import gfm_desktop.jobs.read_labels  # noqa: F401
