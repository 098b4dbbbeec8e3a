"""Read BED in arrays, thousands of lines at once.

Only lines that are plain and good are taken here; every other line of the same table
goes to `feature_bed`, which reads it as ever, or says what is wrong with it. A file
that is no table (lines of differing length, blanks for tabs) is left to it as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.genome.feature_bed import (
    BedLayout,
    Heading,
    bed_colour,
    bed_feature,
    other_fields,
)
from gfm_desktop.genome.feature_draft import FeatureRows
from gfm_desktop.genome.feature_slice import ragged

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from gfm_desktop.genome.feature_draft import FeatureDraft

_BLOCK = 4 << 20
"""Bytes of text that are read at once."""
_SCORE = r"^-?[0-9]+(\.[0-9]+)?$"
_STRANDS = {"+": 1, "-": -1, ".": 0}
_ODD_STRAND = 9


class Uneven(Exception):
    """The file is no table; it is to be read line by line."""


def read_bed_table(file: Any, draft: FeatureDraft, ending: str = "") -> Iterator[int]:
    """Read a BED file; yields the number of lines so far, batch by batch.

    Args:
        file: The unpacked bytes, open to be read and sought in.
        draft: Takes features, bad lines and the title. What it has taken before
            `Uneven` is of no use.
        ending: The file's own, without a dot, such as ``"narrowPeak"``.

    Raises:
        Uneven: If it is no table.
    """
    import pyarrow as pa
    from pyarrow import csv

    heading, fields, lines = _heading(file, draft, ending)
    layout = heading.layout_for(fields)
    names = [str(n) for n in range(len(fields))]
    try:
        reader = csv.open_csv(
            file,
            csv.ReadOptions(column_names=names, block_size=_BLOCK, use_threads=False),
            csv.ParseOptions(
                delimiter="\t", quote_char=False, ignore_empty_lines=False
            ),
            csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=False,
            ),
        )
        for batch in reader:
            _Batch(batch, layout, heading.colour).give(draft, lines + 1)
            lines += batch.num_rows
            yield lines
    except pa.ArrowInvalid as error:
        raise Uneven from error


def _heading(
    file: Any, draft: FeatureDraft, ending: str
) -> tuple[Heading, list[str], int]:
    """Read what stands before the first feature; leaves the file at that line.

    Returns:
        What it says, the columns of the first feature, and the number of lines.

    Raises:
        Uneven: If there is no feature, or it is not parted by tabs.
    """
    heading, lines = Heading.of_ending(ending), 0
    while True:
        place = file.tell()
        raw = file.readline()
        if not raw:
            raise Uneven
        text = raw.decode("utf-8", "replace").strip("\r\n")
        if not heading.take(text, draft):
            break
        lines += 1
    fields = text.split("\t")
    if len(fields) < 3 or text.startswith("\ufeff"):
        raise Uneven
    file.seek(place)
    return heading, fields, lines


@dataclass(frozen=True, slots=True)
class _Spans:
    """Blocks of some rows: how many each has (n,), and start and end (m, 2)."""

    counts: NDArray[np.int64]
    spans: NDArray[np.int64]

    @property
    def offsets(self) -> NDArray[np.int64]:
        return np.append(0, np.cumsum(self.counts)).astype(np.int64)

    def chosen(self, rows: NDArray[np.int64]) -> _Spans:
        _, places = ragged(self.offsets, rows)
        return _Spans(self.counts[rows], self.spans[places])


class _Batch:
    """Some thousand lines as columns of text."""

    def __init__(self, batch: Any, layout: BedLayout, colour: int) -> None:
        self._columns = [batch.column(n) for n in range(batch.num_columns)]
        self._layout = layout
        self._standard = min(layout.standard, batch.num_columns)
        self._colour = colour
        self._good = np.ones(batch.num_rows, np.bool_)

    def give(self, draft: FeatureDraft, first: int) -> None:
        """Hand the rows to a draft.

        Args:
            draft: Takes them.
            first: Number of the first line, from 1.
        """
        contig = self._contigs(draft)
        start, end = self._numbers(1), self._numbers(2)
        self._good &= (start < end) & (end <= draft.limits()[contig])
        strand = self._strands()
        score, colour = self._scores(), self._colours()
        whole = np.stack([start, end], axis=1)
        blocks = self._blocks(start, end)
        pieces = _Spans(np.ones(len(start), np.int64), whole)
        thick = self._thick(pieces if blocks is None else blocks, start, end)
        if blocks is not None:
            pieces = _with_single(blocks, whole)
        rows = np.flatnonzero(self._good)
        own, other = pieces.chosen(rows), thick.chosen(rows)
        draft.add_rows(
            FeatureRows(
                contig=contig[rows],
                start=start[rows],
                end=end[rows],
                strand=strand[rows],
                score=score[rows],
                colour=colour[rows],
                piece_counts=own.counts,
                pieces=own.spans,
                thick_counts=other.counts,
                thick=other.spans,
                names=self._names(rows),
                fields=self._fields(rows),
            )
        )
        for row in np.flatnonzero(~self._good).tolist():
            fields = [column[row].as_py() for column in self._columns]
            if fields[0].startswith(("#", "track", "browser")):
                raise Uneven
            try:
                feature = bed_feature(fields, self._layout, self._colour)
            except ValueError as error:
                draft.bad.refuse(first + row, str(error))
                continue
            draft.add(feature, first + row)

    def _contigs(self, draft: FeatureDraft) -> NDArray[np.int64]:
        """Return the draft's number of each row's contig; what has none is not good."""
        names, place = _coded(self._columns[0])
        numbers = [draft.contig_number(name) for name in names]
        known = [0 if number is None else number for number in numbers]
        table: NDArray[np.int64] = np.array(known, np.int64)
        lost = np.array([n is None for n in numbers], np.bool_)
        self._good &= ~lost[place]
        found: NDArray[np.int64] = table[place]
        return found

    def _numbers(self, column: int) -> NDArray[np.int64]:
        return _whole(self._columns[column], self._good)

    def _strands(self) -> NDArray[np.int8]:
        if self._standard < 6:
            return np.zeros(len(self._good), np.int8)
        names, place = _coded(self._columns[5])
        known = [_STRANDS.get(name, _ODD_STRAND) for name in names]
        found: NDArray[np.int8] = np.array(known, np.int8)[place]
        self._good &= found != _ODD_STRAND
        return found

    def _scores(self) -> NDArray[np.float32]:
        import pyarrow as pa
        import pyarrow.compute as pc

        if self._standard < 5:
            return np.full(len(self._good), np.nan, np.float32)
        texts = self._columns[4]
        none = pc.equal(texts, ".")
        number = pc.match_substring_regex(texts, _SCORE)
        self._good &= pc.or_(none, number).to_numpy(zero_copy_only=False)
        values = pc.cast(pc.if_else(number, texts, "nan"), pa.float64())
        found: NDArray[np.float32] = values.to_numpy(zero_copy_only=False).astype(
            np.float32
        )
        return found

    def _colours(self) -> NDArray[np.int32]:
        if self._standard < 9:
            return np.full(len(self._good), self._colour, np.int32)
        names, place = _coded(self._columns[8])
        known = [bed_colour(name, self._colour) for name in names]
        found: NDArray[np.int32] = np.array(known, np.int32)[place]
        return found

    def _blocks(
        self, start: NDArray[np.int64], end: NDArray[np.int64]
    ) -> _Spans | None:
        """Return the blocks of BED12; None where there are fewer columns."""
        if self._standard < 12:
            return None
        counts = self._numbers(9)
        sizes, starts = self._list(10), self._list(11)
        same = (sizes.counts == counts) & (starts.counts == counts)
        self._good &= same & (counts > 0)
        rows = np.flatnonzero(self._good)
        size, first = sizes.chosen(rows).spans[:, 0], starts.chosen(rows).spans[:, 0]
        owner = np.repeat(rows, counts[rows])
        left = start[owner] + first
        right = left + size
        bad = (size < 1) | (right > end[owner])
        bad[1:] |= (owner[1:] == owner[:-1]) & (left[1:] < right[:-1])
        self._good[owner[bad]] = False
        kept = np.zeros(len(self._good), np.int64)
        kept[rows] = counts[rows]
        return _Spans(kept, np.stack([left, right], axis=1))

    def _list(self, column: int) -> _Spans:
        """Return the whole numbers of a list with commas, as one column of spans."""
        import pyarrow.compute as pc

        texts = pc.utf8_rtrim(self._columns[column], ",")
        parts = pc.split_pattern(texts, ",")
        counts = pc.list_value_length(parts).to_numpy(zero_copy_only=False)
        counts = counts.astype(np.int64)
        flat = pc.list_flatten(parts)
        good = np.ones(len(flat), np.bool_)
        values = _whole(flat, good)
        owner = np.repeat(np.arange(len(counts)), counts)
        self._good[owner[~good]] = False
        return _Spans(counts, values.reshape(-1, 1))

    def _thick(
        self, blocks: _Spans, start: NDArray[np.int64], end: NDArray[np.int64]
    ) -> _Spans:
        """Return the parts of the blocks that are drawn thick."""
        none = _Spans(np.zeros(len(start), np.int64), np.empty((0, 2), np.int64))
        if self._standard < 8:
            return none
        first, last = self._numbers(6), self._numbers(7)
        empty = first == last
        inside = (start <= first) & (first < last) & (last <= end)
        self._good &= empty | inside
        owner = np.repeat(np.arange(len(start)), blocks.counts)
        left = np.maximum(blocks.spans[:, 0], first[owner])
        right = np.minimum(blocks.spans[:, 1], last[owner])
        kept = (left < right) & ~empty[owner]
        counts = np.bincount(owner[kept], minlength=len(start))
        return _Spans(counts, np.stack([left[kept], right[kept]], axis=1))

    def _names(self, rows: NDArray[np.int64]) -> list[str]:
        if self._standard < 4:
            return [""] * len(rows)
        import pyarrow.compute as pc

        texts = pc.utf8_trim_whitespace(self._columns[3].take(_indices(rows)))
        found: list[str] = pc.if_else(pc.equal(texts, "."), "", texts).to_pylist()
        return found

    def _fields(self, rows: NDArray[np.int64]) -> list[str]:
        more = self._columns[self._standard :]
        if not more:
            return [""] * len(rows)
        wanted = _indices(rows)
        columns = [column.take(wanted).to_pylist() for column in more]
        return [
            other_fields(values, self._layout) for values in zip(*columns, strict=True)
        ]


def _whole(texts: Any, good: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return whole numbers; 0 where a text is none, which is then not good."""
    import pyarrow as pa
    import pyarrow.compute as pc

    digits = pc.and_(pc.string_is_ascii(texts), pc.utf8_is_decimal(texts))
    plain = pc.and_(digits, pc.less(pc.utf8_length(texts), 19))
    values = pc.cast(pc.if_else(plain, texts, "0"), pa.int64())
    good &= plain.to_numpy(zero_copy_only=False)
    found: NDArray[np.int64] = values.to_numpy(zero_copy_only=False)
    return found


def _coded(column: Any) -> tuple[list[str], NDArray[np.int64]]:
    """Return the different texts of a column, and which of them each row has."""
    coded = column.dictionary_encode()
    place: NDArray[np.int64] = coded.indices.to_numpy(zero_copy_only=False)
    return coded.dictionary.to_pylist(), place


def _with_single(blocks: _Spans, whole: NDArray[np.int64]) -> _Spans:
    """Return blocks with the whole feature where there is one block or none."""
    counts = np.maximum(1, blocks.counts)
    offsets = np.append(0, np.cumsum(counts)).astype(np.int64)
    spans = np.empty((int(counts.sum()), 2), np.int64)
    single = blocks.counts <= 1
    spans[offsets[:-1][single]] = whole[single]
    many = np.flatnonzero(~single)
    _, source = ragged(blocks.offsets, many)
    _, target = ragged(offsets, many)
    spans[target] = blocks.spans[source]
    return _Spans(counts, spans)


def _indices(rows: NDArray[np.int64] | Sequence[int]) -> Any:
    import pyarrow as pa

    return pa.array(rows, pa.int64())
