"""What a view of effects shows, reckoned once a view and not once a paint."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.ui.browser import heatmap_geometry, heatmap_paint

if TYPE_CHECKING:
    from collections.abc import Hashable

    from PySide6.QtGui import QImage

    from gfm_desktop.ui.browser.heatmap_geometry import Effects, Pixels
    from gfm_desktop.ui.browser.logos import Stack
    from gfm_desktop.ui.browser.track import View

_SCENES = 6
"""Views whose scenes are kept: as many as there may be loci side by side."""


@dataclass(frozen=True, slots=True)
class Scales:
    """How far axis and colours reach.

    Attributes:
        low: Value at the foot of the upper part.
        high: Value at its top.
        limit: Effect with the strongest colour.
    """

    low: float
    high: float
    limit: float


@dataclass(frozen=True, slots=True)
class Scene:
    """What a view shows, reckoned once a view and not once a paint.

    Attributes:
        effects: What is on screen.
        scales: How far axis and colours reach.
        image: The cells; None far out.
        letters: The logo; None far out.
        pixels: Extremes of each pixel; None close by.
    """

    effects: Effects
    scales: Scales
    image: QImage | None = None
    letters: Stack | None = None
    pixels: Pixels | None = None


@dataclass(slots=True)
class Scenes:
    """The scenes of the views that were painted last, the newest last."""

    known: dict[Hashable, Scene] = field(default_factory=dict)

    def keep(self, key: Hashable, scene: Scene) -> Scene:
        """Keep a scene; the oldest gives way."""
        if len(self.known) >= _SCENES:
            del self.known[next(iter(self.known))]
        self.known[key] = scene
        return scene


def scales_of(effects: Effects, *, near: bool) -> Scales:
    """Return the scales that hold all of some effects."""
    values = effects.importance
    if not near:
        values = np.concatenate([effects.low, effects.high])
    return Scales(*heatmap_geometry.span(values), effects.limit)


def scene_of(effects: Effects, scales: Scales, view: View, *, near: bool) -> Scene:
    """Return what a view shows of some effects.

    Args:
        effects: What is on screen.
        scales: How far axis and colours reach.
        view: What is on screen.
        near: Whether every cell is drawn.
    """
    if not near:
        found = heatmap_geometry.pixels(effects, view)
        return Scene(effects, scales, pixels=found)
    numbers = heatmap_geometry.shades(effects, scales.limit, view)
    image = heatmap_paint.image_of(numbers, view.palette)
    return Scene(effects, scales, image, heatmap_geometry.letters_of(effects, view))
