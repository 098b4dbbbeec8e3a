"""The window's errands for models, without a window."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gfm_desktop.engine.engine import Priority
from gfm_desktop.engine.inline import InlineEngine
from gfm_desktop.errors import ModelError
from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.models.catalogue import Entry
from gfm_desktop.models.ci_spliceai import CARD
from gfm_desktop.scoring import registry
from gfm_desktop.workspace.before_scoring import unscorable_words
from gfm_desktop.workspace.model_library import ModelLibrary
from gfm_desktop.workspace.model_shelf import ModelFilter, Shelf, shelf_of, why_not
from gfm_desktop.workspace.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

    from gfm_desktop.jobs.events import Event
    from gfm_desktop.jobs.job import Job


class AtOnce:
    """A runner that has said everything before it returns the job's id."""

    def submit(
        self,
        job: Job,
        on_event: Callable[[Event], None] | None = None,
        *,
        priority: Priority = Priority.BATCH,
    ) -> str:
        engine = InlineEngine()

        def tell(_: str, event: Event) -> None:
            if on_event is not None:
                on_event(event)

        job_id = engine.submit(job, tell, priority=priority)
        engine.close()
        return job_id

    def cancel(self, job_id: str) -> None: ...


def test_that_a_refused_folder_is_told_and_leaves_no_errand(tmp_path: Path) -> None:
    workspace = Workspace()
    said: list[str] = []
    workspace.message.connect(lambda level, text: said.append(f"{level}: {text}"))
    library = ModelLibrary(workspace, AtOnce())
    library.add(tmp_path)
    assert not library.adding
    assert len(said) == 1
    assert said[0].startswith("error: ")


def test_that_removing_what_is_not_ones_own_is_refused() -> None:
    workspace = Workspace()
    said: list[str] = []
    workspace.message.connect(lambda level, _: said.append(level))
    ModelLibrary(workspace, AtOnce()).remove("ci-spliceai")
    assert said == ["error"]


@pytest.mark.parametrize(
    ("entry", "shelf", "why"),
    [
        (Entry("a", CARD, Path("/a")), Shelf.INSTALLED, ""),
        (
            Entry("a", replace(CARD, repository="a/b"), None),
            Shelf.DOWNLOAD,
            "not downloaded",
        ),
        (Entry("a", CARD, None), Shelf.ADD, "not added yet"),
        (
            Entry("a", replace(CARD, requirement="A key."), None),
            Shelf.NEEDS,
            "needs something else",
        ),
        (
            Entry("a", None, Path("/a"), ModelError("Broken.")),
            Shelf.BROKEN,
            "cannot be read",
        ),
        (
            Entry("a", replace(CARD, scorers=()), Path("/a")),
            Shelf.INSTALLED,
            "has no scorer",
        ),
    ],
    ids=["installed", "download", "add", "needs", "broken", "mute"],
)
def test_that_every_model_stands_on_one_shelf(
    entry: Entry, shelf: Shelf, why: str
) -> None:
    assert shelf_of(entry) is shelf
    assert why_not(entry) == why


def test_that_a_filter_wants_all_its_words() -> None:
    entry = Entry("ci-spliceai", CARD, None)
    assert ModelFilter(text="SPLICE sapiens").passes(entry)
    assert not ModelFilter(text="splice mouse").passes(entry)
    assert not ModelFilter(commercial=True).passes(Entry("x", None, None))


def test_that_unscorable_kinds_are_counted_in_words() -> None:
    scorer = registry.card_of("masked-log-odds")
    kinds = {VariantKind.SNV: 36, VariantKind.INSERTION: 3, VariantKind.DELETION: 1}
    words = unscorable_words(kinds, CARD, scorer)
    assert words.startswith(
        "3 of 40 variants are insertions; 1 of 40 variants is a deletion: they will "
        "get the status unsupported_by_model"
    )
    assert unscorable_words({VariantKind.SNV: 5}, CARD, scorer) == ""
