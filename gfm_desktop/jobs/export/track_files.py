"""Write a predicted track as a file that other programs read."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.errors import InputError
from gfm_desktop.jobs.export.formats import TRACK_FORMATS, check_format, whole_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

SERIES = ("acceptor_plus", "donor_plus", "acceptor_minus", "donor_minus")


def write_track(
    track: Path, out: Path, *, contigs: Mapping[str, int]
) -> dict[str, str]:
    """Write a track in the format that the name of `out` asks for.

    ``.npz`` is a copy. ``.tsv`` has a line a position (1-based) and a column a
    series. ``.bedgraph`` has a ``track`` line before each series. A ``.bw`` holds one
    series, so each series goes to its own file, ``NAME.ref_donor_plus.bw``, and
    ``NAME.bw`` itself holds the summary of `summary`. Positions without a prediction
    are left out (``.`` in the table).

    Args:
        track: File of `tracks.splice_probability`.
        out: File to write.
        contigs: Lengths of the genome's contigs in bp, which ``.bw`` needs.

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
    contig, start, series = read_track(track)
    if ending == ".bw":
        return _write_bigwigs(out, contig, start, series, contigs)
    with whole_file(out) as temporary, temporary.open("w", encoding="utf-8") as file:
        if ending == ".tsv":
            file.writelines(_table_lines(contig, start, series))
        else:
            for name, values in series.items():
                file.write(f'track type=bedGraph name="{name}" autoScale=on\n')
                for begin, end, value in runs(values):
                    span = f"{start + begin}\t{start + end}"
                    file.write(f"{contig}\t{span}\t{value:.6g}\n")
    return {"out": str(out)}


def read_track(track: Path) -> tuple[str, int, dict[str, NDArray[np.float32]]]:
    """Return contig, 0-based start, and each series by name, REF first.

    Raises:
        InputError: If the file is no predicted track.
    """
    try:
        with np.load(track, allow_pickle=False) as stored:
            names = [
                f"{allele}_{name}"
                for allele in ("ref", "alt")
                for name in SERIES
                if f"{allele}_{name}" in stored
            ]
            series = {name: np.asarray(stored[name], np.float32) for name in names}
            return str(stored["contig"]), int(stored["start"]), series
    except (OSError, ValueError, KeyError) as error:
        raise InputError(
            f"The predicted track cannot be read: {error}.", where=str(track)
        ) from error


def summary(series: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float32]:
    """Return one value a position out of all series, NaN where there is none.

    Without a variant: the highest probability of any splice site on either strand.
    With one: of the four differences ALT minus REF the one of largest magnitude.
    """
    ref = np.stack([series[f"ref_{name}"] for name in SERIES])
    if f"alt_{SERIES[0]}" not in series:
        highest: NDArray[np.float32] = np.fmax.reduce(ref)
        return highest
    change = np.stack([series[f"alt_{name}"] for name in SERIES]) - ref
    largest = np.argmax(np.nan_to_num(np.abs(change), nan=-1.0), axis=0)
    chosen: NDArray[np.float32] = np.take_along_axis(change, largest[None], axis=0)[0]
    return chosen


def runs(values: NDArray[np.float32]) -> list[tuple[int, int, float]]:
    """Return (begin, end, value) of stretches of equal values, without the NaN."""
    if not len(values):
        return []
    same = (values[1:] == values[:-1]) | (np.isnan(values[1:]) & np.isnan(values[:-1]))
    begins = np.concatenate([[0], np.flatnonzero(~same) + 1])
    ends = np.concatenate([begins[1:], [len(values)]])
    return [
        (int(b), int(e), float(values[b]))
        for b, e in zip(begins, ends, strict=True)
        if not np.isnan(values[b])
    ]


def _table_lines(
    contig: str, start: int, series: Mapping[str, NDArray[np.float32]]
) -> list[str]:
    lines = ["\t".join(["chrom", "pos", *series]) + "\n"]
    for offset, values in enumerate(zip(*series.values(), strict=True)):
        cells = ("." if np.isnan(value) else f"{value:.6g}" for value in values)
        lines.append("\t".join([contig, str(start + offset + 1), *cells]) + "\n")
    return lines


def _write_bigwigs(
    out: Path,
    contig: str,
    start: int,
    series: Mapping[str, NDArray[np.float32]],
    contigs: Mapping[str, int],
) -> dict[str, str]:
    if contig not in contigs:
        raise InputError(f"The genome has no contig {contig}.", where=str(out))
    written = {"out": str(out)}
    _write_bigwig(out, contig, start, summary(series), contigs)
    for name, values in series.items():
        path = out.with_name(f"{out.name.removesuffix(out.suffix)}.{name}.bw")
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
    import pyBigWig

    with whole_file(out) as temporary:
        file = pyBigWig.open(str(temporary), "w")
        try:
            file.addHeader(list(contigs.items()))
            stretches = runs(values)
            if stretches:
                begins, ends, heights = zip(*stretches, strict=True)
                file.addEntries(
                    [contig] * len(begins),
                    [start + begin for begin in begins],
                    ends=[start + end for end in ends],
                    values=list(heights),
                )
        finally:
            file.close()
