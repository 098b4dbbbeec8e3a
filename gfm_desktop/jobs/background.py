"""What random substitutions of the loaded genome score: the measure of a raw score.

A log-odds of -4 says little to a biologist; "lower than 97 % of random A[C>T]G
substitutions in this genome" does. Substitutions are compared within their class, the
base with its two neighbours and what it becomes, because bases differ in how
predictable they are (CpG above all); complementary classes are one, as strands are
averaged: 96 classes, named from the pyrimidine's strand as in mutational signatures
(Alexandrov et al. 2013, Nature 500:415-421).

Sites are drawn uniformly from the genome with a seed that is its fingerprint. Every
class takes the first sites of the same endless sequence of draws, so that a larger
background contains the smaller one, and the order of questions does not matter.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from gfm_desktop import paths
from gfm_desktop.genome.fingerprint import write_whole
from gfm_desktop.genome.variant import Variant
from gfm_desktop.models.sequence import reverse_complement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from gfm_desktop.genome.reference import Reference

ENOUGH = 10
"""Scores of a class below which no percentile is given."""
_VERSION = 1
_BASES = "ACGT"
_SMALL = 1_000_000
"""Bases of a genome whose positions are shuffled, so that none is drawn twice."""
_BLOCK = 4_096
_DRAWS_PER_SITE = 2_000
"""Draws for each wanted site, until a trinucleotide counts as too rare in a genome
that is not small; the rarest of vertebrates is one base in 500."""


def trinucleotide(reference: Reference, contig: str, start: int) -> str:
    """Return the base at a 0-based position with its neighbours, pyrimidine strand.

    Empty at the ends of contigs and where a letter is not A, C, G or T.
    """
    if start < 1 or start + 2 > reference.contigs.get(contig, 0):
        return ""
    letters = reference.fetch(contig, start - 1, start + 2)
    if set(letters) - set(_BASES):
        return ""
    return letters if letters[1] in "CT" else reverse_complement(letters)


def class_of(variant: Variant, reference: Reference) -> str:
    """Return the class of a substitution, such as ``"A[C>T]G"``; empty for others."""
    if len(variant.ref) != 1 or len(variant.alt) != 1:
        return ""
    context = trinucleotide(reference, variant.contig, variant.start)
    if not context:
        return ""
    same = variant.ref == context[1]
    alt = variant.alt if same else reverse_complement(variant.alt)
    return f"{context[0]}[{context[1]}>{alt}]{context[2]}"


def trinucleotide_of(substitution: str) -> str:
    """Return the trinucleotide of a class: ``"ACG"`` of ``"A[C>T]G"``."""
    return f"{substitution[0]}{substitution[2]}{substitution[-1]}"


@dataclass(slots=True)
class Background:
    """Scores of random substitutions, by class; kept in one file.

    Attributes:
        path: The file.
        sites: Trinucleotide to the number of sites that were scored (three
            substitutions each).
        scores: Class to its scores, in the order of the sites; None where the scorer
            refused.
    """

    path: Path
    sites: dict[str, int] = field(default_factory=dict)
    scores: dict[str, list[float | None]] = field(default_factory=dict)

    @classmethod
    def open(cls, identity: Mapping[str, object]) -> Background:
        """Return what was kept for a model, a genome and settings; empty at first.

        Args:
            identity: All that the numbers depend on.
        """
        text = json.dumps({**identity, "format": _VERSION}, sort_keys=True)
        name = hashlib.sha256(text.encode()).hexdigest()[:20]
        folder = paths.cache() / "backgrounds"
        folder.mkdir(exist_ok=True)
        made = cls(folder / f"{name}.json")
        try:
            stored = json.loads(made.path.read_bytes())
            made.sites, made.scores = stored["sites"], stored["scores"]
        except (OSError, ValueError, KeyError, TypeError):
            # Absent or damaged: a cache is made again.
            made.sites, made.scores = {}, {}
        return made

    def save(self) -> None:
        """Write the file, whole."""
        content = {"sites": self.sites, "scores": self.scores}
        write_whole(self.path, json.dumps(content).encode())

    def add(self, context: str, found: Mapping[str, float | None]) -> None:
        """Take the scores of one more site.

        Args:
            context: Its trinucleotide.
            found: Class to score, for its three substitutions.
        """
        self.sites[context] = self.sites.get(context, 0) + 1
        for name, score in found.items():
            self.scores.setdefault(name, []).append(score)

    def ranked(self, substitution: str, sites: int) -> Ranks:
        """Return the scores of a class among its first `sites` sites."""
        values = self.scores.get(substitution, [])[:sites]
        known = [value for value in values if value is not None]
        return Ranks(np.sort(np.asarray(known, np.float64)))


@dataclass(frozen=True, slots=True)
class Ranks:
    """Sorted scores of one class."""

    scores: NDArray[np.float64]

    def percentile(self, score: float) -> float | None:
        """Return how much of the background lies below a score, 0 to 100.

        Half of what is equal counts as below (mid-rank). None where there is too
        little background.
        """
        if len(self.scores) < ENOUGH:
            return None
        below = int(np.searchsorted(self.scores, score, "left"))
        equal = int(np.searchsorted(self.scores, score, "right")) - below
        return 100 * (below + equal / 2) / len(self.scores)


class Site(NamedTuple):
    """One random base of the genome.

    Attributes:
        context: Its trinucleotide, from the pyrimidine's strand.
        number: How many sites of this trinucleotide were drawn before.
        contig: Its contig.
        start: Its 0-based position.
    """

    context: str
    number: int
    contig: str
    start: int


def substitutions(reference: Reference, site: Site) -> dict[str, Variant]:
    """Return class to variant of the three substitutions of a site."""
    base = reference.fetch(site.contig, site.start, site.start + 1)
    variants = [
        Variant(site.contig, site.start, base, alt) for alt in _BASES if alt != base
    ]
    return {class_of(variant, reference): variant for variant in variants}


def sites(reference: Reference, wanted: Iterable[str], number: int) -> Iterator[Site]:
    """Yield random sites.

    Ends when every wanted trinucleotide has `number` sites, or when drawing on would
    take too long because one is rare in this genome.

    Args:
        reference: The genome.
        wanted: Trinucleotides, from the pyrimidine's strand.
        number: Sites of each.
    """
    drawn = dict.fromkeys(wanted, 0)
    seen: set[tuple[str, int]] = set()
    for place in _draws(reference, limit=_DRAWS_PER_SITE * number):
        if not drawn:
            return
        context = trinucleotide(reference, *place)
        if context not in drawn or place in seen:
            continue
        seen.add(place)
        yield Site(context, drawn[context], *place)
        drawn[context] += 1
        if drawn[context] == number:
            del drawn[context]


def _draws(reference: Reference, *, limit: int) -> Iterator[tuple[str, int]]:
    """Yield random positions; all of them, shuffled, where the genome is small."""
    names = sorted(reference.contigs)
    lengths = np.array([reference.contigs[name] for name in names], np.int64)
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    seed = hashlib.sha256(reference.fingerprint.encode()).digest()[:8]
    random = np.random.default_rng(int.from_bytes(seed, "big"))
    # What is drawn must not depend on how much is wanted.
    if total <= _SMALL:
        blocks: Iterable[NDArray[np.int64]] = [random.permutation(total)]
    else:
        blocks = (
            random.integers(0, total, size=_BLOCK) for _ in range(limit // _BLOCK + 1)
        )
    for place in itertools.chain.from_iterable(blocks):
        which = int(np.searchsorted(ends, place, "right"))
        yield names[which], int(place - (ends[which] - lengths[which]))
