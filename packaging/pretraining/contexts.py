"""What the network's look-up tables begin with: counts of the training part.

For every context of up to `context` letters and each species: the natural logarithm of
the chance of each base, over a quarter. Contexts on one side come from the Markov
models of `markov`; those on both sides are counted the same way, drawn towards the
context that is a letter shorter on either side.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import torch

from pretraining import markov
from pretraining.settings import SPECIES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pretraining.data import Corpus

Tables = dict[str, "NDArray[np.float32]"]


def tables(corpus: Corpus, context: int) -> Tables:
    """Return the tables ``left``, ``right`` and ``middle``, rows by species times 4.

    Args:
        corpus: Its parts ``train`` (counted) and ``validation`` (chooses how strongly
            rare contexts are drawn to shorter ones).
        context: Letters on either side.
    """
    found: dict[str, list[NDArray[np.float64]]] = {}
    for species in range(len(SPECIES)):
        seen = [corpus.bases(c) for c in corpus.of(species, "train")]
        checks = [corpus.bases(c) for c in corpus.of(species, "validation")]
        models = markov.fitted(seen, checks, context)
        # The other strand's next base is this strand's base before, complemented.
        left = [model.logs for model in models]
        right = [logs[::-1, ::-1] for logs in left]
        middle = markov.fitted_between(seen, checks, context // 2)
        for name, parts in (("left", left), ("right", right), ("middle", middle)):
            found.setdefault(name, []).append(np.concatenate(parts) + math.log(4))
    return {n: np.hstack(parts).astype(np.float32) for n, parts in found.items()}


@torch.no_grad()
def fill(network: torch.nn.Module, found: Tables) -> None:
    """Copy tables into a network; columns that they do not fill start small."""
    for name, table in found.items():
        weight = getattr(network.contexts, name).weight
        columns = min(weight.shape[1], table.shape[1])
        weight.normal_(std=0.05)
        weight[:, :columns] = torch.from_numpy(table[:, :columns]).to(weight)
