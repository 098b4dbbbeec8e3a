"""The genome's bases, and the six frames that they can be read in."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QFont, QGuiApplication

from gfm_desktop.errors import GfmError
from gfm_desktop.genome.genetic_code import CODES, code_of, reverse_complement
from gfm_desktop.genome.interval import Interval
from gfm_desktop.ui import theme
from gfm_desktop.ui.browser.base_cells import (
    Rows,
    paint_bases,
    rows_for,
)
from gfm_desktop.ui.browser.drawing import hairline, hint, small
from gfm_desktop.ui.browser.frame_paint import (
    FrameSheet,
    make_frame_sheet,
    paint_frames,
)
from gfm_desktop.ui.browser.frames import NAMES, frames_of
from gfm_desktop.ui.browser.packing import stretch_of
from gfm_desktop.ui.browser.track import (
    AxisMark,
    Hit,
    PlainTrack,
    TrackAction,
    TrackEntry,
)
from gfm_desktop.ui.browser.track_exports import ExportsSequence
from gfm_desktop.ui.palette import BASE_TITLES
from gfm_desktop.workspace.places import MOST_LOCI

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QPointF
    from PySide6.QtGui import QPainter

    from gfm_desktop.genome.genetic_code import GeneticCode
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.ui.browser.track import View
    from gfm_desktop.workspace.workspace import Workspace

BLOCKS_FROM = 1.0
"""Pixels per bp from which colours are drawn."""
FRAMES_FROM = 1 / 3
"""Pixels per bp from which frames are drawn: a pixel a codon."""
WIDEST = 12_000
"""bp beyond which the file is never read: painting must not wait for a disk."""
BASES, FRAMES = "bases", "bases + frames"
_KEPT = 2 * MOST_LOCI


class SequenceTrack(ExportsSequence, PlainTrack):
    """Coloured bases; a selected variant's REF is told by the guide line above it."""

    key = "sequence"
    title = "Sequence"
    styles: tuple[str, ...] = (BASES, FRAMES)

    def __init__(self, workspace: Workspace) -> None:
        """Read bases from the workspace's genome."""
        self._workspace = workspace
        self._cached: tuple[object, Interval, str] | None = None
        self._sheets: OrderedDict[tuple[object, ...], FrameSheet] = OrderedDict()
        self._problem = ""

    @property
    def framed(self) -> bool:
        """Tell whether the user wants reading frames."""
        return self._workspace.lanes.look(self.key).style == FRAMES

    def height(self, view: View) -> int:
        """Return room for letters and frames, or for the hint."""
        return self.rows(view).height

    def visible(self, view: View) -> bool:
        """Tell whether bases are drawn at this zoom."""
        return view.scale >= BLOCKS_FROM and len(view.interval) <= WIDEST

    def readable(self, view: View) -> bool:
        """Tell whether anything is drawn at this zoom: bases, or frames alone."""
        least = FRAMES_FROM if self.framed else BLOCKS_FROM
        return view.scale >= least and len(view.interval) <= WIDEST

    def rows(self, view: View) -> Rows:
        """Return where bases and frames lie."""
        readable, framed = self.readable(view), self.framed
        return rows_for(readable=readable, framed=framed, bases=self.visible(view))

    def code(self, contig: str) -> GeneticCode:
        """Return the genetic code of a contig: the user's choice, or what it is."""
        chosen = self._workspace.lanes.look(self.key).choice
        if chosen.isdecimal() and int(chosen) in CODES:
            return CODES[int(chosen)]
        genome = self._workspace.genome
        return code_of(contig, 0 if genome is None else genome.contigs.get(contig, 0))

    def bases(self, view: View) -> str:
        """Return the letters on screen, upper case; empty where too wide or closed."""
        genome = self._workspace.genome
        if genome is None or not self.visible(view):
            return ""
        if self._cached is not None:
            source, interval, text = self._cached
            if source is genome and interval == view.interval:
                return text
        text = self._read(genome, view.interval)
        self._cached = (genome, view.interval, text)
        return text

    def sheet(self, view: View) -> FrameSheet | None:
        """Return the frames around the view; None where they are not on show."""
        genome = self._workspace.genome
        if genome is None or not self.framed or not self.readable(view):
            return None
        length = genome.contigs.get(view.interval.contig, 0)
        stretch = stretch_of(view.interval).clipped(length)
        code, rows = self.code(view.interval.contig), self.rows(view)
        scale = f"{view.scale:.9g}"
        key = (genome, stretch, code.number, scale, rows.row, rows.height)
        found = self._sheets.get(key)
        if found is None:
            text = self._read(genome, stretch)
            if not text:
                return None
            frames = frames_of(text, stretch, length, code)
            found = make_frame_sheet(
                frames, rows.tops, rows.row, view.scale, _codon_font()
            )
            self._sheets[key] = found
            if len(self._sheets) > _KEPT:
                self._sheets.popitem(last=False)
        self._sheets.move_to_end(key)
        return found

    def subtitle(self, view: View) -> str:
        """Return which genetic code the frames are read with."""
        if not self.framed or not self.readable(view):
            return ""
        return f"code {self.code(view.interval.contig).number}"

    def axis(self, rect: QRectF, view: View) -> Sequence[AxisMark]:
        """Return the names of the frames."""
        rows = self.rows(view)
        middles = [top + rows.row / 2 for top in rows.tops]
        return [AxisMark(y, n) for y, n in zip(middles, NAMES, strict=False)]

    def shifts(self, view: View) -> bool:
        """Return that bases move, and that a sentence stays; a failure is read anew."""
        if not self.readable(view):
            return True
        # A picture reaches half a screen beyond both edges.
        narrow = 2 * len(view.interval) + 2 <= WIDEST
        return narrow and self._workspace.genome is not None and not self._problem

    def stamp(self) -> object:
        """Return what bases and frames are read from, and how."""
        workspace = self._workspace
        return workspace.genome, workspace.lanes.look(self.key), self._problem

    def vacant(self, view: View) -> bool:
        """Tell whether no base can be drawn, nor any frame."""
        return not self.bases(view) and self.sheet(view) is None

    def paint_pinned(self, painter: QPainter, rect: QRectF, view: View) -> None:
        """Say how to see bases, where none are on show."""
        if not self.readable(view):
            hint(painter, rect, "Zoom in to see bases", view)

    def paint(self, painter: QPainter, rect: QRectF, view: View) -> None:
        """Paint letters, colours and frames, or why there are none."""
        if not self.readable(view):
            return
        rows, sheet = self.rows(view), self.sheet(view)
        text = self.bases(view)
        if not text and sheet is None:
            hint(painter, rect, self._problem or "No genome is open", view)
            return
        if sheet is not None:
            paint_frames(painter, rect, sheet, view, _codon_font())
        top, height = rows.bases
        if not rows.tops:
            height = rect.height()  # a taller lane has taller letters
        if text:
            cell = QRectF(rect.left(), top + 3, rect.width(), height - 6)
            paint_bases(painter, cell, text, view)
        else:
            painter.setPen(hairline(view.palette.border))
            y = top + height / 2
            painter.drawLine(QLineF(rect.left(), y, rect.right(), y))
        if text and rows.others is not None:
            top, height = rows.others
            cell = QRectF(rect.left(), top, rect.width(), height)
            other = reverse_complement(text)[::-1]
            paint_bases(painter, cell, other, view)

    def data(self, view: View) -> str:
        """Return the bases on screen as FASTA, and what the frames say."""
        text = self.bases(view)
        if not text:
            return ""
        lines = [f">{view.interval}", text]
        if self.framed:
            genome, where = self._workspace.genome, view.interval
            length = 0 if genome is None else genome.contigs[where.contig]
            frames = frames_of(text, where, length, self.code(where.contig))
            for number, name in enumerate(NAMES):
                _, letters, _ = frames.codons(number)
                order = letters if number < 3 else letters[::-1]
                lines.append(f">{where} frame {name}")
                lines.append(order.tobytes().decode())
        return "\n".join(lines) + "\n"

    def hit(self, point: QPointF, rect: QRectF, view: View) -> Hit | None:
        """Name the base or the codon under the mouse."""
        where, rows = view.interval, self.rows(view)
        position = min(view.position(point.x()), where.end - 1)
        for number, top in enumerate(rows.tops):
            if top <= point.y() < top + rows.row:
                return self._hit_codon(view, number, position)
        text = self.bases(view)
        if not text:
            return None
        letter, words = text[position - where.start], ""
        if rows.others is not None and point.y() >= rows.others[0]:
            letter, words = reverse_complement(letter), " (reverse strand)"
        place = Interval(where.contig, position, position + 1)
        words = f"{letter}{words}  {place.contig}:{position + 1:,}"
        return Hit(words, None, place, letter)

    def actions(self) -> Sequence[TrackAction]:
        """Return the genetic codes and the colours of bases."""
        lanes = self._workspace.lanes
        chosen = lanes.look(self.key).choice
        contig = self._workspace.locus.contig
        of_contig = "Automatic"
        if contig:
            genome = self._workspace.genome
            length = 0 if genome is None else genome.contigs.get(contig, 0)
            of_contig += f" ({contig}: {code_of(contig, length).title.lower()})"
        codes = {
            "": of_contig,
            **{str(n): f"{c.title} ({n})" for n, c in CODES.items()},
        }
        return [
            *(
                TrackAction(
                    title,
                    partial(lanes.change, self.key, choice=number),
                    checked=chosen == number,
                    menu="Genetic code",
                )
                for number, title in codes.items()
            ),
            *(
                TrackAction(
                    title,
                    partial(lanes.bases_wanted.emit, name),
                    checked=theme.base_set() == name,
                    menu="Base colours",
                )
                for name, title in BASE_TITLES.items()
            ),
        ]

    def _read(self, genome: Reference, where: Interval) -> str:
        try:
            text = genome.fetch(where.contig, where.start, where.end)
            self._problem = ""
        except GfmError as error:
            # A paint event cannot raise: the lane says it until the file is back.
            text, self._problem = "", error.what
        return text

    def _hit_codon(self, view: View, number: int, position: int) -> Hit | None:
        sheet = self.sheet(view)
        codon = None if sheet is None else sheet.frames.at(number, position)
        if sheet is None or codon is None:
            return None
        code = sheet.frames.code
        lines = [
            codon.words,
            f"Frame {codon.frame}, {codon.where}",
            f"Genetic code {code.number}: {code.title.lower()}",
        ]
        return Hit("\n".join(lines), None, codon.where, codon.letter)


def _codon_font() -> QFont:
    font = small(QGuiApplication.font(), 0.82)
    font.setWeight(QFont.Weight.Medium)
    return font


TRACK = TrackEntry(
    key=SequenceTrack.key,
    title=SequenceTrack.title,
    order=10,
    factory=lambda sources: SequenceTrack(sources.workspace),
)
