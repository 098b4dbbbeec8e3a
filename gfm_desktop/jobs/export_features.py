"""Write the features of a region into a file for other programs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from gfm_desktop import __version__
from gfm_desktop.errors import InputError
from gfm_desktop.genome.feature_store import FeatureStore
from gfm_desktop.genome.interval import Interval
from gfm_desktop.jobs.events import Finished, Progress
from gfm_desktop.jobs.export.bed_lines import (
    SIGNS,
    BedFeature,
    bed_line,
    number,
    plain,
    spans_text,
)
from gfm_desktop.jobs.export.formats import (
    check_format,
    comments,
    refuse_source,
    whole_file,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from gfm_desktop.genome.feature_slice import FeatureSlice
    from gfm_desktop.jobs.context import JobContext

FEATURE_FORMATS = (".bed", ".tsv")
TABLE_HEAD = "\t".join(
    ("contig", "start", "end", "name", "score", "strand", "blocks", "thick", "fields")
)
"""Columns of the table; places are 1-based and include both ends."""
_STEP = 5_000
"""Features between two chances to cancel."""


@dataclass(frozen=True, slots=True)
class ExportFeatures:
    """Write the features that `OpenFeatures` read, as ``.bed`` or ``.tsv``.

    Every feature that shares a base with the region is written, whole. ``.bed`` has
    twelve columns; ``.tsv`` also has what else the file said of each feature. Outputs:
    ``out``.

    Attributes:
        path: The features' file.
        store: What `OpenFeatures` made of it.
        contig: The genome's name of a contig.
        start: First base, 0-based.
        end: End, exclusive.
        out: File to write.
    """

    path: str
    store: str
    contig: str
    start: int
    end: int
    out: str
    resumable: ClassVar[bool] = True

    @property
    def title(self) -> str:
        """Return what the job strip calls it."""
        return f"Export {Path(self.out).name}"

    def run(self, context: JobContext) -> Generator[Progress, None, Finished]:
        """Write the file, whole.

        Raises:
            InputError: If the features cannot be read, there is none, or the file
                cannot be written.
            OptionError: If the format is unknown.
        """
        del context
        ending = check_format(self.out, FEATURE_FORMATS)
        refuse_source(self.out, self.path)
        store = FeatureStore.load(Path(self.store))
        region = Interval(self.contig, self.start, self.end)
        found = store.columns(region)
        if not len(found):
            raise InputError(
                f"There is no feature in {region}.",
                where=self.path,
                todo="Choose a region that has some.",
            )
        odd = 0
        with (
            whole_file(Path(self.out)) as temporary,
            temporary.open("w", encoding="utf-8") as file,
        ):
            about = f"features of {Path(self.path).name} in {region}"
            file.write(comments([f"GFM Desktop {__version__}: {about}"]))
            if ending == ".tsv":
                file.write(f"{TABLE_HEAD}\n")
            for done, feature, at in _features(store, found, self.contig):
                odd += not feature.regular
                row = (
                    bed_line(feature) if ending == ".bed" else _row(feature, store, at)
                )
                file.write(row)
                if done % _STEP == 0:
                    yield Progress(done, len(found), "features", "Writing the features")
        warnings = (_irregular(odd),) if odd and ending == ".bed" else ()
        count = "1 feature" if len(found) == 1 else f"{len(found):,} features"
        return Finished(
            f"Wrote {count} to {self.out}", outputs={"out": self.out}, warnings=warnings
        )


def _features(
    store: FeatureStore, found: FeatureSlice, contig: str
) -> Iterator[tuple[int, BedFeature, int]]:
    """Yield how many there are so far, the feature, and what the store calls it."""
    piece_at, thick_at = found.piece_at.tolist(), found.thick_at.tolist()
    for i, (at, start, end, strand, colour) in enumerate(
        zip(
            found.number.tolist(),
            found.start.tolist(),
            found.end.tolist(),
            found.strand.tolist(),
            found.colour.tolist(),
            strict=True,
        )
    ):
        pieces = found.pieces[piece_at[i] : piece_at[i + 1]].tolist()
        thick = found.thick[thick_at[i] : thick_at[i + 1]].tolist()
        yield (
            i + 1,
            BedFeature(
                contig,
                start,
                end,
                store.label(at),
                strand,
                [(a, b) for a, b in pieces],
                [(a, b) for a, b in thick],
                store.score(at),
                colour,
            ),
            at,
        )


def _row(feature: BedFeature, store: FeatureStore, at: int) -> str:
    said = "; ".join(f"{plain(n)}={plain(v)}" for n, v in store.fields(at))
    cells = (
        feature.contig,
        str(feature.start + 1),
        str(feature.end),
        plain(feature.name) or ".",
        number(feature.score),
        SIGNS[feature.strand],
        spans_text(feature.pieces),
        spans_text(feature.thick),
        said or ".",
    )
    return "\t".join(cells) + "\n"


def _irregular(odd: int) -> str:
    many = "1 feature has" if odd == 1 else f"{odd:,} features have"
    return (
        f"{many} blocks that do not reach both ends, as in their own file: BED does "
        "not provide for that, and some programs refuse such lines."
    )
