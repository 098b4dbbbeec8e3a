"""Our scores are, letter by letter, those of the original SpliceAI program."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gfm_desktop import paths
from gfm_desktop.genome.annotation import GeneModels
from gfm_desktop.genome.reference import Reference
from gfm_desktop.genome.status import Status
from gfm_desktop.genome.variant import Variant
from gfm_desktop.models import catalogue
from gfm_desktop.scoring import splice_delta

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gfm_desktop.models.protocols import SpliceModel

GOLDEN = Path(__file__).with_name("splice_delta_rules.json")
RECORDS: list[dict[str, Any]] = json.loads(GOLDEN.read_text("utf-8"))["records"]
SETTINGS = sorted({(r["distance"], r["masked"]) for r in RECORDS})


@pytest.fixture(scope="module")
def model() -> Any:
    return catalogue.load("ci-spliceai", device="cpu")


@pytest.fixture(scope="module")
def reference() -> Iterator[Reference]:
    reference = Reference.open(paths.resources() / "sample" / "chr22.fa.gz")
    yield reference
    reference.close()


@pytest.mark.parametrize(("distance", "masked"), SETTINGS)
def test_that_scores_are_written_as_the_original_program_writes_them(
    distance: int, masked: int, model: SpliceModel, reference: Reference
) -> None:
    genes = GeneModels.load(
        paths.resources() / "sample" / "genes.gtf.gz", reference=reference
    )
    records = [r for r in RECORDS if (r["distance"], r["masked"]) == (distance, masked)]
    outcomes = splice_delta.score(
        model,
        [Variant("chr22", r["pos"] - 1, r["ref"], r["alt"]) for r in records],
        reference=reference,
        genes=genes,
        distance=distance,
        masked=bool(masked),
    )
    for record, outcome in zip(records, outcomes, strict=True):
        if record["scores"]:
            assert outcome.status is Status.SCORED
            written = str(outcome.columns["splice"]).split(",")
            # The original lists genes in the order of its table, we by position.
            assert sorted(written) == sorted(record["scores"])
        else:
            assert outcome.status is Status.TOO_LONG


def test_that_the_golden_records_cover_what_they_must() -> None:
    kinds = {
        ("snv" if r == a == 1 else "deletion" if r > a else "insertion")
        for r, a in ((len(x["ref"]), len(x["alt"])) for x in RECORDS)
    }
    assert kinds == {"snv", "deletion", "insertion"}
    genes = {s.split("|")[1] for x in RECORDS for s in x["scores"]}
    assert {"RANBP1", "KLHL22", "TRMT2A", "ZNF74"} <= genes
    assert any(len(x["scores"]) > 1 for x in RECORDS)
    assert any(float(s.split("|")[3]) > 0.9 for x in RECORDS for s in x["scores"])
    assert {x["masked"] for x in RECORDS} == {0, 1}
