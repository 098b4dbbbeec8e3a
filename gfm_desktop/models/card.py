"""What the library tells about a model before anybody loads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gfm_desktop.genome.variant import VariantKind
    from gfm_desktop.models.option import Option, OptionValue


@dataclass(frozen=True, slots=True)
class ModelCard:
    """Facts of one model, shown in the library and written into every result.

    Attributes:
        id: What the command line calls it, such as ``"ci-spliceai"``.
        name: What people call it.
        family: Architecture family, such as ``"splice"``.
        summary: One sentence for a biologist.
        species: Species that it was trained on.
        context_bp: Sequence that one prediction sees, in bp.
        window_bp: Bases that a score reads unless the user says otherwise; 0 for as
            many as `context_bp`.
        parameters: Number of weights, all replicates together.
        licence: SPDX expression of the weights.
        licence_url: Where the licence text can be read.
        attribution: Who made it, as the licence asks for it.
        commercial_use: Whether the licence allows it.
        citation: The paper to cite.
        source: Where the weights come from, with the version.
        scores: Kinds of variants that it can score.
        scorers: Names of scorers that fit, the recommended one first.
        scorers_for: Names in place of `scorers` where an option has a value, as
            (option, value, names): another vocabulary is scored by another rule.
        tracks: Names of predicted tracks that fit.
        built_in: True where the weights ship with the app.
        limits: What a user must know before trusting a number.
        transcripts: Whether it reads transcripts, whose sense strand alone has meaning.
        options: Choices of the family that are made when the model is loaded, such as
            the species; ``--option KEY=VALUE`` on the command line.
        repository: Name on the model hub, ``"owner/name"``; empty where it is not
            there.
        revision: Branch, tag or commit on the hub; resolved to a commit before the
            first byte is downloaded.
        files: SHA-256 of files of the repository that we know beforehand.
        download_bytes: Size of what is downloaded; 0 where we do not know.
        requirement: What is needed that the app does not bring, in words; empty where
            the app alone can run it.
        safe_precisions: Number formats beside ``fp32`` that the self-check may try.
        info_tag: Name of the INFO field that its own program writes into a VCF; empty
            where there is none.
    """

    id: str
    name: str
    family: str
    summary: str
    species: tuple[str, ...]
    context_bp: int
    parameters: int
    licence: str
    licence_url: str
    attribution: str
    commercial_use: bool
    citation: str
    source: str
    scores: tuple[VariantKind, ...]
    scorers: tuple[str, ...]
    tracks: tuple[str, ...]
    built_in: bool = False
    limits: str = ""
    window_bp: int = 0
    transcripts: bool = False
    options: tuple[Option, ...] = ()
    repository: str = ""
    revision: str = ""
    files: tuple[tuple[str, str], ...] = ()
    download_bytes: int = 0
    requirement: str = ""
    safe_precisions: tuple[str, ...] = ()
    scorers_for: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    info_tag: str = ""

    def scorers_with(self, chosen: Mapping[str, OptionValue]) -> tuple[str, ...]:
        """Return the scorers that fit with these choices, the recommended one first.

        Args:
            chosen: Options of the family; what is left out has its default.
        """
        values = {option.name: option.default for option in self.options} | dict(chosen)
        for option, value, names in self.scorers_for:
            if values.get(option) == value:
                return names
        return self.scorers
