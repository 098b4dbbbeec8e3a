from __future__ import annotations

import gzip
import shutil
import subprocess
from collections import Counter
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gfm_desktop.errors import InputError
from gfm_desktop.genome.reference import Reference
from gfm_desktop.genome.status import Status
from gfm_desktop.genome.table_builder import TableBuilder
from gfm_desktop.genome.variant import Variant
from gfm_desktop.genome.variant_table import (
    VARIANT_COLUMNS,
    build_variant_table,
    read_pending,
)
from gfm_desktop.genome.vcf import VcfReader

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gfm_desktop.genome.variant_table import VariantTableSummary

    Table = Callable[..., tuple[VariantTableSummary, list[dict[str, Any]]]]
    WriteFasta = Callable[..., Path]

COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
HEADER = "##fileformat=VCFv4.2\n" + COLUMNS


def _line(chrom: str, pos: int | str, ref: str, alt: str) -> str:
    return f"{chrom}\t{pos}\t.\t{ref}\t{alt}\t.\t.\t.\n"


@pytest.mark.parametrize(
    ("chrom", "pos", "ref", "alt", "status"),
    [
        ("chr1", 1, "A", "G", "pending"),
        ("chr1", 1, "a", "g", "pending"),
        ("1", 1, "A", "G", "pending"),
        ("chr2", 1, "A", "G", "pending"),
        ("MT", 1, "G", "A", "pending"),
        ("chr1", 2, "CG", "C", "pending"),
        ("chr1", 1, "C", "G", "ref_mismatch"),
        ("chr1", 36, "A", "G", "ref_mismatch"),
        ("chr9", 1, "A", "G", "contig_missing"),
        ("chr1", 0, "N", "G", "out_of_range"),
        ("chr1", 9_999, "A", "G", "out_of_range"),
        ("chr2", 26, "TT", "T", "out_of_range"),
        ("chr1", 1, "A", ".", "symbolic_allele"),
        ("chr1", 1, "A", "*", "symbolic_allele"),
        ("chr1", 1, "A", "<DEL>", "symbolic_allele"),
        ("chr1", 1, "A", "<*>", "symbolic_allele"),
        ("chr1", 1, "A", "A]chr2:7]", "symbolic_allele"),
        ("chr1", 1, "A", "[chr2:7[A", "symbolic_allele"),
        ("chr1", 1, "A", ".A", "symbolic_allele"),
        ("chr9", 1, "A", "<DEL>", "symbolic_allele"),
        ("chr1", 1, "C", "<DEL>", "symbolic_allele"),
        ("chr1", 1, "C", "G/T", "malformed"),
        ("chr1", 1, "C", "R", "ref_mismatch"),
        ("chr1", 1, "A", "R", "ambiguous_bases"),
        ("chr1", 1, "A", "GN", "ambiguous_bases"),
        ("chr1", 1, "R", "G", "ambiguous_bases"),
        ("chr2", 16, "R", "G", "ambiguous_bases"),
        ("chr1", 1, "A", "A", "malformed"),
        ("chr1", 1, "A", "a", "malformed"),
        ("chr1", 1, "A", "G/T", "malformed"),
        ("chr1", 1, "A", "-", "malformed"),
        ("chr1", "x", "A", "G", "malformed"),
    ],
)
def test_that_each_record_ends_in_the_right_status(
    table_of: Table, chrom: str, pos: int | str, ref: str, alt: str, status: str
) -> None:
    summary, (row,) = table_of(HEADER + _line(chrom, pos, ref, alt))
    assert row["status"] == status
    assert summary.counts == {status: 1}
    assert (row["chrom"], row["ref"], row["alt"], row["line"]) == (chrom, ref, alt, 3)
    fit = status == Status.PENDING
    assert (row["start"] is not None) is fit
    assert bool(row["reason"]) is not fit
    assert (row["pos"] is None) is (pos == "x")


def test_that_reasons_name_what_the_genome_has(table_of: Table) -> None:
    _, (row,) = table_of(HEADER + _line("chr1", 19, "A", "C"))
    assert row["reason"] == "REF is A, the genome has C at chr1:19."
    assert row["fix"] == "REF and ALT may be swapped: the genome has the ALT allele."


def test_that_every_allele_of_a_record_gets_a_row(table_of: Table) -> None:
    text = HEADER + _line("chr1", 1, "A", "G,<DEL>,T,,R") + _line("chr1", 3, "G", "C")
    summary, rows = table_of(text)
    assert [row["record"] for row in rows] == [0, 0, 0, 0, 0, 1]
    assert [row["allele"] for row in rows] == [0, 1, 2, 3, 4, 0]
    assert [row["status"] for row in rows] == [
        "pending", "symbolic_allele", "pending", "malformed", "ambiguous_bases",
        "pending",
    ]  # fmt: skip
    assert summary.records == 2


def test_that_two_spellings_become_one_variant(table_of: Table) -> None:
    spellings = [
        ("chr1", 8, "TT", "T"),
        ("1", 12, "TTT", "TT"),
        ("chr1", 16, "TT", "T"),
    ]
    _, rows = table_of(HEADER + "".join(_line(*spelling) for spelling in spellings))
    places = {(r["contig"], r["start"], r["norm_ref"], r["norm_alt"]) for r in rows}
    assert places == {("chr1", 6, "GT", "G")}
    assert [row["kind"] for row in rows] == ["deletion"] * 3
    assert [row["pos"] for row in rows] == [8, 12, 16]


def test_that_forty_malformed_lines_are_forty_rows(table_of: Table) -> None:
    bad = [
        "chr1\t5", "chr1 5 . A G", "chr1\tx\t.\tA\tG\t.\t.\t.", "nonsense",
        "\t" * 7 + "x", "chr1\t5\t.\t\tG\t.\t.\t.", "chr1\t5\t.\tA\t\t.\t.\t.",
        "\x00\x01\x02",
    ]  # fmt: skip
    lines = [line for _ in range(5) for line in bad]
    text = HEADER + "".join(f"{line}\n{_line('chr1', 1, 'A', 'G')}" for line in lines)
    summary, rows = table_of(text)
    assert summary.counts == {"malformed": 40, "pending": 40}
    assert summary.records == 80
    reasons = [row["reason"] for row in rows if row["status"] == "malformed"]
    assert all(r.startswith(f"Line {3 + 2 * n}: ") for n, r in enumerate(reasons))


def test_that_a_header_alone_gives_an_empty_table(table_of: Table) -> None:
    summary, rows = table_of(HEADER)
    assert (rows, summary.counts, summary.records) == ([], {}, 0)
    assert summary.warnings == ("The file has a header but no variants.",)


def test_that_no_table_is_left_where_the_file_is_refused(
    tmp_path: Path, toy: Reference
) -> None:
    vcf, out = tmp_path / "in.vcf", tmp_path / "out.parquet"
    vcf.write_bytes(b"")
    with pytest.raises(InputError, match="empty"):
        list(build_variant_table(vcf, toy, out))
    vcf.write_text(HEADER + _line("chr1", 1, "A", "G") * 9)
    unfinished = build_variant_table(vcf, toy, out)
    next(unfinished)
    unfinished.close()
    assert not out.exists()
    assert list(tmp_path.glob("*.tmp*")) == []


def test_that_the_columns_are_those_promised(tmp_path: Path, table_of: Table) -> None:
    table_of(HEADER + _line("chr1", 1, "A", "G"))
    schema = pq.read_schema(tmp_path / "out.parquet")
    assert {f.name: str(f.type) for f in schema} == VARIANT_COLUMNS


def test_that_pending_rows_come_in_batches_and_from_anywhere(
    tmp_path: Path, table_of: Table
) -> None:
    lines = [_line("chr1", 1, "A", alt) for alt in ("G", "<X>", "T", "C", "R")] * 30
    _, rows = table_of(HEADER + "".join(lines))
    expected = [row["row"] for row in rows if row["status"] == "pending"]
    for batch, skip in [(7, 0), (1, 5), (1000, 0), (10, 89), (10, 90), (10, 500)]:
        batches = list(read_pending(tmp_path / "out.parquet", batch, skip))
        assert [row for part in batches for row, _ in part] == expected[skip:]
        assert all(len(part) == batch for part in batches[:-1])
        assert all(batches)
    (first, *_), *_ = read_pending(tmp_path / "out.parquet", 10)
    assert first == (0, Variant("chr1", 0, "A", "G"))


def test_that_a_wrong_genome_is_said_first(table_of: Table, toy: Reference) -> None:
    bases = toy.fetch("chr1", 0, 57)
    wrong = {"A": "C", "C": "A", "G": "T", "T": "G"}
    lines = [
        _line("chr1", pos + 1, wrong[base] if pos % 3 else base, "ACGTAC")
        for pos, base in enumerate(bases)
        if base != "N"
    ]
    header = f"##contig=<ID=chr22,length=51304566>\n{COLUMNS}"
    summary, _ = table_of(header + "\n" + "".join(lines))
    assert summary.warnings[0].startswith("This genome does not fit the variants: REF")
    assert "looks like GRCh37" in summary.warnings[0]
    assert summary.counts["ref_mismatch"] > 20


@pytest.mark.parametrize(
    ("shift", "swap", "words"),
    [(-1, False, "count from 0"), (1, False, "too high"), (0, True, "swapped")],
)
def test_that_a_common_mistake_is_recognised(
    table_of: Table, toy: Reference, shift: int, swap: bool, words: str
) -> None:
    bases = toy.fetch("chr1", 0, 57)
    lines = []
    for pos in range(1, 46):
        ref, alt = bases[pos : pos + 4], "A" if bases[pos] != "A" else "C"
        if "N" not in bases[pos - 1 : pos + 6]:
            pair = (alt, ref) if swap else (ref, alt)
            lines.append(_line("chr1", pos + 1 + shift, *pair))
    summary, _ = table_of(HEADER + "".join(lines))
    assert words in summary.warnings[0]


def test_that_a_length_that_contradicts_with_bases_refuses_the_contig(
    table_of: Table, toy: Reference
) -> None:
    bases = toy.fetch("chr1", 0, 20)
    header = f"##contig=<ID=1,length=1000>\n{COLUMNS}"
    right = "".join(_line("1", n + 1, b, "<X>," + ("A" if b != "A" else "C"))
                    for n, b in enumerate(bases))  # fmt: skip
    summary, rows = table_of(header + right)
    assert summary.counts == {"symbolic_allele": 20, "pending": 20}
    assert "not believed" in summary.warnings[0]
    summary, rows = table_of(header + right + _line("1", 1, "G", "T") * 9)
    assert summary.counts == {
        "symbolic_allele": 20, "contig_missing": 20, "ref_mismatch": 9
    }  # fmt: skip
    assert Counter(row["status"] for row in rows) == summary.counts
    assert "another build" in rows[1]["reason"]
    assert rows[1]["start"] is None
    assert "1,000 bp" in summary.warnings[0]


def test_that_missing_contigs_and_unknown_bases_are_summed_up(table_of: Table) -> None:
    text = HEADER + _line("chr9", 1, "A", "G") * 3 + _line("chr1", 36, "A", "G")
    summary, rows = table_of(text)
    assert any("chr9 (3)" in warning for warning in summary.warnings)
    assert any("only N" in warning for warning in summary.warnings)
    assert "unknown (N)" in rows[3]["reason"]


def _without_short_cut(path: Path, reference: Reference) -> list[dict[str, Any]]:
    reader = VcfReader(path)
    builder = TableBuilder(reader, reference, short_cut=False)
    for number, lines, cut in reader.batches():
        builder.add(number, lines, cut=cut)
    rows: list[dict[str, Any]] = builder.take().to_pylist()
    return rows


@st.composite
def vcf_lines(draw: st.DrawFn) -> str:
    """Draw a line that is fit, or nearly so, or rubbish."""
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return draw(st.text(max_size=30)).replace("\n", "").replace("\r", "")
    chrom = draw(st.sampled_from(["chr1", "1", "chr2", "MT", "chr9", "", "#x"]))
    pos = draw(
        st.sampled_from(["0", "1", "7", "12", "26", "228", "229", "-1", "x", ""])
    )
    ref = draw(st.sampled_from(["A", "C", "G", "T", "a", "N", "TT", "GT", "", "R"]))
    alleles = st.sampled_from(
        [
            "A",
            "C",
            "G",
            "T",
            "g",
            "TTT",
            ".",
            "*",
            "<DEL>",
            "N[1:2[",
            "",
            "R",
            "A/C",
            "é",
        ]
    )
    alt = ",".join(draw(st.lists(alleles, min_size=1, max_size=3)))
    columns = [chrom, pos, draw(st.sampled_from([".", "rs1", "é"])), ref, alt]
    columns += ["."] * draw(st.sampled_from([0, 1, 3, 3, 3, 5]))
    return "\t".join(columns)


@given(lines=st.lists(vcf_lines(), max_size=40), ends=st.booleans())
@settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_that_no_line_is_lost_and_the_short_cut_changes_nothing(
    lines: list[str], ends: bool, table_of: Table, tmp_path: Path, toy: Reference
) -> None:
    text = HEADER + "\n".join(lines) + ("\n" if ends else "")
    summary, rows = table_of(text)
    body = [line for line in text.split("\n")[2:] if line.encode().strip()]
    records = [line for line in body if not line.startswith("#")]
    assert summary.records == len(records) == len({row["record"] for row in rows})
    numbers = sorted({row["line"] for row in rows})
    assert [text.split("\n")[n - 1] for n in numbers] == records
    assert all(row["status"] in set(Status) for row in rows)
    assert all(
        (row["status"] == "pending")
        == (row["start"] is not None)
        == (not row["reason"])
        for row in rows
    )
    assert rows == _without_short_cut(tmp_path / "in.vcf", toy)


@pytest.mark.skipif(shutil.which("bcftools") is None, reason="bcftools is not here")
def test_that_the_sample_is_normalised_as_bcftools_does(
    sample: Path, tmp_path: Path, table_of: Table
) -> None:
    vcf = sample / "variants.vcf.gz"
    fasta = tmp_path / "chr22.fa"
    fasta.write_bytes(gzip.decompress((sample / "chr22.fa.gz").read_bytes()))
    command = ["bcftools", "norm", "-m", "-any", "-f", str(fasta), str(vcf)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    theirs = Counter(
        (int(pos) - 1, ref, alt)
        for _, pos, _, ref, alt, *_ in (
            line.split("\t") for line in done.stdout.splitlines() if line[0] != "#"
        )
    )
    reference = Reference.open(sample / "chr22.fa.gz")
    summary, rows = table_of(vcf, reference=reference)
    reference.close()
    assert summary.counts == {"pending": 3502}
    assert summary.warnings == ()
    ours = Counter((row["start"], row["norm_ref"], row["norm_alt"]) for row in rows)
    assert ours == theirs
