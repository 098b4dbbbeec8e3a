"""Gene models as flat arrays, which load from the cache in an instant."""

from __future__ import annotations

import json
import os
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_LAYOUT = 3
"""Raised whenever the arrays or their meaning change: older copies are parsed again."""
_TEXTS = ("gene_name", "gene_id", "transcript_id", "contigs", "notes")


@dataclass(frozen=True, slots=True)
class GeneArrays:
    """Genes, transcripts and exons as columns; coordinates 0-based half-open.

    Attributes:
        contigs: The file's contig names.
        notes: What was passed over while parsing.
        gene_name: Symbol of each gene, its identifier where there is none.
        gene_id: Identifier of each gene.
        transcript_id: Identifier of each transcript.
        gene_contig: Shape (genes,), index into `contigs`.
        gene_minus: Shape (genes,), whether it lies on the minus strand.
        gene_start: Shape (genes,).
        gene_end: Shape (genes,), exclusive.
        gene_transcripts: Shape (genes + 1,): gene *g* owns transcripts
            ``[g]`` to ``[g + 1]``, the canonical one first.
        transcript_start: Shape (transcripts,).
        transcript_end: Shape (transcripts,), exclusive.
        transcript_exons: Shape (transcripts + 1,), offsets into `exons`.
        transcript_coding: Shape (transcripts + 1,), offsets into `coding`.
        exons: Shape (n, 2), start and end.
        coding: Shape (n, 2), start and end.
    """

    contigs: list[str]
    notes: list[str]
    gene_name: list[str]
    gene_id: list[str]
    transcript_id: list[str]
    gene_contig: NDArray[np.int64]
    gene_minus: NDArray[np.bool_]
    gene_start: NDArray[np.int64]
    gene_end: NDArray[np.int64]
    gene_transcripts: NDArray[np.int64]
    transcript_start: NDArray[np.int64]
    transcript_end: NDArray[np.int64]
    transcript_exons: NDArray[np.int64]
    transcript_coding: NDArray[np.int64]
    exons: NDArray[np.int64]
    coding: NDArray[np.int64]

    def save(self, path: Path) -> None:
        """Write a copy, whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        numbers = {n: getattr(self, n) for n in self.__slots__ if n not in _TEXTS}
        texts = json.dumps({n: getattr(self, n) for n in _TEXTS}).encode()
        numbers["layout"] = np.array(_LAYOUT)
        numbers["texts"] = np.frombuffer(texts, np.uint8)
        temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
        with temporary.open("wb") as file:
            np.savez(file, **numbers)
        temporary.replace(path)

    @classmethod
    def load(cls, path: Path) -> GeneArrays | None:
        """Return the copy, or None where it is missing, older or damaged."""
        try:
            # numpy leaves a damaged file open if it opens it itself.
            with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
                if int(file["layout"]) != _LAYOUT:
                    return None
                texts = json.loads(file["texts"].tobytes())
                numbers = {n: file[n] for n in cls.__slots__ if n not in _TEXTS}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None
        return cls(**texts, **numbers)
