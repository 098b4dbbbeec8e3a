"""Labels as the panel knows them: what is read and how, and what was found in it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from gfm_desktop import paths
from gfm_desktop.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gfm_desktop.jobs.read_labels import ReadLabels
    from gfm_desktop.models.option import OptionValue
    from gfm_desktop.workspace.finetuning_runs import Request
    from gfm_desktop.workspace.workspace import Workspace

Level = Literal["ok", "caution", "stop"]

ROLES: dict[str, str] = {
    "": "Not used",
    "sequence": "Sequence",
    "label": "Label",
    "split": "Split",
    "chrom": "Contig",
    "start": "Start",
    "end": "End",
    "strand": "Strand",
    "gene": "Gene",
    "pos": "Position",
    "ref": "REF",
    "alt": "ALT",
}
"""What a column can be, as people call it."""
KINDS: dict[str, str] = {
    "sequences": "Labelled sequences",
    "regions": "Labelled regions of a genome",
    "variants": "Labelled variants",
}
TASKS: dict[str, str] = {
    "auto": "As the labels suggest",
    "binary": "Two classes",
    "multiclass": "One of several classes",
    "multilabel": "Several labels that may be true together",
    "regression": "A number",
}
OF_THE_SPLIT = ("split", "test_fraction", "folds", "identity", "seed")
"""Settings that change how the examples are split, and so what the check finds."""
ABOUT_FILE = ("counting", "sheet")
"""Roles that say something about the file and not about a column."""


@dataclass(frozen=True, slots=True)
class LabelsSource:
    """A file of labels and what the user has said about it.

    Attributes:
        path: The file.
        columns: (role, column) pairs; what is not named is guessed.
        task: One of `TASKS`.
        window: bp around regions and variants; 0 as given.
        signal: bigWig file that gives the labels; empty for none.
        fixes: Keys of the one-click fixes that were pressed.
    """

    path: Path
    columns: tuple[tuple[str, str], ...] = ()
    task: str = "auto"
    window: int = 0
    signal: str = ""
    fixes: tuple[str, ...] = ()

    @classmethod
    def of(cls, request: Request) -> LabelsSource:
        """Return what a run has read."""
        options = dict(request.options)
        return cls(
            Path(request.labels),
            tuple(pair for pair in request.columns if pair[0] != "fix"),
            str(options.get("task", "auto")),
            request.window,
            request.signal,
            tuple(key for role, key in request.columns if role == "fix"),
        )

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Return columns and fixes as the jobs take them."""
        return (*self.columns, *(("fix", key) for key in self.fixes))

    def options(self, chosen: Mapping[str, OptionValue]) -> dict[str, OptionValue]:
        """Return settings of a run with the task in its place among them."""
        others = {name: value for name, value in chosen.items() if name != "task"}
        return others if self.task == "auto" else {**others, "task": self.task}

    def said(self, role: str) -> str:
        """Return the column of a role that the user has named; empty for none."""
        return next((name for key, name in self.columns if key == role), "")

    def job(
        self, workspace: Workspace, options: Mapping[str, OptionValue]
    ) -> ReadLabels:
        """Return the job that reads them."""
        from gfm_desktop.jobs.read_labels import ReadLabels

        genome, genes = workspace.genome, workspace.annotation
        return ReadLabels(
            labels=str(self.path),
            genome="" if genome is None else str(genome.path),
            annotation="" if genes is None else str(genes.path),
            columns=self.pairs,
            task=self.task,
            window=self.window,
            signal=self.signal,
            options=tuple((n, v) for n, v in options.items() if n in OF_THE_SPLIT),
        )


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file: its name, its role, and why it has that."""

    name: str
    role: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the traffic light.

    Attributes:
        key: Which check.
        level: Green, amber or red.
        title: A few words.
        words: What it means and what can be done.
        count: How many rows or pairs.
        rows: The first rows concerned, 1-based.
        fix: Key of the one-click fix; empty for none.
    """

    key: str
    level: Level
    title: str
    words: str
    count: int = 0
    rows: tuple[int, ...] = ()
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Labels:
    """A file of labels as it was read.

    Attributes:
        columns: All columns with their roles.
        rows: The first rows as text.
        sheets: Sheets of a workbook.
        kind: Key of `KINDS`; empty where nobody can tell.
        task: Key of `TASKS`; empty where nobody can tell.
        task_why: Why it is that.
        counting: ``"0"`` or ``"1"``: the number of a contig's first base.
        questions: What only a person can know.
        problems: What keeps the file from being used.
        notes: What was changed or supposed on the way.
        examples: Rows that can be used.
        classes: Name and number of examples of each class.
        refused: (row, reason) of the rows that cannot be used; row is 1-based.
        refused_total: How many those are; `refused` may hold the first only.
        length: Median length of the sequences in bp; 0 where not known.
        findings: The data check; empty before there is one.
        split: What the split is and why.
        sizes: Examples of each part.
    """

    columns: tuple[Column, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    sheets: tuple[str, ...] = ()
    kind: str = ""
    task: str = ""
    task_why: str = ""
    counting: str = ""
    questions: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    examples: int = 0
    classes: tuple[tuple[str, int], ...] = ()
    refused: tuple[tuple[int, str], ...] = ()
    refused_total: int = 0
    length: int = 0
    findings: tuple[Finding, ...] = ()
    split: Mapping[str, Any] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)

    @property
    def level(self) -> Level:
        """Return the worst level of all findings."""
        levels = {finding.level for finding in self.findings}
        order: tuple[Level, ...] = ("stop", "caution", "ok")
        return next((level for level in order if level in levels), "ok")

    @property
    def checked(self) -> bool:
        """Tell whether the data check is there."""
        return bool(self.findings)


def read_labels(path: Path) -> Labels:
    """Return what the `ReadLabels` job has written.

    Raises:
        InputError: If the file is gone or damaged.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return _labels(content)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"What was found in the labels cannot be read ({error}).",
            where=str(path),
            todo="Choose the file again.",
        ) from error


def sample_labels() -> Path | None:
    """Return the sample labels that ship with the app; None where they are missing."""
    folder = paths.resources() / "sample" / "labels"
    files = sorted(folder.glob("*.[ct]sv*")) if folder.is_dir() else []
    return files[0] if files else None


def _labels(content: dict[str, Any]) -> Labels:
    seen, check = content["preview"], content.get("check") or {}
    split = content.get("split") or {}
    return Labels(
        columns=tuple(
            Column(column["name"], column["role"], column["why"])
            for column in seen["columns"]
        ),
        rows=tuple(tuple(row) for row in seen["rows"]),
        sheets=tuple(seen["sheets"]),
        kind=seen["kind"],
        task=content.get("task") or seen["task"],
        task_why=seen["task_why"],
        counting=seen["counting"],
        questions=tuple(seen["questions"]),
        problems=tuple(content.get("problems") or seen["problems"]),
        notes=tuple(content.get("notes") or ()),
        examples=int(content.get("examples") or 0),
        classes=tuple((str(k), int(v)) for k, v in content.get("classes") or ()),
        refused=tuple(
            (int(one["row"]), str(one["reason"]))
            for one in content.get("refused") or ()
        ),
        refused_total=int(content.get("refused_count") or 0),
        length=int(content.get("length") or 0),
        findings=tuple(
            Finding(
                one["key"],
                one["level"],
                one["title"],
                one["words"],
                int(one["count"]),
                tuple(one["rows"]),
                one["fix"],
            )
            for one in check.get("findings") or ()
        ),
        split=split,
        sizes=dict(content.get("sizes") or {}),
    )
