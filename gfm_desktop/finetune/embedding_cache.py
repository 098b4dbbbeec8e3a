"""Frozen embeddings on disk, found again by what they were made from.

A folder of the cache belongs to one network (the hash of its weights and its number
format), one set of layers and one set of poolings; in it, a vector is found by the hash
of the tokens that the network read. Chunks are written whole and renamed: a kill loses
what was not written yet, and two processes can fill one folder. A chunk that cannot be
read is made again.
"""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from gfm_desktop.models.backbone import Piece

FORMAT = 1


def key_of(pieces: Sequence[Piece]) -> bytes:
    """Return the hash of all that a network reads of one sequence, 16 bytes."""
    found = hashlib.sha256()
    for piece in pieces:
        found.update(len(piece.inputs).to_bytes(8, "little"))
        found.update(np.ascontiguousarray(piece.inputs).tobytes())
        found.update(piece.counted.tobytes())
        found.update(piece.centre.tobytes())
    return found.digest()[:16]


@dataclass(slots=True)
class EmbeddingCache:
    """The vectors of one network, layers and poolings; made by `open`.

    Attributes:
        folder: Where the chunks lie.
        shape: (layers, poolings, width) of a vector.
        places: Key of a sequence to its chunk and its row there.
    """

    folder: Path
    shape: tuple[int, int, int]
    places: dict[bytes, tuple[Path, int]] = field(default_factory=dict)

    @classmethod
    def open(
        cls,
        root: Path,
        *,
        weights: str,
        precision: str,
        layers: Sequence[int],
        poolings: Sequence[str],
        width: int,
    ) -> EmbeddingCache:
        """Return the vectors that were kept; the folder is made where there is none.

        Args:
            root: Of all embeddings.
            weights: Hash of the network's weights.
            precision: Its number format.
            layers: Those whose states are kept.
            poolings: How they are pooled.
            width: Length of a state.
        """
        question = [FORMAT, weights, precision, list(layers), list(poolings), width]
        name = hashlib.sha256(json.dumps(question).encode()).hexdigest()[:20]
        folder = root / name
        folder.mkdir(parents=True, exist_ok=True)
        made = cls(folder, (len(layers), len(poolings), width))
        for path in sorted(folder.glob("*.safetensors")):
            made._learn(path)
        return made

    def lacking(self, keys: Sequence[bytes]) -> list[int]:
        """Return the indices of keys without a vector; of equal keys the first."""
        seen = set(self.places)
        found = []
        for number, key in enumerate(keys):
            if key not in seen:
                seen.add(key)
                found.append(number)
        return found

    def add(self, keys: Sequence[bytes], vectors: NDArray[np.float32]) -> None:
        """Keep vectors, shape (n, layers, poolings, width), as one chunk."""
        from safetensors.numpy import save_file

        if not keys:
            return
        path = self.folder / f"{uuid.uuid4().hex}.safetensors"
        half = path.with_suffix(".half")
        tensors: dict[str, NDArray[Any]] = {
            "keys": np.frombuffer(b"".join(keys), np.uint8).reshape(-1, 16),
            # One layer and pooling of all sequences lies in one stretch.
            "vectors": np.ascontiguousarray(vectors.transpose(1, 2, 0, 3)),
        }
        save_file(tensors, half)
        os.replace(half, path)
        for row, key in enumerate(keys):
            self.places[key] = (path, row)

    def read(
        self, keys: Sequence[bytes], layer: int, pooling: int
    ) -> NDArray[np.float32]:
        """Return float32 (n, width) of one layer and one pooling, by their places.

        Raises:
            KeyError: If a key is lacking.
        """
        from safetensors import safe_open

        wanted: dict[Path, list[tuple[int, int]]] = {}
        for number, key in enumerate(keys):
            path, row = self.places[key]
            wanted.setdefault(path, []).append((number, row))
        found = np.empty((len(keys), self.shape[2]), np.float32)
        for path, pairs in wanted.items():
            numbers, rows = np.asarray(pairs, np.int64).T
            with safe_open(str(path), framework="numpy") as file:
                part = file.get_slice("vectors")[layer : layer + 1, pooling, :, :]
            found[numbers] = part.reshape(-1, self.shape[2])[rows]
        return found

    def _learn(self, path: Path) -> None:
        """Take a chunk's keys; a damaged chunk is left out."""
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(str(path), framework="numpy") as file:
                keys = file.get_tensor("keys")
                shape = tuple(file.get_slice("vectors").get_shape())
        except (SafetensorError, OSError):
            return
        if shape != (*self.shape[:2], len(keys), self.shape[2]):
            return
        for row, key in enumerate(keys):
            self.places[key.tobytes()] = (path, row)
