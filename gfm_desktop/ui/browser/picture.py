"""The browser as a picture file: what is on show, with text as text in SVG and PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QMarginsF, QSizeF
from PySide6.QtGui import (
    QImage,
    QPageLayout,
    QPageSize,
    QPaintDevice,
    QPainter,
    QPdfWriter,
)
from PySide6.QtSvg import QSvgGenerator

from gfm_desktop import __version__
from gfm_desktop.errors import InputError
from gfm_desktop.jobs.export.formats import check_format, whole_file
from gfm_desktop.ui.browser import canvas_paint
from gfm_desktop.ui.browser.extract import extract_of

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.ui.browser.extract import Extract
    from gfm_desktop.ui.browser.surface import Surface

PICTURE_FORMATS = (".png", ".svg", ".pdf")
USUAL_DPI = 300
LEAST_DPI, MOST_DPI = 72, 1_200
SCREEN_DPI = 96.0
"""Pixels of the window to an inch of a picture: what SVG and CSS mean by a pixel."""
_MOST_PIXELS = 400_000_000
_POINTS = 72.0
_INCH = 0.0254


def save_picture(
    canvas: Surface, out: Path, *, dpi: int = USUAL_DPI, command: str = ""
) -> None:
    """Write what the canvas shows, without crosshair, focus ring and empty lanes.

    Args:
        canvas: The browser's canvas; `extract_of` tells what of it the picture has,
            and its size in pixels at 96 to the inch.
        out: ``.png``, ``.svg`` or ``.pdf``; an existing file is replaced whole.
        dpi: Pixels to the inch of a PNG; the others have none.
        command: Command line that draws the same, kept in the file's description.

    Raises:
        OptionError: If the format is unknown.
        InputError: If the folder is missing, the file cannot be written, or a PNG
            would have more than 400 million pixels.
    """
    ending = check_format(str(out), PICTURE_FORMATS)
    with whole_file(out) as temporary:
        match ending:
            case ".png":
                _save_png(canvas, temporary, dpi, command)
            case ".svg":
                _save_svg(canvas, temporary, command)
            case _:
                _save_pdf(canvas, temporary, command)


def image_of(canvas: Surface, *, dpi: float = SCREEN_DPI, command: str = "") -> QImage:
    """Return the picture as pixels.

    Raises:
        InputError: If it would have more than 400 million.
    """
    ratio = dpi / SCREEN_DPI
    extract = extract_of(canvas)
    size = (extract.size.toSizeF() * ratio).toSize()
    if size.width() * size.height() > _MOST_PIXELS:
        raise InputError(
            f"A picture of {size.width():,} x {size.height():,} pixels is too large.",
            where="dpi",
            todo="Choose fewer dots to the inch, or SVG or PDF, which have none.",
        )
    image = QImage(size, QImage.Format.Format_RGB32)
    # The ratio enlarges fonts and lines alike; the dots per metre are told afterwards,
    # because fonts in points would follow them a second time.
    image.setDevicePixelRatio(ratio)
    _paint(canvas, extract, image)
    image.setDevicePixelRatio(1.0)
    image.setDotsPerMeterX(round(dpi / _INCH))
    image.setDotsPerMeterY(round(dpi / _INCH))
    image.setText("Title", title_of(canvas))
    image.setText("Software", _maker())
    if command:
        image.setText("Description", command)
    return image


def title_of(canvas: Surface) -> str:
    """Return what a picture is called: its loci."""
    return "; ".join(str(locus) for locus in canvas.sources.workspace.loci)


def _save_png(canvas: Surface, path: Path, dpi: int, command: str) -> None:
    if not image_of(canvas, dpi=dpi, command=command).save(str(path)):
        raise OSError(f"no picture could be written to {path.parent}")


def _save_svg(canvas: Surface, path: Path, command: str) -> None:
    # Only this version has clipping: without it lanes would run over their labels.
    generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
    generator.setFileName(str(path))
    generator.setTitle(title_of(canvas))
    generator.setDescription(command or _maker())
    # As on the screen: another resolution would make fonts in points larger.
    generator.setResolution(canvas.logicalDpiX())
    extract = extract_of(canvas)
    generator.setSize(extract.size)
    generator.setViewBox(extract.rect)
    _paint(canvas, extract, generator)
    _need_written(path)


def _save_pdf(canvas: Surface, path: Path, command: str) -> None:
    writer = QPdfWriter(str(path))
    writer.setTitle(title_of(canvas))
    writer.setCreator(f"{_maker()} {command}".strip())
    writer.setResolution(canvas.logicalDpiX())
    points = _POINTS / canvas.logicalDpiX()
    extract = extract_of(canvas)
    size = QSizeF(extract.width * points, extract.height * points)
    page = QPageSize(
        size, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch
    )
    writer.setPageLayout(
        QPageLayout(page, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0))
    )
    _paint(canvas, extract, writer)
    _need_written(path)


def _paint(canvas: Surface, extract: Extract, device: QPaintDevice) -> None:
    painter = QPainter()
    if not painter.begin(device):
        raise OSError("no picture could be begun there")
    try:
        painter.setFont(canvas.font())
        painter.setClipRect(extract.rect)
        canvas_paint.paint_picture(painter, canvas, extract=extract)
    finally:
        painter.end()


def _need_written(path: Path) -> None:
    # Qt's writers are silent where the disk is full or may not be written.
    if not path.is_file() or not path.stat().st_size:
        raise OSError(f"no picture could be written to {path.parent}")


def _maker() -> str:
    return f"GFM Desktop {__version__}"
