"""Compares splice scoring with what it was, and with the original program.

    python tests/benchmarks/splice_incremental.py [--variants 200] [--repeats 1]
        [--before CHECKOUT] [--original PYTHON] [--weights FOLDER]

Sets: SNVs evenly over one gene of the sample (dense), over all of its genes (spread),
and every SNV of a stretch of the same gene (saturation). Every program is a whole
process, start-up included, one after another in each round, distance 50:

* `gfm score` of this checkout;
* with ``--before``, `gfm score` of another checkout;
* with ``--original``, ``spliceai`` of that Python (PyPI 1.3.1, numpy < 2.3).

Without ``--weights`` (a folder with spliceai1.h5 to spliceai5.h5) the built-in model is
measured, which has the same five networks of the same sizes, and its numbers are not
compared with the original's. Prints wall and CPU seconds, peak memory, and what a
variant needs in floating-point operations against the machine's rate (`splice_floor`,
in this process). Asserts nothing. Compare figures of one run only; on a
shared machine compare CPU seconds.
"""

from __future__ import annotations

import argparse
import csv
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Before torch: threads that spin beside a busy core are twice as slow.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from splice_floor import counted, matrix_rate

from gfm_desktop import paths
from gfm_desktop.genome.annotation import GeneModels
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.reference import Reference
from gfm_desktop.genome.variant import Variant
from gfm_desktop.models import catalogue
from gfm_desktop.models.importing import Origin, write_folder
from gfm_desktop.models.splice_windows import SpliceTarget, gene_target
from gfm_desktop.scoring import splice_delta

if TYPE_CHECKING:
    from collections.abc import Sequence

SAMPLE = paths.resources() / "sample"
DISTANCE = 50
REPLICATES = 5


@dataclass(frozen=True)
class Run:
    """One process: what it took, and its scores by position and allele."""

    wall: float
    cpu: float
    peak: float
    scores: dict[tuple[str, str], str]


def places(
    name: str, targets: Sequence[SpliceTarget], gene: SpliceTarget, count: int
) -> list[int]:
    """Return 0-based positions of a set, ascending."""
    if name == "dense":
        step = (gene.end - gene.start) / count
        return [gene.start + int((n + 0.5) * step) for n in range(count)]
    if name == "saturation":
        middle = (gene.start + gene.end) // 2
        return list(range(middle, middle + -(-count // 3)))
    alone: list[int] = []
    for target in sorted(targets, key=lambda one: one.start):
        alone += range(max(target.start, alone[-1] + 1 if alone else 0), target.end)
    return [alone[int((n + 0.5) * len(alone) / count)] for n in range(count)]


def write_vcf(
    path: Path, reference: Reference, positions: Sequence[int], alleles: int, count: int
) -> int:
    """Write SNVs at positions, so many alternatives each; return how many."""
    lines = ["##fileformat=VCFv4.2"]
    lines.append(f"##contig=<ID=chr22,length={reference.contigs['chr22']}>")
    lines.append("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO")
    records = [
        f"chr22\t{place + 1}\t.\t{base}\t{alt}\t.\t.\t."
        for place in positions
        for base in [reference.fetch("chr22", place, place + 1)]
        for alt in ("CGTA".replace(base, "") if base in "ACGT" else "")[:alleles]
    ][:count]
    path.write_text("\n".join([*lines, *records, ""]))
    return len(records)


def finished(command: Sequence[str], *, cwd: Path, out: Path, folder: Path) -> Run:
    """Run a program to its end; read its table of scores."""
    environment = {
        **os.environ,
        **{f"GFM_{kind}_DIR": str(folder / kind) for kind in ("CACHE", "CONFIG")},
        "GFM_DATA_DIR": str(folder / f"data-{time.time_ns()}"),
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=(log := folder / "log").open("w"),
    )
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[0]} failed: {log.read_text()[-2_000:]}")
    cpu, peak = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    return Run(wall, cpu, peak, scores_of(out))


def scores_of(out: Path) -> dict[tuple[str, str], str]:
    """Return what a program wrote, by 1-based position and ALT."""
    if out.suffix == ".tsv":
        with out.open(newline="") as file:
            rows = csv.DictReader(file, delimiter="\t")
            return {(row["pos"], row["alt"]): row["splice"] for row in rows}
    found = {}
    for line in out.read_text().splitlines():
        if not line.startswith("#"):
            fields = line.split("\t")
            told = fields[7].removeprefix(".").removeprefix("SpliceAI=")
            found[fields[1], fields[4]] = told.removeprefix(";SpliceAI=")
    return found


def gfm(checkout: Path, vcf: Path, model: str, folder: Path) -> Run:
    """Score with a checkout of this program."""
    out = folder / f"scores-{time.time_ns()}.tsv"
    command = [sys.executable, "-m", "gfm_desktop.cli", "score", "--model", model]
    command += ["--genome", str(SAMPLE / "chr22.fa.gz"), "--variants", str(vcf)]
    command += ["--annotation", str(SAMPLE / "genes.gtf.gz")]
    command += ["--distance", str(DISTANCE), "--out", str(out)]
    return finished(command, cwd=checkout, out=out, folder=folder)


def original(python: str, vcf: Path, table: Path, genome: Path, folder: Path) -> Run:
    """Score with the original program."""
    out = folder / f"original-{time.time_ns()}.vcf"
    program = str(Path(python).with_name("spliceai"))
    command = [program, "-I", str(vcf), "-O", str(out), "-R", str(genome)]
    command += ["-A", str(table), "-D", str(DISTANCE), "-M", "0"]
    return finished(command, cwd=folder, out=out, folder=folder)


def write_annotation(path: Path, targets: Sequence[SpliceTarget]) -> None:
    """Write the original program's table of genes."""
    names = ["#NAME", "CHROM", "STRAND", "TX_START", "TX_END", "EXON_START", "EXON_END"]
    lines = ["\t".join(names)]
    for target in targets:
        starts = "".join(f"{n}," for n in target.boundaries[::2])
        ends = "".join(f"{n + 1}," for n in target.boundaries[1::2])
        fields = [target.symbol, "22", target.strand, target.start, target.end]
        lines.append("\t".join(map(str, [*fields, starts, ends])))
    path.write_text("\n".join([*lines, ""]))


def floor(
    model: str, vcf: Path, reference: Reference, genes: GeneModels, rate: float
) -> None:
    """Print what a set needs in floating-point operations, and what is reached."""
    loaded: Any = catalogue.load(model, device="cpu")
    variants = [
        Variant("chr22", int(fields[1]) - 1, fields[3], fields[4])
        for line in vcf.read_text().splitlines()
        if not line.startswith("#")
        for fields in [line.split("\t")]
    ]
    with counted() as work:
        splice_delta.score(
            loaded, variants, reference=reference, genes=genes, distance=DISTANCE
        )
    number, best = len(variants), 1_000 * work.done / rate / len(variants)
    print(
        f"  a variant needs {work.plain / number:.1f} GFLOP by taps, "
        f"{work.done / number:.1f} as done here: {best:.0f} ms of one thread at "
        f"{rate:.0f} GFLOP/s; it took {1_000 * work.cpu / number:.0f} CPU ms, "
        f"{work.reached(rate):.0%} of that rate"
    )


def report(name: str, count: int, runs: dict[str, list[Run]]) -> None:
    """Print one set's figures."""
    ours = runs["this checkout"]
    our_wall = statistics.median(run.wall for run in ours) / count
    our_cpu = statistics.median(run.cpu for run in ours) / count
    print(f"\n{name}: {count} SNVs; median (least to most) of {len(ours)} runs")
    for program, done in runs.items():
        walls, cpus = [run.wall for run in done], [run.cpu for run in done]
        wall, cpu = statistics.median(walls), statistics.median(cpus)
        number = len(done[0].scores)
        same = sum(done[0].scores[key] == ours[0].scores[key] for key in done[0].scores)
        print(
            f"  {program:14} {number:4} SNVs {wall:7.2f} s ({min(walls):.2f} to "
            f"{max(walls):.2f}), {number / wall:6.2f} a second, "
            f"{wall / number / our_wall:5.1f} times ours; CPU {cpu:7.2f} s "
            f"({min(cpus):.2f} to {max(cpus):.2f}), {cpu / number / our_cpu:5.1f} "
            f"times; peak {max(run.peak for run in done):4.0f} MiB; {same} of {number} "
            "strings equal ours",
            flush=True,
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--variants", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--gene", default="ZDHHC8")
    parser.add_argument("--before", type=Path)
    parser.add_argument("--original")
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--sets", default="dense,spread,saturation")
    options = parser.parse_args()
    here = Path(__file__).parents[2]
    reference = Reference.open(SAMPLE / "chr22.fa.gz")
    genes = GeneModels.load(SAMPLE / "genes.gtf.gz", reference=reference)
    everywhere = Interval("chr22", 0, reference.contigs["chr22"])
    targets = [gene_target(gene) for gene in genes.overlapping(everywhere)]
    (gene,) = [target for target in targets if target.symbol == options.gene]
    checkouts = {"this checkout": here, "before": options.before}
    order = ["this checkout"]
    order += ["before"] * bool(options.before)
    # Again behind the original: minutes have passed, and a shared machine may be
    # faster or slower by then.
    order += ["spliceai", "this checkout"] * bool(options.original)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = "ci-spliceai"
        if options.weights:
            model = str(folder / "model")
            Path(model).mkdir()
            write_folder(options.weights, Path(model), "", Origin())()
        table, genome = folder / "genes.tsv", folder / "genome.fa"
        write_annotation(table, targets)
        if options.original:
            letters = reference.fetch("chr22", 0, reference.contigs["chr22"])
            genome.write_text(f">22\n{letters}\n")
        for kind in options.sets.split(","):
            vcf = folder / f"{kind}.vcf"
            where = places(kind, targets, gene, options.variants)
            alleles = 3 if kind == "saturation" else 1
            count = write_vcf(vcf, reference, where, alleles, options.variants)
            runs: dict[str, list[Run]] = {}
            for _ in range(options.repeats):
                for program in order:
                    if program == "spliceai":
                        run = original(options.original, vcf, table, genome, folder)
                    else:
                        run = gfm(checkouts[program], vcf, model, folder)
                    runs.setdefault(program, []).append(run)
            report(kind, count, runs)
            floor(model, vcf, reference, genes, matrix_rate())
    reference.close()


if __name__ == "__main__":
    main()
