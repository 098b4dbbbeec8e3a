"""Which files belong together: recent projects, kept up to date, and the sample."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gfm_desktop import paths
from gfm_desktop.errors import GfmError
from gfm_desktop.jobs.events import Failed
from gfm_desktop.settings import RecentProject, Settings, save_settings
from gfm_desktop.workspace.file_kind import FileKind
from gfm_desktop.workspace.lane_memory import LaneMemory
from gfm_desktop.workspace.track_files import TrackKind

if TYPE_CHECKING:
    from gfm_desktop.workspace.opening import Opening
    from gfm_desktop.workspace.workspace import Workspace

SAMPLE_TITLE = "Sample: human chromosome 22"
SAMPLE_LOCUS = "chr22:20,000,001-21,000,000"
"""The megabase that the sample's genome has bases for; the rest of chr22 is N."""
_FILES = ("genome", "annotation", "variants")

Save = Callable[[Settings], None]


def sample_project() -> RecentProject:
    """Return the shipped sample as a project."""
    folder = paths.resources() / "sample"
    return RecentProject(
        title=SAMPLE_TITLE,
        genome=str(folder / "chr22.fa.gz"),
        annotation=str(folder / "genes.gtf.gz"),
        variants=str(folder / "variants.vcf.gz"),
        locus=SAMPLE_LOCUS,
    )


def files_of(project: RecentProject) -> tuple[Path, ...]:
    """Return the project's files, genome first, those with lanes of their own last."""
    names = (*_names(project), *(track.path for track in project.tracks))
    # A GenBank file may be genome and gene models.
    return tuple(dict.fromkeys(Path(name) for name in names if name))


def missing_files(project: RecentProject) -> tuple[Path, ...]:
    """Return those of the project's files that are no longer there."""
    return tuple(path for path in files_of(project) if not path.exists())


def open_project(project: RecentProject, opening: Opening) -> None:
    """Open a project where it was left; says what is missing and opens the rest.

    Without its genome nothing is opened: everything else is read against it.
    """
    missing = missing_files(project)
    if missing:
        names = ", ".join(path.name for path in missing)
        failed = Failed(
            f"{project.title}: {names} cannot be found.",
            "; ".join(str(path) for path in missing),
            "Put the files back, or open them where they are now.",
        )
        opening.workspace.report(failed)
        if Path(project.genome) in missing:
            return
    files = {FileKind(name): Path(getattr(project, name)) for name in _FILES}
    there = {
        kind: path
        for kind, path in files.items()
        if getattr(project, kind) and path not in missing
    }
    tracks = [(TrackKind(track.kind), Path(track.path)) for track in project.tracks]
    opening.open_known(
        there,
        tracks=[track for track in tracks if track[1] not in missing],
        locus=project.locus,
    )


class Projects:
    """Keeps the recent projects in the settings while files come and go.

    Saved at each change and with `save`, so that a crash loses at most the place on
    show.
    """

    def __init__(
        self, workspace: Workspace, settings: Settings, *, save: Save = save_settings
    ) -> None:
        """Follow `workspace` and write into `settings`.

        Args:
            workspace: What is open.
            settings: Whose `recent_projects` are kept.
            save: Writes the settings.
        """
        self._workspace = workspace
        self._settings = settings
        self._save = save
        self._current: RecentProject | None = None
        self._memory = LaneMemory(workspace)
        self._written = ""
        workspace.annotation_changed.connect(self._changed)
        workspace.variants_changed.connect(self._changed)
        workspace.genome_changed.connect(self._changed)

    @property
    def recent(self) -> tuple[RecentProject, ...]:
        """Return the recent projects but the sample, the newest first."""
        sample = _names(sample_project())
        known = self._settings.recent_projects
        return tuple(p for p in known if p.genome and _names(p) != sample)

    @property
    def sample(self) -> RecentProject:
        """Return the sample as it was left, with the tracks that were added to it."""
        fresh = sample_project()
        known = self._settings.recent_projects
        return next((p for p in known if _names(p) == _names(fresh)), fresh)

    @property
    def current(self) -> RecentProject | None:
        """Return what is open, as a project."""
        return self._current

    def open(self, project: RecentProject, opening: Opening) -> None:
        """Open a project where it was left, its lanes set as they were.

        What is missing is said, and the rest is opened.
        """
        self._memory.expect(project)
        open_project(project, opening)

    def forget(self, project: RecentProject) -> None:
        """Take a project off the list; its files stay."""
        kept = (p for p in self._settings.recent_projects if p != project)
        self._settings.recent_projects = tuple(kept)
        self._write()

    def save(self) -> None:
        """Note where the view is, how its lanes are set, and write the settings."""
        if self._current is not None and self._workspace.locus.contig:
            update = {
                "locus": _loci(self._workspace),
                "tracks": self._memory.tracks,
                "lanes": self._memory.lanes,
            }
            self._remember(self._current.model_copy(update=update))
        self._write()

    def _changed(self) -> None:
        now = self._open_files()
        before = self._current
        if now is None:
            self._current = None
            return
        if before is not None and before.genome == now.genome:
            if _holds(before, now):
                return  # Something was closed: the project stays as it was.
            if not _holds(now, before):
                self._current = None  # Other variants: another project.
        else:
            self._current = None
        self._remember(now)
        self._write()

    def _remember(self, project: RecentProject) -> None:
        """Put the project first, in the place of its own earlier state."""
        replaced = self._current
        kept = (p for p in self._settings.recent_projects if p != replaced)
        self._settings.recent_projects = tuple(kept)
        self._settings.remember_project(project)
        self._current = project

    def _open_files(self) -> RecentProject | None:
        workspace = self._workspace
        genome = workspace.genome
        if genome is None:
            return None
        annotation, variants = workspace.annotation, workspace.variants
        return RecentProject(
            title=_title(workspace),
            genome=str(genome.source),
            annotation=str(annotation.path) if annotation is not None else "",
            variants=str(variants.path) if variants is not None else "",
            tracks=self._memory.tracks,
            lanes=self._memory.lanes,
            locus=_loci(workspace),
            opened=datetime.now(UTC).isoformat(timespec="seconds"),
        )

    def _write(self) -> None:
        text = self._settings.model_dump_json()
        if text == self._written:
            return
        try:
            self._save(self._settings)
        except GfmError as error:
            self._workspace.message.emit("warning", str(error))
        else:
            self._written = text


def _loci(workspace: Workspace) -> str:
    """Return what is on show as the locus box takes it; empty for nothing."""
    return "; ".join(str(locus) for locus in workspace.loci if locus.contig)


def _title(workspace: Workspace) -> str:
    genome, variants = workspace.genome, workspace.variants
    if genome is None:
        return ""
    if str(genome.path) == sample_project().genome:
        return SAMPLE_TITLE
    name = genome.build or genome.source.name
    return f"{variants.path.name} on {name}" if variants is not None else name


def _names(project: RecentProject) -> tuple[str, ...]:
    return tuple(str(getattr(project, name)) for name in _FILES)


def _holds(project: RecentProject, other: RecentProject) -> bool:
    """Tell whether `project` has every file of `other`."""
    pairs = zip(_names(project), _names(other), strict=True)
    return all(mine == its or not its for mine, its in pairs)
