"""The published files of Pangolin, read for a folder of the app's own kind."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gfm_desktop.errors import ModelError
from gfm_desktop.models.pangolin import CARD, FILES
from gfm_desktop.models.pangolin_network import HEADS, OUTPUTS
from gfm_desktop.models.splice_description import (
    SpliceCheckpoint,
    together,
    unpublished,
    written,
)
from gfm_desktop.models.splice_torch import read_state, sizes
from gfm_desktop.models.weights import sha256_of

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from gfm_desktop.models.splice_network import SpliceArchitecture

_PLACES = ("", "models", "pangolin/models")
"""Where the files lie, seen from what a user may choose."""
_FILE = re.compile(r"final\.\d+\.\d+\.3(\.v2)?")
_LICENCE = f"""\
Pangolin weights
================

Source:      tkzeng/Pangolin, folder pangolin/models
Licence:     GNU General Public License version 3
             {CARD.licence_url}
Changes:     the values of twelve PyTorch files were written, unaltered, into one
             safetensors file.
Please cite: {CARD.citation}
"""


def finds(path: Path) -> bool:
    """Tell whether a path is a folder with files of Pangolin, or one of the files."""
    return _folder(path) is not None or _FILE.fullmatch(path.name) is not None


def read(path: Path) -> SpliceCheckpoint:
    """Read the twelve networks of version 2.

    The repository also holds networks of usage (odd numbers) and of version 1 (without
    ``.v2``); the program does not use them, and they are not read.

    Args:
        path: A folder with the files, or the unpacked repository.

    Raises:
        ModelError: If one of the twelve is missing, damaged, holds code or is another
            network.
    """
    folder = _folder(path)
    here = set() if folder is None else {file.name for file in folder.iterdir()}
    missing = [name for name in FILES if name not in here]
    if folder is None or missing:
        raise ModelError(
            f"Pangolin is the mean of twelve networks; missing: {', '.join(missing)}.",
            where=str(path),
            todo="Choose the folder pangolin/models of the project's repository.",
        )
    files = [folder / name for name in FILES]
    networks = [read_network(file) for file in files]
    architecture = networks[0][0]
    for file, (found, _) in zip(files, networks, strict=True):
        if found != architecture:
            raise ModelError(
                f"{file.name} and {files[0].name} are networks of different sizes.",
                where=str(folder),
                todo="Choose a folder that holds the files of one model.",
            )
    tensors = together([values for _, values in networks], path)
    published = all(sha256_of(folder / name) == digest for name, digest in CARD.files)
    facts = {
        "context_bp": 2 * architecture.flank,
        "parameters": sum(values.size for values in tensors.values()),
    }
    return SpliceCheckpoint(
        id=CARD.id if published else "pangolin-retrained",
        loader="pangolin",
        tensors=tensors,
        architecture=written(architecture, len(files)),
        facts=facts if published else facts | unpublished(CARD, path),
        licence=_LICENCE,
    )


def read_network(
    path: Path,
) -> tuple[SpliceArchitecture, dict[str, NDArray[np.float32]]]:
    """Return sizes and tensors of one file.

    Raises:
        ModelError: If it is damaged, holds code or is another network.
    """
    architecture = sizes(
        path,
        first="conv1.weight",
        kernels=r"resblocks\.(\d+)\.conv1\.weight",
        slope=0.0,
        outputs=OUTPUTS,
    )
    heads = tuple((f"conv_last{n}", size) for n, size in enumerate(HEADS, start=1))
    return architecture, read_state(
        path, architecture, _layers(architecture), heads=heads
    )


def _layers(architecture: SpliceArchitecture) -> dict[str, str]:
    """Return our name of every layer but the last to the file's."""
    names = {"first": "conv1", "skip_0": "skip"}
    for group in range(len(architecture.groups)):
        names[f"skip_{group + 1}"] = f"convs.{group}"
    for block in range(len(architecture.blocks)):
        for half in (1, 2):
            names[f"block_{block:02d}.conv_{half}"] = f"resblocks.{block}.conv{half}"
            names[f"block_{block:02d}.norm_{half}"] = f"resblocks.{block}.bn{half}"
    return names


def _folder(path: Path) -> Path | None:
    folders = [path / place for place in _PLACES]
    holds = (f for f in folders if any((f / name).is_file() for name in FILES))
    return next(holds, None)
