"""`gfm finetune` on a small table, and what the new model is good for at once."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from gfm_desktop.cli import main
from tests.unit.finetune.job_kit import BASE, add_base, write_labels
from tests.unit.finetune.tuning_kit import planted

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

QUICK = ("--epochs", 2, "--pooling", "mean", "--no-learning-curve", "--device", "cpu")
KEYS = {"task", "split", "sizes", "metrics", "baselines", "leakage", "verdict"}
CLOSE = "ACGTTGTAAATAACGTACGGTACCATTACGGATTACGCAT"


@pytest.fixture
def gfm(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Return a function that runs a command line: exit code, output, errors."""

    def run(*words: object) -> tuple[int, str, str]:
        code = main([str(word) for word in words])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return code, captured.out, captured.err

    return run


def with_split(path: Path) -> Path:
    """Add a split column and another, which nobody asked for, to a table."""
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = list(csv.reader(file))
    parts = ["train"] * 6 + ["validation"] * 2 + ["test"] * 2
    lines = [[*row, parts[i % 10], "x"] for i, row in enumerate(rows)]
    # A leak on purpose: a test sequence that is a training sequence, too.
    lines[9][0], lines[9][1] = lines[0][0], lines[0][1]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([[*head, "split", "note"], *lines])
    return path


def test_that_a_table_becomes_a_model_that_predicts_and_scores(
    gfm: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    add_base()
    with_split(write_labels(tmp_path / "labels.csv", planted(120)))
    given = ("finetune", "--labels", "labels.csv", "--model", BASE, "--out", "mine")
    code, out, err = gfm(*given, *QUICK, "--method", "probe", "--json")
    assert code == 0, err
    events = [json.loads(line) for line in out.splitlines()]
    assert [event["event"] for event in events].count("finished") == 1
    assert events[-1]["event"] == "finished"
    assert {event["event"] for event in events} == {
        "started",
        "progress",
        "partial",
        "finished",
    }
    check_report(json.loads((tmp_path / "mine" / "report.json").read_text("utf-8")))
    check_sequences(gfm, tmp_path)
    check_score(gfm, tmp_path)
    # The same line again answers at once, in words.
    code, out, err = gfm(*given, *QUICK, "--method", "probe")
    assert (code, out) == (0, "")
    assert "The model is in mine" in err


def check_report(found: dict[str, Any]) -> None:
    assert found.keys() >= KEYS
    assert found["task"] == "binary"
    assert found["split"]["how"] == "given"
    assert found["split"]["why"]
    assert found["sizes"] == {"train": 72, "validation": 24, "test": 24, "unused": 0}
    assert found["leakage"]["duplicates"] == 1
    assert set(found["leakage"]) == {
        "duplicates",
        "reverse_complements",
        "overlaps",
        "homologous",
    }
    names = {"majority", "gc_length", "kmer_linear", "cnn", "random_init"}
    assert set(found["baselines"]) == names
    for one in (found["metrics"], *found["baselines"].values()):
        assert set(one["auroc"]) == {"value", "low", "high"}
        assert one["auroc"]["low"] <= one["auroc"]["value"] <= one["auroc"]["high"]
    assert found["baselines"]["majority"]["auroc"]["value"] == 0.5
    assert "likely too good" in found["verdict"]


def check_sequences(gfm: Any, folder: Path) -> None:
    (folder / "new.fa").write_text(f">a\n{CLOSE}\n>b\nACG\n", encoding="utf-8")
    given = ("predict", "--model", "mine", "--device", "cpu", "--sequences")
    code, _, err = gfm(*given, "new.fa", "--out", "new.tsv")
    assert code == 0, err
    assert "Predicted 1 of 2 sequences" in err
    head, first, second = (folder / "new.tsv").read_text("utf-8").splitlines()
    assert head.split("\t") == ["name", "prediction", "label", "status", "reason"]
    assert first.split("\t")[0::3] == ["a", "scored"]
    assert 0 <= float(first.split("\t")[1]) <= 1
    assert second.split("\t")[:4] == ["b", ".", ".", "malformed"]
    assert "3 known letters" in second
    code, _, _ = gfm(*given, "labels.csv", "--out", "all.parquet")
    assert code == 0
    table = pq.read_table(folder / "all.parquet").to_pydict()
    assert len(table["name"]) == 120
    assert set(table["status"]) == {"scored"}
    assert set(table["label"]) <= {"no", "yes"}
    written = pq.read_table(folder / "mine" / "predictions.parquet").to_pydict()
    np.testing.assert_allclose(table["prediction"], written["prediction"], atol=2e-3)
    code, _, _ = gfm(*given, "new.fa", "--out", "new.npz")
    assert code == 0
    with np.load(folder / "new.npz") as stored:
        assert stored["predictions"].shape == (2, 1)
        assert np.isnan(stored["predictions"][1, 0])


def check_score(gfm: Any, folder: Path) -> None:
    letters = "".join(np.random.default_rng(1).choice(list("ACGT"), 600))
    (folder / "g.fa").write_text(f">chr1\n{letters}\n", encoding="utf-8")
    ref = letters[299]
    alt = "ACGT"["ACGT".index(ref) - 1]
    (folder / "v.vcf").write_text(
        "##fileformat=VCFv4.2\n##contig=<ID=chr1,length=600>\n"
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
        f"chr1\t300\t.\t{ref}\t{alt}\t.\t.\t.\n",
        encoding="utf-8",
    )
    files = ("--genome", "g.fa", "--variants", "v.vcf", "--background", 0)
    code, out, err = gfm("score", "--model", "mine", "--device", "cpu", *files)
    assert code == 0, err
    head, row = (line.split("\t") for line in out.splitlines())
    assert dict(zip(head, row, strict=True))["status"] == "scored"


def test_that_all_that_is_wrong_is_said_at_once(
    gfm: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = gfm(
        *("finetune", "--labels", "absent.csv", "--model", "./none", "--epochs", "0"),
        *("--folds", "many", "--signal", "absent.bw", "--methd", "lora"),
    )
    assert code == 2
    for words in (
        "Did you mean --method?",
        "lacks --out",
        "absent.csv does not exist",
        "absent.bw does not exist",
        "--signal needs --genome",
        "There is no model “./none”",
        "--folds must be a whole number",
        "Epochs must be at least 1",
    ):
        assert words in " ".join(err.split()), words
    code, _, err = gfm("finetune", "--stop-early", "--out", "nothing-runs-here")
    assert code == 1
    assert "No fine-tuning is running there" in err


def test_that_labels_nobody_can_learn_from_are_refused_in_words(
    gfm: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    add_base()
    text = "sequence,label\n" + f"{CLOSE},1\n" * 30
    (tmp_path / "same.csv").write_text(text, encoding="utf-8")
    given = ("finetune", "--labels", "same.csv", "--model", BASE, "--out", "mine")
    code, _, err = gfm(*given)
    assert code == 1
    assert "error:" in err
    assert "what to do:" in err
    assert not (tmp_path / "mine" / "gfm_model.json").exists()
