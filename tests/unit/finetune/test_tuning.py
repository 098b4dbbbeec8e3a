"""Trainings learn, stop, go on after a kill as if nothing had happened, and export."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gfm_desktop import paths
from gfm_desktop.errors import ModelError
from gfm_desktop.finetune import steps, training_loop, tuning
from gfm_desktop.finetune.evaluation import primary_of
from gfm_desktop.finetune.methods import method
from gfm_desktop.finetune.objective import Objective
from gfm_desktop.models import catalogue, finetuned, library

from ..models import tiny_ensemble  # noqa: TID252
from ..models.every_family import FAMILIES, splice  # noqa: TID252
from .tuning_kit import followed, parts, planted, run, variants

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.finetune.labelled import LabelledSet, Task

TASKS: list[Task] = ["binary", "multiclass", "multilabel", "regression"]
KINDS = ["lora", "last-blocks", "full"]
QUICK = {"epochs": 2, "reverse_complement": "no", "pooling": "mean"}


def tuner(
    kind: str, model: Any, folder: Path, data: LabelledSet, **options: Any
) -> Any:
    micro = options.pop("batch_size", 0)
    return method(
        kind,
        model,
        QUICK | options,
        cache=folder / "cache",
        work=folder / "work",
        data=data,
        batch_size=micro,
    )


def fit(learner: Any, data: LabelledSet, seed: int = 1) -> Any:
    train, validation, _, folds = parts(len(data))
    return run(learner.fit(data, train, validation, folds, seed=seed))


@pytest.mark.parametrize(("kind", "rate"), [("lora", 2e-2), ("full", 1e-2)])
def test_that_a_motif_is_learnt_that_no_probe_sees(
    kind: str, rate: float, tmp_path: Path
) -> None:
    data = planted(240)
    train, validation, test, folds = parts(len(data))
    model = tiny_ensemble.model(tmp_path / "tiny")
    learner = tuner(
        kind, model, tmp_path, data, epochs=10, patience=10, learning_rate=rate
    )
    ticks, found = followed(learner.fit(data, train, validation, folds, seed=1))
    probe = primary_of(
        "binary", data.labels[test], run(found.start.predict(data, test))
    )
    tuned = primary_of("binary", data.labels[test], run(found.predict(data, test)))
    assert tuned > 0.9
    assert tuned > probe + 0.05
    told = found.describe()
    assert told["best_epoch"] >= 1
    assert told["best_metric"] > 0.9
    epochs = [tick for tick in ticks if tick.metric is not None]
    assert [tick.epoch for tick in epochs] == list(range(len(epochs)))
    assert all(tick.validation_loss is not None for tick in epochs)
    assert [tick.epoch for tick in epochs if tick.best][-1] == told["best_epoch"]
    assert any(tick.train_loss is not None for tick in ticks)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("kind", KINDS)
def test_that_what_is_exported_predicts_the_same(
    kind: str, task: Task, tmp_path: Path
) -> None:
    source = tiny_ensemble.make(tmp_path / "source")
    base = library.add(source, model_id="tiny-base").id
    model = catalogue.load(base, device="cpu")
    data = planted(60, task)
    learner = tuner(
        kind,
        model,
        tmp_path,
        data,
        learning_rate=1e-2,
        patience=5,
        reverse_complement="yes",
    )
    found = fit(learner, data)
    # Whatever the best epoch was: what was learnt must be what is kept.
    test = parts(len(data))[2]
    wanted = run(found.predict(data, test))
    folder = tmp_path / "out"
    folder.mkdir()
    finetuned.write_folder(
        folder,
        id="mine",
        name="Mine",
        base=base,
        base_sha256=model.weights_sha256,
        task=task,
        names=data.names,
        input="sequence",
        length=40,
        calibration={"kind": "none"},
        architecture=found.export(folder),
        facts={},
    )
    library.add(folder)
    loaded: Any = catalogue.load("mine", device="cpu")
    again = loaded.predict([data.sequences[i] for i in test])
    np.testing.assert_allclose(again, wanted, rtol=2e-4, atol=2e-5)
    assert loaded.parts.kind == kind


def test_that_variants_can_be_learnt_and_exported(tmp_path: Path) -> None:
    base = library.add(tiny_ensemble.make(tmp_path / "source"), model_id="tiny").id
    model = catalogue.load(base, device="cpu")
    data = variants(80)
    found = fit(tuner("lora", model, tmp_path, data, learning_rate=1e-2), data)
    test = parts(len(data))[2]
    wanted = run(found.predict(data, test))
    folder = tmp_path / "out"
    folder.mkdir()
    finetuned.write_folder(
        folder,
        id="mine",
        name="Mine",
        base=base,
        base_sha256=model.weights_sha256,
        task="binary",
        names=data.names,
        input="variant",
        length=40,
        calibration={"kind": "none"},
        architecture=found.export(folder),
        facts={},
    )
    loaded: Any = catalogue.load(str(folder), device="cpu")
    chosen = data.take(test)
    again = loaded.predict(chosen.sequences, chosen.alternatives)
    np.testing.assert_allclose(again, wanted, rtol=2e-4, atol=2e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_that_the_loaded_model_is_never_changed(kind: str, tmp_path: Path) -> None:
    model = tiny_ensemble.model(tmp_path / "tiny")
    ids = model.tokens("ACGTTGCA").ids[None]
    network: Any = model.network
    before = {n: p.clone() for n, p in network.state_dict().items()}
    logits = model.logits(ids)
    data = planted(40)
    fit(tuner(kind, model, tmp_path, data, learning_rate=1e-2), data)
    after = network.state_dict()
    assert set(after) == set(before)
    assert all(bool((after[name] == value).all()) for name, value in before.items())
    np.testing.assert_array_equal(model.logits(ids), logits)


class Killed(Exception):
    """A kill between two steps, as seen from inside."""


@pytest.mark.parametrize("kind", ["lora", "full"])
def test_that_a_killed_training_goes_on_with_the_same_batches(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = planted(80)
    model = tiny_ensemble.model(tmp_path / "tiny")
    options = {"epochs": 3, "learning_rate": 1e-2, "patience": 9}
    whole = fit(tuner(kind, model, tmp_path / "whole", data, **options), data)
    # A checkpoint after every step; the process dies in the middle of epoch 2.
    monkeypatch.setattr(training_loop, "CHECKPOINT_SECONDS", -1.0)
    step = training_loop.Training._step
    taken: list[int] = []

    def counted(self: Any, optimiser: Any) -> Any:
        if len(taken) == 4:
            # What a kill leaves: nothing more is written.
            monkeypatch.setattr(training_loop.checkpoints, "save", lambda *_: None)
            raise Killed
        taken.append(self.state.step)
        return step(self, optimiser)

    monkeypatch.setattr(training_loop.Training, "_step", counted)
    broken = tuner(kind, model, tmp_path / "broken", data, **options)
    with pytest.raises(Killed):
        fit(broken, data)
    monkeypatch.undo()
    monkeypatch.setattr(training_loop.Training, "_step", resumed(taken, step))
    again = fit(tuner(kind, model, tmp_path / "broken", data, **options), data)
    assert taken == list(range(9))
    assert again.state.history == whole.state.history
    for name, parameter in whole.network.learning.items():
        np.testing.assert_array_equal(
            again.network.learning[name].detach().numpy(), parameter.detach().numpy()
        )


def resumed(taken: list[int], step: Any) -> Any:
    def counted(self: Any, optimiser: Any) -> Any:
        taken.append(self.state.step)
        return step(self, optimiser)

    return counted


def test_that_a_cancelled_training_has_saved_its_last_step(tmp_path: Path) -> None:
    data = planted(80)
    model = tiny_ensemble.model(tmp_path / "tiny")
    train, validation, _, folds = parts(len(data))
    working = tuner("lora", model, tmp_path, data).fit(
        data, train, validation, folds, seed=1
    )
    while (tick := next(working)).step < 2 or tick.train_loss is None:
        pass
    working.close()
    (path,) = (tmp_path / "work").glob("training-*.safetensors")
    found = training_loop.checkpoints.read(path)
    assert found is not None
    assert found[0].step == tick.step
    assert found[0].step % 3, "in the middle of an epoch"
    assert not list((tmp_path / "work").glob("*.half"))


def test_that_an_epoch_that_was_not_measured_is_measured_later(tmp_path: Path) -> None:
    data = planted(80)
    model = tiny_ensemble.model(tmp_path / "tiny")
    train, validation, _, folds = parts(len(data))
    whole = fit(tuner("lora", model, tmp_path / "whole", data), data)
    working = tuner("lora", model, tmp_path / "cut", data).fit(
        data, train, validation, folds, seed=1
    )
    # The last step of the first epoch is done, its examples are not predicted yet.
    while (tick := next(working)).train_loss is None or tick.step % 3:
        pass
    working.close()
    again = fit(tuner("lora", model, tmp_path / "cut", data), data)
    assert again.state.history == whole.state.history


def test_that_a_finished_training_is_not_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = planted(40)
    model = tiny_ensemble.model(tmp_path / "tiny")
    first = fit(tuner("lora", model, tmp_path, data), data)
    monkeypatch.setattr(training_loop.Training, "_step", None)
    again = fit(tuner("lora", model, tmp_path, data), data)
    test = parts(len(data))[2]
    np.testing.assert_array_equal(
        run(again.predict(data, test)), run(first.predict(data, test))
    )
    # Other settings are another training.
    with pytest.raises(TypeError):
        fit(tuner("lora", model, tmp_path, data, lora_rank=2), data)


def test_that_a_damaged_checkpoint_starts_anew(tmp_path: Path) -> None:
    data = planted(40)
    model = tiny_ensemble.model(tmp_path / "tiny")
    first = fit(tuner("lora", model, tmp_path, data), data)
    (path,) = (tmp_path / "work").glob("training-*.safetensors")
    path.write_bytes(path.read_bytes()[:200])
    again = fit(tuner("lora", model, tmp_path, data), data)
    assert again.state.history == first.state.history


def test_that_a_wish_to_stop_keeps_the_best_epoch(tmp_path: Path) -> None:
    data = planted(80)
    model = tiny_ensemble.model(tmp_path / "tiny")
    train, validation, test, folds = parts(len(data))
    working = tuner("lora", model, tmp_path, data, epochs=50, patience=50).fit(
        data, train, validation, folds, seed=1
    )
    ticks = []
    try:
        while True:
            tick = next(working)
            ticks.append(tick)
            if tick.epoch == 2 and tick.metric is not None:
                (tmp_path / "work" / "stop-early").touch()
    except StopIteration as end:
        found = end.value
    told = found.describe()
    assert told["ended"] == "It was stopped early."
    assert told["epochs"] == 2
    best = max(
        (t for t in ticks if t.metric is not None),
        key=lambda t: (t.metric, -(t.validation_loss or 0)),
    )
    assert told["best_epoch"] == best.epoch
    assert np.isfinite(run(found.predict(data, test))).all()


def test_that_training_ends_without_better_epochs(tmp_path: Path) -> None:
    data = planted(60)
    model = tiny_ensemble.model(tmp_path / "tiny")
    # Steps so large that nothing good can come of them.
    found = fit(
        tuner("full", model, tmp_path, data, epochs=30, patience=2, learning_rate=0.9),
        data,
    )
    told = found.describe()
    assert told["ended"] == "No better epoch in 2."
    assert told["epochs"] == told["best_epoch"] + 2


def test_that_passes_are_halved_where_memory_runs_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    data = planted(60)
    model = tiny_ensemble.model(tmp_path / "tiny")
    once = steps.Steps._pass
    sizes: list[int] = []

    def hungry(self: Any, chosen: Any, *rest: Any) -> float:
        sizes.append(len(chosen))
        if len(chosen) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return once(self, chosen, *rest)

    monkeypatch.setattr(steps.Steps, "_pass", hungry)
    found = fit(tuner("lora", model, tmp_path, data, epochs=1), data)
    assert sizes[:4] == [16, 8, 4, 2]
    assert max(sizes[3:]) == 2
    assert found.state.micro == 2
    assert found.state.step == 3

    def starving(*_: Any) -> float:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(steps.Steps, "_pass", starving)
    with pytest.raises(torch.OutOfMemoryError):
        fit(tuner("lora", model, tmp_path, data, epochs=1, lora_rank=3), data)


def test_that_gathered_gradients_are_those_of_one_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gfm_desktop.finetune.tuned_network.DROPOUT", 0.0)
    data = planted(60, "multilabel")
    model = tiny_ensemble.model(tmp_path / "tiny")
    found = []
    for size in (16, 3):
        learner = tuner(
            "last-blocks",
            model,
            tmp_path / str(size),
            data,
            epochs=1,
            batch_size=size,
            learning_rate=1e-3,
        )
        found.append(fit(learner, data))
    losses = [one.state.history[1]["train_loss"] for one in found]
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)


def test_that_a_loss_that_is_no_number_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = planted(40)
    model = tiny_ensemble.model(tmp_path / "tiny")
    monkeypatch.setattr(steps.Steps, "_pass", lambda *_, **__: float("nan"))
    with pytest.raises(ModelError, match="gone astray"):
        fit(tuner("full", model, tmp_path, data), data)


def test_that_seeds_decide_everything(tmp_path: Path) -> None:
    data = planted(60)
    model = tiny_ensemble.model(tmp_path / "tiny")
    found = []
    for number, seed in enumerate((1, 1, 2)):
        learner = tuner("lora", model, tmp_path / str(number), data, epochs=1)
        found.append(fit(learner, data, seed=seed).state.history[1]["train_loss"])
    assert found[0] == found[1] != found[2]


def test_that_without_validation_a_fold_tells_the_best_epoch(tmp_path: Path) -> None:
    data = planted(60)
    model = tiny_ensemble.model(tmp_path / "tiny")
    every = np.arange(60)
    learner = tuner("lora", model, tmp_path, data)
    found = run(learner.fit(data, every, np.empty(0, np.int64), every % 4, seed=1))
    assert found.describe()["best_metric"] is not None
    train, validation = tuning.held_out(data, every, np.empty(0, np.int64), every % 4)
    assert len(validation) == 15
    assert not set(train) & set(validation)
    # With nothing to tell it, all epochs are run and the last one is kept.
    alone = run(
        tuner("lora", model, tmp_path / "alone", data).fit(
            data, every, np.empty(0, np.int64), np.zeros(60, np.int64), seed=1
        )
    )
    assert alone.describe()["best_epoch"] == 2


def test_that_class_weights_are_those_of_scikit_learn() -> None:
    from sklearn.utils.class_weight import compute_class_weight

    labels = np.array([0] * 6 + [1] * 2)
    made = Objective.of("binary", labels, 1, balanced=True)
    wanted = compute_class_weight("balanced", classes=np.array([0, 1]), y=labels)
    np.testing.assert_allclose(made.weights[0], wanted, rtol=1e-6)
    classes = np.array([0] * 5 + [1] * 3 + [2] * 2)
    made = Objective.of("multiclass", classes, 3, balanced=True)
    wanted = compute_class_weight("balanced", classes=np.arange(3), y=classes)
    np.testing.assert_allclose(made.weights[:, 0], wanted, rtol=1e-6)
    assert (Objective.of("multiclass", classes, 3, balanced=False).weights == 1).all()


def test_that_unknown_labels_have_no_loss() -> None:
    import torch

    table = np.array([[1.0, np.nan], [0.0, 1.0]], np.float32)
    made = Objective.of("multilabel", table, 2, balanced=False)
    logits = torch.tensor([[2.0, 50.0], [-1.0, 0.5]], requires_grad=True)
    total, weight = made.total(logits, torch.from_numpy(made.targets(table)))
    total.backward()  # type: ignore[no-untyped-call]
    assert weight == 3
    assert logits.grad is not None
    assert logits.grad[0, 1] == 0
    wanted = np.log1p(np.exp(-2.0)) + np.log1p(np.exp(-1.0)) + np.log1p(np.exp(-0.5))
    assert float(total.detach()) == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize(
    "family", ["splice", "caduceus-ps", "phylogpn", "gpn", "hyenadna", "dnabert2"]
)
def test_that_odd_families_can_be_trained(family: str, tmp_path: Path) -> None:
    data = planted(24)
    data = replace(data, sequences=tuple(s[:15] for s in data.sequences))
    model = splice() if family == "splice" else FAMILIES[family](tmp_path / "tiny")
    train, validation, test, folds = parts(24, 2)
    learner = tuner("lora", model, tmp_path, data, epochs=1, lora_rank=2)
    found = run(learner.fit(data, train, validation, folds, seed=1))
    assert np.isfinite(run(found.predict(data, test))).all()
    assert found.describe()["trainable_parameters"] > 0


def test_that_long_sequences_can_be_trained_in_pieces(tmp_path: Path) -> None:
    data = planted(24)
    model = tiny_ensemble.model(tmp_path / "tiny", longest=18)
    assert len(tuner("lora", model, tmp_path, data).backbone.pieces("A" * 40)) == 3
    found = fit(tuner("lora", model, tmp_path, data, epochs=1), data)
    assert np.isfinite(run(found.predict(data, np.arange(24)))).all()


def test_that_bf16_is_used_where_it_is_asked_for(tmp_path: Path) -> None:
    data = planted(24)
    model = tiny_ensemble.model(tmp_path / "tiny")
    one = tuner("lora", model, tmp_path, data, epochs=1)
    two = tuner("lora", model, tmp_path, data, epochs=1, precision="bf16")
    assert (one.settings.precision, two.settings.precision) == ("fp32", "bf16")
    losses = [
        fit(learner, data).state.history[1]["train_loss"] for learner in (one, two)
    ]
    assert losses[0] != losses[1]
    assert losses[0] == pytest.approx(losses[1], rel=0.1)


def test_that_embeddings_lie_where_they_belong(tmp_path: Path) -> None:
    data = planted(24)
    model = tiny_ensemble.model(tmp_path / "tiny")
    fit(tuner("lora", model, tmp_path, data, epochs=1), data)
    assert list((tmp_path / "cache").glob("*/*.safetensors"))
    assert not list(paths.cache().glob("**/*.safetensors"))
