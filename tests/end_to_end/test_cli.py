"""The `gfm` command on the real sample with the real model."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gfm_desktop import __version__, paths
from gfm_desktop.cli import main

SAMPLE = paths.resources() / "sample"
GENOME, GENES = SAMPLE / "chr22.fa.gz", SAMPLE / "genes.gtf.gz"
WEIGHTS = json.loads(
    (paths.resources() / "models/ci-spliceai/gfm_model.json").read_text("utf-8")
)["weights"]["model.safetensors"]
HEADER = (
    "##fileformat=VCFv4.2\n##contig=<ID=chr22,length=51304566>\n"
    "##OWN=kept\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
)
# The first and the last base of exon 4 of RANBP1; the others end without a score.
RECORDS = (
    "chr22\t20112831\tboundary\tT\tA,G\t50\tPASS\tAC=1,2;DB\n"
    "chr22\t20112831\twrong\tG\tA\t.\t.\t.\n"
    "chr22\t20112831\tsymbol\tT\t<DEL>\t.\t.\tEND=20112900\n"
    "22\t20112959\talias\tA\tC\t.\t.\t.\n"
    "chr21\t100\tlost\tA\tC\t.\t.\t.\n"
)
STATUSES = ["scored", "scored", "ref_mismatch", "symbolic_allele", "scored"]
STATUSES += ["contig_missing"]
COLUMNS = ["chrom", "pos", "id", "ref", "alt", "gene", "score", "status", "reason"]


@dataclass
class Desk:
    """A folder to work in, and the command line."""

    folder: Path
    capsys: pytest.CaptureFixture[str]

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        data = content.encode() if isinstance(content, str) else content
        path.write_bytes(data)
        return path

    def gfm(self, *words: object) -> tuple[int, str, str]:
        """Return exit code, standard output and standard error."""
        code = main([str(word) for word in words])
        captured = self.capsys.readouterr()
        assert "Traceback" not in captured.err
        return code, captured.out, captured.err

    def score(self, variants: str | Path, *words: object) -> tuple[int, str, str]:
        """Score with the sample's genome and the built-in model."""
        given = [str(word) for word in words]
        model = [] if "--model" in given else ["--model", "ci-spliceai"]
        genome = [] if "--genome" in given else ["--genome", GENOME]
        return self.gfm("score", "--variants", variants, *genome, *model, *words)


@pytest.fixture
def desk(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Desk:
    monkeypatch.chdir(tmp_path)
    return Desk(tmp_path, capsys)


def rows_of(text: str) -> list[dict[str, str]]:
    head, *lines = (line.split("\t") for line in text.splitlines())
    return [dict(zip(head, line, strict=True)) for line in lines]


def events_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_that_every_substitution_of_a_gene_is_scored(desk: Desk) -> None:
    genes = desk.write(
        "one.gtf",
        'chr22\tt\texon\t20112831\t20112832\t.\t+\t.\tgene_id "G"; '
        'transcript_id "T";\n',
    )
    where = ["--genome", GENOME, "--annotation", genes, "--model", "ci-spliceai"]
    code, table, err = desk.gfm("score", "--saturate", "g", "--flank", 3, *where)
    assert code == 0, err
    rows = rows_of(table)
    assert {row["status"] for row in rows} == {"scored"}
    # Nothing is scored beyond the transcript, so the flank adds nothing here.
    assert [row["pos"] for row in rows] == ["20112831"] * 3 + ["20112832"] * 3
    assert all(len({row["ref"], row["alt"]}) == 2 for row in rows)
    assert {row["gene"] for row in rows} == {"G"}


def test_that_what_saturation_lacks_is_told_at_once(desk: Desk) -> None:
    file = desk.write("in.vcf", HEADER + RECORDS)
    code, _, err = desk.score(file, "--saturate", "RANBP1")
    assert code == 2
    assert "both say what to score" in err
    assert "needs gene models" in err
    code, _, err = desk.score(file, "--flank", 5)
    assert code == 2
    assert "no gene is given" in err


def test_that_every_format_has_the_same_scores_and_every_record(desk: Desk) -> None:
    file = desk.write("in.vcf", HEADER + RECORDS)
    code, table, err = desk.score(file, "--annotation", GENES)
    assert code == 0
    rows = rows_of(table)
    assert list(rows[0])[:9] == COLUMNS
    assert [row["status"] for row in rows] == STATUSES
    assert [row["score"] == "." for row in rows] == [s != "scored" for s in STATUSES]
    assert all(row["reason"] != "." for row in rows if row["score"] == ".")
    assert float(rows[0]["score"]) > 0
    assert rows[0]["gene"] == "RANBP1"
    assert "3 of 6 alleles scored with CI-SpliceAI" in err
    for line in ("scored           3", "ref_mismatch     1", "contig_missing   1"):
        assert line in err

    for ending in ("tsv", "vcf", "vcf.gz", "parquet"):
        code, out, _ = desk.score(file, "--annotation", GENES, "--out", f"x.{ending}")
        assert (code, out) == (0, ""), ending
    assert (desk.folder / "x.tsv").read_text(encoding="utf-8") == table
    check_parquet(desk.folder / "x.parquet", rows)
    text = (desk.folder / "x.vcf").read_text(encoding="utf-8")
    check_vcf(text, rows)
    packed = gzip.decompress((desk.folder / "x.vcf.gz").read_bytes()).decode()
    body = [line for line in text.splitlines() if not line.startswith("##gfm_command")]
    other = [line for line in packed.splitlines() if not line.startswith("##gfm_comm")]
    assert body == other
    assert "##gfm_command=gfm score --variants" in packed
    assert (desk.folder / "x.vcf.gz.tbi").is_file()


def test_that_an_unsorted_file_keeps_its_order_and_says_why_it_has_no_index(
    desk: Desk,
) -> None:
    lines = RECORDS.splitlines(True)
    file = desk.write("in.vcf", HEADER + "".join(lines[1:] + lines[:1]))
    code, _, err = desk.score(file, "--out", "x.vcf.gz")
    assert code == 0
    assert "sorted" in err
    assert not (desk.folder / "x.vcf.gz.tbi").exists()
    packed = gzip.decompress((desk.folder / "x.vcf.gz").read_bytes()).decode()
    names = [line.split("\t")[2] for line in packed.splitlines() if line[0] != "#"]
    assert names == ["wrong", "symbol", "alias", "lost", "boundary"]


def check_parquet(path: Path, rows: list[dict[str, str]]) -> None:
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    assert table.column_names == list(rows[0])
    assert table["status"].to_pylist() == STATUSES
    scores = table["score"].to_pylist()
    assert [f"{s:.6g}" if s is not None else "." for s in scores] == [
        row["score"] for row in rows
    ]


def check_vcf(text: str, rows: list[dict[str, str]]) -> None:
    head = [line for line in text.splitlines() if line.startswith("##")]
    body = [line for line in text.splitlines() if not line.startswith("#")]
    assert "##OWN=kept" in head
    assert any(WEIGHTS in line for line in head)
    assert any(__version__ in line for line in head)
    assert any("splice-delta" in line for line in head)
    assert len(body) == 5
    for line, original in zip(body, RECORDS.splitlines(), strict=True):
        fields, before = line.split("\t"), original.split("\t")
        assert fields[:7] == before[:7]
        kept = fields[7].split("GFM_SCORE")[0].rstrip(";")
        assert kept == ("" if before[7] == "." else before[7])
    info = body[0].split("\t")[7]
    assert f"GFM_SCORE={rows[0]['score']},{rows[1]['score']};" in info
    assert "GFM_STATUS=scored,scored" in info
    assert "GFM_SPLICE=A|RANBP1|" in info
    assert "GFM_SCORE=.;GFM_STATUS=ref_mismatch" in body[1]


@pytest.mark.skipif(shutil.which("bcftools") is None, reason="bcftools is not here")
def test_that_bcftools_reads_the_result_without_a_complaint(desk: Desk) -> None:
    file = desk.write("in.vcf", HEADER + RECORDS)
    code, _, _ = desk.score(file, "--annotation", GENES, "--out", "x.vcf")
    assert code == 0
    result = subprocess.run(
        ["bcftools", "query", "-f", "%ID\t%GFM_SCORE\t%GFM_STATUS\n", "x.vcf"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0
    lines = result.stdout.splitlines()
    assert len(lines) == 5
    assert lines[1] == "wrong\t.\tref_mismatch"
    # The file's own header lacks a contig; that is all bcftools may complain of.
    assert "GFM" not in result.stderr


def test_that_two_spellings_of_one_variant_get_one_score(desk: Desk) -> None:
    from gfm_desktop.genome.reference import Reference

    reference = Reference.open(GENOME)
    start = 20_112_829
    bases = reference.fetch("chr22", start - 1, start + 3)
    reference.close()
    left, middle, right, last = bases
    other = next(base for base in "ACGT" if base != middle)
    around = [("", ""), (left, right), ("", right + last)]
    lines = [
        f"chr22\t{start + 1 - len(before)}\t.\t{before}{middle}{after}\t"
        f"{before}{other}{after}\t.\t.\t.\n"
        for before, after in around
    ]
    file = desk.write("in.vcf", HEADER + "".join(lines))
    _, table, _ = desk.score(file, "--annotation", GENES)
    rows = rows_of(table)
    assert [row["status"] for row in rows] == ["scored"] * 3
    assert len({row["score"] for row in rows}) == 1


def test_that_json_is_one_object_per_event_and_ends_with_the_counts(
    desk: Desk,
) -> None:
    file = desk.write("in.vcf", HEADER + RECORDS)
    words = ("--annotation", GENES, "--out", "x.tsv", "--json")
    code, out, _ = desk.score(file, *words)
    assert code == 0
    events = events_of(out)
    endings = {"finished", "failed", "cancelled"}
    assert [event["event"] in endings for event in events[:-1]].count(True) == 0
    last = events[-1]
    assert last["event"] == "finished"
    assert last["counts"] == {
        "scored": 3,
        "ref_mismatch": 1,
        "contig_missing": 1,
        "symbolic_allele": 1,
    }
    assert Path(last["outputs"]["out"]) == desk.folder / "x.tsv"
    progress = [e for e in events if e["event"] == "progress"]
    assert {"done", "total", "unit", "message"} <= progress[0].keys()
    # Again, without a file: the run that is kept is named, the table is not printed.
    code, out, _ = desk.score(file, "--annotation", GENES, "--json")
    assert events_of(out)[-1]["counts"] == last["counts"]
    assert Path(events_of(out)[-1]["outputs"]["run"]).is_dir()


def test_that_scores_need_no_annotation_but_say_so(desk: Desk) -> None:
    file = desk.write("in.vcf", HEADER + RECORDS)
    code, table, err = desk.score(file)
    assert code == 0
    rows = rows_of(table)
    assert [row["status"] for row in rows] == STATUSES
    assert "T|" not in rows[0]["splice"]
    assert {entry.split("|")[1] for entry in rows[0]["splice"].split(",")} == {"+", "-"}
    assert "No gene models" in err


def test_that_options_change_the_question(desk: Desk) -> None:
    file = desk.write("in.vcf", HEADER + RECORDS.splitlines(True)[0])
    tables = [
        desk.score(file, "--annotation", GENES, *options)[1]
        for options in ((), ("--distance", "0"), ("--masked",))
    ]
    near = rows_of(tables[1])[0]
    assert {near[f"dp_{kind}"] for kind in ("ag", "al", "dg", "dl")} == {"0"}
    assert len(set(tables)) == 3


def test_that_the_sample_needs_no_other_word(desk: Desk) -> None:
    file = desk.write("in.vcf", HEADER + RECORDS)
    _, table, _ = desk.gfm("score", "--sample", "--variants", file)
    _, same, _ = desk.score(file, "--annotation", GENES)
    assert table == same
    _, table, _ = desk.gfm("score", "--sample", "--variants", file, "--genome", GENOME)
    _, same, _ = desk.score(file)
    assert table == same


def test_that_a_model_folder_scores_as_its_id_does(desk: Desk) -> None:
    file = desk.write("in.vcf", HEADER + RECORDS.splitlines(True)[0])
    folder = shutil.copytree(paths.resources() / "models/ci-spliceai", "mine")
    _, table, _ = desk.score(file)
    _, same, _ = desk.score(file, "--model", folder)
    assert table == same


def test_that_predicted_tracks_agree_with_the_scores(desk: Desk) -> None:
    import numpy as np

    file = desk.write("in.vcf", HEADER + RECORDS.splitlines(True)[0])
    _, table, _ = desk.score(file, "--annotation", GENES)
    row = rows_of(table)[0]
    common = ("predict", "--model", "ci-spliceai", "--genome", GENOME)
    common += ("--annotation", GENES)
    code, _, _ = desk.gfm(
        *common, "--variant", "22:20112831:T:A", "--region",
        "chr22:20,112,781-20,112,881", "--out", "x.npz",
    )  # fmt: skip
    assert code == 0
    with np.load(desk.folder / "x.npz") as track:
        assert (int(track["start"]), int(track["end"])) == (20_112_780, 20_112_881)
        change = track["alt_acceptor_plus"] - track["ref_acceptor_plus"]
    assert float(change.max()) == pytest.approx(float(row["ds_ag"]), abs=1e-5)
    assert float((-change).max()) == pytest.approx(float(row["ds_al"]), abs=1e-5)
    for ending in ("tsv", "bedgraph", "bw"):
        code, _, err = desk.gfm(
            *common, "--region", "RANBP1", "--out", f"x.{ending}", "--json"
        )
        assert code == 0, err
        assert (desk.folder / f"x.{ending}").stat().st_size > 0


def test_that_sequences_are_predicted_and_inspected(desk: Desk) -> None:
    import numpy as np

    file = desk.write("s.fa", ">a\nacgtNNRACGT\n>b\nGT\n")
    words = ("--model", "ci-spliceai", "--sequences", file)
    assert desk.gfm("inspect", *words, "--out", "i.npz")[0] == 0
    assert desk.gfm("predict", *words, "--out", "p.npz")[0] == 0
    with np.load("i.npz") as raw, np.load("p.npz") as track:
        assert raw["ids_0"].tolist() == [0, 1, 2, 3, 4, 4, 4, 0, 1, 2, 3]
        assert raw["probs_0"].shape == (11, 3)
        assert raw["probs_1"].sum(axis=1) == pytest.approx(1)
        assert track["acceptor_0"].tolist() == raw["probs_0"][:, 1].tolist()


def test_that_the_doctor_finds_the_original_programs_numbers(desk: Desk) -> None:
    code, out, _ = desk.gfm("doctor", "--json")
    findings = {one["name"]: one for one in json.loads(out)["findings"]}
    assert code == 0, findings
    assert "equals the original program" in findings["model ci-spliceai"]["detail"]
