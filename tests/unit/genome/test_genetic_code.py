from __future__ import annotations

import pytest

from gfm_desktop.genome.genetic_code import CODES, code_of, reverse_complement

HUMAN_M = 16_569


@pytest.mark.parametrize("number", CODES)
def test_that_the_tables_are_those_of_ncbi(number: int) -> None:
    tables = pytest.importorskip("Bio.Data.CodonTable")
    code, table = CODES[number], tables.unambiguous_dna_by_id[number]
    for index in range(64):
        codon = "".join("TCAG"[n] for n in (index // 16, index // 4 % 4, index % 4))
        letter = chr(code.translate(codon)[0])
        assert letter == table.forward_table.get(codon, "*"), codon
        assert bool(code.starts_at(codon)[0]) == (codon in table.start_codons), codon


def test_that_an_unknown_base_gives_an_unknown_residue() -> None:
    code = CODES[1]
    assert code.translate("ATGNCCTAT").tobytes() == b"MXXXPLY"
    assert not code.starts_at("NTG")[0]
    assert len(code.translate("AC")) == 0


def test_that_the_other_strand_is_read_backwards() -> None:
    assert reverse_complement("AACGTN") == "NACGTT"


@pytest.mark.parametrize(
    ("contig", "length", "number"),
    [
        ("chrM", HUMAN_M, 2),
        ("MT", HUMAN_M, 2),
        ("NC_012920.1", HUMAN_M, 2),
        ("chrM", 16_571, 2),
        ("chrM", 85_779, 3),
        ("Mito", 85_779, 3),
        ("chrM", 19_524, 5),
        ("chrM", 300, 1),
        ("chr1", HUMAN_M, 1),
    ],
)
def test_that_mitochondria_are_known_by_name_and_length(
    contig: str, length: int, number: int
) -> None:
    assert code_of(contig, length).number == number
