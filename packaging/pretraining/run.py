"""Make the built-in model: ``python packaging/pretraining/run.py [stage...]``.

Stages, in order: ``data``, ``vocabulary``, ``train``, ``weights``, ``evaluate``,
``card``; without any, all of them. Each reads what the ones before wrote to ``--out``;
``train`` goes on from the checkpoint where there is one, ``weights`` and ``card`` make
the model folder. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

HERE = Path(__file__).resolve().parent
for place in (HERE.parents[1], HERE.parent):
    sys.path.insert(0, str(place))

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pretraining.settings import Settings

STAGES = ("data", "vocabulary", "train", "weights", "evaluate", "card")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the stages asked for."""
    from pretraining import settings

    given = parser().parse_args(arguments)
    read = settings.read(given.config, given.set)
    given.out.mkdir(parents=True, exist_ok=True)
    for stage in [s for s in STAGES if s in given.stage or not given.stage]:
        print(f"== {stage}", flush=True)
        _STAGES[stage](read, given)


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    made = argparse.ArgumentParser(description=__doc__)
    made.add_argument("stage", nargs="*", choices=[[], *STAGES])
    made.add_argument("--config", type=Path, default=HERE / "config.toml")
    made.add_argument("--set", action="append", default=[], metavar="TABLE.KEY=VALUE")
    made.add_argument("--data", type=Path, help="folder with lrg/ and yeast/")
    made.add_argument("--out", type=Path, default=Path("pretraining-out"))
    made.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda"))
    made.add_argument("--precision", default="auto", choices=("auto", "fp32", "bf16"))
    made.add_argument("--threads", type=int, help="CPU threads of torch")
    made.add_argument("--no-compile", action="store_true")
    made.add_argument("--until", type=int, help="stop the training after this step")
    made.add_argument("--model", type=Path, help="model folder (default: OUT/model)")
    return made


def _data(read: Settings, given: argparse.Namespace) -> None:
    from pretraining import data

    if given.data is None:
        raise SystemExit("the stage “data” needs --data FOLDER")
    data.prepare(read.data, given.data, given.out)


def _vocabulary(read: Settings, given: argparse.Namespace) -> None:
    from pretraining import data, vocabularies

    corpus = data.load(given.out / data.CORPUS)
    vocabularies.make(read.vocabulary, corpus, read.data.seed, given.out)


def _device(given: argparse.Namespace) -> str:
    import torch

    if given.threads:
        torch.set_num_threads(given.threads)
    if given.device != "auto":
        return str(given.device)
    return "cuda" if torch.cuda.is_available() else "cpu"


def _train(read: Settings, given: argparse.Namespace) -> None:
    import torch

    from pretraining import data, train

    device = _device(given)
    precision = given.precision
    if precision == "auto":
        precision = train.best_precision(device)
    machine = train.Machine(device, precision, not given.no_compile)
    print(f"{machine}, torch {torch.__version__}", flush=True)
    corpus = data.load(given.out / data.CORPUS)
    train.Trainer(read, corpus, given.out, machine).run(given.until)


def _model(given: argparse.Namespace) -> Path:
    return Path(given.model or given.out / "model")


def _weights(read: Settings, given: argparse.Namespace) -> None:
    from pretraining import export

    export.weights(read, given.out, _model(given))


def _evaluate(read: Settings, given: argparse.Namespace) -> None:
    from pretraining import data, evaluate

    if given.data is None:
        raise SystemExit("the stage “evaluate” needs --data FOLDER")
    corpus = data.load(given.out / data.CORPUS)
    model = _model(given)
    evaluate.run(read, corpus, given.data, model, given.out, _device(given))


def _card(read: Settings, given: argparse.Namespace) -> None:
    from pretraining import card, data, export, reading

    model = _model(given)
    corpus = data.load(given.out / data.CORPUS)
    window = corpus.bases(corpus.of(0, "test")[0])[:512]
    export.record(model, reading.text(window))
    facts = card.write(read, given.out, model)
    export.finish(model, HERE.parents[1] / "LICENSE", facts)


_STAGES = {
    "data": _data,
    "vocabulary": _vocabulary,
    "train": _train,
    "weights": _weights,
    "evaluate": _evaluate,
    "card": _card,
}

if __name__ == "__main__":
    main()
