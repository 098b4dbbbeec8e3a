"""What a kind of predicted track says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gfm_desktop.models.option import Option


@dataclass(frozen=True, slots=True)
class Browsing:
    """How a kind of track is asked for while somebody looks at a genome.

    Attributes:
        tile_bp: bp of one question; tiles begin at multiples of it.
        flank_bp: Fewest bp on each side of the selected variant that get REF and ALT.
        automatic_bp: Widest view that is predicted unasked; 0 where the speed of the
            model decides.
        speed: How many times faster than one window a base on each strand it is, where
            the speed decides.
        splice_speed: Factor on that for models of splicing, whose networks read ten
            thousand bases.
        most_bp: Widest view that is predicted unasked where the speed decides; 0 for
            the widest that there is.
        seconds: What an unasked view may cost where the speed decides.
        parts: Parts of a tile that are asked for one after another, coarse to fine, as
            (step, remainder) of their positions' 0-based numbers.
    """

    tile_bp: int
    flank_bp: int
    automatic_bp: int = 0
    speed: float = 1.0
    splice_speed: float = 1.0
    most_bp: int = 0
    seconds: float = 12.0
    parts: tuple[tuple[int, int], ...] = ((1, 0),)


@dataclass(frozen=True, slots=True)
class TrackCard:
    """Facts of one kind of predicted track.

    Attributes:
        name: What models name in their card, such as ``"splice-probability"``.
        title: What the browser writes beside it.
        noun: What is predicted, for sentences: ``"splice sites"``.
        needs: What kind of model it needs: ``"splice"``, ``"language"``, ...
        units: Units and range of the values.
        description: What it shows, in one sentence.
        source: Where the rule comes from.
        signals: Key and title of every signal it holds; empty where each model has its
            own (a line for each class, say), which the prediction then names.
        widest_bp: Widest region that is worth predicting at once, in bp.
        main: Key of the signal that stands for all where there is room for one line
            (``NAME.bw``); empty for the highest of all.
        options: What the user can choose.
        by_allele: Whether REF costs as much as ALT, so that a REF that is at hand is
            handed in (argument ``known``) and ALT alone is predicted, tile by tile.
        default_model: Model that predicts while the user has chosen none and it is
            installed; empty for none.
        substitutions: Whether it shows scores of substitutions of the genome's bases:
            every model with a scorer of them has it, `predict` is handed that scorer
            (argument ``score``) and can be asked for some positions (``part``), and no
            variant has anything to do with it.
    """

    name: str
    title: str
    noun: str
    needs: str
    units: str
    description: str
    source: str
    signals: tuple[tuple[str, str], ...]
    widest_bp: int
    main: str = ""
    options: tuple[Option, ...] = ()
    by_allele: bool = False
    default_model: str = ""
    substitutions: bool = False
