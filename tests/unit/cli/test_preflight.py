"""What is wrong before any work is told at once, and nothing of the user's is lost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gfm_desktop.command_line.preflight import (
    Preflight,
    Refused,
    absolute,
    scorer_values,
)
from gfm_desktop.errors import InputError, OptionError
from gfm_desktop.models.option import Option
from gfm_desktop.scoring.card import ScorerCard

FORMATS = (".vcf", ".vcf.gz", ".tsv")
CARD = ScorerCard(
    name="toy",
    title="Toy",
    equation="",
    units="",
    source="",
    needs="splice",
    columns=(),
    options=(
        Option("distance", "Distance", "", 50),
        Option("scale", "Scale", "", 1.5),
        Option("masked", "Masked", "", False),
        Option("mode", "Mode", "", "fast"),
    ),
)


def problems_of(checks: Preflight) -> list[str]:
    with pytest.raises(Refused) as refusal:
        checks.done()
    return [problem.what for problem in refusal.value.problems]


def test_that_good_files_pass(tmp_path: Path) -> None:
    file = tmp_path / "a.vcf"
    file.touch()
    checks = Preflight()
    checks.need(genome="x", model="y")
    checks.readable("--variants", str(file))
    checks.readable("--annotation", None)
    checks.writable(str(tmp_path / "out.tsv"), FORMATS, str(file), None)
    checks.done()


def test_that_all_problems_come_together(tmp_path: Path) -> None:
    checks = Preflight()
    checks.need(genome="x", batch_size=None, model="")
    checks.readable("--variants", str(tmp_path / "none.vcf"))
    checks.readable("--annotation", str(tmp_path))
    checks.writable(str(tmp_path / "x.doc"), FORMATS)
    assert problems_of(checks) == [
        "The command line lacks --batch-size and --model.",
        "--variants none.vcf does not exist.",
        f"--annotation {tmp_path.name} is a folder, not a file.",
        "Nobody knows how to write x.doc.",
    ]


def test_that_a_slip_of_the_finger_is_told_from_a_missing_folder(
    tmp_path: Path,
) -> None:
    (tmp_path / "variants.vcf.gz").touch()
    checks = Preflight()
    checks.readable("--variants", str(tmp_path / "variant.vcf.gz"))
    checks.readable("--variants", str(tmp_path / "none" / "variant.vcf.gz"))
    assert "variants.vcf.gz" in checks.problems[0].todo
    assert checks.problems[1].todo == "Check the path."


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
def test_that_a_pipe_is_refused_because_it_can_be_read_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.vcf")
    checks = Preflight()
    checks.readable("--variants", str(tmp_path / "pipe.vcf"))
    assert "read twice" in problems_of(checks)[0]


def test_that_an_input_is_never_replaced_whatever_it_is_called(tmp_path: Path) -> None:
    file = tmp_path / "a.vcf"
    file.touch()
    (tmp_path / "same.vcf").symlink_to(file)
    for name in ("a.vcf", "same.vcf"):
        checks = Preflight()
        checks.writable(str(tmp_path / name), FORMATS, str(file))
        assert isinstance(checks.problems[0], OptionError)


def test_that_a_folder_as_result_or_a_missing_folder_is_refused(
    tmp_path: Path,
) -> None:
    checks = Preflight()
    checks.writable(str(tmp_path), FORMATS)
    checks.writable(str(tmp_path / "none" / "x.tsv"), FORMATS)
    assert all(isinstance(problem, InputError) for problem in checks.problems)
    assert str(tmp_path / "none") in checks.problems[1].where


def test_that_a_folder_without_rights_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The tests may run as root, who may write anywhere.
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    checks = Preflight()
    checks.writable(str(tmp_path / "x.tsv"), FORMATS)
    assert problems_of(checks) == ["You may not write into the folder of --out."]


def test_that_flags_become_the_kinds_of_values_that_the_card_names() -> None:
    given: dict[str, str | bool] = {
        "distance": "7",
        "scale": "0.5",
        "masked": True,
        "mode": "slow",
    }
    values, problems = scorer_values(CARD, given)
    assert problems == []
    assert values == {"distance": 7, "scale": 0.5, "masked": True, "mode": "slow"}
    assert type(values["distance"]) is int


def test_that_unknown_and_unreadable_options_are_all_told() -> None:
    values, problems = scorer_values(
        CARD, {"distance": "far", "window_size": "3", "scale": "1", "masked": "perhaps"}
    )
    assert values == {"scale": 1.0}
    assert [problem.what for problem in problems] == [
        "--distance must be a whole number, not 'far'.",
        "The scorer toy has no option --window-size.",
        "--masked must be yes or no, not 'perhaps'.",
    ]
    assert problems[1].todo == "Its options: --distance, --scale, --masked, --mode."


def test_that_a_path_no_longer_depends_on_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert absolute("a.vcf") == str(Path.cwd() / "a.vcf")
    assert absolute(None) == absolute("") == ""
