"""A chromosome with genes, variants, scores and a signal, for browser benchmarks.

Everything comes from a seed and is made once a folder: a contig as long as human
chromosome 1, gene models with 100,000 exons, 1,000,000 substitutions with scores, and a
bigWig with a value for every base.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from gfm_desktop.genome.annotation import GeneModels
from gfm_desktop.genome.reference import Reference
from gfm_desktop.genome.signal_store import make
from gfm_desktop.genome.variant_table import build_variant_table
from gfm_desktop.workspace.score_table import ScoreTable
from gfm_desktop.workspace.track_files import TrackKind
from gfm_desktop.workspace.workspace import ScoreRun, VariantSet, Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

CONTIG = "chr1"
LETTERS = np.frombuffer(b"ACGT", np.uint8)
WIDTH = 100
_EXONS_A_GENE = 10
_CHUNK = 1_000_000
_HEAD = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is.

    Attributes:
        bases: Length of the contig in bp, also the values of the signal.
        exons: Exons of all genes together.
        variants: Scored substitutions.
    """

    bases: int = 248_956_422
    exons: int = 100_000
    variants: int = 1_000_000


class World:
    """The files of a folder, made where they are missing."""

    def __init__(self, folder: Path, size: Size, *, seed: int = 11) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.size, self.seed = folder, size, seed
        self.fasta = folder / "genome.fa"
        self.gtf = folder / "genes.gtf"
        self.vcf = folder / "variants.vcf"
        self.table = folder / "variants.parquet"
        self.run = folder / "run"
        self.bigwig = folder / "signal.bw"
        self.cache = folder / "cache"

    def make(self) -> None:
        """Make what is missing, and say how long it took."""
        steps = (
            (self.fasta, self._make_genome),
            (self.gtf, self._make_genes),
            (self.table, self._make_variants),
            (self.run, self._make_scores),
            (self.bigwig, self._make_signal),
        )
        for path, write in steps:
            if not path.exists():
                began = time.perf_counter()
                write()
                print(f"made {path.name} in {time.perf_counter() - began:.1f} s")

    def workspace(self) -> Workspace:
        """Open everything but the signal."""
        reference = Reference.open(self.fasta)
        workspace = Workspace()
        workspace.set_genome(reference)
        workspace.set_annotation(GeneModels.load(self.gtf, reference=reference))
        workspace.set_variants(VariantSet(self.vcf, self.table), ScoreTable(self.table))
        workspace.set_run(ScoreRun(self.run, "toy", "splice-delta"))
        return workspace

    def add_signals(self, workspace: Workspace, count: int) -> None:
        """Open the signal so often, each time as a file of its own."""
        contigs = {CONTIG: self.size.bases}
        for number in range(count):
            path = self.folder / f"signal-{number + 1}.bw"
            if not path.exists():
                path.hardlink_to(self.bigwig)
            making = make(path, contigs, cache=self.cache)
            while True:
                try:
                    next(making)
                except StopIteration as end:
                    store: Path = end.value
                    break
            workspace.track_files.add(TrackKind.SIGNAL, path, store=str(store))

    def _letters(self) -> NDArray[np.uint8]:
        random = np.random.default_rng(self.seed)
        return LETTERS[random.integers(0, 4, self.size.bases, np.uint8)]

    def _make_genome(self) -> None:
        letters = self._letters()
        whole = len(letters) // WIDTH * WIDTH
        rows = letters[:whole].reshape(-1, WIDTH)
        ends = np.full((len(rows), 1), ord("\n"), np.uint8)
        with self.fasta.open("wb") as file:
            file.write(f">{CONTIG} made for a benchmark\n".encode())
            file.write(np.hstack([rows, ends]).tobytes())
            file.write(letters[whole:].tobytes() + b"\n")

    def _make_genes(self) -> None:
        random = np.random.default_rng(self.seed + 1)
        count = max(1, self.size.exons // _EXONS_A_GENE)
        starts = np.sort(random.integers(1000, self.size.bases - 60_000, count))
        with self.gtf.open("w") as file:
            for number, start in enumerate(starts.tolist()):
                strand = "+-"[int(random.integers(2))]
                gaps = random.integers(300, 4000, _EXONS_A_GENE)
                firsts = start + np.cumsum(gaps)
                lasts = firsts + random.integers(60, 250, _EXONS_A_GENE)
                about = f'gene_id "G{number}"; gene_name "GENE{number}";'
                own = f'{about} transcript_id "T{number}";'
                line = f"{CONTIG}\tmade\t%s\t%d\t%d\t.\t{strand}\t.\t%s\n"
                whole = (int(firsts[0]), int(lasts[-1]))
                file.write(line % ("gene", *whole, about))
                file.write(line % ("transcript", *whole, own))
                for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True):
                    file.write(line % ("exon", first, last, own))
                    file.write(line % ("CDS", first + 9, last - 9, own))

    def _make_variants(self) -> None:
        random = np.random.default_rng(self.seed + 2)
        letters = self._letters()
        wanted = int(self.size.variants * 1.02)
        places = np.unique(random.integers(0, self.size.bases, wanted))
        drawn = random.permutation(len(places))[: self.size.variants]
        places = places[np.sort(drawn)]
        refs = letters[places]
        codes = np.searchsorted(LETTERS, refs)
        alts = LETTERS[(codes + random.integers(1, 4, len(places))) % 4]
        with self.vcf.open("w") as file:
            file.write(_HEAD)
            for pos, ref, alt in zip(
                (places + 1).tolist(), refs.tolist(), alts.tolist(), strict=True
            ):
                file.write(f"{CONTIG}\t{pos}\t.\t{chr(ref)}\t{chr(alt)}\t.\t.\t.\n")
        reference = Reference.open(self.fasta)
        for _ in build_variant_table(self.vcf, reference, self.table):
            pass
        reference.close()

    def _make_scores(self) -> None:
        random = np.random.default_rng(self.seed + 3)
        count = pq.ParquetFile(self.table).metadata.num_rows
        self.run.mkdir()
        part = {
            "row": pa.array(np.arange(count)),
            "status": pa.array(["scored"] * count),
            "reason": pa.array([""] * count),
            "gene": pa.array([""] * count),
            "score": pa.array(random.beta(0.5, 12.0, count)),
        }
        pq.write_table(pa.table(part), self.run / "scores-000000.parquet")

    def _make_signal(self) -> None:
        import pyBigWig

        random = np.random.default_rng(self.seed + 4)
        file = pyBigWig.open(str(self.bigwig), "w")
        file.addHeader([(CONTIG, self.size.bases)], maxZooms=0)
        for start in range(0, self.size.bases, _CHUNK):
            count = min(_CHUNK, self.size.bases - start)
            at = np.arange(start, start + count)
            slow = 6 + 5 * np.sin(at / 3.1e6) + 3 * np.sin(at / 900)
            noise = random.integers(0, 3, count)
            values = np.maximum(0, np.round(slow) + noise).astype(np.float64)
            file.addEntries(CONTIG, start, values=values, span=1, step=1)
        file.close()
