from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gfm_desktop.genome.record_arrays import Spans, read_records
from gfm_desktop.genome.table_builder import TableBuilder
from gfm_desktop.genome.vcf import Record, VcfReader, parse_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy as np

    from gfm_desktop.genome.reference import Reference

    WriteFasta = Callable[..., Path]

HEADER = b"##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
TAIL = "\t.\tPASS\tAC=1"


def _texts(text: np.ndarray[Any, Any], spans: Spans) -> list[str]:
    return [text[a : a + n].tobytes().decode() for a, n in zip(*spans, strict=True)]


def _lines(seed: int, count: int, bases: dict[str, str]) -> list[bytes]:
    """Return lines of every kind, most of them fit, around short contigs."""
    pick = random.Random(seed)
    lines: list[bytes] = []
    for _ in range(count):
        chrom = pick.choice([*bases, "1", "chr9", "a_name_of_more_than_eight_letters"])
        letters = bases.get(chrom, bases["chr1"])
        start = pick.randrange(len(letters) - 8)
        ref = letters[start : start + pick.choice([1, 1, 1, 1, 2, 3, 8])]
        if pick.random() < 0.05:
            ref = pick.choice(["N", "R", "", "T" * 20, ref.lower(), "é", "A-"])
        alts = []
        for _ in range(pick.choice([1, 1, 1, 1, 2, 3])):
            if pick.random() < 0.1:
                odd = [
                    "*",
                    ".",
                    "<DEL>",
                    "<*>",
                    "",
                    "R",
                    "A/C",
                    "]1:7]A",
                    "a",
                    ref,
                    "é",
                ]
                alts.append(pick.choice(odd))
            else:
                length = pick.choice([1, 1, 1, 2, 5, 30])
                kept = ref[:1] if pick.random() < 0.6 else ""
                alts.append(kept + "".join(pick.choices("ACGTacgt", k=length)))
        name = pick.choice([".", "rs1", "rs123456789", "é", "a;b", ""])
        pos = (
            str(start + 1)
            if pick.random() < 0.97
            else pick.choice(["0", "x", "9" * 19])
        )
        line = "\t".join([chrom, pos, name, ref, ",".join(alts)]) + TAIL
        if pick.random() < 0.05:
            odd = [
                "",
                " ",
                "#x",
                line[:9],
                line + "\t0/1" * 200,
                line.replace("\t", " "),
            ]
            odd += [f"chr1\t1\t.\tA\t {TAIL}", f"\t{line}", f"chr1\t1\t.\tA\tG\0{TAIL}"]
            line = pick.choice(odd)
        raw = line.encode()
        lines.append(
            raw.replace(b"rs1\t", b"na\xefve\t") if pick.random() < 0.01 else raw
        )
    return lines


def _built(
    path: Path, reference: Reference, *, short_cut: bool
) -> tuple[list[dict[str, Any]], TableBuilder, VcfReader]:
    reader = VcfReader(path)
    builder = TableBuilder(reader, reference, short_cut=short_cut)
    for number, block in reader.blocks():
        builder.add_block(number, block)
    return builder.take().to_pylist(), builder, reader


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("samples", [0, 300])
def test_that_arrays_say_of_every_line_what_the_judge_says(
    seed: int, samples: int, tmp_path: Path, toy: Reference
) -> None:
    bases = {name: toy.fetch(name, 0, length) for name, length in toy.contigs.items()}
    lines = _lines(seed, 600, bases)
    if samples:
        lines = [line + b"\tGT" + b"\t0|1" * samples for line in lines]
    path = tmp_path / "in.vcf"
    path.write_bytes(HEADER + b"\n".join(lines))
    quick, fast, reader = _built(path, toy, short_cut=True)
    slow, plain, other = _built(path, toy, short_cut=False)
    assert quick == slow
    assert fast.counts == plain.counts == Counter(row["status"] for row in slow)
    assert len(fast.counts) >= 5
    assert fast.records == plain.records
    assert reader.notes == other.notes
    for name in ("checked", "mismatched", "patterns", "missing", "unknown"):
        assert getattr(fast.judge, name) == getattr(plain.judge, name)


def test_that_repeats_are_left_as_far_as_one_allele_at_a_time_is(
    tmp_path: Path, write_fasta: WriteFasta
) -> None:
    from gfm_desktop.genome.reference import Reference

    pick = random.Random(8)
    bases = {
        "runs": "G" + "A" * 300 + "CA" * 90 + "N" * 3 + "T" * 50 + "TTG" * 60,
        "start": "CACACACACA" * 20,
    }
    reference = Reference.open(write_fasta(bases))
    lines = []
    for _ in range(1500):
        name = pick.choice(list(bases))
        letters = bases[name]
        at = pick.randrange(len(letters) - 8)
        ref = letters[at : at + pick.choice([1, 1, 2, 3, 4, 7])]
        if len(ref) == 1:
            size = pick.choice([2, 3, 4, 130])
            alt = letters[at : at + size] if pick.random() < 0.5 else ref * size
        else:
            alt = pick.choice([ref[:1], ref[-1:], ref[:2]])
        lines.append(f"{name}\t{at + 1}\t.\t{ref}\t{alt},{ref + ref[-1:]}{TAIL}")
    path = tmp_path / "in.vcf"
    path.write_bytes(HEADER + "\n".join(lines).encode())
    quick, _, _ = _built(path, reference, short_cut=True)
    slow, _, _ = _built(path, reference, short_cut=False)
    assert quick == slow
    far = [r["pos"] - 1 - r["start"] for r in quick if r["status"] == "pending"]
    assert max(far) > 200
    assert sum(0 < moved < 32 for moved in far) > 500
    reference.close()


@settings(max_examples=60, deadline=None)
@given(
    lines=st.lists(
        st.tuples(
            st.text("chr1é#. _", max_size=18),
            st.text("0123456789x/: ", max_size=12),
            st.sampled_from(["A", "ACGT", "<DEL>", "A,,C", ","]),
        ),
        max_size=8,
    ),
    end=st.booleans(),
    wide=st.booleans(),
)
def test_that_fields_are_those_that_the_plain_reader_finds(
    lines: list[tuple[str, str, str]], end: bool, wide: bool
) -> None:
    more = "\tx" * (400 if wide else 0)
    text = "\n".join(f"{c}\t{p}\t.\tA\t{a}{TAIL}{more}" for c, p, a in lines)
    data = (text + "\n" * end).encode()
    found, records = read_records(data, columns=8)
    raw = data.split(b"\n")[: len(found)]
    assert [found.raw(n) for n in range(len(found))] == raw
    expected = {
        n: one
        for n, line in enumerate(raw)
        if isinstance(one := parse_line(n, line, columns=8), Record)
        and line.strip() and not line.startswith(b"#") and one.pos < 10**10
        and len(line.split(b"\t")[1]) <= 10
    }  # fmt: skip
    assert records.line.tolist() == list(expected)
    ours = zip(
        (records.names[code] for code in records.name),
        records.pos.tolist(),
        _texts(records.text, records.ref),
        _texts(records.text, records.alt),
        strict=True,
    )
    assert list(ours) == [
        (one.chrom, one.pos, one.ref, ",".join(one.alts)) for one in expected.values()
    ]


def test_that_a_contig_may_change_with_every_line(
    tmp_path: Path, write_fasta: WriteFasta
) -> None:
    from gfm_desktop.genome.reference import Reference

    pick = random.Random(3)
    contigs = {f"contig_{n}": "".join(pick.choices("ACGT", k=50)) for n in range(40)}
    reference = Reference.open(write_fasta(contigs))
    places = [(pick.choice(list(contigs)), pick.randrange(50)) for _ in range(500)]
    lines = [
        f"{name}\t{at + 1}\t.\t{contigs[name][at]}\t<X>{TAIL}" for name, at in places
    ]
    path = tmp_path / "in.vcf"
    path.write_bytes(HEADER + "\n".join(lines).encode())
    rows, builder, _ = _built(path, reference, short_cut=True)
    assert [(row["contig"], row["pos"] - 1) for row in rows] == places
    assert builder.judge.checked == Counter(name for name, _ in places)
    reference.close()
