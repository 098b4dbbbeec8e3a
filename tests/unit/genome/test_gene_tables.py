"""The annotations of SpliceAI, CI-SpliceAI and Pangolin become gene models."""

from __future__ import annotations

import gzip
import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from gfm_desktop.errors import InputError
from gfm_desktop.genome.annotation import GeneModels

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.genome.annotation import Gene

EXONS = ((99, 120), (149, 170), (189, 200))
"""Of the gene that every file here describes, 0-based half-open."""
SPLICEAI = (
    "#NAME\tCHROM\tSTRAND\tTX_START\tTX_END\tEXON_START\tEXON_END\n"
    "UP\t1\t-\t99\t200\t99,149,189,\t120,170,200,\n"
)
CI = (
    "gene_id,chr,strand,start,end,jn_start,jn_end\n"
    'UP,chr1,-,100,200,"120,170","150,190"\n'
)


def load(path: Path, tmp_path: Path) -> GeneModels:
    return GeneModels.load(path, cache=tmp_path / "cache")


def written(tmp_path: Path, text: str, *, packed: bool = False) -> Path:
    path = tmp_path / "genes.dat"
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    return path


def database(tmp_path: Path, rows: list[tuple[object, ...]]) -> Path:
    path = tmp_path / "genes.db"
    with closing(sqlite3.connect(path)) as base:
        base.execute(
            "CREATE TABLE features (id text, seqid text, source text, featuretype "
            "text, start int, end int, score text, strand text, frame text, "
            "attributes text, extra text, bin int, primary key (id))"
        )
        base.executemany(
            "INSERT INTO features VALUES (?, ?, 'x', ?, ?, ?, '.', ?, '.', ?, '[]', 1)",
            rows,
        )
        base.commit()
    return path


def gtf_like(*exons: tuple[int, int]) -> list[tuple[object, ...]]:
    about = {"gene_id": ["G1.3"], "gene_name": ["UP"], "transcript_id": ["T1"]}
    tagged = json.dumps(about | {"tag": ["basic", "Ensembl_canonical"]})
    plain = json.dumps({"gene_id": ["G1.3"], "gene_name": ["UP"]})
    return [
        ("g", "chr1", "gene", 100, 200, "-", plain),
        ("t", "chr1", "transcript", 100, 200, "-", tagged),
        *(
            (f"e{start}", "chr1", "exon", start + 1, end, "-", tagged)
            for start, end in exons
        ),
    ]


def only(models: GeneModels) -> Gene:
    (gene,) = models
    return gene


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(("text", "contig"), [(SPLICEAI, "1"), (CI, "chr1")])
def test_that_a_table_gives_the_gene_with_its_exons(
    tmp_path: Path, text: str, contig: str, packed: bool
) -> None:
    gene = only(load(written(tmp_path, text, packed=packed), tmp_path))
    assert (gene.name, gene.contig, gene.strand) == ("UP", contig, "-")
    assert (gene.start, gene.end) == (99, 200)
    assert gene.canonical.exons == EXONS
    assert gene.canonical.coding == ()


def test_that_pangolins_database_gives_the_gene_with_its_exons(tmp_path: Path) -> None:
    path = database(tmp_path, gtf_like(*EXONS))
    gene = only(load(path, tmp_path))
    assert (gene.name, gene.gene_id, gene.strand) == ("UP", "G1.3", "-")
    assert gene.canonical.transcript_id == "T1"
    assert gene.canonical.exons == EXONS
    assert [one.name for one in tmp_path.iterdir() if "genes" in one.name] == [
        "genes.db"
    ]


def test_that_no_site_of_several_isoforms_is_lost(tmp_path: Path) -> None:
    text = CI.replace('"120,170","150,190"', '"120,130,170","140,150"')
    gene = only(load(written(tmp_path, text), tmp_path))
    exons = gene.canonical.exons
    assert {start for start, _ in exons} == {99, 139, 149}
    assert {end for _, end in exons} == {120, 130, 170, 200}
    assert exons == ((99, 120), (99, 130), (139, 170), (149, 170), (149, 200))


def test_that_a_gene_without_junctions_is_one_exon(tmp_path: Path) -> None:
    text = CI.replace('"120,170","150,190"', ",")
    gene = only(load(written(tmp_path, text), tmp_path))
    assert gene.canonical.exons == ((99, 200),)


def test_that_a_name_that_comes_again_is_another_gene(tmp_path: Path) -> None:
    text = SPLICEAI + "UP\t1\t-\t499\t600\t499,\t600,\n"
    genes = list(load(written(tmp_path, text), tmp_path))
    assert [(gene.name, gene.start) for gene in genes] == [("UP", 99), ("UP", 499)]


def test_that_every_bad_row_is_named_with_its_line(tmp_path: Path) -> None:
    bad = [
        "A\t1\t+\t9\t20\t9,\t20,\textra",
        "B\t1\t?\t9\t20\t9,\t20,",
        "C\t1\t+\tx\t20\t9,\t20,",
        "D\t1\t+\t9\t20\t9,12,\t20,",
        "E\t1\t+\t30\t20\t9,\t20,",
        "\t1\t+\t9\t20\t9,\t20,",
    ]
    models = load(written(tmp_path, SPLICEAI + "\n".join(bad) + "\n"), tmp_path)
    assert len(models) == 1
    (note,) = models.notes
    assert note == (
        "6 lines could not be read and were passed over: line 3: 8 columns of 7; "
        "line 4: the strand is ?, not + or -; line 5: 'x' is no position; "
        "line 6: 2 exons begin and 1 end; line 7: 31 to 20 is no stretch of a contig; "
        "line 8: the name is missing."
    )


def test_that_another_programs_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as base:
        base.execute("CREATE TABLE cats (name text)")
        base.commit()
    with pytest.raises(InputError, match="no gene models that can be read") as caught:
        load(path, tmp_path)
    assert "create_db.py" in caught.value.todo
