"""The training can be cut off anywhere and goes on as if it had not been."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from pathlib import Path


def trainer(toy: tuple[Any, Any, Path], **changes: Any) -> Any:
    from pretraining.train import Machine, Trainer

    settings, corpus, out = toy
    return Trainer(
        replace(settings, training=replace(settings.training, **changes)),
        corpus,
        out,
        Machine(),
    )


@pytest.mark.parametrize("optimizer", ["muon", "adamw"])
def test_that_a_training_cut_off_gives_the_same_losses(
    toy: tuple[Any, Any, Path], optimizer: str
) -> None:
    whole = trainer(toy, optimizer=optimizer)
    wanted = [whole.step() for _ in range(6)]
    first = trainer(toy, optimizer=optimizer)
    found = [first.step() for _ in range(3)]
    first.save()
    second = trainer(toy, optimizer=optimizer)
    assert second.place.step == 3
    found += [second.step() for _ in range(3)]
    assert found == wanted


def test_that_the_curve_has_a_line_for_each_validation_and_none_twice(
    toy: tuple[Any, Any, Path],
) -> None:
    trainer(toy).run(until=5)
    trainer(toy).run()
    lines = (toy[2] / "curve.jsonl").read_text(encoding="utf-8").splitlines()
    curve = [json.loads(line) for line in lines]
    assert [line["step"] for line in curve] == [4, 8, 12]
    assert set(curve[0]["validation"]) == {
        f"{v}/{s}"
        for v in ("nucleotide", "kmer", "bpe")
        for s in ("homo_sapiens", "saccharomyces_cerevisiae")
    }
    words = 3 * 66 + 2 * 22 + 2 * 22
    assert curve[-1]["words"] == 12 * words


def test_that_lines_after_the_checkpoint_are_forgotten(
    toy: tuple[Any, Any, Path],
) -> None:
    trainer(toy).run(until=5)
    path = toy[2] / "curve.jsonl"
    with path.open("a", encoding="utf-8") as file:
        file.write('{"step": 8}\n')
    trainer(toy)
    assert [json.loads(li)["step"] for li in path.read_text().splitlines()] == [4]


def test_that_it_learns_a_pattern(toy: tuple[Any, Any, Path]) -> None:
    settings, corpus, out = toy
    pattern = np.resize(np.array([0, 1, 2, 3, 3, 1], np.uint8), len(corpus.codes))
    simple = replace(corpus, codes=pattern)
    made = trainer(
        (settings, simple, out), steps=300, warmup=5, cooldown=50, exon_share=0.0
    )
    first = made.validate()["nucleotide/homo_sapiens"]
    for _ in range(120):
        made.step()
    last = made.validate()["nucleotide/homo_sapiens"]
    assert first["nats"] > 1.2
    assert last["nats"] < 0.7
    assert last["accuracy"] > 0.7


def test_that_the_learning_rate_rises_stays_and_falls(
    toy: tuple[Any, Any, Path],
) -> None:
    from pretraining.train import FLOOR, schedule

    training = replace(toy[0].training, steps=100, warmup=10, cooldown=20)
    rates = [schedule(training, step) for step in range(101)]
    assert rates[:3] == pytest.approx([0.1, 0.2, 0.3])
    assert rates[10:80] == [1.0] * 70
    assert all(a > b for a, b in itertools.pairwise(rates[81:]))
    assert rates[100] == FLOOR


def test_that_hidden_words_do_not_tell_what_they_are(
    toy: tuple[Any, Any, Path],
) -> None:
    made = trainer(toy)
    ids = made.batches.cutters["nucleotide"].ids
    batch = made.batches.held_out("nucleotide", 0, "validation", 3)
    read = np.take_along_axis(batch.ids, batch.places, axis=1)
    assert (read == ids["[MASK]"]).all()
    assert batch.places.shape[1] == round(0.15 * 64)
