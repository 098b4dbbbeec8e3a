"""Weights on disk: read strictly, named by their SHA-256, never executed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from gfm_desktop.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import torch

_NAMED = 5
"""How many wrong tensors a message names before it only counts them."""


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal.

    Raises:
        ModelError: If the file is missing or cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error


def check_tensors(
    path: Path,
    *,
    shapes: Mapping[str, tuple[int, ...]],
    sha256: str | None = None,
) -> None:
    """Check that a safetensors file holds exactly the tensors of `shapes`.

    A model with a missing, an extra or a misshapen tensor would run and give wrong
    numbers, so each of those is an error, and all of them are told at once. Only the
    file's header is read, and torch is not imported: the window may call this.

    Args:
        path: The ``.safetensors`` file.
        shapes: Name to shape of every tensor that the model has.
        sha256: What the file must hash to, where that is known.

    Raises:
        ModelError: If the file is missing, truncated, altered or does not fit.
    """
    from safetensors import SafetensorError, safe_open

    if sha256 is not None and (found := sha256_of(path)) != sha256:
        raise ModelError(
            "The model's weights are not the ones that its description names "
            f"(SHA-256 {found[:12]}… instead of {sha256[:12]}…).",
            where=str(path),
            todo="The file is damaged or was replaced: install the model again.",
        )
    try:
        with safe_open(str(path), framework="numpy") as file:
            names = list(file.keys())
            sizes = {n: tuple(file.get_slice(n).get_shape()) for n in names}
    except (SafetensorError, OSError) as error:
        raise _unreadable(path, str(error)) from error
    _compare(path, shapes, sizes)


def read_tensors(
    path: Path,
    *,
    shapes: Mapping[str, tuple[int, ...]],
    sha256: str | None = None,
) -> dict[str, torch.Tensor]:
    """Read a safetensors file after `check_tensors`.

    Args:
        path: The ``.safetensors`` file.
        shapes: Name to shape of every tensor that the model has.
        sha256: What the file must hash to, where that is known.

    Returns:
        Name to tensor, in the file's own precision, on the CPU.

    Raises:
        ModelError: If the file is missing, truncated, altered or does not fit.
    """
    from safetensors.torch import load_file

    check_tensors(path, shapes=shapes, sha256=sha256)
    return load_file(path, device="cpu")


def _compare(
    path: Path,
    shapes: Mapping[str, tuple[int, ...]],
    found: Mapping[str, tuple[int, ...]],
) -> None:
    missing = [f"“{n}” is missing" for n in shapes if n not in found]
    extra = [f"“{n}” is not part of the model" for n in found if n not in shapes]
    wrong = [
        f"“{n}” has shape {found[n]}, not {shape}"
        for n, shape in shapes.items()
        if n in found and found[n] != shape
    ]
    if problems := missing + wrong + extra:
        raise ModelError(
            f"The weights do not fit the model: {_listed(problems)}.",
            where=str(path),
            todo="Check that the folder's description names the right architecture.",
        )


def _listed(problems: Sequence[str]) -> str:
    rest = len(problems) - _NAMED
    more = f"; and {rest:,} more" if rest > 0 else ""
    return "; ".join(problems[:_NAMED]) + more


def _unreadable(path: Path, why: str) -> ModelError:
    return ModelError(
        f"The model's weights cannot be read: {why.rstrip('.')}.",
        where=str(path),
        todo="The file is missing or incomplete: install the model again.",
    )
