"""Which files of a repository are needed: description, tokenizer, licence, weights.

Names are matched with a closed list of patterns, so that nothing of a repository can
choose where on this computer it is written, and no program of it is ever copied.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gfm_desktop.models.hub_folder import CONFIG, TOKENIZER_FILES, WEIGHTS

if TYPE_CHECKING:
    from collections.abc import Iterable

_LICENCE = re.compile(r"(LICEN[SC]E|NOTICE|COPYING)([.-][A-Za-z0-9.-]{1,20})?", re.I)
_TOKENIZER_FOLDER = re.compile(r"tokenizer[A-Za-z0-9_-]{0,40}")
_SHARD = r"{stem}-\d{{5}}-of-\d{{5}}{ending}"


def is_licence(name: str) -> bool:
    """Tell whether a file of the top folder holds terms."""
    return _LICENCE.fullmatch(name) is not None


def is_small(name: str) -> bool:
    """Tell whether a file is part of the description, and not of the weights.

    Args:
        name: Path inside the folder, with ``/``.
    """
    folder, _, file = name.rpartition("/")
    if folder:
        # Models with several vocabularies keep each in a folder (Genomics-FM).
        return bool(_TOKENIZER_FOLDER.fullmatch(folder)) and file in TOKENIZER_FILES
    return file == CONFIG or file in TOKENIZER_FILES or is_licence(file)


def weights_among(names: Iterable[str]) -> list[str]:
    """Return the files of one set of weights, the safer kind where there are two.

    Args:
        names: Paths inside the folder.

    Returns:
        One file; or an index, and the pieces that belong to it; or nothing.
    """
    known = sorted(set(names))
    for whole in WEIGHTS:
        if whole in known:
            return [whole]
        if (index := f"{whole}.index.json") in known:
            stem, dot, ending = whole.rpartition(".")
            shard = re.compile(_SHARD.format(stem=stem, ending=re.escape(dot + ending)))
            return [index, *(name for name in known if shard.fullmatch(name))]
    return []


def needed(names: Iterable[str]) -> list[str]:
    """Return the files that are needed to run a model, small ones first."""
    known = sorted(set(names))
    return [*(name for name in known if is_small(name)), *weights_among(known)]
