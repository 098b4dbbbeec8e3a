"""The built-in model's network: shapes, rotary positions, looked-up contexts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gfm_desktop.models.ensemble_network import EnsembleSizes, network

SIZES = EnsembleSizes(
    vocabulary=23,
    width=16,
    layers=3,
    heads=2,
    inner=20,
    kernel=5,
    dilations=(1, 2),
    attention_every=2,
    context=4,
    context_width=3,
    first_base=7,
)


def filled(sizes: EnsembleSizes, seed: int = 0) -> Any:
    import torch

    torch.manual_seed(seed)
    made = network(sizes, meta=False)
    with torch.no_grad():
        for weight in made.parameters():
            weight.normal_(std=0.3)
    return made


def ids_of(length: int, batch: int = 2) -> Any:
    import torch

    return torch.randint(0, 23, (batch, length), generator=torch.manual_seed(1))


@pytest.mark.parametrize(
    "sizes",
    [
        SIZES,
        replace(SIZES, kernel=0),
        replace(SIZES, context=0),
        replace(SIZES, attention_every=5),
        replace(SIZES, tied=True),
    ],
)
def test_that_states_and_logits_have_a_row_for_every_token(
    sizes: EnsembleSizes,
) -> None:
    made = filled(sizes)
    states = made.hidden(ids_of(11))
    assert states.shape == (2, 11, 16)
    assert made.head(states).shape == (2, 11, 23)
    assert states.isfinite().all()


def test_that_a_network_without_memory_has_the_same_tensors() -> None:
    here = {n: t.shape for n, t in filled(SIZES).state_dict().items()}
    there = {n: t.shape for n, t in network(SIZES).state_dict().items()}
    assert here == there
    assert "layers.1.attention.qkv.weight" in here
    assert "layers.0.attention.qkv.weight" not in here


def test_that_a_sequence_does_not_depend_on_its_batch() -> None:
    made, ids = filled(SIZES), ids_of(9, batch=3)
    alone = made.hidden(ids[1:2])
    np.testing.assert_allclose(
        alone.detach(), made.hidden(ids)[1:2].detach(), rtol=1e-4, atol=1e-5
    )


def test_that_rotary_positions_turn_pairs_by_place_and_wavelength() -> None:
    import torch

    from gfm_desktop.models.ensemble_network import rotated, rotations

    x = torch.randn(5, 6, generator=torch.manual_seed(0), dtype=torch.float64)
    turned = rotated(x, rotations(5, 6, 100.0, x)).numpy()
    as_complex = x[:, :3].numpy() + 1j * x[:, 3:].numpy()
    places, pairs = np.arange(5)[:, None], np.arange(3)[None, :]
    wanted = as_complex * np.exp(1j * places * 100.0 ** (-2 * pairs / 6))
    np.testing.assert_allclose(turned[:, :3], wanted.real, atol=1e-6)
    np.testing.assert_allclose(turned[:, 3:], wanted.imag, atol=1e-6)


def test_that_products_of_turned_vectors_depend_on_distance_alone() -> None:
    import torch

    from gfm_desktop.models.ensemble_network import rotated, rotations

    query, key = torch.randn(2, 8, generator=torch.manual_seed(0))
    turn = rotations(20, 8, 10_000.0, query)
    queries = rotated(query.expand(20, 8), turn)
    keys = rotated(key.expand(20, 8), turn)
    products = (queries @ keys.T).numpy()
    for distance in (-3, 0, 7):
        line = np.diagonal(products, distance)
        np.testing.assert_allclose(line, line[0], atol=1e-4)
    assert abs(products[0, 7] - products[0, 0]) > 1e-3


def test_that_attention_sees_the_order_of_tokens() -> None:
    sizes = replace(SIZES, kernel=0, context=0)
    made, ids = filled(sizes), ids_of(8, batch=1)
    swapped = ids.clone()
    swapped[0, 1], swapped[0, 6] = ids[0, 6], ids[0, 1]
    assert swapped[0, 1] != swapped[0, 6]
    change = (made.hidden(ids) - made.hidden(swapped))[0, 3].abs().max()
    assert change > 1e-4


def contexts_by_hand(ids: list[int], place: int, most: int) -> tuple[int, int, int]:
    def run(step: int, longest: int) -> list[int]:
        found = []
        for n in range(1, longest + 1):
            at = place + n * step
            if not 0 <= at < len(ids) or not 0 <= ids[at] - 7 < 4:
                break
            found.append(ids[at] - 7)
        return found

    def number(letters: list[int]) -> int:
        return sum(code * 4**i for i, code in enumerate(letters))

    left, right = run(-1, most), run(1, most)
    both = min(len(left), len(right), most // 2)
    shorter = sum(4**n for n in range(len(left)))
    shorter_right = sum(4**n for n in range(len(right)))
    middle = sum(16**n for n in range(both))
    middle += number(left[:both]) * 4**both + number(right[:both])
    return shorter + number(left), shorter_right + number(right), middle


def test_that_contexts_are_the_longest_without_other_tokens() -> None:
    import torch

    from gfm_desktop.models.ensemble_network import context_rows

    random = np.random.default_rng(0)
    ids = random.integers(7, 11, size=60)
    ids[[0, 13, 20, 21, 40]] = [2, 11, 6, 22, 0]
    rows = context_rows(torch.from_numpy(ids)[None], SIZES)
    found = np.stack([row[0].numpy() for row in rows], axis=1)
    wanted = [contexts_by_hand(ids.tolist(), i, 4) for i in range(60)]
    np.testing.assert_array_equal(found, wanted)


def test_that_a_base_does_not_look_itself_up() -> None:
    import torch

    from gfm_desktop.models.ensemble_network import context_rows

    ids = torch.full((1, 9), 8)
    other = ids.clone()
    other[0, 4] = 10
    for row, changed in zip(
        context_rows(ids, SIZES), context_rows(other, SIZES), strict=True
    ):
        assert row[0, 4] == changed[0, 4]
        assert not torch.equal(row, changed)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"width": 17}, "width 17"),
        ({"kernel": 4}, "kernel 4"),
        ({"dilations": ()}, "dilation"),
        ({"layers": 0}, "size"),
        ({"context": 3}, "context 3"),
        ({"context": 12}, "context 12"),
        ({"theta": 0.5}, "theta"),
    ],
)
def test_that_impossible_sizes_are_named(changes: dict[str, Any], why: str) -> None:
    assert why in replace(SIZES, **changes).problem()
    assert not SIZES.problem()


@pytest.mark.parametrize("dilations", [(1,), (1, 3)])
def test_that_training_computes_what_is_computed_later(
    dilations: tuple[int, ...],
) -> None:
    import torch

    made = filled(replace(SIZES, dilations=dilations)).double()
    ids = ids_of(17)
    learning, using = made.train().hidden(ids), made.eval().hidden(ids)
    assert torch.allclose(learning, using, rtol=0, atol=1e-12)
    grads = []
    for states in (learning, using):
        weights = [w for n, w in made.named_parameters() if "conv." in n]
        grads.append(torch.autograd.grad(states.square().sum(), weights))
    for one, other in zip(*grads, strict=True):
        assert one.abs().max() > 0
        assert torch.allclose(one, other, rtol=1e-9, atol=1e-9)
