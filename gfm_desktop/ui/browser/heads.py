"""Painting lollipops: stems, heads by kind, bubbles, and crosses for refusals."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainterPath, QPolygonF

from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.ui.browser.drawing import chip, chip_rect, faded, hairline
from gfm_desktop.ui.widgets.score_bar import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPainter

    from gfm_desktop.ui.browser.lollipops import Lollipop, Stand
    from gfm_desktop.ui.palette import Palette
    from gfm_desktop.workspace.variant_row import VariantRow

RADIUS = 4.6
BUBBLE = 8.0
"""Half the height of a bubble."""
_LONGEST = 24
_ASIDE = RADIUS + 8


def paint_name(
    painter: QPainter,
    rect: QRectF,
    middle: QPointF,
    chosen: VariantRow,
    palette: Palette,
    others: Sequence[QPointF],
    *,
    precise: bool = False,
) -> None:
    """Write the selected variant's alleles and score beside its ring.

    Args:
        painter: Where to paint; its font is used.
        rect: The lane; the text stays inside.
        middle: Middle of the ring.
        chosen: The selected variant.
        palette: Colours.
        others: Heads that the text should not cover: it takes the emptiest place
            beside or above the ring.
        precise: Whether a small score shows its digits.
    """
    alleles = f"{shortened(chosen.ref, 10)} → {shortened(chosen.alt, 10)}"
    words = number(chosen.score, precise=precise)
    score = "" if chosen.score is None else f"   {words}"
    parts: list[tuple[str, QColor | None]] = [(alleles + score, None)]
    places = name_places(chip_rect(painter, parts), rect, middle)
    plate = min(places, key=lambda place: _crowd(place, others))
    chip(painter, plate.topRight(), parts, palette)


def name_places(plate: QRectF, rect: QRectF, middle: QPointF) -> list[QRectF]:
    """Return where the name of a ringed head can stand, the best place first.

    Right, left, and above to the right, to the left and in the middle, as far as they
    are inside of the lane; right where none is.

    Args:
        plate: Size of the name.
        rect: The lane.
        middle: Middle of the ring.
    """
    width, height = plate.width(), plate.height()
    level = max(middle.y() - height / 2, 1.0)
    above = middle.y() - _ASIDE - height
    right, left = middle.x() + _ASIDE, middle.x() - _ASIDE - width
    wanted = [(right, level), (left, level)]
    if above >= 1.0:
        wanted += [(right, above), (left, above), (middle.x() - width / 2, above)]
    places = [QRectF(x, y, width, height) for x, y in wanted]
    inside = [p for p in places if rect.left() < p.left() and p.right() < rect.right()]
    return inside or places[:1]


def _crowd(place: QRectF, heads: Sequence[QPointF]) -> int:
    """Return how many heads a place would cover, also in part."""
    reach = place.adjusted(-RADIUS, -RADIUS, RADIUS, RADIUS)
    return sum(reach.contains(head) for head in heads)


def paint_grid(painter: QPainter, rect: QRectF, palette: Palette, stand: Stand) -> None:
    """Paint the ground and the published cut-offs."""
    painter.setPen(hairline(palette.border))
    painter.drawLine(QLineF(rect.left(), stand.ground, rect.right(), stand.ground))
    if not stand.scale.calibrated or stand.scale.most != 1.0:
        return
    pen = hairline(palette.grid)
    pen.setStyle(Qt.PenStyle.DashLine)
    painter.setPen(pen)
    tops = [stand.top(cut) for cut in stand.scale.cuts]
    painter.drawLines([QLineF(rect.left(), y, rect.right(), y) for y in tops])


def paint_stems(
    painter: QPainter, items: list[Lollipop], stand: Stand, palette: Palette
) -> None:
    """Paint the stems; a head that stands aside has a slanted one."""
    upright: dict[str, list[QRectF]] = {}
    slanted: dict[str, list[QLineF]] = {}
    for item in items:
        if item.refused and item.count == 1:
            continue
        tint = tint_of(item, stand, palette)
        if item.head == item.x:
            tall = stand.ground - item.top
            box = QRectF(item.x - 0.75, item.top, 1.5, tall)
            upright.setdefault(tint, []).append(box)
        else:
            line = QLineF(QPointF(item.x, stand.ground), QPointF(item.head, item.top))
            slanted.setdefault(tint, []).append(line)
    painter.setPen(Qt.PenStyle.NoPen)
    for tint, boxes in upright.items():
        painter.setBrush(faded(tint, 0.75))
        painter.drawRects(boxes)
    for tint, lines in slanted.items():
        painter.setPen(hairline(faded(tint, 0.75), 1.3))
        painter.drawLines(lines)


def paint_refused(
    painter: QPainter, items: list[Lollipop], stand: Stand, palette: Palette
) -> None:
    """Paint a cross on the ground for each record that cannot be scored."""
    r = 2.8
    lines = []
    for item in items:
        if item.refused and item.count == 1:
            middle = head_place(item, stand)
            x, y = middle.x(), middle.y()
            lines.append(QLineF(x - r, y - r, x + r, y + r))
            lines.append(QLineF(x - r, y + r, x + r, y - r))
    painter.setPen(hairline(palette.faint, 1.3))
    painter.drawLines(lines)


def paint_heads(
    painter: QPainter, items: list[Lollipop], stand: Stand, palette: Palette
) -> None:
    """Paint the heads, from first to last."""
    hollow = QColor(palette.surface), hairline(palette.muted, 1.4)
    edge = hairline(palette.surface, 1.0)
    for item in items:
        if item.count > 1:
            _paint_bubble(painter, item, stand, palette)
        elif not item.refused:
            # By shape the kind is told; a head without a score is hollow.
            scored = item.score is not None
            tint = QColor(tint_of(item, stand, palette)) if scored else hollow[0]
            painter.setBrush(tint)
            painter.setPen(edge if scored else hollow[1])
            outline = _outline(item.kind)
            painter.drawPath(outline.translated(head_place(item, stand)))


def _paint_bubble(
    painter: QPainter, item: Lollipop, stand: Stand, palette: Palette
) -> None:
    """Paint how many variants stand here, in the colour of the highest."""
    middle = head_place(item, stand)
    words = f"{item.count:,}"
    wide = max(BUBBLE, painter.fontMetrics().horizontalAdvance(words) / 2 + 4)
    box = QRectF(middle.x() - wide, middle.y() - BUBBLE, 2 * wide, 2 * BUBBLE)
    painter.setBrush(QColor(palette.surface))
    painter.setPen(hairline(tint_of(item, stand, palette), 2.0))
    painter.drawRoundedRect(box, BUBBLE, BUBBLE)
    painter.setPen(QColor(palette.text))
    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), words)


@cache
def _outline(kind: VariantKind | None) -> QPainterPath:
    return shape(kind, QPointF(0, 0), RADIUS)


def head_place(item: Lollipop, stand: Stand) -> QPointF:
    """Return where the head is: a refused record has no stem and lies on the ground."""
    lying = item.refused and item.count == 1
    return QPointF(item.head, stand.ground - 4 if lying else item.top)


def tint_of(item: Lollipop, stand: Stand, palette: Palette) -> str:
    """Return the colour of a score; none for a missing one."""
    if item.score is None:
        return palette.muted
    return stand.scale.colour(palette, item.score)


def shape(kind: VariantKind | None, middle: QPointF, radius: float) -> QPainterPath:
    """Return the outline of a head: the kind is told without colour."""
    path = QPainterPath()
    x, y, r = middle.x(), middle.y(), radius
    match kind:
        case VariantKind.INSERTION | VariantKind.DELETION:
            up = -1 if kind is VariantKind.INSERTION else 1
            tip, base = y + up * r * 1.2, y - up * r * 0.9
            corners = [QPointF(x, tip), QPointF(x + r * 1.15, base)]
            corners += [QPointF(x - r * 1.15, base), QPointF(x, tip)]
            path.addPolygon(QPolygonF(corners))
        case VariantKind.MNV:
            path.addRect(QRectF(x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8))
        case VariantKind.DELINS:
            corners = [QPointF(x, y - r * 1.25), QPointF(x + r * 1.25, y)]
            corners += [QPointF(x, y + r * 1.25), QPointF(x - r * 1.25, y)]
            path.addPolygon(QPolygonF([*corners, corners[0]]))
        case _:
            path.addEllipse(middle, r, r)
    return path


def shortened(allele: str, longest: int = _LONGEST) -> str:
    """Return an allele, shortened with its length where it is long."""
    long = len(allele) > longest
    return f"{allele[:longest]}… ({len(allele):,} bp)" if long else allele


def distance_to(item: Lollipop, stand: Stand, point: QPointF) -> float:
    """Return the pixels between a head and a point."""
    return float(QLineF(point, head_place(item, stand)).length())
