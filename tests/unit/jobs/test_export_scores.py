"""Exported files keep every record and say where each number comes from."""

from __future__ import annotations

import gzip
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pyarrow.parquet as pq
import pysam
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gfm_desktop.errors import InputError, OptionError
from gfm_desktop.genome.status import Status
from gfm_desktop.jobs.export.vcf_header import command_of
from gfm_desktop.jobs.export_scores import ExportScores
from gfm_desktop.jobs.run_folder import Identity, Manifest, RunFolder
from gfm_desktop.jobs.score_variants import ScoreVariants

if TYPE_CHECKING:
    from conftest import Desk

    from gfm_desktop.jobs.context import JobContext
    from gfm_desktop.jobs.events import Finished


def run(job: Any, context: JobContext) -> Finished:
    steps = job.run(context)
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            finished: Finished = stop.value
            return finished


def scored(desk: Desk, context: JobContext, variants: str) -> str:
    job = ScoreVariants(desk.genome, variants, "toy", annotation=desk.annotation)
    return run(job, context).outputs["run"]


def export(
    desk: Desk, context: JobContext, variants: str, name: str, **more: str
) -> tuple[Path, Finished]:
    out = desk.folder / name
    folder = scored(desk, context, variants)
    return out, run(ExportScores(folder, str(out), **more), context)


def records_of(path: Path) -> list[list[str]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        lines = file.read().splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


def info(fields: list[str]) -> dict[str, str]:
    return dict(entry.partition("=")[::2] for entry in fields[7].split(";"))


def test_that_every_byte_of_a_record_is_kept(desk: Desk, context: JobContext) -> None:
    header = "##fileformat=VCFv4.2\n##INFO=<ID=AC,Number=A,Type=Integer>\n"
    header += "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS1\n"
    lines = [
        desk.snv(1100, id="rs1;rs2", rest="99.50 PASS AC=1;DB GT:DP 0/1:7"),
        desk.snv(1200, rest=". q10 . GT ./."),
    ]
    variants = desk.vcf(*lines, header=header)
    out, _ = export(desk, context, variants, "b.vcf")
    for line, fields in zip(lines, records_of(out), strict=True):
        before = line.split(" ")
        assert fields[:7] == before[:7]
        assert fields[8:] == before[8:]
        kept = "" if before[7] == "." else before[7] + ";"
        assert fields[7].startswith(f"{kept}GFM_SCORE=")
    text = out.read_text(encoding="utf-8")
    assert text.startswith(header[: header.index("#CHROM")])


def test_that_the_header_says_where_the_numbers_come_from(
    desk: Desk, context: JobContext
) -> None:
    variants = desk.vcf(desk.snv(1100))
    command = "gfm score --variants 'my file.vcf'"
    out, _ = export(desk, context, variants, "b.vcf", command=command)
    text = out.read_text(encoding="utf-8")
    assert f"##gfm_command={command}\n" in text
    assert "Weights=sha256:" + "0" * 64 in text
    assert "distance=50,masked=False" in text
    assert "##gfm_version=" in text
    out, _ = export(desk, context, variants, "c.vcf")
    assert f"--variants {variants} --model toy" in out.read_text(encoding="utf-8")


def test_that_the_noted_command_repeats_the_choices_of_the_model() -> None:
    identity = Identity(
        genome="g",
        variants="v",
        annotation="",
        weights="w",
        scorer="kmer-log-odds",
        options={"strands": "both", "masked": True},
        version="1",
        model_options={"species": "homo_sapiens"},
    )
    manifest = Manifest(
        identity, "g.fa", "v.vcf", "", "t.parquet", "leaf", "Leaf", background=20
    )
    command = command_of(manifest)
    assert "--option species=homo_sapiens" in command
    assert "--background 20" in command
    assert "--strands both --masked" in command


def test_that_alleles_get_their_values_in_order_and_other_tools_read_them(
    desk: Desk, context: JobContext
) -> None:
    ref = desk.sequence[1599]
    a, b, _ = (x for x in "ACGT" if x != ref)
    variants = desk.vcf(f"chr1 1600 . {ref} {a},<DEL>,{b} . . .", "chr9 1 . A C . . .")
    out, _ = export(desk, context, variants, "b.vcf")
    with pysam.VariantFile(str(out)) as file:
        first, second = file
        assert first.info["GFM_STATUS"] == ("scored", "symbolic_allele", "scored")
        scores = first.info["GFM_SCORE"]
        assert [score is None for score in scores] == [False, True, False]
        entries = first.info["GFM_SPLICE"]
        assert [entry.split("|")[0] for entry in entries] == [a, b]
        assert {entry.split("|")[1] for entry in entries} == {"ONE"}
        assert second.info["GFM_STATUS"] == ("contig_missing",)
        assert second.info["GFM_SCORE"] == (None,)
        assert "GFM_SPLICE" not in second.info


def test_that_positions_count_from_the_records_own_pos(
    desk: Desk, context: JobContext
) -> None:
    # G ATATATAT C: the same deletion of AT, written at three places.
    start = desk.sequence.index("GATATATATC") + 1
    spellings = [
        f"chr1 {start} . GAT G . . .",
        f"chr1 {start + 2} . TAT T . . .",
        f"chr1 {start + 6} . TAT T . . .",
    ]
    variants = desk.vcf(*spellings)
    out, _ = export(desk, context, variants, "b.tsv")
    head, *rows = [r.split("\t") for r in out.read_text("utf-8").splitlines()]
    cells = [dict(zip(head, row, strict=True)) for row in rows]
    assert {row["norm_pos"] for row in cells} == {str(start)}
    assert len({row["score"] for row in cells}) == 1
    for name in ("dp_ag", "dp_al", "dp_dg", "dp_dl"):
        assert len({int(row["pos"]) + int(row[name]) for row in cells}) == 1
    for row in cells:
        fields = row["splice"].split("|")
        assert fields[0] == row["alt"]
        assert fields[6:] == [row[f"dp_{k}"] for k in ("ag", "al", "dg", "dl")]


def test_that_lines_that_are_no_records_stand_in_the_header(
    desk: Desk, context: JobContext
) -> None:
    odd = ['chr1 x . A C . . te"st=<1>', "nonsense;äß", "#stray\theader"]
    variants = desk.vcf(desk.snv(1100), odd[0], odd[1], odd[2], desk.snv(1200))
    out, finished = export(desk, context, variants, "b.vcf")
    assert finished.counts["malformed"] == 2
    lines = out.read_text(encoding="utf-8").splitlines()
    rejected = [line for line in lines if line.startswith("##gfm_rejected")]
    numbers = [line.split("Line=")[1].split(",")[0] for line in rejected]
    assert numbers == ["5", "6", "7"]
    texts = [unquote(line.split('Text="')[1].removesuffix('">')) for line in rejected]
    assert texts == [odd[0].replace(" ", "\t"), odd[1], odd[2]]
    assert len(records_of(out)) == 2
    with pysam.VariantFile(str(out)) as file:
        assert len(list(file)) == 2


def test_that_scoring_an_exported_file_replaces_the_old_numbers(
    desk: Desk, context: JobContext
) -> None:
    first, _ = export(desk, context, desk.vcf(desk.snv(1100, rest=". . DB")), "b.vcf")
    again, _ = export(desk, context, str(first), "c.vcf")
    assert again.read_text("utf-8").count("##INFO=<ID=GFM_SCORE") == 1
    assert records_of(again) == records_of(first)
    assert again.read_text("utf-8").count("##gfm_command=") == 1


def test_that_packed_vcf_has_its_index(desk: Desk, context: JobContext) -> None:
    variants = desk.vcf(desk.snv(1100), desk.snv(1200))
    out, finished = export(desk, context, variants, "b.vcf.gz")
    assert finished.outputs == {"out": str(out), "index": f"{out}.tbi"}
    with pysam.TabixFile(str(out)) as file:
        assert len(list(file.fetch("chr1", 1150, 1300))) == 1
    left = {p.name for p in desk.folder.iterdir()}
    assert not [name for name in left if "tmp" in name]


def test_that_an_unsorted_file_keeps_its_order_and_says_why_it_has_no_index(
    desk: Desk, context: JobContext
) -> None:
    variants = desk.vcf(desk.snv(1200), desk.snv(1100))
    stale = desk.folder / "b.vcf.gz.tbi"
    stale.write_bytes(b"of another file")
    out, finished = export(desk, context, variants, "b.vcf.gz")
    assert [fields[1] for fields in records_of(out)] == ["1200", "1100"]
    assert "sorted" in finished.warnings[0]
    assert not stale.exists()


def test_that_missing_is_a_dot_in_text_and_null_in_parquet(
    desk: Desk, context: JobContext
) -> None:
    variants = desk.vcf(desk.snv(1100), desk.snv(3500), "chr1 x . A C . . .")
    out, _ = export(desk, context, variants, "b.tsv")
    head, *rows = [r.split("\t") for r in out.read_text("utf-8").splitlines()]
    assert head[:9] == [*BEFORE]
    assert head[-3:] == ["norm_pos", "norm_ref", "norm_alt"]
    assert {len(row) for row in rows} == {len(head)}
    cells = [dict(zip(head, row, strict=True)) for row in rows]
    assert [row["status"] for row in cells] == ["scored", "not_in_gene", "malformed"]
    assert [row["score"] == "." for row in cells] == [False, True, True]
    assert cells[2]["pos"] == "."
    out, _ = export(desk, context, variants, "b.parquet")
    table = pq.read_table(out)
    assert table.column_names == head
    assert [v is None for v in table["score"].to_pylist()] == [False, True, True]
    assert str(table.schema.field("dp_ag").type) == "int64"
    text = float(cells[0]["score"])
    assert math.isclose(table["score"][0].as_py(), text, rel_tol=1e-5)


def test_that_a_run_that_was_stopped_can_be_exported_and_says_so(
    desk: Desk, context: JobContext
) -> None:
    variants = desk.vcf(desk.snv(1100), desk.snv(1200))
    folder = scored(desk, context, variants)
    RunFolder(Path(folder)).forget_scores()
    out = desk.folder / "b.vcf"
    finished = run(ExportScores(folder, str(out)), context)
    assert finished.counts == {"pending": 2}
    assert "not scored yet" in finished.warnings[0]
    assert info(records_of(out)[0])["GFM_STATUS"] == Status.PENDING


def test_that_odd_files_lose_nothing(desk: Desk, context: JobContext) -> None:
    line = desk.snv(1100).replace(" ", "\t")
    packed = gzip.compress(line.encode() + b"\r\n")
    for name, content in {
        "empty.vcf": b"##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\n",
        "bom.vcf": b"\xef\xbb\xbf##fileformat=VCFv4.2\r\n" + line.encode() + b"\r\n",
        "bare.vcf": line.encode(),
        "plain-gzip.vcf.gz": packed,
        "utf16.vcf": f"##fileformat=VCFv4.2\n{line}\n".encode("utf-16"),
        "five.vcf": b"##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\n"
        + b"\t".join(line.encode().split(b"\t")[:5]),
    }.items():
        source = desk.folder / name
        source.write_bytes(content)
        out, finished = export(desk, context, str(source), f"out-{name}")
        expected = 0 if name == "empty.vcf" else 1
        assert len(records_of(out)) == expected, name
        assert finished.counts == ({"scored": 1} if expected else {})


def test_that_ones_own_file_is_never_overwritten(
    desk: Desk, context: JobContext
) -> None:
    variants = desk.vcf(desk.snv(1100))
    folder = scored(desk, context, variants)
    before = Path(variants).read_bytes()
    with pytest.raises(InputError, match="never overwritten"):
        run(ExportScores(folder, variants), context)
    assert Path(variants).read_bytes() == before


def test_that_a_file_that_changed_is_not_mixed_with_old_scores(
    desk: Desk, context: JobContext
) -> None:
    variants = desk.vcf(desk.snv(1100))
    folder = scored(desk, context, variants)
    desk.vcf(desk.snv(1101))
    out = desk.folder / "b.vcf"
    with pytest.raises(InputError, match="changed"):
        run(ExportScores(folder, str(out)), context)
    assert not out.exists()
    assert run(ExportScores(folder, str(desk.folder / "b.tsv")), context).counts


def test_that_what_cannot_be_written_is_said_before_the_work(
    desk: Desk, context: JobContext
) -> None:
    folder = scored(desk, context, desk.vcf(desk.snv(1100)))
    with pytest.raises(OptionError, match=r"\.vcf\.gz"):
        run(ExportScores(folder, str(desk.folder / "a.xlsx")), context)
    with pytest.raises(InputError, match="folder"):
        run(ExportScores(folder, str(desk.folder / "no" / "a.vcf")), context)
    with pytest.raises(InputError, match="Score the variants again"):
        run(ExportScores(str(desk.folder), str(desk.folder / "a.vcf")), context)


BEFORE = ("chrom", "pos", "id", "ref", "alt", "gene", "score", "status", "reason")
LINE = st.text(
    st.characters(codec="utf-8", exclude_characters="\n\r\x00", max_codepoint=0x2FF),
    max_size=30,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(lines=st.lists(LINE, max_size=6), at=st.integers(0, 6))
def test_that_whatever_the_lines_are_none_is_lost(
    desk: Desk, context: JobContext, lines: list[str], at: int
) -> None:
    good = desk.snv(1100).replace(" ", "\t")
    body = [*lines[:at], good, *lines[at:]]
    head = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
    source = desk.folder / "fuzz.vcf"
    source.write_text(head + "\n".join(body) + "\n", encoding="utf-8", newline="")
    out, finished = export(desk, context, str(source), "fuzz-out.vcf")
    text = out.read_text(encoding="utf-8").split("\n")
    rejected = [
        unquote(line.split('Text="')[1].removesuffix('">'))
        for line in text
        if line.startswith("##gfm_rejected")
    ]
    kept = ["\t".join(fields) for fields in records_of(out)]
    assert len(kept) + finished.counts.get("malformed", 0) >= 1
    for line in body:
        fields = line.split("\t")
        found = line in rejected or any(k.split("\t")[:5] == fields[:5] for k in kept)
        assert found or not line.strip() or line.startswith("#"), line
