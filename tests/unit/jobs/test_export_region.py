"""What the browser's lanes write of a region: features, genes, variants, bases."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pysam
import pytest

from gfm_desktop.genome.annotation import GeneModels
from gfm_desktop.genome.feature_file import make_store
from gfm_desktop.genome.feature_store import FeatureStore
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.reference import Reference
from gfm_desktop.genome.vcf import VcfReader
from gfm_desktop.jobs import export_sequence
from gfm_desktop.jobs.context import JobContext
from gfm_desktop.jobs.events import Failed, Finished
from gfm_desktop.jobs.export_features import ExportFeatures
from gfm_desktop.jobs.export_genes import ExportGenes
from gfm_desktop.jobs.export_sequence import ExportSequence
from gfm_desktop.jobs.export_variants import ExportVariants
from gfm_desktop.jobs.guard import run_guarded
from gfm_desktop.jobs.open_features import OpenFeatures
from gfm_desktop.jobs.open_variants import OpenVariants
from gfm_desktop.jobs.score_variants import ScoreVariants

if TYPE_CHECKING:
    from conftest import Desk

    from gfm_desktop.jobs.context import JobContext as Context

WHOLE = ("chr1", 0, 4000)
FEATURES = """\
chr1\t100\t500\tNM 1\t7.5\t-\t150\t400\t255,0,16\t2\t100,50,\t0,350,\textra words
chr1\t600\t700\tNM_2\t.\t.\t600\t600\t0\t1\t100\t0
chr1\t650\t651\t.\t0.1\t+\t650\t650\t0,0,0\t1\t1\t0
chr1\t3000\t3100\tfar\t12345678\t+\t3000\t3100\t0\t1\t100\t0
"""
CODING = """\
chr1\tx\tgene\t101\t900\t.\t-\t.\tgene_id "G1"; gene_name "ALPHA";
chr1\tx\ttranscript\t201\t900\t.\t-\t.\tgene_id "G1"; transcript_id "T1";
chr1\tx\texon\t201\t300\t.\t-\t.\tgene_id "G1"; transcript_id "T1";
chr1\tx\texon\t801\t900\t.\t-\t.\tgene_id "G1"; transcript_id "T1";
chr1\tx\tCDS\t251\t300\t.\t-\t0\tgene_id "G1"; transcript_id "T1";
chr1\tx\tCDS\t801\t850\t.\t-\t0\tgene_id "G1"; transcript_id "T1";
chr1\tx\ttranscript\t101\t150\t.\t-\t.\tgene_id "G1"; transcript_id "T2";
chr1\tx\texon\t101\t150\t.\t-\t.\tgene_id "G1"; transcript_id "T2";
chr1\tx\tgene\t2001\t2100\t.\t+\t.\tgene_id "G2"; gene_name "BETA";
chr1\tx\ttranscript\t2001\t2100\t.\t+\t.\tgene_id "G2"; transcript_id "T3";
chr1\tx\texon\t2001\t2100\t.\t+\t.\tgene_id "G2"; transcript_id "T3";
"""


def finish(job: Any, context: Context | None = None) -> Finished:
    *_, last = run_guarded(job, context or JobContext())
    assert isinstance(last, Finished), last
    return last


def refused(job: Any, context: Context | None = None) -> Failed:
    *_, last = run_guarded(job, context or JobContext())
    assert isinstance(last, Failed), last
    assert not last.details
    return last


def rows(path: Path) -> list[list[str]]:
    """Return the cells of a text, without its comments."""
    lines = path.read_text().splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


@pytest.fixture
def features(desk: Desk) -> tuple[str, str]:
    """Return a file of features and its store."""
    path = desk.folder / "f.bed"
    path.write_text(FEATURES)
    done = finish(OpenFeatures(str(path), desk.genome))
    return str(path), done.outputs["store"]


def told(store: FeatureStore, region: Interval) -> list[tuple[Any, ...]]:
    """Return all that BED can say of the features of a region."""
    found = store.columns(region)
    return [
        (
            store.where(n),
            store.label(n),
            np.float32(store.score(n)).tobytes(),
            int(found.strand[i]),
            int(found.colour[i]),
            found.pieces[found.piece_at[i] : found.piece_at[i + 1]].tolist(),
            found.thick[found.thick_at[i] : found.thick_at[i + 1]].tolist(),
        )
        for i, n in enumerate(found.number.tolist())
    ]


def opened(path: Path, genome: str) -> FeatureStore:
    steps = make_store(path, Reference.open(Path(genome)))
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return FeatureStore.load(end.value)


def test_that_features_come_back_from_bed_as_they_were(
    desk: Desk, features: tuple[str, str]
) -> None:
    out = desk.folder / "out.bed"
    done = finish(ExportFeatures(*features, "chr1", 450, 651, str(out)))
    assert done.message.startswith("Wrote 3 features")
    assert not done.warnings
    region = Interval("chr1", 450, 651)
    before = told(FeatureStore.load(Path(features[1])), region)
    after = opened(out, desk.genome)
    assert len(after) == len(before) == 3
    assert told(after, region) == before


def test_that_scores_of_features_stay_whole_or_missing(
    desk: Desk, features: tuple[str, str]
) -> None:
    out = desk.folder / "out.bed"
    finish(ExportFeatures(*features, "chr1", 0, 4000, str(out)))
    assert [row[4] for row in rows(out)] == ["7.5", ".", "0.1", "12345678"]


def test_that_a_table_of_features_counts_from_1_and_has_every_field(
    desk: Desk, features: tuple[str, str]
) -> None:
    out = desk.folder / "out.tsv"
    finish(ExportFeatures(*features, "chr1", 499, 500, str(out)))
    head, row = rows(out)
    assert dict(zip(head, row, strict=True)) == {
        "contig": "chr1",
        "start": "101",
        "end": "500",
        "name": "NM 1",
        "score": "7.5",
        "strand": "-",
        "blocks": "101-200,451-500",
        "thick": "151-200",
        "fields": "column 13=extra words",
    }


def test_that_blocks_that_do_not_reach_the_ends_are_told(desk: Desk) -> None:
    path = desk.folder / "odd.bed"
    path.write_text("chr1\t100\t200\tx\t.\t.\t100\t100\t0\t1\t20\t30\n")
    path.write_text(path.read_text().replace("\t1\t20\t30", "\t2\t20,20\t30,60"))
    store = finish(OpenFeatures(str(path), desk.genome)).outputs["store"]
    done = finish(
        ExportFeatures(str(path), store, "chr1", 0, 4000, str(desk.folder / "out.bed"))
    )
    assert "1 feature has blocks" in done.warnings[0]


def test_that_what_is_not_there_is_refused_and_nothing_is_overwritten(
    desk: Desk, features: tuple[str, str]
) -> None:
    before = Path(features[0]).read_bytes()
    last = refused(ExportFeatures(*features, "chr1", 0, 4000, features[0]))
    assert last.what == "The file to write is the file that was read."
    assert Path(features[0]).read_bytes() == before
    out = desk.folder / "none.bed"
    last = refused(ExportFeatures(*features, "chr1", 1000, 1001, str(out)))
    assert last.what == "There is no feature in chr1:1,001-1,001."
    assert not out.exists()
    last = refused(
        ExportGenes(desk.annotation, desk.genome, "chr1", 0, 10, str(out)),
    )
    assert last.what == "There is no gene in chr1:1-10."
    assert refused(ExportSequence(desk.genome, "chr1", 0, 9, desk.genome)).what


@pytest.fixture
def annotation(desk: Desk) -> str:
    path = desk.folder / "coding.gtf"
    path.write_text(CODING)
    return str(path)


def spans(path: Path, genome: str) -> dict[str, tuple[Any, ...]]:
    """Return what gene models say of each transcript."""
    models = GeneModels.load(path, reference=Reference.open(Path(genome)))
    return {
        one.transcript_id: (gene.strand, one.start, one.end, one.exons, one.coding)
        for gene in models
        for one in gene.transcripts
    }


def test_that_genes_come_back_from_gtf_as_they_were(
    desk: Desk, annotation: str
) -> None:
    out = desk.folder / "out.gtf"
    job = ExportGenes(annotation, desk.genome, *WHOLE, str(out), every=True)
    finish(job)
    assert spans(out, desk.genome) == spans(Path(annotation), desk.genome)
    before = GeneModels.load(Path(annotation)).find("ALPHA")
    assert GeneModels.load(out).find("ALPHA") == before


def test_that_genes_come_back_from_bed_with_exons_and_coding_parts(
    desk: Desk, annotation: str
) -> None:
    out = desk.folder / "out.bed"
    finish(ExportGenes(annotation, desk.genome, *WHOLE, str(out)))
    assert told(opened(out, desk.genome), Interval(*WHOLE)) == [
        (
            Interval("chr1", 200, 900),
            "ALPHA T1",
            np.float32(np.nan).tobytes(),
            -1,
            -1,
            [[200, 300], [800, 900]],
            [[250, 300], [800, 850]],
        ),
        (
            Interval("chr1", 2000, 2100),
            "BETA T3",
            np.float32(np.nan).tobytes(),
            1,
            -1,
            [[2000, 2100]],
            [],
        ),
    ]


def test_that_a_table_of_genes_counts_from_1(desk: Desk, annotation: str) -> None:
    out = desk.folder / "out.tsv"
    finish(
        ExportGenes(annotation, desk.genome, "chr1", 950, 2001, str(out), every=True)
    )
    head, row = rows(out)
    cells = dict(zip(head, row, strict=True))
    assert (cells["gene"], cells["start"], cells["end"]) == ("BETA", "2001", "2100")
    assert (cells["exons"], cells["coding"]) == ("2001-2100", ".")


def test_that_bases_are_written_as_the_file_has_them(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_sequence, "_CHUNK", 120)
    path = desk.folder / "soft.fa"
    head, *lines = Path(desk.genome).read_text().splitlines()
    lines[25] = lines[25].lower().replace("a", "n")
    path.write_text("\n".join([head, *lines]) + "\n")
    out = desk.folder / "out.fa"
    finish(ExportSequence(str(path), "chr1", 1400, 1777, str(out)))
    with pysam.FastaFile(str(path)) as whole, pysam.FastaFile(str(out)) as written:
        assert list(written.references) == ["chr1:1401-1777"]
        found = written.fetch("chr1:1401-1777")
        assert found == whole.fetch("chr1", 1400, 1777)
    assert re.search("[a-z]", found)
    assert {len(line) for line in out.read_text().split("\n")[1:-2]} == {60}


def test_that_a_region_beyond_the_contig_has_no_bases(desk: Desk) -> None:
    out = desk.folder / "out.fa"
    last = refused(ExportSequence(desk.genome, "chr1", 3990, 4001, str(out)))
    assert "not inside the genome" in last.what
    assert not out.exists()


@pytest.fixture
def scored(desk: Desk, context: Context) -> tuple[str, str, str]:
    """Return a variant file, its table, and a run over it."""
    two = desk.snv(1650, id="two").split(" ")
    two[4] += ",<DEL>"
    path = desk.vcf(
        desk.snv(1500, id="v1", rest=". PASS X=1"),
        " ".join(two),
        "chr1 1700 bad N A . . .",
        "chr9 1600 lost A C . . .",
        desk.snv(1900, id="v2"),
        desk.snv(3900, id="far"),
    )
    table = finish(OpenVariants(path, desk.genome), context).outputs["table"]
    job = ScoreVariants(desk.genome, path, "toy", annotation=desk.annotation)
    return path, table, finish(job, context).outputs["run"]


def test_that_every_variant_of_a_region_is_written_with_its_status(
    desk: Desk, scored: tuple[str, str, str]
) -> None:
    out = desk.folder / "out.tsv"
    done = finish(ExportVariants(*scored, "chr1", 1499, 1900, str(out)))
    head, *found = rows(out)
    table = [dict(zip(head, row, strict=True)) for row in found]
    assert [row["id"] for row in table] == ["v1", "two", "two", "bad", "v2"]
    assert {row["status"] for row in table} == {
        "scored",
        "symbolic_allele",
        "ambiguous_bases",
    }
    assert [row["score"] == "." for row in table] == [False, False, True, True, False]
    assert sum(done.counts.values()) == 5
    text = out.read_text()
    assert "# GFM Desktop" in text
    assert "gfm score --genome" in text
    whole = desk.folder / "whole.tsv"
    finish(ExportVariants(*scored, *WHOLE, str(whole)))
    assert [row for row in rows(whole)[1:] if row in found] == found


def test_that_variants_in_bed_have_score_or_none_at_their_bases(
    desk: Desk, scored: tuple[str, str, str]
) -> None:
    out = desk.folder / "out.bed"
    finish(ExportVariants(*scored, "chr1", 1499, 1900, str(out)))
    store = opened(out, desk.genome)
    assert store.notes == ()
    found = told(store, Interval(*WHOLE))
    assert [one[0].start + 1 for one in found] == [1500, 1650, 1650, 1700, 1900]
    assert [row[4] for row in rows(out)][2:4] == [".", "."]
    numbers = [n for n, row in enumerate(rows(out)) if row[4] != "."]
    assert [np.isnan(store.score(n)) for n in range(5)] == [
        n not in numbers for n in range(5)
    ]


def test_that_records_of_a_region_keep_their_alleles_and_bytes(
    desk: Desk, scored: tuple[str, str, str]
) -> None:
    out = desk.folder / "out.vcf"
    finish(ExportVariants(*scored, "chr1", 1499, 1700, str(out)))
    records = list(VcfReader(out))
    originals = [r.raw for r in VcfReader(Path(scored[0]))][:3]
    assert len(records) == 3
    for record, original in zip(records, originals, strict=True):
        assert record.raw.startswith(original.rsplit(b"\t", 1)[0])
        assert b"GFM_STATUS=" in record.raw
    assert b"X=1" in records[0].raw


def test_that_variants_without_scores_are_written_as_pending(
    desk: Desk, scored: tuple[str, str, str]
) -> None:
    path, table, _ = scored
    out = desk.folder / "out.tsv"
    done = finish(ExportVariants(path, table, "", "chr1", 1899, 1900, str(out)))
    head, row = rows(out)
    cells = dict(zip(head, row, strict=True))
    assert (cells["id"], cells["score"], cells["status"]) == ("v2", ".", "pending")
    assert done.counts == {"pending": 1}
    last = refused(
        ExportVariants(path, table, "", *WHOLE, str(desk.folder / "out.vcf"))
    )
    assert "without scores" in last.what
    last = refused(ExportVariants(path, table, "", "chr1", 0, 9, str(out)))
    assert last.what == "There is no variant in chr1:1-9."
