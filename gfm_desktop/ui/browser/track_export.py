"""What a track offers whose data can be written into a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.genome.interval import Interval
    from gfm_desktop.jobs.job import Job


@runtime_checkable
class ExportsData(Protocol):
    """A track that makes the job which writes what lies behind it."""

    @property
    def export_formats(self) -> tuple[str, ...]:
        """Return the ends of names of files that it can write, the usual one first."""
        ...

    def export_refusal(self, region: Interval) -> str:
        """Return why a region cannot be written, in a few words; empty where it can.

        Asked whenever a menu opens, so it must not wait.

        Args:
            region: Of the open genome, 0-based half-open.
        """
        ...

    def export_job(self, region: Interval, out: Path) -> Job:
        """Return the job that writes a region that is not refused.

        Args:
            region: Of the open genome, 0-based half-open.
            out: File to write; its name ends in one of `export_formats`.

        Raises:
            GfmError: If it cannot be made.
        """
        ...
