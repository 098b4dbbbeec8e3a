"""What is exported is what was trained, and the card says what was measured."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gfm_desktop.models import built_in_model, catalogue, manifest
from gfm_desktop.models.weights import sha256_of


@pytest.fixture
def trained(toy: tuple[Any, Any, Path]) -> tuple[Any, Any, Path]:
    """Return settings, trainer and model folder after a few steps."""
    from pretraining import export
    from pretraining.train import Machine, Trainer

    settings, corpus, out = toy
    trainer = Trainer(settings, corpus, out, Machine())
    trainer.run(until=4)
    export.weights(settings, out, out / "model")
    return settings, trainer, out


@pytest.mark.parametrize("vocabulary", ["nucleotide", "kmer", "bpe"])
def test_that_the_app_computes_what_the_programme_trained(
    trained: tuple[Any, Any, Path], vocabulary: str
) -> None:
    import torch

    _, trainer, out = trained
    batch = trainer.batches.held_out(vocabulary, 0, "validation", 3)
    trainer.network.eval()
    with torch.no_grad():
        wanted = trainer.logits(batch).numpy()
    model = built_in_model.load(out / "model", "cpu", vocabulary=vocabulary)
    found = model.logits(batch.ids, batch.places)[..., model.tokenizer.answers]
    # The folder holds half precision.
    np.testing.assert_allclose(found, wanted, atol=0.02)


def test_that_the_app_reads_sequences_as_the_programme_did(
    trained: tuple[Any, Any, Path],
) -> None:
    _, trainer, out = trained
    for name, cutter in trainer.batches.cutters.items():
        model = built_in_model.load(out / "model", "cpu", vocabulary=name)
        text = "ACGTTGCAAACCGTNNACGTACGTACGGA"
        np.testing.assert_array_equal(model.tokens(text).ids, cutter.tokens(text).ids)


def test_that_hidden_bases_are_rated_for_all_predictors(
    trained: tuple[Any, Any, Path],
) -> None:
    from pretraining import data, export, perplexity

    settings, _, out = trained
    longer = replace(settings.training.nucleotide, words=512)
    settings = replace(settings, training=replace(settings.training, nucleotide=longer))
    corpus = data.load(out / data.CORPUS)
    export.weights(settings, out, out / "model")

    def load(vocabulary: str, species: str) -> Any:
        folder = out / "model"
        return built_in_model.load(
            folder, "cpu", vocabulary=vocabulary, species=species
        )

    found = perplexity.measured(load, corpus, 3, 1)
    assert found["bases"] == 24
    # The toy genome is noise: nothing foretells it, and nothing is far from a guess.
    for name, row in found.items():
        if isinstance(row, dict):
            assert 2.5 < row["perplexity"] < 8, name
    assert "Markov 8, both sides" in found
    assert "model, mean of strands" in found


def test_that_a_missing_checkpoint_is_named(toy: tuple[Any, Any, Path]) -> None:
    from pretraining import export

    with pytest.raises(SystemExit, match="train first"):
        export.weights(toy[0], toy[2], toy[2] / "model")


def estimate(value: float, spread: float = 0.02) -> dict[str, float]:
    return {"value": value, "low": value - spread, "high": value + spread}


def result(sha256: str) -> dict[str, Any]:
    """Return an evaluation with one success, one failure and one tie."""

    def chances(perplexity: float) -> dict[str, float]:
        return {"perplexity": perplexity, "accuracy": 0.4, "nats": 1.3}

    def hidden(species: str, model: float) -> dict[str, Any]:
        return {
            "bases": 80,
            "windows": 10,
            "uniform": chances(4.0),
            f"model, species {species}": chances(model),
            "Markov 8, one side": chances(3.6),
            "Markov 8, both sides": chances(3.4),
        }

    def compared(model: float) -> dict[str, Any]:
        chains = {f"Markov {k}": estimate(0.6) for k in (2, 5, 8)}
        kmers = estimate(model - 0.05)
        return {"pairs": 50, "model": estimate(model), "model, kmer": kmers, **chains}

    def points(value: float) -> dict[str, Any]:
        return {"10": {"auroc": value, "spread": 0.01}}

    return {
        "weights_sha256": sha256,
        "hidden_bases": {
            "homo_sapiens": hidden("homo_sapiens", 3.2),
            "saccharomyces_cerevisiae": hidden("saccharomyces_cerevisiae", 3.5),
        },
        "zero_shot": {
            "homo_sapiens": {"splice site against intron": compared(0.7)},
            "saccharomyces_cerevisiae": {
                "start against intergenic": compared(0.4),
                "stop against synonymous": compared(0.61),
            },
        },
        "probe": {
            "a task": {
                "sequences": 90,
                "tests": 40,
                "embedding, nucleotide": points(0.7),
                "embedding, bpe": points(0.8),
                "5-mer counts": points(0.75),
            }
        },
        "speed": {"windows_of_512_a_second": 30.0, "threads": 2},
    }


def finished(trained: tuple[Any, Any, Path]) -> Path:
    from pretraining import card, export

    settings, _, out = trained
    folder = out / "model"
    measured = result(sha256_of(folder / "model.safetensors"))
    (out / "evaluation.json").write_text(json.dumps(measured), encoding="utf-8")
    licence = Path(__file__).parents[3] / "LICENSE"
    export.finish(folder, licence, card.write(settings, out, folder))
    return folder


def test_that_the_card_says_where_baselines_win(
    trained: tuple[Any, Any, Path],
) -> None:
    text = (finished(trained) / "MODEL_CARD.md").read_text(encoding="utf-8")
    lines = text.splitlines()
    human = next(li for li in lines if li.startswith("- Homo sapiens, hidden bases"))
    assert human.count("better than") == 2
    yeast = next(li for li in lines if "cerevisiae, hidden bases" in li)
    assert "worse than that of both sides (3.400)" in yeast
    splice = next(li for li in lines if "splice site against intron: " in li)
    assert "told apart" in splice
    assert "not" not in splice
    start = next(li for li in lines if "start against intergenic: " in li)
    assert "the wrong way round" in start
    stop = next(li for li in lines if "stop against synonymous: " in li)
    assert "not better than the best Markov chain" in stop
    labels = next(li for li in lines if li.startswith("- Few labels"))
    assert "embedding, bpe 0.800, above 5-mer counts 0.750" in labels
    scores = next(li for li in lines if li.startswith("- Scores of substitutions: "))
    assert "single bases (mean AUROC 0.570 over 3 comparisons, 6-mers 0.520)" in scores
    few = next(li for li in lines if li.startswith("- A linear model on 10 labels"))
    assert few.endswith(
        "labels: bpe (mean AUROC over 1 tasks: bpe 0.800, nucleotide 0.700)."
    )
    assert "## Learning curve" in lines
    # Four steps of 66 + 22 + 22 words for 3 + 2 + 2 sequences.
    assert any(li.startswith("| 1,144 | 4 |") for li in lines)


def test_that_the_finished_folder_is_a_model_of_the_app(
    trained: tuple[Any, Any, Path],
) -> None:
    folder = finished(trained)
    card = catalogue.card_of(str(folder))
    assert card.id == "gfm-ensemble"
    weak, _, strong = card.limits.partition("With 6-mers")
    assert "in 2 of 3 comparisons: start against intergenic" in weak
    assert "splice site" not in weak
    assert "splice site" in strong
    described = manifest.read(folder)
    assert described.loader == "built_in_model"
    assert (folder / "LICENSE").is_file()
    built_in_model.check(folder)


def test_that_a_card_is_never_written_of_other_weights(
    trained: tuple[Any, Any, Path],
) -> None:
    from pretraining import card

    settings, _, out = trained
    measured = result("0" * 64)
    (out / "evaluation.json").write_text(json.dumps(measured), encoding="utf-8")
    with pytest.raises(SystemExit, match="other weights"):
        card.write(settings, out, out / "model")


def test_that_one_command_runs_the_stages(toy_data: Path, tmp_path: Path) -> None:
    from pretraining import run

    changes = [
        "data.sha256={}",
        "vocabulary.pieces=30",
        "vocabulary.sample_bases=8000",
        "network.width=8",
        "network.layers=1",
        "network.heads=1",
        "network.inner=8",
        "network.attention_every=1",
        "network.context=2",
        "training.steps=2",
        "training.nucleotide={sequences=2, words=32, weight=1.0}",
        "training.kmer={sequences=2, words=12, weight=0.2}",
        "training.bpe={sequences=2, words=12, weight=0.2}",
    ]
    flags = [flag for change in changes for flag in ("--set", change)]
    stages = ["data", "vocabulary", "train", "weights"]
    out = tmp_path / "all"
    common = ["--data", str(toy_data), "--out", str(out), "--no-compile"]
    run.main([*stages, *common, "--device", "cpu", "--precision", "fp32", *flags])
    built_in_model.check(out / "model")
    with pytest.raises(SystemExit, match="--data"):
        run.main(["data", "--out", str(out)])


def test_that_hidden_words_are_asked_at_the_word_that_holds_the_base(
    trained: tuple[Any, Any, Path],
) -> None:
    from pretraining import data, export, reading, variants, zero_shot

    settings, _, out = trained
    longer = replace(settings.training.kmer, words=100)
    settings = replace(settings, training=replace(settings.training, kmer=longer))
    export.weights(settings, out, out / "model")
    corpus = data.load(out / data.CORPUS)
    model = built_in_model.load(out / "model", "cpu", vocabulary="kmer")
    contig = corpus.numbers(1, "test")[0]
    codes = corpus.bases(corpus.contigs[contig])
    ref = int(codes[900])
    change = variants.Change(contig, 900, ref, (ref + 1) % 4)
    found = zero_shot.by_kmers(model, corpus)([change])
    window = codes[900 - 256 : 900 + 256].copy()
    total = 0.0
    for back in (False, True):
        strands = []
        for base in (change.ref, change.alt):
            window[256] = base
            strands.append(reading.text(reading.reverse(window) if back else window))
        word = (255 if back else 256) // 6
        ids = [model.tokens(text).ids[word + 2] for text in strands]
        asked = model.tokens(strands[0]).ids.copy()
        asked[word + 2] = model.tokenizer.mask_id
        logits = model.logits(asked[None], np.array([[word + 2]]))[0, 0]
        total += float(logits[ids[0]] - logits[ids[1]]) / 2
    np.testing.assert_allclose(found, [total], rtol=1e-5)
