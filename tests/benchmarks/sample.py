"""Times the main job on the sample: window, scoring, memory. Prints, asserts nothing.

    python tests/benchmarks/sample.py [--variants 200] [--repeats 3]

Start-up is the time from starting the process to the moment when the window has
painted with genome, genes and variants loaded (offscreen, caches warm after the first
round, which is printed apart). Scoring is a whole `gfm score` process, start-up and
model loading included, and its net rate as the engine reports it. Compare figures of
one run only: machines differ and are shared.
"""

from __future__ import annotations

import argparse
import gzip
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from gfm_desktop import paths

START = """
import sys, time
began = float(sys.argv[1])
from gfm_desktop.ui import app
from PySide6.QtCore import QTimer
def report(window):
    import resource
    loaded = sorted(m for m in ("torch", "pandas", "sklearn") if m in sys.modules)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{time.time() - began:.3f} {peak:.0f} {','.join(loaded) or '-'}", flush=True)
    window.close()
sys.exit(app.run([], sample=True, when_usable=report))
"""


def subset(folder: Path, count: int) -> Path:
    """Write every n-th sample record that lies in a gene-rich stretch."""
    source = paths.resources() / "sample" / "variants.vcf.gz"
    lines = gzip.decompress(source.read_bytes()).splitlines(keepends=True)
    header = [line for line in lines if line.startswith(b"#")]
    records = lines[len(header) :]
    chosen = records[:: max(1, len(records) // count)][:count]
    out = folder / "subset.vcf"
    out.write_bytes(b"".join(header + chosen))
    return out


def start_window(environment: dict[str, str]) -> tuple[float, str, str]:
    """Return seconds to a usable window, its peak MiB, and heavy modules found."""
    done = subprocess.run(
        [sys.executable, "-c", START, repr(time.time())],
        env={**environment, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, peak, heavy = done.stdout.split()[-3:]
    return float(seconds), peak, heavy


def score(folder: Path, vcf: Path, environment: dict[str, str]) -> tuple[float, float]:
    """Return wall seconds and peak MiB of one `gfm score` process."""
    sample = paths.resources() / "sample"
    out = folder / f"scores-{time.time_ns()}.tsv"
    command = [sys.executable, "-m", "gfm_desktop.cli", "score"]
    command += ["--genome", str(sample / "chr22.fa.gz"), "--variants", str(vcf)]
    command += ["--annotation", str(sample / "genes.gtf.gz"), "--model", "ci-spliceai"]
    began = time.perf_counter()
    subprocess.run(
        [*command, "--out", str(out)],
        env={**environment, "GFM_DATA_DIR": str(folder / f"data-{time.time_ns()}")},
        stderr=subprocess.DEVNULL,
        check=True,
    )
    wall = time.perf_counter() - began
    return wall, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--variants", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = {f"GFM_{k}_DIR": str(folder / k) for k in ("CACHE", "DATA", "CONFIG")}
        environment = {**os.environ, **home}
        first, _, _ = start_window(environment)
        rounds = [start_window(environment) for _ in range(options.repeats)]
        times = [seconds for seconds, _, _ in rounds]
        print(f"first start      {first:6.2f} s (indexes and tables made)")
        print(
            f"later starts     {statistics.median(times):6.2f} s median, "
            f"{min(times):.2f} to {max(times):.2f}; window peak {rounds[-1][1]} MiB; "
            f"heavy modules in the window: {rounds[-1][2]}"
        )
        few, many = subset(folder, options.variants // 4), folder / "many"
        many.mkdir()
        full = subset(many, options.variants)
        few_n, many_n = options.variants // 4, options.variants
        small = [score(folder, few, environment)[0] for _ in range(options.repeats)]
        large = [score(folder, full, environment) for _ in range(options.repeats)]
        walls = [wall for wall, _ in large]
        net = (statistics.median(walls) - statistics.median(small)) / (many_n - few_n)
        print(
            f"gfm score        {statistics.median(walls):6.2f} s median for {many_n} "
            f"records ({min(walls):.2f} to {max(walls):.2f}), all statuses; "
            f"peak {max(peak for _, peak in large):.0f} MiB"
        )
        print(f"net of start-up  {1 / net:6.2f} records/s, {1000 * net:.0f} ms each")


if __name__ == "__main__":
    main()
