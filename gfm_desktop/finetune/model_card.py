"""`MODEL_CARD.md` of a fine-tuned model: plain words first, then numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gfm_desktop.finetune.evaluation import TITLES

if TYPE_CHECKING:
    from gfm_desktop.finetune.report import Number, Report

_BASELINES = {
    "majority": "Most common label",
    "gc_length": "GC and length",
    "kmer_linear": "k-mer counts",
    "cnn": "Small CNN from scratch",
    "random_init": "Same network, random weights",
}
_TASKS = {
    "binary": "tells {1} from {0}",
    "multiclass": "tells apart {all}",
    "multilabel": "tells which of {all} are true",
    "regression": "predicts {0}",
}
_LISTED = 8


def summary(report: Report) -> str:
    """Return one sentence about the model, for the library."""
    base = report.model.base_name if report.model else "a foundation model"
    sizes = report.sizes
    number = sizes.train + sizes.validation if sizes else 0
    if report.split is not None and report.split.cross_validation and sizes:
        number = sizes.test
    return f"{base}, fine-tuned on {number:,} examples; {task_in_words(report)}."


def task_in_words(report: Report) -> str:
    """Return what the model predicts."""
    names = report.names
    all_names = ", ".join(names[:_LISTED]) + (", ..." if len(names) > _LISTED else "")
    words = _TASKS[report.task].replace("{all}", all_names)
    for i, name in enumerate(names[:2]):
        words = words.replace(f"{{{i}}}", name)
    return words


def text(report: Report) -> str:
    """Return the whole card."""
    title = report.model.id if report.model else "Fine-tuned model"
    parts = [
        f"# {title}",
        summary(report),
        "## In plain words",
        report.verdict,
        *([report.learning.words] if report.learning else []),
        "For research, not for diagnosis. It was tested on examples of the same kind "
        "as those it learnt from; on others it may do worse.",
        "## Numbers",
        _tested(report),
        _table(report),
        *_calibration(report),
        "## How it was tested",
        *_split(report),
        *_checks(report),
        "## How it was made",
        _made(report),
        "## Settings",
        _listed(report.settings),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _tested(report: Report) -> str:
    if report.sizes is None or report.split is None:
        return ""
    drawn = report.split.drawn
    of = f" ({report.split.groups:,} groups)" if drawn == "groups" else ""
    return (
        f"Measured on {report.sizes.test:,} examples that the measured model did not "
        "learn from. In brackets 95 % intervals of 1,000 bootstrap draws of "
        f"{drawn}{of}."
    )


def _table(report: Report) -> str:
    metrics = report.metrics or {}
    names = [name for name in TITLES if name in metrics]
    head = ["", *(TITLES[name] for name in names)]
    rows = [["**This model**", *(number_words(metrics[name]) for name in names)]]
    for key, label in _BASELINES.items():
        if key in report.baselines:
            found = report.baselines[key]
            rows.append([label, *(number_words(found.get(name)) for name in names)])
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def number_words(number: Number | None) -> str:
    """Return a number with its interval, for a table."""
    if number is None or number.value is None:
        return "not defined"
    if number.low is None or number.high is None:
        return f"{number.value:.3f}"
    return f"{number.value:.3f} ({number.low:.3f} to {number.high:.3f})"


def _calibration(report: Report) -> list[str]:
    found = report.calibration
    if found is None or found.before.ece is None or found.after.ece is None:
        return []
    words = [
        f"{found.words} The calibration error on the test part went from "
        f"{found.before.ece:.3f} to {found.after.ece:.3f}."
    ]
    if report.threshold and report.task == "binary":
        words.append(
            f"The answer is “{report.names[1]}” from a probability of "
            f"{report.threshold[0]:.3f}, chosen on examples that were not measured."
        )
    return words


def _split(report: Report) -> list[str]:
    if report.split is None or report.sizes is None:
        return []
    sizes = report.sizes
    how = (
        f"Cross-validation with {report.split.folds} folds: each example was predicted "
        "by a model that did not know it; the model in this folder learnt from all."
        if report.split.cross_validation
        else f"{sizes.train:,} examples to learn from, {sizes.validation:,} to choose "
        f"settings, {sizes.test:,} held out."
    )
    unused = f" {sizes.unused:,} were not used." if sizes.unused else ""
    refused = (
        f" {report.refused_count:,} rows could not be used; `report.json` says why."
        if report.refused_count
        else ""
    )
    leaks = report.leakage.model_dump() if report.leakage else {}
    across = ", ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in leaks.items())
    return [
        f"{report.split.why} {how}{unused}{refused}",
        *([f"Relatives across the split: {across}."] if across else []),
    ]


def _checks(report: Report) -> list[str]:
    found = [
        f"- {one.title}: {one.words}" for one in report.checks if one.level != "ok"
    ]
    return ["\n".join(["The data check found:", *found])] if found else []


def _made(report: Report) -> str:
    found: dict[str, Any] = {}
    if report.model is not None:
        found["base model"] = f"{report.model.base_name} (`{report.model.base}`)"
        found["SHA-256 of its weights"] = report.model.base_sha256
        found |= {f"base option {k}": v for k, v in report.model.options.items()}
    if report.method is not None:
        found["method"] = report.method.title
        found["both strands"] = "yes" if report.method.both_strands else "no"
        found |= report.method.details
    found["SHA-256 of the labels"] = report.data_sha256
    found |= {f"version of {name}": v for name, v in report.versions.items()}
    found["time"] = f"{report.seconds:,.0f} s"
    found["most memory"] = f"{report.memory_mb:,.0f} MB"
    return _listed(found)


def _listed(values: dict[str, Any]) -> str:
    return "\n".join(f"- {name}: {value}" for name, value in values.items())
