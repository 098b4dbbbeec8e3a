"""What a job gets from the process that runs it: the loaded models."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gfm_desktop.models.protocols import LoadedModel


@dataclass(slots=True)
class JobContext:
    """State of the running process that jobs share, chiefly the loaded model.

    Only one model stays loaded: a second one would have to share the device's memory.
    """

    _key: tuple[str, str] | None = None
    _model: LoadedModel | None = None
    _notes: dict[str, Any] = field(default_factory=dict)

    def model(self, model_id: str, device: str = "auto") -> LoadedModel:
        """Return the model, loading it where another one was loaded before.

        Args:
            model_id: A catalogue id or a model folder.
            device: ``"auto"``, ``"cpu"`` or ``"cuda"``.

        Raises:
            ModelError: If there is no such model or its weights cannot be used.
        """
        from gfm_desktop.models import catalogue

        key = (model_id, device)
        if self._model is None or self._key != key:
            self._model = None
            self._model = catalogue.load(model_id, device=device)
            self._key = key
        return self._model
