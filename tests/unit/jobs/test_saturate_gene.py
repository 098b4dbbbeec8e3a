"""Every substitution of a gene's exons is listed once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gfm_desktop.errors import OptionError
from gfm_desktop.jobs.context import JobContext
from gfm_desktop.jobs.events import Finished
from gfm_desktop.jobs.saturate_gene import SaturateGene

if TYPE_CHECKING:
    from conftest import Desk

GTF = (
    'chr1\tt\tgene\t101\t400\t.\t-\t.\tgene_id "G1"; gene_name "ABC/1";\n'
    'chr1\tt\ttranscript\t101\t400\t.\t-\t.\tgene_id "G1"; gene_name "ABC/1"; '
    'transcript_id "T1";\n'
    'chr1\tt\texon\t101\t120\t.\t-\t.\tgene_id "G1"; transcript_id "T1";\n'
    'chr1\tt\texon\t131\t140\t.\t-\t.\tgene_id "G1"; transcript_id "T1";\n'
    'chr1\tt\texon\t381\t400\t.\t-\t.\tgene_id "G1"; transcript_id "T1";\n'
)


@pytest.fixture
def genes(desk: Desk) -> str:
    path = desk.folder / "saturate.gtf"
    path.write_text(GTF)
    return str(path)


def listed(job: SaturateGene) -> tuple[Finished, list[list[str]]]:
    steps = job.run(JobContext())
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            ending = stop.value
            break
    assert isinstance(ending, Finished)
    lines = Path(ending.outputs["variants"]).read_text().splitlines()
    return ending, [line.split("\t") for line in lines if not line.startswith("#")]


@pytest.mark.parametrize(
    ("flank", "spans"),
    [
        (0, [(101, 120), (131, 140), (381, 400)]),
        # Nothing beyond the transcript, and where stretches meet they are one.
        (5, [(101, 145), (376, 400)]),
    ],
)
def test_that_all_substitutions_of_exons_and_flanks_are_listed_once(
    flank: int, spans: list[tuple[int, int]], desk: Desk, genes: str
) -> None:
    job = SaturateGene("abc/1", genes, desk.genome, flank)
    ending, rows = listed(job)
    expected = [
        [str(position), desk.sequence[position - 1], alt]
        for start, end in spans
        for position in range(start, end + 1)
        for alt in "ACGT"
        if alt != desk.sequence[position - 1]
    ]
    assert [[row[1], *row[3:5]] for row in rows] == expected
    assert ending.counts == {"variants": len(expected)}
    assert ending.message.startswith("ABC/1: ")


def test_that_the_same_question_gives_the_same_file(desk: Desk, genes: str) -> None:
    files = {
        listed(SaturateGene(name, genes, desk.genome, flank))[0].outputs["variants"]
        for name, flank in (("ABC/1", 5), ("G1", 5), ("ABC/1", 6))
    }
    assert len(files) == 2


def test_that_an_unknown_gene_and_a_flank_beyond_measure_are_refused(
    desk: Desk, genes: str
) -> None:
    with pytest.raises(OptionError, match="ABD") as caught:
        listed(SaturateGene("ABD", genes, desk.genome))
    assert caught.value.where == "--saturate"
    with pytest.raises(OptionError, match="10,000"):
        listed(SaturateGene("ABC/1", genes, desk.genome, 10_001))
