"""The vocabulary of HyenaDNA and Caduceus: seven special tokens, then the letters.

Their tokenizers are Python programs that keep no list of tokens: the special ones have
fixed numbers and ``tokenizer_config.json`` names the letters, which follow from 7 on
(``tokenization_caduceus.py`` of kuleshov-group/caduceus, "adapted from" HyenaDNA's).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gfm_desktop.errors import ModelError
from gfm_desktop.models.hub_folder import read_json
from gfm_desktop.models.vocabulary import needed, token_ids

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gfm_desktop.models.hub_folder import HubFolder

TOKENIZER_CONFIG = "tokenizer_config.json"
_SPECIAL = ("[CLS]", "[SEP]", "[BOS]", "[MASK]", "[PAD]", "[RESERVED]", "[UNK]")
_LETTERS = ("A", "C", "G", "T", "N")


def character_ids(hub: HubFolder, rows: int) -> dict[str, int]:
    """Return token to id: of ``tokenizer.json`` where there is one, else as above.

    Args:
        hub: The model folder.
        rows: Rows of the network's embedding; there may be more than tokens, because
            the authors round the number up.

    Raises:
        ModelError: If the tokenizer's files are damaged, or have more tokens than the
            embedding rows.
    """
    if hub.has("tokenizer.json") or hub.has("vocab.txt"):
        return token_ids(hub, rows, padded=True)
    settings = tokenizer_settings(hub)
    letters = settings.get("characters", _LETTERS)
    if not _are_letters(letters):
        raise _broken(hub, f"“characters” is {letters!r}")
    ids = {token: number for number, token in enumerate((*_SPECIAL, *letters))}
    _check_stated(hub, ids, settings.get("added_tokens_decoder", {}))
    if len(ids) > rows:
        raise _broken(
            hub, f"it has {len(ids):,} tokens, but the network has {rows:,} rows"
        )
    return ids


def letter_ids(hub: HubFolder, ids: Mapping[str, int]) -> dict[str, int]:
    """Return the ids of A, C, G, T and N, which the vocabulary may write small.

    PlantCaduceus lists ``a c g t``; what it does not list, such as N, is unknown to it.

    Raises:
        ModelError: If a base is in the vocabulary in neither case.
    """
    small = "A" not in ids and "a" in ids
    written = {letter: letter.lower() if small else letter for letter in "ACGTN"}
    unknown = written["N"] if written["N"] in ids else "[UNK]"
    needed(ids, [*(written[base] for base in "ACGT"), unknown], hub)
    return {
        **{base: ids[written[base]] for base in "ACGT"},
        "N": ids[unknown],
    }


def tokenizer_settings(hub: HubFolder) -> Mapping[str, Any]:
    """Return ``tokenizer_config.json``; empty where there is none.

    Raises:
        ModelError: If it is damaged.
    """
    path = hub.path / TOKENIZER_CONFIG
    return read_json(path) if path.is_file() else {}


def _are_letters(letters: object) -> bool:
    """Tell whether it is a list of different single letters."""
    return (
        isinstance(letters, list | tuple)
        and all(isinstance(letter, str) and len(letter) == 1 for letter in letters)
        and len(set(letters)) == len(letters)
    )


def _check_stated(hub: HubFolder, ids: Mapping[str, int], stated: object) -> None:
    """Refuse numbers that are written down and are not those of the program."""
    if not isinstance(stated, dict):
        raise _broken(hub, f"“added_tokens_decoder” is {stated!r}")
    for number, entry in stated.items():
        token = str(entry.get("content")) if isinstance(entry, dict) else ""
        if token in ids and str(ids[token]) != str(number):
            raise _broken(hub, f"“{token}” has number {number} instead of {ids[token]}")


def _broken(hub: HubFolder, why: str) -> ModelError:
    return ModelError(
        f"The tokenizer cannot be used: {why}.",
        where=str(hub.path / TOKENIZER_CONFIG),
        todo="Get the model folder again from where it came.",
    )
