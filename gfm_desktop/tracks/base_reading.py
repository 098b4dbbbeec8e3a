"""A region as one language model reads it: strands, alleles, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gfm_desktop.errors import OptionError
from gfm_desktop.models.batches import answered
from gfm_desktop.tracks.base_fit import WHERE
from gfm_desktop.tracks.base_questions import Ask, Reading, kmer_ids
from gfm_desktop.tracks.prediction import Missing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.models.language_model import LanguageModel
    from gfm_desktop.tracks.haplotype import Haplotype

UNKNOWN_SHARE = 0.05
"""Share of N in a window above which a note says so; as for scores."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A region and how it is read; the fields are `base_probability.predict`'s."""

    model: LanguageModel
    interval: Interval
    reference: Reference
    genes: GeneModels | None
    batch_size: int
    mode: str
    strands: str
    window: int

    @property
    def strand(self) -> str:
        """Return which strands are read: a choice of the option, but never auto."""
        if self.strands != "auto":
            return self.strands
        known = self.model.card.transcripts and self.genes is not None
        return "gene" if known else "both"

    @property
    def how(self) -> str:
        """Return how the numbers are made, in a few words."""
        unit = "base" if self.model.tokenizer.kind != "kmer" else "k-mer"
        if self.model.objective == "column":
            words = "nothing hidden"
            words += ", in stretches" if self.mode == "visible" else ""
        elif self.mode == "each":
            words = f"each {unit} hidden in turn"
        elif self.mode == "spaced":
            words = f"every 16th {unit} hidden at once"
        else:
            words = "nothing hidden"
        return f"{words}, {_STRAND_WORDS[self.strand]}"

    def read(self, haplotype: Haplotype) -> tuple[NDArray[np.float64], tuple[str, ...]]:
        """Return log-probabilities of the region, shape (bp, 4), NaN for none."""
        places = haplotype.places(self.interval.start, self.interval.end)
        return self._read(haplotype, places)

    def alternative(
        self, haplotype: Haplotype, ref: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], tuple[str, ...]]:
        """Return the same with the variant; REF where no window reaches it."""
        places = haplotype.places(self.interval.start, self.interval.end)
        found, cautions = self._read(haplotype, places, seen=True)
        unread = np.isnan(found).all(axis=1) & (places >= 0)
        return np.where(unread[:, None], ref, found), cautions

    def missing(self, logs: NDArray[np.float64]) -> tuple[Missing, ...]:
        """Return why bases of the region have no prediction."""
        letters = self._letters()
        plus, minus = self._senses()
        end = f"{self.interval.contig} ends here: {self.model.card.name} cannot read it"
        reasons = np.where(
            letters == b"N",
            "the genome's base is unknown here (N)",
            np.where(
                plus | minus,
                f"{end} with all that it needs around",
                "no gene here, so there is no sense strand to read",
            ),
        )
        absent = np.isnan(logs).all(axis=1)
        found = []
        for reason in np.unique(reasons[absent]).tolist():
            mask = (absent & (reasons == reason)).astype(np.int8)
            edges = np.flatnonzero(np.diff(mask, prepend=0, append=0))
            for first, behind in edges.reshape(-1, 2).tolist():
                start = self.interval.start
                found.append(Missing(start + first, start + behind, reason))
        return tuple(found)

    def _read(
        self, haplotype: Haplotype, places: NDArray[np.int64], *, seen: bool = False
    ) -> tuple[NDArray[np.float64], tuple[str, ...]]:
        reading = reading_of(self.model, self.mode, self.window)
        known = (places >= 0) & (self._letters() != b"N")
        asks: list[Ask] = []
        for cut in reading.cuts(haplotype, places[known]):
            if seen and not haplotype.sees(cut.start, cut.end):
                continue
            for strand in self._asked():
                one = reading.asks(haplotype, cut, strand)
                asks += [one] if one is not None else []
        answers = answered(
            [one.question for one in asks],
            self.model.logits,
            batch_size=self.batch_size,
            device=self.model.device,
        )
        logs = {s: np.full((len(places), 4), np.nan) for s in "+-"}
        order = np.flatnonzero(known)
        for one, answer in zip(asks, answers, strict=True):
            logs[one.strand][order[np.searchsorted(places[order], one.places)]] = answer
        return self._mean(logs), _cautions(asks)

    def _asked(self) -> str:
        """Return the strands to read; where genes decide, those that they have here."""
        plus, minus = self._senses()
        wanted = ("+" if plus.any() else "") + ("-" if minus.any() else "")
        return "+" if self.model.symmetric and wanted else wanted

    def _mean(self, logs: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
        """Return the mean of the strands that count at each base, normalised."""
        forward, reverse = logs["+"], logs["-"]
        if self.model.symmetric:
            reverse = forward
        plus, minus = self._senses()
        both = np.where(
            (plus & minus)[:, None],
            (forward + reverse) / 2,
            np.where(plus[:, None], forward, reverse),
        )
        both[~(plus | minus)] = np.nan
        total = np.log(np.exp(both).sum(axis=1, keepdims=True))
        result: NDArray[np.float64] = both - total
        return result

    def _senses(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return which bases are read on the forward and on the reverse strand."""
        size = len(self.interval)
        plus = np.full(size, self.strand in ("both", "forward"))
        minus = np.full(size, self.strand in ("both", "reverse"))
        if self.strand == "gene" and self.genes is not None:
            for gene in self.genes.overlapping(self.interval):
                side = plus if gene.strand == "+" else minus
                first = max(0, gene.start - self.interval.start)
                side[first : max(0, gene.end - self.interval.start)] = True
        return plus, minus

    def _letters(self) -> NDArray[np.bytes_]:
        one = self.interval
        text = self.reference.fetch(one.contig, one.start, one.end)
        return np.frombuffer(text.encode("ascii"), "S1")


_STRAND_WORDS = {
    "both": "mean of both strands",
    "forward": "forward strand",
    "reverse": "reverse strand",
    "gene": "sense strand of genes",
}


def reading_of(model: LanguageModel, mode: str, window: int) -> Reading:
    """Return how a model is read.

    Args:
        model: Reads bases or k-mers.
        mode: What is hidden.
        window: Bases that it reads; 0 for its own window.

    Raises:
        OptionError: If it cannot read such a window.
    """
    size = window or model.window
    unit = model.tokenizer.k if model.tokenizer.kind == "kmer" else 1
    if size < unit:
        raise OptionError(f"A window needs at least {unit} bases.", where=WHERE)
    # Asked once: more letters than the model reads are told before the work.
    model.tokens("A" * size, hold_frame=True)
    kmers = np.empty(0, np.int64) if model.tokenizer.k == 1 else kmer_ids(model)
    return Reading(model, mode, size // unit * unit, kmers)


def _cautions(asks: list[Ask]) -> tuple[str, ...]:
    worst = max((one.unknown for one in asks), default=0.0)
    if worst <= UNKNOWN_SHARE:
        return ()
    return (
        "Caution: in places more than a twentieth of the sequence that the model reads "
        "is unknown (N) in this genome.",
    )
