"""Scores of an earlier session are found, and only where they still hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gfm_desktop import __version__, paths
from gfm_desktop.genome.status import Status
from gfm_desktop.genome.variant import Variant
from gfm_desktop.jobs.run_folder import Identity, Manifest, RunFolder
from gfm_desktop.scoring.card import VariantScore
from gfm_desktop.scoring.splice_delta import SCORER
from gfm_desktop.workspace.earlier_run import earlier_run

TABLE = Path("variants.parquet")
IDENTITY = Identity(
    genome="g",
    variants="v",
    annotation="",
    weights="w",
    scorer="splice-delta",
    options={"distance": 50},
    version=__version__,
)


def leave_run(identity: Identity = IDENTITY, *, scored: bool = True) -> RunFolder:
    folder = RunFolder.of(identity)
    folder.write_manifest(
        Manifest(
            identity=identity,
            genome="g.fa",
            variants="v.vcf",
            annotation="",
            table=str(TABLE),
            model="ci-spliceai",
            model_name="CI-SpliceAI",
        )
    )
    if scored:
        one = VariantScore(Variant("c", 1, "A", "C"), Status.SCORED, score=0.5)
        folder.write_part([0], [one], SCORER)
    return folder


def test_that_an_earlier_run_over_the_same_table_is_found() -> None:
    folder = leave_run()
    found = earlier_run(TABLE, None)
    assert found is not None
    assert found.folder == folder.path
    assert (found.model, found.scorer) == ("ci-spliceai", "splice-delta")
    assert found.options == {"distance": 50}


@pytest.mark.parametrize(
    "changed", [{"annotation": "other genes"}, {"version": "0.0.1"}]
)
def test_that_a_run_that_no_longer_holds_is_not_shown(changed: dict[str, str]) -> None:
    leave_run(replace(IDENTITY, **changed))
    assert earlier_run(TABLE, None) is None


def test_that_other_tables_empty_runs_and_rubbish_are_passed_over() -> None:
    leave_run(scored=False)
    (paths.runs() / "rubbish").mkdir()
    assert earlier_run(TABLE, None) is None
    leave_run()
    assert earlier_run(Path("other.parquet"), None) is None
