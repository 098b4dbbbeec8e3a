"""What the jobs of a fine-tuning would have written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from gfm_desktop.finetune import report as reports

if TYPE_CHECKING:
    from pathlib import Path

Number = reports.Number


def write_labels(path: Path, **changes: Any) -> Path:
    """Write what `ReadLabels` finds in two columns of a small file."""
    preview = {
        "path": "labels.csv",
        "kind": "sequences",
        "header": True,
        "sheets": [],
        "columns": [
            {"name": "seq", "role": "sequence", "why": "its name says so"},
            {"name": "bound", "role": "label", "why": "it is the only column left"},
            {"name": "note", "role": "", "why": "not needed"},
        ],
        "rows": [["ACGTACGTAC", "1", "x"], ["TTTTACGTAC", "0", "y"]],
        "roles": [["sequence", "seq"], ["label", "bound"]],
        "task": "binary",
        "task_why": "there are two values",
        "counting": "0",
        "needs_genome": False,
        "questions": [],
        "problems": [],
        "rows_read": 300,
        "complete": True,
    }
    content: dict[str, Any] = {
        "preview": preview,
        "task": "binary",
        "names": ["0", "1"],
        "examples": 297,
        "classes": [["0", 150], ["1", 147]],
        "length": 101,
        "refused": [
            {"row": 4, "reason": "Its label is empty."},
            {"row": 9, "reason": "It holds letters that are not DNA."},
            {"row": 11, "reason": "Its label is empty."},
        ],
        "refused_count": 3,
        "notes": [],
        "split": {"how": "similarity", "why": "Groups.", "cross_validation": False},
        "sizes": {"train": 207, "validation": 30, "test": 60, "unused": 0},
        "check": {
            "level": "stop",
            "leakage": {},
            "findings": [
                _finding("too_few", "ok", "Enough labels"),
                _finding("duplicates", "caution", "Copies", fix="duplicates"),
                _finding("homologous", "stop", "Relatives", fix="split=similarity"),
            ],
        },
    }
    preview["columns"] = changes.pop("columns", preview["columns"])
    path.write_text(json.dumps(content | changes))
    return path


def _finding(key: str, level: str, title: str, *, fix: str = "") -> dict[str, Any]:
    return {
        "key": key,
        "level": level,
        "title": title,
        "words": f"About {title.lower()}.",
        "count": 3,
        "leaking": 1,
        "rows": [2, 3, 5],
        "fix": fix,
    }


def report(**changes: Any) -> reports.Report:
    """Return a finished report with a bit of everything."""

    def reached(value: float) -> dict[str, Number]:
        return {"auroc": Number(value=value, low=value - 0.02, high=value + 0.02)}

    beside = {"majority": 0.5, "gc_length": 0.6, "kmer_linear": 0.8, "cnn": 0.79,
              "random_init": 0.7}  # fmt: skip
    curve = {"roc": [(0.0, 0.0), (0.2, 0.7), (1.0, 1.0)],
             "pr": [(0.0, 1.0), (1.0, 0.4)]}  # fmt: skip
    bins = [reports.ReliabilityBin(predicted=p, observed=p, low=p / 2, high=1, count=9)
            for p in (0.2, 0.8)]  # fmt: skip
    made = reports.Report(
        complete=True,
        task="binary",
        names=["0", "1"],
        primary="auroc",
        split=reports.SplitPart(how="similarity", why="Groups of similar sequences."),
        sizes=reports.Sizes(train=207, validation=30, test=60),
        metrics=reached(0.85) | {"mcc": Number(value=0.5, low=0.4, high=0.6)},
        baselines={key: reached(value) for key, value in beside.items()},
        leakage=reports.Leakage(homologous=2),
        verdict="Better than every baseline.",
        outcome="better",
        method=reports.MethodPart(name="lora", title="LoRA"),
        settings={"method": "lora"},
        model=reports.ModelPart(
            id="labels", base="ci-spliceai", base_name="CI-SpliceAI",
            base_sha256="ab" * 32, device="cpu",
        ),
        differences={
            "kmer_linear": reports.Difference(
                metric="auroc", value=0.05, low=0.01, high=0.09
            )
        },
        calibration=reports.CalibrationPart(
            kind="temperature",
            words="one temperature, 1.2",
            before=reports.Reliability(brier=0.2, ece=0.1, curve=bins),
            after=reports.Reliability(brier=0.18, ece=0.03, curve=bins),
        ),
        curves=reports.Curves(
            **curve, prevalence=0.4, baselines={"kmer_linear": reports.Curve(**curve)}
        ),
        confusion=reports.Confusion(
            threshold=0.4, matrix=[[30, 6], [4, 20]], names=["0", "1"]
        ),
        worst=[
            reports.Worst(row=7, label="0", predicted="1", prediction=0.97,
                          place="chrA:301-400", sequence="ACGT"),
            reports.Worst(row=8, label="1", predicted="0", prediction=0.03,
                          sequence="ACGA"),
        ],
        learning_curve=[
            reports.CurvePoint(labels=100, value=0.7, low=0.6, high=0.8, kmer=0.72),
            reports.CurvePoint(labels=200, value=0.8, low=0.75, high=0.85, kmer=0.76),
        ],
        next=[reports.Suggestion(sequence="ACGTT", prediction=0.5, why="Unsure.")],
        embedding_map=reports.EmbeddingMap(
            pca=[(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)],
            rows=[2, 3, 7, 8],
            labels=["0", "1", "0", "1"],
            parts=["train", "train", "test", "test"],
            places=["", "", "chrA:301-400", ""],
            explained=(0.4, 0.2),
            of="The base model's last layer.",
        ),
        data_sha256="ee" * 32,
    )  # fmt: skip
    return made.model_copy(update=changes)


def line(stage: str, step: int, **values: Any) -> str:
    """Return one line of `training.jsonl`."""
    plain = {"time": 0.0, "stage": stage, "title": stage.title(), "message": "reading",
             "step": step, "steps": 100, "epoch": 1 + step // 10, "train_loss": None,
             "validation_loss": None, "metric": None, "best": False,
             "eta_seconds": 100 - step, "memory_mb": 512.0}  # fmt: skip
    return json.dumps(plain | values) + "\n"
