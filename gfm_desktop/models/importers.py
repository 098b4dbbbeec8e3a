"""Families that read published files of a layout of their own, such as Keras files."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast

from gfm_desktop import models
from gfm_desktop.discovery import discover
from gfm_desktop.errors import ModelError
from gfm_desktop.models import manifest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray


class Checkpoint(Protocol):
    """Published weights of one file or of several, read by a family's importer."""

    @property
    def id(self) -> str:
        """Return what the model is called where the user does not say."""
        ...

    @property
    def loader(self) -> str:
        """Return the module of `gfm_desktop.models` that reads the folder."""
        ...

    @property
    def tensors(self) -> Mapping[str, NDArray[np.float32]]:
        """Return name to values."""
        ...

    @property
    def architecture(self) -> Mapping[str, Any]:
        """Return what the loader needs to know."""
        ...

    @property
    def facts(self) -> Mapping[str, Any]:
        """Return fields of the card that differ from the loader's own."""
        ...

    @property
    def licence(self) -> str:
        """Return the text for ``LICENSE.txt``; empty for none."""
        ...


class Importer(Protocol):
    """What a module offers that reads published files of another layout."""

    def finds(self, path: Path) -> bool:
        """Tell whether a file or folder holds these; raises nothing."""
        ...

    def read(self, path: Path) -> Checkpoint:
        """Read it.

        Raises:
            ModelError: If it is damaged, dangerous or incomplete.
        """
        ...


def importer_of(source: Path) -> Importer:
    """Return the module that reads a file or folder of another layout.

    Raises:
        ModelError: If there is none.
    """
    for name, finds in discover(models, "finds").items():
        if finds(source):
            return cast("Importer", import_module(f"{models.__name__}.{name}"))
    if not source.exists():
        raise ModelError(
            "This is no model folder: there is nothing of this name.",
            where=str(source),
            todo="Check the path; a USB stick may have another name today.",
        )
    raise ModelError(
        "This is no model folder and no file of weights that this app can read.",
        where=str(source),
        todo=f"Choose a folder with {manifest.FILE_NAME}, a folder as the model hub "
        "has it (config.json, tokenizer and weights), or the published weights of a "
        "splice model.",
    )
