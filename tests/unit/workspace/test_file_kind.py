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
    names = ["a.vcf", "b.vcf", "g.fa", "g.fa.fai", "a.vcf.tbi", "x.pdf"]
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
    everywhere = [*found.files.values(), *found.indexes]
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
        "All files",
    ]
