"""What a model needs and how fast it would be: estimates, and called so."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from gfm_desktop import paths
from gfm_desktop.models import families, machine
from gfm_desktop.models.ci_spliceai import CARD
from gfm_desktop.models.fit import Verdict, estimate, tokens_of
from gfm_desktop.models.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LAPTOP = Machine(memory=24 * 10**9, free=20 * 10**9, processors=2, rate=200e9)
GPN = families.published()["gpn-brassicales"]


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Measure anew in each test."""
    for known in (machine._gpu, machine._rate):
        known.cache_clear()
    yield
    for known in (machine._gpu, machine._rate):
        known.cache_clear()


def sized(parameters: int) -> Verdict:
    return estimate(replace(GPN, parameters=parameters), LAPTOP).verdict


def test_that_memory_decides_whether_a_model_fits() -> None:
    assert sized(65_000_000) is Verdict.FITS
    assert sized(2_300_000_000) is Verdict.TIGHT
    assert sized(7_000_000_000) is Verdict.TOO_LARGE
    unsized = replace(GPN, parameters=0, download_bytes=0)
    assert estimate(unsized, LAPTOP).verdict is Verdict.UNKNOWN
    by_file = replace(GPN, parameters=0, download_bytes=4 * GPN.parameters)
    assert estimate(by_file, LAPTOP) == estimate(GPN, LAPTOP)


def test_that_a_larger_model_needs_more_and_is_slower() -> None:
    small = estimate(replace(GPN, parameters=10**7), LAPTOP)
    large = estimate(replace(GPN, parameters=10**8), LAPTOP)
    assert large.memory - small.memory == pytest.approx(8 * 9e7)
    assert small.windows_per_second == pytest.approx(10 * large.windows_per_second)
    assert large.windows_per_second == pytest.approx(0.5 * 200e9 / (2 * 1e8 * 512))


def test_that_a_graphics_card_counts_where_the_weights_fit_it() -> None:
    station = replace(LAPTOP, gpu="Some card", gpu_memory=8 * 10**9)
    fast = estimate(GPN, station)
    assert fast.verdict is Verdict.FITS
    assert fast.windows_per_second > 10 * estimate(GPN, LAPTOP).windows_per_second
    assert "Some card with 8 GB" in fast.words
    tight = estimate(replace(GPN, parameters=2_100_000_000), station)
    assert tight.verdict is Verdict.TIGHT


def test_that_a_sentence_says_need_machine_speed_and_that_it_is_an_estimate() -> None:
    words = estimate(GPN, LAPTOP).words
    assert words == (
        "needs about 1.2 GB; this machine: 24 GB, CPU with 2 cores, about "
        "1.5 windows/s (an estimate)"
    )
    assert estimate(replace(GPN, parameters=2_300_000_000), LAPTOP).words.startswith(
        "tight: needs about 19 GB"
    )
    large = estimate(replace(GPN, parameters=7_000_000_000), LAPTOP).words
    assert large.startswith("too large: needs about 57 GB")
    assert "windows" not in large
    unknown = estimate(replace(GPN, parameters=0, download_bytes=0), LAPTOP).words
    assert unknown.startswith("its size is not published")
    slow = estimate(replace(GPN, parameters=10**9), replace(LAPTOP, rate=1e9)).words
    assert "34 min a window" in slow


def test_that_tokens_of_several_bases_are_counted() -> None:
    nt = replace(GPN, family="Nucleotide Transformer", context_bp=5_994)
    assert tokens_of(nt) == 999
    assert tokens_of(CARD) == 10_000


def test_that_the_best_of_the_first_starts_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rates = iter([3e9, 5e9, 4e9, 1e9])
    monkeypatch.setattr(machine, "measured_rate", lambda: next(rates))
    seen = []
    for _ in range(6):
        machine._rate.cache_clear()
        seen.append(machine.this_machine().rate)
    assert seen == [3e9, 5e9, 5e9, 5e9, 5e9, 5e9]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"rate": 1}', "null"])
def test_that_a_damaged_note_is_measured_again(
    content: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (paths.cache() / "machine.json").write_text(content)
    monkeypatch.setattr(machine, "measured_rate", lambda: 7e9)
    assert machine.this_machine().rate == 7e9


def test_that_another_computers_speed_is_not_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(machine, "measured_rate", lambda: 7e9)
    note = {"processors": 999, "memory": 1, "rate": 9e12, "times": 4}
    (paths.cache() / "machine.json").write_text(json.dumps(note))
    assert machine.this_machine().rate == 7e9


def test_that_a_speed_is_really_measured() -> None:
    assert 1e8 < machine.measured_rate(0.01) < 1e15
    here = machine.this_machine()
    assert 0 < here.free <= here.memory
    assert here.processors >= 1


def answer_of_the_driver(
    monkeypatch: pytest.MonkeyPatch, text: str, *, fails: bool = False
) -> tuple[str, int]:
    monkeypatch.setattr(shutil, "which", lambda _: "/usr/bin/nvidia-smi")

    def run(*_: object, **__: object) -> SimpleNamespace:
        if fails:
            raise subprocess.TimeoutExpired("nvidia-smi", 10)
        return SimpleNamespace(stdout=text)

    monkeypatch.setattr(subprocess, "run", run)
    return machine._gpu()


def test_that_the_largest_graphics_card_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "Card A, 8192\nCard, B, 24576\n"
    assert answer_of_the_driver(monkeypatch, text) == ("Card, B", 24576 * 2**20)


@pytest.mark.parametrize("text", ["", "No devices were found\n", "Card, [N/A]\n"])
def test_that_no_graphics_card_is_made_up(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert answer_of_the_driver(monkeypatch, text) == ("", 0)


def test_that_a_silent_driver_is_no_card(monkeypatch: pytest.MonkeyPatch) -> None:
    assert answer_of_the_driver(monkeypatch, "", fails=True) == ("", 0)


def test_that_the_estimate_needs_no_torch(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from gfm_desktop.models import families, fit\n"
        "print(fit.estimate(families.published()['gpn-brassicales']).words)\n"
        "sys.exit(int('torch' in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "an estimate" in done.stdout
