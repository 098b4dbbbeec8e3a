"""Variants as lollipops: height is the score, shape the kind; bars where crowded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt

from gfm_desktop.genome.status import DESCRIPTIONS
from gfm_desktop.ui.browser.drawing import chip, hairline, hint, small
from gfm_desktop.ui.browser.heads import (
    BAR_HEIGHT,
    RADIUS,
    distance_to,
    head_place,
    paint_bars,
    paint_grid,
    paint_head,
    paint_name,
    paint_refused,
    paint_stems,
    shortened,
)
from gfm_desktop.ui.browser.lollipops import (
    NOTABLE,
    Lollipop,
    Stand,
    counts,
    crowded,
    placed,
)
from gfm_desktop.ui.browser.track import AxisMark, Hit, PlainTrack, TrackEntry
from gfm_desktop.ui.score_scale import ScoreScale
from gfm_desktop.ui.theme import scale_of as text_scale
from gfm_desktop.ui.widgets.score_bar import number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtGui import QPainter

    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.ui.browser.marks import ContigMarks
    from gfm_desktop.ui.browser.track import View
    from gfm_desktop.ui.palette import Palette
    from gfm_desktop.workspace.variant_row import VariantMarks, VariantRow
    from gfm_desktop.workspace.workspace import Workspace

HEIGHT = 112
_LINE = 12.0
"""Pixels that a label of the axis needs at 100 % text size."""
_REACH = 8.0
_BAR = 4
FOLDED = 28
MOST_COPIED = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    """What one view shows: put together once a view, not once a paint."""

    interval: Interval
    width: float
    source: VariantMarks
    marks: VariantMarks
    counts: NDArray[np.int64] | None
    scale: ScoreScale


class VariantsTrack(PlainTrack):
    """Lollipops of the open variant file."""

    key = "variants"
    title = "Variants"
    stretch = 160

    def __init__(self, workspace: Workspace, marks: ContigMarks) -> None:
        """Draw `marks`; the workspace says which one is selected."""
        self._workspace = workspace
        self._marks = marks
        self._scene: _Scene | None = None
        self._placed: tuple[object, list[Lollipop]] | None = None

    def height(self, view: View) -> int:
        """Return a height that grows with the text; one line without variants."""
        height = HEIGHT if self._workspace.table is not None else FOLDED
        return round(height * text_scale())

    def stand(self, height: float, scale: ScoreScale | None = None) -> Stand:
        """Return the vertical measures of a lane of this height."""
        return Stand(16.0, height - 24.0, height - 8.0, scale or ScoreScale())

    def lollipops(self, view: View, height: float = HEIGHT) -> list[Lollipop]:
        """Return the lollipops of a view; where crowded only the notable ones."""
        scene = self._seen(view)
        if scene is None:
            return []
        chosen = self._workspace.selection
        key = (scene, height, chosen)
        if self._placed is None or self._placed[0] != key:
            stand = self.stand(height, scene.scale)
            self._placed = (key, placed(scene.marks, view, stand, chosen))
        return self._placed[1]

    def subtitle(self, view: View) -> str:
        """Return how many lie in the view."""
        scene = self._seen(view)
        return "" if scene is None else f"{scene.marks.total:,} in view"

    def axis(self, rect: QRectF, view: View) -> list[AxisMark]:
        """Return the score's scale: published cut-offs, or where the lane ends."""
        scene = self._seen(view)
        if scene is None:
            return []
        stand = self.stand(rect.height(), scene.scale)
        marks: list[AxisMark] = []
        for value, words in scene.scale.axis():
            y = stand.top(value)
            if not marks or y - marks[-1].y >= _LINE * text_scale():
                marks.append(AxisMark(y, words))
        return marks

    def data(self, view: View) -> str:
        """Return the variants on screen, at most `MOST_COPIED`, as written."""
        scene = self._seen(view)
        if scene is None:
            return ""
        lines = ["chrom\tpos\tid\tref\talt\tgene\tscore\tstatus"]
        numbers = scene.marks.row[:MOST_COPIED].tolist()
        for row in self._marks.rows(numbers):
            score = "" if row.score is None else f"{row.score:.4f}"
            place = f"{row.chrom}\t{row.pos or ''}\t{row.id}\t{row.ref}\t{row.alt}"
            lines.append(f"{place}\t{row.gene}\t{score}\t{row.status}")
        return "\n".join(lines) + "\n"

    def paint(self, painter: QPainter, rect: QRectF, view: View) -> None:
        """Paint bars, stems and heads."""
        scene = self._seen(view)
        if scene is None:
            none = self._workspace.table is None
            words = "No variants are open" if none else "Reading variants"
            hint(painter, rect, words, view.palette)
            return
        painter.setFont(small(painter.font(), 0.8))
        stand = self.stand(rect.height(), scene.scale)
        paint_grid(painter, rect, view.palette, stand)
        if scene.counts is not None:
            paint_bars(painter, view, scene.counts, stand)
        items = self.lollipops(view, rect.height())
        if not items and not scene.marks.total:
            hint(painter, rect, "No variant here", view.palette)
        paint_stems(painter, items, stand, view.palette)
        paint_refused(painter, items, stand, view.palette)
        for item in items:
            if not item.refused:
                paint_head(painter, item, stand, view.palette)
        self._paint_ring(painter, rect, items, stand, view.palette)
        if scene.counts is not None:
            words = "bars: how many; lollipops: the strongest scores"
            if scene.scale.calibrated:
                words = f"bars: how many; lollipops: scores from {NOTABLE:g}"
            corner = QPointF(rect.right() - 6, 0)
            chip(painter, corner, [(words, None)], view.palette)

    def hit(self, point: QPointF, rect: QRectF, view: View) -> Hit | None:
        """Return the variant whose head is nearest to the mouse."""
        scene = self._seen(view)
        if scene is None:
            return None
        stand = self.stand(rect.height(), scene.scale)
        items = self.lollipops(view, rect.height())
        near = [i for i in items if distance_to(i, stand, point) <= _REACH]
        if near:
            nearest = min(near, key=lambda item: distance_to(item, stand, point))
            row = self._marks.rows([nearest.row])[0]
            where = None if row.variant is None else row.variant.interval
            words = described(row, precise=not scene.scale.calibrated)
            return Hit(words, row.row, where, row.id)
        if scene.counts is None or point.y() < stand.ground - BAR_HEIGHT:
            return None
        bar = int(point.x() / view.width * len(scene.counts))
        count = int(scene.counts[min(max(0, bar), len(scene.counts) - 1)])
        noun = "variant" if count == 1 else "variants"
        return Hit(f"{count:,} {noun} here: zoom in to see each") if count else None

    def _seen(self, view: View) -> _Scene | None:
        source = self._marks.of(view.interval.contig)
        if source is None:
            return None
        known = self._scene
        if (
            known is not None
            and known.source is source
            and known.interval == view.interval
            and known.width == view.width
        ):
            return known
        marks = self._marks.within(view.interval)
        if marks is None:
            return None
        bars = max(1, int(view.width / _BAR))
        numbers = counts(marks, view, bars) if crowded(marks, view) else None
        scale = self._marks.scale
        self._scene = _Scene(view.interval, view.width, source, marks, numbers, scale)
        return self._scene

    def _paint_ring(
        self,
        painter: QPainter,
        rect: QRectF,
        items: list[Lollipop],
        stand: Stand,
        palette: Palette,
    ) -> None:
        chosen = self._workspace.selection
        for item in items:
            if chosen is not None and item.row == chosen.row:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(hairline(palette.accent, 2.2))
                middle = head_place(item, stand)
                painter.drawEllipse(middle, RADIUS + 4, RADIUS + 4)
                others = [head_place(other, stand) for other in items]
                precise = not stand.scale.calibrated
                paint_name(
                    painter, rect, middle, chosen, palette, others, precise=precise
                )


def described(row: VariantRow, *, precise: bool = False) -> str:
    """Return a variant in a few lines: place, alleles, score or why there is none."""
    place = "" if row.pos is None else f"{row.chrom}:{row.pos:,} "
    lines = [f"{place}{shortened(row.ref)} → {shortened(row.alt)}"]
    name = " · ".join(part for part in (row.id, str(row.kind or "")) if part)
    lines += [name] if name else []
    if row.score is not None:
        gene = f" in {row.gene}" if row.gene else ""
        lines.append(f"Score {number(row.score, precise=precise)}{gene}")
    else:
        reason = row.reason or DESCRIPTIONS[row.status]
        lines.append(reason[:1].upper() + reason[1:])
    return "\n".join(lines)


TRACK = TrackEntry(
    key=VariantsTrack.key,
    title=VariantsTrack.title,
    order=30,
    factory=lambda sources: VariantsTrack(sources.workspace, sources.marks),
)
