"""Every planted leak is found, and clean data are said to be clean."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from gfm_desktop.errors import OptionError
from gfm_desktop.finetune import splitting
from gfm_desktop.finetune.checks import (
    FIXES,
    LEAKS,
    SETTING_FIXES,
    DataCheck,
    apply_fix,
    apply_fixes,
    check,
)
from gfm_desktop.finetune.labelled import LabelledSet, RefusedRow
from gfm_desktop.finetune.options import OPTIONS
from gfm_desktop.genome.interval import Interval
from gfm_desktop.models.sequence import reverse_complement

from .label_kit import binary, letters, mutated, unrelated

if TYPE_CHECKING:
    from gfm_desktop.finetune.data_checks.finding import Finding
    from gfm_desktop.finetune.split import Split

PARTS = ("train", "validation", "test")


def in_parts(data: LabelledSet, parts: list[str] | None = None) -> LabelledSet:
    """Give a split of its own: by default 60 %, 20 % and 20 %, in the file's order."""
    n = len(data)
    default = ["train"] * (3 * n // 5) + ["validation"] * (n // 5)
    given = tuple(parts or [*default, *["test"] * (n - len(default))])
    return replace(data, given=given)


def checked(data: LabelledSet, split: Split | None = None) -> DataCheck:
    return check(data, split or splitting.make(data), identity=0.8)


def finding(found: DataCheck, key: str) -> Finding:
    (one,) = [one for one in found.findings if one.key == key]
    return one


def with_last(data: LabelledSet, sequences: list[str]) -> LabelledSet:
    """Put other sequences into the last examples, which are for the test."""
    kept = data.sequences[: len(data) - len(sequences)]
    return replace(data, sequences=(*kept, *sequences))


CLEAN = in_parts(unrelated(300))


def test_that_clean_data_get_a_green_light() -> None:
    found = checked(CLEAN)
    assert found.level == "ok", found
    assert found.leakage == dict.fromkeys(LEAKS, 0)
    assert all(one.words and one.title for one in found.findings)
    assert [one.key for one in found.findings] == [
        "too_few",
        "conflicting_labels",
        "duplicates",
        "reverse_complements",
        "overlaps",
        "homologous",
        "imbalance",
        "length_shortcut",
        "gc_shortcut",
    ]
    assert json.loads(json.dumps(asdict(found)))["leakage"] == found.leakage


def test_that_planted_copies_are_found() -> None:
    found = checked(with_last(CLEAN, list(CLEAN.sequences[:4])))
    assert found.leakage == {**dict.fromkeys(LEAKS, 0), "duplicates": 4}
    one = finding(found, "duplicates")
    assert (one.level, one.count, one.rows) == ("stop", 4, (298, 299, 300, 301))
    assert one.fix == "duplicates"


def test_that_copies_on_one_side_are_told_but_do_not_leak() -> None:
    found = checked(with_last(CLEAN, [CLEAN.sequences[-5]]))
    one = finding(found, "duplicates")
    assert (one.level, one.count, one.leaking) == ("caution", 1, 0)


def test_that_planted_reverse_complements_are_found() -> None:
    turned = [reverse_complement(one) for one in CLEAN.sequences[:3]]
    found = checked(with_last(CLEAN, turned))
    assert found.leakage == {**dict.fromkeys(LEAKS, 0), "reverse_complements": 3}
    one = finding(found, "reverse_complements")
    assert (one.level, one.count) == ("stop", 6)
    assert {299, 300, 301} <= set(one.rows)


@pytest.mark.parametrize("turned", [False, True])
def test_that_planted_shifted_windows_are_found_without_coordinates(
    turned: bool,
) -> None:
    rng = np.random.default_rng(1)
    shifted = [one[25:] + letters(rng, 25) for one in CLEAN.sequences[:5]]
    if turned:
        shifted = [reverse_complement(one) for one in shifted]
    found = checked(with_last(CLEAN, shifted))
    assert found.leakage == {**dict.fromkeys(LEAKS, 0), "overlaps": 5}
    one = finding(found, "overlaps")
    assert (one.level, one.count, one.fix) == ("stop", 10, "split=similarity")
    assert one.rows == (297, 298, 299, 300, 301)


def test_that_overlapping_places_are_found() -> None:
    places = [Interval("chr1", 1_000 * i, 1_000 * i + 80) for i in range(300)]
    places[-1] = Interval("chr1", 5_050, 5_130)
    places[-2] = Interval("chr1", 7_070, 7_150)  # shares 10 letters only
    found = checked(replace(CLEAN, places=tuple(places)))
    assert found.leakage["overlaps"] == 1
    assert finding(found, "overlaps").rows == (301,)
    assert finding(found, "overlaps").count == 2


def test_that_a_planted_family_with_mutations_and_gaps_is_found() -> None:
    rng = np.random.default_rng(2)
    data = in_parts(unrelated(300, length=200, seed=3))
    family = [mutated(rng, data.sequences[0], 0.1) for _ in range(6)]
    found = checked(with_last(data, family))
    assert found.leakage == {**dict.fromkeys(LEAKS, 0), "homologous": 6}
    one = finding(found, "homologous")
    assert (one.level, one.fix) == ("stop", "split=similarity")
    assert set(one.rows) == set(range(296, 302))


def test_that_the_default_split_leaves_no_leak() -> None:
    rng = np.random.default_rng(4)
    data = unrelated(200, length=150, seed=5)
    extra = [
        *data.sequences[:10],
        *map(reverse_complement, data.sequences[10:20]),
        *(one[40:] + letters(rng, 40) for one in data.sequences[20:30]),
        *(mutated(rng, one, 0.08) for one in data.sequences[30:40]),
    ]
    data = binary([*data.sequences, *extra], [i % 2 for i in range(240)])
    assert checked(data).leakage == dict.fromkeys(LEAKS, 0)
    at_random = splitting.make(data, split="random")
    leakage = checked(data, at_random).leakage
    assert all(leakage[key] for key in LEAKS)
    assert "flatters" in at_random.why


def test_that_leaks_between_folds_are_counted() -> None:
    data = with_last(unrelated(60), list(unrelated(60).sequences[:6]))
    honest, careless = splitting.make(data), splitting.make(data, split="random")
    assert honest.cross_validation
    assert careless.cross_validation
    assert checked(data, honest).leakage["duplicates"] == 0
    # A copy in another fold makes both of the two leak.
    crossed = sum(careless.folds[i] != careless.folds[54 + i] for i in range(6))
    assert checked(data, careless).leakage["duplicates"] == 2 * crossed > 0


def test_that_unused_rows_leak_nothing() -> None:
    data = with_last(CLEAN, [CLEAN.sequences[0]])
    data = replace(data, given=(*data.given[:-1], ""))
    assert checked(data).leakage["duplicates"] == 0


def test_that_a_gene_on_both_sides_is_found() -> None:
    genes = [f"G{i}" for i in range(300)]
    genes[-3:] = ["G0", "G1", ""]
    genes[4] = ""
    found = checked(replace(CLEAN, genes=tuple(genes)))
    one = finding(found, "same_gene")
    assert (one.level, one.leaking, one.rows) == ("caution", 2, (299, 300))


def test_that_a_chromosome_on_both_sides_is_found() -> None:
    places = tuple(Interval(f"chr{i % 3}", 200 * i, 200 * i + 80) for i in range(300))
    found = checked(replace(CLEAN, places=places))
    one = finding(found, "same_chromosome")
    assert (one.level, one.leaking, one.fix) == ("caution", 120, "split=chromosome")
    apart = tuple(
        Interval(f"chr{part}", 200 * i, 200 * i + 80)
        for i, part in enumerate(CLEAN.given)
    )
    one = finding(checked(replace(CLEAN, places=apart)), "same_chromosome")
    assert one.level == "ok"


def test_that_conflicting_labels_are_found_and_settled() -> None:
    data = with_last(CLEAN, [CLEAN.sequences[0], CLEAN.sequences[2]])
    labels = np.array(data.labels)
    labels[[0, 2, -2, -1]] = [0, 1, 1, 1]
    data = replace(data, labels=labels)
    one = finding(checked(data), "conflicting_labels")
    assert (one.level, one.count, one.rows) == ("caution", 2, (2, 300))
    mended = apply_fix("conflicting_labels", data)
    assert len(mended) == 298
    assert [one.row for one in mended.refused] == [2, 300]
    assert mended.refused[0].reason == "An equal sequence has another label."
    assert finding(checked(mended), "conflicting_labels").level == "ok"


def test_that_repeated_measurements_become_their_mean() -> None:
    base = unrelated(40)
    sequences = (*base.sequences[:39], base.sequences[0])
    values = np.arange(40, dtype=np.float32)
    data = LabelledSet("regression", ("y",), sequences, values, base.rows)
    mended = apply_fix("conflicting_labels", data)
    assert len(mended) == 39
    assert mended.labels[0] == 19.5
    assert mended.refused[0].row == 41


def test_that_fixes_drop_copies_and_no_row_is_lost() -> None:
    turned = reverse_complement(CLEAN.sequences[3])
    data = with_last(CLEAN, [CLEAN.sequences[1], CLEAN.sequences[1], turned])
    labels = np.array(data.labels)
    labels[-3:] = [labels[1], labels[1], labels[3]]
    data = replace(data, labels=labels)
    one = apply_fix("duplicates", data)
    assert [(r.row, r.reason) for r in one.refused] == [
        (299, "A copy of row 3, with the same label."),
        (300, "A copy of row 3, with the same label."),
    ]
    both = apply_fixes(["reverse_complements", "duplicates"], data)
    assert both.refused[-1] == RefusedRow(301, "The reverse complement of row 5.")
    assert len(both) + len(both.refused) == len(data)
    assert len({data.sha256, one.sha256, both.sha256}) == 3
    assert apply_fix("duplicates", CLEAN) is CLEAN
    with pytest.raises(OptionError, match="no fix “magic”"):
        apply_fixes(["duplicates", "magic"], data)


def test_that_alleles_of_one_site_are_not_copies_but_overlap() -> None:
    base = CLEAN.sequences[0]
    alternatives = tuple(
        one[:40] + "AC"[i % 2] + one[41:] for i, one in enumerate(CLEAN.sequences)
    )
    places = tuple(Interval("chr1", 500 * i, 500 * i + 80) for i in range(300))
    data = replace(
        with_last(CLEAN, [base, base]),
        alternatives=(*alternatives[:-2], base[:40] + "G" + base[41:], alternatives[0]),
        places=(*places[:-2], places[0], places[0]),
    )
    found = checked(data)
    assert found.leakage["duplicates"] == 1
    assert found.leakage["overlaps"] == 2


def test_that_a_gc_shortcut_is_found() -> None:
    rng = np.random.default_rng(6)
    labels = [i % 2 for i in range(300)]
    rich = [letters(rng, 80, 0.6 if label else 0.48) for label in labels]
    one = finding(checked(binary(rich, labels)), "gc_shortcut")
    assert one.level == "stop"
    assert one.words.startswith("GC content alone tells the labels with AUROC 0.9")
    # GC of both kinds in the middle and at both ends: only a bend tells.
    bent = [
        letters(rng, 80, 0.5 if label else float(rng.choice([0.3, 0.7])))
        for label in labels
    ]
    assert finding(checked(binary(bent, labels)), "gc_shortcut").level == "stop"


def test_that_a_length_shortcut_is_found() -> None:
    rng = np.random.default_rng(7)
    labels = [i % 2 for i in range(300)]
    lengths = [int(rng.integers(60, 90)) + 25 * label for label in labels]
    data = binary([letters(rng, length) for length in lengths], labels)
    one = finding(checked(data), "length_shortcut")
    assert one.level == "stop"
    assert "interval" not in one.words
    assert one.words.startswith("Length alone tells the labels with AUROC 0.9")


@pytest.mark.parametrize("task", ["multiclass", "multilabel", "regression"])
def test_that_shortcuts_are_found_in_every_task(task: str) -> None:
    rng = np.random.default_rng(8)
    shares = rng.uniform(0.25, 0.75, 300)
    sequences = tuple(letters(rng, 100, float(share)) for share in shares)
    rows = np.arange(300, dtype=np.int64)
    third = np.digitize(shares, [0.42, 0.58])
    labels = {
        "multiclass": third.astype(np.int64),
        "multilabel": np.stack([third > 0, third > 1], axis=1).astype(np.float32),
        "regression": shares.astype(np.float32),
    }[task]
    names = {"multiclass": ("a", "b", "c"), "multilabel": ("p", "q")}.get(task, ("y",))
    data = LabelledSet(task, names, sequences, labels, rows)  # type: ignore[arg-type]
    assert finding(checked(data), "gc_shortcut").level == "stop"
    mixed = replace(data, labels=labels[rng.permutation(300)])
    one = finding(checked(mixed), "gc_shortcut")
    assert one.level == "ok", one


def test_that_imbalance_and_scarcity_are_told() -> None:
    data = unrelated(300)
    few = np.zeros(300, np.int64)
    few[:14] = 1
    found = checked(replace(data, labels=few))
    assert finding(found, "imbalance").level == "caution"
    assert "“yes”, has 4.7% of the examples (14)" in finding(found, "imbalance").words
    assert finding(found, "imbalance").fix == "class_weights=true"
    assert finding(found, "too_few").level == "caution"
    few[4:] = 0
    one = finding(checked(replace(data, labels=few)), "too_few")
    assert (one.level, one.count) == ("stop", 4)


def test_that_every_fix_is_a_key_or_a_setting_that_exists() -> None:
    names = {option.name for option in OPTIONS}
    for setting in SETTING_FIXES:
        name, _, value = setting.partition("=")
        (option,) = [one for one in OPTIONS if one.name == name]
        assert name in names
        assert value == "true" or value in option.choices
    assert all(title for title, _ in FIXES.values())
