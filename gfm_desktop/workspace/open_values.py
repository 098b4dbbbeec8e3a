"""Small values of what is open: the variant file, a run, what is being read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.models.option import OptionValue


@dataclass(frozen=True, slots=True)
class VariantSet:
    """An opened variant file: its table on disk and how its records stand.

    Attributes:
        path: The file that the user opened.
        table: Parquet file of `genome.variant_table`.
        counts: Status to number of rows; `pending` are fit to be scored.
        warnings: What must be said loudly (wrong build, truncated file, ...).
    """

    path: Path
    table: Path
    counts: dict[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScoreRun:
    """One scoring run over the open variants, finished or under way.

    Attributes:
        folder: Run folder with Parquet parts and manifest (`jobs.run_folder`).
        model: Model id or folder.
        scorer: Scorer name.
        options: The scorer's settings.
        counts: Status to number of rows so far.
        model_options: Choices of the model's family that were made.
    """

    folder: Path
    model: str
    scorer: str
    options: dict[str, OptionValue] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    model_options: dict[str, OptionValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScoringState:
    """The scoring that is under way, as every panel may show it.

    Attributes:
        job_id: Its job, to be cancelled or paused.
        model: Model id or folder.
        scorer: Scorer name; empty for the model's recommended one.
        done: Units finished.
        total: Units in all; None while that is not known.
        message: What is being done, in a few words.
    """

    job_id: str
    model: str
    scorer: str = ""
    done: int = 0
    total: int | None = None
    message: str = ""


@dataclass(slots=True, eq=False)
class Ticket:
    """One file that is being read; a newer one of its kind takes its place.

    Attributes:
        path: The file.
        job_id: The job that reads it; empty until it is submitted.
    """

    path: Path
    job_id: str = ""
