"""The files of a fine-tuned model: weights, description, card, predictions."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.errors import ModelError
from gfm_desktop.finetune import model_card
from gfm_desktop.finetune.embedding_map import label_in_words
from gfm_desktop.finetune.split import PARTS
from gfm_desktop.genome.fingerprint import write_whole
from gfm_desktop.jobs.export.formats import whole_file
from gfm_desktop.jobs.finetune_folder import CARD, PREDICTIONS
from gfm_desktop.jobs.finetune_results import MODEL
from gfm_desktop.models import finetuned, manifest
from gfm_desktop.models.importing import safe_id

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from gfm_desktop.jobs.finetune_desk import Desk
    from gfm_desktop.models.finetuned_model import FineTunedModel

_CHECKED = 16
_TOLERANCE = 5e-3
"""Probabilities may differ that much when a model is read back: a card that was told to
use bf16 rounds, and batches add up in another order."""


def assemble(
    desk: Desk, weights: Path, architecture: dict[str, Any], base: str
) -> Path:
    """Make the whole model folder in a hidden place, and return it.

    Args:
        desk: The desk, after the verdict.
        weights: Folder of the exported weights.
        architecture: What describes them.
        base: Id or folder of the model underneath.
    """
    folder = desk.folder.work / "shipped"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(weights, folder)
    data, found = desk.data, desk.report
    lengths = [len(sequence) for sequence in data.sequences]
    finetuned.write_folder(
        folder,
        id=safe_id(desk.folder.out.name),
        name=desk.folder.out.name,
        base=base,
        base_sha256=desk.model.weights_sha256,
        task=data.task,
        names=data.names,
        input="variant" if data.alternatives else "sequence",
        length=int(np.median(lengths)),
        calibration=desk.judged[MODEL].calibration,
        architecture=architecture,
        facts={
            "summary": model_card.summary(found),
            "limits": f"{found.verdict} For research.",
        },
        options=dict(found.model.options) if found.model else {},
    )
    return folder


def read_back(desk: Desk, folder: Path) -> FineTunedModel:
    """Load the model from its folder and check that it predicts the same.

    Raises:
        ModelError: If it does not: then the folder would mislead whoever uses it.
    """
    tuned = finetuned.load(folder, desk.model.device)
    judged = desk.judged[MODEL]
    if desk.split.cross_validation:
        # The model that ships learnt from all; nobody has predicted with it before.
        return tuned
    chosen = judged.predicted[:_CHECKED]
    part = desk.data.take(chosen)
    again = tuned.predict(part.sequences, part.alternatives or None)
    before = judged.table[:_CHECKED]
    scale = max(1.0, float(np.abs(before).max()))
    apart = float(np.abs(again - before).max()) / scale
    if not apart <= _TOLERANCE:
        raise ModelError(
            f"The model that was written predicts something else (by {apart:.3g}).",
            where=str(folder),
            todo="Please report this: it is a fault of the program.",
        )
    return tuned


def publish(desk: Desk, folder: Path) -> None:
    """Move the model to where the user wants it; its description comes last.

    Raises:
        InputError: If a file cannot be written.
    """
    out = desk.folder.out
    write_predictions(desk, out / PREDICTIONS)
    write_whole(out / CARD, model_card.text(desk.report).encode())
    for path in sorted(folder.iterdir()):
        if path.name != manifest.FILE_NAME:
            path.replace(out / path.name)
    (folder / manifest.FILE_NAME).replace(out / manifest.FILE_NAME)
    shutil.rmtree(folder, ignore_errors=True)
    desk.folder.tidy()


def write_predictions(desk: Desk, path: Path) -> None:
    """Write what was predicted for every example, with its part and its label.

    Columns: ``row`` (1-based row of the file), ``part``, ``fold`` (-1 for none),
    ``label`` (as text; a number in a regression), ``prediction`` (probability of the
    positive class, of the class predicted, or the value), ``p_NAME`` for each class or
    label where there are several, ``chrom start end`` (0-based half-open) and ``place``
    (1-based, as people write it) where they are known. Training examples of a held-out
    design are predicted by a model that knows them.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    data, split, judged = desk.data, desk.split, desk.judged[MODEL]
    table = np.full((len(data), data.outputs), np.nan, np.float32)
    table[judged.predicted] = judged.table
    labels: list[Any] = [label_in_words(data, i) for i in range(len(data))]
    if data.task == "regression":
        labels = data.labels.astype(np.float64).tolist()
    columns: dict[str, Any] = {
        "row": pa.array(data.rows, pa.int64()),
        "part": pa.array([PARTS[part] for part in split.parts]),
        "fold": pa.array(split.folds, pa.int64()),
        "label": pa.array(labels),
        "prediction": _floats(np.asarray(table.max(axis=1))),
    }
    if data.outputs > 1:
        for i, name in enumerate(data.names):
            columns[f"p_{name}"] = _floats(table[:, i])
    if data.places:
        columns["chrom"] = pa.array([place.contig for place in data.places])
        columns["start"] = pa.array([place.start for place in data.places], pa.int64())
        columns["end"] = pa.array([place.end for place in data.places], pa.int64())
        columns["place"] = pa.array([str(place) for place in data.places])
    with whole_file(path) as temporary:
        pq.write_table(pa.table(columns), temporary, compression="zstd")


def _floats(values: NDArray[np.float32]) -> Any:
    import pyarrow as pa

    return pa.array(values, pa.float32(), mask=np.isnan(values))
