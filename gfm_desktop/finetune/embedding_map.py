"""Examples on a map: the two main axes of what the model makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.finetune import report
from gfm_desktop.finetune.split import PARTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gfm_desktop.finetune.labelled import LabelledSet
    from gfm_desktop.finetune.split import Split

MOST = 2_000
"""Dots of a map."""


def shown(split: Split) -> NDArray[np.int64]:
    """Return the examples of the map: all that are used, evenly thinned."""
    used = np.flatnonzero(split.parts < PARTS.index("unused"))
    if len(used) > MOST:
        used = used[np.linspace(0, len(used) - 1, MOST).astype(np.int64)]
    return used


def embedding_map(
    data: LabelledSet,
    split: Split,
    chosen: NDArray[np.int64],
    vectors: NDArray[np.float32],
    *,
    of: str,
) -> report.EmbeddingMap:
    """Return the first two principal components of vectors.

    Args:
        data: All examples.
        split: Their parts.
        chosen: int64 (m,), the examples shown.
        vectors: (m, width), theirs.
        of: What was embedded, in words.
    """
    table = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    _, sizes, axes = np.linalg.svd(table, full_matrices=False)
    axes = axes[:2]
    # A component has no sign of its own: its largest weight is made positive.
    largest = np.abs(axes).argmax(axis=1)
    axes *= np.sign(axes[np.arange(len(axes)), largest])[:, None]
    points = np.zeros((len(table), 2))
    points[:, : len(axes)] = table @ axes.T
    shares = np.zeros(2)
    shares[: len(axes)] = (sizes**2 / max((sizes**2).sum(), 1e-300))[:2]
    return report.EmbeddingMap(
        pca=[(float(x), float(y)) for x, y in points],
        rows=[int(row) for row in data.rows[chosen]],
        labels=[label_in_words(data, int(i)) for i in chosen],
        parts=[PARTS[int(part)] for part in split.parts[chosen]],
        places=[str(data.places[i]) for i in chosen] if data.places else [],
        explained=(float(shares[0]), float(shares[1])),
        of=of,
    )


def label_in_words(data: LabelledSet, example: int) -> str:
    """Return an example's label as text."""
    label = data.labels[example]
    if data.task == "regression":
        return f"{float(label):.6g}"
    if data.task == "multilabel":
        true = [n for n, v in zip(data.names, label, strict=True) if v > 0.5]
        return ", ".join(true) or "none"
    return data.names[int(label)]
