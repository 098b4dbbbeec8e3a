from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gfm_desktop.genome.annotation import GeneModels
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.reference import Reference
from gfm_desktop.jobs.context import JobContext
from gfm_desktop.jobs.events import Failed, Finished
from gfm_desktop.jobs.guard import run_guarded
from gfm_desktop.jobs.open_features import OpenFeatures
from gfm_desktop.workspace.feature_search import GENES, find, next_feature, search
from gfm_desktop.workspace.track_files import TrackFile, TrackKind
from gfm_desktop.workspace.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GTF = """\
chr1\tx\texon\t101\t200\t.\t+\t.\tgene_id "G1"; transcript_id "T1"; gene_name "KIT";
chr1\tx\texon\t301\t500\t.\t-\t.\tgene_id "G2"; transcript_id "T2"; gene_name "KITLG";
chr1\tx\texon\t701\t720\t.\t-\t.\tgene_id "G3"; transcript_id "T3"; gene_name "LOX";
"""
BED = "chr1\t10\t20\tkit\nchr1\t600\t650\tkitten\nchr2\t5\t9\tonly\nbad\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    fasta = tmp_path / "genome.fa"
    fasta.write_text(f">chr1\n{'ACGT' * 250}\n>chr2\nACGTACGTACGT\n")
    workspace = Workspace()
    workspace.set_genome(Reference.open(fasta))
    yield workspace
    workspace.set_genome(None)


@pytest.fixture
def genes(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "genes.gtf"
    path.write_text(GTF)
    workspace.set_annotation(GeneModels.load(path, reference=workspace.genome))


@pytest.fixture
def features(workspace: Workspace, tmp_path: Path) -> TrackFile:
    path = tmp_path / "some.bed"
    path.write_text(BED)
    assert workspace.genome is not None
    job = OpenFeatures(str(path), str(workspace.genome.path))
    *_, end = run_guarded(job, JobContext())
    assert isinstance(end, Finished)
    assert end.message == "some.bed: 3 features"
    assert "line 4: 1 column of at least 3" in end.warnings[0]
    outputs = end.outputs
    return workspace.track_files.add(
        TrackKind.FEATURES, path, title="some", store=outputs["store"]
    )


def test_that_a_file_without_features_of_this_genome_fails_with_the_reason(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "other.bed"
    path.write_text("chr7\t1\t2\n")
    assert workspace.genome is not None
    job = OpenFeatures(str(path), str(workspace.genome.path))
    *_, end = run_guarded(job, JobContext())
    assert isinstance(end, Failed)
    assert "the genome does not have (chr7)" in end.what


@pytest.mark.usefixtures("genes")
def test_that_equal_names_come_first_whatever_file_they_are_of(
    workspace: Workspace, features: TrackFile
) -> None:
    found = search(workspace, "KIT")
    assert [(one.name, one.source) for one in found] == [
        ("KIT", GENES),
        ("kit", "some"),
        ("KITLG", GENES),
        ("kitten", "some"),
    ]
    assert found[0].where == Interval("chr1", 100, 200)
    assert len(search(workspace, "kit", limit=3)) == 3
    assert search(workspace, "  ") == []
    name, where, source = search(workspace, "only")[0]
    assert (name, where, source) == ("only", Interval("chr2", 4 + 1, 9), features.title)


@pytest.mark.usefixtures("genes", "features")
def test_that_a_gene_is_found_before_a_feature_of_its_name(
    workspace: Workspace,
) -> None:
    gene, feature = find(workspace, "kit"), find(workspace, "ONLY")
    assert gene is not None
    assert gene.source == GENES
    assert feature is not None
    assert feature.source == "some"
    assert find(workspace, "kitt") is None


@pytest.mark.usefixtures("genes")
def test_that_walking_visits_every_gene_in_both_directions(
    workspace: Workspace,
) -> None:
    view, seen = Interval("chr1", 0, 40), []
    while (place := next_feature(workspace, view, 1)) is not None:
        seen.append((place.start, place.end))
        middle = (place.start + place.end) // 2
        view = Interval("chr1", middle - 20, middle + 20)
    assert seen == [(100, 200), (300, 500), (700, 720)]
    back = []
    while (place := next_feature(workspace, view, -1)) is not None:
        back.append((place.start, place.end))
        middle = (place.start + place.end) // 2
        view = Interval("chr1", middle - 20, middle + 20)
    assert back == [(300, 500), (100, 200)]


@pytest.mark.usefixtures("genes")
def test_that_walking_follows_the_track_that_was_chosen(
    workspace: Workspace, features: TrackFile
) -> None:
    view = Interval("chr1", 0, 20)
    genes = next_feature(workspace, view, 1)
    assert genes == Interval("chr1", 100, 200)
    there = next_feature(workspace, view, 1, lane=features.key)
    assert there == Interval("chr1", 600, 650)
    assert next_feature(workspace, view, 1, lane="features-77") is None
    workspace.set_annotation(None)
    assert next_feature(workspace, view, 1) == Interval("chr1", 600, 650)
    assert next_feature(workspace, Interval("chr3", 0, 9), 1) is None
