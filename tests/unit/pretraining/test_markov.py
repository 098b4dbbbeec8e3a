"""The Markov baseline, against counting by hand."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from numpy.typing import NDArray


def genome(length: int = 3000, seed: int = 0) -> NDArray[np.uint8]:
    """Return codes in which a base depends on the two before it."""
    random = np.random.default_rng(seed)
    codes = [0, 1]
    for _ in range(length - 2):
        likely = (codes[-1] + 2 * codes[-2] + 1) % 4
        codes.append(likely if random.random() < 0.7 else int(random.integers(4)))
    return np.array(codes, np.uint8)


def test_that_both_strands_are_counted_and_unknown_bases_left_out() -> None:
    from pretraining.markov import counted

    # AACNG and its reverse complement CNGTT.
    table = counted([np.array([0, 0, 1, 4, 2], np.uint8)], 1)
    wanted = np.zeros((4, 4))
    wanted[0, 0] = wanted[0, 1] = wanted[2, 3] = wanted[3, 3] = 1
    np.testing.assert_array_equal(table, wanted)


def test_that_chances_add_up_and_orders_nest() -> None:
    from pretraining.markov import fitted

    models = fitted([genome()], [genome(seed=1)], 3)
    assert [model.order for model in models] == [0, 1, 2, 3]
    for model in models:
        np.testing.assert_allclose(np.exp(model.logs).sum(axis=1), 1)


def test_that_letters_that_matter_are_used() -> None:
    from pretraining.markov import fitted

    models = fitted([genome(20000)], [genome(seed=1)], 4)
    test = genome(4000, seed=2)
    places = np.arange(10, 3990)
    losses = [
        -m.next_base(test, places)[np.arange(len(places)), test[places]].mean()
        for m in models
    ]
    # Longer contexts still help a little: they tell which strand was counted.
    assert losses[1] - losses[2] > 2 * (losses[2] - losses[4]) > 0


def test_that_a_hidden_base_is_exact_for_the_chain() -> None:
    from pretraining.markov import fitted

    model = fitted([genome()], [genome(seed=1)], 2)[2]
    test = genome(40, seed=3)
    found = model.hidden_base(test, np.array([9, 20]))
    for row, place in enumerate((9, 20)):
        chances = []
        for base in range(4):
            letters = test.astype(int)
            letters[place] = base
            total = 0.0
            for i in range(2, 40):
                total += model.logs[letters[i - 2] * 4 + letters[i - 1], letters[i]]
            chances.append(total)
        wanted = np.array(chances) - np.logaddexp.reduce(chances)
        np.testing.assert_allclose(found[row], wanted, atol=1e-9)


def words_between(codes: NDArray[np.uint8], left: tuple[int, ...], right: Any) -> Any:
    found = np.zeros(4)
    for strand in (codes, 3 - codes[::-1]):
        for i in range(len(left), len(strand) - len(right)):
            before = tuple(int(strand[i - n - 1]) for n in range(len(left)))
            after = tuple(int(strand[i + n + 1]) for n in range(len(right)))
            if (before, after) == (left, right):
                found[strand[i]] += 1
    return found


def test_that_letters_between_are_counted_as_the_network_numbers_them() -> None:
    from pretraining.markov import _between

    codes = genome(300)
    table = _between([codes], 2)
    for left, right in itertools.islice(
        itertools.product(itertools.product(range(4), repeat=2), repeat=2), 0, 256, 37
    ):
        number = (left[0] + 4 * left[1]) * 16 + right[0] + 4 * right[1]
        np.testing.assert_array_equal(table[number], words_between(codes, left, right))


@pytest.mark.parametrize("side", ["left", "right", "middle"])
def test_that_the_tables_hold_the_chance_of_a_base_by_its_context(
    toy: Any, side: str
) -> None:
    import torch
    from pretraining import contexts
    from pretraining.markov import fitted

    from gfm_desktop.models.ensemble_network import EnsembleSizes, context_rows

    corpus = toy[1]
    tables = contexts.tables(corpus, 2)
    sizes = EnsembleSizes(8, 8, 1, 1, 8, context=2, first_base=0)
    codes = genome(50, seed=5)
    rows = context_rows(torch.from_numpy(codes.astype(np.int64))[None], sizes)
    row = rows[("left", "right", "middle").index(side)][0, 20]
    found = tables[side][row, :4]
    seen = [corpus.bases(c) for c in corpus.of(0, "train")]
    checks = [corpus.bases(c) for c in corpus.of(0, "validation")]
    place = np.array([20])
    if side == "left":
        wanted = fitted(seen, checks, 2)[2].next_base(codes, place)[0]
    elif side == "right":
        back = (3 - codes[::-1]).astype(np.uint8)
        other = fitted(seen, checks, 2)[2].next_base(back, 49 - place)[0]
        wanted = other[::-1]
    else:
        wanted = contexts.markov.fitted_between(seen, checks, 1)[1][
            codes[19] * 4 + codes[21]
        ]
    np.testing.assert_allclose(found, wanted + math.log(4), atol=1e-5)
