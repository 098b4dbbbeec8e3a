"""Read BED: 3 to 12 columns and whatever follows them.

Sources: UCSC's description of BED and of track lines; ENCODE's narrowPeak, broadPeak
and gappedPeak, whose columns after the sixth are no thick parts.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from gfm_desktop.genome.feature_draft import Feature, joined
from gfm_desktop.genome.feature_slice import NO_COLOUR

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gfm_desktop.genome.feature_draft import FeatureDraft, Span

STEP = 20_000
"""Lines between two reports of progress."""
_PEAKS = {
    "narrowpeak": (6, ("signalValue", "pValue", "qValue", "peak")),
    "broadpeak": (6, ("signalValue", "pValue", "qValue")),
    "gappedpeak": (12, ("signalValue", "pValue", "qValue")),
}
_STRANDS = {"+": 1, "-": -1, ".": 0, "": 0}
_HEADER = re.compile(r"(?:track|browser)(?:\s|$)")
_WORD = re.compile(r"""(\w+)=(?:"([^"]*)"|'([^']*)'|(\S+))""")


@dataclass(frozen=True, slots=True)
class BedLayout:
    """What the columns of a file mean.

    Attributes:
        standard: How many of the first twelve are BED's own: 3 to 6, 8, 9 or 12.
        names: Names of the columns after those; may be shorter than there are.
    """

    standard: int
    names: tuple[str, ...] = ()


@dataclass(slots=True)
class Heading:
    """What lines between the features say about those that follow.

    Attributes:
        colour: Of features without one of their own.
        peaks: What the columns mean, where the kind of the file tells.
        layouts: What they mean, judged by the first line of each length.
    """

    colour: int = NO_COLOUR
    peaks: BedLayout | None = None
    layouts: dict[int, BedLayout] = field(default_factory=dict)

    @classmethod
    def of_ending(cls, ending: str) -> Heading:
        """Return what the ending of a file's name tells."""
        return cls(peaks=_peaks(ending))

    def take(self, text: str, draft: FeatureDraft) -> bool:
        """Take a line that is no feature; return False for one that is."""
        if not text.strip() or text.startswith("#"):
            return True
        if not _HEADER.match(text):
            return False
        about = _words(text)
        self.peaks = self.peaks or _peaks(about.get("type", ""))
        draft.title = draft.title or about.get("name", "")
        self.colour = _colour(about.get("color", ""))
        return True

    def layout_for(self, fields: Sequence[str]) -> BedLayout:
        """Return what the columns of a line mean.

        Lines may differ in length; the first of a length tells for all of them.
        """
        if self.peaks is not None:
            return self.peaks
        if len(fields) not in self.layouts:
            self.layouts[len(fields)] = layout_of(fields)
        return self.layouts[len(fields)]


def read_bed(
    lines: Iterable[bytes], draft: FeatureDraft, ending: str = ""
) -> Iterator[int]:
    """Read a BED file; yields the number of lines so far, now and then.

    Args:
        lines: The file's lines.
        draft: Takes features, bad lines and the title.
        ending: The file's own, without a dot, such as ``"narrowPeak"``.
    """
    heading = Heading.of_ending(ending)
    for number, raw in enumerate(lines, start=1):
        if number % STEP == 0:
            yield number
        text = raw.decode("utf-8", "replace").removeprefix("\ufeff").strip("\r\n")
        if heading.take(text, draft):
            continue
        fields = text.split("\t") if "\t" in text else text.split()
        try:
            feature = bed_feature(fields, heading.layout_for(fields), heading.colour)
        except ValueError as error:
            draft.bad.refuse(number, str(error))
            continue
        draft.add(feature, number)


def layout_of(fields: Sequence[str]) -> BedLayout:
    """Return what the columns mean, judged by a line.

    Columns 7 and 8 are thick parts only where they are whole numbers: narrow peaks and
    other tables of six columns and measurements have something else there.
    """
    count = min(len(fields), 12)
    if count >= 7 and not (count >= 8 and all(map(_whole, fields[6:8]))):
        count = 6
    elif count in (9, 10, 11) or (count == 12 and not _whole(fields[9])):
        count = 9 if _is_colour(fields[8]) else 8
    return BedLayout(count)


def bed_feature(
    fields: Sequence[str], layout: BedLayout, colour: int = NO_COLOUR
) -> Feature:
    """Return the feature of a line.

    Args:
        fields: Its columns; fewer than the layout has are fine from three on.
        layout: What they mean.
        colour: Of features without one of their own.

    Raises:
        ValueError: If it is none; the message says why.
    """
    if len(fields) < 3:
        raise ValueError(f"{_columns(len(fields))} of at least 3")
    standard = min(layout.standard, len(fields))
    own = fields[:standard]
    start, end = _number(own[1], "start"), _number(own[2], "end")
    strand = own[5].strip() if standard > 5 else ""
    if strand not in _STRANDS:
        raise ValueError(f'the strand is "{strand}", not +, - or .')
    pieces = _blocks(own, start) if standard >= 12 else [(start, end)]
    thick: list[Span] = []
    if standard >= 8:
        thick = _thick(pieces, _number(own[6], "thick start"), own[7], start, end)
    if standard >= 9:
        colour = bed_colour(own[8], colour)
    name = own[3].strip() if standard > 3 else ""
    return Feature(
        own[0].strip(),
        start,
        end,
        "" if name == "." else name,
        _STRANDS[strand],
        _score(own[4]) if standard > 4 else math.nan,
        colour,
        pieces if len(pieces) > 1 else (),
        thick,
        _others(fields[standard:], layout),
    )


def _others(values: Sequence[str], layout: BedLayout) -> dict[str, str] | None:
    if not values:
        return None
    names = layout.names
    return {
        names[n] if n < len(names) else f"column {layout.standard + n + 1}": value
        for n, value in enumerate(values)
    }


def other_fields(values: Sequence[str], layout: BedLayout) -> str:
    """Return the columns after BED's own as a store keeps them."""
    return joined(_others(values, layout) or {})


def bed_colour(text: str, plain: int) -> int:
    """Return the colour of the ninth column, or `plain` where it names none."""
    found = _colour(text)
    return plain if found == NO_COLOUR else found


def _blocks(own: Sequence[str], start: int) -> list[Span]:
    """Return the blocks of BED12, ascending."""
    sizes = [_number(n, "a block size") for n in own[10].split(",") if n.strip()]
    starts = [_number(n, "a block start") for n in own[11].split(",") if n.strip()]
    count = _number(own[9], "the number of blocks")
    if not count == len(sizes) == len(starts):
        raise ValueError(
            f"{count:,} blocks are told, {len(sizes):,} sizes and {len(starts):,} "
            "starts given"
        )
    pairs = sorted(zip(starts, sizes, strict=True))
    return [(start + first, start + first + size) for first, size in pairs]


def _thick(
    pieces: list[Span], first: int, last: str, start: int, end: int
) -> list[Span]:
    """Return the parts of the blocks that are drawn thick."""
    stop = _number(last, "thick end")
    if first == stop:
        return []
    if not start <= first < stop <= end:
        raise ValueError("the thick part reaches out of the feature")
    parts = ((max(a, first), min(b, stop)) for a, b in pieces)
    return [(a, b) for a, b in parts if a < b]


def _number(text: str, what: str) -> int:
    if text.isdecimal() and len(text) < 19:
        return int(text)
    plain = text.strip()
    if not (plain.isdecimal() and len(plain) < 19):
        raise ValueError(f'{what} is "{plain[:30]}", no whole number from 0 on')
    return int(plain)


def _score(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        if text.strip() in (".", ""):
            return math.nan
        raise ValueError(f'the score is "{text[:30]}", no number') from None


@lru_cache(maxsize=4096)
def _colour(text: str) -> int:
    """Return 0xRRGGBB; `NO_COLOUR` where there is none, as UCSC reads a bare 0."""
    parts = text.strip().split(",")
    if len(parts) != 3 or not all(map(_byte, parts)):
        return NO_COLOUR
    red, green, blue = map(int, parts)
    return red << 16 | green << 8 | blue


def _byte(text: str) -> bool:
    text = text.strip()
    return text.isdecimal() and len(text) <= 3 and int(text) <= 255


def _is_colour(text: str) -> bool:
    return _colour(text) != NO_COLOUR or text.strip() in ("0", ".", "")


def _whole(text: str) -> bool:
    text = text.strip()
    return text.isdecimal()


def _columns(count: int) -> str:
    return "1 column" if count == 1 else f"{count} columns"


def _peaks(kind: str) -> BedLayout | None:
    found = _PEAKS.get(kind.lower())
    return None if found is None else BedLayout(*found)


def _words(text: str) -> dict[str, str]:
    """Return the settings of a track line."""
    found = _WORD.findall(text)
    return {key: double or single or bare for key, double, single, bare in found}
