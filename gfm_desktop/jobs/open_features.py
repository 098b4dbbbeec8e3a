"""Make a file of features ready: read it once and keep its columns in the cache."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from gfm_desktop.jobs.events import Finished, Progress

if TYPE_CHECKING:
    from collections.abc import Generator

    from gfm_desktop.jobs.context import JobContext


@dataclass(frozen=True, slots=True)
class OpenFeatures:
    """Read BED, bigBed, GFF3, GTF or GenBank features against a genome.

    Outputs: ``store``, the folder of a `FeatureStore`, and ``title``, what the file
    calls itself. Warnings: lines that cannot be used, contigs that the genome lacks.

    Attributes:
        path: The file, plain or packed.
        genome: FASTA file whose contigs its names are matched with.
    """

    path: str
    genome: str
    resumable: ClassVar[bool] = True

    @property
    def title(self) -> str:
        """Return what the job strip calls it."""
        return f"Open features {Path(self.path).name}"

    def run(self, context: JobContext) -> Generator[Progress, None, Finished]:
        """Read the features where that has not been done before.

        Raises:
            InputError: If a file is missing, damaged, or holds no feature of this
                genome.
        """
        from gfm_desktop.genome.feature_file import make_store
        from gfm_desktop.genome.feature_store import FeatureStore

        yield Progress(0, None, "lines", "Reading the features")
        steps = make_store(Path(self.path), context.reference(self.genome))
        while True:
            try:
                done = next(steps)
            except StopIteration as end:
                folder: Path = end.value
                break
            yield Progress(done, None, "lines", "Reading the features")
        store = FeatureStore.load(folder)
        count = "1 feature" if len(store) == 1 else f"{len(store):,} features"
        return Finished(
            f"{Path(self.path).name}: {count}",
            outputs={"store": str(folder), "title": store.title},
            warnings=store.notes,
        )
