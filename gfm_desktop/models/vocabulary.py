"""The vocabulary of a hub folder: which token has which id, as its files say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gfm_desktop.errors import ModelError
from gfm_desktop.models.hub_folder import read_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from gfm_desktop.models.hub_folder import HubFolder


def token_ids(
    hub: HubFolder,
    rows: int,
    *,
    folder: Path | None = None,
    padded: bool = False,
    spare: tuple[str, ...] = (),
) -> dict[str, int]:
    """Return token to id from ``vocab.txt`` or ``tokenizer.json``, never generated.

    Args:
        hub: The model folder.
        rows: Rows of the network's embedding.
        folder: Where the tokenizer's files lie, if not in the model folder itself.
        padded: Whether the embedding may have more rows than the vocabulary.
        spare: Tokens that sequences never hold: they may lie behind the last row, and
            are then left out.

    Raises:
        ModelError: If the files are missing or damaged, or their size does not fit
            the embedding.
    """
    folder = folder or hub.path
    if (folder / "vocab.txt").is_file():
        path = folder / "vocab.txt"
        ids = read_vocabulary(path)
    else:
        path = folder / "tokenizer.json"
        ids = _from_json(path)
    ids = {t: n for t, n in ids.items() if n < rows or t not in spare}
    count = max(ids.values(), default=-1) + 1
    if count > rows or (count < rows and not padded):
        raise ModelError(
            f"The tokenizer knows {count:,} tokens, but the network has {rows:,} rows "
            "for them.",
            where=str(path),
            todo="The files belong to different models: get the folder again.",
        )
    return ids


def needed(
    ids: Mapping[str, int], tokens: Iterable[str], hub: HubFolder
) -> Mapping[str, int]:
    """Return the vocabulary where it has all of some tokens.

    Raises:
        ModelError: If any is missing; all of them are named.
    """
    if missing := [token for token in tokens if token not in ids]:
        raise ModelError(
            f"The vocabulary lacks {', '.join(missing[:5])}"
            f"{' and others' if len(missing) > 5 else ''}.",
            where=str(hub.path),
            todo="The folder holds another kind of model, or is incomplete.",
        )
    return ids


def read_vocabulary(path: Path) -> dict[str, int]:
    """Return the lines of a ``vocab.txt`` with their numbers, from 0.

    Raises:
        ModelError: If it cannot be read, is empty, or names a token twice.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise _broken(path, f"it cannot be read ({error})") from error
    while lines and not lines[-1].strip():
        lines.pop()
    ids = {line.strip(): number for number, line in enumerate(lines)}
    if not ids:
        raise _broken(path, "it is empty")
    if len(ids) != len(lines):
        names = [line.strip() for line in lines]
        twice = next(name for i, name in enumerate(names) if ids[name] != i)
        raise _broken(path, f"“{twice}” is in it twice")
    return ids


def _from_json(path: Path) -> dict[str, int]:
    content = read_json(path)
    model: Any = content.get("model")
    ids: Any = model.get("vocab") if isinstance(model, dict) else None
    if not isinstance(ids, dict) or not ids:
        raise _broken(path, "it has no vocabulary")
    found = {str(token): number for token, number in ids.items()}
    for added in content.get("added_tokens", []):
        found[str(added["content"])] = added["id"]
    if odd := [t for t, n in found.items() if type(n) is not int or n < 0]:
        raise _broken(path, f"the id of “{odd[0]}” is no number")
    return found


def _broken(path: Path, why: str) -> ModelError:
    return ModelError(
        f"The tokenizer cannot be used: {why}.",
        where=str(path),
        todo="Get the model folder again from where it came.",
    )
