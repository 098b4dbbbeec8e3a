from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gfm_desktop.errors import InputError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.status import Status
from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.genome.variant_table import VARIANT_COLUMNS
from gfm_desktop.workspace.score_columns import natural_key
from gfm_desktop.workspace.score_table import KINDS, RowFilter, ScoreTable

if TYPE_CHECKING:
    from pathlib import Path

Row = dict[str, object]


def variant(row: int, **other: object) -> Row:
    """Return a row of a variant table: an SNV on chr2 that can be scored."""
    values: Row = {
        "row": row,
        "record": row,
        "line": row + 10,
        "allele": 0,
        "chrom": "chr2",
        "pos": 100 * (row + 1),
        "id": f"rs{row}",
        "ref": "A",
        "alt": "G",
        "contig": "chr2",
        "start": 100 * (row + 1) - 1,
        "norm_ref": "A",
        "norm_alt": "G",
        "kind": "SNV",
        "status": "pending",
        "reason": "",
        "fix": "",
    }
    return values | other


def refused(row: int, status: str, **other: object) -> Row:
    """Return a row that the reader of the file refused."""
    none: Row = {"start": None, "norm_ref": "", "norm_alt": "", "kind": ""}
    return variant(row, status=status, reason="Because.", fix="Do.") | none | other


def write(path: Path, rows: list[Row]) -> ScoreTable:
    schema = pa.schema([(n, getattr(pa, t)()) for n, t in VARIANT_COLUMNS.items()])
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
    return ScoreTable(path)


def part(folder: Path, number: int, scores: dict[int, float | None]) -> None:
    folder.mkdir(exist_ok=True)
    rows = [
        {
            "row": row,
            "status": "not_in_gene" if score is None else "scored",
            "reason": "" if score is not None else "No gene here.",
            "gene": "" if score is None else f"GENE{row}",
            "score": score,
            "ds_ag": score,
            "dp_ag": None if score is None else -row,
            "note": None if score is None else f"n{9 - row}",
        }
        for row, score in scores.items()
    ]
    fields = [("row", pa.int64()), ("status", pa.string()), ("reason", pa.string())]
    fields += [("gene", pa.string()), ("score", pa.float64()), ("ds_ag", pa.float64())]
    fields += [("dp_ag", pa.int64()), ("note", pa.string())]
    table = pa.Table.from_pylist(rows, schema=pa.schema(fields))
    pq.write_table(table, folder / f"scores-{number:06d}.parquet")


@pytest.fixture
def small(tmp_path: Path) -> ScoreTable:
    """Return six rows: four fit to be scored, a REF mismatch, a malformed line."""
    return write(
        tmp_path / "v.parquet",
        [
            variant(0),
            variant(1, chrom="chr10", contig="chr10", id=".", kind="insertion"),
            variant(2),
            variant(3, id="", alt="T"),
            refused(4, "ref_mismatch"),
            refused(5, "malformed", pos=None, contig=None, chrom="?"),
        ],
    )


def test_that_missing_scores_sort_last_in_both_directions(
    small: ScoreTable, tmp_path: Path
) -> None:
    part(tmp_path / "run", 0, {0: 0.1, 2: 0.8, 3: None})
    small.attach(tmp_path / "run")
    assert small.order(sort="score", descending=True).tolist() == [2, 0, 1, 3, 4, 5]
    assert small.order(sort="score", descending=False).tolist() == [0, 2, 1, 3, 4, 5]


@given(st.lists(st.none() | st.floats(0, 1), min_size=1, max_size=6))
def test_that_the_default_order_ranks_scores_and_keeps_ties_in_file_order(
    tmp_path_factory: pytest.TempPathFactory, scores: list[float | None]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    table = write(folder / "v.parquet", [variant(i) for i in range(len(scores))])
    part(folder / "run", 0, dict(enumerate(scores)))
    table.attach(folder / "run")
    expected = sorted(
        range(len(scores)),
        key=lambda i: (scores[i] is None, -(scores[i] or 0.0), i),
    )
    assert table.order().tolist() == expected
    table.close()


def test_that_a_missing_score_is_none_and_never_zero(
    small: ScoreTable, tmp_path: Path
) -> None:
    part(tmp_path / "run", 0, {0: 0.0, 3: None})
    small.attach(tmp_path / "run")
    zero, none, waiting = small.rows([0, 3, 2])
    assert zero.score == 0.0
    assert zero.status is Status.SCORED
    assert none.score is None
    assert none.columns["ds_ag"] is None
    assert none.status is Status.NOT_IN_GENE
    assert none.reason == "No gene here."
    assert waiting.score is None
    assert waiting.status is Status.PENDING
    assert waiting.columns == {}


def test_that_every_row_has_one_status_and_the_counts_add_up(
    small: ScoreTable, tmp_path: Path
) -> None:
    assert small.counts() == {"pending": 4, "ref_mismatch": 1, "malformed": 1}
    part(tmp_path / "run", 0, {0: 0.5, 1: None})
    small.attach(tmp_path / "run")
    counts = small.counts()
    assert sum(counts.values()) == len(small) == 6
    assert counts == {
        "pending": 2,
        "scored": 1,
        "not_in_gene": 1,
        "ref_mismatch": 1,
        "malformed": 1,
    }


def test_that_a_refused_row_keeps_what_the_file_said(small: ScoreTable) -> None:
    mismatch, malformed = small.rows([4, 5])
    assert mismatch.variant is None
    assert mismatch.reason == "Because."
    assert mismatch.fix == "Do."
    assert mismatch.kind is None
    assert malformed.pos is None
    assert malformed.line == 15


def test_that_a_row_has_its_normalised_variant(small: ScoreTable) -> None:
    row = small.row(0)
    assert row.variant is not None
    assert str(row.variant) == "chr2-100-A-G"
    assert row.kind is VariantKind.SNV
    assert small.row(1).id == ""


def test_that_parts_are_added_as_they_arrive(small: ScoreTable, tmp_path: Path) -> None:
    run = tmp_path / "run"
    part(run, 0, {0: 0.5})
    small.attach(run)
    assert small.row(2).score is None
    part(run, 1, {2: 0.75})
    small.attach(run)
    assert small.row(0).score == 0.5
    assert small.row(2).score == 0.75
    assert small.row(2).gene == "GENE2"


def test_that_detaching_and_another_run_leave_nothing_behind(
    small: ScoreTable, tmp_path: Path
) -> None:
    part(tmp_path / "one", 0, {0: 0.5, 2: 0.5})
    part(tmp_path / "two", 0, {2: 0.25})
    small.attach(tmp_path / "one")
    small.attach(tmp_path / "two")
    assert small.row(0).score is None
    assert small.row(2).score == 0.25
    small.attach(None)
    assert small.row(2).score is None
    assert small.scorer_columns == ()


def test_that_a_run_that_was_started_afresh_is_read_anew(
    small: ScoreTable, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    part(run, 0, {0: 0.5})
    part(run, 1, {2: 0.5})
    small.attach(run)
    (run / "scores-000001.parquet").unlink()
    small.attach(run)
    assert small.row(2).status is Status.PENDING


def test_that_scores_of_another_table_are_refused(
    small: ScoreTable, tmp_path: Path
) -> None:
    part(tmp_path / "run", 0, {17: 0.5})
    with pytest.raises(InputError, match="another table"):
        small.attach(tmp_path / "run")


def test_that_an_unreadable_part_is_named(small: ScoreTable, tmp_path: Path) -> None:
    run = tmp_path / "run"
    part(run, 0, {0: 0.5})
    (run / "scores-000001.parquet").write_bytes(b"PAR1 cut")
    with pytest.raises(InputError) as caught:
        small.attach(run)
    assert caught.value.where.endswith("scores-000001.parquet")


def test_that_a_file_that_is_no_table_is_named(tmp_path: Path) -> None:
    path = tmp_path / "no.parquet"
    path.write_text("rubbish")
    with pytest.raises(InputError) as caught:
        len(ScoreTable(path))
    assert caught.value.where == str(path)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", [0, 1, 2, 3, 4, 5]),
        ("RS2", [2]),
        ("rs", [0, 2, 4, 5]),
        ("gene0", [0]),
        ("300", [2]),
        ("chr10:", [1]),
        ("chr2:1", [0]),
        ("chr2:100-300", [0, 2]),
        ("chr2:100..400", [0, 2, 3]),
        ("A>T", [3]),
        ("rs4 500", [4]),
        ("rs4 400", []),
        ("nothing", []),
    ],
)
def test_that_the_search_box_finds(
    small: ScoreTable, tmp_path: Path, text: str, rows: list[int]
) -> None:
    part(tmp_path / "run", 0, {0: 0.5})
    small.attach(tmp_path / "run")
    found = small.order(where=RowFilter(text=text), sort="line", descending=False)
    assert found.tolist() == rows


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("1:1", [0]),
        ("chr1:1", [0, 2]),
        ("hla:01", [1]),
        ("HLA:01:7", [1]),
        ("hla:01:5-7", [1]),
        ("00", []),
        ("0", [0, 3]),
        ("1,000", [2]),
        ("chr1:x", []),
        ("a>g", [0, 2, 4]),
        ("AC><del>", [1]),
        ("Ünique", [3]),
        (".", [1, 4]),
        ("²", []),
    ],
)
def test_that_the_search_box_knows_every_spelling(
    tmp_path: Path, text: str, rows: list[int]
) -> None:
    table = write(
        tmp_path / "v.parquet",
        [
            variant(0, chrom="1", contig="chr1", pos=10, ref="a"),
            variant(1, chrom="HLA:01", contig=None, pos=7, ref="ac", alt="<DEL>",
                    id="."),
            variant(2, chrom="chr1", contig="chr1", pos=1000, id="x"),
            variant(3, chrom="2", contig=None, pos=0, alt="C", id="üNIQUE"),
            variant(4, chrom="chr1", contig=None, pos=None, id="rs4.1"),
        ],
    )  # fmt: skip
    table.prepare()
    found = table.order(where=RowFilter(text=text), sort="line", descending=False)
    assert found.tolist() == rows


def test_that_filters_by_status_kind_score_and_stretch_combine(
    small: ScoreTable, tmp_path: Path
) -> None:
    part(tmp_path / "run", 0, {0: 0.5, 1: 0.6, 2: 0.1, 3: None})
    small.attach(tmp_path / "run")

    def rows(**where: object) -> list[int]:
        return sorted(small.order(where=RowFilter(**where)).tolist())  # type: ignore[arg-type]

    assert rows(statuses=frozenset([Status.SCORED])) == [0, 1, 2]
    assert rows(kinds=frozenset([VariantKind.INSERTION])) == [1]
    assert rows(minimum=0.5) == [0, 1]
    assert rows(minimum=0.0) == [0, 1, 2]
    assert rows(interval=Interval("chr2", 99, 300)) == [0, 2]
    assert rows(interval=Interval("chr7", 0, 300)) == []
    assert rows(minimum=0.5, text="rs0") == [0]


@pytest.mark.parametrize(
    ("sort", "descending", "rows"),
    [
        ("position", False, [0, 2, 3, 4, 1, 5]),
        ("position", True, [1, 4, 3, 2, 0, 5]),
        ("id", False, [0, 2, 4, 5, 1, 3]),
        ("id", True, [5, 4, 2, 0, 1, 3]),
        ("gene", True, [2, 0, 1, 3, 4, 5]),
        ("kind", False, [0, 2, 3, 1, 4, 5]),
        ("alt", True, [3, 0, 1, 2, 4, 5]),
        ("ds_ag", False, [0, 2, 1, 3, 4, 5]),
        ("dp_ag", False, [2, 0, 1, 3, 4, 5]),
        ("note", False, [2, 0, 1, 3, 4, 5]),
        ("line", True, [5, 4, 3, 2, 1, 0]),
        ("unknown", True, [0, 1, 2, 3, 4, 5]),
    ],
)
def test_that_every_column_sorts_with_missing_values_last(
    small: ScoreTable, tmp_path: Path, sort: str, descending: bool, rows: list[int]
) -> None:
    part(tmp_path / "run", 0, {0: 0.1, 2: 0.8, 3: None})
    small.attach(tmp_path / "run")
    assert small.order(sort=sort, descending=descending).tolist() == rows


def test_that_chromosomes_sort_as_people_count() -> None:
    names = ["chr10", "chrX", "chr2", "chrM", "chr1"]
    assert sorted(names, key=natural_key) == ["chr1", "chr2", "chr10", "chrM", "chrX"]


def test_that_marks_are_what_the_browser_draws(
    small: ScoreTable, tmp_path: Path
) -> None:
    part(tmp_path / "run", 0, {0: 0.1, 2: 0.8})
    small.attach(tmp_path / "run")
    marks = small.in_interval(Interval("chr2", 0, 500))
    assert marks.row.tolist() == [0, 2, 3, 4]
    assert marks.start.tolist() == [99, 299, 399, 499]
    assert KINDS[marks.kind[0]] is VariantKind.SNV
    assert np.isnan(marks.score[2])
    assert marks.total == len(marks) == 4
    assert len(small.in_interval(Interval("nowhere", 0, 9))) == 0


def test_that_crowded_marks_keep_the_highest_scores(
    small: ScoreTable, tmp_path: Path
) -> None:
    part(tmp_path / "run", 0, {0: 0.1, 2: 0.8, 3: 0.5})
    small.attach(tmp_path / "run")
    marks = small.in_interval(Interval("chr2", 0, 500), limit=2)
    assert marks.row.tolist() == [2, 3]
    assert marks.total == 4


def test_that_an_unordered_stretch_is_drawn_in_order(tmp_path: Path) -> None:
    table = write(
        tmp_path / "v.parquet",
        [variant(0, start=50), variant(1, start=10), variant(2, start=30)],
    )
    marks = table.in_interval(Interval("chr2", 0, 100))
    assert marks.row.tolist() == [1, 2, 0]


def test_that_records_and_alleles_are_counted_apart(tmp_path: Path) -> None:
    table = write(
        tmp_path / "v.parquet",
        [variant(0), variant(1, record=0, allele=1), variant(2, record=1)],
    )
    assert table.records == 2
    assert len(table) == 3


def test_that_an_empty_file_is_an_empty_table(tmp_path: Path) -> None:
    table = write(tmp_path / "v.parquet", [])
    assert len(table) == table.records == 0
    assert table.order().tolist() == []
    assert table.order(sort="id", where=RowFilter(text="x")).tolist() == []
    assert table.counts() == {}
    assert np.isnan(table.scores).all()
    assert len(table.in_interval(Interval("chr2", 0, 9))) == 0


def test_that_a_closed_table_answers_like_an_empty_one(small: ScoreTable) -> None:
    assert len(small) == 6
    small.close()
    assert small.order(sort="id").tolist() == []
    assert small.counts() == {}
    never_read = ScoreTable(small.path)
    never_read.close()
    assert len(never_read) == 0


def test_that_threads_may_ask_while_parts_arrive(
    small: ScoreTable, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    wrong: list[object] = []

    def ask() -> None:
        for _ in range(20):
            order = small.order(where=RowFilter(text="rs"), sort="id")
            if sorted(order.tolist()) != [0, 2, 4, 5]:
                wrong.append(order)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number, row in enumerate((0, 2, 3)):
        part(run, number, {row: 0.5})
        small.attach(run)
    for thread in threads:
        thread.join()
    assert not wrong
    assert small.counts()["scored"] == 3
