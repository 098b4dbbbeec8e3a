from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from gfm_desktop.workspace.file_kind import (
    FileKind,
    Refusal,
    kind_of,
    open_filter,
    sort_files,
)
from gfm_desktop.workspace.track_files import TrackKind

if TYPE_CHECKING:
    from pathlib import Path

GTF = b'chr1\tx\texon\t1\t9\t.\t+\t.\tgene_id "A";\n'
CASES = {
    "genome.fa": (b">chr1\nACGT\n", FileKind.GENOME),
    "odd_name.txt": (b">chr1\nACGT\n", FileKind.GENOME),
    "with_bom.vcf": (b"\xef\xbb\xbf##fileformat=VCFv4.2\n", FileKind.VARIANTS),
    "named_wrongly.fa": (b"##fileformat=VCFv4.2\n", FileKind.VARIANTS),
    "no_header.dat": (b"#CHROM\tPOS\tID\tREF\tALT\n", FileKind.VARIANTS),
    "empty.vcf": (b"", FileKind.VARIANTS),
    "sixteen.vcf": ("##fileformat=VCFv4.2\n".encode("utf-16"), FileKind.VARIANTS),
    "genes.gff3": (b"##gff-version 3\n", FileKind.ANNOTATION),
    "genes.txt": (b"# a comment\n\n" + GTF, FileKind.ANNOTATION),
    "empty.gtf": (b"", FileKind.ANNOTATION),
    "peaks.txt": (b"browser hide\nchr1\t0\t9\tpeak\n", TrackKind.FEATURES),
    "numbers.bed": (b"chr1\t0\t9\t7\n", TrackKind.FEATURES),
    "plain.bed": (b"track name=x\nchr1 0 9\n", TrackKind.FEATURES),
    "depth.txt": (b"chr1\t0\t9\t0.5\n", TrackKind.SIGNAL),
    "empty.bdg": (b"", TrackKind.SIGNAL),
    "steps.dat": (b"fixedStep chrom=chr1 start=1 step=1\n1\n", TrackKind.SIGNAL),
    "typed.dat": (b"track type=bedGraph\nchr1 0 9 1\n", TrackKind.SIGNAL),
    "big.dat": (b"\x26\xfc\x8f\x88\x04\x00", TrackKind.SIGNAL),
    "bigbed.dat": (b"\xeb\xf2\x89\x87\x04\x00", TrackKind.FEATURES),
    "reads.dat": (b"BAM\x01\x00", TrackKind.ALIGNMENTS),
    "reads.x": (b"CRAM\x03\x00", TrackKind.ALIGNMENTS),
    "plasmid.txt": (b"LOCUS       pUC19  2686 bp\n", TrackKind.FEATURES),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("packed", [False, True])
def test_that_content_decides_and_the_ending_helps(
    tmp_path: Path, name: str, packed: bool
) -> None:
    content, kind = CASES[name]
    path = tmp_path / (f"{name}.gz" if packed else name)
    path.write_bytes(gzip.compress(content) if packed else content)
    assert kind_of(path) is kind


def test_that_everything_else_is_refused_with_what_it_is(tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "folder").mkdir()
    found = [
        kind_of(picture),
        kind_of(tmp_path / "folder"),
        kind_of(tmp_path / "nothing.vcf"),
    ]
    assert [r.why for r in found if isinstance(r, Refusal)] == [
        "picture.png is a picture",
        "folder is a folder",
        "nothing.vcf does not exist",
    ]


def test_that_every_path_ends_in_exactly_one_list(tmp_path: Path) -> None:
    names = ["a.vcf", "b.vcf", "g.fa", "g.fa.fai", "a.vcf.tbi", "x.pdf", "1.bed"]
    names.append("2.bw")
    for name in names:
        content = {"g.fa": b">c\nA\n", "x.pdf": b"%PDF"}.get(name, b"")
        (tmp_path / name).write_bytes(content)
    paths = [tmp_path / name for name in names]
    found = sort_files([*paths, paths[0]])
    assert list(found.files.items()) == [
        (FileKind.GENOME, tmp_path / "g.fa"),
        (FileKind.VARIANTS, tmp_path / "a.vcf"),
    ]
    assert [r.path.name for r in found.refused] == ["b.vcf", "x.pdf"]
    assert [p.name for p in found.indexes] == ["g.fa.fai", "a.vcf.tbi"]
    assert [(str(kind), path.name) for kind, path in found.tracks] == [
        ("features", "1.bed"),
        ("signal", "2.bw"),
    ]
    everywhere = [*found.files.values(), *found.indexes]
    everywhere += [path for _, path in found.tracks]
    everywhere += [refusal.path for refusal in found.refused]
    assert sorted(everywhere) == sorted(paths)
    assert "FASTA" in found.advice


def test_that_the_file_dialog_offers_everything_first() -> None:
    first, *others = open_filter().split(";;")
    assert all(end in first for end in ("*.fa.gz", "*.gtf", "*.vcf.gz", "*.bcf"))
    assert [entry.split(" (")[0] for entry in others] == [
        "Genomes",
        "Gene models",
        "Variants",
        "Signals",
        "Alignments",
        "Features",
        "All files",
    ]


def test_that_a_file_on_another_computer_is_refused_with_what_to_do(
    tmp_path: Path,
) -> None:
    for address in ("https://host/a.bw", "ftp://host/a.bw", "s3://bucket/a.bw"):
        found = sort_files([(tmp_path / address).absolute()])
        why = "a.bw is on another computer: download it, then open the copy"
        assert [refusal.why for refusal in found.refused] == [why]
