"""Compares the opening of variants, and reading of a genome, with bcftools and pysam.

    python tests/benchmarks/reading.py [--records 1000000] [--rounds 7] [--samples 0]

Makes a genome and a bgzipped call set (`made_variants`). In each round, one after
another, each a whole process with the genome's index already made:

* ``bcftools norm -f GENOME -m-`` to /dev/null (text), and to a bgzipped file;
* pysam, which reads every record and compares REF with the genome;
* the job of this program, `OpenVariants`: normalised, REF checked, every allele with
  its status in a table on disk, then opened as the window does, to its first 128 rows.

Then random windows of 6 kb of the genome, in one process: this program, pysam, and
pyfaidx where it is installed; from plain text and from bgzip. Prints medians, 95th
percentiles and the range; asserts nothing. On a shared machine read the CPU seconds.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

WINDOW = 6_000
WINDOWS = 2_000
ROUNDS_OF_WINDOWS = 15
PAGE = 128


@dataclass(frozen=True)
class Run:
    """One process: seconds on the clock and of the processor, MiB, what it printed."""

    wall: float
    cpu: float
    peak: float
    told: dict[str, float]


def ours(vcf: str, genome: str) -> dict[str, float]:
    """Run the job in this process, then show the table; return seconds and counts."""
    from gfm_desktop.jobs.context import JobContext
    from gfm_desktop.jobs.open_variants import OpenVariants
    from gfm_desktop.workspace.score_table import ScoreTable

    context = JobContext()
    reference = context.reference(genome)
    began, busy = time.perf_counter(), time.process_time()
    steps = OpenVariants(vcf, genome).run(context)
    first = 0.0
    while True:
        try:
            event = next(steps)
        except StopIteration as end:
            finished = end.value
            break
        if not first and getattr(event, "done", 0):
            first = time.perf_counter() - began
    job = time.perf_counter() - began
    job_cpu = time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    before = resident()
    table = ScoreTable(Path(finished.outputs["table"]))
    table.rows(table.order()[:PAGE])
    reference.close()
    return {
        "first": first,
        "job": job,
        "job_cpu": job_cpu,
        "rows": time.perf_counter() - began,
        "peak": peak,
        "memory": resident() - before,
        "pending": finished.counts.get("pending", 0),
        "others": sum(finished.counts.values()) - finished.counts.get("pending", 0),
        "megabytes": Path(finished.outputs["table"]).stat().st_size / 1e6,
    }


def with_pysam(vcf: str, genome: str) -> dict[str, float]:
    """Compare every REF with the genome, as a short script does."""
    import pysam

    agree = 0
    with pysam.VariantFile(vcf) as file, pysam.FastaFile(genome) as fasta:
        for record in file:
            start = record.pos - 1
            ref = record.ref or ""
            bases = fasta.fetch(record.chrom, start, start + len(ref))
            agree += bases.upper() == ref.upper()
    return {"agree": agree}


def resident() -> float:
    """Return the memory of this process, in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def finished(command: Sequence[str], folder: Path) -> Run:
    """Run a program to its end."""
    names = ("CACHE", "CONFIG", "DATA")
    places = {f"GFM_{name}_DIR": str(folder / name.lower()) for name in names}
    out, log = folder / "out", folder / "log"
    began = time.perf_counter()
    with out.open("w") as told, log.open("w") as errors:
        process = subprocess.Popen(
            command, env={**os.environ, **places}, stdout=told, stderr=errors
        )
        _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[0]} failed: {log.read_text()[-2_000:]}")
    told_text = out.read_text()
    return Run(
        wall,
        used.ru_utime + used.ru_stime,
        used.ru_maxrss / 1024,
        json.loads(told_text) if told_text else {},
    )


def measure(vcf: Path, genome: Path, rounds: int, folder: Path) -> dict[str, list[Run]]:
    """Run every program once in each round."""
    norm = ["bcftools", "norm", "-f", str(genome), "-m-"]
    own = [sys.executable, __file__, "--child"]
    packed = folder / "norm.vcf.gz"
    programs = {
        "bcftools norm, to nowhere": [*norm, "-Ov", "-o", os.devnull, str(vcf)],
        "bcftools norm, to bgzip": [*norm, "-Oz", "-o", str(packed), str(vcf)],
        "pysam, REF compared": [*own, "pysam", str(vcf), str(genome)],
        "this program": [*own, "ours", str(vcf), str(genome)],
    }
    if shutil.which("bcftools") is None:
        programs = {name: c for name, c in programs.items() if c[0] != "bcftools"}
    runs: dict[str, list[Run]] = {name: [] for name in programs}
    finished(programs["this program"], folder)  # makes the genome's index
    for _ in range(rounds):
        for name, command in programs.items():
            shutil.rmtree(folder / "cache" / "variants", ignore_errors=True)
            runs[name].append(finished(command, folder))
    return runs


def told(values: Sequence[float]) -> str:
    """Return median, 95th percentile and range."""
    middle, high = statistics.median(values), percentile(values, 0.95)
    return f"{middle:6.2f} (95% {high:6.2f}, {min(values):5.2f}-{max(values):5.2f})"


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which a share of the values lies, between neighbours."""
    if len(values) < 2:
        return values[0]
    return statistics.quantiles(values, n=100, method="inclusive")[
        round(share * 100) - 1
    ]


def report(runs: dict[str, list[Run]]) -> None:
    """Print what the processes took."""
    for name, done in runs.items():
        print(
            f"  {name:26} wall {told([run.wall for run in done])} s, CPU "
            f"{told([run.cpu for run in done])} s, peak "
            f"{max(run.peak for run in done):4.0f} MiB"
        )
    own = runs["this program"]
    for key, words in {
        "first": "first progress",
        "job": "the job, in a running worker",
        "job_cpu": "CPU of the job",
        "rows": "job and first rows of the table",
    }.items():
        print(f"    {words:32} {told([run.told[key] for run in own])} s")
    one = own[-1].told
    print(
        f"    {one['pending']:,.0f} alleles fit, {one['others']:,.0f} not; peak of the "
        f"job {one['peak']:.0f} MiB; table {one['megabytes']:.1f} MB on disk, "
        f"{one['memory']:.0f} MiB more once shown"
    )
    for name, done in runs.items():
        if name.startswith("bcftools"):
            print(f"  ratio to {name}, round by round:")
            for what, mine in {
                "wall, whole process": lambda run: run.wall,
                "wall, job in a worker": lambda run: run.told["job"],
            }.items():
                pairs = [mine(a) / b.wall for a, b in zip(own, done, strict=True)]
                print(f"    {what:24} {told(pairs)}")
            pairs = [a.cpu / b.cpu for a, b in zip(own, done, strict=True)]
            print(f"    {'CPU, whole process':24} {told(pairs)}")


def windows(packed: str, genome: str) -> dict[str, float]:
    """Print how many random windows a second are read, for the parent to show."""
    import pysam

    from gfm_desktop.genome.reference import Reference

    readers: dict[str, Callable[[str, int, int], Any]] = {}
    for name, path in {"plain": genome, "bgzip": packed}.items():
        reference, fasta = Reference.open(Path(path)), pysam.FastaFile(path)
        readers[f"{name}: this program, A C G T N"] = reference.fetch
        readers[f"{name}: this program, as it is"] = reference.fetch_raw
        readers[f"{name}: pysam, as it is"] = fasta.fetch
        readers[f"{name}: pysam, upper case"] = upper(fasta.fetch)
        if importlib.util.find_spec("pyfaidx"):
            import pyfaidx

            get = pyfaidx.Fasta(path, as_raw=True, one_based_attributes=False).get_seq
            readers[f"{name}: pyfaidx"] = get
    random = Random(1)
    rates: dict[str, list[float]] = {name: [] for name in readers}
    (contig, length), *_ = reference.contigs.items()
    for _ in range(ROUNDS_OF_WINDOWS):
        starts = [random.randrange(length - WINDOW) for _ in range(WINDOWS)]
        for name, read in readers.items():
            count = WINDOWS if name.startswith("plain") else WINDOWS // 10
            began = time.process_time()
            for start in starts[:count]:
                read(contig, start, start + WINDOW)
            rates[name].append(count / (time.process_time() - began))
    found = {}
    for name, some in rates.items():
        found[f"{name}|median"] = statistics.median(some)
        found[f"{name}|5%"] = percentile(some, 0.05)
    return found


def upper(read: Callable[[str, int, int], str]) -> Callable[[str, int, int], str]:
    """Return the same reading with letters in upper case."""
    return lambda contig, start, end: read(contig, start, end).upper()


def make(vcf: str, genome: str) -> dict[str, float]:
    """Make the files, in a process of its own: a child counts its parent's memory."""
    import pysam
    from made_variants import make_genome, make_vcf

    records, samples = int(os.environ["RECORDS"]), int(os.environ["SAMPLES"])
    contigs = make_genome(Path(genome), bases=64 * records)
    make_vcf(Path(vcf), contigs, records=records, samples=samples)
    pysam.tabix_compress(genome, f"{genome}.gz")
    for path in (genome, f"{genome}.gz"):
        pysam.faidx(path)
    return {}


CHILDREN: dict[str, Callable[[str, str], dict[str, float]]] = {
    "make": make,
    "ours": ours,
    "pysam": with_pysam,
    "windows": windows,
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--samples", type=int, default=0)
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        name, vcf_path, genome_path = options.child
        print(json.dumps(CHILDREN[name](vcf_path, genome_path)))
        return
    os.environ["RECORDS"], os.environ["SAMPLES"] = (
        str(options.records),
        str(options.samples),
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        genome, vcf = folder / "genome.fa", folder / "in.vcf.gz"
        own = [sys.executable, __file__, "--child"]
        finished([*own, "make", str(vcf), str(genome)], folder)
        print(
            f"{options.records:,} records, {options.samples} samples, "
            f"{vcf.stat().st_size / 1e6:.1f} MB of bgzip, {options.rounds} rounds, "
            f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs"
        )
        report(measure(vcf, genome, options.rounds, folder))
        done = finished([*own, "windows", f"{genome}.gz", str(genome)], folder)
        print(f"\nRandom windows of {WINDOW:,} bases a second of CPU")
        for key, rate in done.told.items():
            name, _, what = key.partition("|")
            end = "\n" if what == "5%" else ""
            print(f"  {name:32} " if not end else "  5% ", f"{rate:9,.0f}", end=end)
        print(f"load at the end {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
