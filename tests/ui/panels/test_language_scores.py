"""A run of a language model in the inspector and in the table."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gfm_desktop.jobs.percentiles import with_percentiles
from gfm_desktop.scoring import registry
from gfm_desktop.ui.panels.inspector import InspectorPanel
from gfm_desktop.ui.panels.variants import VariantsPanel
from gfm_desktop.ui.widgets.language_effects import (
    column_facts,
    direction,
    percentile_words,
    share_words,
)
from gfm_desktop.ui.widgets.score_bar import number
from gfm_desktop.workspace.workspace import ScoreRun

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from gfm_desktop.ui.engine_bridge import EngineBridge
    from gfm_desktop.workspace.score_table import ScoreTable
    from gfm_desktop.workspace.workspace import Workspace

CARD = with_percentiles(registry.card_of("masked-log-odds"))
ROWS: list[dict[str, object]] = [
    {"row": 0, "score": -4.25, "percentile": 3.0, "background": 300},
    {"row": 1, "score": 1.5, "percentile": 99.9, "background": 300},
    {"row": 2, "score": -0.5, "percentile": None, "background": None},
]


@pytest.fixture
def language_run(tmp_path: Path) -> ScoreRun:
    folder = tmp_path / "language"
    folder.mkdir()
    rest = {"status": "scored", "reason": "", "gene": "", "p_ref": 0.9, "p_alt": 0.012}
    strands = {"score_forward": -4.0, "score_reverse": -4.5}
    table = pa.Table.from_pylist([row | rest | strands for row in ROWS])
    pq.write_table(table, folder / "scores-000000.parquet")
    return ScoreRun(
        folder,
        "no-such-model",
        "masked-log-odds",
        {"window": 0, "strands": "both"},
        model_options={"species": "s1"},
    )


@pytest.fixture
def panel(
    qtbot: QtBot, workspace: Workspace, bridge: EngineBridge, language_run: ScoreRun
) -> InspectorPanel:
    made = InspectorPanel(workspace, bridge)
    qtbot.addWidget(made)
    made.resize(360, 700)
    made.show()
    workspace.set_run(language_run)
    return made


def test_that_the_inspector_says_what_a_log_odds_means(
    panel: InspectorPanel, workspace: Workspace, table: ScoreTable
) -> None:
    workspace.select(table.row(0))
    assert panel.score.text() == "-4.250"
    assert panel.language.isVisible()
    assert not panel.effects.isVisible()
    assert panel.language.direction.text() == "Negative: ALT is less expected than REF."
    assert panel.language.rank.text() == (
        "Lower than 97 % of 300 random substitutions of the same kind (G[T>C]G) in "
        "this genome."
    )
    assert panel.language.line.place == pytest.approx(0.03)
    assert dict(panel.language.facts.facts) == {
        "Forward strand": "-4.000",
        "Reverse strand": "-4.500",
        "p(REF)": "0.900",
        "p(ALT)": "0.012",
    }
    assert "splice" not in " ".join(panel.origin.facts[0]).lower()


def test_that_without_a_percentile_none_is_claimed(
    panel: InspectorPanel, workspace: Workspace, table: ScoreTable
) -> None:
    workspace.select(table.row(2))
    assert not panel.language.rank.isVisible()
    assert not panel.language.line.isVisible()
    assert "no cut-off" in panel.language.legend.text()


def test_that_the_command_of_a_model_without_tracks_scores(
    panel: InspectorPanel, workspace: Workspace, table: ScoreTable
) -> None:
    workspace.select(table.row(0))
    command = panel.copy_command.toolTip()
    assert command.startswith("gfm score ")
    assert "--scorer masked-log-odds" in command
    assert "--option species=s1" in command


def test_that_the_lowest_log_odds_come_first_in_the_table(
    qtbot: QtBot, workspace: Workspace, bridge: EngineBridge, language_run: ScoreRun
) -> None:
    panel = VariantsPanel(workspace, bridge)
    qtbot.addWidget(panel)
    workspace.set_run(language_run)

    def shown() -> list[float | None]:
        return [panel.model.row_at(i).score for i in range(panel.model.rowCount())]

    qtbot.waitUntil(lambda: shown()[:3] == [-4.25, -0.5, 1.5])
    titles = [column.title for column in panel.model.columns]
    assert titles[1:3] == ["Score", "Percentile"]
    shown_columns = {c.key for c in panel.model.columns if c.shown}
    assert {"p_ref", "p_alt", "percentile"} <= shown_columns
    assert not {"score_forward", "background"} & shown_columns
    answer = panel.model.answer
    assert answer is not None
    assert answer.scale.signed
    assert panel.filter.minimum.placeholderText() == "Score ≤"
    panel.filter.minimum.setText("-0.5")
    qtbot.waitUntil(lambda: shown() == [-4.25, -0.5])


@pytest.mark.parametrize(
    ("score", "words"),
    [
        (-1.0, "Negative: ALT is less"),
        (2.0, "Positive: ALT is more"),
        (0.0, "Zero"),
        (None, ""),
    ],
)
def test_that_each_sign_has_its_words(score: float | None, words: str) -> None:
    assert direction(score, CARD).startswith(words)


def test_that_a_distance_is_called_higher(table: ScoreTable) -> None:
    card = registry.card_of("embedding-distance")
    row = replace(table.row(0), columns={"percentile": 98.0, "background": None})
    words = percentile_words(row, card, None)
    assert words.startswith("Higher than 98 % of random substitutions of the same kind")
    assert direction(0.1, card).startswith("In units of")
    assert column_facts(row, card) == []


@pytest.mark.parametrize(
    ("percent", "words"),
    [
        (100.0, "100 %"),
        (99.98, "99.9 %"),
        (99.5, "99.5 %"),
        (97.2, "97 %"),
        (0.02, "0.1 %"),
        (0.0, "0 %"),
    ],
)
def test_that_a_percentage_is_whole_only_where_it_is(
    percent: float, words: str
) -> None:
    assert share_words(percent) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.00042, "4.2e-04"),
        (-12345.6, "-12,346"),
        (0.25, "0.250"),
        (0.0, "0.000"),
        (None, "—"),
    ],
)
def test_that_small_and_large_scores_keep_their_digits(
    value: float | None, words: str
) -> None:
    assert number(value, precise=True) == words
    assert number(0.0004) == "0.000"
