"""How the evaluation asks a loaded model, as the app loads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pretraining.batches import LETTERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gfm_desktop.models.language_model import LanguageModel

BATCH = 16


def text(codes: NDArray[np.uint8]) -> str:
    """Return the letters of codes."""
    return LETTERS[codes].tobytes().decode("ascii")


def reverse(codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the other strand of codes 0 to 3 (4 stays unknown)."""
    back = codes[::-1]
    return np.where(back < 4, 3 - back, back).astype(np.uint8)


def hidden_logs(
    model: LanguageModel, windows: NDArray[np.uint8], places: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return log chances of A, C, G, T at hidden bases, shape (windows, places, 4).

    Args:
        model: Reads single nucleotides.
        windows: Codes, shape (windows, length).
        places: Which bases of each window are hidden, shape (windows, places).
    """
    bases = list(model.tokenizer.base_ids)
    mask = model.tokenizer.mask_id
    found = []
    for start in range(0, len(windows), BATCH):
        some, where = windows[start : start + BATCH], places[start : start + BATCH]
        ids = np.stack([model.tokens(text(codes)).ids for codes in some])
        front = ids.shape[1] - windows.shape[1]
        np.put_along_axis(ids, where + front, mask, axis=1)
        logits = model.logits(ids, where + front)[..., bases].astype(np.float64)
        top = logits.max(axis=-1, keepdims=True)
        found.append(
            logits - top - np.log(np.exp(logits - top).sum(axis=-1, keepdims=True))
        )
    return np.concatenate(found)


def hidden_words(
    model: LanguageModel,
    windows: NDArray[np.uint8],
    token: int,
    words: Sequence[Sequence[str]],
) -> NDArray[np.float64]:
    """Return logits of some words at one hidden word, shape (windows, words).

    Their differences are differences of log chances.

    Args:
        model: Reads words of several letters side by side.
        windows: Codes, shape (windows, length).
        token: Which word of every window is hidden, from 0.
        words: The words that are asked about, as many for every window.
    """
    rows = np.array([[_row(model, word) for word in some] for some in words])
    found = []
    for start in range(0, len(windows), BATCH):
        some = windows[start : start + BATCH]
        tokens = [model.tokens(text(codes)) for codes in some]
        ids = np.stack([t.ids for t in tokens])
        place = int(np.flatnonzero(tokens[0].letters)[token])
        ids[:, place] = model.tokenizer.mask_id
        logits = model.logits(ids, np.full((len(ids), 1), place))[:, 0]
        wanted = rows[start : start + BATCH]
        found.append(np.take_along_axis(logits, wanted, axis=1).astype(np.float64))
    return np.concatenate(found)


def _row(model: LanguageModel, word: str) -> int:
    tokens = model.tokens(word)
    (row,) = tokens.ids[tokens.letters]
    return int(row)


def embeddings(model: LanguageModel, windows: Sequence[str]) -> NDArray[np.float32]:
    """Return the mean last hidden state of the words of each sequence.

    Sequences whose numbers of tokens agree run together, so that nothing is padded.
    """
    tokens = [model.tokens(window) for window in windows]
    found = np.zeros((len(windows), 0), np.float32)
    lengths = np.array([len(t) for t in tokens])
    for length in np.unique(lengths):
        same = np.flatnonzero(lengths == length)
        for start in range(0, len(same), BATCH):
            some = same[start : start + BATCH]
            states = model.hidden(np.stack([tokens[i].ids for i in some]))
            letters = tokens[some[0]].letters
            if not found.size:
                found = np.zeros((len(windows), states.shape[-1]), np.float32)
            found[some] = states[:, letters].mean(axis=1)
    return found
