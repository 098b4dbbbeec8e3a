"""The BERT house against its authors' programs, on tiny random checkpoints."""

from __future__ import annotations

import numpy as np
import pytest

from gfm_desktop.models import families
from gfm_desktop.models.hub_folder import HubFolder

from .hub_goldens import assert_inputs_reproduced, assert_near, folder, opened

pytestmark = pytest.mark.golden

TOLERANCE = 2e-5
FAMILIES = {
    "dnabert6": "dnabert",
    "splicebert": "splicebert",
    "specieslm": "specieslm",
    "dnabert2": "dnabert2",
    "dnabert_s": "dnabert_s",
    "genomics_fm": "genomics_fm",
    "gena_lm": "gena_lm",
}


@pytest.mark.parametrize("name", [n for n in FAMILIES if n != "genomics_fm"])
def test_that_ids_logits_and_states_are_the_authors(name: str) -> None:
    assert_inputs_reproduced(name, tolerance=TOLERANCE)


@pytest.mark.parametrize("vocabulary", ["bpe", "kmer"])
@pytest.mark.parametrize("position", ["alibi", "absolute"])
def test_that_genomics_fm_is_the_authors_in_every_mode(
    vocabulary: str, position: str
) -> None:
    model, inputs, expected = opened(
        "genomics_fm", vocabulary=vocabulary, position=position
    )
    mode = {"bpe": "bpe", "kmer": "kmer6_union_vocab"}[vocabulary]
    short = {"alibi": "alibi", "absolute": "abs"}[position]
    cases = [(i, c) for i, c in enumerate(inputs["inputs"]) if c["mode"] == mode]
    assert len(cases) > 2
    for i, case in cases:
        ids = model.tokens(case["seq"]).ids
        assert ids.tolist() == case["input_ids"]
        hidden = model.hidden(ids[None])[0]
        assert_near(hidden, expected[f"hidden_{short}_{i}"], tolerance=TOLERANCE)
        logits = model.logits(ids[None])[0][case["logits_positions"]]
        assert_near(logits, expected[f"logits_{short}_{i}"], tolerance=TOLERANCE)


def test_that_gena_lm_is_the_authors_over_its_whole_vocabulary() -> None:
    model, inputs, expected = opened("gena_lm")
    for i, case in enumerate(inputs["inputs"]):
        ids = model.tokens(case["seq"]).ids
        rows = np.array([case["logits_positions"]])
        logits = model.logits(ids[None], rows)[0].astype(np.float64)
        total = np.log(np.exp(logits).sum(axis=1))
        assert_near(total, expected[f"logsumexp_{i}"], tolerance=TOLERANCE)


@pytest.mark.parametrize("name", ["dnabert2", "dnabert_s", "genomics_fm", "gena_lm"])
def test_that_byte_pairs_of_real_vocabularies_cover_every_letter(name: str) -> None:
    model, inputs, _ = opened(name)
    for case in inputs["inputs"]:
        tokens = model.tokens(case["seq"])
        starts, ends = tokens.starts[1:-1], tokens.ends[1:-1]
        assert [0, *ends.tolist()] == [*starts.tolist(), len(case["seq"])]
        assert (ends > starts).all()


@pytest.mark.parametrize("name", FAMILIES)
def test_that_one_family_alone_takes_the_folder(name: str) -> None:
    hub = HubFolder.read(folder(name))
    found = [n for n, m in families.hub_families().items() if m.recognises(hub)]
    assert found == [FAMILIES[name]]
    families.family(FAMILIES[name]).check(folder(name))
