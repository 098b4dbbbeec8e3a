"""Byte pairs: the tokenizer of DNABERT-2, DNABERT-S, Genomics-FM and GENA-LM.

Merges are those of a ``tokenizer.json``, run by the package ``tokenizers``
(Apache-2.0), as the authors do.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

from gfm_desktop.errors import ModelError
from gfm_desktop.models.hub_folder import read_json
from gfm_desktop.models.nucleotide_tokens import surrounded
from gfm_desktop.models.tokens import TokenKind, Tokens, clean
from gfm_desktop.models.vocabulary import needed, token_ids

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from gfm_desktop.models.hub_folder import HubFolder

_FILE = "tokenizer.json"
_NORMALIZERS = {"Strip", "Replace", "NFC", "NFD", "NFKC", "NFKD"}
_SPLITTERS = {"Whitespace", "WhitespaceSplit", "Split", "Punctuation"}
"""Steps in front of the merges that leave each letter its place."""


class _Pieces(Protocol):
    """What the package returns of a sequence."""

    @property
    def ids(self) -> Sequence[int]: ...
    @property
    def offsets(self) -> Sequence[tuple[int, int]]: ...


class Merger(Protocol):
    """What is asked of the package's `Tokenizer`."""

    def encode(self, sequence: str, *, add_special_tokens: bool) -> _Pieces:
        """Return the pieces of a sequence."""
        ...


@dataclass(frozen=True, slots=True)
class BytePairTokenizer:
    """Cuts letters into pieces of various lengths (`tokens.Tokenizer`).

    Attributes:
        merger: Does the cutting.
        size: Number of entries of the vocabulary.
        mask_id: The token that hides another.
        before: Special tokens in front of every sequence.
        after: Special tokens behind every sequence.
    """

    merger: Merger = field(repr=False)
    size: int
    mask_id: int | None
    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()
    kind: TokenKind = "bpe"
    k: int = 0
    base_ids: tuple[int, ...] = ()

    def tokens(self, sequence: str, *, hold_frame: bool = False) -> Tokens:
        """Return the pieces of a sequence; together they cover every letter once."""
        pieces = self.merger.encode(clean(sequence), add_special_tokens=False)
        ends = np.array([end for _, end in pieces.offsets], np.int64)
        # A run of N that became one token is reported with its last letter alone, so
        # a piece begins where the one before ends.
        starts = np.concatenate([np.zeros(min(len(ends), 1), np.int64), ends[:-1]])
        ids = np.array(pieces.ids, np.int64)
        return surrounded(Tokens(ids, starts, ends), self.before, self.after)


def byte_pair_tokenizer(
    hub: HubFolder, rows: int, *, folder: Path | None = None, padded: bool = False
) -> BytePairTokenizer:
    """Return the tokenizer of a folder, between ``[CLS]`` and ``[SEP]``.

    Args:
        hub: The model folder.
        rows: Rows of the network's embedding.
        folder: Where ``tokenizer.json`` lies, if not in the model folder itself.
        padded: Whether the embedding may have more rows than the vocabulary.

    Raises:
        ModelError: If the file is missing, damaged, or does not fit the network.
    """
    from tokenizers import Tokenizer

    path = (folder or hub.path) / _FILE
    content = read_json(path)
    model = content.get("model")
    if not isinstance(model, dict) or model.get("type", "BPE") != "BPE":
        raise _broken(path, "it is not one of byte pairs")
    if model.get("dropout"):
        raise _broken(path, "it cuts by chance (“dropout” is set)")
    ids = token_ids(hub, rows, folder=folder, padded=padded)
    _check_merges(path, model)
    steps = {"normalizer": _NORMALIZERS, "pre_tokenizer": _SPLITTERS}
    for part, known in steps.items():
        if odd := [kind for kind in _kinds(content.get(part)) if kind not in known]:
            raise _broken(path, f"its {part} “{odd[0]}” is none that this app runs")
    ids = dict(needed(ids, ["[UNK]", "[CLS]", "[SEP]", "[MASK]", *"ACGT"], hub))
    # Special tokens are added here; nothing is truncated, padded or decoded.
    unused = ("truncation", "padding", "post_processor", "decoder")
    merger = Tokenizer.from_str(json.dumps(content | dict.fromkeys(unused)))
    return BytePairTokenizer(
        merger,
        size=max(ids.values()) + 1,
        mask_id=ids["[MASK]"],
        before=(ids["[CLS]"],),
        after=(ids["[SEP]"],),
    )


def _check_merges(path: Path, model: Mapping[str, Any]) -> None:
    """Check what the package would only say in the words of its own source.

    Raises:
        ModelError: If a merge is not made of two known words that make a third.
    """
    words, merges = model["vocab"], model.get("merges")
    if not isinstance(merges, list):
        raise _broken(path, "it has no merges")
    for merge in merges:
        pair = merge.split(" ") if isinstance(merge, str) else merge
        known = (
            isinstance(pair, list)
            and len(pair) == 2
            and all(isinstance(part, str) and part in words for part in pair)
        )
        if not known or "".join(pair) not in words:
            raise _broken(path, f"its merge {merge!r} is of unknown words")


def _kinds(step: Any) -> list[str]:
    """Return the kinds of steps of a normaliser or pre-tokenizer, in order."""
    if step is None:
        return []
    if not isinstance(step, dict):
        return [repr(step)]
    inner = step.get("normalizers", step.get("pretokenizers"))
    if step.get("type") == "Sequence" and isinstance(inner, list):
        return [kind for one in inner for kind in _kinds(one)]
    return [str(step.get("type"))]


def _broken(path: Path, why: str) -> ModelError:
    return ModelError(
        f"The tokenizer cannot be used: {why}.",
        where=str(path),
        todo="Get the model folder again from where it came.",
    )
