"""Baselines find what is planted, and nothing where nothing is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gfm_desktop.finetune.baselines import counts, small_network
from gfm_desktop.finetune.baselines.cnn import Cnn
from gfm_desktop.finetune.baselines.gc_length import GcLength
from gfm_desktop.finetune.baselines.kmer_linear import KmerLinear, both_strands
from gfm_desktop.finetune.baselines.majority import Majority
from gfm_desktop.finetune.evaluation import primary_of
from gfm_desktop.models.sequence import reverse_complement

from .tuning_kit import parts, planted, run, variants

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.finetune.labelled import LabelledSet

TASKS = ["binary", "multiclass", "multilabel", "regression"]


def measured(method: Any, data: LabelledSet) -> float:
    """Return the primary measure on the test part, after a check of the shape."""
    train, validation, test, folds = parts(len(data))
    fitted = run(method.fit(data, train, validation, folds, seed=1))
    found = run(fitted.predict(data, test))
    assert found.shape == (len(test), data.outputs)
    assert found.dtype == np.float32
    if data.task == "multiclass":
        np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)
    if data.task in ("binary", "multilabel"):
        assert ((found >= 0) & (found <= 1)).all()
    return primary_of(data.task, data.labels[test], found)


@pytest.mark.parametrize("task", TASKS)
def test_that_k_mers_find_a_motif_that_composition_cannot(task: Any) -> None:
    # The mirrored motif has the same letters.
    data = planted(400, task, motif="GATTACAG")
    words, letters = measured(KmerLinear(), data), measured(GcLength(), data)
    assert words > 0.8
    assert words > letters + 0.05
    guess = 0.0 if task == "regression" else 0.5
    assert measured(Majority(), data) == guess


def test_that_shuffled_labels_teach_nothing() -> None:
    data = planted(400)
    random = np.random.default_rng(4)
    noise = replace(data, labels=random.permutation(data.labels))
    assert abs(measured(KmerLinear(), noise) - 0.5) < 0.15


def test_that_words_are_counted_as_by_hand() -> None:
    sequences = ["ACGTN", "AC", "TTTTNTT", "N", "ACGACG"]
    table = counts.of_sequences(sequences, 2, collapse=False).toarray()
    words = [a + b for a in "ACGT" for b in "ACGT"]
    for sequence, row in zip(sequences, table, strict=True):
        pairs = [sequence[i : i + 2] for i in range(len(sequence) - 1)]
        assert row.tolist() == [pairs.count(word) for word in words]


@pytest.mark.parametrize(("k", "number"), [(3, 32), (4, 136), (5, 512), (6, 2080)])
def test_that_strands_that_are_one_count_alike(k: int, number: int) -> None:
    random = np.random.default_rng(k)
    sequences = ["".join(random.choice(list("ACGT"), 60)) for _ in range(5)]
    other = [reverse_complement(one) for one in sequences]
    one = counts.of_sequences(sequences, k, collapse=True)
    assert one.shape[1] == number
    assert (one != counts.of_sequences(other, k, collapse=True)).nnz == 0
    apart = counts.of_sequences(sequences, k, collapse=False)
    assert (apart != counts.of_sequences(other, k, collapse=False)).nnz > 0


def test_that_strands_are_told_apart_where_that_helps() -> None:
    motif = planted(800, motif="GATTACAG")
    found = [s for s, y in zip(motif.sequences, motif.labels, strict=True) if y][:300]
    # The others have the same words, on the other strand.
    labels = np.arange(300) % 2
    pairs = zip(found, labels, strict=True)
    letters = tuple(one if y else reverse_complement(one) for one, y in pairs)
    data = replace(
        motif, sequences=letters, labels=labels, rows=np.arange(300, dtype=np.int64)
    )
    train, validation, _, folds = parts(len(data))
    asking = both_strands(data, train, validation, folds, seed=1)
    assert run(asking) is False
    random = np.random.default_rng(3)
    turned = tuple(
        reverse_complement(one) if random.random() < 0.5 else one
        for one in data.sequences
    )
    either = replace(data, sequences=turned)
    assert run(both_strands(either, train, validation, folds, seed=1)) is True
    assert run(both_strands(variants(40), *parts(40)[:2], parts(40)[3], seed=1))


def test_that_variants_are_told_by_what_they_make_and_break() -> None:
    data = variants(120)
    assert measured(KmerLinear(), data) > 0.95
    assert measured(Cnn(epochs=12), data) > 0.95


@pytest.mark.parametrize("task", TASKS)
def test_that_the_small_network_learns_every_task(task: Any) -> None:
    data = planted(300, task)
    assert measured(Cnn(both_strands=False, epochs=12), data) > 0.75


def test_that_the_small_network_sees_all_of_its_input() -> None:
    for length in (20, 101, 256, 257, 600, 5_000):
        dilated = small_network.dilations(length)
        assert small_network.receptive_field(dilated, length) >= length


def test_that_a_prediction_does_not_depend_on_its_neighbours() -> None:
    import torch

    net = small_network.network(400, 1, pairs=False, seed=1).eval()
    random = np.random.default_rng(1)
    short = "".join(random.choice(list("ACGT"), 70))
    long = "".join(random.choice(list("ACGT"), 400))
    with torch.inference_mode():
        alone = net(*small_network.encoded([short]))
        together = net(*small_network.encoded([short, long]))
    torch.testing.assert_close(alone[0], together[0], rtol=1e-4, atol=1e-5)


def test_that_the_network_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    data = planted(150)
    train, validation, test, folds = parts(len(data))
    whole = Cnn(work=str(tmp_path / "a"), epochs=4)
    expected = run(whole.fit(data, train, validation, folds, seed=1))
    half = Cnn(work=str(tmp_path / "b"), epochs=4)
    work = half.fit(data, train, validation, folds, seed=1)
    for tick in work:
        if tick.epoch == 3 and tick.step:
            break
    work.close()
    ticks = []
    going_on = half.fit(data, train, validation, folds, seed=1)
    while True:
        try:
            ticks.append(next(going_on))
        except StopIteration as end:
            found = end.value
            break
    assert min(tick.epoch for tick in ticks) == 3, "two epochs are not done again"
    np.testing.assert_allclose(
        run(found.predict(data, test)), run(expected.predict(data, test)), rtol=1e-4
    )


def test_that_a_wish_to_stop_keeps_the_best_epoch(tmp_path: Path) -> None:
    data = planted(100)
    train, validation, _, folds = parts(len(data))
    stop = tmp_path / "stop"
    stop.touch()
    fitted = run(Cnn(stop=str(stop)).fit(data, train, validation, folds, seed=1))
    assert fitted.describe()["epochs"] == 1


def test_that_one_class_alone_is_learnt_without_complaint() -> None:
    data = replace(planted(60), labels=np.ones(60, np.int64))
    train, validation, test, folds = parts(60)
    for method in (KmerLinear(), GcLength(), Majority()):
        fitted = run(method.fit(data, train, validation, folds, seed=1))
        assert (run(fitted.predict(data, test)) > 0.9).all()
