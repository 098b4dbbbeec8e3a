"""What must be said loudly about a variant file: above all, the wrong genome."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gfm_desktop.genome.judgement import Judge
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.vcf import VcfReader

FEWEST_RECORDS = 20
"""Below this many compared records a share of mismatches says nothing."""
MOST_MISMATCHES = 0.1
"""Share of REF mismatches above which the genome does not fit: even exome calls on the
neighbouring build agree by chance in a quarter to a third of records only."""
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


def _wrong_genome(reader: VcfReader, judge: Judge, reference: Reference) -> list[str]:
    mine, theirs = reference.build, reader.build
    share = judge.mismatched / judge.checked if judge.checked else 0.0
    if judge.checked >= FEWEST_RECORDS and share > MOST_MISMATCHES:
        looks = f" The file looks like {theirs}" if theirs else ""
        looks += f", the genome is {mine}." if theirs and mine else "." * bool(looks)
        return [
            f"This genome does not fit the variants: REF differs in "
            f"{judge.mismatched:,} of {judge.checked:,} records ({share:.0%}).{looks} "
            "Open the genome that the variants were called on; records whose REF "
            "agrees may do so by chance."
        ]
    if mine and theirs and mine != theirs:
        return [
            f"The file's header speaks of {theirs}, the genome is {mine}. Check that "
            "they belong together."
        ]
    return []


def _missing(judge: Judge, reference: Reference) -> list[str]:
    if not judge.missing:
        return []
    named = [f"{name} ({n:,})" for name, n in judge.missing.most_common(_NAMED)]
    more = len(judge.missing) - len(named)
    names = ", ".join(named) + (f" and {more:,} more" if more else "")
    own = ", ".join(list(reference.contigs)[:_NAMED])
    return [
        f"{judge.missing.total():,} records lie on contigs that the genome does not "
        f"have: {names}. The genome's contigs: {own}"
        + (", ..." if len(reference.contigs) > _NAMED else ".")
    ]
