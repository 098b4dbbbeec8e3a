"""Labels of regions and variants: letters come from the genome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gfm_desktop.errors import InputError
from gfm_desktop.finetune.label_files import LabelSource, preview, read
from gfm_desktop.finetune.label_readers.variant_rows import Haplotypes, haplotypes
from gfm_desktop.genome.interval import Interval
from gfm_desktop.genome.variant import Variant
from gfm_desktop.models.sequence import reverse_complement
from gfm_desktop.scoring import windows
from gfm_desktop.scoring.refusals import Refusal

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.finetune.labelled import LabelledSet
    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.reference import Reference

HEADER = (
    "##fileformat=VCFv4.2\n"
    '##INFO=<ID=EFFECT,Number=A,Type=Integer,Description="per allele">\n'
    '##INFO=<ID=CLASS,Number=1,Type=String,Description="per record">\n'
    '##INFO=<ID=SEEN,Number=0,Type=Flag,Description="flag">\n'
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
)


def read_file(
    folder: Path, content: str, name: str, reference: Reference | None, **said: Any
) -> LabelledSet:
    genes = said.pop("genes", None)
    path = folder / name
    path.write_text(content)
    return read(LabelSource(str(path), **said), reference=reference, genes=genes)


def test_that_bed_is_read_from_the_genome_on_its_strand(
    tmp_path: Path, toy_reference: Reference, toy_letters: str, toy_genes: GeneModels
) -> None:
    bed = (
        "track name=x\n"
        "chr1\t500\t560\tpeak1\t1\t+\n"
        "chr1\t2100\t2150\tpeak2\t0\t-\n"
        "1\t5000\t5040\tpeak3\t1\t.\n"
    )
    data = read_file(tmp_path, bed, "peaks.bed", toy_reference, genes=toy_genes)
    assert data.names == ("0", "1")
    assert data.sequences[0] == toy_letters[500:560]
    assert data.sequences[1] == reverse_complement(toy_letters[2100:2150])
    assert data.places[2] == Interval("chr1", 5000, 5040)
    assert data.reverse == (False, True, False)
    assert data.genes == ("PLUS", "MINUS", "SPLIT")
    assert data.rows.tolist() == [2, 3, 4]


def test_that_a_window_lies_around_the_middle(
    tmp_path: Path, toy_reference: Reference, toy_letters: str
) -> None:
    bed = "chr1\t500\t560\t1\nchr1\t900\t901\t0\nchr1\t5\t15\t0\n"
    data = read_file(tmp_path, bed, "peaks.bed", toy_reference, window=40)
    assert data.sequences == (toy_letters[510:550], toy_letters[880:920])
    assert data.refused[0].reason.startswith("A window of 40 bp around its middle")


def test_that_regions_off_the_genome_are_refused_with_reasons(
    tmp_path: Path, toy_reference: Reference
) -> None:
    bed = (
        "chr1\t10\t40\t1\n"
        "chr1\t50\t80\t0\n"
        "chr9\t10\t40\t1\n"
        "chr1\t5990\t6010\t1\n"
        "chr1\t4010\t4060\t1\n"
        "chr1\t100\t105\t1\n"
        "chr1\t400\t400\t1\n"
        "chr1\tx\t400\t1\n"
    )
    data = read_file(tmp_path, bed, "peaks.bed", toy_reference)
    assert len(data) == 2
    reasons = [one.reason for one in data.refused]
    assert reasons == [
        "The genome has no contig chr9.",
        "It ends at 6,010, but chr1 ends at 6,000.",
        "The genome is mostly unknown (N) at chr1:4,011-4,060.",
        "It has 5 bp, at least 10 are needed.",
        "Its end 400 does not lie behind its start 400.",
        "Its start “x” is no whole number.",
    ]


@pytest.mark.parametrize(
    ("header", "said", "start"),
    [
        ("chrom,start,end,label", (), 499),
        ("chrom,start,end,label", (("counting", "0"),), 500),
        ("seqnames,start,end,label", (), 499),
        ("chrom,chromStart,chromEnd,label", (), 500),
    ],
)
def test_that_tables_of_people_may_count_from_one(
    tmp_path: Path,
    toy_reference: Reference,
    header: str,
    said: tuple[tuple[str, str], ...],
    start: int,
) -> None:
    # In the first table a region of one base tells how it counts.
    one = "chr1,700,700,1\n" if header == "chrom,start,end,label" else ""
    content = f"{header}\nchr1,500,560,1\nchr1,900,950,0\n{one}"
    data = read_file(tmp_path, content, "t.csv", toy_reference, columns=said)
    assert data.places[0] == Interval("chr1", start, 560)


def test_that_counting_is_asked_where_nobody_can_know(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("chrom,start,end,label\nchr1,500,560,1\nchr1,900,950,0\n")
    seen = preview(path, genome="toy.fa")
    assert any("count from 0" in question for question in seen.questions)
    assert seen.problems == ()
    assert preview(path).problems == (
        "Letters of regions are read from a genome: open it first.",
    )
    with pytest.raises(InputError, match="none is open"):
        read(LabelSource(str(path)))


def write_bigwig(path: Path) -> None:
    import pyBigWig

    with pyBigWig.open(str(path), "w") as file:
        file.addHeader([("1", 6_000)])
        file.addEntries(["1"] * 2, [0, 1000], ends=[100, 1050], values=[2.0, 6.0])


def test_that_a_bigwig_gives_numbers_where_it_has_any(
    tmp_path: Path, toy_reference: Reference
) -> None:
    signal = tmp_path / "coverage.bw"
    write_bigwig(signal)
    bed = "chr1\t10\t40\nchr1\t1020\t1080\nchr1\t2000\t2050\n"
    data = read_file(tmp_path, bed, "p.bed", toy_reference, signal=str(signal))
    assert data.task == "regression"
    assert data.names == ("coverage",)
    # The mean is over the bases that have a value: what is missing is not 0.
    assert data.labels.tolist() == [2.0, 6.0]
    assert data.refused[0].reason == "The signal has no value at chr1:2,001-2,050."


def test_that_a_bigwig_fits_regions_only_and_must_be_one(
    tmp_path: Path, toy_reference: Reference
) -> None:
    with pytest.raises(InputError, match="no bigWig file"):
        read_file(tmp_path, "chr1\t1\t20\n", "p.bed", toy_reference, signal=__file__)
    signal = tmp_path / "coverage.bw"
    write_bigwig(signal)
    with pytest.raises(InputError, match="gives labels to regions"):
        read_file(
            tmp_path, "sequence\nACGTACGTACGT\n", "s.csv", None, signal=str(signal)
        )


def line(letters: str, pos: int, alt: str, info: str, ref: str = "") -> str:
    ref = ref or letters[pos - 1]
    return f"chr1\t{pos}\t.\t{ref}\t{alt}\t.\t.\t{info}\n"


def other(base: str) -> str:
    return "A" if base != "A" else "C"


def test_that_both_haplotypes_of_a_vcf_are_kept(
    tmp_path: Path, toy_reference: Reference, toy_letters: str
) -> None:
    base = toy_letters[999]
    content = (
        HEADER
        + line(toy_letters, 1000, other(base), "EFFECT=1;CLASS=x")
        + line(toy_letters, 2000, other(toy_letters[1999]), "EFFECT=0;CLASS=y;SEEN")
    )
    data = read_file(
        tmp_path,
        content,
        "v.vcf",
        toy_reference,
        window=60,
        columns=(("label", "EFFECT"),),
    )
    assert data.names == ("0", "1")
    assert data.labels.tolist() == [1, 0]
    assert data.sequences[0] == toy_letters[969:1029]
    assert (
        data.alternatives[0]
        == toy_letters[969:999] + other(base) + (toy_letters[1000:1029])
    )
    assert data.rows.tolist() == [6, 7]
    flagged = read_file(
        tmp_path,
        content,
        "v.vcf",
        toy_reference,
        columns=(("label", "SEEN"),),
    )
    assert flagged.labels.tolist() == [0, 1]
    assert len(flagged.sequences[0]) == 512


def test_that_each_allele_has_its_own_label(
    tmp_path: Path, toy_reference: Reference, toy_letters: str
) -> None:
    three = ",".join(sorted({*"ACGT"} - {toy_letters[999]}))
    content = HEADER + line(toy_letters, 1000, three, "EFFECT=1,0,1")
    data = read_file(
        tmp_path, content, "v.vcf", toy_reference, columns=(("label", "EFFECT"),)
    )
    assert data.labels.tolist() == [1, 0, 1]
    assert data.rows.tolist() == [6, 6, 6]
    assert len(set(data.alternatives)) == 3


def test_that_variants_that_do_not_fit_the_genome_are_refused(
    tmp_path: Path, toy_reference: Reference, toy_letters: str
) -> None:
    ref = toy_letters[999]
    table = (
        "chrom,pos,ref,alt,label\n"
        f"chr1,1000,{ref},{other(ref)},1\n"
        f"chr1,1100,{toy_letters[1099]},{other(toy_letters[1099])},0\n"
        f"chr1,1000,{other(ref)},{ref},1\n"
        f"chr7,1000,{ref},{other(ref)},1\n"
        f"chr1,1000,{ref},<DEL>,1\n"
        f"chr1,one,{ref},{other(ref)},1\n"
        f"chr1,9000,{ref},{other(ref)},1\n"
        f"chr1,1000,{toy_letters[999:1200]},{ref},1\n"
    )
    data = read_file(tmp_path, table, "v.csv", toy_reference, window=100)
    assert len(data) == 2
    reasons = [one.reason for one in data.refused]
    assert [one.row for one in data.refused] == [4, 5, 6, 7, 8, 9]
    assert "the genome has" in reasons[0]
    assert "swapped" in reasons[0]
    assert reasons[1].startswith("The genome has no contig chr7")
    assert "names no sequence" in reasons[2]
    assert "no whole number" in reasons[3]
    assert "ends at 6,000" in reasons[4]
    assert "201 bases; in a window of 100" in reasons[5]


def test_that_two_spellings_of_a_variant_are_one_example(
    tmp_path: Path, toy_reference: Reference, toy_letters: str
) -> None:
    base, after = toy_letters[999], toy_letters[1000:1003]
    new = other(base)
    table = (
        "chrom\tpos\tref\talt\tlabel\n"
        f"chr1\t1000\t{base}\t{new}\t1\n"
        f"chr1\t1000\t{base}{after}\t{new}{after}\t0\n"
    )
    data = read_file(tmp_path, table, "v.tsv", toy_reference)
    assert data.sequences[0] == data.sequences[1]
    assert data.alternatives[0] == data.alternatives[1]
    assert any("trimmed" in note for note in data.notes)


@pytest.mark.parametrize("start", [0, 3, 30, 2_500, 5_990])
@pytest.mark.parametrize(("gone", "came"), [(1, 1), (1, 7), (6, 1), (3, 5)])
def test_that_labels_and_scores_read_the_same_window(
    toy_reference: Reference, toy_letters: str, start: int, gone: int, came: int
) -> None:
    rng = np.random.default_rng(start)
    alt = "".join(rng.choice(list("ACGT"), came))
    variant = Variant("chr1", start, toy_letters[start : start + gone], alt)
    mine = haplotypes(toy_reference, variant, 64)
    span = windows.centred(variant, 6_000, 64)
    assert isinstance(mine, Haplotypes)
    assert not isinstance(span, Refusal)
    theirs = windows.window(toy_reference, variant, span)
    assert mine == Haplotypes(span, theirs.ref, theirs.alt)
