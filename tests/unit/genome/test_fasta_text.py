from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gfm_desktop.errors import GfmError
from gfm_desktop.genome import fasta_text as module
from gfm_desktop.genome.fasta_text import fasta_text, reverse_complement
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.reference import Reference

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def genome(tmp_path: Path) -> Iterator[Reference]:
    path = tmp_path / "g.fa"
    path.write_text(">chr1\n" + "AAAAccccRYNN" * 20 + "\n")
    genome = Reference.open(path)
    yield genome
    genome.close()


def test_that_the_letters_of_the_file_are_kept_in_lines_of_sixty(
    genome: Reference,
) -> None:
    text = fasta_text(genome, Interval("chr1", 0, 130))
    head, *lines = text.splitlines()
    assert head == ">chr1:1-130"
    assert [len(line) for line in lines] == [60, 60, 10]
    assert "".join(lines) == ("AAAAccccRYNN" * 20)[:130]
    assert text.endswith("\n")


def test_that_the_other_strand_says_so(genome: Reference) -> None:
    text = fasta_text(genome, Interval("chr1", 2, 10), minus=True)
    assert text == ">chr1:3-10 reverse complement\nRYggggTT\n"


def test_that_a_long_region_is_refused_with_its_length(
    genome: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LONGEST", 100)
    with pytest.raises(GfmError, match="101 bp; up to 100"):
        fasta_text(genome, Interval("chr1", 0, 101))


@given(st.text("ACGTNRYKMSWBDHVacgtnrykmswbdhv"))
def test_that_the_other_strand_of_the_other_strand_is_the_first(bases: str) -> None:
    assert reverse_complement(reverse_complement(bases)) == bases
