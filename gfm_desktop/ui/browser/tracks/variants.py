"""Variants: lollipops by score and kind close by, a point each where there are many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRectF, Qt

from gfm_desktop.ui.browser import manhattan
from gfm_desktop.ui.browser.drawing import chip, hairline, hint, small
from gfm_desktop.ui.browser.heads import (
    RADIUS,
    distance_to,
    head_place,
    paint_grid,
    paint_heads,
    paint_name,
    paint_refused,
    paint_stems,
)
from gfm_desktop.ui.browser.lollipops import (
    CROWDED,
    Lollipop,
    Stand,
    crowded,
    lone,
    placed,
)
from gfm_desktop.ui.browser.track import AxisMark, Hit, PlainTrack, TrackEntry
from gfm_desktop.ui.browser.track_exports import ExportsVariants
from gfm_desktop.ui.browser.variant_words import described
from gfm_desktop.ui.score_scale import ScoreScale
from gfm_desktop.ui.theme import scale_of as text_scale
from gfm_desktop.workspace.places import MOST_LOCI

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from gfm_desktop.ui.browser.marks import ContigMarks
    from gfm_desktop.ui.browser.score_density import ScoreDensity
    from gfm_desktop.ui.browser.track import View
    from gfm_desktop.workspace.variant_row import VariantMarks
    from gfm_desktop.workspace.workspace import Workspace

HEIGHT = 112
_LINE = 12.0
"""Pixels that a label of the axis needs at 100 % text size."""
_REACH = 8.0
_SCENES_KEPT = 3 * MOST_LOCI
"""Every pane has one on screen, one painted wider, and one before."""
FOLDED = 28
MOST_COPIED = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    """What one view shows: put together once a view, not once a paint.

    Attributes:
        marks: Its variants.
        density: How many there are on the contig, by place and score.
        many: Whether each is a point, or a lollipop.
    """

    marks: VariantMarks
    density: ScoreDensity
    many: bool

    @property
    def counts(self) -> bool:
        """Tell whether it shows counts alone, which no scale of scores is for."""
        return self.many and not self.density.scored


class VariantsTrack(ExportsVariants, PlainTrack):
    """The variants of the open file."""

    key = "variants"
    title = "Variants"
    stretch = 160

    def __init__(self, workspace: Workspace, marks: ContigMarks) -> None:
        """Draw `marks`; the workspace says which one is selected."""
        self._workspace = workspace
        self._marks = marks
        self._many: dict[tuple[str, str], bool] = {}
        self._turns = 0
        self._scenes: dict[object, _Scene] = {}
        self._placed: dict[object, list[Lollipop]] = {}

    def height(self, view: View) -> int:
        """Return a height that grows with the text; one line without variants."""
        height = HEIGHT if self._workspace.table is not None else FOLDED
        return round(height * text_scale())

    def stand(self, height: float, scale: ScoreScale | None = None) -> Stand:
        """Return the vertical measures of a lane of this height."""
        return Stand(16.0, height - 24.0, height - 8.0, scale or ScoreScale())

    def lollipops(self, view: View, height: float = HEIGHT) -> list[Lollipop]:
        """Return the lollipops of a view; of very many only the selected one."""
        scene = self._seen(view)
        if scene is None:
            return []
        chosen = self._workspace.selection
        # Hypothetical variants share a row: the variant itself tells them apart.
        about = None if chosen is None else (chosen.row, chosen.variant)
        key = (scene, height, about)
        if key not in self._placed:
            _make_room(self._placed)
            stand = self.stand(height, self._marks.scale)
            found = [] if chosen is None else lone(chosen, view, stand)
            if not scene.many:
                found = placed(scene.marks, view, stand, chosen)
            self._placed[key] = found
        return self._placed[key]

    def subtitle(self, view: View) -> str:
        """Return how many lie in the view."""
        scene = self._seen(view)
        return "" if scene is None else f"{scene.marks.total:,} in view"

    def axis(self, rect: QRectF, view: View) -> list[AxisMark]:
        """Return the score's scale: published cut-offs, or where the lane ends."""
        scene = self._seen(view)
        if scene is None or scene.counts:
            return []
        stand = self.stand(rect.height(), self._marks.scale)
        marks: list[AxisMark] = []
        for value, words in stand.scale.axis():
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

    def shifts(self, view: View) -> bool:
        """Return that variants move with their bases."""
        return self._seen(view) is not None

    def stamp(self) -> object:
        """Return what the variants depend on."""
        workspace = self._workspace
        return self._marks.stamp, self._turns, workspace.selection, workspace.table

    def vacant(self, view: View) -> bool:
        """Tell whether no file of variants is open and read."""
        return self._seen(view) is None

    def paint(self, painter: QPainter, rect: QRectF, view: View) -> None:
        """Paint points and bars, or stems and heads."""
        scene = self._seen(view)
        if scene is None:
            none = self._workspace.table is None
            words = "No variants are open" if none else "Reading variants"
            hint(painter, rect, words, view)
            return
        painter.setFont(small(painter.font(), 0.8))
        stand = self.stand(rect.height(), self._marks.scale)
        if not scene.counts:
            paint_grid(painter, rect, view.palette, stand)
        if scene.many:
            manhattan.paint(painter, rect, view, scene.density, stand)
            return
        items = self.lollipops(view, rect.height())
        paint_stems(painter, items, stand, view.palette)
        paint_refused(painter, items, stand, view.palette)
        paint_heads(painter, items, stand, view.palette)

    def paint_pinned(self, painter: QPainter, rect: QRectF, view: View) -> None:
        """Paint the selected variant's ring and name, and what points and bars mean."""
        scene = self._seen(view)
        if scene is None:
            return
        if not scene.marks.total:
            hint(painter, rect, "No variant here", view)
        painter.setFont(small(painter.font(), 0.8))
        self._paint_ring(painter, rect, view)
        if scene.many:
            words = manhattan.legend(scene.density)
            corner = QPointF(rect.right() - 6, 0)
            chip(painter, corner, [(words, None)], view.palette)

    def hit(self, point: QPointF, rect: QRectF, view: View) -> Hit | None:
        """Return the variant whose head is nearest to the mouse."""
        scene = self._seen(view)
        if scene is None:
            return None
        if scene.many:
            return self._hit_many(point, rect, view, scene)
        stand = self.stand(rect.height(), self._marks.scale)
        items = self.lollipops(view, rect.height())
        near = [i for i in items if distance_to(i, stand, point) <= _REACH]
        if not near:
            return None
        nearest = min(near, key=lambda item: distance_to(item, stand, point))
        return self._told(nearest.row, nearest.count)

    def _hit_many(
        self, point: QPointF, rect: QRectF, view: View, scene: _Scene
    ) -> Hit | None:
        """Return the variant whose point is nearest, or how many have no score."""
        stand = self.stand(rect.height(), self._marks.scale)
        at, bare = manhattan.nearest(scene.marks, view, stand, point, _REACH)
        if at is not None:
            return self._told(int(scene.marks.row[at]), 1)
        top = manhattan.bars_from(scene.density, stand)
        if not bare or point.y() < top:
            return None
        noun = "variant" if bare == 1 else "variants"
        words = "" if scene.density.scored == 0 else " without a score"
        return Hit(f"{bare:,} {noun}{words} here: zoom in to see each")

    def _told(self, number: int, count: int) -> Hit:
        row = self._marks.rows([number])[0]
        where = None if row.variant is None else row.variant.interval
        words = described(row, precise=not self._marks.scale.calibrated)
        if count > 1:
            words = (
                f"{count:,} variants here: zoom in to see each. The highest:\n{words}"
            )
        return Hit(words, row.row, where, row.id)

    def _seen(self, view: View) -> _Scene | None:
        contig = view.interval.contig
        density = self._marks.density(contig)
        if density is None:
            return None
        key = (density, view.interval, view.width)
        if key in self._scenes:
            return self._scenes[key]
        marks = self._marks.within(view.interval)
        if marks is None:
            return None
        _make_room(self._scenes)
        scene = _Scene(marks, density, self._are_many(marks.total, view))
        self._scenes[key] = scene
        return scene

    def _are_many(self, total: int, view: View) -> bool:
        """Tell whether points are drawn; a pan keeps to what the scale began with.

        Otherwise the picture would turn from points to lollipops and back wherever the
        number on screen passes the limit by one.
        """
        key = (view.interval.contig, f"{view.scale:.9g}")
        before = self._many.get(key)
        many = crowded(total, view) if before is None else before
        if many and total * CROWDED * 2 < view.width:
            many = False
        elif not many and total * CROWDED > 2 * view.width:
            many = True
        if many != before:
            _make_room(self._many)
            self._many[key] = many
            self._turns += 1
            # What other views of this scale show was reckoned with the other answer.
            self._scenes.clear()
        return many

    def _paint_ring(self, painter: QPainter, rect: QRectF, view: View) -> None:
        chosen = self._workspace.selection
        if chosen is None:
            return
        stand = self.stand(rect.height(), self._marks.scale)
        items = self.lollipops(view, rect.height())
        for item in items:
            if item.row != chosen.row or item.count > 1:
                continue
            scene = self._seen(view)
            if scene is not None and scene.many:
                paint_stems(painter, [item], stand, view.palette)
                paint_heads(painter, [item], stand, view.palette)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(hairline(view.palette.accent, 2.2))
            middle = head_place(item, stand)
            painter.drawEllipse(middle, RADIUS + 4, RADIUS + 4)
            others = [head_place(other, stand) for other in items]
            precise = not stand.scale.calibrated
            paint_name(
                painter, rect, middle, chosen, view.palette, others, precise=precise
            )


def _make_room(kept: dict[Any, Any]) -> None:
    """Forget the oldest of what is kept, so that there is room for one more."""
    while len(kept) >= _SCENES_KEPT:
        del kept[next(iter(kept))]


TRACK = TrackEntry(
    key=VariantsTrack.key,
    title=VariantsTrack.title,
    order=30,
    factory=lambda sources: VariantsTrack(sources.workspace, sources.marks),
)
