"""`gfm predict` with language models: files, options, refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from gfm_desktop import paths
from gfm_desktop.cli import main
from tests.unit.models import tiny_ensemble, tiny_gpn

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GENOME = paths.resources() / "sample" / "chr22.fa.gz"
REGION = ("--region", "chr22:20,103,180-20,103,199")
VARIANT = ("--variant", "chr22:20103189:T:C")


@pytest.fixture
def gfm(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str]]:
    """Return a function that runs `gfm predict`: exit code and errors."""
    monkeypatch.chdir(tmp_path)

    def run(*words: object) -> tuple[int, str]:
        code = main(["predict", "--genome", str(GENOME), *map(str, words)])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return code, captured.err

    return run


def test_that_a_variant_gets_ref_and_alt_of_every_base(
    gfm: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    model = tiny_gpn.make(tmp_path / "gpn")
    code, err = gfm("--model", model, *REGION, *VARIANT, "--out", "x.npz")
    assert code == 0, err
    with np.load("x.npz") as file:
        found = {name: file[name] for name in file.files}
    assert (int(found["start"]), int(found["end"])) == (20_103_179, 20_103_199)
    assert str(found["kind"]) == "base-probability"
    assert str(found["how"]) == "each base hidden in turn, mean of both strands"
    for allele in ("ref", "alt"):
        total = sum(found[f"{allele}_p_{base}"] for base in "acgt")
        np.testing.assert_allclose(total, 1, rtol=1e-5)
    assert np.abs(found["alt_p_a"] - found["ref_p_a"]).max() > 0
    # The base itself is hidden: it cannot know which allele it has.
    assert found["alt_p_a"][9] == found["ref_p_a"][9]


def test_that_options_of_model_and_track_are_taken(
    gfm: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    pytest.importorskip("tokenizers")
    model = tiny_ensemble.make(tmp_path / "tiny")
    words = ("--model", model, *REGION, "--out", "x.tsv")
    tables = []
    for more in (
        (),
        ("--option", "vocabulary=kmer"),
        ("--option", "species=homo_sapiens"),
        ("--mode", "spaced"),
        ("--strands", "forward"),
        ("--window", "60"),
        ("--track", "base-probability"),
    ):
        code, err = gfm(*words, *more)
        assert code == 0, err
        tables.append((tmp_path / "x.tsv").read_text("utf-8"))
    assert tables[0].startswith("chrom\tpos\tref_p_a\tref_p_c\tref_p_g\tref_p_t\tref_e")
    assert tables[0].count("\n") == 21
    assert tables[-1] == tables[0]
    assert len(set(tables)) == 6


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--option", "vocabulary=bpe"), "varying length"),
        (("--option", "vocabulary=words"), "Vocabulary must be one of"),
        (("--mode", "half"), "Hide must be one of"),
        (("--track", "splice-probability"), "does not predict the track"),
        (("--strands", "gene"), "gene models are open"),
    ],
)
def test_that_what_cannot_be_predicted_is_refused_in_words(
    gfm: Callable[..., tuple[int, str]],
    tmp_path: Path,
    more: tuple[str, ...],
    said: str,
) -> None:
    pytest.importorskip("tokenizers")
    model = tiny_ensemble.make(tmp_path / "tiny")
    code, err = gfm("--model", model, *REGION, "--out", "x.npz", *more)
    assert code == 2
    assert said in " ".join(err.split())
    assert not (tmp_path / "x.npz").exists()


def test_that_all_that_is_wrong_is_told_at_once(
    gfm: Callable[..., tuple[int, str]],
) -> None:
    code, err = gfm(
        "--model", "ci-spliceai", *REGION, "--out", "x.npz",
        "--mode", "each", "--option", "species=human",
    )  # fmt: skip
    text = " ".join(err.split())
    assert code == 2
    assert "The track splice-probability has no option --mode" in text
    assert "no option “species”" in text


def test_that_mutagenesis_has_the_numbers_of_single_scores(
    gfm: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    model = tiny_gpn.make(tmp_path / "gpn")
    code, err = gfm(
        "--model", model, *REGION, "--track", "mutagenesis", "--out", "x.tsv"
    )
    assert code == 0, err
    lines = [line.split("\t") for line in (tmp_path / "x.tsv").read_text().splitlines()]
    assert lines[0] == [
        "chrom", "pos", "ref", "ref_to_a", "ref_to_c", "ref_to_g", "ref_to_t",
        "ref_importance",
    ]  # fmt: skip
    assert len(lines) == 21
    vcf = tmp_path / "v.vcf"
    rows = [
        f"chr22\t{line[1]}\t.\t{line[2]}\t{alt}\t.\t.\t."
        for line in lines[1:]
        for alt in "ACGT"
        if alt != line[2]
    ]
    head = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
    vcf.write_text(head + "\n".join(rows) + "\n")
    words = ("--variants", vcf, "--model", model, "--background", "0")
    out = ("--out", tmp_path / "s.tsv")
    scored = ["score", "--genome", GENOME, *words, *out]
    assert main([str(word) for word in scored]) == 0
    table = [line.split("\t") for line in (tmp_path / "s.tsv").read_text().splitlines()]
    table = [line for line in table if not line[0].startswith("##")]
    names = [name.lstrip("#") for name in table[0]]
    scores = {
        (row[names.index("pos")], row[names.index("alt")]): row[names.index("score")]
        for row in table[1:]
    }
    assert len(scores) == 60
    for line in lines[1:]:
        for column, alt in enumerate("ACGT", 3):
            if alt == line[2]:
                assert line[column] == "0"
            else:
                score = float(scores[line[1], alt])
                assert float(line[column]) == pytest.approx(score, rel=1e-4, abs=1e-5)


def test_that_mutagenesis_of_a_variant_is_refused_before_the_work(
    gfm: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    model = tiny_gpn.make(tmp_path / "gpn")
    words = ("--track", "mutagenesis", "--out", "x.tsv")
    code, err = gfm("--model", model, *REGION, *VARIANT, *words)
    assert code != 0
    assert "one at a time" in err
    assert not (tmp_path / "x.tsv").exists()
