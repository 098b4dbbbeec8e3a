"""The split holds out whole groups, and windows come from their own part alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from pathlib import Path


def test_that_regions_that_overlap_on_a_genome_are_one_group(toy_data: Path) -> None:
    from pretraining.data import groups

    names = [f"LRG_{i}" for i in range(1, 7)]
    group = groups(toy_data / "lrg/lrg.mapping.tsv", names)
    assert group["LRG_1"] == group["LRG_2"]
    assert group["LRG_4"] == group["LRG_5"], "one shared base is an overlap"
    assert len(set(group.values())) == 4


def test_that_a_group_goes_whole_into_one_part(toy: tuple[Any, Any, Path]) -> None:
    from pretraining.data import PARTS

    parts = {c.name: PARTS[c.part] for c in toy[1].contigs}
    assert parts["LRG_1"] == parts["LRG_2"]
    assert parts["chrIV"] == "test"
    assert parts["chrVIII"] == "validation"
    assert parts["chrI"] == "train"


def test_that_the_split_depends_on_names_alone(toy_data: Path, toy: Any) -> None:
    from pretraining.data import human_parts

    settings = toy[0].data
    path = toy_data / "lrg/lrg.mapping.tsv"
    names = [f"LRG_{i}" for i in range(1, 7)]
    genes = {c.name: c.gene for c in toy[1].contigs}
    once = human_parts(settings, path, dict.fromkeys(names, ""), genes)
    again = human_parts(settings, path, dict.fromkeys(names[::-1], ""), genes)
    assert once == again


def test_that_the_corpus_comes_back_as_it_was_written(toy: Any) -> None:
    from pretraining import data

    read = data.load(toy[2] / data.CORPUS)
    assert read.contigs == toy[1].contigs
    assert np.array_equal(read.codes, toy[1].codes)
    assert np.array_equal(read.ends, toy[1].ends)


def test_that_another_file_than_the_configured_one_is_refused(
    toy_data: Path, toy_settings: Any, tmp_path: Path
) -> None:
    from pretraining import data

    wrong = replace(toy_settings.data, sha256={"lrg/lrg.fa.gz": "0" * 64})
    with pytest.raises(SystemExit, match=r"lrg/lrg\.fa\.gz"):
        data.prepare(wrong, toy_data, tmp_path / "o")


def test_that_letters_become_codes_in_any_case() -> None:
    from pretraining.data import encoded

    assert encoded("ACGTacgtNn-R").tolist() == [0, 1, 2, 3, 0, 1, 2, 3, 4, 4, 4, 4]


@pytest.mark.parametrize("vocabulary", ["nucleotide", "kmer", "bpe"])
def test_that_every_held_out_window_lies_in_its_part(vocabulary: str, toy: Any) -> None:
    from pretraining.batches import LETTERS, Batches

    settings, corpus, out = toy
    batches = Batches(settings.training, corpus, out)
    batch = batches.held_out(vocabulary, 1, "test", 4)
    words = {row: w for w, row in batches.cutters["bpe"].ids.items()}
    answers = batches.answers[vocabulary]
    ids = batch.ids.copy()
    np.put_along_axis(ids, batch.places, answers[batch.targets], axis=1)
    (contig,) = corpus.of(1, "test")
    text = LETTERS[corpus.bases(contig)].tobytes().decode()
    back = text.translate(str.maketrans("ACGT", "TGCA"))[::-1]
    for row in ids:
        letters = "".join(words[int(i)] for i in row[2:])
        assert letters in text or letters in back


def test_that_a_batch_depends_on_the_step_alone(toy: Any) -> None:
    from pretraining.batches import Batches

    settings, corpus, out = toy
    one, other = (Batches(settings.training, corpus, out) for _ in range(2))
    for batch, again in zip(one.at(5), other.at(5), strict=True):
        assert np.array_equal(batch.ids, again.ids)
        assert np.array_equal(batch.targets, again.targets)
    assert not np.array_equal(one.at(5)[0].ids, one.at(6)[0].ids)


def test_that_unknown_letters_are_never_asked_for(toy: Any) -> None:
    from pretraining.batches import Batches

    settings, corpus, out = toy
    training = replace(settings.training, n_run_share=1.0)
    batches = Batches(training, corpus, out)
    ids = batches.cutters["nucleotide"].ids
    for step in range(20):
        for batch in batches.at(step)[:2]:
            read = np.take_along_axis(batch.ids, batch.places, axis=1)
            assert not np.isin(read, [ids["N"], ids["[UNK]"]]).any()
            assert np.isin(batch.ids, [ids["N"], ids["[UNK]"]]).any()
