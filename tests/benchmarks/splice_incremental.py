"""Compares splice scoring with what it was, and with the original program.

    python tests/benchmarks/splice_incremental.py [--variants 200] [--repeats 1]
        [--before CHECKOUT] [--original PYTHON] [--weights FOLDER] [--quick N]

Sets: SNVs evenly over one gene of the sample (dense), over all of its genes (spread),
and every SNV of a stretch of the same gene (saturation). Every program is a whole
process, start-up included, one after another in each round, distance 50:

* `gfm score` of this checkout;
* with ``--before``, `gfm score` of another checkout;
* with ``--original``, ``spliceai`` of that Python (PyPI 1.3.1, numpy < 2.3), on the
  first N variants of a set where ``--quick`` says so, start-up taken off apart.

Without ``--weights`` (a folder with spliceai1.h5 to spliceai5.h5) the built-in model is
measured, which has the same five networks of the same sizes, and its numbers are not
compared with the original's. Prints wall and CPU seconds, peak memory, and what a
variant needs in floating-point operations against the rate that the machine reaches on
this network's convolutions. Asserts nothing. Compare figures of one run only; on a
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
from typing import TYPE_CHECKING

# Before torch: threads that spin beside a busy core are twice as slow.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch  # noqa: TID253

from gfm_desktop import paths
from gfm_desktop.genome.annotation import GeneModels
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.reference import Reference
from gfm_desktop.models.importing import Origin, write_folder
from gfm_desktop.models.spectral_convolution import DilatedConvolution
from gfm_desktop.models.splice_cone import Levels, Span, cone
from gfm_desktop.models.splice_network import SPLICEAI_10K
from gfm_desktop.models.splice_stages import tile_size
from gfm_desktop.models.splice_windows import SpliceTarget, gene_target

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


def floor(threads: int) -> None:
    """Print what a variant needs and what convolutions reach here."""
    levels = Levels.of(SPLICEAI_10K)
    window = Span(-DISTANCE, DISTANCE + 1)
    spans = list(cone(levels, 1, 1, window).spans)
    tile = levels.read_by(Span(0, tile_size(levels.flank) + 256))
    rows = [
        ("both alleles, whole windows", 2, levels.read_by(window)),
        ("cone of one SNV", 1, spans),
        ("a tile of REF", 1, tile),
    ]
    torch.set_num_threads(1)
    print(f"\nFloating-point operations, {REPLICATES} networks; rates of one thread")
    for name, times, parts in rows:
        plain, fewer, seconds = 0, 0, 0.0
        for level in range(1, levels.last + 1):
            width, dilation = levels.kernels[level - 1]
            channels = SPLICEAI_10K.channels
            weight = torch.randn(channels, channels, 1, width)
            weight = weight.to(memory_format=torch.channels_last)
            layer = DilatedConvolution(weight, torch.zeros(channels), dilation=dilation)
            length = parts[level].length
            plain += 2 * length * width * channels**2
            fewer += 2 * layer.multiplications(length)
            signal = torch.randn(length + 2 * layer.reach, channels)
            seconds += fastest(layer, signal)
        scale = times * REPLICATES / 1e9
        print(
            f"  {name:28} {plain * scale:6.1f} G plainly, {fewer * scale:6.1f} G as "
            f"done here at {fewer / seconds / 1e9:4.0f} G/s: "
            f"{1000 * seconds * times * REPLICATES / threads:5.0f} ms on {threads} "
            f"threads"
        )


def fastest(layer: DilatedConvolution, signal: torch.Tensor) -> float:
    """Return the CPU seconds of the fastest of some calls."""
    best = float("inf")
    with torch.inference_mode():
        for _ in range(8):
            began = time.thread_time()
            layer(signal)
            best = min(best, time.thread_time() - began)
    return best


def report(name: str, count: int, runs: dict[str, list[Run]]) -> None:
    """Print one set's figures."""
    ours = runs["this checkout"]
    print(f"\n{name}: {count} SNVs")
    for program, done in runs.items():
        wall = statistics.median(run.wall for run in done)
        cpu = statistics.median(run.cpu for run in done)
        number = len(done[0].scores)
        each, busy = wall / number, cpu / number
        ratio = each / (statistics.median(run.wall for run in ours) / count)
        less = busy / (statistics.median(run.cpu for run in ours) / count)
        same = sum(done[0].scores[key] == ours[0].scores[key] for key in done[0].scores)
        print(
            f"  {program:16} {number:4} SNVs {wall:7.2f} s, {1 / each:6.2f} a second "
            f"({ratio:5.1f} times ours; CPU {cpu:7.2f} s, {less:5.1f} times), peak "
            f"{max(run.peak for run in done):4.0f} MiB, {same} of {number} strings "
            "equal ours"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--variants", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--quick", type=int, default=0)
    parser.add_argument("--gene", default="ZDHHC8")
    parser.add_argument("--before", type=Path)
    parser.add_argument("--original")
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--sets", default="dense,spread,saturation")
    options = parser.parse_args()
    here = Path(__file__).parents[2]
    threads = torch.get_num_threads()
    reference = Reference.open(SAMPLE / "chr22.fa.gz")
    genes = GeneModels.load(SAMPLE / "genes.gtf.gz", reference=reference)
    everywhere = Interval("chr22", 0, reference.contigs["chr22"])
    targets = [gene_target(gene) for gene in genes.overlapping(everywhere)]
    (gene,) = [target for target in targets if target.symbol == options.gene]
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
            vcf, few = folder / f"{kind}.vcf", folder / f"{kind}-few.vcf"
            where = places(kind, targets, gene, options.variants)
            alleles = 3 if kind == "saturation" else 1
            count = write_vcf(vcf, reference, where, alleles, options.variants)
            quick = options.quick or count
            write_vcf(few, reference, where, alleles, quick)
            runs: dict[str, list[Run]] = {}
            for _ in range(options.repeats):
                found = {"this checkout": gfm(here, vcf, model, folder)}
                if options.before:
                    found["before"] = gfm(options.before, vcf, model, folder)
                if options.original:
                    found["spliceai"] = original(
                        options.original, few, table, genome, folder
                    )
                for program, run in found.items():
                    runs.setdefault(program, []).append(run)
            report(kind, count, runs)
    reference.close()
    floor(threads)


if __name__ == "__main__":
    main()
