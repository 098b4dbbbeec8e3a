"""The INFO field that a model's own program writes, for scripts that read it.

SpliceAI, OpenSpliceAI and CI-SpliceAI share one layout, Pangolin has its own; sources:
``spliceai`` 1.3.1, ``openspliceai`` 0.0.7, ``cispliceai`` 1.2.2 and the program
Pangolin. Differences that remain, each told in the field's description: alleles that
the program leaves out are there where this program can score them, and Pangolin's
program writes the first ALT only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gfm_desktop.errors import OptionError
from gfm_desktop.models import catalogue

if TYPE_CHECKING:
    from gfm_desktop.jobs.export.scored_table import Row
    from gfm_desktop.jobs.run_folder import Manifest

_LAYOUTS = {
    "splice": "ALLELE|SYMBOL|DS_AG|DS_AL|DS_DG|DS_DL|DP_AG|DP_AL|DP_DG|DP_DL",
    "pangolin": "gene|pos:score_change|pos:score_change|Warnings:..., for each ALT in "
    "turn",
}
"""Column of the run with the program's entries, and what they consist of."""


@dataclass(frozen=True, slots=True)
class ProgramTag:
    """An INFO field in a published layout.

    Attributes:
        id: Its name, such as ``"SpliceAI"``.
        column: Column of the run that holds the entries, one a gene, commas between.
        by: Model, scorer and program that made the numbers.
    """

    id: str
    column: str
    by: str

    @property
    def line(self) -> str:
        """Return the header line that declares it."""
        layout = _LAYOUTS[self.column]
        return (
            f'##INFO=<ID={self.id},Number=.,Type=String,Description="{self.id} variant '
            f'annotation, made {self.by}. Format: {layout}">'
        )

    def entries(self, rows: list[Row]) -> str:
        """Return the field's value for a record; empty where no allele has a score."""
        return ",".join(row[self.column] for row in rows if row[self.column])


def program_tag(manifest: Manifest) -> ProgramTag:
    """Return the tag of the program that published a run's model.

    Raises:
        OptionError: If there is no such program, or it writes no tag.
    """
    tag = catalogue.card_of(manifest.model).info_tag
    columns = [name for name, _, _ in manifest.columns if name in _LAYOUTS]
    if not tag or not columns:
        raise OptionError(
            f"{manifest.model_name} has no INFO tag of its own program.",
            where="--program-tag",
            todo="Leave it out: GFM_SCORE and GFM_STATUS are written for every model. "
            "SpliceAI, OpenSpliceAI, CI-SpliceAI and Pangolin have one.",
        )
    identity = manifest.identity
    by = f"by GFM Desktop {identity.version}, {manifest.model_name}, {identity.scorer}"
    return ProgramTag(tag, columns[0], by)


def refuse_twice(tag: ProgramTag, header: list[bytes]) -> None:
    """Refuse a file that has such a field already: the two could not be told apart.

    Raises:
        OptionError: If the header declares it.
    """
    if any(line.startswith(f"##INFO=<ID={tag.id},".encode()) for line in header):
        raise OptionError(
            f"The variant file has a field {tag.id} already.",
            where="--program-tag",
            todo=f"Leave it out, or take the field away first: bcftools annotate -x "
            f"INFO/{tag.id}",
        )
