"""In-silico mutagenesis: what every substitution of every base would change.

Signals: ``to_a to_c to_g to_t``, the effect of putting that base in the place of the
one that is there, and ``importance``. An effect is the score of that single variant by
a scorer of the model, as `gfm score` gives it; scorers that tell the size of a change
alone (splice models) get the sign of what changes most: above 0 for a gain, below 0 for
a loss. Putting the genome's own base there changes nothing: its effect is 0, and no
model is asked for it. `TrackPrediction.letters` says which one that is.

**Importance** of the base that is there, from the effects e of all four bases::

    importance = -(e_A + e_C + e_G + e_T) / 4

which is ``s_ref - (s_A + s_C + s_G + s_T) / 4`` of Jaganathan et al. 2019 (Cell
176:535-548, figure 1), where each s is the model's output with that base: positive
where the base holds up what the model predicts. It is also what is left of the genome's
base once the four effects are centred on their mean. The scores of a model that learnt
from variants are its predictions and no changes; then there is no importance, and the
genome's base has no number.

**Part by part** (argument ``part``): with ``(8, 4)`` only every eighth position is
scored, those whose 0-based number leaves 4 when divided by 8. `LEVELS` are four parts
that show all of a region coarse to fine, and together hold each position once. A number
does not depend on the part in which it was asked for.

NaN, with the reason: bases that are N in the genome; substitutions that the scorer
refuses (outside genes for splice models, too near to a contig's end).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from gfm_desktop.errors import OptionError
from gfm_desktop.genome.variant import Variant
from gfm_desktop.models.option import Option
from gfm_desktop.tracks.card import Browsing, TrackCard
from gfm_desktop.tracks.place import check_place
from gfm_desktop.tracks.prediction import Missing, TrackPrediction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.models.protocols import LoadedModel

LETTERS = "ACGT"
EFFECTS = ("to_a", "to_c", "to_g", "to_t")
"""Keys of the effects, in the order of the alphabet."""
IMPORTANCE = "importance"
LEVELS: tuple[tuple[int, int], ...] = ((8, 0), (8, 4), (4, 2), (2, 1))
"""Parts from coarse to fine: every 8th position, every 4th, every 2nd, all."""
_TILE = 64
_TOGETHER = {"cpu": 8, "gpu": 64}
"""Positions that are scored between two chances to cancel."""
_AUTOMATIC = 300
"""Widest view that is worth beginning unasked."""
_SPLICE_SPEED = 0.04
"""Three substitutions take a splice network as long as 25 windows of 512 bases."""
_PATIENCE = 30.0
"""Seconds that it may take then: an eighth of it draws the first picture."""

RECOMMENDED = "recommended"
"""The scorer that the model's card names first."""

SCORER = Option(
    "scorer",
    "Scorer",
    "What an effect is: the name of a scorer of the model.",
    RECOMMENDED,
)
DISTANCE = Option(
    "distance",
    "Distance",
    "For splice models: how far from a substitution a splice site may be gained or "
    "lost.",
    50,
    minimum=0,
    maximum=4_999,
    unit="bp",
)

TRACK = TrackCard(
    name="mutagenesis",
    title="Mutagenesis",
    noun="effects of substitutions",
    needs="any that scores substitutions",
    units="those of the scorer",
    description="What each substitution of each base would change.",
    source="Importance as in Jaganathan et al. 2019, Cell 176:535-548, figure 1",
    signals=(
        *((key, f"To {letter}") for key, letter in zip(EFFECTS, LETTERS, strict=True)),
        (IMPORTANCE, "Importance"),
    ),
    widest_bp=2_000,
    main=IMPORTANCE,
    options=(SCORER, DISTANCE),
    default_model="ci-spliceai",
    substitutions=True,
)


@dataclass(frozen=True, slots=True)
class Effect:
    """What one substitution changes.

    Attributes:
        value: The effect; None where there is none.
        reason: Why there is none, or a caution.
    """

    value: float | None
    reason: str = ""


class SubstitutionScorer(Protocol):
    """Who scores the substitutions.

    Attributes:
        title: What people call the scorer.
        units: Units of the effects.
        changes: Whether a score is a change, so that no substitution has the score 0.
    """

    title: str
    units: str
    changes: bool

    def effects(self, variants: Sequence[Variant]) -> list[Effect]:
        """Return what each of some substitutions changes, in their order."""
        ...


def browsing(**options: object) -> Browsing:
    """Return how it is asked for: coarse to fine."""
    return Browsing(
        tile_bp=_TILE,
        flank_bp=0,
        splice_speed=_SPLICE_SPEED,
        most_bp=_AUTOMATIC,
        seconds=_PATIENCE,
        parts=LEVELS,
    )


def piece(
    model: LoadedModel, *, part: tuple[int, int] = (1, 0), **options: object
) -> int:
    """Return the bp that are predicted between two chances to cancel."""
    place = "cpu" if model.device.startswith("cpu") else "gpu"
    return _TOGETHER[place] * part[0]


def predict(
    model: LoadedModel,
    interval: Interval,
    *,
    reference: Reference,
    genes: GeneModels | None,
    score: SubstitutionScorer,
    variant: Variant | None = None,
    batch_size: int = 8,
    part: tuple[int, int] = (1, 0),
    scorer: str = RECOMMENDED,
    distance: int = 50,
) -> TrackPrediction:
    """Predict a region.

    Args:
        model: Who predicts; `score` has it.
        interval: What to predict; inside a contig of the reference.
        reference: The genome.
        genes: Gene models, whose names the prediction carries.
        score: Scores the substitutions, with the options that were chosen.
        variant: Must be None: the genome's own bases are changed.
        batch_size: Not used; `score` knows its own.
        part: Which positions: (step, remainder); (1, 0) for all.
        scorer: Told to `score` by whoever made it.
        distance: Likewise.

    Raises:
        OptionError: If the interval lies outside its contig, or a variant was given.
    """
    if variant is not None:
        raise OptionError(
            "Mutagenesis changes the genome's own bases, one at a time.",
            where="--variant",
            todo="Leave the variant out.",
        )
    check_place(interval, None, reference)
    letters = reference.fetch(interval.contig, interval.start, interval.end).upper()
    places = positions(interval, part)
    known = [at for at in places.tolist() if letters[at] in LETTERS]
    wanted = [one for at in known for one in _substitutions(interval, at, letters[at])]
    found = score.effects(wanted) if wanted else []
    table = np.full((len(interval), 4), np.nan)
    missing, notes = [], dict[str, None]()
    for one, effect in zip(wanted, found, strict=True):
        at = one.start - interval.start
        if effect.value is None:
            missing.append(Missing(one.start, one.start + 1, effect.reason))
            continue
        table[at, LETTERS.index(one.alt)] = effect.value
        if effect.reason:
            notes[effect.reason] = None
        if score.changes:
            table[at, LETTERS.index(one.ref)] = 0.0
    missing += [
        Missing(interval.start + at, interval.start + at + 1, _UNKNOWN)
        for at in places.tolist()
        if letters[at] not in LETTERS
    ]
    names = genes.overlapping(interval) if genes is not None else []
    return TrackPrediction(
        interval,
        signals_of(table, changes=score.changes),
        genes=tuple(dict.fromkeys(gene.name for gene in names)),
        model=model.card.id,
        weights_sha256=model.weights_sha256,
        kind=TRACK.name,
        how=score.title,
        titles=dict(TRACK.signals),
        units=score.units,
        missing=tuple(dict.fromkeys(missing)),
        notes=(*notes, *(() if score.changes else (_NO_CHANGES,))),
        letters=letters,
        told=part,
    )


def positions(interval: Interval, part: tuple[int, int]) -> NDArray[np.int64]:
    """Return the places of an interval that belong to a part, from its start."""
    every, remainder = part
    first = (remainder - interval.start) % every
    return np.arange(first, len(interval), every, dtype=np.int64)


def signals_of(
    table: NDArray[np.float64], *, changes: bool = True
) -> dict[str, NDArray[np.float32]]:
    """Return the signals of effects of shape (bp, 4), NaN where there is none.

    Args:
        table: Effects of A, C, G, T at each base; that of the genome's base is 0.
        changes: Whether the numbers are changes, so that bases have an importance.
    """
    found = {key: table[:, i].astype(np.float32) for i, key in enumerate(EFFECTS)}
    centred = -table.mean(axis=1) if changes else np.full(len(table), np.nan)
    # + 0.0: a base that nothing changes has the importance 0, and not -0.
    found[IMPORTANCE] = (centred + 0.0).astype(np.float32)
    return found


def _substitutions(interval: Interval, at: int, ref: str) -> list[Variant]:
    place = interval.start + at
    return [Variant(interval.contig, place, ref, alt) for alt in LETTERS if alt != ref]


_UNKNOWN = "the genome's base is unknown here (N)"
_NO_CHANGES = (
    "This model learnt from variants: a cell holds its prediction for that variant, "
    "and no change."
)
