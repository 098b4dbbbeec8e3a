"""A fast format of a splice model is compared where deltas are large."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gfm_desktop import paths
from gfm_desktop.errors import OptionError
from gfm_desktop.genome.annotation import GeneModels
from gfm_desktop.genome.reference import Reference
from gfm_desktop.jobs import precision_check, splice_precision
from gfm_desktop.jobs.precision_check import check_precision
from gfm_desktop.jobs.splice_precision import SpliceAgreement
from gfm_desktop.jobs.work import Work
from gfm_desktop.models import catalogue
from gfm_desktop.models.splice_ensemble import SpliceEnsemble
from gfm_desktop.scoring.splice_delta import SCORER

if TYPE_CHECKING:
    from collections.abc import Iterator

GOOD = SpliceAgreement("bf16", 64, 0.0012, 0, 0.7)


@pytest.fixture
def reference() -> Iterator[Reference]:
    reference = Reference.open(paths.resources() / "sample" / "chr22.fa.gz")
    yield reference
    reference.close()


def finish(work: Work) -> SpliceAgreement | None:
    steps = check_precision(work)
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            found = stop.value
            assert found is None or isinstance(found, SpliceAgreement)
            return found


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"largest": 0.005}, "not exact enough"),
        ({"number": 0}, "not exact enough"),
        ({"time": 0.95}, "not faster"),
    ],
)
def test_that_a_format_is_refused_with_the_reason(
    changes: dict[str, float], fault: str
) -> None:
    assert GOOD.good
    found = replace(GOOD, **changes)  # type: ignore[arg-type]
    assert not found.good
    assert found.fault == fault
    assert "at most" in found.words


def test_that_places_lie_in_introns_beside_exons(reference: Reference) -> None:
    genes = GeneModels.load(
        paths.resources() / "sample" / "genes.gtf.gz", reference=reference
    )
    sample = list(splice_precision._sample(reference, genes))
    assert len(sample) > splice_precision._VARIANTS
    # The first one on either side is of AG or GT, on one strand or the other.
    assert {variant.ref for variant in sample[0::2]} <= {"G", "C"}
    assert all(variant.ref != variant.alt for variant in sample)
    beside = {
        place
        for gene in genes
        for start, end in gene.canonical.exons
        for place in (start - 1, start - 5, end, end + 4)
    }
    assert {variant.start for variant in sample} <= beside


def test_that_without_genes_places_are_those_of_likely_donors(
    reference: Reference,
) -> None:
    sample = list(splice_precision._sample(reference, None))
    assert len(sample) > splice_precision._VARIANTS
    for variant in sample[0::2]:
        there = reference.fetch("chr22", variant.start - 3, variant.start + 2)
        assert there[1:] == "AGGT"
        assert variant.ref == "G"


def test_that_a_format_is_measured_once_and_refused_where_it_is_not_good(
    reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = catalogue.load("ci-spliceai", device="cpu", options={"precision": "bf16"})
    assert isinstance(loaded, SpliceEnsemble)
    model = loaded.with_replicates(loaded.replicates[:1])
    assert model.precision == "bf16"
    work = Work(model, reference, None, SCORER, {"distance": 10}, 0)
    monkeypatch.setattr(splice_precision, "_VARIANTS", 2)
    monkeypatch.setattr(splice_precision, "_ROUNDS", 2)
    monkeypatch.setattr(splice_precision, "LARGEST_TIME", 1e9)
    found = finish(work)
    assert found is not None
    assert found.number >= 8
    assert 0 < found.largest < 0.005
    monkeypatch.setattr(splice_precision, "measured", None)
    assert finish(work) == found
    monkeypatch.setattr(splice_precision, "LARGEST_ERROR", found.largest)
    with pytest.raises(OptionError, match="not exact enough"):
        finish(work)
    assert finish(replace(work, model=model.with_precision("fp32"))) is None
    assert Path(precision_check._path(work, model)).is_file()
