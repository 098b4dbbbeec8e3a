"""Put a model into the user's library, away from the window: torch may be needed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from gfm_desktop.jobs.events import Finished, Progress

if TYPE_CHECKING:
    from collections.abc import Generator

    from gfm_desktop.jobs.context import JobContext


@dataclass(frozen=True, slots=True)
class AddModel:
    """Copy a model folder or published weights into the library, after a check.

    Outputs: ``model``, its id.

    Attributes:
        path: Folder or file.
        id: What to call it; empty leaves it to the files.
    """

    path: str
    id: str = ""
    resumable: ClassVar[bool] = True

    @property
    def title(self) -> str:
        """Return what the job strip calls it."""
        return f"Add {Path(self.path).name}"

    def run(self, context: JobContext) -> Generator[Progress, None, Finished]:
        """Check, copy and convert; a refusal leaves nothing behind.

        Raises:
            ModelError: If it cannot be used, or does not fit the disk.
        """
        from gfm_desktop.models import library, licence

        del context
        yield Progress(0, None, "models", "Checking and copying the model")
        card = library.add(Path(self.path), model_id=self.id)
        warnings: tuple[str, ...] = ()
        if not licence.accepted(card):
            warnings = (
                f"Before {card.name} can be used, its terms must be accepted. "
                f"{licence.short_terms(card)}",
            )
        return Finished(
            f"Added {card.name} as {card.id}",
            outputs={"model": card.id},
            warnings=warnings,
        )
