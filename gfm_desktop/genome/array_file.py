"""Arrays by name in one file, whole or not there."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def save_arrays(path: Path, values: Mapping[str, Any]) -> None:
    """Write an ``.npz`` under another name and rename it, so that it is complete.

    Args:
        path: The file; one that is there is replaced.
        values: Name to array; nothing is pickled.

    Raises:
        OSError: If it cannot be written; nothing is left behind then.
    """
    half = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with half.open("wb") as file:
            np.savez(file, allow_pickle=False, **values)
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
