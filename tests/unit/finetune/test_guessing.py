"""What the wizard guesses, says and asks."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import pytest

from gfm_desktop import paths
from gfm_desktop.finetune.label_files import LabelSource, preview, read

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.finetune.label_preview import Preview

S = ["ACGTACGTACGA", "GGGTTTCCCAAA", "TTTTACGCCGTA", "CATCATGGATCC"]


def seen(folder: Path, content: str, name: str = "t.csv") -> Preview:
    path = folder / name
    path.write_text(content)
    return preview(path, genome="toy.fa")


def table(header: str, *columns: list[str]) -> str:
    rows = [",".join(cells) for cells in zip(S, *columns, strict=True)]
    return "\n".join([header, *rows]) + "\n"


def test_that_a_clear_table_needs_no_question(tmp_path: Path) -> None:
    content = table("seq,label,set", ["1", "0", "1", "0"], ["train"] * 3 + ["test"])
    found = seen(tmp_path, content)
    assert found.kind == "sequences"
    assert found.roles == (("sequence", "seq"), ("label", "label"), ("split", "set"))
    assert (found.task, found.questions, found.problems) == ("binary", (), ())
    assert found.task_why == "The column “label” has two values: 0 and 1"
    assert all(column.why for column in found.columns)
    assert not found.needs_genome
    assert json.loads(json.dumps(asdict(found)))["rows"][0] == [S[0], "1", "train"]


def test_that_columns_are_known_by_their_cells_where_names_say_nothing(
    tmp_path: Path,
) -> None:
    content = table("a,b,c,d", ["x"] * 4, ["train", "val", "dev", "test"], list("pqpq"))
    found = seen(tmp_path, content)
    assert found.roles == (("sequence", "a"), ("split", "c"), ("label", "d"))
    reasons = {column.name: column.why for column in found.columns}
    assert reasons["a"] == "its cells are DNA letters"
    assert reasons["d"] == "it is the only column left that can be"


def test_that_it_asks_which_of_several_columns_is_the_label(tmp_path: Path) -> None:
    content = table(
        "sequence,expression,bound,id",
        ["0.1", "0.7", "3.5", "2.2"],
        ["yes", "no", "yes", "no"],
        ["w1x", "w2x", "w3x", "w4x"],
    )
    found = seen(tmp_path, content)
    assert ("label", "bound") in found.roles
    assert any("“expression”" in question for question in found.questions)
    assert not any("“id”" in question for question in found.questions)


def test_that_several_columns_of_flags_are_a_multi_label_task_and_asked_about(
    tmp_path: Path,
) -> None:
    content = table("sequence,liver,brain", ["1", "0", "1", "0"], ["0", "0", "1", "1"])
    found = seen(tmp_path, content)
    assert [name for role, name in found.roles if role == "label"] == ["liver", "brain"]
    assert found.task == "multilabel"
    assert "true together" in found.questions[0]
    data = read(LabelSource(str(tmp_path / "t.csv")))
    assert data.names == ("liver", "brain")
    assert data.outputs == 2


def test_that_what_a_person_says_wins(tmp_path: Path) -> None:
    content = table("sequence,a,b", ["1", "0", "1", "0"], ["0.5", "0.7", "3", "2"])
    path = tmp_path / "t.csv"
    path.write_text(content)
    said = LabelSource(str(path), columns=(("label", "b"),))
    found = preview(path, source=said)
    assert ("label", "b") in found.roles
    assert ("label", "a") not in found.roles
    assert found.task == "regression"
    (column,) = [one for one in found.columns if one.name == "b"]
    assert (column.role, column.why) == ("label", "it was chosen")


def test_that_a_table_without_letters_or_places_is_a_problem(tmp_path: Path) -> None:
    found = seen(tmp_path, "name,label\nx,1\ny,0\n")
    assert found.kind == ""
    assert "neither a column of sequences" in found.problems[0]


def test_that_labels_that_teach_nothing_are_a_problem(tmp_path: Path) -> None:
    found = seen(tmp_path, table("sequence,note", ["a"] * 4))
    assert found.problems == ("There is no column that could be the label.",)
    found = seen(tmp_path, table("sequence,label", [""] * 4), "u.csv")
    assert "no column that could be the label" in found.problems[0]


@pytest.mark.parametrize(
    ("content", "name", "kind", "roles"),
    [
        (
            "chr1\t5\t90\t1\nchr2\t7\t99\t0\n",
            "p.bed",
            "regions",
            ["chrom", "start", "end", "label"],
        ),
        (
            "chr1 5 90 x 0.5 +\nchr2 7 99 y 0.25 -\nchr2 8 99 z 0.75 -\n",
            "p.bed",
            "regions",
            ["chrom", "start", "end", "label", "strand"],
        ),
        (
            "22,100,A,G,1\n22,105,C,T,0\n",
            "v.csv",
            "variants",
            ["chrom", "pos", "ref", "alt", "label"],
        ),
        (
            "CHROM,POS,REF,ALT,y\n22,100,A,G,1\n22,105,C,T,0\n",
            "v.csv",
            "variants",
            ["chrom", "pos", "ref", "alt", "label"],
        ),
    ],
)
def test_that_regions_and_variants_are_recognised(
    tmp_path: Path, content: str, name: str, kind: str, roles: list[str]
) -> None:
    found = seen(tmp_path, content, name)
    assert found.kind == kind
    assert [role for role, _ in found.roles] == roles
    assert found.needs_genome
    assert found.problems == ()


def test_that_the_fields_of_a_vcf_are_its_columns(tmp_path: Path) -> None:
    content = (
        "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
        "1\t5\t.\tA\tC\t.\t.\tDP=5;CLASS=benign\n"
        "1\t9\t.\tA\tC\t.\t.\tDP=7;CLASS=pathogenic\n"
    )
    found = seen(tmp_path, content, "v.vcf")
    assert found.kind == "variants"
    assert ("label", "CLASS") in found.roles
    assert found.task == "binary"


def test_that_the_sample_is_understood_without_a_question() -> None:
    path = paths.resources() / "sample" / "labels" / "pum2.csv"
    found = preview(path)
    assert (found.kind, found.task) == ("sequences", "binary")
    assert (found.questions, found.problems) == ((), ())
    data = read(LabelSource(str(path)))
    assert len(data) == 3_001
    assert data.refused == ()
    assert {*data.given} == {"train", "validation", "test"}
    assert int(data.labels.sum()) == 610
    assert {len(one) for one in data.sequences} == {101}
