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
    """Return the project's files, genome first."""
    return tuple(Path(name) for name in _names(project) if name)


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
    there = [path for path in files_of(project) if path not in missing]
    opening.open(there, locus=project.locus)


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
    def current(self) -> RecentProject | None:
        """Return what is open, as a project."""
        return self._current

    def forget(self, project: RecentProject) -> None:
        """Take a project off the list; its files stay."""
        kept = (p for p in self._settings.recent_projects if p != project)
        self._settings.recent_projects = tuple(kept)
        self._write()

    def save(self) -> None:
        """Note where the view is and write the settings."""
        if self._current is not None and self._workspace.locus.contig:
            self._remember(
                self._current.model_copy(update={"locus": str(self._workspace.locus)})
            )
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
            genome=str(genome.path),
            annotation=str(annotation.path) if annotation is not None else "",
            variants=str(variants.path) if variants is not None else "",
            locus=str(workspace.locus) if workspace.locus.contig else "",
            opened=datetime.now(UTC).isoformat(timespec="seconds"),
        )

    def _write(self) -> None:
        try:
            self._save(self._settings)
        except GfmError as error:
            self._workspace.message.emit("warning", str(error))


def _title(workspace: Workspace) -> str:
    genome, variants = workspace.genome, workspace.variants
    if genome is None:
        return ""
    if str(genome.path) == sample_project().genome:
        return SAMPLE_TITLE
    name = genome.build or genome.path.name
    return f"{variants.path.name} on {name}" if variants is not None else name


def _names(project: RecentProject) -> tuple[str, ...]:
    return tuple(str(getattr(project, name)) for name in _FILES)


def _holds(project: RecentProject, other: RecentProject) -> bool:
    """Tell whether `project` has every file of `other`."""
    pairs = zip(_names(project), _names(other), strict=True)
    return all(mine == its or not its for mine, its in pairs)
