"""What a track offers whose data can be written into a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.jobs.job import Job


@runtime_checkable
class ExportsData(Protocol):
    """A track that makes the job which writes what lies behind it.

    Attributes:
        export_formats: Ends of the names of files that it can write, such as
            ``(".bw", ".tsv")``.
    """

    export_formats: tuple[str, ...]

    def export_job(self, region: Interval, out: Path) -> Job:
        """Return the job that writes a region.

        Args:
            region: Of the open genome, 0-based half-open.
            out: File to write; its name ends in one of `export_formats`.
        """
        ...
