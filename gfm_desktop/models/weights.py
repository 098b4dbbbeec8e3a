"""Weights on disk: read strictly, named by their SHA-256, never executed."""

from __future__ import annotations

import hashlib
import pickle
from typing import TYPE_CHECKING, Any

from gfm_desktop.errors import ModelError
from gfm_desktop.models.layout import Layout, listed
from gfm_desktop.models.pickle_header import pickled_shapes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import torch


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
    if sha256 is not None and (found := sha256_of(path)) != sha256:
        raise ModelError(
            "The model's weights are not the ones that its description names "
            f"(SHA-256 {found[:12]}… instead of {sha256[:12]}…).",
            where=str(path),
            todo="The file is damaged or was replaced: install the model again.",
        )
    _refuse(path, Layout(shapes).problems(_safetensors_shapes(path)))


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


def tensor_shapes(paths: Sequence[Path]) -> dict[str, tuple[int, ...]]:
    """Return name to shape of the tensors of safetensors files or pickles.

    Neither torch nor any code of a file is run: the window may call this.

    Args:
        paths: The files of one checkpoint.

    Raises:
        ModelError: If one is missing, truncated or holds anything but tensors, or a
            tensor is in two of them.
    """
    shapes: dict[str, tuple[int, ...]] = {}
    for path in paths:
        if path.suffix == ".safetensors":
            found = _safetensors_shapes(path)
        else:
            found = pickled_shapes(path)
        if twice := sorted(found.keys() & shapes.keys()):
            raise _unreadable(path, f"“{twice[0]}” is in another file too")
        shapes |= found
    return shapes


def check_layout(paths: Sequence[Path], layout: Layout) -> None:
    """Check that files hold the tensors of a layout, without torch.

    Raises:
        ModelError: If they cannot be read or do not fit; what is wrong is named.
    """
    _refuse(paths[0], layout.problems(tensor_shapes(paths)))


def read_layout(paths: Sequence[Path], layout: Layout) -> dict[str, torch.Tensor]:
    """Read the tensors of a layout, strictly.

    Args:
        paths: The files of one checkpoint, safetensors or pickles. Pickles are read
            with ``weights_only=True``.
        layout: What they must hold.

    Returns:
        Every name of ``layout.shapes`` to its tensor, in the file's own precision, on
        the CPU; tied names share one tensor.

    Raises:
        ModelError: If they cannot be read or do not fit; what is wrong is named.
    """
    import torch

    check_layout(paths, layout)
    found: dict[str, torch.Tensor] = {}
    for path in paths:
        for name, tensor in tensors_of(path).items():
            if (place := layout.place_of(name)) is not None:
                found[place] = tensor
    different = [
        f"“{alias}” and “{owner}” differ, but are one tensor of the model"
        for alias, owner in layout.tied.items()
        if alias in found
        and owner in found
        and not torch.equal(found[alias], found[owner])
    ]
    _refuse(paths[0], different)
    return {
        name: next(found[alias] for alias in layout.aliases(name) if alias in found)
        for name in layout.shapes
    }


def tensors_of(path: Path) -> dict[str, torch.Tensor]:
    """Return all tensors of one file, on the CPU.

    Args:
        path: A file that `tensor_shapes` has accepted; a pickle is read with
            ``weights_only=True`` all the same.

    Raises:
        ModelError: If it cannot be read to its end.
    """
    if path.suffix == ".safetensors":
        from safetensors.torch import load_file

        return load_file(path, device="cpu")
    import torch

    try:
        table = torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, OSError, ValueError, pickle.PickleError) as error:
        raise _unreadable(path, str(error).splitlines()[0]) from error
    if isinstance(table.get("state_dict"), dict):
        table = table["state_dict"]
    return dict(table)


def _safetensors_shapes(path: Path) -> dict[str, tuple[int, ...]]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(path), framework="numpy") as file:
            return _slices(file)
    except (SafetensorError, OSError) as error:
        raise _unreadable(path, str(error)) from error


def _slices(file: Any) -> dict[str, tuple[int, ...]]:
    names = list(file.keys())
    return {name: tuple(file.get_slice(name).get_shape()) for name in names}


def _refuse(path: Path, problems: Sequence[str]) -> None:
    """Raise what does not fit, where anything does not."""
    if problems:
        raise ModelError(
            f"The weights do not fit the model: {listed(problems)}.",
            where=str(path),
            todo="Check that all files of the folder belong to one model, or get it "
            "again from where it came.",
        )


def _unreadable(path: Path, why: str) -> ModelError:
    return ModelError(
        f"The model's weights cannot be read: {why.rstrip('.')}.",
        where=str(path),
        todo="The file is missing or incomplete: install the model again.",
    )
