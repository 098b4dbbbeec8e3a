"""The published files of OpenSpliceAI, read for a folder of the app's own kind."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gfm_desktop.errors import ModelError
from gfm_desktop.models.openspliceai import CARD, CARDS, REPLICATES, SLOPE
from gfm_desktop.models.pickle_header import pickled_shapes
from gfm_desktop.models.splice_description import (
    SpliceCheckpoint,
    together,
    unpublished,
    written,
)
from gfm_desktop.models.splice_network import CLASSES, SpliceArchitecture
from gfm_desktop.models.splice_torch import read_state, sizes
from gfm_desktop.models.weights import sha256_of

if TYPE_CHECKING:
    from pathlib import Path

_FILE = re.compile(r"model_\d+nt_rs\d+\.pth?")
_UNIT = re.compile(r"residual_units\.\d+\.batchnorm1\.weight")
_SPECIES = {
    "mane": "Homo sapiens",
    "mouse": "Mus musculus",
    "zebrafish": "Danio rerio",
    "honeybee": "Apis mellifera",
    "arabidopsis": "Arabidopsis thaliana",
}
"""Names of the folders in which the project publishes its models."""
_LICENCE = f"""\
OpenSpliceAI weights
====================

Source:      Kuanhao-Chao/OpenSpliceAI, folder models
Licence:     GNU General Public License version 3
             {CARD.licence_url}
Changes:     the values of the PyTorch files were written, unaltered, into one
             safetensors file.
Please cite: {CARD.citation}
"""


def finds(path: Path) -> bool:
    """Tell whether a path is a file of OpenSpliceAI or a folder of them."""
    return bool(_files_at(path)) or bool(_subfolders(path))


def read(path: Path) -> SpliceCheckpoint:
    """Read the networks of one size.

    Args:
        path: A ``.pt`` file, or a folder whose ``.pt`` files are the replicates of one
            model: their mean is the model, however many there are.

    Raises:
        ModelError: If a file is damaged, holds code, or is another network, or if the
            networks are not of one size.
    """
    files = _files_at(path)
    if not files:
        names = ", ".join(f.name for f in _subfolders(path)) or "none"
        raise ModelError(
            f"This folder holds several models of OpenSpliceAI: {names}.",
            where=str(path),
            todo="Choose the folder of one of them.",
        )
    found = [_sizes(file) for file in files]
    for file, architecture in zip(files, found, strict=True):
        if architecture != found[0]:
            raise ModelError(
                f"{file.name} and {files[0].name} are networks of different sizes.",
                where=str(path),
                todo="Choose a folder that holds the files of one model.",
            )
    networks = [
        read_state(f, found[0], _layers(found[0]), heads=(("final_conv", CLASSES),))
        for f in files
    ]
    tensors = together(networks, path)
    name, facts = _facts(path, files, found[0])
    facts["parameters"] = sum(values.size for values in tensors.values())
    return SpliceCheckpoint(
        id=name,
        loader="openspliceai",
        tensors=tensors,
        architecture=written(found[0], len(files)),
        facts=facts,
        licence=_LICENCE,
    )


def _facts(
    path: Path, files: list[Path], sizes_found: SpliceArchitecture
) -> tuple[str, dict[str, Any]]:
    """Return the id, and what differs from `CARD`."""
    context = 2 * sizes_found.flank
    (like,) = [card for card in CARDS if card.context_bp == context]
    known = {digest for _, digest in like.files}
    human = all(sha256_of(file) in known for file in files)
    said = re.search(r"openspliceai-([a-z]+)", "/".join(path.absolute().parts).lower())
    kind = "mane" if human else (said[1] if said else "own")
    name = f"openspliceai-{kind}-{context}nt"
    facts: dict[str, Any] = {
        "name": like.name.replace("MANE", "MANE" if human else kind),
        "context_bp": context,
        "source": like.source,
        "limits": like.limits,
    }
    if not human:
        facts |= unpublished(replace(like, name=facts["name"]), path)
        facts["species"] = [_SPECIES[kind]] if kind in _SPECIES else []
    if len(files) != REPLICATES:
        name += f"-of-{len(files)}"
        facts["source"] = ", ".join(file.name for file in files)
        facts["limits"] += (
            f" This is the mean of {len(files)} networks; the project publishes "
            f"{REPLICATES}, and other means are other numbers."
        )
    return name, facts


def _sizes(path: Path) -> SpliceArchitecture:
    return sizes(
        path,
        first="initial_conv.weight",
        kernels=r"residual_units\.(\d+)\.conv1\.weight",
        slope=SLOPE,
        outputs=CLASSES,
    )


def _layers(architecture: SpliceArchitecture) -> dict[str, str]:
    """Return our name of every layer but the last to the file's.

    The list of residual units holds a skip convolution after every group.
    """
    names = {"first": "initial_conv", "skip_0": "initial_skip.conv"}
    place = 0
    for block in range(len(architecture.blocks)):
        for half in (1, 2):
            ours, theirs = f"block_{block:02d}", f"residual_units.{place}"
            names[f"{ours}.conv_{half}"] = f"{theirs}.conv{half}"
            names[f"{ours}.norm_{half}"] = f"{theirs}.batchnorm{half}"
        place += 1
        group, within = divmod(block + 1, architecture.units)
        if within == 0:
            names[f"skip_{group}"] = f"residual_units.{place}.conv"
            place += 1
    return names


def _files_at(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(f for f in path.iterdir() if _is_network(f))
    return [path] if _is_network(path) else []


def _subfolders(path: Path) -> list[Path]:
    if not path.is_dir():
        return []
    return sorted(f for f in path.iterdir() if f.is_dir() and _files_at(f))


def _is_network(path: Path) -> bool:
    if path.suffix not in {".pt", ".pth"} or not path.is_file():
        return False
    if _FILE.fullmatch(path.name):
        return True  # Damaged or not: `read` says what is wrong with it.
    try:
        return any(_UNIT.fullmatch(name) for name in pickled_shapes(path))
    except ModelError:
        return False
