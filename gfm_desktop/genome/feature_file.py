"""Read features of any format into a draft, and keep them as a store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.errors import InputError
from gfm_desktop.genome import sniff
from gfm_desktop.genome.feature_bed import read_bed
from gfm_desktop.genome.feature_bigbed import read_bigbed
from gfm_desktop.genome.feature_draft import FeatureDraft
from gfm_desktop.genome.feature_genes import is_bigbed
from gfm_desktop.genome.feature_gff import read_gff
from gfm_desktop.genome.feature_store import FeatureStore, store_folder
from gfm_desktop.genome.feature_table import Uneven, read_bed_table
from gfm_desktop.genome.fingerprint import content_hash
from gfm_desktop.genome.genbank import is_genbank, read_genbank
from gfm_desktop.genome.text_lines import open_lines

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from gfm_desktop.genome.reference import Reference

_PACKED = (".gz", ".bgz", ".bgzf")


def make_store(
    path: Path, reference: Reference, *, cache: Path | None = None
) -> Generator[int, None, Path]:
    """Read a file of features, unless that was done before; returns its store.

    Yields the number of lines (of features, where a file has no lines) so far.

    Args:
        path: BED, bigBed, GFF3, GTF or GenBank; texts plain or packed.
        reference: The genome, whose contig names the features get.
        cache: The application's cache by default.

    Raises:
        InputError: If the file cannot be read, or nothing in it can be used; the
            message names up to 40 lines at once.
    """
    try:
        content = content_hash(path, cache=cache)
        start = sniff.first_bytes(path)
    except OSError as error:
        raise InputError(
            f"The features cannot be read: {error.strerror or error}.",
            where=str(path),
            todo="Check that the file exists and that you may read it.",
        ) from error
    folder = store_folder(content, reference.fingerprint, cache=cache)
    if FeatureStore.is_ready(folder):
        return folder
    noun = "feature" if is_bigbed(start) or is_genbank(start) else "line"
    draft = yield from _read(path, start, reference, noun)
    if not len(draft):
        why = " ".join(draft.notes()) or f"It is {sniff.describe(start)}."
        raise InputError(
            f"No feature can be read from this file. {why}",
            where=str(path),
            todo="Open BED, bigBed, GFF3, GTF or GenBank that belongs to this genome.",
        )
    FeatureStore.save(folder, draft.columns(), title=draft.title, notes=draft.notes())
    return folder


def _read(
    path: Path, start: bytes, reference: Reference, noun: str
) -> Generator[int, None, FeatureDraft]:
    draft = FeatureDraft(reference, noun)
    if is_bigbed(start):
        yield from read_bigbed(path, draft)
    elif is_genbank(start):
        yield from read_genbank(path, draft)
    elif _looks_like_gff(start):
        with open_lines(path) as lines:
            yield from read_gff(lines, draft)
    else:
        try:
            with open_lines(path) as file:
                yield from read_bed_table(file, draft, _ending(path))
        except Uneven:
            draft = FeatureDraft(reference, noun)
            with open_lines(path) as lines:
                yield from read_bed(lines, draft, _ending(path))
    return draft


def _looks_like_gff(start: bytes) -> bool:
    """Tell whether the first line of features has its place in columns 4 and 5."""
    text = start.removeprefix(b"\xef\xbb\xbf")
    if text.startswith(b"##gff-version"):
        return True
    for line in text.split(b"\n")[:200]:
        if line.strip() and not line.startswith((b"#", b"track", b"browser")):
            fields = line.split(b"\t")
            return (
                len(fields) >= 9
                and fields[3].isdigit()
                and fields[4].isdigit()
                and not (fields[1].isdigit() and fields[2].isdigit())
            )
    return False


def _ending(path: Path) -> str:
    name = path.name
    for packed in _PACKED:
        name = name.removesuffix(packed)
    return name.rpartition(".")[2]
