"""SpliceAI: five networks as Illumina publishes them, in Keras files.

The weights may not be shipped (CC BY-NC 4.0); a user adds the files of the PyPI package
``spliceai`` 1.3.1, which `read` turns into a model folder of the app's own kind.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from gfm_desktop.errors import ModelError
from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.models import manifest
from gfm_desktop.models.card import ModelCard
from gfm_desktop.models.splice_description import (
    SpliceCheckpoint,
    architecture_of,
    replicates_of,
    together,
    unpublished,
    written,
)
from gfm_desktop.models.splice_ensemble import ensemble_shapes, load_ensemble
from gfm_desktop.models.weights import check_tensors

if TYPE_CHECKING:
    from gfm_desktop.models.splice_ensemble import SpliceEnsemble
    from gfm_desktop.models.splice_network import SpliceArchitecture

CARD = ModelCard(
    id="spliceai",
    name="SpliceAI",
    family="splice",
    info_tag="SpliceAI",
    summary=(
        "Predicts for every base of a gene how likely it is a splice acceptor or "
        "donor, and so what a variant does to splicing."
    ),
    species=("Homo sapiens",),
    context_bp=10_000,
    parameters=3_493_935,
    licence="CC-BY-NC-4.0",
    licence_url="https://creativecommons.org/licenses/by-nc/4.0/",
    attribution=(
        "SpliceAI by Kishore Jaganathan, Sofia Kyriazopoulou Panagiotopoulou, Jeremy "
        "McRae and others (Illumina), licensed under CC BY-NC 4.0 for academic and "
        "non-commercial use; other use needs a licence from Illumina."
    ),
    commercial_use=False,
    citation=(
        "Jaganathan K, Kyriazopoulou Panagiotopoulou S, McRae JF et al. (2019) "
        "Predicting splicing from primary sequence with deep learning. Cell 176(3): "
        "535-548. https://doi.org/10.1016/j.cell.2018.12.015"
    ),
    source=(
        "PyPI package spliceai 1.3.1 (https://pypi.org/project/spliceai/1.3.1/), "
        "models/spliceai1.h5 to spliceai5.h5"
    ),
    scores=(
        VariantKind.SNV,
        VariantKind.MNV,
        VariantKind.INSERTION,
        VariantKind.DELETION,
        VariantKind.DELINS,
    ),
    scorers=("splice-delta",),
    safe_precisions=("bf16",),
    tracks=("splice-probability",),
    limits=(
        "For research, not for diagnosis, and not for commercial use. Its licence does "
        "not let the app bring it: get the package (`pip download --no-deps "
        "spliceai==1.3.1`) and add it with `gfm models add FILE`. It knows neither "
        "tissue nor expression, and sees 5,000 bases to each side. It was trained on "
        "GENCODE's principal transcripts of GRCh37, so numbers on known sites of its "
        "training chromosomes are not those of unseen data. Probabilities in other "
        "species have not been validated."
    ),
    files=(
        (
            "spliceai1.h5",
            "e1fd5adcef7489d604b10e79c40078ef790d51ef048c4ce3869c9119ac5de42b",
        ),
        (
            "spliceai2.h5",
            "6ab042b82ab966b6d3582cb31b96f0859ea08a864f168d69e83aa14450a3b66e",
        ),
        (
            "spliceai3.h5",
            "e2e790bde53dfdf410c6dc434a86122a7d12f3f38dc2ef45d85986e9ecf22fad",
        ),
        (
            "spliceai4.h5",
            "ca88ac9e58e69ba6fdeed319b72f063f164c9abf7392eaccef903e94c1d99dd6",
        ),
        (
            "spliceai5.h5",
            "791cd22c62a80a08d2ca674615a93ce8159d7b55bd157cfef2983b1bd6b41391",
        ),
    ),
)
"""The card of the published model."""

REPLICATES = 5
_NORM_EPSILON = 1e-3
_PLACES = ("", "models", "spliceai/models")
"""Where the files lie, seen from what a user may choose."""
_LICENCE = f"""\
SpliceAI weights
================

Source:      {CARD.source}
Licence:     Creative Commons Attribution-NonCommercial 4.0 International
             {CARD.licence_url}
             "for academic and non-commercial use; other use requires a commercial
             license from Illumina, Inc." (the package's README)
Changes:     the values of five Keras files were written, unaltered, into one
             safetensors file.
Please cite: {CARD.citation}
"""


def load(folder: Path, device: str) -> SpliceEnsemble:
    """Load a folder that `importing` made.

    Raises:
        ModelError: If the folder or its weights cannot be used.
    """
    described = manifest.read(folder)
    weights, sha256 = described.only_weights
    return load_ensemble(
        described.card(CARD),
        weights,
        replicates=replicates_of(described, REPLICATES),
        device=device,
        sha256=sha256,
        architecture=architecture_of(described, norm_epsilon=_NORM_EPSILON),
    )


def check(folder: Path) -> None:
    """Check that `load` would succeed, without torch: the window may call this.

    Raises:
        ModelError: If the folder or its weights cannot be used.
    """
    described = manifest.read(folder)
    weights, sha256 = described.only_weights
    architecture = architecture_of(described, norm_epsilon=_NORM_EPSILON)
    shapes = ensemble_shapes(replicates_of(described, REPLICATES), architecture)
    check_tensors(weights, shapes=shapes, sha256=sha256)


def finds(path: Path) -> bool:
    """Tell whether a path holds Keras files of SpliceAI; raises nothing."""
    return bool(_folder(path)) or _is_wheel(path)


def read(path: Path) -> SpliceCheckpoint:
    """Read the five networks.

    Args:
        path: A folder with ``spliceai1.h5`` to ``spliceai5.h5``, the unpacked or
            installed package ``spliceai``, or its wheel.

    Raises:
        ModelError: If one of the five is missing, damaged or another network.
    """
    from gfm_desktop.models.keras_weights import read_keras
    from gfm_desktop.models.splice_keras import replicate

    contents = _contents(path)
    names = [name for name, _ in CARD.files]
    if missing := [name for name in names if name not in contents]:
        raise ModelError(
            f"SpliceAI is the mean of five networks, and {', '.join(missing)} is "
            "missing.",
            where=str(path),
            todo="Choose the folder that holds spliceai1.h5 to spliceai5.h5.",
        )
    found = [
        replicate(read_keras(path / name, io.BytesIO(contents[name]))) for name in names
    ]
    architecture = _same([one for one, _ in found], path)
    digests = {n: hashlib.sha256(contents[n]).hexdigest() for n in names}
    published = digests == dict(CARD.files)
    tensors = together([one for _, one in found], path)
    facts = {
        "context_bp": 2 * architecture.flank,
        "parameters": sum(values.size for values in tensors.values()),
    }
    return SpliceCheckpoint(
        id=CARD.id if published else "spliceai-retrained",
        loader="spliceai",
        tensors=tensors,
        architecture=written(architecture, len(names)),
        facts=facts if published else facts | unpublished(CARD, path),
        licence=_LICENCE,
    )


def _same(found: list[SpliceArchitecture], path: Path) -> SpliceArchitecture:
    if any(architecture != found[0] for architecture in found):
        raise ModelError(
            "The five networks do not have the same sizes.",
            where=str(path),
            todo="Choose a folder with the five files of one model.",
        )
    return found[0]


def _contents(path: Path) -> dict[str, bytes]:
    """Return name to content of the Keras files.

    Raises:
        ModelError: If they cannot be read.
    """
    names = {name for name, _ in CARD.files}
    try:
        if (folder := _folder(path)) is not None:
            return {f.name: f.read_bytes() for f in folder.iterdir() if f.name in names}
        with zipfile.ZipFile(path) as wheel:
            listed = {Path(n).name: n for n in wheel.namelist() if _in_wheel(n)}
            return {name: wheel.read(listed[name]) for name in names & listed.keys()}
    except (OSError, zipfile.BadZipFile) as error:
        raise ModelError(
            f"SpliceAI's files cannot be read: {error}.",
            where=str(path),
            todo="Choose the folder that holds spliceai1.h5 to spliceai5.h5.",
        ) from error


def _folder(path: Path) -> Path | None:
    if not path.is_dir():
        return None
    names = {name for name, _ in CARD.files}
    folders = [path / place for place in _PLACES]
    holds = (f for f in folders if any((f / name).is_file() for name in names))
    return next(holds, None)


def _in_wheel(name: str) -> bool:
    return re.fullmatch(r"spliceai/models/spliceai\d\.h5", name) is not None


def _is_wheel(path: Path) -> bool:
    if path.suffix != ".whl" or not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as wheel:
        return any(_in_wheel(name) for name in wheel.namelist())
