"""The verdict says in plain words what the numbers allow, and no more."""

from __future__ import annotations

from gfm_desktop.finetune.intervals import Measured
from gfm_desktop.finetune.verdict import verdict

GOOD = Measured(0.9, 0.87, 0.93)


def test_that_noise_is_called_no_signal_whatever_it_beats() -> None:
    outcome, words = verdict(
        "auroc",
        Measured(0.56, 0.48, 0.64),
        {"majority": Measured(0.06, 0.01, 0.11)},
        rarest=100,
    )
    assert outcome == "no_signal"
    assert words.startswith("No signal: the interval of the AUROC")
    assert "includes 0.5" in words


def test_that_a_baseline_that_is_not_beaten_is_named_with_the_interval() -> None:
    outcome, words = verdict(
        "auroc",
        GOOD,
        {
            "majority": Measured(0.4, 0.37, 0.43),
            "kmer_linear": Measured(0.004, -0.01, 0.02),
        },
        names={"kmer_linear": "6-mer counts"},
        rarest=100,
    )
    assert outcome == "not_better"
    assert words.startswith(
        "Does not beat 6-mer counts: difference 0.004, interval -0.010 to 0.020."
    )
    assert "AUROC 0.900 (0.870 to 0.930)" in words


def test_that_better_means_better_than_every_baseline() -> None:
    differences = {
        "kmer_linear": Measured(0.05, 0.02, 0.08),
        "cnn": Measured(0.03, 0.01, 0.05),
    }
    outcome, words = verdict("auroc", GOOD, differences, rarest=100)
    assert outcome == "better"
    assert "the nearest is a small CNN" in words


def test_that_worse_is_said() -> None:
    differences = {"cnn": Measured(-0.05, -0.08, -0.02)}
    outcome, words = verdict("auroc", GOOD, differences, rarest=100)
    assert outcome == "worse"
    assert words.startswith("Worse than a small CNN")


def test_that_few_test_examples_and_leaks_are_told() -> None:
    caution = "Test and training examples are related."
    differences = {"cnn": Measured(0.2, 0.1, 0.3)}
    _, words = verdict("auroc", GOOD, differences, rarest=7, cautions=(caution,))
    assert "Only 7 test examples" in words
    assert words.endswith(caution)


def test_that_what_cannot_be_measured_is_not_judged() -> None:
    outcome, words = verdict("auroc", Measured(None, None, None), {}, rarest=0)
    assert outcome == "too_few"
    assert words.startswith("Cannot be judged")


def test_that_a_correlation_of_zero_is_no_signal() -> None:
    outcome, words = verdict("pearson", Measured(0.1, -0.05, 0.25), {}, rarest=100)
    assert outcome == "no_signal"
    assert "includes 0," in words
