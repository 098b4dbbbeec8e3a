"""Which files hold labels: asked for in a dialog, or told apart when dropped."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from gfm_desktop.workspace.file_kind import FileKind, kind_of
from gfm_desktop.workspace.track_files import TrackKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

_LABELS = (
    "Labels (*.csv *.tsv *.txt *.xlsx *.bed *.vcf *.bcf *.csv.gz *.tsv.gz *.bed.gz "
    "*.vcf.gz *.vcf.bgz);;All files (*)"
)
_SIGNALS = "bigWig (*.bw *.bigwig *.bigWig);;All files (*)"


def labels_asked(owner: QWidget) -> Path | None:
    """Ask for a file of labels; None where none was chosen."""
    path, _ = QFileDialog.getOpenFileName(owner, "Choose the labels", "", _LABELS)
    return Path(path) if path else None


def signal_asked(owner: QWidget) -> Path | None:
    """Ask for a bigWig file; None where none was chosen."""
    path, _ = QFileDialog.getOpenFileName(owner, "Choose a signal", "", _SIGNALS)
    return Path(path) if path else None


def labels_of(paths: Sequence[Path]) -> Path | None:
    """Return the first file that can hold labels: not a genome, genes or a folder."""
    for path in paths:
        others = (FileKind.GENOME, FileKind.ANNOTATION, TrackKind.ALIGNMENTS, None)
        if not path.is_dir() and kind_of(path) not in others:
            return path
    return None
