"""Reading labels as a job: what the panel shows, step by step and again at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gfm_desktop import paths
from gfm_desktop.finetune import homology
from gfm_desktop.jobs.context import JobContext
from gfm_desktop.jobs.events import Failed, Finished, Partial, Progress
from gfm_desktop.jobs.guard import run_guarded
from gfm_desktop.jobs.read_labels import ReadLabels

if TYPE_CHECKING:
    from gfm_desktop.jobs.events import Event

SAMPLE = paths.resources() / "sample"


def run(job: ReadLabels) -> tuple[list[Event], dict[str, Any]]:
    events = list(run_guarded(job, JobContext()))
    assert isinstance(events[-1], Finished), events[-1]
    return events, json.loads(Path(events[-1].outputs["labels"]).read_bytes())


def few(folder: Path, extra: str = "") -> str:
    """Write the sample's first 160 sequences of either label, and perhaps more."""
    lines = (SAMPLE / "labels" / "pum2.csv").read_text().splitlines()
    rows = list(dict.fromkeys(tuple(line.split(",")[:2]) for line in lines[1:]))
    yes = [",".join(row) for row in rows if row[1] == "1"][:160]
    no = [",".join(row) for row in rows if row[1] == "0"][:160]
    path = folder / "labels.csv"
    path.write_text("\n".join(["sequence,label", *yes, *no]) + "\n" + extra)
    return str(path)


def test_that_everything_that_a_panel_shows_is_written(tmp_path: Path) -> None:
    events, content = run(ReadLabels(few(tmp_path, "ACGTXACGTACGTA,1\n")))
    first, last = [e for e in events if isinstance(e, Partial)]
    assert set(json.loads(Path(first.path).read_bytes())) == {"preview"}
    assert events[-1].outputs["labels"] == last.path  # type: ignore[union-attr]
    assert events[-1].counts == {"usable": 320, "refused": 1}  # type: ignore[union-attr]
    messages = {e.message for e in events if isinstance(e, Progress)}
    assert {"Reading the rows", "Looking for relatives"} <= messages
    assert content["preview"]["kind"] == "sequences"
    assert (content["task"], content["names"]) == ("binary", ["0", "1"])
    assert (content["examples"], content["length"]) == (320, 101)
    assert content["classes"] == [["0", 160], ["1", 160]]
    assert content["refused"] == [
        {"row": 322, "reason": "Letter 5 of its sequence is “X”, which is no DNA."}
    ]
    assert content["refused_count"] == 1
    assert content["split"]["how"] == "similarity"
    assert sum(content["sizes"].values()) == 320
    assert content["check"]["leakage"]["duplicates"] == 0
    assert {one["key"] for one in content["check"]["findings"]} >= {"gc_shortcut"}


def test_that_the_same_question_is_answered_from_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ReadLabels(few(tmp_path))
    _, content = run(job)
    monkeypatch.setattr(homology, "search", None)
    events, again = run(job)
    assert again == content
    assert len(events) == 4
    with pytest.raises(AssertionError, match="NoneType"):
        run(ReadLabels(job.labels, options=(("seed", 2),)))


def test_that_settings_of_the_split_and_fixes_are_used(tmp_path: Path) -> None:
    path = few(tmp_path)
    copies = "\n".join(Path(path).read_text().splitlines()[1:6])
    path = few(tmp_path, copies + "\n")
    options = (("split", "random"), ("test_fraction", 0.4), ("epochs", 3))
    _, content = run(ReadLabels(path, options=options))
    assert content["split"]["how"] == "random"
    assert content["sizes"]["test"] == 130
    (copied,) = [
        one for one in content["check"]["findings"] if one["key"] == "duplicates"
    ]
    assert (copied["count"], copied["fix"]) == (5, "duplicates")
    _, mended = run(ReadLabels(path, options=options, fixes=("duplicates",)))
    assert mended["examples"] == 320
    assert [one["row"] for one in mended["refused"]] == [322, 323, 324, 325, 326]


def test_that_a_file_that_cannot_be_used_yet_is_shown_all_the_same(
    tmp_path: Path,
) -> None:
    path = tmp_path / "regions.bed"
    path.write_text("chr22\t20100000\t20100200\t1\nchr22\t20200000\t20200200\t0\n")
    events, content = run(ReadLabels(str(path)))
    assert content["preview"]["kind"] == "regions"
    assert "genome" in content["problems"][0]
    assert events[-1].warnings  # type: ignore[union-attr]
    assert "examples" not in content


def test_that_what_was_read_is_shown_where_it_cannot_be_split(tmp_path: Path) -> None:
    path = tmp_path / "two.csv"
    path.write_text("sequence,label\nACGTTGCAACTTAG,1\nGGGTACCATCATTA,0\n")
    _, content = run(ReadLabels(str(path)))
    assert content["examples"] == 2
    assert "too few to keep some apart" in content["problems"][0]


def test_that_regions_are_read_from_the_genome_with_their_genes(
    tmp_path: Path,
) -> None:
    path = tmp_path / "regions.bed"
    starts = range(20_010_000, 20_490_000, 4_000)
    lines = [
        f"chr22\t{start}\t{start + 200}\t{i % 2}" for i, start in enumerate(starts)
    ]
    path.write_text("\n".join(lines))
    job = ReadLabels(
        str(path), str(SAMPLE / "chr22.fa.gz"), str(SAMPLE / "genes.gtf.gz"), window=300
    )
    _, content = run(job)
    assert (content["examples"], content["length"]) == (120, 300)
    assert content["split"]["how"] == "similarity"
    keys = {one["key"] for one in content["check"]["findings"]}
    assert {"same_gene", "same_chromosome"} <= keys


def test_that_a_setting_that_makes_no_sense_is_a_wrong_option(tmp_path: Path) -> None:
    events = list(
        run_guarded(ReadLabels(few(tmp_path), options=(("folds", 1),)), JobContext())
    )
    assert isinstance(events[-1], Failed)
    assert events[-1].usage
    assert "at least 2" in events[-1].what
