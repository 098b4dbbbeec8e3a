"""What predictions ask and have been answered: tiles of the genome, and variants."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.status import DESCRIPTIONS, Status

if TYPE_CHECKING:
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.tracks.splice_probability import SplicePrediction
    from gfm_desktop.workspace.score_table import VariantRow
    from gfm_desktop.workspace.workspace import Workspace

TILE = 10_000
"""bp of one question; the model reads 10,000 more, so smaller tiles save little."""
OVERLAY_FLANK = 1_000
"""Fewest bp on each side of the selected variant that get REF and ALT."""

Key = tuple[Interval, "Variant | None"]
"""A region, and the variant to predict it with (None for REF alone)."""


@dataclass(slots=True, eq=False)
class Question:
    """One submitted job; compared by identity, so a late answer is told apart."""

    key: Key
    job_id: str = ""


@dataclass(slots=True)
class Store:
    """Answers, newest last, and reasons why there is none."""

    limit: int
    answers: OrderedDict[Key, SplicePrediction] = field(default_factory=OrderedDict)
    failures: dict[Key, str] = field(default_factory=dict)

    def add(self, key: Key, answer: SplicePrediction) -> None:
        """Keep an answer; the one that was not used for longest gives way."""
        self.answers[key] = answer
        if len(self.answers) > self.limit:
            self.answers.popitem(last=False)

    def get(self, key: Key) -> SplicePrediction | None:
        """Return an answer, which counts as using it."""
        if key in self.answers:
            self.answers.move_to_end(key)
        return self.answers.get(key)

    def clear(self) -> None:
        """Forget answers and failures."""
        self.answers.clear()
        self.failures.clear()


def tiles_over(view: Interval, length: int) -> list[Interval]:
    """Return the tiles that cover a region of a contig of `length` bp."""
    first = view.start - view.start % TILE
    return [
        Interval(view.contig, start, min(start + TILE, length))
        for start in range(first, view.end, TILE)
    ]


def tile_keys(workspace: Workspace, region: Interval) -> list[Key]:
    """Return the questions that cover a region; none where it is not on the genome."""
    genome = workspace.genome
    if genome is None or region.contig not in genome.contigs:
        return []
    length = genome.contigs[region.contig]
    return [(tile, None) for tile in tiles_over(region.clipped(length), length)]


def refusal(row: VariantRow) -> str:
    """Return why a variant has no ALT prediction; empty where it can have one."""
    if row.variant is None or row.status not in (Status.PENDING, Status.SCORED):
        return row.reason or DESCRIPTIONS[row.status]
    return ""


def selected_variant(workspace: Workspace) -> Variant | None:
    """Return the selected variant, where it can be predicted."""
    row = workspace.selection
    return None if row is None or refusal(row) else row.variant


def overlay_key(workspace: Workspace) -> Key | None:
    """Return the question about the selected variant.

    It reaches as far as the scores do (the run's ``distance``), at least
    `OVERLAY_FLANK`.
    """
    variant, genome = selected_variant(workspace), workspace.genome
    if variant is None or genome is None or variant.contig not in genome.contigs:
        return None
    distance = 0 if workspace.run is None else workspace.run.options.get("distance", 0)
    flank = max(OVERLAY_FLANK, int(distance))
    end = variant.start + len(variant.ref) + flank
    around = Interval(variant.contig, max(0, variant.start - flank), end)
    return around.clipped(genome.contigs[variant.contig]), variant


def inside(part: Interval, whole: Interval) -> bool:
    """Tell whether `part` lies in `whole`."""
    same = part.contig == whole.contig
    return same and whole.start <= part.start and part.end <= whole.end
