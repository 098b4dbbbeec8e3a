"""Columns of the variant table: title, text, alignment, and what sorts them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from gfm_desktop.genome.status import DESCRIPTIONS
from gfm_desktop.ui.widgets.look import LABELS
from gfm_desktop.ui.widgets.score_bar import MISSING, number

if TYPE_CHECKING:
    from collections.abc import Callable

    from gfm_desktop.scoring.card import ScorerCard
    from gfm_desktop.workspace.score_table import VariantRow

Kind = Literal["text", "letters", "number", "score", "status", "rank"]
_LONGEST_ALLELE = 12


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column of the table.

    Attributes:
        key: Stable name; for the scorer's columns its name in the score parts.
        title: What the header says.
        tip: What the header's tooltip says.
        kind: How cells look; numbers stand at the right.
        text: Cell of a row as text.
        sort: Name that `ScoreTable.order` sorts by; empty where it cannot be sorted.
        sample: Widest usual text, from which the first width is reckoned.
        shown: Whether the column is shown at first.
        descending_first: Whether the first click sorts the largest first.
    """

    key: str
    title: str
    tip: str
    kind: Kind
    text: Callable[[VariantRow], str]
    sort: str
    sample: str
    shown: bool = True
    descending_first: bool = False

    @property
    def right(self) -> bool:
        """Tell whether cells stand at the right, as numbers do."""
        return self.kind in ("number", "rank")


def short_allele(allele: str) -> str:
    """Return an allele as a narrow cell shows it: long ones keep both ends."""
    if len(allele) <= _LONGEST_ALLELE:
        return allele or MISSING
    return f"{allele[:5]}…{allele[-3:]} ({len(allele):,})"


def position(row: VariantRow) -> str:
    """Return the 1-based position as in the file."""
    return MISSING if row.pos is None else f"{row.pos:,}"


FIXED: tuple[TableColumn, ...] = (
    TableColumn("rank", "#", "Place in the present order", "rank", lambda r: "", "",
                "1,000,000"),
    TableColumn("score", "Score", "Predicted effect; a dash where there is none",
                "score", lambda r: number(r.score), "score", "-0.000 bar bar",
                descending_first=True),
    TableColumn("status", "Status", "What became of the record", "status",
                lambda r: LABELS[r.status], "status", "Unreadable line xxx"),
    TableColumn("gene", "Gene", "Gene that the score belongs to", "text",
                lambda r: r.gene or MISSING, "gene", "FAM230AB"),
    TableColumn("chrom", "Chrom", "Chromosome as in the file", "text",
                lambda r: r.chrom or MISSING, "position", "Chrom"),
    TableColumn("position", "Position", "1-based position as in the file", "number",
                position, "position", "248,956,422"),
    TableColumn("ref", "Ref", "Reference allele as in the file", "letters",
                lambda r: short_allele(r.ref), "ref", "ACGT"),
    TableColumn("alt", "Alt", "Alternative allele as in the file", "letters",
                lambda r: short_allele(r.alt), "alt", "ACGT"),
    TableColumn("kind", "Kind", "What the allele does to the sequence", "text",
                lambda r: str(r.kind) if r.kind else MISSING, "kind", "insertion"),
    TableColumn("id", "ID", "Identifier in the file", "text",
                lambda r: r.id or MISSING, "id", "rs1234567890"),
)  # fmt: skip
LAST: tuple[TableColumn, ...] = (
    TableColumn("line", "Line", "Line of the variant file, from 1", "number",
                lambda r: f"{r.line:,}", "line", "1,000,000", shown=False),
    TableColumn("reason", "Remark", "Why there is no score, or a caution", "text",
                lambda r: r.reason, "reason", "Remark"),
)  # fmt: skip
_FIRST_HIDDEN = ("dp_", "strand", "splice", "score_", "background")
_TITLES = {"percentile": "Percentile", "p_ref": "p(REF)", "p_alt": "p(ALT)"}


def scorer_column(
    name: str, description: str, kind: str, *, precise: bool = False
) -> TableColumn:
    """Return a column of the scorer's own.

    Args:
        name: Name in the score parts.
        description: What it means, from the scorer's card.
        kind: ``"float"``, ``"int"`` or ``"str"``.
        precise: Whether small numbers show their digits.
    """

    def text(row: VariantRow) -> str:
        match row.columns.get(name):
            case None | "":
                return MISSING
            case float() as value if name == "percentile":
                return f"{value:.1f}"
            case float() as value:
                return number(value, precise=precise)
            case int() as value:
                # Distances have a direction; counts have none.
                return f"{value:+d}" if name.startswith("dp_") else f"{value:,}"
            case value:
                return str(value)

    return TableColumn(
        key=name,
        title=_TITLES.get(name) or _title(name),
        tip=description or name,
        kind="text" if kind == "str" else "number",
        text=text,
        sort=name,
        sample="-0.000" if kind != "str" else "x" * 12,
        shown=not name.startswith(_FIRST_HIDDEN),
        descending_first=kind == "float",
    )


def _title(name: str) -> str:
    """Return the title of a column: short names are abbreviations."""
    return name.upper() if len(name) <= 6 else name.replace("_", " ").capitalize()


def columns_for(
    own: tuple[TableColumn, ...], scorer: ScorerCard | None = None
) -> tuple[TableColumn, ...]:
    """Return all columns: fixed, the scorer's own, and the ones at the end.

    Args:
        own: The scorer's own columns.
        scorer: Tells how the score is to be read; None where it is not known.
    """
    if scorer is None or scorer.thresholds:
        return FIXED + own + LAST
    fixed = [_uncalibrated(c, scorer) if c.key == "score" else c for c in FIXED]
    # Beside the score, since it is what makes the score readable.
    place = 1 + [column.key for column in fixed].index("score")
    fixed[place:place] = [column for column in own if column.key == "percentile"]
    rest = [column for column in own if column.key != "percentile"]
    return (*fixed, *rest, *LAST)


def _uncalibrated(column: TableColumn, scorer: ScorerCard) -> TableColumn:
    return replace(
        column,
        tip=f"{scorer.title}: {scorer.units}",
        text=lambda row: number(row.score, precise=True),
        descending_first=not scorer.low_first,
    )


def tooltip(row: VariantRow, column: TableColumn) -> str | None:
    """Return the words behind a cell; None where it says everything itself."""
    match column.key:
        case "status" | "reason":
            words = (DESCRIPTIONS[row.status].capitalize() + ".", row.reason, row.fix)
            return "\n".join(word for word in words if word)
        case "ref" | "alt":
            return row.ref if column.key == "ref" else row.alt
        case "score" if row.score is None:
            return f"No score: {DESCRIPTIONS[row.status]}."
        case "score":
            return f"{row.score:.6g}"
        case "position":
            return f"{row.chrom}:{row.pos:,} (1-based)" if row.pos else None
    return None
