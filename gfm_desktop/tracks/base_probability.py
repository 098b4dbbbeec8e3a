"""Which base a language model expects at each place of a region, REF and ALT.

Signals: ``p_a p_c p_g p_t``, the probabilities of A, C, G, T on the forward strand,
which sum to 1, and ``entropy``, in bits. The height of a logo's column is the
information ``2 - entropy`` (Schneider and Stephens 1990, Nucleic Acids Res 18:6097),
of which each letter has its probability's share.

**Rules** (option ``mode``):

- ``each``, the exact one. Single bases: the base alone is hidden, in a window that has
  it where the scorer ``masked-log-odds`` has a variant, and p is the softmax over the
  four bases. So ``log p(ALT) - log p(REF)`` at a place **is** the masked log-odds of
  that substitution.
- ``spaced``: every 16th token of a window is hidden at once; 16 passes tell the middle
  half of a window. Faster by half a window's length / 16, and not quite the same
  numbers, because the other hidden bases are missing from the context.
- ``visible``: nothing is hidden, one pass for the middle half of a window. The model
  sees the base and mostly repeats it; see `scoring.unmasked_log_odds`. Never compare it
  with the others.

**k-mers side by side** (Nucleotide Transformer; 6-mers of the built-in model). The
k-mer that holds the base is hidden, and p(b) is the sum of the probabilities of all
k-mers that have b at that place: the other bases of the k-mer are hidden with it, and
the number says so. The softmax is over the 4^k k-mers. k-mers lie on a grid that begins
with the contig; windows are cut to a multiple of k, so that both strands hide the same
bases. **Overlapping k-mers** (DNABERT, SpeciesLM): all k tokens over the base are
hidden, as by the scorer ``kmer-log-odds``; p(b) is the same sum for the k-mer that has
the base in its middle.

**Alignment columns** (PhyloGPN): the model is trained to see the base, so nothing is
hidden; ``each`` reads every base in the middle of a receptive field, ``visible`` reads
stretches, which changes the numbers a little because the network normalises over all
that it reads.

**Strands**: the mean of the log-probabilities of both strands, normalised again, as the
scorers take the mean of log-odds. A model whose strands agree by construction is read
once. A model of transcripts reads the sense strand of the genes where gene models are
open (option ``strands``), and tells nothing between genes.

**ALT**: windows of the haplotype with the variant; where no window reaches the variant,
ALT is REF. Deleted bases have no ALT (NaN); inserted bases have no place on the
reference and are left out. A change of length that is no multiple of k is refused for
k-mers side by side: it would move every k-mer behind it.

NaN, with the reason: bases that are N in the genome; the last bases of a contig that
fill no k-mer; bases nearer to a contig's end than an unpadded model can read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.models.language_model import LanguageModel
from gfm_desktop.models.option import Option
from gfm_desktop.tracks.base_fit import WHERE, refuse
from gfm_desktop.tracks.base_reading import Reader, reading_of
from gfm_desktop.tracks.card import Browsing, TrackCard
from gfm_desktop.tracks.haplotype import Haplotype
from gfm_desktop.tracks.place import check_place
from gfm_desktop.tracks.prediction import Missing, TrackPrediction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.models.protocols import LoadedModel

BASES = ("p_a", "p_c", "p_g", "p_t")
"""Keys of the probabilities, in the order of the alphabet."""
ENTROPY = "entropy"
_TOGETHER = {"cpu": 16, "gpu": 256}
"""Tokens that one piece asks about where each is hidden alone."""
_TILE = 16
"""bp of a tile where each base costs a window: about a second, two with a variant."""
_REACH = 256
"""Half a window of 512 bases: further away, ALT differs little or not at all."""

MODE = Option(
    "mode",
    "Hide",
    "Each base (or k-mer) hidden in turn: exact. Every 16th hidden at once: faster, a "
    "little different. Nothing hidden: fastest, and another number, because the model "
    "sees the base that it is asked about.",
    "each",
    choices=("each", "spaced", "visible"),
)
WINDOW = Option(
    "window",
    "Window",
    "Bases that the model reads around a base; 0 for the model's own window.",
    0,
    minimum=0,
    maximum=1_000_000,
    unit="bp",
)
STRANDS = Option(
    "strands",
    "Strands",
    "Read both strands and take the mean, one of them, or the sense strand of the gene "
    "(needs gene models). Auto: both strands, but the sense strand for models of "
    "transcripts where gene models are open.",
    "auto",
    choices=("auto", "both", "forward", "reverse", "gene"),
)

TRACK = TrackCard(
    name=WHERE,
    title="Expected bases",
    noun="expected bases",
    needs="language",
    units="probabilities, 0 to 1; entropy in bits, 0 to 2",
    description="Which base the model expects at each place, and how sure it is.",
    source="GPN (Benegas et al. 2023, PNAS 120:e2311219120); logos after Schneider "
    "and Stephens 1990, Nucleic Acids Res 18:6097",
    signals=(
        ("p_a", "Probability of A"),
        ("p_c", "Probability of C"),
        ("p_g", "Probability of G"),
        ("p_t", "Probability of T"),
        (ENTROPY, "Entropy"),
    ),
    widest_bp=5_000,
    main=ENTROPY,
    options=(MODE, STRANDS, WINDOW),
    by_allele=True,
    default_model="gfm-ensemble",
)


def browsing(*, mode: str = "each", **options: object) -> Browsing:
    """Return how it is asked for: by few bases where each costs a window.

    The speeds are those of windows of 512 bases.
    """
    match mode:
        case "spaced":
            return Browsing(tile_bp=256, flank_bp=_REACH, speed=16.0)
        case "visible":
            return Browsing(tile_bp=256, flank_bp=_REACH, speed=256.0)
    return Browsing(tile_bp=_TILE, flank_bp=_REACH)


def piece(model: LoadedModel, *, mode: str = "each", **options: object) -> int:
    """Return the bp that are predicted between two chances to cancel."""
    if not isinstance(model, LanguageModel) or model.tokenizer.kind == "bpe":
        return 1
    window = options.get("window")
    reading = reading_of(model, mode, window if isinstance(window, int) else 0)
    if mode != "each":
        return reading.step
    place = "cpu" if model.device.startswith("cpu") else "gpu"
    return _TOGETHER[place] * reading.unit


def predict(
    model: LoadedModel,
    interval: Interval,
    *,
    reference: Reference,
    genes: GeneModels | None,
    variant: Variant | None = None,
    batch_size: int = 8,
    known: TrackPrediction | None = None,
    mode: str = "each",
    strands: str = "auto",
    window: int = 0,
) -> TrackPrediction:
    """Predict a region.

    Args:
        model: A masked language model of bases or k-mers, or one of columns.
        interval: What to predict; inside a contig of the reference.
        reference: The genome.
        genes: Gene models; needed for ``strands="gene"`` only.
        variant: Normalised variant for `TrackPrediction.alt`; None for REF alone.
        batch_size: Most windows of a forward pass.
        known: This prediction without the variant, where it is at hand.
        mode: What is hidden: a choice of `MODE`.
        strands: Which strands to read: a choice of `STRANDS`.
        window: Bases that the model reads; 0 for its own window.

    Raises:
        OptionError: If model, interval, variant or option do not fit.
    """
    check_place(interval, variant, reference)
    reader = Reader(
        refuse(model, mode=mode, strands=strands, genes=genes, variant=variant),
        interval,
        reference,
        genes,
        batch_size,
        mode,
        strands,
        window,
    )
    if known is None:
        ref, cautions = reader.read(Haplotype(reference, interval.contig))
        signals: Mapping[str, NDArray[np.float32]] = _signals(ref)
        missing = reader.missing(ref)
    else:
        ref, signals = _stacked(known.ref), known.ref
        cautions, missing = known.notes, known.missing
    alt = None
    if variant is not None:
        alt, more = reader.alternative(
            Haplotype(reference, interval.contig, variant), ref
        )
        cautions = tuple(dict.fromkeys((*cautions, *more)))
        missing = (*missing, *_deleted(interval, variant))
    names = genes.overlapping(interval) if genes is not None else []
    return TrackPrediction(
        interval,
        signals,
        None if alt is None else _signals(alt),
        variant,
        tuple(dict.fromkeys(gene.name for gene in names)),
        model.card.id,
        model.weights_sha256,
        kind=TRACK.name,
        how=reader.how,
        titles=dict(TRACK.signals),
        units=TRACK.units,
        missing=missing,
        notes=cautions,
    )


def _signals(logs: NDArray[np.float64]) -> dict[str, NDArray[np.float32]]:
    """Return the signals of log-probabilities of shape (bp, 4)."""
    chances = np.exp(logs)
    entropy = -(chances * logs / np.log(2.0)).sum(axis=1)
    found = {name: chances[:, i] for i, name in enumerate(BASES)}
    found[ENTROPY] = np.clip(entropy, 0.0, 2.0)
    return {name: values.astype(np.float32) for name, values in found.items()}


def _stacked(signals: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float64]:
    """Return log-probabilities of shape (bp, 4) from signals."""
    chances = np.stack([signals[name] for name in BASES], axis=1).astype(np.float64)
    return np.log(np.maximum(chances, np.finfo(np.float32).tiny))


def _deleted(interval: Interval, variant: Variant) -> tuple[Missing, ...]:
    start = max(interval.start, variant.start + len(variant.alt))
    end = min(interval.end, variant.start + len(variant.ref))
    if start >= end:
        return ()
    return (Missing(start, end, "deleted by the variant", "alt"),)
