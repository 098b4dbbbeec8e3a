"""The command line is read as `design.md` promises, and refused in plain words."""

from __future__ import annotations

import pytest

from gfm_desktop.command_line.flags import OPTION
from gfm_desktop.command_line.parser import build_parser, read
from gfm_desktop.errors import OptionError
from gfm_desktop.scoring import registry


def test_that_a_full_score_line_is_understood() -> None:
    words = (
        "score --genome a.fa --variants b.vcf --model m --annotation c.gtf --scorer s"
    )
    words += " --device cuda --batch-size 4 --distance 7 --masked"
    words += " --out d.tsv --json"
    arguments = read(words.split())
    assert arguments.unknown == []
    assert (arguments.genome, arguments.variants) == ("a.fa", "b.vcf")
    assert (arguments.annotation, arguments.out) == ("c.gtf", "d.tsv")
    assert (arguments.model, arguments.scorer) == ("m", "s")
    assert (arguments.device, arguments.batch_size, arguments.json) == ("cuda", 4, True)
    given = vars(arguments)
    assert (given[f"{OPTION}distance"], given[f"{OPTION}masked"]) == ("7", True)


def test_that_every_option_of_every_scorer_is_a_flag_that_help_explains() -> None:
    text = " ".join(build_parser().commands["score"].format_help().split())
    for card in registry.scorers().values():
        for option in card.options:
            assert f"--{option.name.replace('_', '-')}" in text
            assert option.help.rstrip(".") in text
            assert str(option.default) in text or option.default in (True, False)


def test_that_no_scorer_option_hides_a_flag_of_the_command() -> None:
    # argparse raises a conflict while it builds, so building is the test.
    score = build_parser().commands["score"]
    names = [n for action in score._actions for n in action.option_strings]
    assert len(names) == len(set(names))


def test_that_an_option_not_given_is_left_to_the_scorer() -> None:
    arguments = vars(read(["score"]))
    own = {name: arguments[name] for name in arguments if name.startswith(OPTION)}
    assert own
    assert set(own.values()) == {None}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("tune", "tune"),
        ("finetune --columns label", "KEY=VALUE"),
        ("models", "ACTION"),
        ("models liste", "liste"),
        ("score --batch-size 0", "whole number from 1"),
        ("score --batch-size many", "whole number from 1"),
        ("score --device tpu", "auto, cpu or cuda"),
        ("predict --out x.npz", "--model"),
        ("inspect", "--model, --sequences, --out"),
        ("inspect --model m --sequences s --out o.npz --option k", "KEY=VALUE"),
    ],
)
def test_that_a_wrong_line_is_refused_with_the_reason(line: str, words: str) -> None:
    with pytest.raises(OptionError, match=words) as refusal:
        read(line.split())
    assert "--help" in refusal.value.todo


def test_that_unknown_flags_are_all_told_with_what_was_meant() -> None:
    unknown = read(["score", "--varants", "b.vcf", "--distanc=3", "stray"]).unknown
    assert [problem.what for problem in unknown] == [
        "There is no option --varants.",
        "There is no option --distanc.",
        "Nobody knows what 'stray' means here.",
    ]
    assert "Did you mean --variants?" in unknown[0].todo
    assert "Did you mean --distance?" in unknown[1].todo


def test_that_a_shortened_flag_is_not_guessed() -> None:
    # A script that says --out-f must break today, not when a longer flag is added.
    assert read(["score", "--gen", "a.fa"]).genome is None


def test_that_inspect_takes_several_options_in_order() -> None:
    line = "inspect --model m --sequences s --out o.npz --option a=1 --option b=x=y"
    assert read(line.split()).option == [("a", "1"), ("b", "x=y")]
