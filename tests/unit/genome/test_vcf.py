from __future__ import annotations

import contextlib
import gzip
import zlib
from typing import TYPE_CHECKING

import pysam
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gfm_desktop.errors import InputError
from gfm_desktop.genome.vcf import Malformed, Record, VcfReader, parse_line

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
HEADER = "##fileformat=VCFv4.2\n" + COLUMNS
BODY = "".join(f"chr1\t{n}\trs{n}\tA\tG\t.\t.\tAC={n}\n" for n in range(1, 2001))


def _read(path: Path, content: bytes | str) -> tuple[VcfReader, list[Record]]:
    reader, lines = _read_all(path, content)
    assert all(isinstance(line, Record) for line in lines)
    return reader, [line for line in lines if isinstance(line, Record)]


def _read_all(
    path: Path, content: bytes | str
) -> tuple[VcfReader, list[Record | Malformed]]:
    file = path / "in.vcf"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    reader = VcfReader(file)
    lines = list(reader)
    met = len(lines) + len(reader.header) + len(reader.stray_header)
    assert met + reader.empty_lines == reader.lines
    return reader, lines


def _bgzipped(path: Path, content: str) -> bytes:
    plain, packed = path / "plain.vcf", path / "packed.vcf.gz"
    plain.write_text(content)
    pysam.tabix_compress(str(plain), str(packed), force=True)
    return packed.read_bytes()


def test_that_records_keep_their_bytes_and_line_numbers(tmp_path: Path) -> None:
    reader, records = _read(tmp_path, HEADER + BODY)
    assert [record.line for record in records] == list(range(3, 2003))
    raw = b"".join(record.raw + b"\n" for record in records)
    assert raw == BODY.encode()
    assert records[4] == Record(7, raw.split(b"\n")[4], "chr1", 5, "rs5", "A", ("G",))
    assert reader.header == HEADER.encode().splitlines()
    assert reader.notes == ()


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("packing", ["plain", "gzip", "bgzip"])
@pytest.mark.parametrize("last", [True, False])
def test_that_packing_encoding_and_line_ends_change_nothing(
    tmp_path: Path, ending: str, encoding: str, packing: str, last: bool
) -> None:
    text = (HEADER + BODY).replace("\n", ending)
    content = (text if last else text.removesuffix(ending)).encode(encoding)
    if packing == "gzip":
        content = gzip.compress(content[:9000]) + gzip.compress(content[9000:])
    elif packing == "bgzip":
        with pysam.BGZFile(str(tmp_path / "x.gz"), "wb") as out:
            out.write(content)
        content = (tmp_path / "x.gz").read_bytes()
    reader, records = _read(tmp_path, content)
    assert b"".join(record.raw + b"\n" for record in records) == BODY.encode()
    plain = ending == "\n" and encoding == "utf-8"
    assert bool(reader.notes) is not plain


def test_that_a_pair_of_line_ends_across_two_chunks_is_one(tmp_path: Path) -> None:
    lines = [f"chr1\t{n}\t.\tA\tG\t.\t.\t." for n in (1, 2)]
    padding = "#" * ((1 << 20) - len(f"{HEADER}\r\n{lines[0]}\r"))
    text = f"{HEADER}{padding}\r\n{lines[0]}\r\n{lines[1]}\r\n"
    assert text.encode()[(1 << 20) - 1 : (1 << 20) + 1] == b"\r\n"
    _, records = _read(tmp_path, text)
    assert [record.raw[-1:] for record in records] == [b".", b"."]


@pytest.mark.parametrize("kept", [0.3, 0.5, 0.9, 0.99])
def test_that_a_truncated_gzip_gives_all_that_is_there(
    tmp_path: Path, kept: float
) -> None:
    packed = gzip.compress((HEADER + BODY).encode())
    content = packed[: int(len(packed) * kept)]
    whole = zlib.decompressobj(wbits=31).decompress(content)
    reader, lines = _read_all(tmp_path, content)
    text = (HEADER + BODY).encode()
    assert whole == text[: len(whole)]
    assert len(lines) + 2 == len(whole.splitlines())
    assert all(isinstance(line, Record) for line in lines[:-1])
    if not whole.endswith(b"\n"):
        assert isinstance(lines[-1], Malformed)
        assert "cut off" in lines[-1].reason
    assert "incomplete" in reader.notes[0]


def test_that_damaged_packed_data_are_told(tmp_path: Path) -> None:
    packed = bytearray(_bgzipped(tmp_path, HEADER + BODY * 20))
    packed[len(packed) // 2] ^= 0xFF
    reader, lines = _read_all(tmp_path, bytes(packed))
    assert 100 < len(lines) < 40_000
    assert "damaged" in reader.notes[0]


def test_that_a_missing_bgzip_end_mark_is_told(tmp_path: Path) -> None:
    packed = _bgzipped(tmp_path, HEADER + BODY)
    reader, records = _read(tmp_path, packed)
    assert (len(records), reader.notes) == (2000, ())
    reader, records = _read(tmp_path, packed[:-28])
    assert len(records) == 2000
    assert "end mark" in reader.notes[0]


def test_that_bcf_is_read_as_the_vcf_it_stands_for(tmp_path: Path) -> None:
    header = pysam.VariantHeader()
    header.contigs.add("chr1", length=1000)
    bcf = tmp_path / "in.bcf"
    with pysam.VariantFile(str(bcf), "wb", header=header) as out:
        for start in range(10):
            out.write(out.new_record("chr1", start, alleles=("A", "G"), id="x"))
    reader = VcfReader(bcf)
    records = [line for line in reader if isinstance(line, Record)]
    assert [record.pos for record in records] == list(range(1, 11))
    assert reader.contig_lengths == {"chr1": 1000}
    assert next(record.line for record in records) == len(reader.header) + 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"PK\x03\x04\x00\x00", "ZIP"),
        (b"BZh91AY&SY\x00", "bzip2"),
        (b">chr1\nACGT\n", "FASTA"),
        (b"%PDF-1.4 ...", "PDF"),
        (bytes(range(256)) * 50, "binary"),
        (b"chrom,pos,ref,alt\n1,2,A,G\n", "chrom,pos,ref,alt"),
        (gzip.compress(b""), "empty"),
        (gzip.compress((HEADER + BODY).encode())[:12], "too early"),
        (b"\x1f\x8brubbish" * 9, "damaged"),
    ],
)
def test_that_what_is_no_vcf_is_refused_in_words(
    tmp_path: Path, content: bytes, words: str
) -> None:
    with pytest.raises(InputError, match=words) as caught:
        _read_all(tmp_path, content)
    assert str(tmp_path) in caught.value.where
    assert caught.value.todo


def test_that_a_missing_file_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        VcfReader(tmp_path / "none.vcf")


def test_that_a_header_without_records_is_read(tmp_path: Path) -> None:
    reader, records = _read(tmp_path, HEADER)
    assert (records, len(reader.header), reader.columns) == ([], 2, 8)


def test_that_records_without_a_header_are_read(tmp_path: Path) -> None:
    reader, records = _read(tmp_path, "22\t5\t.\tA\tG\n22\t6\t.\tA\tG\n")
    assert [record.pos for record in records] == [5, 6]
    assert "no header" in reader.notes[0]


def test_that_joined_files_are_read_to_the_end(tmp_path: Path) -> None:
    reader, records = _read(tmp_path, HEADER + BODY + "\n" + HEADER + BODY)
    assert len(records) == 4000
    assert [line for line, _ in reader.stray_header] == [2004, 2005]
    assert "joined" in reader.notes[0]
    assert reader.empty_lines == 1


def test_that_contig_lengths_and_build_come_from_the_header(tmp_path: Path) -> None:
    text = (
        "##fileformat=VCFv4.2\n##contig=<ID=chr22,length=50818468,assembly=x>\n"
        "##contig=<assembly=y,length=12,ID=a:b>\n##contig=<ID=c>\n##contig=nonsense\n"
        '##INFO=<ID=AC,Number=A,Type=Integer,Description="one">\n'
        '##INFO=<ID=AC,Number=A,Type=Integer,Description="one">\n'
    )
    reader, _ = _read(tmp_path, text + COLUMNS)
    assert reader.contig_lengths == {"chr22": 50_818_468, "a:b": 12}
    assert reader.build == "GRCh38"
    reader, _ = _read(tmp_path, f"##reference=file:///x/hg19.fa\n{COLUMNS}")
    assert reader.build == "GRCh37"
    reader, _ = _read(tmp_path, HEADER)
    assert reader.build is None


@pytest.mark.parametrize(
    ("line", "reason", "fix"),
    [
        ("chr1\t5\t.\tA", "4 columns", ""),
        ("chr1 5 . A G . . .", "1 column", "tabs"),
        ("chr1\t5\t.\tA\tG", "5 columns", ""),
        ("chr1\tfive\t.\tA\tG\t.\t.\t.", "POS is five", ""),
        ("chr1\t1,005\t.\tA\tG\t.\t.\t.", "POS is 1,005", "1005"),
        ("chr1\t-5\t.\tA\tG\t.\t.\t.", "POS is -5", ""),
        ("chr1\t5.0\t.\tA\tG\t.\t.\t.", "POS is 5.0", ""),
        ("chr1\t\t.\tA\tG\t.\t.\t.", "POS is empty", ""),
        ("chr1\t٣\t.\tA\tG\t.\t.\t.", "POS is ٣", ""),
        (f"chr1\t{'9' * 5000}\t.\tA\tG\t.\t.\t.", "letters", ""),
        ("\t5\t.\tA\tG\t.\t.\t.", "CHROM is empty", ""),
        ("chr1\t5\t.\t\tG\t.\t.\t.", "REF is empty", ""),
        ("chr1\t5\t.\t.\tG\t.\t.\t.", "REF is .", ""),
        ("chr1\t5\t.\tA-\tG\t.\t.\t.", "REF is A-", ""),
        ("chr1\t5\t.\tA\t\t.\t.\t.", "ALT is empty", "Write ."),
        ("chr1\t5\t.\tA\tG\t.\t.\t\x00", "no text", ""),
    ],
)
def test_that_a_malformed_line_says_what_is_wrong(
    line: str, reason: str, fix: str
) -> None:
    found = parse_line(1234, line.encode(), columns=8)
    assert isinstance(found, Malformed)
    assert found.reason.startswith("Line 1,234: ")
    assert reason in found.reason
    assert fix in found.fix
    assert found.raw == line.encode()


def test_that_bytes_which_are_no_utf8_do_not_lose_a_record() -> None:
    record = parse_line(1, b"chr1\t5\tna\xefve\tA\tG\t.\t.\t\xff", columns=8)
    assert isinstance(record, Record)
    assert (record.pos, record.alts) == (5, ("G",))


@given(
    st.lists(
        st.one_of(
            st.binary(max_size=40),
            st.text(max_size=40).map(lambda t: t.encode("utf-8", "replace")),
            st.lists(
                st.text("ACGT0159.,<>[]*chr:- \x00é", max_size=6), max_size=10
            ).map(lambda parts: "\t".join(parts).encode()),
        ),
        max_size=30,
    )
)
@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_that_any_lines_after_a_header_are_read_without_loss(
    tmp_path: Path, lines: list[bytes]
) -> None:
    body = b"\n".join(lines)
    reader, found = _read_all(tmp_path, HEADER.encode() + body)
    if b"\r" not in body:
        kept = [line for line in body.split(b"\n") if line.strip()]
        stray = [line for line in kept if line.startswith(b"#")]
        assert [line.raw for line in found] == [x for x in kept if x not in stray]
        early = len(reader.header) - 2
        assert [raw for _, raw in reader.stray_header] == stray[early:]


@given(st.binary(max_size=300))
@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_that_any_bytes_are_read_or_refused(tmp_path: Path, content: bytes) -> None:
    with contextlib.suppress(InputError):
        _read_all(tmp_path, content)
