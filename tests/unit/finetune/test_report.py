"""The report is written whole, read strictly, and told in plain words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from gfm_desktop.errors import InputError
from gfm_desktop.finetune import model_card, report
from gfm_desktop.finetune.report import Number, Report, Sizes, SplitPart

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def found() -> Report:
    number = Number(value=0.75, low=0.7, high=0.8)
    return Report(
        task="binary",
        names=["free", "bound"],
        split=SplitPart(how="similarity", why="Relatives stay together.", groups=40),
        sizes=Sizes(train=60, validation=20, test=20),
        metrics={"auroc": number, "mcc": Number(value=float("nan"))},
        baselines={"kmer_linear": {"auroc": number}},
        verdict="Does not beat 6-mer counts: difference 0.004.",
    )


def test_that_a_report_comes_back_and_has_no_numbers_that_are_none(
    found: Report, tmp_path: Path
) -> None:
    path = tmp_path / "report.json"
    report.write(path, found)
    stored = json.loads(path.read_text(encoding="utf-8"))
    assert stored["metrics"]["auroc"] == {"value": 0.75, "low": 0.7, "high": 0.8}
    assert stored["metrics"]["mcc"]["value"] is None
    assert stored["leakage"] is None
    again = report.read(path)
    assert again.baselines == found.baselines
    assert [p.name for p in tmp_path.iterdir()] == ["report.json"]


@pytest.mark.parametrize("content", ["", "[]", '{"task": "binary"}', '{"x": 1}'])
def test_that_what_is_no_report_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="report"):
        report.read(path)
    with pytest.raises(InputError, match="cannot be read"):
        report.read(tmp_path / "absent")


def test_that_the_card_says_the_verdict_before_any_number(found: Report) -> None:
    text = model_card.text(found)
    assert text.index(found.verdict) < text.index("0.750")
    assert "tells bound from free" in text
    assert "| k-mer counts | 0.750 (0.700 to 0.800) |" in text
    assert "not defined" in text
    assert "60 examples to learn from, 20 to choose settings, 20 held out" in text
