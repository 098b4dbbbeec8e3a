"""The entries that write a lane's data: where they are, what they refuse and write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtWidgets import QFileDialog, QMenu

from gfm_desktop.engine.engine import Priority
from gfm_desktop.genome.interval import Interval
from gfm_desktop.jobs.context import JobContext
from gfm_desktop.jobs.guard import run_guarded
from gfm_desktop.ui.browser import export_menu
from gfm_desktop.ui.browser.export_menu import export, file_name
from gfm_desktop.ui.browser.lane_menu import lane_menu
from gfm_desktop.ui.browser.lanes import Lane
from gfm_desktop.ui.browser.region_menu import region_menu
from gfm_desktop.ui.browser.track_export import ExportsData
from gfm_desktop.ui.browser.tracks.genes import EVERY
from gfm_desktop.ui.browser.tracks.ruler import RulerTrack
from tests.ui.browser.hands import Clerk, open_browser

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from gfm_desktop.jobs.job import Job
    from gfm_desktop.ui.browser.canvas import Canvas
    from gfm_desktop.workspace.workspace import Workspace

VIEW = Interval("chr1", 4_000, 6_000)
"""Both genes, and no variant."""


class Doer(Clerk):
    """Runs the exports, and lets everything else wait."""

    def __init__(self) -> None:
        super().__init__()
        self.priorities: list[object] = []

    def submit(self, job: Job, on_event: Any = None, *, priority: object = 0) -> str:
        if not type(job).__name__.startswith("Export"):
            return super().submit(job, on_event, priority=priority)
        self.priorities.append(priority)
        for event in run_guarded(job, JobContext()):
            on_event(event)
        return "done"


@pytest.fixture
def doer() -> Doer:
    return Doer()


@pytest.fixture
def canvas(variants: Workspace, qtbot: QtBot, doer: Doer) -> Canvas:
    panel = open_browser(variants, qtbot, 1100, 800, clerk=doer)
    variants.go_to(VIEW)
    return panel.canvas


@pytest.fixture
def said(variants: Workspace) -> list[tuple[str, str]]:
    heard: list[tuple[str, str]] = []
    # Not the method itself: psygnal keeps it weakly.
    variants.message.connect(lambda level, text: heard.append((level, text)))
    return heard


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Answer the file dialog with what a test puts in; keeps what it was asked."""
    told: dict[str, Any] = {"path": "", "kind": "", "asked": []}

    def ask(*asked: Any) -> tuple[str, str]:
        told["asked"].append(asked)
        return str(told["path"]), told["kind"]

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    return told


def lane_of(canvas: Canvas, key: str) -> Lane:
    return next(lane for lane in canvas.lanes if lane.track.key == key)


def entries(canvas: Canvas, lane: Lane) -> dict[str, Any]:
    """Return the entries of a lane by what comes behind ``lane-export-``."""
    menu = lane_menu(canvas, lane)
    own = menu.findChild(QMenu, "lane-export")
    if own is None:
        return {}
    name = "lane-export-"
    return {a.objectName().removeprefix(name): a for a in own.actions()}


def test_that_only_tracks_with_data_of_their_own_offer_it(
    canvas: Canvas, variants: Workspace
) -> None:
    offering = [one.track.key for one in canvas.lanes if entries(canvas, one)]
    assert offering == [
        lane.track.key for lane in canvas.lanes if isinstance(lane.track, ExportsData)
    ]
    assert {"sequence", "genes", "variants", "splice", "mutagenesis"} <= set(offering)
    ruler = Lane(RulerTrack(variants), variants.lanes)
    assert entries(canvas, ruler) == {}


def test_that_screen_regions_of_interest_and_contig_are_offered(
    canvas: Canvas, variants: Workspace
) -> None:
    variants.regions.add(Interval("chr1", 5_000, 5_100), name="Mine & yours")
    variants.regions.add(Interval("chr1", 100, 200), name="elsewhere")
    found = entries(canvas, lane_of(canvas, "sequence"))
    assert [action.text() for action in found.values()] == [
        "What is on screen, 2 kb…",
        "Mine && yours, 100 bp…",
        "All of chr1, 20 kb…",
    ]
    variants.set_loci([VIEW, Interval("chr1", 0, 100)])
    found = entries(canvas, lane_of(canvas, "sequence"))
    assert [action.text() for action in found.values()][:2] == [
        "chr1:4,001-6,000, 2 kb…",
        "chr1:1-100, 100 bp…",
    ]
    variants.set_loci([Interval("chr1", 0, 20_000)])
    found = entries(canvas, lane_of(canvas, "sequence"))
    assert not any(name.startswith("contig") for name in found), "it is on screen"


def test_that_what_a_lane_does_not_have_is_refused_with_the_reason(
    canvas: Canvas, variants: Workspace
) -> None:
    found = entries(canvas, lane_of(canvas, "variants"))
    assert found["view-0"].text() == "What is on screen: no variant here"
    assert not found["view-0"].isEnabled()
    assert found["contig-chr1"].isEnabled()
    found = entries(canvas, lane_of(canvas, "splice"))
    assert "nothing is predicted here yet" in found["view-0"].text()
    found = entries(canvas, lane_of(canvas, "mutagenesis"))
    assert "up to" in found["contig-chr1"].text()
    variants.set_annotation(None)
    found = entries(canvas, lane_of(canvas, "genes"))
    assert found["view-0"].text() == "What is on screen: no gene models are open"
    variants.set_variants(None, None)
    found = entries(canvas, lane_of(canvas, "variants"))
    assert "no variants are open" in found["view-0"].text()


def test_that_genes_on_screen_are_written_as_they_are_shown(
    canvas: Canvas,
    variants: Workspace,
    chosen: dict[str, Any],
    said: list[tuple[str, str]],
    tmp_path: Path,
) -> None:
    chosen["path"] = out = tmp_path / "genes.bed"
    lane = lane_of(canvas, "genes")
    entries(canvas, lane)["view-0"].trigger()
    assert said == [("info", f"Wrote 2 genes to {out}.")]
    starts = [line.split("\t")[1] for line in out.read_text().splitlines()[1:]]
    assert starts == ["1000", "4000"]
    _, title, proposed, kinds = chosen["asked"][0]
    assert title == "Export Genes"
    assert proposed == "Genes_chr1_4001-6000.bed"
    assert kinds == "BED (*.bed);;GTF (*.gtf);;Tab-separated table (*.tsv)"
    variants.lanes.change("genes", style=EVERY)
    track: Any = lane.track
    assert track.export_job(VIEW, out).every


def test_that_a_name_without_an_end_gets_that_of_the_kind(
    canvas: Canvas,
    variants: Workspace,
    chosen: dict[str, Any],
    said: list[tuple[str, str]],
    tmp_path: Path,
) -> None:
    variants.set_run(None)
    chosen.update(path=tmp_path / "v1.2", kind="Tab-separated table (*.tsv)")
    contig = entries(canvas, lane_of(canvas, "variants"))["contig-chr1"]
    contig.trigger()
    out = tmp_path / "v1.2.tsv"
    assert len(out.read_text().splitlines()) > 5
    assert said[-1] == ("info", f"Wrote 5 alleles to {out}.")
    before = out.read_text()
    contig.trigger()
    assert said[-1][0] == "warning", "the dialog asked about another name"
    assert out.read_text() == before
    chosen["path"] = ""
    contig.trigger()
    assert len(said) == 2, "nothing was chosen"


def test_that_vcf_is_offered_where_there_are_scores(
    canvas: Canvas, variants: Workspace
) -> None:
    track: Any = lane_of(canvas, "variants").track
    assert ".vcf" in track.export_formats
    assert track.export_job(VIEW, VIEW.contig).folder
    variants.set_run(None)
    assert track.export_formats == (".tsv", ".bed")
    assert track.export_job(VIEW, VIEW.contig).folder == ""


def test_that_a_failure_is_told(
    canvas: Canvas, said: list[tuple[str, str]], tmp_path: Path
) -> None:
    track: Any = lane_of(canvas, "sequence").track
    export(canvas, track, VIEW, tmp_path / "nowhere" / "a.fa")
    level, text = said[-1]
    assert level == "error"
    assert "folder to write into does not exist" in text
    track = lane_of(canvas, "splice").track
    export(canvas, track, VIEW, tmp_path / "a.tsv")
    level, text = said[-1]
    assert level == "warning"
    assert "Nothing is predicted" in text


def test_that_long_exports_let_the_browser_go_first(
    canvas: Canvas, doer: Doer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_menu, "_AT_ONCE", 5_000)
    track: Any = lane_of(canvas, "sequence").track
    export(canvas, track, VIEW, tmp_path / "a.fa")
    export(canvas, track, Interval("chr1", 0, 20_000), tmp_path / "b.fa")
    assert doer.priorities == [Priority.INTERACTIVE, Priority.BATCH]


def test_that_a_region_offers_the_lanes_on_show(
    canvas: Canvas,
    variants: Workspace,
    chosen: dict[str, Any],
    tmp_path: Path,
    bases: str,
) -> None:
    variants.lanes.change("genes", hidden=True)
    chosen["path"] = out = tmp_path / "a.fa"
    menu = region_menu(canvas, Interval("chr1", 100, 150), lambda region: None)
    own = menu.findChild(QMenu, "region-export")
    assert own is not None
    found = {a.objectName().removeprefix("region-export-"): a for a in own.actions()}
    assert "genes" not in found
    found["sequence"].trigger()
    assert out.read_text().splitlines() == [">chr1:101-150", bases[100:150]]


def test_that_names_of_files_have_no_odd_letters() -> None:
    contigs = {"chr1": 100, "HLA*01:01": 100}
    part, whole = Interval("chr1", 9, 20), Interval("HLA*01:01", 0, 100)
    assert file_name("my/own: track", part, contigs) == "my-own-track_chr1_10-20"
    assert file_name("depth.bw", whole, contigs) == "depth.bw_HLA-01-01"


def test_that_predictions_are_offered_as_a_table_first(canvas: Canvas) -> None:
    track: Any = lane_of(canvas, "splice").track
    assert track.export_formats[0] == ".tsv", "what everybody can open"
    assert set(track.export_formats) == {".tsv", ".bw", ".bedgraph", ".npz"}
