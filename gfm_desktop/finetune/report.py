"""`report.json`: all that is known of a fine-tuned model, as typed values.

The file is written after every stage; what is not known yet is null or empty. Keys are
only ever added: scripts and older reports rely on them.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Literal

import pydantic

from gfm_desktop.errors import InputError
from gfm_desktop.genome.fingerprint import write_whole

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME = "report.json"
FORMAT = 1

Points = list[tuple[float, float]]
Outcome = Literal["", "better", "not_better", "worse", "no_signal", "too_few"]
"""What the verdict says, for a colour or a script."""


class _Part(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class Number(_Part):
    """A measure with its 95 % interval; null where it is not defined."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


class SplitPart(_Part):
    """How examples were kept apart.

    Attributes:
        how: ``"given"``, ``"chromosome"``, ``"similarity"`` or ``"random"``.
        why: In words.
        cross_validation: Whether every example was tested once, by folds.
        folds: Number of folds.
        groups: Groups of examples that stayed together, in the part measured.
        drawn: What intervals draw: ``"groups"`` or ``"examples"``.
    """

    how: str
    why: str
    cross_validation: bool = False
    folds: int = 0
    groups: int = 0
    drawn: str = "groups"


class Sizes(_Part):
    """Examples of each part; in a cross-validation the test part is all of them."""

    train: int = 0
    validation: int = 0
    test: int = 0
    unused: int = 0


class Leakage(_Part):
    """Relatives found across the split."""

    duplicates: int = 0
    reverse_complements: int = 0
    overlaps: int = 0
    homologous: int = 0


class MethodPart(_Part):
    """How the model learnt.

    Attributes:
        name: ``"probe"``, ``"lora"``, ``"last-blocks"`` or ``"full"``.
        title: What people call it.
        both_strands: Whether the reverse complement means the same.
        strands_why: Who decided that.
        details: What the method chose (layer, best epoch, ...).
        baselines: What each baseline chose.
    """

    name: str
    title: str
    both_strands: bool = True
    strands_why: str = ""
    details: dict[str, Any] = pydantic.Field(default_factory=dict)
    baselines: dict[str, dict[str, Any]] = pydantic.Field(default_factory=dict)


class ModelPart(_Part):
    """The model underneath, and what the fine-tuned one is called."""

    id: str
    base: str
    base_name: str
    base_sha256: str
    device: str
    options: dict[str, Any] = pydantic.Field(default_factory=dict)
    sha256: str = ""


class RefusedPart(_Part):
    """A row that could not be used."""

    row: int
    reason: str


class CheckPart(_Part):
    """One finding of the data check (`data_checks.finding.Finding`)."""

    key: str
    level: Literal["ok", "caution", "stop"]
    title: str
    words: str
    count: int = 0
    leaking: int = 0
    rows: list[int] = pydantic.Field(default_factory=list)
    fix: str = ""


class Difference(_Part):
    """The primary measure of the model minus that of a baseline, same examples."""

    metric: str
    value: float | None = None
    low: float | None = None
    high: float | None = None


class ReliabilityBin(_Part):
    """One point of a reliability curve, with Wilson's interval of the share."""

    predicted: float
    observed: float
    low: float
    high: float
    count: int


class Reliability(_Part):
    """How well probabilities come true."""

    brier: float | None = None
    ece: float | None = None
    curve: list[ReliabilityBin] = pydantic.Field(default_factory=list)


class CalibrationPart(_Part):
    """What calibration did, measured on the test part."""

    kind: str
    words: str
    before: Reliability
    after: Reliability


class Curve(_Part):
    """ROC as (false, true positive rate), PR as (recall, precision)."""

    roc: Points = pydantic.Field(default_factory=list)
    pr: Points = pydantic.Field(default_factory=list)
    prevalence: float | None = None


class Curves(Curve):
    """Curves of the model: the positive class, or all classes or labels together.

    Attributes:
        each: Name of a class or label to its own curve, where there are several.
        baselines: Key of a baseline to its curve.
        scatter: (label, prediction) pairs of a regression, at most 2,000.
    """

    each: dict[str, Curve] = pydantic.Field(default_factory=dict)
    baselines: dict[str, Curve] = pydantic.Field(default_factory=dict)
    scatter: Points = pydantic.Field(default_factory=list)


class Confusion(_Part):
    """Counts of truth (rows) against decisions (columns), in the order of `names`.

    Attributes:
        threshold: Probability from which the answer is yes; null for several classes.
        matrix: Counts.
        each: Label to its own confusion, for multi-label tasks.
    """

    threshold: float | None = None
    matrix: list[list[int]] = pydantic.Field(default_factory=list)
    names: list[str] = pydantic.Field(default_factory=list)
    each: dict[str, Confusion] = pydantic.Field(default_factory=dict)


class Worst(_Part):
    """An example that the model got most wrong.

    Attributes:
        row: 1-based row of the file.
        label: What it is.
        predicted: What the model says.
        prediction: Probability of that (or the value).
        place: Where it lies, 1-based inclusive, such as ``"chr1:101-200"``; empty for
            sequences of no genome.
        sequence: Its letters, shortened.
        why: In words.
    """

    row: int
    label: str
    predicted: str
    prediction: float
    place: str = ""
    sequence: str = ""
    why: str = ""


class CurvePoint(_Part):
    """The primary measure after learning from fewer labels."""

    labels: int
    value: float | None = None
    low: float | None = None
    high: float | None = None
    kmer: float | None = None
    kmer_low: float | None = None
    kmer_high: float | None = None


class LearningPart(_Part):
    """How many labels are needed."""

    method: str
    words: str
    needed: int | None = None


class Suggestion(_Part):
    """A sequence whose label would teach most."""

    sequence: str = ""
    place: str = ""
    row: int | None = None
    prediction: float | None = None
    why: str


class EmbeddingMap(_Part):
    """Examples on the two main axes of their embeddings.

    Attributes:
        pca: (x, y) of each.
        rows: Row of the file of each.
        labels: Label of each, as text.
        parts: Part of each.
        places: Where each lies, 1-based inclusive; empty where that is not known.
        explained: Share of the variance on each axis.
        of: What was embedded, in words.
    """

    pca: Points
    rows: list[int]
    labels: list[str]
    parts: list[str]
    places: list[str] = pydantic.Field(default_factory=list)
    explained: tuple[float, float] = (0.0, 0.0)
    of: str = ""


class Epoch(_Part):
    """One epoch of one training."""

    stage: str
    epoch: int
    train_loss: float | None = None
    validation_loss: float | None = None
    metric: float | None = None
    best: bool = False


class Report(_Part):
    """All of `report.json`.

    Attributes:
        complete: Whether all stages are done.
        outcome: What the verdict says, for a colour or a script.
        by_fold: Measure to its value in each fold of a cross-validation.
        refused: At most 1,000 rows that could not be used, of `refused_count`.
        threshold: Probability from which the shipped model's answer is yes, for each
            output; empty for tasks without one.
        seconds: Time it took, interruptions left out.
        memory_mb: Most memory that the process held.
    """

    format: int = FORMAT
    complete: bool = False
    task: str
    names: list[str]
    split: SplitPart | None = None
    sizes: Sizes | None = None
    metrics: dict[str, Number] | None = None
    primary: str = ""
    baselines: dict[str, dict[str, Number]] = pydantic.Field(default_factory=dict)
    leakage: Leakage | None = None
    verdict: str = ""
    outcome: Outcome = ""
    method: MethodPart | None = None
    settings: dict[str, Any] = pydantic.Field(default_factory=dict)
    model: ModelPart | None = None
    refused: list[RefusedPart] = pydantic.Field(default_factory=list)
    refused_count: int = 0
    notes: list[str] = pydantic.Field(default_factory=list)
    checks: list[CheckPart] = pydantic.Field(default_factory=list)
    differences: dict[str, Difference] = pydantic.Field(default_factory=dict)
    by_fold: dict[str, list[float | None]] = pydantic.Field(default_factory=dict)
    over_folds: dict[str, Number] = pydantic.Field(default_factory=dict)
    calibration: CalibrationPart | None = None
    threshold: list[float] = pydantic.Field(default_factory=list)
    curves: Curves | None = None
    confusion: Confusion | None = None
    worst: list[Worst] = pydantic.Field(default_factory=list)
    learning: LearningPart | None = None
    learning_curve: list[CurvePoint] = pydantic.Field(default_factory=list)
    next: list[Suggestion] = pydantic.Field(default_factory=list)
    next_words: str = ""
    embedding_map: EmbeddingMap | None = None
    history: list[Epoch] = pydantic.Field(default_factory=list)
    data_sha256: str = ""
    labels: str = ""
    seconds: float = 0.0
    memory_mb: float = 0.0
    versions: dict[str, str] = pydantic.Field(default_factory=dict)


def write(path: Path, report: Report) -> None:
    """Write a report, whole; numbers that are none become null.

    Raises:
        OSError: If it cannot be written.
    """
    text = json.dumps(_clean(report.model_dump(mode="json")), indent=1, allow_nan=False)
    write_whole(path, (text + "\n").encode())


def read(path: Path) -> Report:
    """Read a report.

    Raises:
        InputError: If it cannot be read, or is of another kind.
    """
    try:
        return Report.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InputError(
            f"The report cannot be read: {error.strerror or error}.",
            where=str(path),
            todo="Choose the folder of a fine-tuned model.",
        ) from error
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise InputError(
            f"The report is not one that this version can read: {place}: "
            f"{first['msg']}.",
            where=str(path),
            todo="Fine-tune the model again, or use the version that wrote it.",
        ) from error


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _clean(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_clean(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
