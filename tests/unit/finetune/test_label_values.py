"""What labels mean: tasks are recognised, and cells become numbers."""

from __future__ import annotations

import numpy as np
import pytest

from gfm_desktop.errors import InputError
from gfm_desktop.finetune.label_readers.cells import number
from gfm_desktop.finetune.label_readers.label_values import parse
from gfm_desktop.finetune.label_readers.task_guess import guess_task


def cells(*texts: str) -> list[tuple[str, ...]]:
    return [(text,) for text in texts]


@pytest.mark.parametrize(
    ("texts", "task", "names"),
    [
        (["0", "1", "1"], "binary", ("0", "1")),
        (["1", "-1", "1"], "binary", ("-1", "1")),
        (["TRUE", "FALSE"], "binary", ("FALSE", "TRUE")),
        (["yes", "No", "no", "no"], "binary", ("no", "yes")),
        (["bound", "unbound"], "binary", ("unbound", "bound")),
        (["control", "case"], "binary", ("control", "case")),
        (["b", "a"], "binary", ("a", "b")),
        (["a", "b", "c"] * 5, "multiclass", ("a", "b", "c")),
        (["0", "1", "2"] * 5, "multiclass", ("0", "1", "2")),
        (["0.5", "1.5", "-2e3"], "regression", ("label",)),
        (["1", "2", "17", "40"], "regression", ("label",)),
        (["a;b", "b", "a", "c;a", "none"], "multilabel", ("a", "b", "c")),
        (["x|y", "y", "x", "x|y"], "multilabel", ("x", "y")),
    ],
)
def test_that_the_task_is_read_off_the_labels(
    texts: list[str], task: str, names: tuple[str, ...]
) -> None:
    labels = parse(cells(*texts), ("label",), "auto")
    assert labels.task == task
    assert labels.names == names
    assert labels.refused == {}


def test_that_numbers_that_may_be_classes_are_asked_about() -> None:
    guess = guess_task(cells(*["0", "1", "2"] * 5), ("label",))
    assert "names of classes, or amounts" in guess.question
    assert guess_task(cells("0", "1"), ("label",)).question == ""
    assert parse(cells(*["0", "1", "2"] * 5), ("label",), "regression").task == (
        "regression"
    )


def test_that_spellings_of_one_class_are_one() -> None:
    labels = parse(cells("Yes", "yes", "NO", "yes"), ("label",), "auto")
    assert labels.names == ("NO", "yes")
    assert labels.values.tolist() == [1, 1, 0, 1]
    assert parse(cells("1", "1.0", "0"), ("label",), "auto").values.tolist() == [
        1,
        1,
        0,
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3.0),
        ("-2.5e-1", -0.25),
        ("1,5", 1.5),
        ("-0,25", -0.25),
        ("1,000,000", None),
        ("+-1,5", None),
        ("1_2", None),
        ("nan", None),
        ("inf", None),
        ("1.5 nM", None),
        ("", None),
    ],
)
def test_that_numbers_may_have_a_decimal_comma(text: str, value: float | None) -> None:
    assert number(text) == value


def test_that_one_cell_that_is_no_number_does_not_make_classes_of_numbers() -> None:
    texts = [f"{i / 7:.3f}" for i in range(30)]
    labels = parse(cells(*texts, "n.d.", "", "NA"), ("y",), "auto")
    assert labels.task == "regression"
    assert labels.refused == {
        30: "its label “n.d.” is no number",
        31: "its label is empty",
        32: "its label is empty",
    }
    labels = parse(cells(*["0", "1"] * 10, "l"), ("y",), "auto")
    assert labels.names == ("0", "1")
    assert labels.refused == {20: "its label “l” is no number, as the others are"}


def test_that_columns_of_a_multi_label_task_may_have_gaps() -> None:
    raw = [("1", "0"), ("", "1"), ("no", "yes"), ("", "?"), ("2", "0")]
    labels = parse(raw, ("a", "b"), "auto")
    assert labels.task == "multilabel"
    expected = [[1, 0], [np.nan, 1], [0, 1]]
    np.testing.assert_array_equal(labels.values[:3], expected)
    assert labels.refused == {
        3: "its labels are all empty",
        4: "“a” is “2”, it must be 0 or 1",
    }


def test_that_an_empty_list_is_not_taken_for_no_label() -> None:
    labels = parse(cells("a;b", "b;a", "", "None", "a"), ("tags",), "multilabel")
    assert labels.refused == {
        2: "its label is empty: write “none” where no label applies"
    }
    assert labels.values[3].tolist() == [0, 0]


def test_that_commas_separate_labels_where_the_user_says_multi_label() -> None:
    labels = parse(cells("a,b", "b", "a", "c,a"), ("tags",), "multilabel")
    assert labels.names == ("a", "b", "c")
    assert labels.values.tolist() == [[1, 1, 0], [0, 1, 0], [1, 0, 0], [1, 0, 1]]


@pytest.mark.parametrize(
    ("texts", "task", "words"),
    [
        (["1", "1"], "auto", "All labels are the same"),
        (["", "NA"], "auto", "empty in every row"),
        (["x", "y"], "regression", "No row has a label"),
        (["a", "b", "c"], "binary", "3 different values; two classes are wanted"),
        ([f"gene{i}" for i in range(40)], "auto", "40 different texts in 40 rows"),
        ([f"t{i};u{i}" for i in range(200)] * 2, "multilabel", "at most 100"),
    ],
)
def test_that_labels_that_teach_nothing_are_refused_in_words(
    texts: list[str], task: str, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        parse(cells(*texts), ("label",), task)


def test_that_several_columns_need_a_multi_label_task() -> None:
    with pytest.raises(InputError, match="2 label columns are chosen: a, b"):
        parse([("1", "2"), ("3", "4")], ("a", "b"), "regression")
