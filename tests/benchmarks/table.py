"""Times the table of a million variants: every sort and filter, to its first rows.

    python tests/benchmarks/table.py [--records 1000000] [--rounds 9]

Makes a call set (`made_variants`), its variant table and the parts of a scoring run,
then shows them in the window's own model, offscreen. A question is timed from the
moment it is asked to the moment the cells of the first 40 rows are there as text. In
each round the table is opened anew and every question is asked once, in another order,
so that nothing is known from before; "again" is the same question asked once more.
Typing asks with one letter more each time, as fast as the answers come. Prints medians,
95th percentiles, the slowest, and the memory that the table takes. Asserts nothing.
On a shared machine read the CPU column: the work of a question is one thread's.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from made_variants import make_genome, make_vcf
from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.reference import Reference
from gfm_desktop.genome.status import Status
from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.genome.variant_table import build_variant_table
from gfm_desktop.ui.widgets.variant_model import Question, VariantModel
from gfm_desktop.workspace.score_table import RowFilter, ScoreTable

ROWS_SHOWN = 40
PARTS = 10
GENES = 20_000
TYPED = ("rs161460", "GENE1234", "chr2:1234", "1234567", "A>G")
SORTS = (
    "score",
    "position",
    "id",
    "ref",
    "alt",
    "kind",
    "gene",
    "status",
    "reason",
    "line",
    "ds_ag",
    "dp_ag",
)


@dataclass
class Times:
    """Milliseconds of one kind of question: on the clock, and of the processor."""

    first: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)


def make_run(table: Path, folder: Path) -> None:
    """Write the parts of a run that scored what is fit to be scored."""
    rows = pq.read_table(table, columns=["row"])["row"].to_numpy()
    random = np.random.default_rng(3)
    folder.mkdir()
    for number, part in enumerate(np.array_split(rows, PARTS)):
        scored = random.random(len(part)) < 0.9
        gene = random.integers(0, GENES, len(part))
        score = np.where(scored, random.beta(0.3, 8, len(part)), np.nan)
        columns = {
            "row": pa.array(part),
            "status": pa.array(np.where(scored, "scored", "not_in_gene")),
            "reason": pa.array(np.where(scored, "", "No gene is here.")),
            "gene": pa.array(np.where(scored, np.char.mod("GENE%d", gene), "")),
            "score": pa.array(score, from_pandas=True),
        }
        for name in ("ds_ag", "ds_al", "ds_dg", "ds_dl"):
            columns[name] = pa.array(score * random.random(len(part)), from_pandas=True)
        for name in ("dp_ag", "dp_al", "dp_dg", "dp_dl"):
            columns[name] = pa.array(random.integers(-50, 51, len(part)))
        pq.write_table(pa.table(columns), folder / f"scores-{number:06d}.parquet")


def questions() -> dict[str, list[Question]]:
    """Return the questions by what they are called; typing has several."""
    asked = {
        f"sort by {name}, {'down' if down else 'up'}": [
            Question(sort=name, descending=down)
        ]
        for name in SORTS
        for down in (True, False)
    }
    for text in TYPED:
        asked[f'type "{text}"'] = [
            Question(RowFilter(text=text[:end])) for end in range(1, len(text) + 1)
        ]
    view = Interval("chr3", 1_000_000, 5_000_000)
    filters = {
        "filter two words": RowFilter(text="rs1 GENE12"),
        "filter a range": RowFilter(text="chr2:1,000,000-3,000,000"),
        "filter what is in view": RowFilter(interval=view),
        "filter a status": RowFilter(statuses=frozenset([Status.SCORED])),
        "filter a rare status": RowFilter(statuses=frozenset([Status.MALFORMED])),
        "filter a kind": RowFilter(kinds=frozenset([VariantKind.DELETION])),
        "filter by score": RowFilter(minimum=0.2),
    }
    asked |= {name: [Question(where)] for name, where in filters.items()}
    where = RowFilter(text="rs1")
    asked["filter text, sort by text"] = [Question(where, "id", descending=False)]
    return asked


class Window:
    """A model without a view that is looked at as a view does."""

    def __init__(self, table: Path, run: Path | None) -> None:
        """Open nothing yet."""
        self.model = VariantModel()
        self._loop = QEventLoop()
        self.model.answered.connect(self._loop.quit)
        self._table, self._run = table, run

    def open(self) -> tuple[float, float]:
        """Open the table; return the milliseconds to its first rows, and of CPU."""
        began, busy = time.perf_counter(), time.process_time()
        self.model.set_table(None)
        table = ScoreTable(self._table)
        if self._run is not None:
            table.attach(self._run)
        self.model.set_table(table)
        return self._taken(began, busy)

    def ask(self, question: Question) -> tuple[float, float]:
        """Ask; return the milliseconds to the first rows, and of CPU."""
        began, busy = time.perf_counter(), time.process_time()
        self.model.ask(question)
        return self._taken(began, busy)

    def _taken(self, began: float, busy: float) -> tuple[float, float]:
        self._wait(began)
        clock, processor = time.perf_counter() - began, time.process_time() - busy
        return 1000 * clock, 1000 * processor

    def _wait(self, began: float) -> None:
        while self.model.busy:
            self._loop.exec()
            if time.perf_counter() - began > 60:
                raise SystemExit("no answer in a minute")
        for row in range(min(ROWS_SHOWN, self.model.rowCount())):
            for column in range(self.model.columnCount()):
                self.model.index(row, column).data()


def resident() -> float:
    """Return the memory of this process, in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def settled(window: Window) -> tuple[float, float]:
    """Return the memory once the table is shown, and after every question once."""
    window.open()
    gc.collect()
    shown = resident()
    for asked in questions().values():
        window.ask(asked[-1])
    gc.collect()
    return shown, resident()


def measure(window: Window, rounds: int) -> tuple[Times, dict[str, Times]]:
    """Ask everything in each round."""
    opening, times = Times(), {name: Times() for name in questions()}
    for number in range(rounds):
        clock, processor = window.open()
        opening.first.append(clock)
        opening.busy.append(processor)
        asked = list(questions().items())
        random.Random(number).shuffle(asked)
        for name, some in asked:
            taken = [window.ask(question) for question in some]
            times[name].first.extend(clock for clock, _ in taken)
            times[name].busy.extend(processor for _, processor in taken)
            times[name].again.append(window.ask(some[-1])[0])
    return opening, times


def told(values: list[float]) -> str:
    """Return median, 95th percentile and the slowest."""
    middle, high = np.percentile(values, [50, 95])
    return f"{middle:7.1f} {high:7.1f} {max(values):7.1f}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    application = QApplication([])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        contigs = make_genome(folder / "genome.fa", bases=64 * options.records)
        make_vcf(folder / "in.vcf.gz", contigs, records=options.records)
        del contigs
        reference = Reference.open(folder / "genome.fa", cache=folder / "cache")
        table, run = folder / "variants.parquet", folder / "run"
        for _ in build_variant_table(folder / "in.vcf.gz", reference, table):
            pass
        reference.close()
        make_run(table, run)
        gc.collect()
        pa.default_memory_pool().release_unused()
        small = folder / "small.parquet"
        pq.write_table(pq.read_table(table).slice(0, 500), small)
        used = [settled(Window(small, None))]  # libraries are loaded now
        plain = Window(table, None)
        used.append(settled(plain))
        plain.model.set_table(None)
        window = Window(table, run)
        used.append(settled(window))
        rows = pq.read_metadata(table).num_rows
        print(f"{options.records:,} records, {rows:,} rows, {options.rounds} rounds")
        for words, memory in zip(("without", "with"), used[1:], strict=True):
            print(
                f"memory {words} scores, above a table of 500 rows: "
                f"{memory[0] - used[0][0]:.0f} MiB once shown, "
                f"{memory[1] - used[0][1]:.0f} MiB after every question"
            )
        opening, times = measure(window, options.rounds)
        head = "median     95%     max"
        print(f"\n{'milliseconds to the first rows':32} {head}", end="")
        print(f"    CPU: {head}   again: {head}")
        every = Times()
        for some in times.values():
            every.first += some.first
            every.busy += some.busy
            every.again += some.again
        opening.again = [0.0]
        lines = {"open the table and its scores": opening, **times, "all": every}
        for name, some in lines.items():
            columns = map(told, (some.first, some.busy, some.again))
            print(f"{name:31} {'      '.join(columns)}")
        window.model.set_table(None)
    application.quit()


if __name__ == "__main__":
    main()
