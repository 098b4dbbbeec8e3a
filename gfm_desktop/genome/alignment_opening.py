"""Makes an alignment file ready: what it is, whether it fits, where its index is."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop import __version__, paths
from gfm_desktop.errors import InputError
from gfm_desktop.genome import alignment_index, cram_reference
from gfm_desktop.genome.alignment_header import (
    SORT,
    Header,
    incomplete,
    read_header,
)
from gfm_desktop.genome.alignments import (
    DENSITY,
    STORE,
    Alignments,
    stamp_of,
)
from gfm_desktop.genome.fingerprint import write_whole

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from pathlib import Path

    from gfm_desktop.genome.alignment_index import IndexFacts
    from gfm_desktop.genome.reference import Reference

_NAMED = 4
_CHEAP = 200_000_000
"""Bytes of a file that is sooner indexed again than its index trusted: some 2 s."""
_OLDER = (
    "{index} is older than the file: if reads seem to be missing, make it again with "
    "`samtools index`."
)


@dataclass(frozen=True, slots=True)
class Step:
    """How far opening is.

    Attributes:
        message: What is being done.
        done: bp done.
        total: bp in all; None while that is not known.
    """

    message: str
    done: int = 0
    total: int | None = None


def prepare(
    path: Path, reference: Reference, *, cache: Path | None = None
) -> Generator[Step, None, Path]:
    """Return the store of an alignment file, made where it is not in the cache.

    Nothing is written beside the user's file.

    Args:
        path: BAM or CRAM file, sorted by position.
        reference: The open genome.
        cache: The app's cache by default.

    Yields:
        What is being done.

    Raises:
        InputError: If the file is of another kind, not sorted, damaged, or does not fit
            the genome.
    """
    cache = cache or paths.cache()
    yield Step("Reading the header")
    try:
        header = read_header(path)
        folder = _folder(path, reference, cache)
        folder.mkdir(parents=True, exist_ok=True)
        index, facts, notes = yield from _index(path, header, folder)
        contigs, strangers = _fitting(path, header, facts, reference)
        link = ""
        if header.kind == "CRAM":
            yield from _prove(path, header, facts, reference, contigs, cache)
            link = str(cram_reference.link(reference, contigs, folder, cache=cache))
        stamp = stamp_of(path)
        notes = [*incomplete(path, header.kind), *notes, *strangers]
        made = Alignments(
            str(path), stamp, header.kind, str(index), link, contigs, tuple(notes)
        )
        _write_density(folder, header, facts, contigs)
        store = folder / STORE
        write_whole(store, made.text().encode())
    except OSError as error:
        raise InputError(
            f"The alignments cannot be read: {error.strerror or error}.",
            where=str(path),
            todo="Check that the file exists and that you may read it.",
        ) from error
    return store


def _folder(path: Path, reference: Reference, cache: Path) -> Path:
    beside = [(str(p), *stamp_of(p)) for p in alignment_index.beside(path)]
    about = [str(path.resolve()), *stamp_of(path), beside]
    key = json.dumps([*about, reference.fingerprint, __version__])
    return cache / "alignments" / hashlib.sha256(key.encode()).hexdigest()[:24]


def _index(
    path: Path, header: Header, folder: Path
) -> Generator[Step, None, tuple[Path, IndexFacts, list[str]]]:
    """Return an index that fits: one beside the file, or one made in the cache."""
    lengths = list(header.lengths.values())
    notes: list[str] = []
    mine = folder / ("made.crai" if header.kind == "CRAM" else "made.bai")
    for found in [*alignment_index.beside(path), *([mine] if mine.exists() else [])]:
        if (found.suffix == ".crai") != (header.kind == "CRAM"):
            continue
        try:
            facts = alignment_index.read_index(found, lengths)
        except ValueError:
            notes = [f"{found.name} is damaged: another index was made in the cache."]
            continue
        if alignment_index.fits(facts, path, contigs=len(lengths)):
            if found == mine or not _older(found, path):
                return found, facts, []
            if path.stat().st_size > _CHEAP:
                return found, facts, [_OLDER.format(index=found.name)]
            continue
        notes = [
            f"{found.name} belongs to another version of the file: another index was "
            "made in the cache."
        ]
    yield Step("Making an index, which reads the whole file")
    try:
        alignment_index.make(path, mine, longest=max(lengths))
        facts = alignment_index.read_index(mine, lengths)
    except ValueError as error:
        raise _unsorted(path, error) from error
    return mine, facts, notes


def _older(index: Path, path: Path) -> bool:
    """Tell whether an index was written before its file: it may be of another one."""
    return index.stat().st_mtime_ns < path.stat().st_mtime_ns


def _unsorted(path: Path, error: ValueError) -> InputError:
    words = str(error).lower()
    if "unsorted" in words or "not in a single block" in words or "sort" in words:
        return InputError(
            "The reads in this file are not sorted by position, so that none can be "
            "found.",
            where=str(path),
            todo=SORT.format(name=path.name),
        )
    return InputError(
        "No index can be made of the alignments: the file is damaged or incomplete.",
        where=str(path),
        todo="Check it with `samtools quickcheck`, or fetch it again.",
    )


def _fitting(
    path: Path, header: Header, facts: IndexFacts, reference: Reference
) -> tuple[dict[str, str], list[str]]:
    """Return the genome's name of each contig to the file's, and who has none.

    Raises:
        InputError: If no contig that has reads is one of the genome's.
    """
    contigs: dict[str, str] = {}
    strangers: list[str] = []
    lost = 0
    for number, (name, length) in enumerate(header.lengths.items()):
        found = reference.resolve(name, length=length)
        if found is not None and found not in contigs:
            contigs[found] = name
        elif _has_reads(number, facts):
            strangers.append(reference.names.explain(name, length=length))
            lost += facts.mapped.get(number, 0)
    if not contigs:
        raise InputError(
            "The reads were aligned to another genome: none of the file's contigs is "
            f"in the open one ({'; '.join(strangers[:_NAMED]) or 'no reads at all'}).",
            where=str(path),
            todo="Open the genome that the reads were aligned to.",
        )
    if not strangers:
        return contigs, []
    more = len(strangers) - _NAMED
    words = "; ".join(strangers[:_NAMED]) + (f"; and {more:,} more" if more > 0 else "")
    reads = f"{lost:,} reads" if lost else "Reads"
    count = len(strangers)
    noun = "contig" if count == 1 else "contigs"
    return contigs, [f"{reads} on {count:,} {noun} are not shown: {words}."]


def _has_reads(number: int, facts: IndexFacts) -> bool:
    density = facts.density.get(number)
    mapped = facts.mapped.get(number, 0)
    return bool(mapped) or (density is not None and bool(density.any()))


def _prove(
    path: Path,
    header: Header,
    facts: IndexFacts,
    reference: Reference,
    contigs: Mapping[str, str],
    cache: Path,
) -> Generator[Step, None, None]:
    """Compare the genome with the checksums of a CRAM's reference.

    Raises:
        InputError: If a contig with reads has another sequence.
    """
    numbers = {name: number for number, name in enumerate(header.lengths)}
    asked = {
        mine: header.checksums[its]
        for mine, its in contigs.items()
        if its in header.checksums and _has_reads(numbers[its], facts)
    }
    total, before = sum(reference.contigs[mine] for mine in asked), 0
    words = "Comparing the genome with the one that the file was packed with"
    wrong = []
    for mine, wanted in asked.items():
        steps = cram_reference.checksum(reference, mine, cache=cache)
        while True:
            try:
                yield Step(words, before + next(steps), total)
            except StopIteration as stop:
                wrong += [mine] if stop.value != wanted else []
                break
        before += reference.contigs[mine]
    if wrong:
        names = ", ".join(wrong[:_NAMED]) + (", ..." if len(wrong) > _NAMED else "")
        raise InputError(
            "CRAM keeps reads as differences from a genome, and this file's is another "
            f"one: {names} differs from the open genome in its bases.",
            where=str(path),
            todo="Open the genome that the reads were aligned to, or convert the file "
            "where that genome is: `samtools view -b -o reads.bam`.",
        )


def _write_density(
    folder: Path, header: Header, facts: IndexFacts, contigs: Mapping[str, str]
) -> None:
    numbers = {name: number for number, name in enumerate(header.lengths)}
    arrays = {}
    for mine, its in contigs.items():
        values = facts.density.get(numbers[its])
        if values is not None and values.any():
            arrays[hashlib.sha256(mine.encode()).hexdigest()[:16]] = values
    whole = io.BytesIO()
    np.savez(whole, allow_pickle=False, **arrays)
    write_whole(folder / DENSITY, whole.getvalue())
