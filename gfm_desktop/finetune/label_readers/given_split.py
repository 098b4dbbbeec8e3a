"""The user's own split column: how people spell train, validation and test."""

from __future__ import annotations

import functools

_SPELLINGS = {
    "train": "train",
    "training": "train",
    "trn": "train",
    "tr": "train",
    "valid": "validation",
    "validation": "validation",
    "val": "validation",
    "dev": "validation",
    "development": "validation",
    "tune": "validation",
    "test": "test",
    "testing": "test",
    "tst": "test",
    "holdout": "test",
    "heldout": "test",
    "eval": "test",
}


@functools.lru_cache(maxsize=256)
def part_of(text: str) -> str | None:
    """Return ``"train"``, ``"validation"``, ``"test"``, or None for another word.

    An empty cell is ``""``: such an example is in no part.
    """
    word = text.strip().casefold().replace("-", "").replace("_", "").replace(" ", "")
    for ending in ("set", "split"):
        word = word.removesuffix(ending)
    if word in ("", "na", "none", "unused"):
        return ""
    return _SPELLINGS.get(word)
