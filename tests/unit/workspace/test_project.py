from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gfm_desktop.genome.interval import Interval
from gfm_desktop.settings import (
    RecentProject,
    SavedLane,
    SavedTrack,
    Settings,
    SettingsError,
    load_settings,
)
from gfm_desktop.workspace.lane_book import LaneLook
from gfm_desktop.workspace.lane_memory import look_of
from gfm_desktop.workspace.opening import Opening
from gfm_desktop.workspace.project import (
    SAMPLE_TITLE,
    Projects,
    missing_files,
    open_project,
    sample_project,
)
from gfm_desktop.workspace.track_files import TrackKind
from gfm_desktop.workspace.track_opening import TrackOpening

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


def test_that_the_sample_opens_as_it_was_left(
    projects: Projects, settings: Settings
) -> None:
    assert projects.sample == sample_project()
    mine = SavedTrack(kind="signal", path="/mine/cover.bw")
    left = {"tracks": (mine,), "locus": "chr22:20,100,001-20,200,000"}
    settings.remember_project(sample_project().model_copy(update=left))
    assert projects.sample.tracks == (mine,)
    assert projects.sample.locus == "chr22:20,100,001-20,200,000"
    assert projects.recent == ()


@pytest.fixture
def signals(tmp_path: Path) -> tuple[Path, Path]:
    made = (tmp_path / "one.bedgraph", tmp_path / "two.bedgraph")
    for path in made:
        path.write_text("chr1\t0\t100\t5\nchr1\t100\t300\t2.5\n")
    return made


def paths_of(project: RecentProject) -> tuple[str, ...]:
    return tuple(track.path for track in project.tracks)


def seen(workspace: Workspace) -> list[tuple[str, LaneLook]]:
    """Return what each lane shows, and how, from the top."""
    files = {file.key: file.title for file in workspace.track_files.all}
    return [
        (files.get(look.key, look.key), replace(look, key=""))
        for look in workspace.lanes.looks
    ]


def test_that_lanes_and_their_files_come_back_as_they_were(
    workspace: Workspace,
    projects: Projects,
    inline: InlineRunner,
    files: Files,
    signals: tuple[Path, Path],
) -> None:
    workspace.lanes.admit(["genes", "splice"])
    opening = Opening(workspace, inline)
    opening.open([files.genome, *signals])
    one, two = (file.key for file in workspace.track_files.all)
    lanes = workspace.lanes
    lanes.admit([one])
    lanes.change(two, colour="#009e73", low=0.0, group="group 1", percentile=99.0)
    lanes.change("splice", hidden=True, size=1.6)
    lanes.change("genes", title="My genes", style="every")
    lanes.move(two, "genes")
    lanes.move(one, None)
    before = seen(workspace)
    workspace.set_loci([Interval("chr1", 100, 200), Interval("chr1", 300, 400)])
    projects.save()
    opening.close()
    for key in lanes.order:
        lanes.forget(key)
    lanes.admit(["genes", "splice"])
    saved = load_settings().recent_projects[0]
    assert paths_of(saved) == tuple(map(str, signals))
    projects.open(saved, opening)
    assert seen(workspace) == before
    assert workspace.loci == (Interval("chr1", 100, 200), Interval("chr1", 300, 400))
    projects.save()
    assert load_settings().recent_projects[0].lanes == saved.lanes


def test_that_a_track_that_is_gone_is_said_and_stays_with_the_project(
    workspace: Workspace,
    projects: Projects,
    inline: InlineRunner,
    files: Files,
    signals: tuple[Path, Path],
    said: Said,
) -> None:
    opening = Opening(workspace, inline)
    opening.open([files.genome, *signals])
    keys = [file.key for file in workspace.track_files.all]
    workspace.lanes.admit([keys[0], "genes", keys[1]])
    workspace.lanes.change(keys[0], colour="#009e73")
    projects.save()
    saved = projects.recent[0]
    opening.close()
    for key in keys:
        workspace.lanes.forget(key)
    signals[0].rename(signals[0].with_suffix(".away"))
    projects.open(saved, opening)
    assert "one.bedgraph cannot be found" in said.texts("error")[0]
    assert [file.path for file in workspace.track_files.all] == [signals[1]]
    projects.save()
    assert projects.recent[0].tracks == saved.tracks
    assert projects.recent[0].lanes == saved.lanes, "its look is kept for it"


def test_that_a_removed_track_leaves_the_project(
    workspace: Workspace,
    projects: Projects,
    inline: InlineRunner,
    files: Files,
    signals: tuple[Path, Path],
) -> None:
    Opening(workspace, inline).open([files.genome, *signals])
    workspace.track_files.remove(workspace.track_files.all[0].key)
    projects.save()
    assert paths_of(projects.recent[0]) == (str(signals[1]),)


def test_that_another_genome_s_project_has_its_own_tracks(
    workspace: Workspace,
    projects: Projects,
    inline: InlineRunner,
    files: Files,
    signals: tuple[Path, Path],
) -> None:
    opening = Opening(workspace, inline)
    opening.open([files.genome, *signals])
    projects.save()
    opening.open([files.other_genome])
    projects.save()
    assert [paths_of(p) for p in projects.recent] == [(), tuple(map(str, signals))]


def test_that_what_a_hand_wrote_into_the_settings_breaks_no_lane() -> None:
    saved = SavedLane(
        name="genes",
        look={
            "size": "huge",
            "low": True,
            "high": 3,
            "summary": "median",
            "hidden": 1.0,
            "colour": "#ff0000",
            "unknown": "x",
        },
    )
    assert look_of(saved, "genes") == LaneLook("genes", high=3.0, colour="#ff0000")


def test_that_nothing_is_written_twice(
    workspace: Workspace, settings: Settings, inline: InlineRunner, files: Files
) -> None:
    written: list[Settings] = []
    projects = Projects(workspace, settings, save=written.append)
    Opening(workspace, inline).open([files.genome])
    projects.save()
    before = len(written)
    projects.save()
    assert len(written) == before
    workspace.go_to(Interval("chr1", 5, 90))
    projects.save()
    assert len(written) == before + 1


def test_that_genes_in_a_track_of_their_own_stay_a_track(
    workspace: Workspace, projects: Projects, inline: InlineRunner, files: Files
) -> None:
    opening = Opening(workspace, inline)
    opening.open([files.genome, files.genes])
    more = files.genes.with_name("more.gtf")
    more.write_text(files.genes.read_text().replace("ONE", "TWO"))
    TrackOpening(workspace, inline).open(TrackKind.FEATURES, more)
    projects.save()
    saved = projects.recent[0]
    opening.close()
    projects.open(saved, opening)
    assert workspace.annotation is not None
    assert workspace.annotation.path == files.genes
    assert [file.path for file in workspace.track_files.all] == [more]
