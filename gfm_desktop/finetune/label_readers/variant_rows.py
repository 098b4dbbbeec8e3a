"""Labels of variants: both haplotypes are read from the genome."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gfm_desktop.finetune.label_readers.draft import STEP, Draft
from gfm_desktop.finetune.label_readers.letters import SHORTEST
from gfm_desktop.finetune.label_readers.roles import whole_number
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.judgement import Judge
from gfm_desktop.genome.status import Status
from gfm_desktop.genome.variant import Variant
from gfm_desktop.genome.vcf import Record

if TYPE_CHECKING:
    from collections.abc import Generator

    from gfm_desktop.finetune.label_readers.roles import Roles
    from gfm_desktop.finetune.label_readers.table import Row, Table
    from gfm_desktop.genome.reference import Reference


class Haplotypes(NamedTuple):
    """What is read around a variant.

    Attributes:
        place: The genome's stretch.
        ref: Its letters.
        alt: Its letters with the variant.
    """

    place: Interval
    ref: str
    alt: str


def read_variant_rows(
    table: Table,
    roles: Roles,
    *,
    reference: Reference,
    window: int,
    lengths: dict[str, int],
) -> Generator[int, None, Draft]:
    """Read one example a row, in steps; variants are checked and normalised.

    Args:
        table: The open table, or VCF file as a table.
        roles: `chrom`, `pos` (1-based, as in VCF), `ref`, `alt`, `labels` are needed.
        reference: The genome.
        window: Letters of the longer haplotype.
        lengths: Contig lengths in bp that the file states.

    Yields:
        Rows read so far.
    """
    draft = Draft(roles.label_names)
    judge = Judge(reference, lengths)
    for done, row in enumerate(table):
        if done % STEP == 0:
            yield done
        record = _record(row, roles)
        if isinstance(record, str):
            draft.refuse(row.number, record)
            continue
        (verdict,) = judge.judge(record)
        if verdict.status != Status.PENDING:
            fix = f"; {verdict.fix}" if verdict.fix else ""
            draft.refuse(
                row.number, f"{verdict.reason.removesuffix('.')}{fix}".rstrip(".")
            )
            continue
        variant = Variant(
            verdict.contig or "", verdict.start or 0, verdict.ref, verdict.alt
        )
        found = haplotypes(reference, variant, window)
        if isinstance(found, str):
            draft.refuse(row.number, found)
            continue
        if (verdict.start, verdict.ref) != (record.pos - 1, record.ref.upper()):
            draft.changes[
                "the variant was trimmed or moved left to its usual form"
            ] += 1
        draft.add(
            row.number,
            found.ref,
            roles.labels(row),
            alternative=found.alt,
            place=found.place,
            gene=roles.cell(row, "gene"),
            split=roles.cell(row, "split"),
        )
    return draft


def haplotypes(reference: Reference, variant: Variant, window: int) -> Haplotypes | str:
    """Return both haplotypes around a variant, or why they cannot be read.

    The rule is that of scoring (`scoring.windows.centred`; a test compares the two), so
    that a model is asked as it was taught: the longer haplotype has `window` letters,
    the variant's first base is letter ``window // 2`` (0-based), and near the end of a
    contig the window is shifted to lie on it.

    Args:
        reference: The genome.
        variant: Normalised; fits the genome.
        window: Letters of the longer haplotype.
    """
    longest = max(len(variant.ref), len(variant.alt))
    if longest > max(1, window // 2):
        return (
            f"an allele has {longest:,} bases; in a window of {window:,} at most "
            f"{window // 2:,} can be read"
        )
    length = reference.contigs[variant.contig]
    size = window - max(0, len(variant.alt) - len(variant.ref))
    start = variant.start - size // 2
    size = min(size, length)
    start = min(max(start, 0), length - size)
    place = Interval(variant.contig, start, start + size)
    letters = reference.fetch(place.contig, place.start, place.end)
    if size - letters.count("N") < max(SHORTEST, size // 2):
        return f"the genome is mostly unknown (N) at {place}"
    offset = variant.start - start
    behind = letters[offset + len(variant.ref) :]
    return Haplotypes(place, letters, letters[:offset] + variant.alt + behind)


def _record(row: Row, roles: Roles) -> Record | str:
    if row.problem:
        return row.problem
    pos = whole_number(roles.cell(row, "pos"))
    ref, alt = roles.cell(row, "ref"), roles.cell(row, "alt")
    if pos is None:
        return f"its position “{roles.cell(row, 'pos')}” is no whole number"
    if not roles.cell(row, "chrom"):
        return "its contig is empty"
    if not ref.isalpha():
        return f"its REF “{ref[:24]}” must be bases"
    return Record(row.number, b"", roles.cell(row, "chrom"), pos, ".", ref, (alt,))
