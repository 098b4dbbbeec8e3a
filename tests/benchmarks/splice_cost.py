"""What a variant costs, by number of variants, length of indel, and distance.

    python tests/benchmarks/splice_cost.py [--model ci-spliceai] [--out cost.svg]
        [--repeats 3] [--device cpu]

Scores variants of the sample genome in this process, five replicates as the model has
them, and prints seconds of the processor and of the clock a variant, what was counted
in floating-point operations (`splice_floor`), and the fraction of the machine's rate
that was reached. Each row is the fastest of the repeats, each of which begins with
nothing known. *Alone* reads REF and ALT, *beside* a variant whose REF was read before.
Writes the same as a picture where `--out` names a file. Asserts nothing.
"""

from __future__ import annotations

import argparse
import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Before torch: threads that spin beside a busy core are twice as slow.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from splice_floor import Work, counted, matrix_rate

from gfm_desktop import paths
from gfm_desktop.genome.annotation import GeneModels
from gfm_desktop.genome.reference import Reference
from gfm_desktop.genome.variant import Variant
from gfm_desktop.models import catalogue
from gfm_desktop.models.splice_windows import gene_target
from gfm_desktop.scoring import splice_delta

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SAMPLE = paths.resources() / "sample"
GENE = "ZDHHC8"
NUMBERS = (1, 3, 10, 30, 100)
LENGTHS = (1, 5, 20, 50, 99)
DISTANCES = (50, 500, 4_999)


@dataclass(frozen=True)
class Row:
    """One line of the table: what was scored, and what a variant took."""

    table: str
    line: str
    at: float
    wall: float
    cpu: float
    plain: float
    done: float
    fraction: float


class Bench:
    """The sample's genome and genes, and a model."""

    def __init__(self, model: str, device: str, repeats: int) -> None:
        self.reference = Reference.open(SAMPLE / "chr22.fa.gz")
        self.genes = GeneModels.load(SAMPLE / "genes.gtf.gz", reference=self.reference)
        gene = self.genes.find(GENE)
        assert gene is not None
        self.target = gene_target(gene)
        self.model: Any = catalogue.load(model, device=device)
        self.repeats = repeats
        self.rate = matrix_rate()

    def substitution(self, place: int) -> Variant:
        ref = self.reference.fetch(self.target.contig, place, place + 1)
        return Variant(self.target.contig, place, ref, "A" if ref != "A" else "C")

    def indel(self, place: int, length: int) -> Variant:
        """Return an insertion, or a deletion where the length is negative."""
        contig = self.target.contig
        ref = self.reference.fetch(contig, place, place + 1 + max(0, -length))
        alt = ref[0] + ("ACGGT" * length)[:length] if length > 0 else ref[0]
        return Variant(contig, place, ref, alt)

    def score(self, model: Any, variants: Sequence[Variant], distance: int) -> None:
        found = splice_delta.score(
            model,
            variants,
            reference=self.reference,
            genes=self.genes,
            distance=distance,
        )
        if any(score.score is None for score in found):
            raise SystemExit(f"not scored: {found[0].reason}")

    def row(
        self,
        table: str,
        line: str,
        at: float,
        variants: Sequence[Variant],
        *,
        distance: int = 50,
        before: Variant | None = None,
    ) -> Row:
        best: Work | None = None
        for _ in range(self.repeats):
            model = self.model.with_precision(self.model.precision)
            if before is not None:
                self.score(model, [before], distance)
            with counted() as work:
                self.score(model, variants, distance)
            if best is None or work.cpu < best.cpu:
                best = work
        assert best is not None
        number = len(variants)
        return Row(
            table,
            line,
            at,
            1_000 * best.wall / number,
            1_000 * best.cpu / number,
            best.plain / number,
            best.done / number,
            best.reached(self.rate),
        )

    def rows(self) -> Iterator[Row]:
        start, end = self.target.start, self.target.end
        for number in NUMBERS:
            step = (end - start) / number
            places = [start + int((n + 0.5) * step) for n in range(number)]
            many = [self.substitution(place) for place in places]
            yield self.row("number", f"{number} over {end - start:,} bp", number, many)
        middle = (start + end) // 2
        beside = self.substitution(middle - 7)
        for name, sign in (("insertion", 1), ("deletion", -1)):
            for length in LENGTHS:
                indel = self.indel(middle, sign * length)
                line = f"{name} of {length}, beside"
                yield self.row(name, line, length, [indel], before=beside)
        snv = self.substitution(middle)
        for distance in DISTANCES:
            for table, other in (("beside", beside), ("alone", None)):
                line = f"SNV, distance {distance:,}, {table}"
                yield self.row(
                    table, line, distance, [snv], distance=distance, before=other
                )


TITLES = (
    ("SNVs of one gene", "variants", (("number", "CPU ms a variant"),)),
    ("Indels", "bp", (("insertion", "inserted"), ("deletion", "deleted"))),
    ("Distance", "bp", (("alone", "alone"), ("beside", "beside another"))),
)
COLOURS = ("#2a6fb0", "#c2571a")
WIDTH, HEIGHT, LEFT, TOP = 300, 200, 56, 40


def picture(rows: Sequence[Row]) -> str:
    """Return three charts of CPU milliseconds a variant as SVG."""
    whole = len(TITLES) * (WIDTH + LEFT) + 24
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" '
        f'height="{TOP + HEIGHT + 56}" font-family="sans-serif" font-size="11">',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
    ]
    for number, (title, unit, lines) in enumerate(TITLES):
        parts += chart(LEFT + number * (WIDTH + LEFT), title, unit, lines, rows)
    return "\n".join([*parts, "</svg>", ""])


def ticks(top: float) -> list[float]:
    """Return two to five round values below the top."""
    unit = 10 ** math.floor(math.log10(top))
    tick = next(unit * f for f in (0.2, 0.5, 1, 2) if top < 5.5 * unit * f)
    return [tick * number for number in range(1, int(top / tick) + 1)]


def chart(
    left: int,
    title: str,
    unit: str,
    lines: Sequence[tuple[str, str]],
    rows: Sequence[Row],
) -> list[str]:
    shown = [row for row in rows if any(row.table == key for key, _ in lines)]
    places = sorted({row.at for row in shown})
    top = max(row.cpu for row in shown) * 1.1
    step = (WIDTH - 30) / max(1, len(places) - 1)

    def point(row: Row) -> tuple[float, float]:
        across = left + 15 + places.index(row.at) * step
        return across, TOP + HEIGHT * (1 - row.cpu / top)

    base = TOP + HEIGHT
    parts = [
        f'<text x="{left}" y="20" font-size="13" font-weight="bold">{title}, '
        "CPU ms a variant</text>",
        f'<path d="M{left} {TOP}V{base}H{left + WIDTH}" fill="none" stroke="#444"/>',
        f'<text x="{left + WIDTH}" y="{base + 34}" text-anchor="end">{unit}</text>',
    ]
    for value in ticks(top):
        y = base - HEIGHT * value / top
        parts.append(
            f'<path d="M{left} {y:.1f}h{WIDTH}" stroke="#ddd"/>'
            f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{value:.0f}</text>'
        )
    for number, place in enumerate(places):
        parts.append(
            f'<text x="{left + 15 + number * step:.1f}" y="{base + 18}" '
            f'text-anchor="middle">{place:,.0f}</text>'
        )
    for number, ((key, name), colour) in enumerate(zip(lines, COLOURS, strict=False)):
        points = [point(row) for row in shown if row.table == key]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" '
            'stroke-width="2"/>'
        )
        parts += [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'
            for x, y in points
        ]
        if len(lines) > 1:
            parts.append(
                f'<text x="{left + 24 + 110 * number}" y="{base + 34}" '
                f'fill="{colour}">{name}</text>'
            )
    return parts


def main() -> None:
    """Measure, print, and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="ci-spliceai")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    bench = Bench(options.model, options.device, options.repeats)
    print(f"One thread's matrix product: {bench.rate:.0f} GFLOP/s in float32\n")
    print("a variant                         clock ms  CPU ms  GFLOP by taps  done")
    rows = []
    for row in bench.rows():
        rows.append(row)
        print(
            f"{row.line:32} {row.wall:9.1f} {row.cpu:7.1f} {row.plain:14.1f} "
            f"{row.done:5.1f}  at {row.fraction:4.0%} of that rate",
            flush=True,
        )
    if options.out:
        options.out.write_text(picture(rows))
    bench.reference.close()


if __name__ == "__main__":
    main()
