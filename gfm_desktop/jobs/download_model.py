"""Download a model into the user's library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from gfm_desktop.jobs.events import Finished, Progress

if TYPE_CHECKING:
    from collections.abc import Generator

    from gfm_desktop.jobs.context import JobContext


@dataclass(frozen=True, slots=True)
class DownloadModel:
    """Download a model, compare it with the hub's checksums and install it.

    Cancelled or cut off, it keeps what has arrived: the next try continues there.

    Outputs: ``model``, its id.

    Attributes:
        id: Id of a published model, or a repository ``"owner/name[@revision]"``.
        revision: Branch, tag or commit; empty for what the card names.
        accept_licence: Whether the user has read the terms and accepts them.
        allow_network: Whether the network may be used although the settings do not
            say so.
    """

    id: str
    revision: str = ""
    accept_licence: bool = False
    allow_network: bool = False
    resumable: ClassVar[bool] = True

    @property
    def title(self) -> str:
        """Return what the job strip calls it."""
        return f"Download {self.id}"

    def run(self, context: JobContext) -> Generator[Progress, None, Finished]:
        """Download what is missing.

        Raises:
            LicenceError: If the model has terms that were not accepted.
            ModelError: If it cannot be had, or is not what the hub says.
        """
        from gfm_desktop.models import catalogue, download, fetching, licence

        del context
        yield Progress(0, None, "bytes", "Asking the model hub")
        if (here := catalogue.installed(download.id_of(self.id))) is not None:
            if self.accept_licence and licence.needed(here):
                licence.accept(here, weights=here.revision)
            return Finished(
                f"{here.id} is installed already: nothing to download.",
                outputs={"model": here.id},
            )
        planned = download.plan(
            self.id, self.revision, allow_network=self.allow_network
        )
        if self.accept_licence and licence.needed(planned.card):
            licence.accept(planned.card, weights=planned.repository.commit)
        licence.require(planned.card)
        total = planned.total
        yield Progress(planned.done, total, "bytes", "Downloading")
        at, files, folder = planned.repository, planned.files, planned.folder
        for done, message in fetching.fetch(at, files, folder):
            yield Progress(done, total, "bytes", message)
        yield Progress(total, total, "bytes", "Checking the model")
        card = download.install(planned)
        return Finished(
            f"Downloaded {card.name} as {card.id} "
            f"(commit {planned.repository.commit[:12]})",
            outputs={"model": card.id},
        )
