"""What must be said loudly about a variant file: above all, the wrong genome."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gfm_desktop.genome.judgement import Judge
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.vcf import VcfReader

FEWEST_RECORDS = 20
"""Below this many compared records a share of mismatches says nothing."""
MISFIT = "This genome does not fit the variants"
"""How the warning of a wrong genome begins."""
MOST_MISMATCHES = 0.1
"""Share of REF mismatches above which the genome does not fit: even exome calls on the
neighbouring build agree by chance in a quarter to a third of records only."""
MOST_EXPLAINED = 0.8
"""Share of mismatches that one mistake must explain; one base of three does by chance.
"""
_NAMED = 5


def warnings_of(
    reader: VcfReader, judge: Judge, reference: Reference, *, records: int
) -> tuple[str, ...]:
    """Return warnings fit to read, the most serious first.

    Args:
        reader: The reader after its last line.
        judge: The judge after its last record.
        reference: The genome.
        records: Number of records, malformed lines included.
    """
    warnings = [*_wrong_genome(reader, judge, reference), *_missing(judge, reference)]
    if judge.unknown:
        warnings.append(f"{judge.unknown:,} records lie where the genome has only N.")
    warnings.extend(reader.notes)
    if not records:
        warnings.append("The file has a header but no variants.")
    return tuple(warnings)


def misplaced_contigs(judge: Judge) -> dict[str, str]:
    """Return contigs that are other sequences than the genome's, with the reason.

    Two witnesses are needed: the length that the header states and the bases.

    Args:
        judge: The judge after its last record.
    """
    return {
        chrom: judge.explain(chrom)
        for chrom, contig in judge.contradicting.items()
        if judge.mismatched[contig] > MOST_MISMATCHES * judge.checked[contig]
    }


def _wrong_genome(reader: VcfReader, judge: Judge, reference: Reference) -> list[str]:
    mine, theirs = reference.build, reader.build
    checked, mismatched = judge.checked.total(), judge.mismatched.total()
    misplaced = misplaced_contigs(judge)
    if misplaced or (
        checked >= FEWEST_RECORDS and mismatched > MOST_MISMATCHES * checked
    ):
        looks = f" The file looks like {theirs}" if theirs else ""
        if theirs and theirs == mine:
            looks = f" Both call themselves {mine}; one of them is something else."
        else:
            looks += (
                f", the genome is {mine}." if theirs and mine else "." * bool(looks)
            )
        lengths = "".join(f" By its header, {why}." for why in misplaced.values())
        return [
            f"{MISFIT}: REF differs in {mismatched:,} of "
            f"{checked:,} records ({mismatched / checked:.0%}).{looks}{lengths}"
            + _explanation(judge, mismatched)
        ]
    warnings = [
        f"By the header, {judge.explain(chrom)}; "
        + (
            "but REF agrees with the genome, so the header was not believed."
            if checked
            else "and no REF could be compared with the genome."
        )
        for chrom in judge.contradicting
    ]
    if mine and theirs and mine != theirs and not warnings:
        warnings.append(
            f"The file's header speaks of {theirs}, the genome is {mine}. Check that "
            "they belong together."
        )
    return warnings


def misfit(warnings: Sequence[str]) -> str:
    """Return the warning that the genome is the wrong one; empty where it fits."""
    return next((text for text in warnings if text.startswith(MISFIT)), "")


_PATTERNS = {
    "swapped": " In most of them the genome has the ALT allele: REF and ALT are "
    "swapped. Exchange the two columns.",
    "zero_based": " In most of them REF stands one base further on: positions count "
    "from 0. Add 1 to each.",
    "one_too_far": " In most of them REF stands one base before: positions are 1 too "
    "high. Subtract 1 from each.",
}


def _explanation(judge: Judge, mismatched: int) -> str:
    """Return what would explain most mismatches, or the usual advice."""
    for pattern, words in _PATTERNS.items():
        if judge.patterns[pattern] > MOST_EXPLAINED * mismatched:
            return words
    return (
        " Open the genome that the variants were called on; records whose REF agrees "
        "may do so by chance."
    )


def _missing(judge: Judge, reference: Reference) -> list[str]:
    if not judge.missing:
        return []
    named = [f"{name} ({n:,})" for name, n in judge.missing.most_common(_NAMED)]
    more = len(judge.missing) - len(named)
    names = ", ".join(named) + (f" and {more:,} more" if more else "")
    own = ", ".join(list(reference.contigs)[:_NAMED])
    total = judge.missing.total()
    records = "1 record lies" if total == 1 else f"{total:,} records lie"
    return [
        f"{records} on contigs that the genome does not have: {names}. "
        f"The genome's contigs: {own}"
        + (", ..." if len(reference.contigs) > _NAMED else ".")
    ]
