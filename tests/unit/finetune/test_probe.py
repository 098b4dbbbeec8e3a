"""A probe is a linear model on frozen embeddings: exact, cached, chosen by folds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gfm_desktop.errors import ModelError, OptionError
from gfm_desktop.finetune import features as features_module
from gfm_desktop.finetune.evaluation import primary_of
from gfm_desktop.finetune.features import Features, layers_kept
from gfm_desktop.finetune.linear import fitted, quick_predictions
from gfm_desktop.finetune.methods import auto_method, method, random_init
from gfm_desktop.genome.interval import Interval
from gfm_desktop.models.backbones import backbone_of
from gfm_desktop.models.readout import probabilities

from ..models import tiny_ensemble  # noqa: TID252
from ..models.every_family import FAMILIES, splice  # noqa: TID252
from .tuning_kit import followed, parts, planted, run, variants

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gfm_desktop.finetune.labelled import LabelledSet, Task

TASKS: list[Task] = ["binary", "multiclass", "multilabel", "regression"]


def probe(model: Any, tmp_path: Path, data: LabelledSet, **options: Any) -> Any:
    chosen: Mapping[str, Any] = options
    return method(
        "probe",
        model,
        chosen,
        cache=tmp_path / "cache",
        work=tmp_path / "work",
        data=data,
    )


@pytest.mark.parametrize("task", TASKS)
def test_that_a_planted_signal_is_learnt(task: Task, tmp_path: Path) -> None:
    data = planted(220, task)
    train, validation, test, folds = parts(len(data))
    learner = probe(tiny_ensemble.model(tmp_path / "tiny"), tmp_path, data)
    ticks, fit = followed(learner.fit(data, train, validation, folds, seed=1))
    assert ticks
    found = run(fit.predict(data, test))
    assert found.shape == (len(test), data.outputs)
    assert found.dtype == np.float32
    guess = {"regression": 0.0}.get(task, 0.5)
    assert primary_of(task, data.labels[test], found) > guess + 0.08
    if task == "multiclass":
        np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("examples", [30, 300], ids=["few", "many"])
def test_that_predictions_are_those_of_scikit_learn(
    examples: int, tmp_path: Path
) -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    data = planted(examples)
    model = tiny_ensemble.model(tmp_path / "tiny")
    backbone = backbone_of(model)
    features = Features.open(backbone, tmp_path / "cache", layers=(3,))
    every = np.arange(len(data))
    run(features.compute(data, every, both=True))
    vectors = features.vectors(data, every, layer=3, pooling="mean", both=True)
    for balanced in (False, True):
        head = fitted(
            "binary", vectors, data.labels, outputs=1, strength=0.1, balanced=balanced
        )
        weights = "balanced" if balanced else None
        theirs = make_pipeline(
            StandardScaler(),
            LogisticRegression(C=0.1, class_weight=weights, tol=1e-8, max_iter=10_000),
        )
        theirs.fit(vectors.astype(np.float64), data.labels)
        wanted = theirs.predict_proba(vectors.astype(np.float64))[:, 1]
        found = probabilities("binary", head.logits(vectors))[:, 0]
        np.testing.assert_allclose(found, wanted, atol=2e-3)


def test_that_classes_and_ridges_are_those_of_scikit_learn() -> None:
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.preprocessing import StandardScaler

    random = np.random.default_rng(4)
    vectors = random.normal(3, 2, size=(50, 8)).astype(np.float32)
    scaled = StandardScaler().fit_transform(vectors.astype(np.float64))
    labels = random.integers(0, 3, 50)
    head = fitted(
        "multiclass", vectors, labels, outputs=3, strength=0.5, balanced=False
    )
    theirs = LogisticRegression(C=0.5, tol=1e-8, max_iter=10_000).fit(scaled, labels)
    np.testing.assert_allclose(
        probabilities("multiclass", head.logits(vectors)),
        theirs.predict_proba(scaled),
        atol=2e-3,
    )
    values = random.normal(5, 3, 50).astype(np.float32)
    head = fitted(
        "regression", vectors, values, outputs=1, strength=0.5, balanced=False
    )
    ridge = Ridge(alpha=2.0).fit(scaled, values)
    np.testing.assert_allclose(
        head.logits(vectors)[:, 0], ridge.predict(scaled), rtol=1e-4
    )


def test_that_classes_without_examples_are_not_predicted() -> None:
    vectors = np.random.default_rng(1).normal(size=(20, 4)).astype(np.float32)
    for labels in (np.tile([0, 2], 10), np.full(20, 2)):
        head = fitted(
            "multiclass", vectors, labels, outputs=3, strength=1.0, balanced=True
        )
        chances = probabilities("multiclass", head.logits(vectors))
        assert chances[:, 1].max() < 1e-6
    head = fitted(
        "binary", vectors, np.zeros(20), outputs=1, strength=1.0, balanced=True
    )
    assert np.ptp(head.logits(vectors)) == 0
    assert probabilities("binary", head.logits(vectors)).max() < 0.1


def test_that_unknown_labels_are_left_out_label_by_label() -> None:
    random = np.random.default_rng(2)
    vectors = random.normal(size=(60, 5)).astype(np.float32)
    labels = (vectors[:, :2] > 0).astype(np.float32)
    labels[::2, 0] = np.nan
    both = fitted("multilabel", vectors, labels, outputs=2, strength=1, balanced=False)
    scaled = fitted(
        "binary", vectors, labels[:, 1], outputs=1, strength=1, balanced=False
    )
    np.testing.assert_allclose(both.weight[1], scaled.weight[0], atol=1e-4)
    assert np.abs(both.weight[0]).max() > 0.1
    quick = quick_predictions(
        "multilabel", vectors, labels, np.arange(60) % 3, outputs=2
    )
    known = ~np.isnan(labels[:, 0])
    assert primary_of("binary", labels[known, 0], quick[1][known, :1]) > 0.8


def test_that_a_second_probe_reads_the_cache_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = planted(60)
    train, validation, test, folds = parts(len(data))
    model = tiny_ensemble.model(tmp_path / "tiny")
    first = probe(model, tmp_path, data)
    wanted = run(
        run(first.fit(data, train, validation, folds, seed=1)).predict(data, test)
    )

    read: list[int] = []

    def counted(backbone: Any, pieces: Any, **settings: Any) -> Any:
        read.append(len(pieces))
        return iter(())

    monkeypatch.setattr(features_module, "embedded", counted)
    for options in ({}, {"pooling": "max"}, {"layer": 2}, {"class_weights": False}):
        again = probe(model, tmp_path, data, **options)
        fit = run(again.fit(data, train, validation, folds, seed=1))
        found = run(fit.predict(data, test))
        if not options:
            np.testing.assert_array_equal(found, wanted)
    assert set(read) == {0}


def test_that_a_damaged_chunk_is_made_again(tmp_path: Path) -> None:
    data = planted(20)
    every = np.arange(20)
    backbone = backbone_of(tiny_ensemble.model(tmp_path / "tiny"))
    first = Features.open(backbone, tmp_path / "cache", layers=(1, 3))
    run(first.compute(data, every, both=False))
    wanted = first.vectors(data, every, layer=1, pooling="max", both=False)
    (chunk,) = (tmp_path / "cache").glob("*/*.safetensors")
    chunk.write_bytes(chunk.read_bytes()[:-5])
    second = Features.open(backbone, tmp_path / "cache", layers=(1, 3))
    assert not second.cache.places
    run(second.compute(data, every, both=False))
    found = second.vectors(data, every, layer=1, pooling="max", both=False)
    np.testing.assert_array_equal(found, wanted)


def test_that_another_network_has_a_cache_of_its_own(tmp_path: Path) -> None:
    data = planted(20)
    every = np.arange(20)
    model = tiny_ensemble.model(tmp_path / "tiny")
    found = []
    for one in (model, random_init(model)):
        features = Features.open(backbone_of(one), tmp_path / "cache", layers=(3,))
        run(features.compute(data, every, both=False))
        found.append(features.vectors(data, every, layer=3, pooling="mean", both=False))
    assert not np.allclose(*found)


def test_that_strands_are_averaged_where_labels_belong_to_both(tmp_path: Path) -> None:
    data = planted(40)
    model = tiny_ensemble.model(tmp_path / "tiny")
    train, validation, test, folds = parts(len(data))
    places = tuple(Interval("chr1", 50 * i, 50 * i + 40) for i in range(40))
    for changed, options, both in (
        (replace(data, places=places), {}, "both"),
        (data, {"reverse_complement": "yes"}, "both"),
        (data, {"reverse_complement": "no"}, "forward"),
    ):
        learner = probe(model, tmp_path, changed, **options)
        fit = run(learner.fit(changed, train, validation, folds, seed=1))
        assert fit.describe()["strands"] == both
    turned = replace(
        data,
        sequences=tuple(
            s.translate(str.maketrans("ACGT", "TGCA"))[::-1] for s in data.sequences
        ),
    )
    learner = probe(model, tmp_path, data, reverse_complement="yes")
    fit = run(learner.fit(data, train, validation, folds, seed=1))
    np.testing.assert_allclose(
        run(fit.predict(data, test)), run(fit.predict(turned, test)), atol=1e-5
    )


def test_that_layer_and_pooling_can_be_given(tmp_path: Path) -> None:
    data = planted(40)
    model = tiny_ensemble.model(tmp_path / "tiny")
    train, validation, _, folds = parts(len(data))
    for layer, wanted in ((2, 2), (-1, 3), (200, 3)):
        learner = probe(model, tmp_path, data, layer=layer, pooling="centre")
        told = run(learner.fit(data, train, validation, folds, seed=1)).describe()
        assert (told["layer"], told["pooling"]) == (wanted, "centre")


def test_that_variants_are_learnt_from_both_alleles(tmp_path: Path) -> None:
    data = variants(120)
    train, validation, test, folds = parts(len(data))
    learner = probe(tiny_ensemble.model(tmp_path / "tiny"), tmp_path, data)
    fit = run(learner.fit(data, train, validation, folds, seed=1))
    assert fit.vector == 3 * 16
    found = run(fit.predict(data, test))
    assert primary_of("binary", data.labels[test], found) > 0.9


def test_that_folds_or_validation_or_nothing_may_choose(tmp_path: Path) -> None:
    data = planted(60)
    model = tiny_ensemble.model(tmp_path / "tiny")
    train, validation, test, folds = parts(len(data))
    one = np.zeros_like(folds)
    none = np.empty(0, np.int64)
    for second, given, measured in (
        (validation, folds, True),
        (validation, one, True),
        (none, folds, True),
        (none, one, False),
    ):
        learner = probe(model, tmp_path, data)
        fit = run(learner.fit(data, train, second, given, seed=1))
        assert (fit.describe()["choosing_metric"] is not None) == measured
        assert np.isfinite(run(fit.predict(data, test))).all()


def test_that_the_test_part_is_never_looked_at(tmp_path: Path) -> None:
    data = planted(60)
    train, validation, test, folds = parts(len(data))
    labels = data.labels.copy()
    labels[test] = 1 - labels[test]
    model = tiny_ensemble.model(tmp_path / "tiny")
    found = []
    for one in (data, replace(data, labels=labels)):
        fit = run(
            probe(model, tmp_path, one).fit(one, train, validation, folds, seed=1)
        )
        found.append(run(fit.predict(one, test)))
    np.testing.assert_array_equal(*found)


@pytest.mark.parametrize(
    "family", ["splice", "caduceus-ps", "phylogpn", "ensemble-bpe"]
)
def test_that_odd_families_can_be_probed(family: str, tmp_path: Path) -> None:
    sequences = tuple(s[:15] for s in planted(24).sequences)
    data = replace(planted(24), sequences=sequences)
    train, validation, test, folds = parts(24, 2)
    model = splice() if family == "splice" else FAMILIES[family](tmp_path / "tiny")
    fit = run(probe(model, tmp_path, data).fit(data, train, validation, folds, seed=1))
    assert np.isfinite(run(fit.predict(data, test))).all()


def test_that_layers_are_spread_and_fit_the_budget(tmp_path: Path) -> None:
    class Wide:
        layers, width = 24, 1024

    wide: Any = Wide()
    assert layers_kept(wide, 100) == (3, 6, 9, 12, 15, 18, 21, 24)
    assert layers_kept(wide, 100, wanted=-1) == layers_kept(wide, 100)
    assert layers_kept(wide, 100, wanted=6) == layers_kept(wide, 100)
    assert layers_kept(wide, 100, wanted=7) == (7,)
    assert layers_kept(wide, 1_000_000) == (24,)
    assert len(layers_kept(wide, 100_000)) == 3


def test_that_odd_questions_are_refused(tmp_path: Path) -> None:
    data = planted(10)
    model = tiny_ensemble.model(tmp_path / "tiny")
    with pytest.raises(OptionError, match="no method “magic”"):
        method("magic", model, {}, cache=tmp_path, work=tmp_path, data=data)

    class Toy:
        card = model.card
        device = "cpu"
        weights_sha256 = ""

    with pytest.raises(ModelError, match="cannot be fine-tuned"):
        method("probe", Toy(), {}, cache=tmp_path, work=tmp_path, data=data)


def test_that_auto_takes_the_probe_for_few_labels_and_on_a_cpu() -> None:
    assert auto_method(planted(199), "cuda") == "probe"
    assert auto_method(planted(200), "cuda:1") == "lora"
    assert auto_method(planted(500), "cpu") == "probe"
