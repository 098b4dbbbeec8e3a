"""Tables of labelled sequences, as people really write them."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import numpy as np
import pytest
from openpyxl import Workbook

from gfm_desktop.errors import InputError
from gfm_desktop.finetune.label_files import LabelSource, preview, read

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.finetune.labelled import LabelledSet

A, B, C, D = "ACGTACGTACGA", "GGGTTTCCCAAA", "TTTTACGCCGTA", "CATCATGGATCC"
ROWS = [(A, "1"), (B, "0"), (C, "1"), (D, "0")]


def text(delimiter: str = ",", header: bool = True) -> str:
    rows = [("sequence", "label"), *ROWS] if header else ROWS
    return "\n".join(delimiter.join(row) for row in rows) + "\n"


def read_text(
    folder: Path, content: str | bytes, name: str = "labels.csv", **said: object
) -> LabelledSet:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(LabelSource(str(path), **said))  # type: ignore[arg-type]


def assert_the_four(data: LabelledSet, first_row: int = 2) -> None:
    assert data.sequences == (A, B, C, D)
    assert data.task == "binary"
    assert data.names == ("0", "1")
    assert data.labels.tolist() == [1, 0, 1, 0]
    assert data.rows.tolist() == list(range(first_row, first_row + 4))
    assert data.refused == ()


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", " ", ", "])
def test_that_any_delimiter_is_read(tmp_path: Path, delimiter: str) -> None:
    assert_the_four(read_text(tmp_path, text(delimiter)))


@pytest.mark.parametrize("delimiter", [",", "\t", ";", " "])
def test_that_a_header_is_not_needed(tmp_path: Path, delimiter: str) -> None:
    assert_the_four(read_text(tmp_path, text(delimiter, header=False)), first_row=1)


@pytest.mark.parametrize(
    "content",
    [
        text().encode("utf-8-sig"),
        text().encode("utf-16"),
        text().replace("\n", "\r\n").encode(),
        text().replace("\n", "\r").encode(),
        gzip.compress(text().encode()),
        text().rstrip("\n").encode(),
    ],
    ids=["bom", "utf-16", "windows", "macintosh", "gzip", "no last line end"],
)
def test_that_packing_and_encoding_do_not_matter(
    tmp_path: Path, content: bytes
) -> None:
    assert_the_four(read_text(tmp_path, content))


def test_that_quotes_protect_delimiters_and_line_ends(tmp_path: Path) -> None:
    content = (
        f'note,sequence,label\n"a, b","{A}",yes\n"two\nlines",{B},no\n'
        f'"say ""x""",{C},"yes"\n'
    )
    data = read_text(tmp_path, content)
    assert data.sequences == (A, B, C)
    assert data.names == ("no", "yes")
    assert data.rows.tolist() == [2, 3, 5]


def test_that_a_quote_that_never_closes_is_told_and_not_swallowed(
    tmp_path: Path,
) -> None:
    content = f'sequence,label\n{A},1\n"{B},0\n{C},1\n'
    with pytest.raises(InputError, match="line 3 is never closed"):
        read_text(tmp_path, content)


def test_that_comments_and_blank_lines_are_passed_over(tmp_path: Path) -> None:
    content = f"# from the lab\n\nsequence,label\n{A},1\n\n# a remark\n{B},0\n"
    assert read_text(tmp_path, content).rows.tolist() == [4, 7]


def test_that_a_header_may_be_a_comment(tmp_path: Path) -> None:
    content = f"#sequence\tclass\n{A}\tx\n{B}\ty\n"
    data = read_text(tmp_path, content)
    assert data.names == ("x", "y")
    assert data.rows.tolist() == [2, 3]


def test_that_row_names_of_r_are_passed_over(tmp_path: Path) -> None:
    content = f"sequence\tlabel\n1\t{A}\t1\n2\t{B}\t0\n"
    assert read_text(tmp_path, content).sequences == (A, B)


def test_that_a_longer_cell_than_the_csv_module_likes_is_read(tmp_path: Path) -> None:
    long = "ACGT" * 50_000
    data = read_text(tmp_path, f"sequence,label\n{long},1\n{A},0\n")
    assert data.sequences[0] == long


def test_that_a_workbook_is_read_sheet_by_sheet(tmp_path: Path) -> None:
    book = Workbook()
    first = book.active
    first.append(["nothing", "here"])
    sheet = book.create_sheet("data")
    sheet.append(["Sequence", "Label", "comment"])
    sheet.append([A, 1, None])
    sheet.append([B, 0.0, "x"])
    sheet.append([None, None, None])
    sheet.append([C, 1.0, None])
    path = tmp_path / "labels.xlsx"
    book.save(path)
    data = read(LabelSource(str(path), sheet="data"))
    assert data.sequences == (A, B, C)
    assert data.rows.tolist() == [2, 3, 5]
    assert preview(path).sheets == ("Sheet", "data")
    with pytest.raises(InputError, match="no sheet") as error:
        read(LabelSource(str(path), sheet="Data2"))
    assert "Sheet, data" in error.value.todo


def test_that_every_bad_row_is_refused_with_its_reason(tmp_path: Path) -> None:
    lines = [
        "sequence,label,split",
        f"{A},1,train",
        ",1,train",
        "ACGTXCGTACGT,0,train",
        "ACGT-CGTACGT,0,train",
        "ACGTA,0,train",
        "NNNNNNNNNNNNNNNNN,0,train",
        f"{B},,train",
        f"{C},NA,train",
        f"{D},0,later",
        f"{D},0,test,too,many",
        f'{D},"0" or 1,test',
        f"{D},0,test",
    ]
    data = read_text(tmp_path, "\n".join(lines))
    assert data.sequences == (A, D)
    reasons = {one.row: one.reason for one in data.refused}
    assert reasons == {
        3: "Its sequence is empty.",
        4: "Letter 5 of its sequence is “X”, which is no DNA.",
        5: "Letter 5 of its sequence is “-”, which is no DNA (a gap of an alignment).",
        6: "Its sequence has 5 known letters, at least 10 are needed.",
        7: "Its sequence has 0 known letters, at least 10 are needed.",
        8: "Its label is empty.",
        9: "Its label is empty.",
        10: "Its split “later” is none of train, validation, test.",
        11: "It has 5 cells, the table has 3 columns: put cells that hold the "
        "delimiter in quotes.",
        12: "A quotation mark stands inside a cell.",
    }
    assert len(data) + len(data.refused) == len(lines) - 1


def test_that_a_file_without_a_usable_row_says_why(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"None of 2 rows .*row 2: .*row 3: "):
        read_text(tmp_path, "sequence,label\nACG,1\nACGTQQACGTACG,0\n")


def test_that_rna_and_lower_case_are_read_as_dna_and_that_is_said(
    tmp_path: Path,
) -> None:
    content = "sequence,label\nacguacguacgr,1\nACGTACGTACGT,0\n"
    data = read_text(tmp_path, content)
    assert data.sequences == ("ACGTACGTACGN", "ACGTACGTACGT")
    assert "1 rows: RNA: U was read as T." in data.notes
    assert any("read as N" in note for note in data.notes)


@pytest.mark.parametrize(
    ("word", "part"),
    [
        ("train", "train"),
        ("Training", "train"),
        ("valid", "validation"),
        ("VAL", "validation"),
        ("dev", "validation"),
        ("validation_set", "validation"),
        ("test", "test"),
        ("held-out", "test"),
        ("", ""),
    ],
)
def test_that_splits_are_read_however_they_are_spelled(
    tmp_path: Path, word: str, part: str
) -> None:
    content = f"sequence,label,split\n{A},1,train\n{B},0,test\n{C},1,{word}\n"
    assert read_text(tmp_path, content).given == ("train", "test", part)


def test_that_other_columns_are_ignored_and_chosen_ones_win(tmp_path: Path) -> None:
    content = f"name,seq,old,new\na,{A},1,x\nb,{B},0,x\nc,{C},1,y\n"
    path = tmp_path / "labels.csv"
    path.write_text(content)
    assert read(LabelSource(str(path))).names == ("0", "1")
    chosen = LabelSource(str(path), columns=(("label", "NEW"), ("sequence", "2")))
    assert read(chosen).names == ("x", "y")
    with pytest.raises(InputError) as error:
        read(LabelSource(str(path), columns=(("label", "nó"), ("colour", "old"))))
    assert "no column “nó”" in error.value.what
    assert "“colour”" in error.value.what
    assert "name, seq, old, new" in error.value.todo


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "This is no table: it is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0", "it is a picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old format"),
        (b"PK\x03\x04 nothing", "workbook cannot be read"),
        (gzip.compress(text().encode() * 5_000)[:-900], "break off"),
        (b"# nothing\n\n", "holds no row"),
    ],
)
def test_that_what_is_no_table_is_refused_in_words(
    tmp_path: Path, content: bytes, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        read_text(tmp_path, content)


def test_that_a_missing_file_is_a_users_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read(LabelSource(str(tmp_path / "none.csv")))


def test_that_the_hash_follows_what_decides_the_examples(tmp_path: Path) -> None:
    one = read_text(tmp_path, text(), name="a.csv")
    same = read_text(tmp_path, text(), name="b.csv")
    other = read_text(tmp_path, text().replace(A, B), name="c.csv")
    as_number = read_text(tmp_path, text(), name="a.csv", task="regression")
    assert one.sha256 == same.sha256
    assert len({one.sha256, other.sha256, as_number.sha256}) == 3


def test_that_coordinates_beside_sequences_are_kept_where_they_fit(
    tmp_path: Path,
) -> None:
    header = "chrom,start,end,strand,sequence,label\n"
    data = read_text(
        tmp_path, f"{header}chr1,0,12,+,{A},1\nchr2,30,42,-,{B},0\n", name="fit.csv"
    )
    assert [str(place) for place in data.places] == ["chr1:1-12", "chr2:31-42"]
    assert data.reverse == (False, True)
    # GFF's way of counting is recognised by the lengths.
    data = read_text(
        tmp_path, f"{header}chr1,1,12,+,{A},1\nchr2,31,42,-,{B},0\n", name="one.csv"
    )
    assert [place.start for place in data.places] == [0, 30]
    data = read_text(
        tmp_path, f"{header}chr1,0,12,+,{A},1\nchr2,30,50,-,{B},0\n", name="not.csv"
    )
    assert data.places == ()
    assert any("they span 20 bp, the sequence has 12" in note for note in data.notes)


def test_that_a_column_that_is_to_be_ignored_is_not_guessed(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    genes = ["G1", "G2", "G1", "G2"]
    rows = [f"{a},{b},{gene}" for (a, b), gene in zip(ROWS, genes, strict=True)]
    path.write_text("\n".join(["sequence,label,gene", *rows]) + "\n")
    assert read(LabelSource(str(path))).genes == tuple(genes)
    ignoring = LabelSource(str(path), columns=(("ignore", "gene"),))
    assert read(ignoring).genes == ()
    shown = {c.name: c.role for c in preview(path, source=ignoring).columns}
    assert shown == {"sequence": "sequence", "label": "label", "gene": ""}


def test_that_a_large_file_is_previewed_by_its_first_rows(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    letters = rng.choice(list("ACGT"), (25_000, 20))
    rows = [f"{''.join(one)},{i % 2}" for i, one in enumerate(letters)]
    path = tmp_path / "many.csv"
    path.write_text("sequence,label\n" + "\n".join(rows))
    seen = preview(path)
    assert (seen.rows_read, seen.complete) == (20_000, False)
    assert len(seen.rows) == 20
    assert len(read(LabelSource(str(path)))) == 25_000
