"""Names that begin with what is being typed: contigs, genes, features and regions."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal

from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.locus import GENE_FLANK, with_flank
from gfm_desktop.workspace.feature_search import GENES, next_feature, search
from gfm_desktop.workspace.places import fit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gfm_desktop.workspace.workspace import Workspace

Sort = Literal["region", "gene", "feature", "contig"]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A name that can be gone to.

    Attributes:
        name: As it is written.
        sort: What it names.
        place: Where it lies.
        source: Title of the track of a feature.
    """

    name: str
    sort: Sort
    place: Interval
    source: str = ""


def suggestions(workspace: Workspace, text: str, limit: int = 12) -> list[Suggestion]:
    """Return names that fit a text, the best first; none without a genome.

    Args:
        workspace: What is open.
        text: What was typed so far.
        limit: Most to return.
    """
    plain = text.strip()
    genome = workspace.genome
    if genome is None or not plain or ":" in plain:
        return []
    found = list(_all(workspace, plain, limit))
    wanted = plain.casefold()
    # Exact names first, then those that begin with it; within that as found.
    found.sort(key=lambda one: _rank(one.name.casefold(), wanted))
    return found[:limit]


def go_to_suggestion(workspace: Workspace, one: Suggestion) -> None:
    """Go to a name that was chosen, which may share its letters with others."""
    genome = workspace.genome
    if genome is None or one.place.contig not in genome.contigs:
        return
    flank = GENE_FLANK if one.sort == "gene" else None
    length = genome.contigs[one.place.contig]
    workspace.go_to(with_flank(one.place, length, flank=flank))


def _rank(name: str, wanted: str) -> int:
    if name == wanted:
        return 0
    return 1 if name.startswith(wanted) else 2


def _all(workspace: Workspace, text: str, limit: int) -> Iterator[Suggestion]:
    genome, folded = workspace.genome, text.casefold()
    named = (r for r in workspace.regions.all if folded in r.name.casefold())
    for region in islice(named, limit):
        yield Suggestion(region.name, "region", region.interval)
    for found in search(workspace, text, limit):
        gene = found.source == GENES
        sort: Sort = "gene" if gene else "feature"
        yield Suggestion(found.name, sort, found.where, "" if gene else found.source)
    contigs = {} if genome is None else genome.contigs
    starting = (name for name in contigs if name.casefold().startswith(folded))
    for name in islice(starting, limit):
        yield Suggestion(name, "contig", Interval(name, 0, contigs[name]))


def next_place(
    workspace: Workspace, direction: Literal[1, -1], *, lane: str = ""
) -> Interval | None:
    """Return the view with the next gene or feature in its middle, as wide as now.

    Args:
        workspace: What is open.
        direction: 1 to the right, -1 to the left.
        lane: Key of a features track to walk along; genes where empty.

    Returns:
        None where there is none further that way on the contig.
    """
    here = workspace.locus
    genome = workspace.genome
    found: Interval | None = here
    while genome is not None and found is not None:
        found = next_feature(workspace, found, direction, lane=lane)
        if found is None:
            break
        middle = (found.start + found.end) // 2
        start = max(0, middle - len(here) // 2)
        view = fit(
            Interval(here.contig, start, start + len(here)), genome.contigs[here.contig]
        )
        # At the end of a contig several have the same view: go on to another one.
        if view != here:
            return view
    return None
