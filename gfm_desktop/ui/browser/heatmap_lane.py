"""What lanes of effects of substitutions do alike: geometry, painting, reading, clicks.

A lane says what there is (`effects`), how it was made (`made`) and why something is
missing (`reason`); everything else is here.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from gfm_desktop.errors import GfmError
from gfm_desktop.tracks.mutagenesis import LETTERS
from gfm_desktop.ui.browser import curves, heatmap_geometry, heatmap_paint, logo_paint
from gfm_desktop.ui.browser.drawing import small
from gfm_desktop.ui.browser.heatmap_scene import scales_of, scene_of
from gfm_desktop.ui.browser.reduction import runs
from gfm_desktop.ui.browser.scale import MINUS, signed
from gfm_desktop.ui.browser.track import AxisMark, Hit, PlainTrack, TrackAction
from gfm_desktop.workspace.hypothetical import select_variant

if TYPE_CHECKING:
    from collections.abc import Hashable

    from PySide6.QtGui import QPainter

    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.ui.browser.heatmap_geometry import Effects, Panes
    from gfm_desktop.ui.browser.heatmap_scene import Scales, Scene, Scenes
    from gfm_desktop.ui.browser.track import View
    from gfm_desktop.workspace.workspace import Workspace

_SCALE = "Colour scale"


@dataclass(frozen=True, slots=True)
class Made:
    """How effects were made.

    Attributes:
        model: What people call the model.
        how: What people call the scorer.
        units: Units of an effect, in a few words.
        progress: How far the work is; empty where it is done.
    """

    model: str
    how: str
    units: str
    progress: str = ""


class HeatmapLane(PlainTrack):
    """Cells A, C, G, T under each base; far out the extremes of each pixel."""

    key: str
    title: str
    _workspace: Workspace
    _scenes: Scenes

    @abstractmethod
    def effects(self, view: View) -> Effects | None:
        """Return what is on screen; None where there is nothing."""

    @abstractmethod
    def revision(self) -> Hashable:
        """Return what is another one whenever the picture may be."""

    @abstractmethod
    def made(self, view: View) -> Made:
        """Return how the effects were made."""

    @abstractmethod
    def reason(self, position: int, view: View) -> str:
        """Return why a 0-based position has no effect; empty where nobody said."""

    def scene(self, view: View) -> Scene | None:
        """Return what a view shows; None where there is nothing."""
        key = (view.interval, view.width, view.palette, self.stamp())
        if key in self._scenes.known:
            return self._scenes.known[key]
        effects = self.effects(view)
        if effects is None:
            return None
        near = heatmap_geometry.close(view)
        scales = self.scales(effects, near=near)
        if fixed := self._fixed():
            scales = replace(scales, limit=fixed)
        scene = scene_of(effects, scales, view, near=near)
        return self._scenes.keep(key, scene)

    def stamp(self) -> Hashable:
        """Return what changes when a picture would."""
        return self.revision(), self._fixed()

    def scales(self, effects: Effects, *, near: bool) -> Scales:
        """Return the scales that hold what is on screen.

        Args:
            effects: What is on screen.
            near: Whether every cell is drawn.
        """
        return scales_of(effects, near=near)

    def panes(self, rect: QRectF, view: View) -> Panes | None:
        """Return the parts of the lane; None where nothing is drawn."""
        scene = self.scene(view)
        if scene is None:
            return None
        low, high = scene.scales.low, scene.scales.high
        return heatmap_geometry.panes(view, rect.height(), low, high)

    def axis(self, rect: QRectF, view: View) -> list[AxisMark]:
        """Return the name of the upper part with its scale, and the rows' letters."""
        scene, shown = self.scene(view), self.panes(rect, view)
        if scene is None or shown is None:
            return []
        far = scene.pixels is not None
        logo = shown.logo
        title = "Gain and loss" if far else "Importance"
        marks = [AxisMark((logo.top + logo.bottom) / 2, title, strong=True)]
        ends = [(logo.y(v), v) for v in (logo.high, logo.low)]
        marks += [AxisMark(y, _number(v)) for y, v in ends]
        if far:
            middle = (shown.top + shown.bottom) / 2
            return [*marks, AxisMark(middle, "Strongest", strong=True)]
        rows = enumerate(LETTERS)
        return marks + [AxisMark(shown.top + (i + 0.5) * shown.row, b) for i, b in rows]

    def data(self, view: View) -> str:
        """Return the effects of every substitution on screen."""
        scene = self.scene(view)
        if scene is None:
            return ""
        effects = scene.effects
        lines = ["contig\tposition\tref\ta\tc\tg\tt\timportance"]
        for at in np.flatnonzero(effects.known & ~effects.untold).tolist():
            numbers = [*effects.values[at].tolist(), float(effects.importance[at])]
            cells = ["" if np.isnan(v) else f"{v:.5g}" for v in numbers]
            position = int(effects.places[at]) + 1
            place = [effects.contig, str(position), effects.letters[at]]
            lines.append("\t".join([*place, *cells]))
        return "\n".join(lines) + "\n"

    def paint_scene(self, painter: QPainter, rect: QRectF, view: View) -> None:
        """Paint what there is."""
        scene, shown = self.scene(view), self.panes(rect, view)
        if scene is None or shown is None:
            return
        logo_paint.paint_axis(painter, rect, shown.logo, view)
        if scene.pixels is not None:
            heatmap_paint.paint_extremes(painter, shown, view, scene.pixels)
            limit = scene.scales.limit
            heatmap_paint.paint_strip(painter, shown, view, scene.pixels, limit)
        elif scene.image is not None and scene.letters is not None:
            logo_paint.paint_stack(painter, shown.logo, view, scene.letters)
            heatmap_paint.paint_cells(painter, shown, view, scene.effects, scene.image)
            self._paint_untold(painter, shown, view, scene.effects)

    def paint_legend(self, painter: QPainter, rect: QRectF, view: View) -> None:
        """Paint how it was made, and what the colours mean."""
        scene = self.scene(view)
        if scene is None:
            return
        painter.setFont(small(painter.font(), 0.84))
        made = self.made(view)
        corner = QPointF(rect.right() - 6, 1)
        told = [made.how, made.progress]
        if not self.named:
            told.insert(0, made.model)
        words = (", ".join(word for word in told if word), made.units)
        limit = scene.scales.limit
        own = scene.pixels is None
        heatmap_paint.paint_bar(painter, corner, limit, words, view.palette, own=own)

    @property
    def named(self) -> bool:
        """Tell whether the label says which model it is; else the legend does."""
        return True

    def scale_actions(self) -> list[TrackAction]:
        """Return whether the colours end by themselves, or where they end now."""
        book, fixed = self._workspace.lanes, self._fixed()
        now = next(reversed(self._scenes.known.values()), None)
        limit = now.scales.limit if now is not None else fixed
        words = f"Keep ±{fixed or limit:.2g}"
        return [
            TrackAction(
                "Automatic (99th percentile)",
                lambda: book.change(self.key, low=None, high=None),
                checked=not fixed,
                menu=_SCALE,
            ),
            TrackAction(
                words,
                lambda: book.change(self.key, low=-limit, high=limit),
                checked=bool(fixed),
                enabled=limit > 0,
                menu=_SCALE,
            ),
        ]

    def hit(self, point: QPointF, rect: QRectF, view: View) -> Hit | None:
        """Read a cell, a base's importance, or the strongest effect of a pixel."""
        scene, shown = self.scene(view), self.panes(rect, view)
        if scene is None or shown is None:
            return None
        effects, position = scene.effects, view.position(point.x())
        if scene.pixels is not None:
            return self._hit_pixel(effects, int(point.x()), view)
        number = effects.at(position)
        if number is None:
            return None
        if not effects.known[number] or effects.untold[number]:
            reason = self.reason(position, view)
            return Hit(_sentence(reason)) if reason else None
        cell = heatmap_geometry.cell_at(effects, shown, view, point.x(), point.y())
        if cell is None or effects.letters[number] == LETTERS[cell[1]]:
            return Hit("\n".join(self._column(effects, number, view)))
        return self._hit_cell(effects, *cell, view)

    def _hit_cell(self, effects: Effects, number: int, row: int, view: View) -> Hit:
        variant, value = effects.variant(number, row), effects.values[number, row]
        title = f"{_place(effects, variant.start)} {variant.ref} → {variant.alt}"
        if np.isnan(value):
            return Hit(f"{title}\n{_sentence(self.reason(variant.start, view))}")
        about = self._words(float(value), view)
        return Hit(
            f"{title}\n{about}\nClick to open this variant",
            interval=variant.interval,
            name=variant.ref,
            chosen=lambda: self._open(variant, about, go=False),
        )

    def _hit_pixel(self, effects: Effects, pixel: int, view: View) -> Hit | None:
        first = view.interval.start + math.ceil(pixel / view.scale)
        end = view.interval.start + math.ceil((pixel + 1) / view.scale)
        if view.scale >= 1:
            # A base is as wide as its pixels.
            first = view.position(pixel)
            end = first + 1
        best = effects.strongest(first, end)
        if best is None:
            return None
        variant, value = best
        about = self._words(value, view)
        title = f"{_place(effects, variant.start)} {variant.ref} → {variant.alt}"
        return Hit(
            f"Strongest here: {title}\n{about}\nClick to go there",
            interval=variant.interval,
            chosen=lambda: self._open(variant, about, go=True),
        )

    def _column(self, effects: Effects, number: int, view: View) -> list[str]:
        """Return what is known of a base: its place, importance and effects."""
        base, place = effects.letters[number], int(effects.places[number])
        lines = [f"{_place(effects, place)}, the genome has {base}"]
        if np.isfinite(effects.importance[number]):
            lines.append(f"Importance {signed(float(effects.importance[number]))}")
        for row, letter in enumerate(LETTERS):
            value = float(effects.values[number, row])
            if letter != base and np.isfinite(value):
                lines.append(f"{base} → {letter}  {signed(value)}")
        return [*lines, self.made(view).units]

    def _words(self, value: float, view: View) -> str:
        made = self.made(view)
        effect = f"{value:+.3g}".replace("-", MINUS)
        return f"{made.model}, {made.how.lower()}: effect {effect} ({made.units})"

    def _open(self, variant: Variant, about: str, *, go: bool) -> None:
        """Select a substitution; what stands against it is said."""
        try:
            select_variant(self._workspace, variant, about=about, go=go)
        except GfmError as problem:
            self._workspace.message.emit("warning", str(problem))

    def _fixed(self) -> float:
        """Return where the user wants the colours to end; 0 for by themselves."""
        look = self._workspace.lanes.look(self.key)
        ends = [abs(end) for end in (look.low, look.high) if end is not None]
        return max(ends, default=0.0)

    @staticmethod
    def _paint_untold(
        painter: QPainter, shown: Panes, view: View, effects: Effects
    ) -> None:
        """Hatch the places of which the model tells nothing."""
        mask = np.zeros(len(view.interval), np.bool_)
        mask[effects.places - view.interval.start] = effects.untold
        height = shown.bottom - shown.top
        for first, end in runs(mask):
            left, width = first * view.scale, (end - first) * view.scale
            box = QRectF(left, shown.top, width, height)
            curves.paint_gap(painter, box, "", view, bad=False)


def short_units(units: str) -> str:
    """Return the units of a score without its range and what follows."""
    return units.split(";")[0].split(", 0 to")[0]


def _place(effects: Effects, position: int) -> str:
    return f"{effects.contig}:{position + 1:,}"


def _number(value: float) -> str:
    """Return an axis' end; a small one must fit beside the lane's title."""
    words = f"{value:.2g}" if abs(value) >= 0.01 else f"{value:.1g}"
    return words.replace("-", MINUS)


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:] if words else "No effect was told here"
