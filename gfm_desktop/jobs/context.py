"""What a job gets from the process that runs it: loaded model, open genome."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from gfm_desktop.models.option import OptionValue

if TYPE_CHECKING:
    from gfm_desktop.genome.annotation import GeneModels
    from gfm_desktop.genome.reference import Reference
    from gfm_desktop.models.protocols import LoadedModel

FileKey = tuple[str, int, int]
ModelOptions = tuple[tuple[str, OptionValue], ...]
"""Choices of a model's family as (name, value) pairs."""
ModelKey = tuple[str, str, ModelOptions]


SMALL = 50_000_000
"""Parameters up to which a model may stay beside another: 200 MB in float32."""
_KEPT = 2
"""Models that stay: the browser draws splice sites and expected bases of one view."""


@dataclass(slots=True)
class JobContext:
    """State of the running process that jobs share.

    Only one of each kind is kept, since a user looks at one genome at a time, and two
    models would have to share the device's memory; but small models stay.
    """

    _models: dict[ModelKey, LoadedModel] = field(default_factory=dict)
    _reference_key: FileKey | None = None
    _reference: Reference | None = None
    _genes_key: tuple[FileKey, FileKey] | None = None
    _genes: GeneModels | None = None

    def model(
        self, model_id: str, device: str = "auto", options: ModelOptions = ()
    ) -> LoadedModel:
        """Return the model, loading it where another one was loaded before.

        Args:
            model_id: A catalogue id or a model folder.
            device: ``"auto"``, ``"cpu"`` or ``"cuda"``.
            options: Choices of the model's family.

        Raises:
            ModelError: If there is no such model or its weights cannot be used.
            OptionError: If an option is unknown or its value makes no sense.
        """
        from gfm_desktop.models import catalogue

        key = (model_id, device, options)
        if key not in self._models:
            # Forgotten first: two large models at once may not fit the device.
            self._keep_small(_KEPT - 1)
            made = catalogue.load(model_id, device=device, options=dict(options))
            if not _is_small(made):
                self._models.clear()
            self._models[key] = made
        # The one that was used last comes last.
        self._models[key] = self._models.pop(key)
        return self._models[key]

    def has_model(
        self, model_id: str, device: str = "auto", options: ModelOptions = ()
    ) -> bool:
        """Tell whether `model` would return at once."""
        return (model_id, device, options) in self._models

    def _keep_small(self, most: int) -> None:
        """Forget large models, and of the small ones those used longest ago."""
        small = {key: one for key, one in self._models.items() if _is_small(one)}
        self._models = dict(list(small.items())[-most:])

    def reference(self, path: str) -> Reference:
        """Return the open genome; a file that changed on disk is opened again.

        Raises:
            InputError: If the file is no genome.
        """
        from gfm_desktop.genome.reference import Reference

        key = _file_key(path)
        if self._reference is None or self._reference_key != key:
            # Suspended jobs may still read the one before: let it die with them.
            self._reference = Reference.open(Path(path))
            self._reference_key = key
        return self._reference

    def genes(self, path: str, genome: str) -> GeneModels | None:
        """Return the gene models, or None where `path` is empty.

        Args:
            path: Annotation file; empty for none.
            genome: Genome file that its contigs are matched with.

        Raises:
            InputError: If either file cannot be read.
        """
        from gfm_desktop.genome.annotation import GeneModels

        if not path:
            return None
        key = (_file_key(path), _file_key(genome))
        if self._genes is None or self._genes_key != key:
            self._genes = GeneModels.load(Path(path), reference=self.reference(genome))
            self._genes_key = key
        return self._genes


def _is_small(model: LoadedModel) -> bool:
    return 0 < model.card.parameters <= SMALL


def _file_key(path: str) -> FileKey:
    try:
        about = Path(path).stat()
    except OSError:
        # Whoever opens it says what is wrong with it.
        return (path, -1, -1)
    return (str(Path(path).resolve()), about.st_size, about.st_mtime_ns)
