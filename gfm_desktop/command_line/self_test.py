"""Are a built-in model's numbers right on this machine?"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass

from gfm_desktop.errors import ModelError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.paths import resources

TOLERANCE = 1e-4
"""Largest allowed difference of a probability: the bound for real splice networks."""
RECORDED = "self_test.json"
"""File of the built-in language model: hidden bases of a sequence and their chances, in
double precision where it was made (`packaging/pretraining`)."""


@dataclass(frozen=True, slots=True)
class Known:
    """Probabilities that the original program gives for a place in the sample.

    Attributes:
        interval: What to predict, 0-based half-open.
        values: Signal and 0-based position to probability.
    """

    interval: Interval
    values: dict[tuple[str, int], float]


KNOWN = {
    # The borders of the fourth exon of RANBP1 (plus strand), as the frozen graph
    # of cispliceai 1.2.2 gives them (TensorFlow 2.21, `tests/golden/ci_spliceai.npz`).
    "ci-spliceai": Known(
        Interval("chr22", 20_112_800, 20_113_000),
        {
            ("acceptor_plus", 20_112_830): 0.9974577,
            ("donor_plus", 20_112_958): 0.9673790,
        },
    )
}


def check(model_id: str) -> str:
    """Predict what is known and return what was found, in words.

    Raises:
        ModelError: If a probability differs by more than `TOLERANCE`, or there is
            none to compare with.
        InputError: If the sample cannot be read.
    """
    if model_id in KNOWN:
        return _check_splice(model_id, KNOWN[model_id])
    if (resources() / "models" / model_id / RECORDED).is_file():
        return _check_language(model_id)
    raise ModelError(f"No number of {model_id} is known to compare with.")


def _check_language(model_id: str) -> str:
    """Compare the chances of hidden bases with those that were recorded."""
    import numpy as np

    from gfm_desktop.models import catalogue
    from gfm_desktop.models.language_model import LanguageModel

    folder = resources() / "models" / model_id
    recorded = json.loads((folder / RECORDED).read_text(encoding="utf-8"))
    began = time.perf_counter()
    model = catalogue.load(model_id, options=recorded["options"])
    loaded = time.perf_counter()
    assert isinstance(model, LanguageModel)
    tokens = model.tokens(recorded["sequence"])
    rows = np.flatnonzero(tokens.letters)[recorded["hidden"]]
    ids = tokens.ids.copy()
    mask = model.tokenizer.mask_id
    if mask is None:
        raise ModelError(f"{model.card.name} has no token that hides another.")
    ids[rows] = mask
    logits = model.logits(ids[None], rows[None])[0][:, list(model.tokenizer.base_ids)]
    chances = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    worst = float(np.abs(chances - np.array(recorded["chances"])).max())
    _judge(model.card.name, worst, "a hidden base", model.device)
    return _words(
        "equals what was recorded when it was made",
        worst,
        model.device,
        loaded - began,
        time.perf_counter() - loaded,
    )


def _check_splice(model_id: str, known: Known) -> str:
    """Compare splice sites of the sample with those of the original program."""
    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.jobs.splice import splice_model
    from gfm_desktop.models import catalogue
    from gfm_desktop.tracks import splice_probability

    sample = resources() / "sample"
    reference = Reference.open(sample / "chr22.fa.gz")
    try:
        genes = GeneModels.load(sample / "genes.gtf.gz", reference=reference)
        began = time.perf_counter()
        model = splice_model(catalogue.load(model_id))
        loaded = time.perf_counter()
        found = splice_probability.predict(
            model, known.interval, reference=reference, genes=genes
        )
        ended = time.perf_counter()
    finally:
        reference.close()
    start = known.interval.start
    worst = max(
        abs(float(found.ref[signal][position - start]) - expected)
        for (signal, position), expected in known.values.items()
    )
    _judge(model.card.name, worst, str(known.interval), model.device)
    return _words(
        "equals the original program",
        worst,
        model.device,
        loaded - began,
        ended - loaded,
    )


def _judge(name: str, worst: float, place: str, device: str) -> None:
    # Written so that NaN fails too.
    if not worst <= TOLERANCE:
        raise ModelError(
            f"{name} gives other numbers than the original program: "
            f"a probability differs by {worst:.2g}.",
            where=f"{place} on {device}",
            todo="Do not trust scores of this installation. Try the device cpu and "
            "another version of PyTorch, and report this.",
        )


def _words(
    found: str, worst: float, device: str, loading: float, predicting: float
) -> str:
    return (
        f"{found} within {worst:.0e} on {device} "
        f"(loaded in {loading:.1f} s, predicted in {predicting:.1f} s)"
    )
