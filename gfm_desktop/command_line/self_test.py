"""Are a built-in model's numbers right on this machine?"""

from __future__ import annotations

import time
from dataclasses import dataclass

from gfm_desktop.errors import ModelError
from gfm_desktop.genome.interval import Interval
from gfm_desktop.paths import resources

TOLERANCE = 1e-4
"""Largest allowed difference of a probability: the bound for real splice networks."""


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
    """Predict known sites of the sample and return what was found, in words.

    Raises:
        ModelError: If a probability differs by more than `TOLERANCE`, or there is
            none to compare with.
        InputError: If the sample cannot be read.
    """
    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.jobs.splice import splice_model
    from gfm_desktop.models import catalogue
    from gfm_desktop.tracks import splice_probability

    if model_id not in KNOWN:
        raise ModelError(f"No number of {model_id} is known to compare with.")
    known = KNOWN[model_id]
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
    # Written so that NaN fails too.
    if not worst <= TOLERANCE:
        raise ModelError(
            f"{model.card.name} gives other numbers than the original program: "
            f"a probability differs by {worst:.2g}.",
            where=f"{known.interval} on {model.device}",
            todo="Do not trust scores of this installation. Try the device cpu and "
            "another version of PyTorch, and report this.",
        )
    return (
        f"equals the original program within {worst:.0e} on {model.device} "
        f"(loaded in {loaded - began:.1f} s, predicted in {ended - loaded:.1f} s)"
    )
