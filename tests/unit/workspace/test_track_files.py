from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gfm_desktop.jobs.events import Failed, Finished
from gfm_desktop.workspace.opening import Opening
from gfm_desktop.workspace.track_files import TrackFiles, TrackKind

if TYPE_CHECKING:
    from conftest import Files, InlineRunner, Said, ToldRunner

    from gfm_desktop.workspace.workspace import Workspace


def test_that_a_key_is_never_used_twice() -> None:
    files = TrackFiles()
    first = files.add(TrackKind.SIGNAL, Path("a.bw"))
    files.remove(first.key)
    second = files.add(TrackKind.SIGNAL, Path("a.bw"))
    assert (first.key, second.key) == ("signal-1", "signal-2")
    assert files.all == (second,)


def test_that_a_file_opened_again_keeps_its_lane() -> None:
    files = TrackFiles()
    first = files.add(TrackKind.FEATURES, Path("a.bed"))
    again = files.add(TrackKind.FEATURES, Path("a.bed"), store="newer")
    assert again.key == first.key
    assert [file.store for file in files.all] == ["newer"]


def test_that_no_two_files_have_the_same_title() -> None:
    files = TrackFiles()
    given = [
        (TrackKind.FEATURES, "/one/a.bed", "Peaks"),
        (TrackKind.FEATURES, "/one/b.bed", "Peaks"),
        (TrackKind.SIGNAL, "/one/a.bw", "a.bw"),
        (TrackKind.SIGNAL, "/two/a.bw", "a.bw"),
        (TrackKind.SIGNAL, "/three/two/a.bw", "a.bw"),
    ]
    for kind, path, title in given:
        files.add(kind, Path(path), title=title)
    titles = ["Peaks", "b.bed", "a.bw", "two/a.bw", "/three/two/a.bw"]
    assert [file.title for file in files.all] == titles
    # Opened again, it keeps the title that it has.
    files.add(TrackKind.SIGNAL, Path("/two/a.bw"), title="a.bw", store="newer")
    assert [file.title for file in files.all] == titles


@pytest.mark.parametrize("name", ["a.bed", "a.bw", "a.bam"])
def test_that_tracks_wait_for_a_genome_and_close_with_it(
    workspace: Workspace,
    inline: InlineRunner,
    told: ToldRunner,
    files: Files,
    said: Said,
    tmp_path: Path,
    name: str,
) -> None:
    track = tmp_path / name
    track.write_bytes(b"")
    Opening(workspace, told).open([track])
    assert workspace.waiting == (track,)
    workspace.set_waiting(())
    Opening(workspace, inline).open([files.genome])
    Opening(workspace, told).open([track])
    told.tell(Finished("", outputs={"store": "s", "title": "T"}, warnings=("odd",)))
    (opened,) = workspace.track_files.all
    assert (opened.title, opened.store, opened.notes) == ("T", "s", ("odd",))
    assert said.texts("warning") == ["odd"]
    workspace.set_genome(None)
    assert workspace.track_files.all == ()


def test_that_a_track_that_cannot_be_read_is_reported_and_has_no_lane(
    workspace: Workspace,
    inline: InlineRunner,
    told: ToldRunner,
    files: Files,
    said: Said,
    tmp_path: Path,
) -> None:
    track = tmp_path / "a.bed"
    track.write_bytes(b"")
    Opening(workspace, inline).open([files.genome])
    Opening(workspace, told).open([track])
    told.tell(Failed("It is empty.", str(track), "Choose another one."))
    assert workspace.track_files.all == ()
    assert workspace.opening == ()
    assert "It is empty." in said.texts("error")[0]
