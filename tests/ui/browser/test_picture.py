"""The picture files hold what the canvas shows, with text as text."""

from __future__ import annotations

import re
import shlex
import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from gfm_desktop.__main__ import build_parser
from gfm_desktop.errors import InputError, OptionError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.ui.browser.extract import extract_of
from gfm_desktop.ui.browser.picture import image_of, save_picture
from gfm_desktop.ui.dialogs.picture import PictureDialog
from tests.ui.browser.hands import open_browser

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from gfm_desktop.ui.browser.canvas import Canvas
    from gfm_desktop.workspace.workspace import Workspace

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def canvas(variants: Workspace, qtbot: QtBot) -> Canvas:
    panel = open_browser(variants, qtbot)
    variants.go_to(Interval("chr1", 900, 5100))
    return panel.canvas


def texts(path: Path) -> list[str]:
    return ["".join(node.itertext()) for node in ET.parse(path).iter(f"{SVG}text")]


def test_that_an_svg_holds_text_as_text_and_the_command(
    canvas: Canvas, tmp_path: Path
) -> None:
    out = tmp_path / "view.svg"
    save_picture(canvas, out, command="gfm-desktop --sample")
    found = texts(out)
    for words in ("Genes", "Variants", "UP", "DOWN"):
        assert words in found
    root = ET.parse(out).getroot()
    assert root.findtext(f"{SVG}desc") == "gfm-desktop --sample"
    assert root.findtext(f"{SVG}title") == str(canvas.camera.interval)
    box = [float(part) for part in root.attrib["viewBox"].split()]
    assert box == [0, 0, canvas.width(), extract_of(canvas).height]


def test_that_an_svg_looks_like_the_canvas(canvas: Canvas, tmp_path: Path) -> None:
    out = tmp_path / "view.svg"
    save_picture(canvas, out)
    seen = image_of(canvas)
    drawn = QImage(extract_of(canvas).size, QImage.Format.Format_RGB32)
    drawn.fill(QColor("magenta"))
    with QPainter(drawn) as painter:
        QSvgRenderer(str(out)).render(painter)
    assert drawn.size() == seen.size()
    differing = 0
    across, down = range(2, seen.width() - 2, 3), range(2, seen.height() - 2, 3)
    places = [(x, y) for x in across for y in down]
    for x, y in places:
        one, other = seen.pixelColor(x, y), drawn.pixelColor(x, y)
        gap = max(
            abs(one.red() - other.red()),
            abs(one.green() - other.green()),
            abs(one.blue() - other.blue()),
        )
        differing += gap > 60
    # Letters are laid out by another engine: their edges differ, shapes do not.
    assert differing < 0.02 * len(places)


def test_that_lanes_do_not_run_over_their_labels_in_an_svg(
    canvas: Canvas, tmp_path: Path
) -> None:
    out = tmp_path / "view.svg"
    save_picture(canvas, out)
    assert "clip-path" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize("dpi", [96, 300])
def test_that_a_png_has_the_chosen_resolution(
    canvas: Canvas, tmp_path: Path, dpi: int
) -> None:
    out = tmp_path / "view.png"
    save_picture(canvas, out, dpi=dpi, command="gfm-desktop x")
    image = QImage(str(out))
    wanted = (extract_of(canvas).size.toSizeF() * (dpi / 96)).toSize()
    assert image.size() == wanted
    assert image.dotsPerMeterX() == pytest.approx(dpi / 0.0254, abs=1)
    assert image.text("Description") == "gfm-desktop x"


def test_that_a_pdf_has_one_page_of_the_canvas_size(
    canvas: Canvas, tmp_path: Path
) -> None:
    out = tmp_path / "view.pdf"
    save_picture(canvas, out)
    content = out.read_bytes()
    assert content.startswith(b"%PDF")
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", content)
    points = 72 / canvas.logicalDpiX()
    ((width, height),) = boxes
    assert float(width) == pytest.approx(canvas.width() * points, abs=1)
    assert float(height) == pytest.approx(extract_of(canvas).height * points, abs=1)


def test_that_lanes_that_only_say_a_sentence_are_left_out(
    canvas: Canvas, tmp_path: Path
) -> None:
    out = tmp_path / "view.svg"
    extract = extract_of(canvas)
    save_picture(canvas, out)
    assert extract.left_out == ("Sequence", "Splice sites", "Expected bases")
    found = texts(out)
    assert not {"Sequence", "Splice sites", "Mutagenesis"} & set(found)
    assert not [text for text in found if "oom in" in text or "redict" in text]
    shown = {placed.lane.track.key: placed for placed in canvas.placed()}
    kept = {placed.lane.track.key: placed for placed in extract.lanes}
    # The genes are as tall as on screen, and stand where the sequence has been.
    assert kept["genes"].height == shown["genes"].height
    assert kept["genes"].top == shown["sequence"].top
    gone = [shown[key] for key in ("sequence", "splice", "bases")]
    # Of the last one a part is below the window.
    heights = [min(lane.bottom + 1, canvas.room()) - lane.top for lane in gone]
    assert extract.height == canvas.height() - sum(heights)


def test_that_a_lane_whose_data_are_empty_here_is_drawn_blank(
    canvas: Canvas, tmp_path: Path
) -> None:
    canvas.sources.workspace.go_to(Interval("chr1", 12_000, 14_000))
    out = tmp_path / "view.svg"
    save_picture(canvas, out)
    found = texts(out)
    assert {"Genes", "Variants"} <= set(found)
    assert not [text for text in found if text.startswith("No ")]


def test_that_a_picture_of_several_loci_has_no_crosses_and_no_active_one(
    canvas: Canvas,
) -> None:
    canvas.sources.workspace.set_loci(
        [Interval("chr1", 900, 1900), Interval("chr1", 4000, 5000)]
    )
    first = image_of(canvas)
    canvas.sources.workspace.activate(0)
    assert image_of(canvas) == first


def test_that_a_pane_without_a_prediction_is_hatched_beside_one_that_has_one(
    workspace: Workspace, qtbot: QtBot
) -> None:
    panel = open_browser(workspace, qtbot)
    workspace.set_loci([Interval("chr1", 900, 1900), Interval("chr1", 4000, 5000)])
    canvas, track = panel.canvas, panel.track("bases")
    views = [replace(view, printed=True) for view, _ in canvas.views]
    rect = QRectF(0, 0, views[0].width, 60)
    image = QImage(int(rect.width()), 60, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    with QPainter(image) as painter:
        assert track.shifts(views[0])
        track.paint_pinned(painter, rect, views[0])
    pixels = {image.pixel(x, 30) for x in range(image.width())}
    assert len(pixels) > 1


def test_that_the_dialog_names_the_lanes_that_are_left_out(
    canvas: Canvas, qtbot: QtBot
) -> None:
    dialog = PictureDialog(canvas)
    qtbot.addWidget(dialog)
    assert dialog.left_out.text().endswith(": Sequence, Splice sites, Expected bases")
    assert f"x {extract_of(canvas).height / 96 * 2.54:.1f} cm" in (
        dialog.size_label.text()
    )
    for key in ("sequence", "splice", "bases", "mutagenesis"):
        canvas.sources.workspace.lanes.change(key, hidden=True)
    other = PictureDialog(canvas)
    qtbot.addWidget(other)
    assert other.left_out.isHidden()


def test_that_what_cannot_be_drawn_is_said_and_leaves_no_file(
    canvas: Canvas, tmp_path: Path
) -> None:
    with pytest.raises(OptionError, match=r"view\.gif"):
        save_picture(canvas, tmp_path / "view.gif")
    canvas.setFixedSize(16_000, 2_000)
    with pytest.raises(InputError, match="too large"):
        save_picture(canvas, tmp_path / "view.png", dpi=1_200)
    assert [path.name for path in tmp_path.glob("view*")] == []


def test_that_the_command_line_repeats_what_is_on_show(
    canvas: Canvas, qtbot: QtBot, tmp_path: Path
) -> None:
    workspace = canvas.sources.workspace
    workspace.lanes.change("sequence", hidden=True)
    workspace.lanes.change("genes", size=1.6)
    workspace.select(canvas.sources.marks.rows([0])[0])
    dialog = PictureDialog(canvas)
    qtbot.addWidget(dialog)
    program, *words = shlex.split(dialog.command.text())
    assert program == "gfm-desktop"
    options = build_parser().parse_args(words)
    assert options.locus == [str(workspace.locus)]
    assert options.size == (canvas.width(), extract_of(canvas).height)
    assert options.track[0] == "genes,size=1.6"
    assert not any(track.startswith("sequence") for track in options.track)
    assert options.variant.startswith("chr1:2000:")
    assert [path.name for path in options.files] == [
        "genome.fa",
        "genes.gtf",
        "calls.vcf",
    ]


def test_that_the_dialog_saves_with_the_ending_of_its_format(
    canvas: Canvas, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = PictureDialog(canvas)
    qtbot.addWidget(dialog)
    dialog.format.setCurrentIndex(1)
    assert not dialog.dpi.isEnabled()
    assert dialog.save(tmp_path / "mine")
    assert (tmp_path / "mine.svg").is_file()
    assert not dialog.save(tmp_path / "nowhere" / "mine.svg")
    assert "folder" in dialog.problem.text()
