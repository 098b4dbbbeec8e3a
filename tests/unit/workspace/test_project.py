from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gfm_desktop.genome.interval import Interval
from gfm_desktop.settings import (
    RecentProject,
    Settings,
    SettingsError,
    load_settings,
)
from gfm_desktop.workspace.opening import Opening
from gfm_desktop.workspace.project import (
    SAMPLE_TITLE,
    Projects,
    missing_files,
    open_project,
    sample_project,
)

if TYPE_CHECKING:
    from conftest import Files, InlineRunner, Said

    from gfm_desktop.workspace.workspace import Workspace


@pytest.fixture
def settings() -> Settings:
    return Settings()


@pytest.fixture
def projects(workspace: Workspace, settings: Settings) -> Projects:
    return Projects(workspace, settings)


def names(projects: Projects) -> list[str]:
    return [project.title for project in projects.recent]


def test_that_a_project_grows_with_its_files_and_is_listed_once(
    workspace: Workspace, projects: Projects, inline: InlineRunner, files: Files
) -> None:
    Opening(workspace, inline).open([files.genome, files.genes, files.variants])
    assert names(projects) == ["v.vcf on g.fa"]
    project = projects.recent[0]
    assert project.annotation == str(files.genes)
    assert load_settings().recent_projects == (project,)


def test_that_other_variants_make_another_project(
    workspace: Workspace, projects: Projects, inline: InlineRunner, files: Files
) -> None:
    opening = Opening(workspace, inline)
    opening.open([files.genome, files.variants])
    second = files.variants.with_name("second.vcf")
    second.write_text(files.variants.read_text().replace("rs1", "rs9"))
    opening.open([second])
    assert names(projects) == ["second.vcf on g.fa", "v.vcf on g.fa"]


def test_that_closing_keeps_the_project_and_saving_keeps_the_place(
    workspace: Workspace, projects: Projects, inline: InlineRunner, files: Files
) -> None:
    opening = Opening(workspace, inline)
    opening.open([files.genome, files.variants])
    workspace.go_to(Interval("chr1", 100, 200))
    projects.save()
    opening.close()
    assert projects.current is None
    assert names(projects) == ["v.vcf on g.fa"]
    saved = load_settings().recent_projects[0]
    assert saved.locus == "chr1:101-200"
    open_project(saved, opening)
    assert workspace.locus == Interval("chr1", 100, 200)
    assert workspace.variants is not None


def test_that_missing_files_are_named_and_the_rest_opens(
    workspace: Workspace, inline: InlineRunner, files: Files, said: Said
) -> None:
    files.variants.unlink()
    project = RecentProject(
        title="mine", genome=str(files.genome), variants=str(files.variants)
    )
    assert missing_files(project) == (files.variants,)
    open_project(project, Opening(workspace, inline))
    assert workspace.genome is not None
    assert "v.vcf cannot be found" in said.texts("error")[0]


def test_that_nothing_opens_without_the_genome(
    workspace: Workspace, inline: InlineRunner, files: Files, said: Said
) -> None:
    project = RecentProject(title="x", genome="/gone.fa", variants=str(files.variants))
    open_project(project, Opening(workspace, inline))
    assert workspace.genome is None
    assert workspace.waiting == ()
    assert len(said.texts("error")) == 1


def test_that_a_forgotten_project_leaves_the_list_and_its_files(
    workspace: Workspace, projects: Projects, inline: InlineRunner, files: Files
) -> None:
    Opening(workspace, inline).open([files.genome])
    projects.forget(projects.recent[0])
    assert names(projects) == []
    assert files.genome.exists()


def test_that_settings_that_cannot_be_saved_are_a_warning(
    workspace: Workspace, settings: Settings, said: Said, inline: InlineRunner,
    files: Files,
) -> None:  # fmt: skip
    def refuse(_: Settings) -> None:
        raise SettingsError("The settings could not be saved: disk full.")

    projects = Projects(workspace, settings, save=refuse)
    Opening(workspace, inline).open([files.genome])
    assert "disk full" in said.texts("warning")[0]
    assert names(projects) == ["g.fa"]


def test_that_the_sample_is_complete_and_never_among_the_recent(
    projects: Projects, settings: Settings
) -> None:
    sample = sample_project()
    assert missing_files(sample) == ()
    assert sample.title == SAMPLE_TITLE
    settings.remember_project(sample)
    assert projects.recent == ()
    assert Path(sample.genome).name == "chr22.fa.gz"
