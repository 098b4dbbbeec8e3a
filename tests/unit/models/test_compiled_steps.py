"""Compiled chains of operations do what the functions do, also where none compiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gfm_desktop.models import compiled_steps

if TYPE_CHECKING:
    from collections.abc import Callable

CHAINS = ("by_frequencies", "by_windows", "through_activation")


def plain(chain: str) -> Callable[..., Any]:
    """Return a chain as Python runs it."""
    factory = getattr(compiled_steps, chain).__wrapped__
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled_steps, "compiled", lambda function: function)
        found: Callable[..., Any] = factory()
    return found


def given(chain: str, *, several: bool) -> list[Any]:
    import torch

    random = torch.Generator().manual_seed(3)

    def rows(*shape: int) -> torch.Tensor:
        return torch.randn(shape, generator=random, dtype=torch.float64)

    none = torch.empty(0, dtype=torch.float64)
    if chain == "by_frequencies":
        spectrum = [rows(6, 4, 4), rows(6, 4, 4)]
        if several:
            return [rows(14, 12), rows(12, 10), rows(10, 12), *spectrum, none,
                    3, 5, 5, True, 2]  # fmt: skip
        return [rows(9, 12), rows(12, 10), rows(5, 12), *spectrum, rows(12),
                1, 5, 10, False, 1]  # fmt: skip
    if chain == "by_windows":
        return [rows(60, 4), rows(12, 4), none if several else rows(4), 50, 3, 5, 7]
    pieces = [rows(20, 4), rows(30, 4), rows(50, 4)]
    if several:
        return [rows(60, 4), rows(4), pieces, [5, 0, 10], [20, 15, 40], [2, 1],
                0.0, 3, 40, 8]  # fmt: skip
    return [rows(30, 4), none, pieces[1:2], [0], [30], [1], 0.1, 0, 30, 100]


@pytest.mark.parametrize("chain", CHAINS)
@pytest.mark.parametrize("several", [True, False])
def test_that_a_compiled_chain_gives_the_numbers_of_the_function(
    chain: str, several: bool
) -> None:
    import torch

    arguments = given(chain, several=several)
    made = getattr(compiled_steps, chain)()
    with torch.inference_mode():
        told = plain(chain)(*arguments)
        # The compiler takes more than one run to settle.
        for _ in range(3):
            assert torch.equal(made(*arguments), told)


def test_that_an_activation_of_differences_has_room_around_it() -> None:
    import torch

    arguments = given("through_activation", several=True)
    with torch.inference_mode():
        found = plain("through_activation")(*arguments).view(40, 2, 4)
    change, scale, pieces = arguments[:3]
    ref = torch.stack([torch.cat([pieces[0][5:20], pieces[1][:15]]), pieces[2][10:40]])
    after = (ref + change.view(30, 2, 4).transpose(0, 1) * scale).clamp_min(0)
    told = (after - ref.clamp_min(0)).transpose(0, 1)
    torch.testing.assert_close(found[3:33], told, rtol=0, atol=1e-12)
    assert not found[:3].any()
    assert not found[33:].any()


def test_that_all_chains_are_compiled_here() -> None:
    import torch

    for chain in CHAINS:
        assert isinstance(getattr(compiled_steps, chain)(), torch.jit.ScriptFunction)


def refusing(_: object) -> None:
    raise OSError("could not get source code")


@pytest.mark.parametrize("script", [None, refusing])
def test_that_a_function_that_cannot_be_compiled_runs_as_it_is(
    script: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setattr(torch.jit, "script", script)

    def double(values: torch.Tensor) -> torch.Tensor:
        return values * 2

    assert compiled_steps.compiled(double) is double
