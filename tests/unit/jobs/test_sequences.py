"""Sequences of one's own: how they are read, predicted and inspected."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gfm_desktop.errors import InputError, OptionError
from gfm_desktop.jobs.inspect_model import InspectModel
from gfm_desktop.jobs.predict_sequences import PredictSequences
from gfm_desktop.jobs.sequence_file import read_sequences

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.jobs.context import JobContext

EXPECTED = ["ACGTNACG", "ggta"]


def run(job: Any, context: JobContext) -> list[Any]:
    return list(job.run(context))


@pytest.mark.parametrize(
    "content",
    [
        b"ACGTNACG\n\nggta\n",
        b"ACGTNACG\r\nggta",
        b"\xef\xbb\xbf>one two\nACGTN\nACG\n>\nggta\n",
        b">one\r\nACGTN\r\nACG\r\n>two\r\nggta\r\n",
        json.dumps(EXPECTED).encode(),
        gzip.compress(b"ACGTNACG\nggta\n"),
    ],
)
def test_that_every_way_to_write_them_gives_the_same(
    content: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "s"
    path.write_bytes(content)
    assert [letters for _, letters in read_sequences(path)] == EXPECTED


def test_that_a_blank_line_is_a_sequence_only_where_one_may_be_empty(
    tmp_path: Path,
) -> None:
    path = tmp_path / "s"
    path.write_text("\nACGT\n\nGG\n\n", encoding="ascii")
    wanted = [("0", ""), ("1", "ACGT"), ("2", ""), ("3", "GG")]
    assert read_sequences(path, empty=True) == wanted
    assert read_sequences(path) == [("0", "ACGT"), ("1", "GG")]


def test_that_names_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "s"
    path.write_text(">chr1:5 note\nAC\n>\nGT\n", encoding="ascii")
    assert [name for name, _ in read_sequences(path)] == ["chr1:5", "1"]


def test_that_all_unreadable_sequences_are_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "s"
    path.write_text("AC GT\nACGT\nA1\n" * 20, encoding="ascii")
    with pytest.raises(InputError) as caught:
        read_sequences(path)
    assert "40 of 60" in caught.value.what
    assert "59 (not only letters)" in caught.value.what


@pytest.mark.parametrize("content", [b"", b"\n", b"[]", b"[1]", b"[", b"\x1f\x8b\x08"])
def test_that_what_holds_no_sequence_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "s"
    path.write_bytes(content)
    with pytest.raises(InputError):
        read_sequences(path)
    with pytest.raises(InputError):
        read_sequences(tmp_path / "absent")


def test_that_inspect_writes_the_raw_numbers(
    tmp_path: Path, context: JobContext
) -> None:
    path, out = tmp_path / "s", tmp_path / "o.npz"
    path.write_text("ACGTNACG\nggta\n", encoding="ascii")
    run(InspectModel("toy", str(path), str(out)), context)
    with np.load(out) as stored:
        assert sorted(stored.files) == ["ids_0", "ids_1", "probs_0", "probs_1"]
        assert stored["ids_0"].tolist() == [0, 1, 2, 3, 4, 0, 1, 2]
        assert stored["ids_0"].dtype == np.int64
        assert stored["probs_0"].shape == (8, 3)
        assert stored["probs_0"].dtype == np.float32
        np.testing.assert_allclose(stored["probs_1"].sum(axis=1), 1, rtol=1e-5)
    odd = InspectModel("toy", str(path), str(out), (("vocabulary", "bpe"),))
    with pytest.raises(OptionError, match="vocabulary"):
        run(odd, context)


def test_that_prediction_and_inspection_agree(
    tmp_path: Path, context: JobContext
) -> None:
    path = tmp_path / "s.fa"
    path.write_text(">one\nACGTNACG\n>two\nggta\n", encoding="ascii")
    names = ("i.npz", "p.npz", "p.tsv")
    inspected, arrays, table = (str(tmp_path / name) for name in names)
    run(InspectModel("toy", str(path), inspected), context)
    run(PredictSequences("toy", str(path), arrays), context)
    run(PredictSequences("toy", str(path), table), context)
    with np.load(inspected) as raw, np.load(arrays) as predicted:
        assert predicted["names"].tolist() == ["one", "two"]
        np.testing.assert_array_equal(predicted["donor_1"], raw["probs_1"][:, 2])
        donors = predicted["donor_1"]
    lines = (tmp_path / "p.tsv").read_text("utf-8").splitlines()
    assert lines[0] == "sequence\tpos\tacceptor\tdonor"
    last = lines[-1].split("\t")
    assert last[:2] == ["two", "4"]
    assert float(last[3]) == pytest.approx(float(donors[3]), rel=1e-5)
