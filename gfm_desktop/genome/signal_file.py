"""Signals from files: a number for stretches of a genome, such as coverage.

Coordinates are 0-based half-open. Where a file says nothing the value is NaN, which is
not 0: a base without a measurement is not a base that was measured as 0.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from gfm_desktop.errors import InputError
from gfm_desktop.genome import sniff
from gfm_desktop.genome.contig_names import ContigNames

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

_BIGWIG_MAGIC = (b"\x26\xfc\x8f\x88", b"\x88\x8f\xfc\x26")
_BIGBED_MAGIC = (b"\xeb\xf2\x89\x87", b"\x87\x89\xf2\xeb")
_NAMED = 5


class SignalValues(Protocol):
    """What offers the values of a signal, base by base.

    Attributes:
        contigs: The genome's names of the contigs with data, and lengths in bp.
        notes: What must be told: contigs that the genome lacks, lines passed over.
    """

    @property
    def contigs(self) -> Mapping[str, int]:
        """Return the contigs with data."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what must be told."""
        ...

    def values(self, contig: str, start: int, end: int) -> NDArray[np.float32]:
        """Return one finite value a base, NaN where there is none.

        Args:
            contig: The genome's name, one of `contigs`.
            start: First base.
            end: End, exclusive; at most the contig's length.

        Raises:
            InputError: If the file cannot be read there.
        """
        ...

    def close(self) -> None:
        """Give the file back."""
        ...


def is_bigwig(path: Path) -> bool:
    """Tell by the first bytes whether a file is a bigWig, in either byte order.

    Source: Kent et al. 2010, supplement, table 5.

    Raises:
        OSError: If the file cannot be read.
    """
    with path.open("rb") as file:
        return file.read(4) in _BIGWIG_MAGIC


def refuse_remote(address: str) -> None:
    """Say why a signal on another machine cannot be opened, where it is one.

    The bigWig library that the app installs is built without network access
    (``pyBigWig.remote`` is 0), and a copy that can would fetch without asking.

    Raises:
        InputError: If `address` is a URL.
    """
    if sniff.is_remote(address):
        raise InputError(
            "Signals are read from this computer only: the bigWig library of this app "
            "has no network access.",
            where=address,
            todo="Download the file, then open the copy.",
        )


class BigWigFile:
    """An open bigWig file; reading is safe from several threads.

    Attributes:
        contigs: The genome's names of its contigs, and lengths in bp.
        notes: Contigs that were left out, with the reason.
    """

    def __init__(self, path: Path, contigs: Mapping[str, int]) -> None:
        """Open a file and match its contigs with the genome's, lengths included.

        Args:
            path: The file.
            contigs: The genome's names and lengths in bp.

        Raises:
            InputError: If it is missing, damaged, of another kind, or fits none of the
                genome's contigs.
        """
        self._path = path
        self._lock = threading.Lock()
        self._file = _opened(path)
        own = {str(k): int(v) for k, v in (self._file.chroms() or {}).items()}
        names, lost = matched(own, contigs)
        self._own = {found: name for name, found in names.items()}
        self.contigs: dict[str, int] = {name: contigs[name] for name in self._own}
        self.notes = contig_notes(lost)
        if not self.contigs:
            self.close()
            raise no_contig_fits(path, lost)

    def values(self, contig: str, start: int, end: int) -> NDArray[np.float32]:
        """Return one value a base; NaN where there is none, or an infinite one."""
        if start >= end:
            return np.empty(0, np.float32)
        with self._lock:
            try:
                found = self._file.values(self._own[contig], start, end, numpy=True)
            except (RuntimeError, OSError) as error:
                raise InputError(
                    f"The signal is damaged or has changed: {contig}:{start + 1:,}-"
                    f"{end:,} cannot be read.",
                    where=str(self._path),
                    todo="Open the file again; if that fails, fetch it again.",
                ) from error
        values: NDArray[np.float32] = np.asarray(found, np.float32)
        infinite = np.isinf(values)
        if infinite.any():
            values[infinite] = np.nan
        return values

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._file.close()


def matched(
    own: Mapping[str, int | None], contigs: Mapping[str, int]
) -> tuple[dict[str, str], dict[str, str]]:
    """Match a file's contig names with the genome's.

    Args:
        own: The file's names, with lengths in bp where it states them.
        contigs: The genome's names and lengths in bp.

    Returns:
        The file's names to the genome's, and those without a match to the reason.
    """
    names = ContigNames(contigs)
    found: dict[str, str] = {}
    lost: dict[str, str] = {}
    taken: dict[str, str] = {}
    for name, length in own.items():
        match = names.resolve(name, length=length)
        if match is None:
            lost[name] = names.explain(name, length=length)
        elif match in taken:
            lost[name] = f"{name} and {taken[match]} both are the genome's {match}"
        else:
            found[name] = match
            taken[match] = name
    return found, lost


def contig_notes(lost: Mapping[str, str]) -> tuple[str, ...]:
    """Return what to tell about contigs that were left out; nothing where none was."""
    if not lost:
        return ()
    reasons = "; ".join(list(lost.values())[:_NAMED])
    more = f"; and {len(lost) - _NAMED:,} more" if len(lost) > _NAMED else ""
    contigs = "1 contig is" if len(lost) == 1 else f"{len(lost):,} contigs are"
    return (f"{contigs} left out: {reasons}{more}.",)


def no_contig_fits(path: Path, lost: Mapping[str, str]) -> InputError:
    """Return the error of a file of which nothing lies on the genome."""
    reasons = "; ".join(list(lost.values())[:_NAMED]) or "it names none"
    return InputError(
        f"None of the file's contigs is one of the genome's: {reasons}.",
        where=str(path),
        todo="Open the genome build that the signal was made for.",
    )


def _opened(path: Path) -> Any:
    """Return an open `pyBigWig` file, refusing first what makes it write to stderr."""
    import pyBigWig

    refuse_remote(str(path))
    try:
        start = sniff.first_bytes(path)
        size = path.stat().st_size
    except OSError as error:
        raise InputError(
            f"The signal cannot be read: {error.strerror or error}.",
            where=str(path),
            todo="Check that the file exists and that you may read it.",
        ) from error
    if start[:4] in _BIGBED_MAGIC:
        raise InputError(
            "This is a bigBed file: it holds features, not a signal.", where=str(path)
        )
    if start[:4] not in _BIGWIG_MAGIC:
        raise InputError(
            f"This is no bigWig file: it is {sniff.describe(start)}.",
            where=str(path),
            todo="Open a bigWig, bedGraph or wiggle file.",
        )
    _refuse_cut_off(path, start, size)
    try:
        return pyBigWig.open(str(path))
    except (RuntimeError, OSError) as error:
        raise InputError(
            "The bigWig file is damaged or incomplete.",
            where=str(path),
            todo="Fetch the file again.",
        ) from error


def _refuse_cut_off(path: Path, start: bytes, size: int) -> None:
    """Refuse a file that ends before what its header points at.

    Source: Kent et al. 2010, supplement, table 5: offsets of the contig tree, the data
    and their index are 64-bit numbers at bytes 8, 16 and 24.
    """
    order: Any = "little" if start[:4] == _BIGWIG_MAGIC[0] else "big"
    places = [int.from_bytes(start[at : at + 8], order) for at in (8, 16, 24)]
    if len(start) < 64 or max(places) >= size:
        raise InputError(
            f"The bigWig file is incomplete: it has {size:,} bytes, and its index "
            f"begins at byte {max(places):,}.",
            where=str(path),
            todo="Fetch the file again.",
        )
