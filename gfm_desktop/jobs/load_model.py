"""Load a model before it is needed, so that the first prediction is quick."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from gfm_desktop.jobs.events import Finished, Progress

if TYPE_CHECKING:
    from collections.abc import Generator

    from gfm_desktop.jobs.context import JobContext


@dataclass(frozen=True, slots=True)
class LoadModel:
    """Load a model in the process that runs jobs; it stays until another is needed.

    Attributes:
        model: Model id or folder.
        device: ``"auto"``, ``"cpu"`` or ``"cuda"``.
    """

    model: str
    device: str = "auto"
    resumable: ClassVar[bool] = True

    @property
    def title(self) -> str:
        """Return what the job strip calls it."""
        return f"Load {self.model}"

    def run(self, context: JobContext) -> Generator[Progress, None, Finished]:
        """Load it where it is not loaded.

        Raises:
            ModelError: If there is no such model or its weights cannot be used.
        """
        yield Progress(0, None, "models", "Loading the model")
        model = context.model(self.model, self.device)
        return Finished(f"{model.card.name} is ready on {model.device}")
