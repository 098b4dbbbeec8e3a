"""What a typed place means in what is open: loci, a variant, or a reason why not."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gfm_desktop.genome.hgvs_reading import read_hgvs
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.locus import (
    LocusError,
    UnknownPlaceError,
    around,
    parse_locus,
    parse_variant,
)
from gfm_desktop.genome.locus_list import parse_loci
from gfm_desktop.genome.normalise import normalise
from gfm_desktop.genome.reference_check import check_reference
from gfm_desktop.genome.variant import Variant
from gfm_desktop.workspace.feature_search import find
from gfm_desktop.workspace.hypothetical import select_variant
from gfm_desktop.workspace.places import MOST_LOCI

if TYPE_CHECKING:
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.workspace.variant_row import VariantRow
    from gfm_desktop.workspace.workspace import Workspace

_BUILD = re.compile(r"\{(?P<build>[^{}]*)\}")
_REVERSED = re.compile(r"\[rev\]", re.IGNORECASE)
_SAME_BUILDS = {
    "hg18": "ncbi36",
    "hg19": "grch37",
    "b37": "grch37",
    "hs37d5": "grch37",
    "hg38": "grch38",
    "hs1": "t2tchm13",
    "chm13": "t2tchm13",
    "mm9": "ncbi37",
    "mm10": "grcm38",
    "mm39": "grcm39",
}


@dataclass(frozen=True, slots=True)
class Place:
    """What a text means.

    Attributes:
        loci: Where to look, from the left; at least one.
        variant: The variant that it names alone, normalised, its REF the genome's.
        row: The row of the open file that it names alone.
        notes: What must be told about how the text was read.
    """

    loci: tuple[Interval, ...]
    variant: Variant | None = None
    row: VariantRow | None = None
    notes: tuple[str, ...] = ()


def find_place(workspace: Workspace, text: str) -> Place:
    """Return what a typed text means.

    Forms: all of `genome.locus` and `genome.locus_list`, HGVS names, names of genes,
    transcripts, features and regions, identifiers of the open variant file, ``{hg19}``
    before a place, and ``[rev]`` behind it.

    Args:
        workspace: What is open.
        text: What the user typed.

    Raises:
        LocusError: With the reason, where it means nothing here.
    """
    genome = workspace.genome
    if genome is None:
        raise LocusError("Open a genome first.")
    for match in _BUILD.finditer(text):
        _check_build(match["build"], genome)
    notes: tuple[str, ...] = ()
    if _REVERSED.search(text):
        notes = ("The view always runs forward: [rev] was left out.",)
    plain = _REVERSED.sub(" ", _BUILD.sub(" ", text)).strip()
    reader = _Reader(workspace, genome)
    loci = parse_loci(plain, reader.one, most=MOST_LOCI)
    if len(loci) > 1:
        return Place(loci, notes=notes)
    return Place(loci, reader.variant, reader.row, (*notes, *reader.notes))


def go_to_place(workspace: Workspace, text: str) -> Place:
    """Go where a text says, and select the variant that it names.

    A single place moves the active locus; several stand side by side.

    Raises:
        LocusError: Where it means nothing here; nothing has moved then.
    """
    place = find_place(workspace, text)
    if len(place.loci) > 1:
        workspace.set_loci(place.loci)
    else:
        workspace.go_to(place.loci[0])
    if place.row is not None:
        workspace.select(place.row)
    elif place.variant is not None:
        row = select_variant(
            workspace, place.variant, about="Typed into the locus box."
        )
        if row.row < 0:
            words = f"{place.variant} is not in the open file: shown as hypothetical."
            place = Place(place.loci, place.variant, row, (*place.notes, words))
    for note in place.notes:
        workspace.message.emit("info", note)
    return place


@dataclass(slots=True)
class _Reader:
    """Reads one place after the other and keeps what else it names.

    Attributes:
        workspace: What is open.
        genome: The open genome.
        variant: The variant of the last place, if it is one.
        row: Its row, where an identifier named it.
        notes: What must be told.
    """

    workspace: Workspace
    genome: Reference
    variant: Variant | None = None
    row: VariantRow | None = None
    notes: list[str] = field(default_factory=list)

    def one(self, text: str) -> Interval:
        """Return one place.

        Raises:
            LocusError: If it is none.
        """
        self.variant, self.row = None, None
        self.notes.clear()
        workspace, genome = self.workspace, self.genome
        found = read_hgvs(text, genome, workspace.annotation)
        if found is not None:
            self._say_transcript(text.split(":")[0].strip())
        if isinstance(found, Interval):
            return around(found, genome.contigs)
        if found is None:
            found = parse_variant(
                text,
                contigs=genome.contigs,
                resolve=genome.resolve,
                here=workspace.locus,
            )
        if found is not None:
            return self._of_variant(found)
        try:
            return parse_locus(
                text,
                contigs=genome.contigs,
                resolve=genome.resolve,
                genes=workspace.annotation,
                here=workspace.locus,
                named=self._named,
            )
        except UnknownPlaceError:
            place = self._of_identifier(text)
            if place is None:
                raise
            return place

    def _of_variant(self, variant: Variant) -> Interval:
        """Return where a typed variant is shown; its REF must be the genome's."""
        if variant.ref == variant.alt:
            raise LocusError(
                "REF and ALT are the same: nothing is changed.", where=str(variant)
            )
        swap = ""
        if self._has(variant.contig, variant.start, variant.alt):
            turned = Variant(variant.contig, variant.start, variant.alt, variant.ref)
            swap = str(turned)
        try:
            check_reference(variant.ref, variant.interval, self.genome, swap=swap)
        except LocusError:
            self.row = self._as_written(variant)
            if self.row is None:
                raise
        else:
            self.variant = normalise(self.genome, variant)
        return around(variant.interval, self.genome.contigs)

    def _has(self, contig: str, start: int, bases: str) -> bool:
        end = start + len(bases)
        inside = end <= self.genome.contigs[contig]
        return inside and self.genome.fetch(contig, start, end) == bases

    def _as_written(self, variant: Variant) -> VariantRow | None:
        """Return the record that the open file has in these very words, if any."""
        table = self.workspace.table
        if table is None:
            return None
        wanted = (variant.position, variant.ref, variant.alt)
        marks = table.in_interval(variant.interval)
        return next(
            (
                row
                for row in table.rows(marks.row)
                if (row.pos, row.ref.upper(), row.alt.upper()) == wanted
            ),
            None,
        )

    def _of_identifier(self, text: str) -> Interval | None:
        """Return where a variant of the open file lies that bears this name."""
        table, name = self.workspace.table, text.strip()
        if table is None or not name or " " in name:
            if re.fullmatch(r"rs\d+", name, re.IGNORECASE):
                raise LocusError(
                    f"{name} is looked up in the variant file, and none is open.",
                    todo="Open a VCF with identifiers, or type the position.",
                )
            return None
        found = table.named(name)
        rows = table.rows(found[:1])
        place = self._where(rows[0]) if rows else None
        if place is None:
            if re.fullmatch(r"rs\d+", name, re.IGNORECASE):
                raise LocusError(
                    f"The open variant file has no {name} on this genome.",
                    todo="Type the position; identifiers come from the file alone.",
                )
            return None
        self.row = rows[0]
        if len(found) > 1:
            words = f"{len(found)} variants of the file are called {name}: the first"
            self.notes.append(f"{words} is shown.")
        return around(place, self.genome.contigs)

    def _where(self, row: VariantRow) -> Interval | None:
        """Return where a row lies, also one whose REF is wrong."""
        if row.variant is not None:
            return row.variant.interval
        contig = self.genome.resolve(row.chrom)
        if contig is None or row.pos is None:
            return None
        if not 1 <= row.pos <= self.genome.contigs[contig]:
            return None
        return Interval(contig, row.pos - 1, row.pos)

    def _say_transcript(self, name: str) -> None:
        """Say along which transcript a name that begins with a gene's was counted."""
        genes = self.workspace.annotation
        gene = genes.find(name) if genes is not None else None
        if gene is not None:
            along = gene.canonical.transcript_id
            self.notes.append(f"{gene.name} was counted along its transcript {along}.")

    def _named(self, name: str) -> Interval | None:
        """Return where a transcript, or what else has this name, lies."""
        genes = self.workspace.annotation
        transcript = genes.find_transcript(name) if genes is not None else None
        if transcript is not None:
            gene, its = transcript
            return Interval(gene.contig, its.start, its.end)
        wanted = name.strip().casefold()
        for region in self.workspace.regions.all:
            if region.name.casefold() == wanted:
                return region.interval
        found = find(self.workspace, name)
        return None if found is None else found.where


def _check_build(name: str, genome: Reference) -> None:
    """Refuse a place of another build than the open genome's.

    Raises:
        LocusError: If both are known and differ.
    """
    wanted, have = _build(name), _build(genome.build or "")
    if wanted and have and wanted != have:
        raise LocusError(
            f"The place is one of {name}, and the open genome is {genome.build}.",
            todo="Open that genome, or lift the place over first.",
        )


def _build(name: str) -> str:
    plain = re.sub(r"[^a-z0-9]", "", name.casefold())
    return _SAME_BUILDS.get(plain, plain)
