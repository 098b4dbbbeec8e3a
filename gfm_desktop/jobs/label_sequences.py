"""Label new sequences with a fine-tuned model: every sequence ends with a status."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from gfm_desktop.errors import InputError, ModelError, OptionError
from gfm_desktop.finetune import report
from gfm_desktop.finetune.label_readers.letters import read_letters
from gfm_desktop.finetune.label_readers.opening import open_table
from gfm_desktop.genome.status import Status
from gfm_desktop.jobs.events import Finished, Progress
from gfm_desktop.jobs.export.formats import whole_file
from gfm_desktop.jobs.sequence_file import read_sequences
from gfm_desktop.models import catalogue

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from gfm_desktop.models.finetuned_model import FineTunedModel

FORMATS = (".tsv", ".npz", ".parquet")
_TABLES = {".csv", ".tsv", ".xlsx", ".xlsm"}
_NAMES = ("name", "id", "sequence_name", "seq_id")
_BATCH = {"cpu": 8, "cuda": 32}
_STEP = 32


@dataclass(slots=True)
class Labelled:
    """Sequences with what the model says of each.

    Attributes:
        outputs: Names of the columns of `table`.
        names: What each is called.
        table: (n, outputs) float32; NaN where there is no prediction.
        labels: What the model decides for; empty where it cannot.
        statuses: How each ended.
        reasons: Why, where there is no prediction.
    """

    outputs: tuple[str, ...]
    names: list[str]
    table: NDArray[np.float32]
    labels: list[str]
    statuses: list[Status]
    reasons: list[str] = field(default_factory=list)


def label_sequences(
    model: FineTunedModel, chosen: str, path: Path, out: Path, ending: str
) -> Generator[Progress, None, Finished]:
    """Predict every sequence of a file and write a table.

    ``.tsv`` and ``.parquet`` have a row for every sequence: ``name``, ``prediction``
    (probability of the positive class, or the value) or ``p_NAME`` for each class or
    label, ``label`` (what the model decides for, at the threshold of its report),
    ``status`` and ``reason``. ``.npz`` has ``names``, ``outputs``, ``predictions``
    (n, outputs) float32, ``labels`` and ``status``. Missing is NaN, never 0.

    Args:
        model: The fine-tuned model.
        chosen: Its id or folder, where its report lies.
        path: FASTA, one sequence a line, a JSON list, or a table with a column
            ``sequence``.
        out: File to write.
        ending: Its format.

    Raises:
        InputError: If the sequences cannot be read or the file not written.
        ModelError: If the model reads variants and not sequences.
    """
    if model.input != "sequence":
        raise ModelError(
            f"{model.card.name} learnt from variants: one sequence alone means nothing "
            "to it.",
            todo="Score variants of a VCF with it (gfm score).",
        )
    given = read_any(path)
    columns = output_names(model)
    table = np.full((len(given), len(columns)), np.nan, np.float32)
    statuses = [Status.SCORED] * len(given)
    reasons = [""] * len(given)
    letters: dict[int, str] = {}
    for i, (_, text) in enumerate(given):
        found = read_letters(text)
        if found.problem:
            statuses[i], reasons[i] = Status.MALFORMED, _sentence(found.problem)
        else:
            letters[i] = found.sequence
    places = sorted(letters, key=lambda i: len(letters[i]))
    for first in range(0, len(places), _STEP):
        yield Progress(first, len(places), "sequences", "Predicting")
        some = places[first : first + _STEP]
        for i, values in _predicted(model, letters, some).items():
            if isinstance(values, ModelError):
                statuses[i], reasons[i] = Status.UNSUPPORTED_BY_MODEL, values.what
            else:
                table[i] = values
    limits = thresholds(chosen, len(columns))
    labels = decided(model, table, limits)
    names = [name for name, _ in given]
    result = Labelled(columns, names, table, labels, statuses, reasons)
    with whole_file(out) as temporary:
        _WRITERS[ending](temporary, result)
    counts = Counter(str(one) for one in statuses)
    done = counts.get(Status.SCORED, 0)
    return Finished(
        f"Predicted {done:,} of {len(given):,} sequences with {model.card.name}",
        counts=dict(counts),
        outputs={"out": str(out)},
    )


def read_any(path: Path) -> list[tuple[str, str]]:
    """Return (name, letters) of all sequences of a file, in its order.

    Letters stay as written: what is none is told for each sequence.

    Raises:
        InputError: If the file cannot be read or holds no sequence.
    """
    column = _sequence_column(path)
    if column is None:
        return read_sequences(path, empty=True)
    table = open_table(path)
    lower = [name.casefold() for name in table.names]
    named = next((lower.index(name) for name in _NAMES if name in lower), None)
    found = []
    for row in table:
        cells = row.cells
        name = "" if row.problem or named is None else cells[named]
        found.append(
            (name or f"row {row.number}", "" if row.problem else cells[column])
        )
    if not found:
        raise InputError("The file holds no sequence.", where=str(path))
    return found


def output_names(model: FineTunedModel) -> tuple[str, ...]:
    """Return the names of a prediction's columns."""
    if model.task in ("binary", "regression"):
        return ("prediction",)
    return tuple(f"p_{name}" for name in model.names)


def thresholds(chosen: str, outputs: int) -> NDArray[np.float64]:
    """Return the probability from which the answer is yes, as the report has it."""
    try:
        found = report.read(catalogue.folder_of(chosen) / report.FILE_NAME).threshold
    except InputError:
        # A model may be shared without its report.
        found = []
    return np.array(found if len(found) == outputs else [0.5] * outputs)


def decided(
    model: FineTunedModel, table: NDArray[np.float32], limits: NDArray[np.float64]
) -> list[str]:
    """Return what the model decides for; empty for numbers and where nothing is."""
    known = ~np.isnan(table).any(axis=1)
    names, found = model.names, [""] * len(table)
    for i in np.flatnonzero(known):
        match model.task:
            case "binary":
                found[i] = names[int(table[i, 0] >= limits[0])]
            case "multiclass":
                found[i] = names[int(table[i].argmax())]
            case "multilabel":
                yes = np.flatnonzero(table[i] >= limits)
                found[i] = ";".join(names[j] for j in yes)
    return found


def _sequence_column(path: Path) -> int | None:
    """Return the column of sequences of a table; None where it is no table.

    Raises:
        OptionError: If it is a table without such a column.
    """
    ending = path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix
    if ending.casefold() not in _TABLES:
        return None
    names = [name.casefold() for name in open_table(path).names]
    if "sequence" in names:
        return names.index("sequence")
    raise OptionError(
        "The table has no column “sequence”.",
        where=str(path),
        todo=f"Call the column so; there are {', '.join(names)}.",
    )


def _predicted(
    model: FineTunedModel, letters: dict[int, str], chosen: Sequence[int]
) -> dict[int, NDArray[np.float32] | ModelError]:
    """Return predictions, or for a sequence that cannot be read, why."""
    size = _BATCH.get(model.device.partition(":")[0], 8)
    try:
        table = model.predict([letters[i] for i in chosen], batch_size=size)
        return dict(zip(chosen, table, strict=True))
    except ModelError as error:
        if len(chosen) == 1:
            return {chosen[0]: error}
    alone: dict[int, NDArray[np.float32] | ModelError] = {}
    for i in chosen:
        alone |= _predicted(model, letters, [i])
    return alone


def _columns(found: Labelled) -> dict[str, Any]:
    import pyarrow as pa

    columns: dict[str, Any] = {"name": pa.array(found.names, pa.string())}
    for i, name in enumerate(found.outputs):
        values = found.table[:, i]
        columns[name] = pa.array(values, pa.float32(), mask=np.isnan(values))
    columns["label"] = pa.array([one or None for one in found.labels], pa.string())
    columns["status"] = pa.array([str(one) for one in found.statuses], pa.string())
    columns["reason"] = pa.array([one or None for one in found.reasons], pa.string())
    return columns


def _write_parquet(path: Path, found: Labelled) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table(_columns(found)), path, compression="zstd")


def _write_tsv(path: Path, found: Labelled) -> None:
    columns = {name: column.to_pylist() for name, column in _columns(found).items()}
    with path.open("w", encoding="utf-8") as file:
        file.write("\t".join(columns) + "\n")
        for row in zip(*columns.values(), strict=True):
            file.write("\t".join(map(_cell, row)) + "\n")


def _write_arrays(path: Path, found: Labelled) -> None:
    np.savez(
        path,
        names=np.array(found.names),
        outputs=np.array(found.outputs),
        predictions=found.table,
        labels=np.array(found.labels),
        status=np.array([str(one) for one in found.statuses]),
    )


_WRITERS = {".tsv": _write_tsv, ".npz": _write_arrays, ".parquet": _write_parquet}


def _cell(value: object) -> str:
    if value is None:
        return "."
    if isinstance(value, float):
        return f"{value:.6g}"
    # A tab or a line end in a name would make another cell of it.
    return json.dumps(value)[1:-1] if set("\t\r\n") & set(str(value)) else str(value)


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."
