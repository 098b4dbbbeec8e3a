"""The vectors of labelled sequences under a frozen model, computed once.

All poolings are kept, and as many layers as a budget allows, so that another probe with
other settings reads the disk alone. Up to `MOST_LAYERS` layers are kept, evenly spread
and always with the last; fewer where the examples are so many that they would take more
than `MOST_BYTES`. Vectors are computed shortest sequences first, in groups that are
written at once: memory holds one group, and the vectors of one layer and pooling.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.finetune.embedding_cache import EmbeddingCache, key_of
from gfm_desktop.finetune.method import Tick
from gfm_desktop.models.disk import require_room
from gfm_desktop.models.embedding import embedded
from gfm_desktop.models.pooling import POOLINGS, variant_vectors
from gfm_desktop.models.sequence import reverse_complement

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from gfm_desktop.finetune.labelled import LabelledSet
    from gfm_desktop.models.backbone import Backbone, Piece

MOST_LAYERS = 8
MOST_BYTES = 4 << 30
_GROUP = 16
"""Sequences between two ticks."""
_CHUNK_BYTES = 64 << 20
_CHUNK_SECONDS = 10.0
"""A chunk is written when it is so large or so old: that much a kill can lose."""
_TICK_SECONDS = 0.5


def layers_kept(
    backbone: Backbone, examples: int, *, wanted: int = 0, most: int = MOST_LAYERS
) -> tuple[int, ...]:
    """Return the layers whose vectors are kept, ascending, from 1.

    Args:
        backbone: Has the layers.
        examples: Sequences that will be embedded.
        wanted: The only layer that is asked for; -1 is the last, 0 is any. One of the
            usual set keeps the whole set, so that one cache serves all settings.
        most: Layers that are kept at most.
    """
    last = backbone.layers
    size = 4 * backbone.width * len(POOLINGS) * max(1, examples)
    count = max(1, min(last, most, MOST_BYTES // size))
    spread = {round(last * (i + 1) / count) for i in range(count)} | {last}
    usual = tuple(sorted(max(1, layer) for layer in spread))
    one = last if wanted < 0 else min(wanted, last)
    return usual if one == 0 or one in usual else (one,)


@dataclass(slots=True)
class Features:
    """Vectors of the examples of one labelled set, by strand, layer and pooling.

    Attributes:
        backbone: Makes them; its network is not changed.
        cache: Keeps them.
        layers: Layers that are kept.
        batch_size: Most sequences of a forward pass.
    """

    backbone: Backbone
    cache: EmbeddingCache
    layers: tuple[int, ...]
    batch_size: int = 8
    _keys: dict[str, bytes] = field(default_factory=dict, repr=False)

    @classmethod
    def open(
        cls,
        backbone: Backbone,
        root: Path,
        *,
        layers: Sequence[int],
        batch_size: int = 8,
    ) -> Features:
        """Return the features of a frozen model, with what was kept of them.

        Args:
            backbone: The model.
            root: Folder of all embeddings.
            layers: Those to keep (`layers_kept`).
            batch_size: Most sequences of a forward pass.
        """
        cache = EmbeddingCache.open(
            root,
            weights=backbone.sha256,
            precision=backbone.precision,
            layers=layers,
            poolings=POOLINGS,
            width=backbone.width,
        )
        return cls(backbone, cache, tuple(layers), batch_size)

    def compute(
        self, data: LabelledSet, chosen: NDArray[np.int64], *, both: bool
    ) -> Generator[Tick, None, None]:
        """Compute the vectors that the cache lacks, of some examples.

        Args:
            data: All examples.
            chosen: Which of them.
            both: Whether the reverse complements are wanted too.

        Raises:
            ModelError: If a sequence is too short for the model.
            DiskFull: If the vectors would not fit.
        """
        sequences = self._sequences(data, chosen, both=both)
        pieces, keys = [], []
        for sequence in sequences:
            if self._key(sequence) not in self.cache.places:
                pieces.append(self.backbone.pieces(sequence))
                keys.append(self._key(sequence))
        first = self.cache.lacking(keys)
        pieces, keys = [pieces[i] for i in first], [keys[i] for i in first]
        size = 4 * int(np.prod(self.cache.shape))
        require_room(self.cache.folder, size * len(keys), "The embeddings' cache")
        yield from self._fill(pieces, keys, size)

    def _fill(
        self, pieces: list[list[Piece]], keys: list[bytes], size: int
    ) -> Generator[Tick, None, None]:
        words = f"Embedding sequences with {self.backbone.name}"
        told = saved = time.monotonic()
        done, waiting, parts = 0, [], []
        for indices, vectors in embedded(
            self.backbone,
            pieces,
            layers=self.layers,
            poolings=POOLINGS,
            batch_size=self.batch_size,
            group=max(_GROUP, self.batch_size),
        ):
            waiting += [keys[i] for i in indices]
            parts.append(vectors)
            done += len(indices)
            now = time.monotonic()
            if len(waiting) * size > _CHUNK_BYTES or now - saved > _CHUNK_SECONDS:
                self.cache.add(waiting, np.concatenate(parts))
                waiting, parts, saved = [], [], now
            if now - told > _TICK_SECONDS:
                told = now
                yield Tick(words, done, len(keys))
        if parts:
            self.cache.add(waiting, np.concatenate(parts))
        yield Tick(words, done, len(keys))

    def vectors(
        self,
        data: LabelledSet,
        chosen: NDArray[np.int64],
        *,
        layer: int,
        pooling: str,
        both: bool,
    ) -> NDArray[np.float32]:
        """Return (m, features) of some examples whose vectors were computed.

        Args:
            data: All examples.
            chosen: Which of them, m.
            layer: One of `layers`.
            pooling: One of `pooling.POOLINGS`.
            both: Whether they are the means of both strands' vectors.
        """
        found = [
            self._strand(data, chosen, layer, pooling, turned=turned)
            for turned in ((False, True) if both else (False,))
        ]
        mean = found[0] if len(found) == 1 else (found[0] + found[1]) / 2
        return np.asarray(mean, np.float32)

    def _strand(
        self,
        data: LabelledSet,
        chosen: NDArray[np.int64],
        layer: int,
        pooling: str,
        *,
        turned: bool,
    ) -> NDArray[np.float32]:
        place = self.layers.index(layer), POOLINGS.index(pooling)

        def read(column: tuple[str, ...]) -> NDArray[np.float32]:
            letters = [column[i] for i in chosen]
            if turned:
                letters = [reverse_complement(one) for one in letters]
            return self.cache.read([self._key(one) for one in letters], *place)

        ref = read(data.sequences)
        return (
            variant_vectors(ref, read(data.alternatives)) if data.alternatives else ref
        )

    def _key(self, sequence: str) -> bytes:
        """Return a sequence's key; cutting it again for every layer would take long."""
        if sequence not in self._keys:
            self._keys[sequence] = key_of(self.backbone.pieces(sequence))
        return self._keys[sequence]

    @staticmethod
    def _sequences(
        data: LabelledSet, chosen: NDArray[np.int64], *, both: bool
    ) -> list[str]:
        """Return every different sequence that some examples need."""
        columns = [data.sequences]
        if data.alternatives:
            columns.append(data.alternatives)
        forward = [column[i] for column in columns for i in chosen]
        turned = [reverse_complement(one) for one in forward] if both else []
        return list(dict.fromkeys([*forward, *turned]))
