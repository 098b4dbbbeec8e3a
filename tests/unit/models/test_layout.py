"""A checkpoint's names are matched to a network's, and what does not fit is named."""

from __future__ import annotations

from gfm_desktop.models.layout import Layout, listed

SHAPES = {"embed.weight": (4, 2), "head.weight": (4, 2), "norm.LayerNorm.weight": (2,)}


def test_that_a_fitting_file_has_no_problems() -> None:
    assert Layout(SHAPES).problems(SHAPES) == []


def test_that_every_kind_of_misfit_is_named() -> None:
    found = {"embed.weight": (2, 4), "norm.LayerNorm.weight": (2,), "more": (1,)}
    assert Layout(SHAPES).problems(found) == [
        "“head.weight” is missing",
        "“embed.weight” has shape (2, 4), not (4, 2)",
        "“more” is not part of the model",
    ]


def test_that_one_of_several_tied_names_is_enough_and_all_may_be_there() -> None:
    layout = Layout(SHAPES, tied={"head.weight": "embed.weight"})
    norm = {"norm.LayerNorm.weight": (2,)}
    assert layout.problems({"embed.weight": (4, 2), **norm}) == []
    assert layout.problems({"head.weight": (4, 2), **norm}) == []
    assert layout.problems(SHAPES) == []
    assert len(layout.problems(norm)) == 2
    assert layout.aliases("embed.weight") == ["embed.weight", "head.weight"]
    assert layout.aliases("head.weight") == ["head.weight", "embed.weight"]


def test_that_only_what_is_ignored_on_purpose_is_ignored() -> None:
    layout = Layout(SHAPES, ignored=(r"pooler\..*",))
    assert layout.problems({**SHAPES, "pooler.dense.weight": (9, 9)}) == []
    assert layout.problems({**SHAPES, "my.pooler.dense.weight": (9, 9)}) == [
        "“my.pooler.dense.weight” is not part of the model"
    ]


def test_that_the_older_words_for_norms_are_known_and_named_as_in_the_file() -> None:
    layout = Layout(SHAPES)
    assert layout.place_of("norm.LayerNorm.gamma") == "norm.LayerNorm.weight"
    assert layout.place_of("norm.LayerNorm.beta") == "norm.LayerNorm.bias"
    assert layout.place_of("norm.gamma") == "norm.gamma"
    found = {n: s for n, s in SHAPES.items() if "Norm" not in n}
    assert layout.problems({**found, "norm.LayerNorm.gamma": (2,)}) == []
    assert layout.problems({**found, "norm.LayerNorm.gamma": (3,)}) == [
        "“norm.LayerNorm.gamma” has shape (3,), not (2,)"
    ]


def test_that_a_long_list_is_counted() -> None:
    assert listed(["a", "b"]) == "a; b"
    assert listed(str(n) for n in range(1_007)).endswith("4; and 1,002 more")
