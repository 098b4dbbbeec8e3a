"""How a record can end. Every record ends in exactly one of these."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """The one ending of a record, written into every table and file."""

    PENDING = "pending"
    """Read and fit to be scored, but not scored yet: never in a finished result."""
    SCORED = "scored"
    REF_MISMATCH = "ref_mismatch"
    CONTIG_MISSING = "contig_missing"
    SYMBOLIC_ALLELE = "symbolic_allele"
    OUT_OF_RANGE = "out_of_range"
    NOT_IN_GENE = "not_in_gene"
    TOO_LONG = "too_long"
    AMBIGUOUS_BASES = "ambiguous_bases"
    UNSUPPORTED_BY_MODEL = "unsupported_by_model"
    MALFORMED = "malformed"
    FAILED = "failed"


DESCRIPTIONS: dict[Status, str] = {
    Status.PENDING: "not scored yet",
    Status.SCORED: "scored",
    Status.REF_MISMATCH: "REF differs from the genome",
    Status.CONTIG_MISSING: "the genome has no such contig",
    Status.SYMBOLIC_ALLELE: "no sequence to score (symbolic, breakend, * or .)",
    Status.OUT_OF_RANGE: "too close to the end of the contig, or outside it",
    Status.NOT_IN_GENE: "outside every annotated gene",
    Status.TOO_LONG: "longer than this scorer can handle",
    Status.AMBIGUOUS_BASES: "an allele has letters other than A, C, G, T",
    Status.UNSUPPORTED_BY_MODEL: "this model cannot score this kind of variant",
    Status.MALFORMED: "the line cannot be read",
    Status.FAILED: "the model failed on it",
}
"""Plain words for each status, as legends and tooltips show them."""
