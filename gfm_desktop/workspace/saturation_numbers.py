"""Effects of all substitutions of a gene, read from the parts of its scoring run.

They are the numbers that ``gfm score --saturate GENE`` exports: the same files.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.errors import InputError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.status import DESCRIPTIONS, Status
from gfm_desktop.jobs.run_folder import RunFolder
from gfm_desktop.scoring import registry
from gfm_desktop.scoring.card import signed
from gfm_desktop.tracks.mutagenesis import LETTERS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gfm_desktop.scoring.card import ScorerCard


@dataclass(slots=True, eq=False)
class SaturationNumbers:
    """Effects at the n bases of a gene that are scored, now or later.

    Arrays are filled in place as parts arrive; `revision` grows with each.

    Attributes:
        contig: The gene's contig.
        places: int64 (n,) 0-based positions, ascending.
        letters: The genome's bases, one a place.
        scorer: Who scores.
        model_name: What people call the model.
        values: float32 (n, 4), effects of A, C, G, T: 0 for the genome's base, NaN
            where there is none (yet).
        known: (n,), True where an outcome has come.
        reasons: 0-based position to why it has no effect.
        revision: Number of parts that were read.
    """

    contig: str
    places: NDArray[np.int64]
    letters: str
    scorer: ScorerCard
    model_name: str
    values: NDArray[np.float32]
    known: NDArray[np.bool_]
    reasons: dict[int, str] = field(default_factory=dict)
    revision: int = 0
    _at: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    _row: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))

    @classmethod
    def open(cls, run: Path) -> SaturationNumbers:
        """Return the empty arrays of a scoring run.

        Args:
            run: Run folder of a saturation (`jobs.score_gene.ScoreGene`).

        Raises:
            InputError: If the run cannot be read, or holds anything but substitutions.
        """
        manifest = RunFolder(run).read_manifest()
        table = _read(Path(manifest.table), ["contig", "start", "norm_ref", "norm_alt"])
        contigs = table["contig"].unique().to_pylist()
        refs, alts = table["norm_ref"].to_pylist(), table["norm_alt"].to_pylist()
        if len(contigs) != 1 or not {*refs, *alts} <= set(LETTERS):
            raise InputError("This is no saturation of a gene.", where=str(run))
        starts = table["start"].to_numpy().astype(np.int64)
        places, first, at = np.unique(starts, return_index=True, return_inverse=True)
        made = cls(
            contigs[0],
            places,
            "".join(refs[i] for i in first.tolist()),
            registry.card_of(manifest.identity.scorer),
            manifest.model_name,
            np.full((len(places), 4), np.nan, np.float32),
            np.zeros(len(places), np.bool_),
        )
        made._at = at.astype(np.int64)
        made._row = np.array([LETTERS.index(alt) for alt in alts], np.int64)
        return made

    @property
    def interval(self) -> Interval:
        """Return the stretch from the first to the last place, 0-based half-open."""
        return Interval(self.contig, int(self.places[0]), int(self.places[-1]) + 1)

    def add(self, part: Path) -> None:
        """Take the outcomes of a score part.

        Raises:
            InputError: If it cannot be read.
        """
        losses = list(self.scorer.losses)
        table = _read(part, ["row", "status", "reason", "score", *losses])
        rows = table["row"].to_numpy()
        scores = np.asarray(table["score"].to_numpy(zero_copy_only=False), np.float64)
        columns = [
            np.asarray(table[name].to_numpy(zero_copy_only=False), np.float64)
            for name in losses
        ]
        effects = signed(scores, columns)
        at, row = self._at[rows], self._row[rows]
        self.values[at, row] = effects.astype(np.float32)
        self.known[at] = True
        self._zero_own(np.unique(at))
        for i in np.flatnonzero(np.isnan(scores)).tolist():
            status = Status(table["status"][i].as_py())
            words = table["reason"][i].as_py() or DESCRIPTIONS[status]
            self.reasons[int(self.places[at[i]])] = words
        self.revision += 1

    def _zero_own(self, at: NDArray[np.int64]) -> None:
        """Give the genome's own base the effect 0 where any other base has one."""
        told = at[np.isfinite(self.values[at]).any(axis=1)]
        codes = np.frombuffer(self.letters.encode("ascii"), np.uint8)[told]
        for row, letter in enumerate(LETTERS):
            self.values[told[codes == ord(letter)], row] = 0.0


def _read(path: Path, columns: list[str]) -> Any:
    """Return columns of a Parquet file.

    Raises:
        InputError: If it cannot be read.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.read_table(path, columns=columns)
    except (OSError, pa.ArrowException) as error:
        raise InputError(
            f"The scores cannot be read: {error}.",
            where=str(path),
            todo="Saturate the gene again.",
        ) from error
