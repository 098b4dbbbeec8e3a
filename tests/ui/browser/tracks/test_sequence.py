from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from gfm_desktop.genome.genetic_code import CODES, reverse_complement
from gfm_desktop.genome.interval import Interval
from gfm_desktop.ui.browser.frames import NAMES, frames_of
from gfm_desktop.ui.browser.track import View
from gfm_desktop.ui.browser.tracks.sequence import FRAMES, SequenceTrack
from gfm_desktop.ui.palette import BASE_TITLES
from gfm_desktop.ui.theme import LIGHT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gfm_desktop.ui.browser.track import Track
    from gfm_desktop.ui.palette import Palette
    from gfm_desktop.workspace.workspace import Workspace

pytestmark = pytest.mark.usefixtures("qapp")

RECT = QRectF(0, 0, 1000, 28)
LENGTH = 20_000


@pytest.fixture
def framed(workspace: Workspace) -> SequenceTrack:
    workspace.lanes.change("sequence", style=FRAMES)
    return SequenceTrack(workspace)


def image_of(track: SequenceTrack, view: View) -> QImage:
    height = track.height(view)
    image = QImage(int(view.width), height, QImage.Format.Format_RGB32)
    image.fill(QColor(view.palette.surface))
    with QPainter(image) as painter:
        track.paint(painter, QRectF(0, 0, view.width, height), view)
    return image


@pytest.mark.parametrize("span", [(500, 550), (500, 600), (500, 900)])
def test_that_every_base_has_its_colour_at_its_pixel(
    workspace: Workspace,
    view: Callable[..., View],
    bases: str,
    span: tuple[int, int],
) -> None:
    shown = view(*span)
    image = image_of(SequenceTrack(workspace), shown)
    for place, letter in enumerate(bases[slice(*span)]):
        x = int((place + 0.5) * shown.scale)
        assert image.pixelColor(x, 4) == QColor(LIGHT.base(letter)), (place, letter)


def test_that_a_wide_view_never_reads_the_file(
    workspace: Workspace, view: Callable[..., View], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert workspace.genome is not None
    monkeypatch.setattr(workspace.genome, "fetch", pytest.fail)
    track = SequenceTrack(workspace)
    image_of(track, view(0, 20_000))
    assert track.bases(view(0, 20_000)) == ""
    assert track.hit(QPointF(10, 10), RECT, view(0, 20_000)) is None


def test_that_a_view_is_read_once(
    framed: SequenceTrack,
    workspace: Workspace,
    view: Callable[..., View],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = framed.bases(view(0, 100))
    image_of(framed, view(0, 100))
    assert workspace.genome is not None
    monkeypatch.setattr(workspace.genome, "fetch", pytest.fail)
    assert framed.bases(view(0, 100)) == first
    image_of(framed, view(0, 100))


def test_that_the_mouse_reads_base_and_place(
    workspace: Workspace, view: Callable[..., View], bases: str
) -> None:
    hit = SequenceTrack(workspace).hit(QPointF(995, 10), RECT, view(500, 600))
    assert hit is not None
    assert hit.tooltip == f"{bases[599]}  chr1:600"


@pytest.mark.parametrize("span", [(0, 20_000), (0, 2500), (0, 1000), (0, 60)])
@pytest.mark.parametrize("style", ["bases", FRAMES])
def test_that_it_paints_in_both_themes(
    workspace: Workspace,
    palette: Palette,
    painted: Callable[[Track, View], int],
    span: tuple[int, int],
    style: str,
) -> None:
    workspace.lanes.change("sequence", style=style)
    shown = View(Interval("chr1", *span), 1000.0, palette)
    assert painted(SequenceTrack(workspace), shown) > 1


def test_that_the_mouse_reads_the_codon_of_each_frame(
    framed: SequenceTrack, view: Callable[..., View], bases: str
) -> None:
    shown = view(600, 700)
    rows = framed.rows(shown)
    read = {}
    for name, top in zip(NAMES, rows.tops, strict=True):
        hit = framed.hit(QPointF(405, top + 4), RECT, shown)
        assert hit is not None
        assert hit.interval is not None
        assert hit.interval.start <= 640 < hit.interval.end
        read[name] = hit.interval.start
        triplet = bases[hit.interval.start : hit.interval.end]
        codon = triplet if name[0] == "+" else reverse_complement(triplet)
        assert hit.tooltip.startswith(f"{codon}  ")
        assert f"Frame {name}, {hit.interval}" in hit.tooltip
        assert "Genetic code 1: standard" in hit.tooltip
    assert read == {
        name: start
        for number, name in enumerate(NAMES)
        for start in (638, 639, 640)
        if start % 3 == (number if number < 3 else (LENGTH - number) % 3)
    }


def test_that_a_stop_is_red_over_its_three_bases_and_a_start_green(
    framed: SequenceTrack, view: Callable[..., View], bases: str
) -> None:
    stop = next(i for i in range(300, LENGTH) if bases[i : i + 3] in ("TAA", "TAG"))
    start = bases.index("ATG", 300)
    for place, colour in ((stop, LIGHT.bad), (start, LIGHT.good)):
        shown = view(place - 50, place + 50)
        image = image_of(framed, shown)
        y = round(framed.rows(shown).tops[place % 3]) + 2
        for x in (502, 528):
            assert image.pixelColor(x, y) == QColor(colour)
        assert image.pixelColor(498, y) != QColor(colour)
        assert image.pixelColor(532, y) != QColor(colour)


def test_that_a_stop_is_marked_at_one_pixel_a_codon(
    framed: SequenceTrack, view: Callable[..., View], bases: str
) -> None:
    shown = view(0, 3000)
    assert framed.bases(shown) == ""
    image = image_of(framed, shown)
    top = framed.rows(shown).tops[0]
    stops = [p for p in range(0, 2997, 3) if bases[p : p + 3] in ("TAA", "TAG", "TGA")]
    for place in stops:
        shade = image.pixelColor(place // 3, round(top) + 2)
        assert shade.red() > shade.green() + 40, place
    assert len(stops) > 20


def test_that_frames_do_not_jump_while_the_view_pans(
    framed: SequenceTrack, view: Callable[..., View]
) -> None:
    shades = {}
    for start in range(700, 709):
        shown = view(start, start + 100)
        image = image_of(framed, shown)
        y = round(framed.rows(shown).tops[1]) + 2
        for position in range(715, 790):
            # Beside the letter: the fill of the codon alone.
            x = int((position + 0.5 - start) * 10)
            codon = (position - 1) // 3
            if (position - 1) % 3 != 1:
                shades.setdefault(codon, set()).add(image.pixelColor(x, y).name())
    assert shades
    assert all(len(found) == 1 for found in shades.values())
    assert len({next(iter(found)) for found in shades.values()}) >= 2


def test_that_frames_of_any_stretch_agree_with_the_whole_contig(bases: str) -> None:
    whole = frames_of(bases, Interval("chr1", 0, LENGTH), LENGTH)
    for start, end in ((1, 500), (1002, 1600), (LENGTH - 300, LENGTH)):
        part = frames_of(bases[start:end], Interval("chr1", start, end), LENGTH)
        for frame in range(6):
            positions, letters, starts = part.codons(frame)
            for n in range(0, len(positions), 17):
                codon = whole.at(frame, int(positions[n]) + 1)
                assert codon is not None
                assert codon.where.start == positions[n]
                assert (codon.letter, codon.is_start) == (chr(letters[n]), starts[n])


def test_that_the_first_reverse_frame_begins_at_the_contigs_last_base(
    bases: str,
) -> None:
    frames = frames_of(bases, Interval("chr1", 0, LENGTH), LENGTH)
    codon = frames.at(3, LENGTH - 1)
    assert codon is not None
    assert codon.where == Interval("chr1", LENGTH - 3, LENGTH)
    assert codon.bases == reverse_complement(bases[-3:])
    assert frames.at(4, LENGTH - 1) is None


def test_that_the_menu_chooses_a_genetic_code_and_keeps_it(
    framed: SequenceTrack, workspace: Workspace, view: Callable[..., View]
) -> None:
    actions = {a.title: a for a in framed.actions() if a.menu == "Genetic code"}
    assert len(actions) == 1 + len(CODES)
    assert actions["Automatic (chr1: standard)"].checked
    actions["Bacterial and plastid (11)"].run()
    assert workspace.lanes.look("sequence").choice == "11"
    assert framed.code("chr1").number == 11
    assert framed.subtitle(view(0, 100)) == "code 11"
    again = SequenceTrack(workspace)
    assert again.code("chr1").number == 11


def test_that_the_menu_asks_for_other_base_colours(
    framed: SequenceTrack, workspace: Workspace
) -> None:
    asked: list[str] = []
    workspace.lanes.bases_wanted.connect(asked.append)
    actions = [a for a in framed.actions() if a.menu == "Base colours"]
    assert [a.title for a in actions] == list(BASE_TITLES.values())
    for action in actions:
        action.run()
    assert asked == list(BASE_TITLES)


def test_that_copied_frames_read_as_proteins(
    framed: SequenceTrack, view: Callable[..., View], bases: str
) -> None:
    lines = framed.data(view(300, 360)).splitlines()
    assert lines[:2] == [">chr1:301-360", bases[300:360]]
    assert lines[2] == ">chr1:301-360 frame +1"
    expected = CODES[1].translate(bases[300:360])[::3].tobytes().decode()
    assert lines[3] == expected
    assert len(lines) == 14


def test_that_a_vector_picture_holds_letters_and_shades_as_shapes(
    framed: SequenceTrack, view: Callable[..., View], bases: str, tmp_path: Path
) -> None:
    shown = view(600, 660)
    height = framed.height(shown)
    generator = QSvgGenerator()
    generator.setFileName(str(tmp_path / "x.svg"))
    generator.setSize(QSize(1000, height))
    generator.setViewBox(QRectF(0, 0, 1000, height))
    with QPainter(generator) as painter:
        framed.paint(painter, QRectF(0, 0, 1000, height), shown)
    root = ElementTree.parse(tmp_path / "x.svg").getroot()
    texts = [e.text for e in root.iter() if e.tag.endswith("text")]
    assert not [e for e in root.iter() if e.tag.endswith("image")]
    written = "".join(text or "" for text in texts)
    forward = CODES[1].translate(bases[600:660])
    for letter in "ACGT":
        count = bases[600:660].count(letter) + reverse_complement(bases[600:660]).count(
            letter
        )
        assert written.count(letter) >= count
    assert len(written) >= 120 + len(forward)
