"""Labelled sequences made to order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.finetune.labelled import LabelledSet

if TYPE_CHECKING:
    from collections.abc import Sequence


def letters(rng: np.random.Generator, count: int, gc: float = 0.5) -> str:
    weak, strong = (1 - gc) / 2, gc / 2
    chosen = rng.choice(list("ACGT"), count, p=[weak, strong, strong, weak])
    return "".join(chosen)


def mutated(
    rng: np.random.Generator, sequence: str, rate: float, indels: float = 0.2
) -> str:
    """Change a share of the letters; of the changes, `indels` are gaps of a letter."""
    out = []
    for letter in sequence:
        if rng.random() >= rate:
            out.append(letter)
        elif rng.random() >= indels:
            out.append(str(rng.choice([one for one in "ACGT" if one != letter])))
        elif rng.random() < 0.5:
            out.append(letter + letters(rng, 1))
    return "".join(out)


def binary(
    sequences: Sequence[str], labels: Sequence[int], **more: object
) -> LabelledSet:
    return LabelledSet(
        "binary",
        ("no", "yes"),
        tuple(sequences),
        np.array(labels, np.int64),
        np.arange(2, len(sequences) + 2, dtype=np.int64),
        **more,  # type: ignore[arg-type]
    )


def unrelated(count: int, length: int = 80, seed: int = 0) -> LabelledSet:
    """Random sequences with labels that alternate."""
    rng = np.random.default_rng(seed)
    sequences = [letters(rng, length) for _ in range(count)]
    return binary(sequences, [i % 2 for i in range(count)])
