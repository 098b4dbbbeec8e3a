"""Whatever is wrong with a file, `gfm score` says it and loses no record."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from gfm_desktop import paths
from gfm_desktop.cli import main

SAMPLE = paths.resources() / "sample"
GENOME = str(SAMPLE / "chr22.fa.gz")
HEADER = (
    "##fileformat=VCFv4.2\n##contig=<ID=chr22,length=51304566>\n"
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
)
GOOD = "chr22\t20112831\tgood\tT\tA\t.\t.\t.\n"


@pytest.fixture
def vcf(tmp_path: Path) -> Path:
    path = tmp_path / "in.vcf"
    path.write_text(HEADER + GOOD, encoding="utf-8")
    return path


def gfm(
    capsys: pytest.CaptureFixture[str], variants: Path | str, *words: str, **files: str
) -> tuple[int, list[list[str]], str]:
    """Return exit code, the table's cells, and standard error."""
    given = {"genome": GENOME, "model": "ci-spliceai", **files}
    line = [f"--{name}={value}" for name, value in given.items()]
    code = main(["score", "--variants", str(variants), *line, *words])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return (
        code,
        [row.split("\t") for row in captured.out.splitlines()[1:]],
        captured.err,
    )


def test_that_percentiles_are_not_promised_where_there_are_none(
    vcf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, told = gfm(capsys, vcf, "--background", "20")
    assert code == 2
    assert "splice-delta has no percentiles" in told


def test_that_forty_malformed_lines_are_named_and_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "in.vcf"
    rubbish = "".join(f"chr22 {number} rubbish\n" for number in range(40))
    path.write_text(HEADER + rubbish + GOOD, encoding="utf-8")
    out = tmp_path / "x.vcf"
    code, _, err = gfm(capsys, path, "--out", str(out))
    assert code == 0
    for number in range(4, 44):
        assert f"Line {number}:" in err
    assert "malformed  40" in err
    assert "scored      1" in err
    written = out.read_text(encoding="utf-8")
    assert written.count("##gfm_rejected=") == 40
    assert "chr22 39 rubbish" in written
    assert sum(not line.startswith("#") for line in written.splitlines()) == 1


def test_that_a_wrong_build_is_said_before_scoring(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [f"chr22\t{20_110_000 + 7 * i}\t.\tA\tC\t.\t.\t.\n" for i in range(40)]
    path = tmp_path / "in.vcf"
    path.write_text(HEADER + "".join(lines), encoding="utf-8")
    code, rows, err = gfm(capsys, path)
    assert code == 0
    assert len(rows) == 40
    assert "does not fit" in err
    assert err.index("does not fit") < err.index("Loading the model")


def test_that_plain_gzip_and_other_contig_names_are_no_obstacle(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "in.vcf.gz"
    text = HEADER + GOOD + GOOD.replace("chr22", "NC_000022.10")
    path.write_bytes(gzip.compress(text.encode()))
    code, rows, _ = gfm(capsys, path)
    assert code == 0
    assert [row[7] for row in rows] == ["scored", "scored"]
    assert rows[0][6] == rows[1][6]


def test_that_a_truncated_file_gives_what_it_has_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "in.vcf.gz"
    whole = gzip.compress((HEADER + GOOD * 2000).encode(), compresslevel=1)
    path.write_bytes(whole[: len(whole) // 2])
    code, rows, err = gfm(capsys, path)
    assert code == 0
    assert rows
    assert {row[7] for row in rows} <= {"scored", "malformed"}
    assert "incomplete" in err


def test_that_a_header_without_records_is_done_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "in.vcf"
    path.write_text(HEADER, encoding="utf-8")
    code, rows, err = gfm(capsys, path)
    assert (code, rows) == (0, [])
    assert "no variants" in err


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (bytes(range(256)) * 20, "binary"),
        (b">chr1\nACGT\n", "FASTA"),
    ],
    ids=["empty", "binary", "fasta"],
)
def test_that_what_is_no_vcf_is_named(
    content: bytes, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "in.vcf"
    path.write_bytes(content)
    code, rows, err = gfm(capsys, path)
    assert (code, rows) == (1, [])
    assert reason in err
    assert str(path) in err


def test_that_files_in_each_others_place_are_named(
    vcf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = gfm(capsys, vcf, genome=str(vcf))
    assert code == 1
    assert "VCF" in err
    code, _, err = gfm(capsys, vcf, annotation=str(vcf))
    assert code == 1
    assert "No gene" in err


def test_that_a_missing_file_and_a_folder_are_told_together(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = str(tmp_path / "none.fa")
    code, _, err = gfm(capsys, tmp_path, genome=missing, model="none")
    assert code == 1
    for words in ("none.fa does not exist", "is a folder", "no model “none”"):
        assert words in err


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (("--out", "x.doc"), 2, ".vcf, .vcf.gz, .tsv, .parquet"),
        (("--out", "none/x.vcf"), 1, "does not exist"),
        (("--out", "."), 1, "is a folder"),
        (("--scorer", "none"), 2, "splice-delta"),
        (("--distance", "far"), 2, "whole number"),
        (("--distance", "99999"), 2, "4,999"),
        (("--masked",), 2, "gene models"),
        (("--window-size", "3"), 2, "--distance"),
        (("--device", "tpu"), 2, "auto, cpu or cuda"),
    ],
)
def test_that_a_wrong_word_is_refused_with_the_right_code(
    words: tuple[str, ...],
    code: int,
    reason: str,
    vcf: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(vcf.parent)
    before = sorted(vcf.parent.iterdir())
    found, rows, err = gfm(capsys, vcf, *words)
    assert (found, rows) == (code, [])
    assert reason in err
    assert "what to do" in err or "must be" in err
    assert sorted(vcf.parent.iterdir()) == before


def test_that_the_input_is_never_overwritten(
    vcf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = vcf.read_bytes()
    code, _, err = gfm(capsys, vcf, "--out", str(vcf))
    assert code == 2
    assert "never overwritten" in err
    assert vcf.read_bytes() == content


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no /proc")
def test_that_a_result_that_cannot_be_written_keeps_the_scores(
    vcf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # /proc takes no new files, whoever asks.
    code, rows, err = gfm(capsys, vcf, "--out", "/proc/x.tsv")
    assert (code, rows) == (1, [])
    assert "cannot be written" in err
    code, rows, err = gfm(capsys, vcf)
    assert code == 0
    assert rows[0][7] == "scored"
