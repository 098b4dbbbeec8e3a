"""Names that begin with what is being typed: contigs, genes, features and regions."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal

from gfm_desktop.genome.interval import Interval

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
    """

    name: str
    sort: Sort
    place: Interval


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


def _rank(name: str, wanted: str) -> int:
    if name == wanted:
        return 0
    return 1 if name.startswith(wanted) else 2


def _all(workspace: Workspace, text: str, limit: int) -> Iterator[Suggestion]:
    genes, genome = workspace.annotation, workspace.genome
    folded = text.casefold()
    named = (r for r in workspace.regions.all if folded in r.name.casefold())
    for region in islice(named, limit):
        yield Suggestion(region.name, "region", region.interval)
    for gene in genes.search(text, limit) if genes is not None else ():
        yield Suggestion(gene.name, "gene", gene.interval)
    contigs = {} if genome is None else genome.contigs
    starting = (name for name in contigs if name.casefold().startswith(folded))
    for name in islice(starting, limit):
        yield Suggestion(name, "contig", Interval(name, 0, contigs[name]))


def next_place(workspace: Workspace, direction: int) -> Interval | None:
    """Return the view with the next gene in its middle, as wide as now.

    Args:
        workspace: What is open.
        direction: 1 to the right, -1 to the left.

    Returns:
        None where no gene's middle lies further that way on the contig.
    """
    genes, here = workspace.annotation, workspace.locus
    spans = genes.spans(here.contig) if genes is not None else None
    if spans is None:
        return None
    middles = (spans.start + spans.end) // 2
    now = here.start + len(here) // 2
    beyond = middles[middles > now] if direction > 0 else middles[middles < now]
    if not len(beyond):
        return None
    middle = int(beyond.min() if direction > 0 else beyond.max())
    start = max(0, middle - len(here) // 2)
    return Interval(here.contig, start, start + len(here))
