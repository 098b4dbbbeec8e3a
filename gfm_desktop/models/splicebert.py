"""SpliceBERT: masked language models of single nucleotides of primary RNA."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.models.bert_folder import bert_layout, bert_sizes, is_plain, words_of
from gfm_desktop.models.bert_network import network
from gfm_desktop.models.card import ModelCard
from gfm_desktop.models.hub_folder import HubFolder
from gfm_desktop.models.language_model import LanguageModel, loaded
from gfm_desktop.models.nucleotide_tokens import NucleotideTokenizer
from gfm_desktop.models.vocabulary import needed, token_ids

if TYPE_CHECKING:
    from pathlib import Path

    from gfm_desktop.models.bert_network import BertSizes
    from gfm_desktop.models.tokens import Tokens

_WINDOW = 1000
"""Bases of a scoring window; the authors trained with up to 1,024."""

CARDS = (
    ModelCard(
        id="splicebert",
        name="SpliceBERT",
        family="SpliceBERT",
        summary=(
            "Predicts a hidden base of primary RNA from its neighbourhood in genes of "
            "72 vertebrates; unlikely substitutions score low."
        ),
        species=("72 vertebrates",),
        context_bp=_WINDOW,
        parameters=19_710_474,
        licence="BSD-3-Clause",
        licence_url="https://opensource.org/license/bsd-3-clause",
        attribution="SpliceBERT by Ken Chen and others (Sun Yat-sen University)",
        commercial_use=True,
        citation=(
            "Chen K, Zhou Y, Ding M, Wang Y, Ren Z, Yang Y (2024) Self-supervised "
            "learning on millions of primary RNA sequences from 72 vertebrates "
            "improves sequence-based RNA splicing prediction. Briefings in "
            "Bioinformatics 25(3): bbae163. https://doi.org/10.1093/bib/bbae163"
        ),
        source="Zenodo, record 7995778, https://zenodo.org/records/7995778",
        scores=(VariantKind.SNV, VariantKind.MNV),
        transcripts=True,
        # The authors score with divergences of unmasked windows, not with log-odds.
        scorers=(
            "nucleotide-shift",
            "masked-log-odds",
            "unmasked-log-odds",
            "embedding-distance",
        ),
        tracks=("base-probability",),
        safe_precisions=("bf16",),
        limits=(
            "For research. It is not on the model hub: download it from Zenodo, "
            "unpack it, and add the folder with `gfm models add FOLDER`. It knows "
            "primary RNA: between genes, and on the strand that is not transcribed, "
            "its predictions have no meaning. Indels are not scored."
        ),
    ),
)
"""Checkpoints that the authors publish."""


class RnaTokenizer(NucleotideTokenizer):
    """Reads U as T before anything that is not a base becomes N."""

    __slots__ = ()

    def tokens(self, sequence: str, *, hold_frame: bool = False) -> Tokens:
        """Return a token for each letter, in any case; every other letter is N."""
        dna = sequence.replace("U", "T").replace("u", "t")
        return super().tokens(dna, hold_frame=hold_frame)


def recognises(hub: HubFolder) -> bool:
    """Tell whether a folder is a plain BERT whose words are single bases."""
    return is_plain(hub) and words_of(hub) == "nucleotides"


def card(hub: HubFolder) -> ModelCard:
    """Return the facts of a folder.

    Raises:
        ModelError: If its config asks for what this app does not compute.
    """
    window = _window(bert_sizes(hub))
    return replace(CARDS[0], species=(), context_bp=window, parameters=hub.parameters)


def load(folder: Path, device: str) -> LanguageModel:
    """Load a checkpoint.

    Raises:
        ModelError: If the folder cannot be used.
    """
    hub = HubFolder.read(folder)
    sizes = bert_sizes(hub)
    return LanguageModel(
        card=card(hub),
        device=device,
        weights_sha256=hub.sha256,
        tokenizer=_tokenizer(hub, sizes),
        network=loaded(network(sizes), hub, bert_layout(hub, sizes), device),
        objective="masked",
        window=_window(sizes),
        longest=sizes.positions,
    )


def check(folder: Path) -> None:
    """Check that `load` would succeed, without reading the weights.

    Raises:
        ModelError: If the folder cannot be used.
    """
    hub = HubFolder.read(folder)
    sizes = bert_sizes(hub)
    _tokenizer(hub, sizes)
    hub.check(bert_layout(hub, sizes))


def _tokenizer(hub: HubFolder, sizes: BertSizes) -> RnaTokenizer:
    """Return the tokenizer.

    Raises:
        ModelError: If the vocabulary is missing or does not fit.
    """
    ids = token_ids(hub, sizes.vocabulary)
    ids = dict(needed(ids, [*"NACGT", "[CLS]", "[SEP]", "[MASK]"], hub))
    return RnaTokenizer(
        {letter: ids[letter] for letter in "ACGTN"},
        len(ids),
        mask_id=ids["[MASK]"],
        before=(ids["[CLS]"],),
        after=(ids["[SEP]"],),
    )


def _window(sizes: BertSizes) -> int:
    """Return the bases of a scoring window, whose tokens fit the position table."""
    return min(_WINDOW, sizes.positions - 2)
