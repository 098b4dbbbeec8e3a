from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gfm_desktop import paths
from gfm_desktop.genome.reference import Reference
from gfm_desktop.genome.variant_table import VariantTableSummary, build_variant_table

TOY = {
    "chr1": "ACGTACGTTTTTTTTTTGCACACACACAGATTACANNNNNNNNNNGGCCTTAAGGCC" * 4,
    "chr2": "acgtacgtTTTTACGRYACGTNACGT",
    "chrM": "GATCACAGGTCTATCACCCTATTAACCACTCACGGGAGCTCTCCATGCAT",
}
HEADER = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"

WriteFasta = Callable[..., Path]
Table = Callable[..., tuple[VariantTableSummary, list[dict[str, Any]]]]


@pytest.fixture
def write_fasta(tmp_path: Path) -> WriteFasta:
    def write(
        contigs: dict[str, str], *, name: str = "toy.fa", width: int = 20
    ) -> Path:
        lines = []
        for contig, bases in contigs.items():
            lines.append(f">{contig} a toy")
            lines.extend(bases[i : i + width] for i in range(0, len(bases), width))
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n")
        return path

    return write


@pytest.fixture
def toy(write_fasta: WriteFasta) -> Reference:
    return Reference.open(write_fasta(TOY))


@pytest.fixture
def table_of(tmp_path: Path, toy: Reference) -> Table:
    """Build the table of some VCF text, bytes or path."""
    import pyarrow.parquet as pq

    def build(
        vcf: str | bytes | Path, *, reference: Reference = toy
    ) -> tuple[VariantTableSummary, list[dict[str, Any]]]:
        path = tmp_path / "in.vcf"
        if isinstance(vcf, Path):
            path = vcf
        else:
            path.write_bytes(vcf.encode() if isinstance(vcf, str) else vcf)
        out = tmp_path / "out.parquet"
        steps = build_variant_table(path, reference, out)
        while True:
            try:
                next(steps)
            except StopIteration as end:
                summary: VariantTableSummary = end.value
                break
        rows: list[dict[str, Any]] = pq.read_table(out).to_pylist()
        assert [row["row"] for row in rows] == list(range(len(rows)))
        assert sum(summary.counts.values()) == len(rows)
        return summary, rows

    return build


@pytest.fixture(scope="session")
def sample() -> Path:
    return paths.resources() / "sample"
