"""Write a predicted track as a file that other programs read."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.errors import InputError
from gfm_desktop.jobs.export.formats import (
    TRACK_FORMATS,
    check_format,
    comments,
    whole_file,
)
from gfm_desktop.jobs.export.value_files import (
    add_values,
    bedgraph_head,
    bedgraph_lines,
    beside,
    bigwig_file,
)
from gfm_desktop.tracks import registry
from gfm_desktop.tracks.prediction import TrackPrediction

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray


def write_track(
    track: Path, out: Path, *, contigs: Mapping[str, int], notes: Sequence[str] = ()
) -> dict[str, str]:
    """Write a track in the format that the name of `out` asks for.

    ``.npz`` is a copy (`tracks.prediction` says what it holds). ``.tsv`` has a line a
    position (1-based), the genome's base (``ref``) where the kind tells of it, and a
    column a series: each signal of the kind of track, with ``ref_`` and, where a
    variant was given, ``alt_`` in front. ``.bedgraph`` has a
    ``track`` line before each series. A ``.bw`` holds one series, so each goes to its
    own file, ``NAME.ref_SIGNAL.bw``, and ``NAME.bw`` itself holds the summary of
    `summary`. Positions without a prediction are left out (``.`` in the table).

    Args:
        track: File of `tracks.prediction`.
        out: File to write.
        contigs: Lengths of the genome's contigs in bp, which ``.bw`` needs.
        notes: What to say in comments at the top of ``.tsv`` and ``.bedgraph``.

    Returns:
        Name to path of what was written; ``"out"`` is `out` itself.

    Raises:
        InputError: If the track cannot be read or the file not written.
        OptionError: If the format is unknown.
    """
    ending = check_format(str(out), TRACK_FORMATS)
    if ending == ".npz":
        with whole_file(out) as temporary:
            shutil.copyfile(track, temporary)
        return {"out": str(out)}
    shown = TrackPrediction.load(track)
    contig, start = shown.interval.contig, shown.interval.start
    series = series_of(shown)
    if ending == ".bw":
        return _write_bigwigs(out, shown, contigs)
    with whole_file(out) as temporary, temporary.open("w", encoding="utf-8") as file:
        file.write(comments(notes))
        if ending == ".tsv":
            file.writelines(_table_lines(contig, start, series, shown.letters))
        else:
            for name, values in series.items():
                file.write(bedgraph_head(name))
                file.writelines(bedgraph_lines(contig, start, values))
    return {"out": str(out)}


def series_of(shown: TrackPrediction) -> dict[str, NDArray[np.float32]]:
    """Return each signal by name with one value a bp, those of REF first."""
    series = {f"ref_{n}": shown.by_base(v) for n, v in shown.ref.items()}
    if shown.alt is not None:
        series |= {f"alt_{n}": shown.by_base(v) for n, v in shown.alt.items()}
    return series


def summary(shown: TrackPrediction) -> NDArray[np.float32]:
    """Return one value a bp out of all signals, NaN where there is none.

    Of the kind's main signal (`TrackCard.main`) where it has one, else of all. Without
    a variant: the value, the highest where there are several. With one: the difference
    ALT minus REF, of several the one of largest magnitude.
    """
    main = {card.name: card.main for card in registry.tracks_known().values()}
    chosen = main.get(shown.kind, "")
    names = [chosen] if chosen in shown.ref else list(shown.signals)
    ref = np.stack([shown.by_base(shown.ref[name]) for name in names])
    if shown.alt is None:
        highest: NDArray[np.float32] = np.fmax.reduce(ref)
        return highest
    change = np.stack([shown.by_base(shown.alt[name]) for name in names]) - ref
    largest = np.argmax(np.nan_to_num(np.abs(change), nan=-1.0), axis=0)
    taken: NDArray[np.float32] = np.take_along_axis(change, largest[None], axis=0)[0]
    return taken


def _table_lines(
    contig: str, start: int, series: Mapping[str, NDArray[np.float32]], letters: str
) -> list[str]:
    told = ["ref"] if letters else []
    lines = ["\t".join(["chrom", "pos", *told, *series]) + "\n"]
    for offset, values in enumerate(zip(*series.values(), strict=True)):
        cells = ["." if np.isnan(value) else f"{value:.6g}" for value in values]
        place = [contig, str(start + offset + 1), *letters[offset : offset + 1]]
        lines.append("\t".join([*place, *cells]) + "\n")
    return lines


def _write_bigwigs(
    out: Path, shown: TrackPrediction, contigs: Mapping[str, int]
) -> dict[str, str]:
    contig, start = shown.interval.contig, shown.interval.start
    if contig not in contigs:
        raise InputError(f"The genome has no contig {contig}.", where=str(out))
    written = {"out": str(out)}
    _write_bigwig(out, contig, start, summary(shown), contigs)
    for name, values in series_of(shown).items():
        path = beside(out, name)
        _write_bigwig(path, contig, start, values, contigs)
        written[name] = str(path)
    return written


def _write_bigwig(
    out: Path,
    contig: str,
    start: int,
    values: NDArray[np.float32],
    contigs: Mapping[str, int],
) -> None:
    with whole_file(out) as temporary, bigwig_file(temporary, contigs) as file:
        add_values(file, contig, start, values)
