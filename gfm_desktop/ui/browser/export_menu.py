"""The part of a menu that writes the data behind a track into a file."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from gfm_desktop.engine.engine import Priority
from gfm_desktop.errors import GfmError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.jobs.events import Failed, Finished
from gfm_desktop.ui.browser.look_menu import entry, submenu
from gfm_desktop.ui.browser.scale import span_label
from gfm_desktop.ui.browser.track_export import ExportsData

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QMenu

    from gfm_desktop.jobs.events import Event
    from gfm_desktop.ui.browser.canvas import Canvas
    from gfm_desktop.ui.browser.lanes import Lane
    from gfm_desktop.workspace.workspace import Workspace

TITLES = {
    ".bw": "bigWig",
    ".bedgraph": "bedGraph",
    ".bed": "BED",
    ".gtf": "GTF",
    ".tsv": "Tab-separated table",
    ".npz": "NumPy arrays",
    ".fa": "FASTA",
    ".vcf": "VCF",
    ".vcf.gz": "VCF, bgzipped and indexed",
}
_ODD = re.compile(r"[^\w.+-]+")
"""What makes trouble in names of files."""
_MOST_REGIONS = 12
_AT_ONCE = 2_000_000
"""bp up to which a file is written before other jobs: longer ones wait their turn, so
that the browser goes on to be drawn."""


def add_to_lane(menu: QMenu, canvas: Canvas, lane: Lane) -> None:
    """Offer what is on screen, the regions of interest in it, and the whole contig."""
    if not isinstance(lane.track, ExportsData):
        return
    own = submenu(menu, "lane-export", "Export data")
    for name, title, region in _places(canvas.sources.workspace):
        _add(own, f"lane-export-{name}", title, canvas, lane, region)


def add_to_region(menu: QMenu, canvas: Canvas, region: Interval) -> None:
    """Offer the data of each lane on show in a region."""
    own = submenu(menu, "region-export", "Export data")
    for lane in canvas.lanes:
        if isinstance(lane.track, ExportsData) and not lane.look.hidden:
            name = f"region-export-{lane.track.key}"
            _add(own, name, lane.title, canvas, lane, region)


def file_name(title: str, region: Interval, contigs: dict[str, int]) -> str:
    """Return what a file is called unless somebody says otherwise; without its end."""
    place = region.contig
    if len(region) < contigs.get(region.contig, 0):
        place = f"{place}_{region.start + 1}-{region.end}"
    words = [_ODD.sub("-", text).strip("-.") for text in (title, place)]
    return "_".join(word for word in words if word)


def ask_file(canvas: Canvas, lane: Lane, region: Interval) -> None:
    """Ask for a file and write a region of a lane into it."""
    track, workspace = lane.track, canvas.sources.workspace
    assert isinstance(track, ExportsData), "the menu offers no others"
    genome, formats = workspace.genome, track.export_formats
    contigs = {} if genome is None else dict(genome.contigs)
    kinds = {f"{TITLES[one]} (*{one})": one for one in formats}
    path, kind = QFileDialog.getSaveFileName(
        canvas,
        f"Export {lane.title}",
        f"{file_name(lane.title, region, contigs)}{formats[0]}",
        ";;".join(kinds),
    )
    if not path:
        return
    out = Path(path)
    if not out.name.lower().endswith(formats):
        out = out.with_name(f"{out.name}{kinds.get(kind, formats[0])}")
        if out.exists():
            # The dialog asked about another name.
            text = f"{out} is there already: choose it by its whole name to replace it."
            workspace.message.emit("warning", text)
            return
    export(canvas, track, region, out)


def export(canvas: Canvas, track: ExportsData, region: Interval, out: Path) -> None:
    """Write a region of a track into a file, and say how that ended."""
    workspace = canvas.sources.workspace
    try:
        job = track.export_job(region, out)
    except GfmError as problem:
        workspace.message.emit("warning", str(problem))
        return
    short = len(region) <= _AT_ONCE
    priority = Priority.INTERACTIVE if short else Priority.BATCH
    canvas.sources.runner.submit(job, partial(_tell, workspace), priority=priority)


def _places(workspace: Workspace) -> Iterator[tuple[str, str, Interval]]:
    """Yield name, title and region of what a lane may be asked for."""
    genome, loci = workspace.genome, [one for one in workspace.loci if one.contig]
    if genome is None or not loci:
        return
    for number, locus in enumerate(loci):
        title = "What is on screen" if len(loci) == 1 else str(locus)
        yield f"view-{number}", title, locus
    shown = [r for r in workspace.regions.all if any(map(r.interval.overlaps, loci))]
    for number, region in enumerate(shown[:_MOST_REGIONS]):
        yield f"region-{number}", region.name or str(region.interval), region.interval
    for contig in dict.fromkeys(locus.contig for locus in loci):
        whole = Interval(contig, 0, genome.contigs[contig])
        if whole in loci:
            continue
        yield f"contig-{contig}", f"All of {contig}", whole


def _add(
    menu: QMenu, name: str, title: str, canvas: Canvas, lane: Lane, region: Interval
) -> None:
    assert isinstance(lane.track, ExportsData), "checked before"
    refusal = lane.track.export_refusal(region)
    title = title.replace("&", "&&")
    words = f"{title}: {refusal}" if refusal else f"{title}, {span_label(len(region))}…"
    action = entry(menu, name, words, partial(ask_file, canvas, lane, region))
    action.setEnabled(not refusal)
    action.setToolTip(refusal or f"Writes {region} into a file")


def _tell(workspace: Workspace, event: Event) -> None:
    match event:
        case Finished(message=message, outputs=outputs, warnings=warnings):
            beside = len(outputs) - 1
            others = "1 file" if beside == 1 else f"{beside} files"
            more = f", and {others} beside it" if beside > 0 else ""
            workspace.message.emit("info", f"{message}{more}.")
            for warning in warnings:
                workspace.message.emit("warning", warning)
        case Failed():
            workspace.report(event)
