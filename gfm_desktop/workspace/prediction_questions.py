"""What predictions ask and have been answered: tiles of the genome, and variants."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.status import DESCRIPTIONS, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.tracks.prediction import TrackPrediction
    from gfm_desktop.workspace.score_table import VariantRow
    from gfm_desktop.workspace.workspace import Workspace

WHOLE = (1, 0)
"""The part of a tile that is all of it."""


class Key(NamedTuple):
    """What is asked.

    Attributes:
        interval: A region.
        variant: The variant to predict it with; None for REF alone.
        part: Which positions, as (step, remainder) of their 0-based number.
    """

    interval: Interval
    variant: Variant | None = None
    part: tuple[int, int] = WHOLE

    @property
    def positions(self) -> int:
        """Return how many positions are asked about."""
        every, remainder = self.part
        first = (remainder - self.interval.start) % every
        return len(range(first, len(self.interval), every))


@dataclass(slots=True, eq=False)
class Question:
    """One submitted job; compared by identity, so a late answer is told apart.

    Attributes:
        key: What was asked.
        before: What its progress counts from.
        job_id: The job that answers.
        began: `time.monotonic` when the model began to run; 0 before.
    """

    key: Key
    before: int = 0
    job_id: str = ""
    began: float = 0.0


@dataclass(slots=True)
class Store:
    """Answers, newest last, and reasons why there is none."""

    limit: int
    answers: OrderedDict[Key, TrackPrediction] = field(default_factory=OrderedDict)
    failures: dict[Key, str] = field(default_factory=dict)

    def add(self, key: Key, answer: TrackPrediction) -> None:
        """Keep an answer; the one that was not used for longest gives way."""
        self.answers[key] = answer
        if len(self.answers) > self.limit:
            self.answers.popitem(last=False)

    def get(self, key: Key) -> TrackPrediction | None:
        """Return an answer, which counts as using it."""
        if key in self.answers:
            self.answers.move_to_end(key)
        return self.answers.get(key)

    def clear(self) -> None:
        """Forget answers and failures."""
        self.answers.clear()
        self.failures.clear()


def tiles_over(view: Interval, length: int, size: int) -> list[Interval]:
    """Return the tiles that cover a region of a contig of `length` bp.

    Args:
        view: The region.
        length: bp of the contig.
        size: bp of a tile; the last one of the contig may be shorter.
    """
    first = view.start - view.start % size
    return [
        Interval(view.contig, start, min(start + size, length))
        for start in range(first, view.end, size)
    ]


def tile_keys(
    workspace: Workspace,
    region: Interval,
    size: int,
    parts: Sequence[tuple[int, int]] = (WHOLE,),
) -> list[Key]:
    """Return the questions that cover a region; none where it is not on the genome.

    Args:
        workspace: Whose genome.
        region: What to cover.
        size: bp of a tile.
        parts: Parts of each tile, those to be asked for first in front.
    """
    genome = workspace.genome
    if genome is None or region.contig not in genome.contigs:
        return []
    length = genome.contigs[region.contig]
    tiles = tiles_over(region.clipped(length), length, size)
    return [Key(tile, None, part) for part in parts for tile in tiles]


def refusal(row: VariantRow) -> str:
    """Return why a variant has no ALT prediction; empty where it can have one."""
    if row.variant is None or row.status not in (Status.PENDING, Status.SCORED):
        return row.reason or DESCRIPTIONS[row.status]
    return ""


def selected_variant(workspace: Workspace) -> Variant | None:
    """Return the selected variant, where it can be predicted."""
    row = workspace.selection
    return None if row is None or refusal(row) else row.variant


def around_selection(workspace: Workspace, flank: int) -> Key | None:
    """Return the selected variant with `flank` bp on both sides; None without one."""
    variant, genome = selected_variant(workspace), workspace.genome
    if variant is None or genome is None or variant.contig not in genome.contigs:
        return None
    end = variant.start + len(variant.ref) + flank
    around = Interval(variant.contig, max(0, variant.start - flank), end)
    return Key(around.clipped(genome.contigs[variant.contig]), variant)


def from_the_middle(keys: Iterable[Key], middle: int) -> list[Key]:
    """Return questions so that those nearest to a position come first.

    Parts keep their order: all tiles coarse before any tile fine.
    """
    given = list(keys)
    rank = {part: i for i, part in enumerate(dict.fromkeys(k.part for k in given))}

    def place(key: Key) -> tuple[int, int]:
        one = key.interval
        return rank[key.part], abs(one.start + one.end - 2 * middle)

    return sorted(given, key=place)


def within(key: Key, region: Interval, told: list[Interval]) -> bool:
    """Tell whether what is asked of a tile lies in one of some stretches.

    Args:
        key: The question.
        region: What is looked at of its tile.
        told: Stretches that are known.
    """
    asked = shared(key.interval, region)
    return asked is not None and any(inside(asked, one) for one in told)


def shared(one: Interval, other: Interval) -> Interval | None:
    """Return what two stretches have in common; None for nothing."""
    start, end = max(one.start, other.start), min(one.end, other.end)
    if one.contig != other.contig or start >= end:
        return None
    return Interval(one.contig, start, end)


def inside(part: Interval, whole: Interval) -> bool:
    """Tell whether `part` lies in `whole`."""
    same = part.contig == whole.contig
    return same and whole.start <= part.start and part.end <= whole.end
