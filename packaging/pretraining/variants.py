"""Substitutions whose effect the annotation tells: cases and matched controls.

Every class is drawn from the held-out part. A control has the same three letters around
the changed base and the same change as its case, on either strand (64 times 3 kinds of
change are 96 with strands put together), so that neither the base composition nor the
mutability of the context tells them apart.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from pretraining.data import annotation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from pretraining.data import Contig, Corpus

CODONS = "KNKNTTTTRSRSIIMIQHQHPPPPRRRRLLLLEDEDAAAAGGGGVVVV*Y*YSSSS*CWCLFLF"
"""Amino acids of the standard code, codons in the order AAA, AAC, AAG, AAT, ACA, ..."""
AWAY = 50
"""Bases that a non-coding control is away from any exon."""
NEAR = 300
"""Variants this near to an end of a contig are left out."""


@dataclass(frozen=True, slots=True)
class Change:
    """One substitution.

    Attributes:
        contig: Index into the corpus' contigs.
        place: 0-based.
        ref: Code of the reference base on the plus strand.
        alt: Code of the other base.
    """

    contig: int
    place: int
    ref: int
    alt: int


@dataclass(slots=True)
class Gene:
    """One transcript.

    Attributes:
        contig: Its contig's index.
        reverse: Whether it lies on the minus strand.
        exons: 0-based half-open spans, by place.
        coding: Coding spans (with the stop codon), by place; empty where unknown.
    """

    contig: int
    reverse: bool
    exons: list[tuple[int, int]] = field(default_factory=list)
    coding: list[tuple[int, int]] = field(default_factory=list)


def yeast_genes(path: Path, contigs: Sequence[Contig]) -> list[Gene]:
    """Return the transcripts of Ensembl's annotation; its CDS lack the stop codon."""
    return _genes(path, contigs, "CDS")


def human_genes(path: Path, contigs: Sequence[Contig]) -> list[Gene]:
    """Return the transcripts of the regions; coding parts are exons cut to the span."""
    genes = _genes(path, contigs, "coding_region")
    for gene in genes:
        if gene.coding:
            low, high = gene.coding[0][0], gene.coding[-1][1]
            cut = [(max(a, low), min(b, high)) for a, b in gene.exons]
            gene.coding = [(a, b) for a, b in cut if a < b]
    return genes


def _genes(path: Path, contigs: Sequence[Contig], coding: str) -> list[Gene]:
    index = {contig.name: number for number, contig in enumerate(contigs)}
    found: dict[str, Gene] = {}
    for columns in annotation(path):
        if columns[0] not in index or 'transcript_id "' not in columns[8]:
            continue
        name = columns[8].split('transcript_id "')[1].split('"')[0]
        gene = found.setdefault(name, Gene(index[columns[0]], columns[6] == "-"))
        span = (int(columns[3]) - 1, int(columns[4]))
        if columns[2] == "exon":
            gene.exons.append(span)
        elif columns[2] in {coding, "stop_codon"}:
            gene.coding.append(span)
    for gene in found.values():
        gene.exons.sort()
        gene.coding = _joined(gene.coding)
    return list(found.values())


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    result: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def coding_changes(corpus: Corpus, genes: Sequence[Gene]) -> dict[str, list[Change]]:
    """Return changes of start codons, new stops, and silent ones.

    A gene counts where its coding letters are whole codons from ATG to a stop. A place
    that two reading frames share is left out.
    """
    kinds: dict[tuple[int, int, int], set[str]] = defaultdict(set)
    for gene in genes:
        letters, places = _spliced(corpus, gene)
        if not _whole(letters):
            continue
        for number, place in enumerate(places):
            for alt in range(4):
                if alt != letters[number]:
                    kind = _effect(letters, number, alt)
                    plus = 3 - alt if gene.reverse else alt
                    kinds[gene.contig, int(place), plus].add(kind)
    found: dict[str, list[Change]] = defaultdict(list)
    for (contig, place, alt), effects in kinds.items():
        if len(effects) == 1 and (kind := next(iter(effects))):
            ref = int(corpus.bases(corpus.contigs[contig])[place])
            found[kind].append(Change(contig, place, ref, alt))
    return found


def _spliced(corpus: Corpus, gene: Gene) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the coding letters in reading direction, and their places."""
    if not gene.coding:
        return np.zeros(0, np.uint8), np.zeros(0, np.int64)
    places = np.concatenate([np.arange(a, b) for a, b in gene.coding])
    letters = corpus.bases(corpus.contigs[gene.contig])[places]
    if gene.reverse:
        return (3 - letters[::-1]).astype(np.uint8), places[::-1]
    return letters, places


def _whole(letters: NDArray[np.uint8]) -> bool:
    if len(letters) < 9 or len(letters) % 3 or (letters > 3).any():
        return False
    acids = "".join(_acid(letters[i : i + 3]) for i in range(0, len(letters), 3))
    start = letters[:3].tolist() == [0, 3, 2]
    return start and acids.endswith("*") and "*" not in acids[:-1]


def _acid(codon: NDArray[np.uint8] | list[int]) -> str:
    return CODONS[int(codon[0]) * 16 + int(codon[1]) * 4 + int(codon[2])]


def _effect(letters: NDArray[np.uint8], number: int, alt: int) -> str:
    first = number // 3 * 3
    if first == 0:
        return "start"
    if first == len(letters) - 3:
        return ""
    codon = letters[first : first + 3].tolist()
    before = _acid(codon)
    codon[number - first] = alt
    after = _acid(codon)
    if after == before:
        return "synonymous"
    return "stop" if after == "*" else ""


def splice_changes(corpus: Corpus, genes: Sequence[Gene]) -> list[Change]:
    """Return changes of the two bases of GT...AG introns next to their exons."""
    found = set()
    for gene in genes:
        codes = corpus.bases(corpus.contigs[gene.contig])
        for (_, start), (end, _) in zip(gene.exons, gene.exons[1:], strict=False):
            ends = [*codes[start : start + 2], *codes[end - 2 : end]]
            canonical = [2, 3, 0, 2] if not gene.reverse else [1, 3, 0, 1]
            if end - start < 50 or ends != canonical:
                continue
            for place in (start, start + 1, end - 2, end - 1):
                found |= _all_changes(codes, gene.contig, place)
    return sorted(found, key=_key)


def outside_changes(
    corpus: Corpus,
    genes: Sequence[Gene],
    contigs: Sequence[int],
    *,
    within: bool,
    random: np.random.Generator,
    count: int,
) -> list[Change]:
    """Return changes at random places away from every exon.

    Args:
        corpus: All bases.
        genes: All transcripts.
        contigs: Indices of the contigs to draw from.
        within: Whether places must lie in introns; else they must lie outside genes.
        random: Where chance comes from.
        count: How many places.
    """
    free = []
    for number in contigs:
        length = corpus.contigs[number].length
        near, inside = np.zeros(length, bool), np.zeros(length, bool)
        for gene in (g for g in genes if g.contig == number):
            for start, end in gene.exons:
                near[max(0, start - AWAY) : end + AWAY] = True
            inside[gene.exons[0][0] : gene.exons[-1][1]] = True
        fits = ~near & (inside if within else ~inside)
        fits[:NEAR] = fits[length - NEAR :] = False
        free += [(number, int(place)) for place in np.flatnonzero(fits)]
    drawn = random.choice(len(free), size=min(count, len(free)), replace=False)
    found: set[Change] = set()
    for which in drawn:
        number, place = free[which]
        found |= _all_changes(corpus.bases(corpus.contigs[number]), number, place)
    return sorted(found, key=_key)


def _all_changes(codes: NDArray[np.uint8], contig: int, place: int) -> set[Change]:
    ref = int(codes[place])
    if ref > 3:
        return set()
    return {Change(contig, place, ref, alt) for alt in range(4) if alt != ref}


def _key(change: Change) -> tuple[int, int, int]:
    return change.contig, change.place, change.alt


def kind_of(corpus: Corpus, change: Change) -> tuple[int, ...]:
    """Return three letters and the new base, the same for both strands."""
    codes = corpus.bases(corpus.contigs[change.contig])
    around = [int(c) for c in codes[change.place - 1 : change.place + 2]]
    plus = (*around, change.alt)
    minus = (*(3 - c for c in around[::-1]), 3 - change.alt)
    return min(plus, minus)


def matched(
    corpus: Corpus,
    cases: Sequence[Change],
    controls: Sequence[Change],
    *,
    random: np.random.Generator,
    most: int,
) -> tuple[list[Change], list[Change], int]:
    """Return as many cases as controls of the same kinds, one by one.

    Args:
        corpus: All bases.
        cases: Drawn from at random.
        controls: Used once each.
        random: Where chance comes from.
        most: Pairs at most.

    Returns:
        Cases, controls, and how many of the drawn cases had no control left.
    """
    free: Mapping[tuple[int, ...], list[Change]] = defaultdict(list)
    for place in random.permutation(len(controls)):
        control = controls[place]
        if _inside(corpus, control):
            free[kind_of(corpus, control)].append(control)
    pairs, without = [], 0
    for place in random.permutation(len(cases)):
        case = cases[place]
        if len(pairs) == most or not _inside(corpus, case):
            continue
        if left := free[kind_of(corpus, case)]:
            pairs.append((case, left.pop()))
        else:
            without += 1
    return [case for case, _ in pairs], [control for _, control in pairs], without


def _inside(corpus: Corpus, change: Change) -> bool:
    length = corpus.contigs[change.contig].length
    return NEAR <= change.place < length - NEAR
