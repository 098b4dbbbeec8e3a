from __future__ import annotations

import shlex
import shutil
from typing import TYPE_CHECKING

import pytest

from gfm_desktop.settings import Settings
from gfm_desktop.workspace.opening import Opening
from gfm_desktop.workspace.project import Projects, files_of, open_project
from gfm_desktop.workspace.track_files import TrackKind
from gfm_desktop.workspace.view_words import picture_command

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Files, InlineRunner, Said

    from gfm_desktop.workspace.workspace import Workspace

GENE = """\
     gene            3..9
                     /gene="one"
     CDS             3..9
                     /gene="one"
"""
OTHER = """\
     misc_feature    3..9
                     /label="site"
"""


def record(path: Path, features: str, *, bases: bool = True) -> Path:
    origin = (
        "ORIGIN\n        1 acgtacgtac gt\n"
        if bases
        else "CONTIG      join(X.1:1..12)\n"
    )
    path.write_text(
        "LOCUS       TOY                       12 bp    DNA     linear   SYN "
        "01-JAN-2026\n"
        "DEFINITION  .\nACCESSION   TOY\nVERSION     TOY.1\n"
        f"FEATURES             Location/Qualifiers\n{features}{origin}//\n"
    )
    return path


def test_that_a_genbank_file_alone_is_genome_and_gene_models(
    workspace: Workspace, inline: InlineRunner, tmp_path: Path, said: Said
) -> None:
    path = record(tmp_path / "toy.gb", GENE)
    Opening(workspace, inline).open([path])
    assert workspace.genome is not None
    assert workspace.genome.contigs == {"TOY.1": 12}
    assert workspace.annotation is not None
    assert [gene.name for gene in workspace.annotation] == ["one"]
    assert workspace.track_files.all == ()
    assert said.texts("error") == []
    # As an older project opens it again: its FASTA and the file itself.
    fasta = workspace.genome.path
    workspace.set_genome(None)
    Opening(workspace, inline).open([path, fasta])
    assert workspace.annotation is not None
    assert workspace.track_files.all == ()


def test_that_a_genbank_file_gives_the_genome_its_name(
    workspace: Workspace, inline: InlineRunner, tmp_path: Path, said: Said
) -> None:
    path = record(tmp_path / "toy.gb", GENE)
    settings = Settings()
    projects = Projects(workspace, settings, save=lambda _: None)
    Opening(workspace, inline).open([path])
    assert workspace.genome is not None
    assert workspace.genome.source == path
    command = picture_command(
        workspace, out="a.svg", width=900, height=500, dpi=300, theme="light"
    )
    assert command.startswith(f"gfm-desktop {shlex.quote(str(path))} --picture")
    (project,) = projects.recent
    assert (project.title, project.genome) == ("toy.gb", str(path))
    assert files_of(project) == (path,)
    # The cache may have been emptied: the project makes its FASTA file again.
    shutil.rmtree(workspace.genome.path.parent)
    workspace.set_genome(None)
    open_project(project, Opening(workspace, inline))
    assert workspace.genome is not None
    assert workspace.annotation is not None
    assert workspace.genome.source == path
    assert said.texts("error") == []


def test_that_a_genbank_file_without_genes_shows_its_features(
    workspace: Workspace, inline: InlineRunner, tmp_path: Path
) -> None:
    path = record(tmp_path / "toy.gb", OTHER)
    Opening(workspace, inline).open([path])
    assert workspace.genome is not None
    assert workspace.annotation is None
    (file,) = workspace.track_files.all
    assert file.kind is TrackKind.FEATURES


def test_that_it_waits_for_a_genome_where_it_has_no_sequence(
    workspace: Workspace, inline: InlineRunner, tmp_path: Path, said: Said
) -> None:
    path = record(tmp_path / "toy.gb", GENE, bases=False)
    Opening(workspace, inline).open([path])
    assert workspace.genome is None
    assert workspace.waiting == (path,)
    assert "holds no sequence" in said.texts("error")[0]


@pytest.mark.parametrize("features", [GENE, OTHER])
def test_that_it_is_a_track_beside_another_genome(
    workspace: Workspace,
    inline: InlineRunner,
    files: Files,
    tmp_path: Path,
    features: str,
    said: Said,
) -> None:
    opening = Opening(workspace, inline)
    opening.open([files.genome])
    opening.open([record(tmp_path / "toy.gb", features)])
    assert workspace.genome is not None
    assert workspace.genome.path == files.genome
    assert workspace.annotation is None
    # Its one contig is none of this genome's: the reason is said, nothing is lost.
    assert "the genome does not have (TOY.1)" in said.texts("error")[0]
