"""Scores of language models against those that the authors' rules give.

Each golden window is a contig of its own, which scorers read whole on both strands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gfm_desktop.genome.reference import Reference
from gfm_desktop.genome.status import Status
from gfm_desktop.genome.variant import Variant
from gfm_desktop.scoring import registry

from .hub_goldens import assert_near, opened

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.models.language_model import LanguageModel
    from gfm_desktop.scoring.card import VariantScore

pytestmark = pytest.mark.golden


def scored(
    model: LanguageModel,
    inputs: dict[str, Any],
    folder: Path,
    scorer: str,
    **options: Any,
) -> list[VariantScore]:
    """Score the golden variants of a folder."""
    wanted = inputs["variants"]
    assert wanted
    fasta = folder / "windows.fa"
    lines = (f">w{i}\n{one['window']}\n" for i, one in enumerate(wanted))
    fasta.write_text("".join(lines))
    variants = [
        Variant(f"w{i}", one["pos0"], one["ref"], one["alt"])
        for i, one in enumerate(wanted)
    ]
    reference = Reference.open(fasta, cache=folder / "cache")
    try:
        outcomes = registry.function_of(scorer)(
            model, variants, reference=reference, genes=None, batch_size=3, **options
        )
    finally:
        reference.close()
    assert [one.status for one in outcomes] == [Status.SCORED] * len(variants)
    return outcomes


def column(outcomes: list[VariantScore], name: str) -> np.ndarray:
    """Return the score, or one of the columns, of every outcome."""
    if name == "score":
        return np.asarray([one.score for one in outcomes])
    return np.asarray([one.columns[name] for one in outcomes])


STRAND_MEANS = {
    "gpn_convnet": ("masked-log-odds", 2e-5),
    "gpn_new": ("masked-log-odds", 2e-5),
    "caduceus_ph": ("masked-log-odds", 2e-4),
    "caduceus_ps": ("masked-log-odds", 2e-4),
    "caduceus_ps_unfused": ("masked-log-odds", 2e-4),
    "nt_v1": ("kmer-log-odds", 2e-5),
    "nt_v2": ("kmer-log-odds", 2e-5),
    "dnabert6": ("kmer-log-odds", 2e-5),
    "specieslm": ("kmer-log-odds", 2e-5),
    "phylogpn": ("column-log-odds", 2e-5),
}
"""Folders with ``snv_fwd``, ``snv_rev``, ``snv_mean``: scorer and tolerance."""


def loaded(name: str) -> tuple[LanguageModel, dict[str, Any], dict[str, np.ndarray]]:
    """Return a golden model; SpeciesLM with the species of its inputs."""
    if name != "specieslm":
        return opened(name)
    _, inputs, _ = opened(name)
    return opened(name, species=inputs["species"])


@pytest.mark.parametrize("name", STRAND_MEANS)
def test_that_both_strands_and_their_mean_are_the_authors(
    name: str, tmp_path: Path
) -> None:
    scorer, tolerance = STRAND_MEANS[name]
    model, inputs, expected = loaded(name)
    assert scorer in model.card.scorers
    outcomes = scored(model, inputs, tmp_path, scorer)
    pairs = {"score": "mean", "score_forward": "fwd", "score_reverse": "rev"}
    for ours, theirs in pairs.items():
        assert_near(
            column(outcomes, ours), expected[f"snv_{theirs}"], tolerance=tolerance
        )


def test_that_splicebert_probabilities_at_the_hidden_base_are_the_authors(
    tmp_path: Path,
) -> None:
    model, inputs, expected = opened("splicebert")
    outcomes = scored(model, inputs, tmp_path, "masked-log-odds", strands="forward")
    change = column(outcomes, "p_alt") - column(outcomes, "p_ref")
    wanted = expected["snv_masked_prob_alt_minus_ref"]
    assert_near(change, wanted, tolerance=2e-5)


@pytest.mark.parametrize("name", ["dnabert2", "gena_lm"])
def test_that_pseudo_log_likelihoods_are_those_of_every_hidden_token(
    name: str, tmp_path: Path
) -> None:
    model, inputs, expected = opened(name)
    outcomes = scored(model, inputs, tmp_path, "pseudo-log-likelihood")
    wanted = expected["snv_pll_reffwd_altfwd_refrev_altrev_meandelta"]
    ref_fwd, alt_fwd, ref_rev, alt_rev, delta = wanted.T
    # Differences of sums near 100: the tolerance is that of the sums.
    allowed = 2e-5 * max(1.0, float(np.abs(wanted).max()))
    for name_, values in {
        "score": delta,
        "score_forward": alt_fwd - ref_fwd,
        "score_reverse": alt_rev - ref_rev,
        "pll_ref": (ref_fwd + ref_rev) / 2,
        "pll_alt": (alt_fwd + alt_rev) / 2,
    }.items():
        np.testing.assert_allclose(
            column(outcomes, name_), values, rtol=0, atol=allowed
        )


def test_that_causal_likelihoods_are_the_authors_as_sums_and_as_means(
    tmp_path: Path,
) -> None:
    model, inputs, expected = opened("hyenadna")
    outcomes = scored(model, inputs, tmp_path, "causal-log-likelihood")
    means = column(outcomes, "mean_difference")
    assert_near(means, expected["snv_mean_of_means"], tolerance=1e-4)
    sums = column(outcomes, "score")
    assert_near(sums, expected["snv_mean_of_sums"], tolerance=1e-4)


@pytest.mark.parametrize("name", ["nt_v1", "nt_v2"])
def test_that_embeddings_of_the_nucleotide_transformer_are_the_authors(
    name: str, tmp_path: Path
) -> None:
    model, inputs, expected = opened(name)

    def similarity(measure: str) -> np.ndarray:
        outcomes = scored(
            model,
            inputs,
            tmp_path,
            "embedding-distance",
            measure=measure,
            strands="forward",
        )
        return column(outcomes, "similarity")

    cosines = expected["snv_cosine_meanpool_fwd"]
    assert_near(similarity("cosine"), cosines, tolerance=2e-5)
    products = expected["snv_inner_products_fwd"].sum(axis=1)
    assert_near(similarity("inner_product"), products, tolerance=2e-5)


@pytest.mark.parametrize("name", ["dnabert2", "dnabert_s"])
@pytest.mark.parametrize("pooling", ["all", "letters"])
def test_that_embeddings_of_byte_pairs_have_the_same_cosine_and_distance(
    name: str, pooling: str, tmp_path: Path
) -> None:
    model, inputs, expected = opened(name)
    wanted = expected["snv_embed_cos_l2_cosnospecial_l2nospecial_fwdrev"]
    first = 0 if pooling == "all" else 2
    for strand, rows in {"forward": wanted[::2], "reverse": wanted[1::2]}.items():
        common = {"pooling": pooling, "strands": strand}
        for measure, name_, values in (
            ("cosine", "similarity", rows[:, first]),
            ("l2", "score", rows[:, first + 1]),
        ):
            outcomes = scored(
                model, inputs, tmp_path, "embedding-distance", measure=measure, **common
            )
            assert_near(column(outcomes, name_), values, tolerance=2e-5)
