"""A variant that stands in no file: clicked in a heatmap, or typed.

It is selected like any other, so that predicted tracks show REF and ALT of it; as a row
it has no place in the table, and `is_hypothetical` tells it apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.errors import GfmError
from gfm_desktop.genome.locus import parse_variant
from gfm_desktop.genome.normalise import normalise
from gfm_desktop.genome.status import Status
from gfm_desktop.workspace.score_table import VariantRow

if TYPE_CHECKING:
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.workspace.workspace import Workspace

HYPOTHETICAL = -1
"""Row of a variant that is in no table."""
_BASES = frozenset("ACGT")


def is_hypothetical(row: VariantRow | None) -> bool:
    """Tell whether a row stands in no file."""
    return row is not None and row.row == HYPOTHETICAL


def row_for(workspace: Workspace, variant: Variant, *, about: str = "") -> VariantRow:
    """Return the row of a variant: that of the open file where it has it, else a new.

    Args:
        workspace: What is open.
        variant: On the open genome; any spelling.
        about: What is known of it, for the inspector; a row of the file has its own.

    Raises:
        GfmError: If no genome is open, or the variant does not fit it.
    """
    genome = workspace.genome
    if genome is None:
        raise GfmError("No genome is open.", todo="Open a genome first (a FASTA file).")
    _check(genome, variant)
    normal = normalise(genome, variant)
    return _in_table(workspace, normal) or VariantRow(
        row=HYPOTHETICAL,
        line=0,
        chrom=variant.contig,
        pos=variant.position,
        id="",
        ref=variant.ref,
        alt=variant.alt,
        variant=normal,
        kind=normal.kind,
        status=Status.PENDING,
        reason=about,
    )


def select_variant(
    workspace: Workspace, variant: Variant, *, about: str = "", go: bool = False
) -> VariantRow:
    """Select a variant, whether it is in the open file or not.

    Args:
        workspace: What is open.
        variant: On the open genome; any spelling.
        about: What is known of it, for the inspector.
        go: Bring it to the middle of the browser as well.

    Raises:
        GfmError: As `row_for` does.
    """
    row = row_for(workspace, variant, about=about)
    if go:
        workspace.show_variant(row)
    else:
        workspace.select(row)
    return row


def select_typed(workspace: Workspace, text: str) -> bool:
    """Select the variant that a text names and go there.

    Args:
        workspace: What is open.
        text: Such as ``chr22:20113000:A:G``; the forms of `genome.locus.parse_variant`.

    Returns:
        False where the text is no variant at all; nothing has changed then.

    Raises:
        GfmError: If it is one that does not fit the open genome.
    """
    genome = workspace.genome
    if genome is None:
        return False
    variant = parse_variant(
        text, contigs=genome.contigs, resolve=genome.resolve, here=workspace.locus
    )
    if variant is None:
        return False
    select_variant(workspace, variant, go=True)
    return True


def _check(genome: Reference, variant: Variant) -> None:
    """Refuse a variant that is not one of this genome.

    Raises:
        GfmError: With the reason and what to do.
    """
    place = variant.interval
    length = genome.contigs.get(place.contig, 0)
    if not 0 <= place.start < place.end <= length:
        problem = f"The genome has no place {place}."
        todo = "Check the position and the build of the genome."
    elif not set(variant.ref + variant.alt) <= _BASES or not variant.alt:
        problem = "The alleles must be made of A, C, G and T."
        todo = "Write the variant as chr22:20113000:A:G."
    elif variant.ref == variant.alt:
        problem = "REF and ALT are the same: nothing is changed."
        todo = "Give another ALT."
    elif (here := genome.fetch(place.contig, place.start, place.end)) != variant.ref:
        problem = f"REF is {variant.ref}, but the genome has {here} there."
        todo = "Check the position, the alleles, and the build of the genome."
    else:
        return
    raise GfmError(problem, where=str(variant), todo=todo)


def _in_table(workspace: Workspace, normal: Variant) -> VariantRow | None:
    """Return the open file's row of a normalised variant, if it has one."""
    table = workspace.table
    if table is None:
        return None
    marks = table.in_interval(normal.interval)
    same = (row for row in table.rows(marks.row) if row.variant == normal)
    return next(same, None)
