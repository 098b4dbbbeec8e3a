"""Read a file of labels and check it, as the panel for fine-tuning shows it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from gfm_desktop import __version__, paths
from gfm_desktop.errors import InputError
from gfm_desktop.jobs.events import Finished, Partial, Progress

if TYPE_CHECKING:
    from collections.abc import Generator

    from gfm_desktop.finetune.checks import DataCheck
    from gfm_desktop.finetune.label_files import LabelSource
    from gfm_desktop.finetune.labelled import LabelledSet
    from gfm_desktop.finetune.split import Split
    from gfm_desktop.jobs.context import JobContext
    from gfm_desktop.models.option import OptionValue

    Steps = Generator[Progress | Partial, None, None]

_MOST_REFUSED = 10_000
_SPLIT_OPTIONS = ("split", "test_fraction", "folds", "identity", "seed")


@dataclass(frozen=True, slots=True)
class ReadLabels:
    """Guess what a file holds, read it, split it and look for what would mislead.

    Writes one JSON file: ``preview`` (`label_files.Preview`), and where the file can be
    read ``task``, ``names``, ``examples``, ``classes`` (name and number of each; empty
    for numbers), ``length`` (median, bp), ``refused`` (the first 10,000),
    ``refused_count``, ``notes``, ``split`` (how, why, cross_validation, groups),
    ``sizes``, ``check`` (level, findings, leakage); where not, ``problems``.

    Outputs: ``labels``, that file. Partials: the same, first with the preview only.
    Counts: ``usable`` and ``refused`` rows.

    Attributes:
        labels: CSV, TSV, BED, Excel or VCF file.
        genome: FASTA file; empty where none is open.
        annotation: Gene models; empty where none are open.
        columns: As `LabelSource.columns`.
        task: One of `TASKS`, or ``"auto"``.
        window: As `LabelSource.window`.
        signal: bigWig file that gives the labels; empty for none.
        fixes: Keys of `checks.FIXES` that are applied to what is read.
        options: Settings of `options.OPTIONS`; those of the split are used.
    """

    labels: str
    genome: str = ""
    annotation: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    task: str = "auto"
    window: int = 0
    signal: str = ""
    fixes: tuple[str, ...] = ()
    options: tuple[tuple[str, OptionValue], ...] = ()
    resumable: ClassVar[bool] = True

    @property
    def title(self) -> str:
        """Return what the job strip calls it."""
        return f"Read labels {Path(self.labels).name}"

    def run(self, context: JobContext) -> Generator[Progress | Partial, None, Finished]:
        """Read, split and check; the same question is answered from the cache.

        Raises:
            InputError: If the file is missing, damaged or no table.
            OptionError: If a setting makes no sense.
        """
        from gfm_desktop.finetune.label_files import LabelSource

        yield Progress(0, None, "rows", "Looking at the file")
        out = self._place(context)
        if not out.is_file():
            pairs = (*self.columns, *(("fix", key) for key in self.fixes))
            source = LabelSource(
                self.labels,
                columns=pairs,
                task=self.task,
                window=self.window,
                signal=self.signal,
            )
            yield from self._read(context, source, out)
        content = json.loads(out.read_bytes())
        yield Partial("labels", str(out))
        if problems := content.get("problems"):
            return Finished(
                f"{Path(self.labels).name} cannot be used yet",
                outputs={"labels": str(out)},
                warnings=tuple(problems),
            )
        return Finished(
            f"{Path(self.labels).name}: {content['examples']:,} examples, "
            f"{content['refused_count']:,} rows refused",
            counts={
                "usable": content["examples"],
                "refused": content["refused_count"],
            },
            outputs={"labels": str(out)},
        )

    def _read(self, context: JobContext, source: LabelSource, out: Path) -> Steps:
        from gfm_desktop.finetune import label_files
        from gfm_desktop.genome.fingerprint import write_whole

        seen = asdict(
            label_files.preview(self.labels, genome=self.genome or None, source=source)
        )
        first = out.with_name(f"first-{out.name}")
        write_whole(first, json.dumps({"preview": seen}).encode())
        yield Partial("labels", str(first))
        content: dict[str, Any] = {"preview": seen}
        try:
            content.update((yield from self._examined(context, source)))
        except InputError as error:
            content["problems"] = [*seen["problems"], str(error)]
        write_whole(out, json.dumps(content).encode())

    def _examined(
        self, context: JobContext, source: LabelSource
    ) -> Generator[Progress, None, dict[str, Any]]:
        """Read everything, split and check."""
        from gfm_desktop.finetune import checks, homology, label_files, splitting
        from gfm_desktop.finetune.options import OPTIONS
        from gfm_desktop.models.option import checked

        values = checked(OPTIONS, dict(self.options), owner="fine-tuning")
        reading = label_files.reading(
            source,
            reference=context.reference(self.genome) if self.genome else None,
            genes=context.genes(self.annotation, self.genome) if self.genome else None,
        )
        while True:
            try:
                done = next(reading)
            except StopIteration as end:
                data: LabelledSet = end.value
                break
            yield Progress(done, None, "rows", "Reading the rows")
        identity = float(values["identity"])
        for done, total in homology.search(data.sequences, identity):
            yield Progress(done, total or None, "pairs", "Looking for relatives")
        content = _described(data)
        try:
            chosen: dict[str, Any] = {name: values[name] for name in _SPLIT_OPTIONS}
            split = splitting.make(data, **chosen)
        except InputError as error:
            # What was read is worth showing all the same.
            return {**content, "problems": [str(error)]}
        yield Progress(0, None, "checks", "Checking the data")
        return {
            **content,
            **_judged(split, checks.check(data, split, identity=identity)),
        }

    def _place(self, context: JobContext) -> Path:
        """Return where the answer is kept: its name depends on all that decides it."""
        from gfm_desktop.genome.fingerprint import content_hash

        files = []
        for path in (self.labels, self.annotation, self.signal):
            try:
                files.append(content_hash(Path(path)) if path else "")
            except OSError as error:
                raise InputError(
                    f"The file cannot be read: {error.strerror or error}.",
                    where=path,
                    todo="Check that the file exists and that you may read it.",
                ) from error
        genome = context.reference(self.genome).fingerprint if self.genome else ""
        key = json.dumps(
            [
                *(__version__, genome, files, self.labels, self.columns, self.task),
                *(self.window, self.fixes, sorted(self.options)),
            ]
        )
        folder = paths.cache() / "labels"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{hashlib.sha256(key.encode()).hexdigest()[:24]}.json"


def _described(data: LabelledSet) -> dict[str, Any]:
    import numpy as np

    lengths = [len(one) for one in data.sequences]
    return {
        "task": data.task,
        "names": list(data.names),
        "examples": len(data),
        "classes": _classes(data),
        "length": int(np.median(lengths)) if lengths else 0,
        "refused": [asdict(one) for one in data.refused[:_MOST_REFUSED]],
        "refused_count": len(data.refused),
        "notes": list(data.notes),
    }


def _classes(data: LabelledSet) -> list[list[str | int]]:
    """Return name and number of examples of each class or label; none for numbers."""
    import numpy as np

    if data.task == "regression":
        return []
    if data.task == "multilabel":
        counts = (data.labels == 1).sum(axis=0)
    else:
        labels = np.asarray(data.labels, np.int64)
        counts = np.bincount(labels, minlength=len(data.names))
    return [[name, int(n)] for name, n in zip(data.names, counts, strict=True)]


def _judged(split: Split, check: DataCheck) -> dict[str, Any]:
    import numpy as np

    from gfm_desktop.finetune.split import PARTS

    return {
        "split": {
            "how": split.how,
            "why": split.why,
            "cross_validation": split.cross_validation,
            "groups": len(np.unique(split.groups)),
            "folds": int(split.folds.max(initial=-1)) + 1,
        },
        "sizes": {name: len(split.of(code)) for code, name in enumerate(PARTS)},
        "check": {
            "level": check.level,
            "findings": [asdict(one) for one in check.findings],
            "leakage": check.leakage,
        },
    }
