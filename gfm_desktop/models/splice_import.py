"""Turn the published files of splice programs into model folders of the app's own kind.

SpliceAI's are Keras files, those of OpenSpliceAI and Pangolin PyTorch pickles: reading
them once, strictly, leaves one safetensors file that opens fast and runs no code.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

from gfm_desktop.errors import ModelError
from gfm_desktop.models import manifest, openspliceai_files, pangolin_files, spliceai
from gfm_desktop.models.weights import sha256_of

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.models.splice_description import SpliceCheckpoint

WEIGHTS = "model.safetensors"
LICENCE = "LICENSE.txt"


class _Program(Protocol):
    """What a module offers that reads a program's files."""

    def finds(self, path: Path) -> bool: ...

    def read(self, path: Path) -> SpliceCheckpoint: ...


_PROGRAMS: tuple[_Program, ...] = (spliceai, openspliceai_files, pangolin_files)


def recognises(path: Path) -> bool:
    """Tell whether a file or folder holds published weights of a splice program.

    Neither torch nor any code of a file is run, and nothing is raised: what is wrong
    with recognised files `convert` says.
    """
    return any(program.finds(path) for program in _PROGRAMS)


def convert(path: Path, target: Path) -> None:
    """Write published weights as a model folder.

    Args:
        path: What `recognises` recognises.
        target: An existing, empty folder; it gets a description, the weights and a
            note of their licence.

    Raises:
        ModelError: If the files are incomplete, damaged, hold code or another
            network, or the folder cannot be written.
    """
    import numpy as np
    from safetensors.numpy import save_file

    found = _read(path)
    odd = [n for n, values in found.tensors.items() if not np.isfinite(values).all()]
    if odd:
        raise ModelError(
            f"The weights hold values that are no numbers, in “{odd[0]}”.",
            where=str(path),
            todo="The file is damaged: get it again from where it came.",
        )
    try:
        save_file(dict(sorted(found.tensors.items())), target / WEIGHTS)
        _describe(found, target)
        (target / LICENCE).write_text(found.licence, encoding="utf-8")
    except OSError as error:
        raise ModelError(
            f"The model folder cannot be written: {error.strerror or error}.",
            where=str(target),
            todo="Check the free space and your rights there.",
        ) from error


def _describe(found: SpliceCheckpoint, target: Path) -> None:
    description = {
        "format": manifest.FORMAT,
        "id": found.id,
        "loader": found.loader,
        "weights": {WEIGHTS: sha256_of(target / WEIGHTS)},
        "architecture": found.architecture,
        "card": found.facts,
    }
    text = json.dumps(description, indent=2, ensure_ascii=False) + "\n"
    (target / manifest.FILE_NAME).write_text(text, encoding="utf-8")


def _read(path: Path) -> SpliceCheckpoint:
    for program in _PROGRAMS:
        if program.finds(path):
            return program.read(path)
    raise ModelError(
        "These are not weights of SpliceAI, OpenSpliceAI or Pangolin as published.",
        where=str(path),
        todo="Choose the folder with the program's .h5, .pt or .v2 files.",
    )
