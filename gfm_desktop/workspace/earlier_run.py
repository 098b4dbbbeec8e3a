"""Finds the scores that an earlier session has left for the variants now open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop import __version__, paths
from gfm_desktop.errors import GfmError
from gfm_desktop.jobs.run_folder import Manifest, RunFolder
from gfm_desktop.workspace.workspace import ScoreRun

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.genome.annotation import GeneModels


def earlier_run(table: Path, annotation: GeneModels | None) -> ScoreRun | None:
    """Return the newest run over a variant table, or None.

    Args:
        table: The variant table, which is named by genome and variant file.
        annotation: The open gene models; runs with others do not count, nor do those
            of another version of the program.
    """
    genes = "" if annotation is None else annotation.fingerprint
    found: list[tuple[float, RunFolder, Manifest]] = []
    for path in paths.runs().iterdir():
        folder = RunFolder(path)
        try:
            manifest = folder.read_manifest()
        except GfmError:
            continue  # Not a run, or one that scoring again will mend.
        fits = manifest.table == str(table) and manifest.identity.annotation == genes
        if fits and manifest.identity.version == __version__ and folder.parts:
            found.append((folder.parts[-1].stat().st_mtime, folder, manifest))
    if not found:
        return None
    _, folder, manifest = max(found, key=lambda one: one[0])
    return ScoreRun(
        folder.path,
        manifest.model,
        manifest.identity.scorer,
        dict(manifest.identity.options),
        model_options=dict(manifest.identity.model_options),
    )
