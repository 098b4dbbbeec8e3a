"""The open genome as CRAM wants it: under the file's own contig names, and proven.

A CRAM file keeps only how reads differ from a reference. htslib looks for that
reference under the CRAM's names, beside other files and, if nothing is said, on the
network: here it gets a link to the open genome with an index in the cache, and is kept
from looking elsewhere.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from typing import TYPE_CHECKING

from gfm_desktop.genome import fasta_index
from gfm_desktop.genome.fingerprint import write_whole

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping
    from pathlib import Path

    from gfm_desktop.genome.reference import Reference

_PIECE = 1 << 22
_ELSEWHERE = ("REF_PATH", "REF_CACHE")


def link(
    reference: Reference, names: Mapping[str, str], folder: Path, *, cache: Path
) -> Path:
    """Write a link to the genome and an index that calls its contigs as the CRAM does.

    Args:
        reference: The open genome.
        names: The genome's name of a contig to the file's.
        folder: Where to write.
        cache: The app's cache, which holds the genome's own index.

    Returns:
        What `pysam.AlignmentFile` takes as ``reference_filename``.

    Raises:
        OSError: If the folder cannot be written.
    """
    ready = fasta_index.prepare(reference.path, cache=cache)
    path = folder / ("genome.fa.gz" if ready.gzi is not None else "genome.fa")
    path.unlink(missing_ok=True)
    path.symlink_to(ready.fasta.resolve())
    lines = [line.split("\t") for line in ready.fai.read_text().splitlines()]
    renamed = ["\t".join([names.get(name, name), *rest]) for name, *rest in lines]
    write_whole(folder / f"{path.name}.fai", ("\n".join(renamed) + "\n").encode())
    if ready.gzi is not None:
        write_whole(folder / f"{path.name}.gzi", ready.gzi.read_bytes())
    return path


def checksum(
    reference: Reference, contig: str, *, cache: Path
) -> Generator[int, None, str]:
    """Return the MD5 of a contig as ``@SQ M5`` has it; remembered in the cache.

    Source: SAM specification, section 1.3.2: capital letters, no blanks.

    Args:
        reference: The open genome.
        contig: Its own name of a contig.
        cache: The app's cache.

    Yields:
        How many bp are done.
    """
    note = cache / "checksums" / f"{reference.fingerprint[:32]}.json"
    known = _known(note)
    if contig not in known:
        digest = hashlib.md5(usedforsecurity=False)
        length = reference.contigs[contig]
        for start in range(0, length, _PIECE):
            end = min(start + _PIECE, length)
            digest.update(reference.fetch_raw(contig, start, end).upper().encode())
            yield end
        known = {**_known(note), contig: digest.hexdigest()}
        note.parent.mkdir(parents=True, exist_ok=True)
        write_whole(note, json.dumps(known).encode())
    return known[contig]


@contextlib.contextmanager
def nowhere_else() -> Iterator[None]:
    """Keep htslib from fetching references: neither from other folders nor the web."""
    before = {name: os.environ.get(name) for name in _ELSEWHERE}
    os.environ.update(dict.fromkeys(_ELSEWHERE, os.devnull + "/%s"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _known(note: Path) -> dict[str, str]:
    try:
        stored = json.loads(note.read_bytes())
        return {str(name): str(value) for name, value in stored.items()}
    except (OSError, ValueError, AttributeError):
        return {}
