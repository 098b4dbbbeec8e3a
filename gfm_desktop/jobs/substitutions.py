"""The scorer of a model as mutagenesis asks it: effects of substitutions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from gfm_desktop.jobs.scorers import checked_options, choose_scorer
from gfm_desktop.jobs.work import Work
from gfm_desktop.models.finetuned_model import FineTunedModel
from gfm_desktop.scoring.card import signed
from gfm_desktop.tracks.mutagenesis import RECOMMENDED, Effect

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.genome.variant import Variant
    from gfm_desktop.models.option import OptionValue
    from gfm_desktop.models.protocols import LoadedModel
    from gfm_desktop.scoring.card import ScorerCard, VariantScore


@dataclass(frozen=True, slots=True)
class Substitutions:
    """What `tracks.mutagenesis.SubstitutionScorer` asks for, of any model.

    Attributes:
        work: Model, genome, genes, scorer and its settings.
    """

    work: Work

    @classmethod
    def of(
        cls,
        model: LoadedModel,
        *,
        reference: Reference,
        genes: GeneModels | None,
        batch_size: int,
        chosen: Mapping[str, OptionValue],
        options: Mapping[str, OptionValue],
    ) -> Self:
        """Choose the scorer and its settings.

        Args:
            model: Who predicts.
            reference: The genome.
            genes: Gene models of the genome, if any are open.
            batch_size: Most windows of a forward pass.
            chosen: Choices of the model's family.
            options: Those of the track: ``scorer``, and settings, of which a scorer
                takes those that it has.

        Raises:
            OptionError: If the model cannot be scored so.
        """
        given = dict(options)
        name = str(given.pop("scorer", RECOMMENDED))
        card = choose_scorer(model.card, "" if name == RECOMMENDED else name, chosen)
        own = {option.name for option in card.options}
        fitting = [(name, value) for name, value in given.items() if name in own]
        settings = checked_options(card, fitting)
        if genes is None and settings.get("masked") is True:
            # A scorer that masks unless told otherwise needs gene models to do so.
            settings["masked"] = False
        return cls(Work(model, reference, genes, card, settings, batch_size))

    @property
    def title(self) -> str:
        """Return what people call the scorer."""
        return self.work.card.title

    @property
    def units(self) -> str:
        """Return the units of the effects."""
        units = self.work.card.units
        return f"{units}; below 0 for a loss" if self.work.card.losses else units

    @property
    def changes(self) -> bool:
        """Tell whether a score is a change; one of a model of variants is not."""
        model = self.work.model
        return not (isinstance(model, FineTunedModel) and model.input == "variant")

    def effects(self, variants: Sequence[Variant]) -> list[Effect]:
        """Return what each of some substitutions changes, in their order."""
        return [self._effect(one) for one in self.work.score(list(variants))]

    def _effect(self, one: VariantScore) -> Effect:
        if one.score is None:
            return Effect(None, one.reason)
        return Effect(effect_of(self.work.card, one), one.reason)


def effect_of(card: ScorerCard, one: VariantScore) -> float | None:
    """Return a score with the direction of the change; None where there is none.

    Args:
        card: The scorer.
        one: Its outcome.
    """
    if one.score is None:
        return None
    losses = [np.array([one.columns.get(name) or 0.0], float) for name in card.losses]
    return float(signed(np.array([one.score]), losses)[0])
