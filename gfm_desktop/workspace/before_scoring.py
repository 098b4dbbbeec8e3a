"""What must be said before a scoring begins: which variants and which species."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gfm_desktop.genome.variant import VariantKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gfm_desktop.models.card import ModelCard
    from gfm_desktop.scoring.card import ScorerCard

_NAMES: dict[VariantKind, tuple[str, str]] = {
    VariantKind.SNV: ("a substitution of one base", "substitutions of one base"),
    VariantKind.MNV: ("a substitution of several bases",
                      "substitutions of several bases"),
    VariantKind.INSERTION: ("an insertion", "insertions"),
    VariantKind.DELETION: ("a deletion", "deletions"),
    VariantKind.DELINS: ("a replacement by another number of bases",
                         "replacements by another number of bases"),
    VariantKind.SYMBOLIC: ("a symbolic allele", "symbolic alleles"),
}  # fmt: skip
_HUMAN_BUILDS = ("GRCh", "T2T-CHM13")


def scorable(model: ModelCard, scorer: ScorerCard) -> frozenset[VariantKind]:
    """Return the kinds of variants that a scorer can score with a model."""
    return frozenset(scorer.kinds or model.scores)


def unscorable_words(
    kinds: Mapping[VariantKind, int], model: ModelCard, scorer: ScorerCard
) -> str:
    """Return which of the open variants will get no score; empty where all will.

    Args:
        kinds: Kind to number, of the variants that are fit to be scored.
        model: The chosen model.
        scorer: The chosen scorer.
    """
    fit = scorable(model, scorer)
    lost = {kind: n for kind, n in kinds.items() if n and kind not in fit}
    if not lost:
        return ""
    total = sum(kinds.values())
    named = [
        f"{n:,} of {total:,} variants {'is' if n == 1 else 'are'} "
        f"{_NAMES[kind][n != 1]}"
        for kind, n in lost.items()
    ]
    they = "it" if sum(lost.values()) == 1 else "they"
    return (
        f"{'; '.join(named)}: {they} will get the status unsupported_by_model "
        f"(beyond {scorer.title.lower()} with {model.name})."
    )


def species_words(model: ModelCard, build: str | None) -> str:
    """Return the caution about species; empty where the genome is of the model's.

    Args:
        model: The chosen model.
        build: Name of the open genome's build; None where it is not known.
    """
    if not model.species:
        return (
            f"The files of {model.name} do not say which species it was trained on: "
            "its scores mean little in any other."
        )
    human = any("sapiens" in name or "human" in name.lower() for name in model.species)
    if human and build is not None and build.startswith(_HUMAN_BUILDS):
        return ""
    named = ", ".join(model.species[:4])
    more = len(model.species) - 4
    if more > 0:
        named += f" and {more:,} more"
    return f"Trained on {named}; its scores mean little in other species."
