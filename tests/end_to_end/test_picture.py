"""`gfm-desktop --picture` draws what the window would show, without a screen."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "{http://www.w3.org/2000/svg}text"


def draw(*words: str) -> subprocess.CompletedProcess[str]:
    without = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    environment = {key: os.environ[key] for key in os.environ if key not in without}
    return subprocess.run(
        [sys.executable, "-m", "gfm_desktop", *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
    )


def test_that_files_places_and_tracks_are_drawn_with_their_predictions(
    tmp_path: Path,
) -> None:
    depth = tmp_path / "depth.bedgraph"
    depth.write_text("chr22\t20101000\t20104000\t7.5\n", encoding="utf-8")
    out = tmp_path / "view.svg"
    told = draw(
        "--sample", str(depth), "--locus", "chr22:20,101,693-20,104,000",
        "--track", "genes", "--track", "depth.bedgraph,size=1.6,title=Depth",
        "--track", "splice", "--size", "900", "--picture", str(out),
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    root = ET.parse(out).getroot()
    words = ["".join(node.itertext()) for node in root.iter(TEXT)]
    assert [
        w for w in words if w in ("Sequence", "Genes", "Depth", "Splice sites")
    ] == [
        "Genes",
        "Depth",
        "Splice sites",
    ]
    assert "CI-SpliceAI" in words
    assert "--track genes" in (root.findtext(TEXT.replace("text", "desc")) or "")


def test_that_a_place_or_track_that_is_none_is_said_and_nothing_is_drawn(
    tmp_path: Path,
) -> None:
    out = tmp_path / "view.png"
    for wrong in (("--locus", "NOGENE"), ("--track", "cats")):
        told = draw("--sample", *wrong, "--no-predict", "--picture", str(out))
        assert told.returncode == 1
        assert wrong[1] in told.stderr
        assert not out.exists()


def test_that_lanes_with_nothing_to_show_are_left_out_and_named(tmp_path: Path) -> None:
    out = tmp_path / "view.svg"
    told = draw(
        "--sample", "--no-predict", "--size", "900x500", "--picture", str(out)
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    lacking = "Sequence, Splice sites, Expected bases, Mutagenesis"
    assert f"Left out, with nothing to show here: {lacking}\n" in told.stderr
    root = ET.parse(out).getroot()
    # The size that was asked for is the picture's, not that of what is left out too.
    assert root.attrib["viewBox"].split() == ["0", "0", "900", "500"]
