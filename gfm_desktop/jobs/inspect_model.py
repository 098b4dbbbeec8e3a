"""Write down what a model makes of sequences, for comparison with other programs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from gfm_desktop.errors import OptionError
from gfm_desktop.jobs.events import Finished, Progress
from gfm_desktop.jobs.export.formats import ARRAY_FORMATS, check_format, whole_file
from gfm_desktop.jobs.sequence_file import read_sequences
from gfm_desktop.jobs.splice import padded, splice_model

if TYPE_CHECKING:
    from collections.abc import Generator

    from gfm_desktop.jobs.context import JobContext


@dataclass(frozen=True, slots=True)
class InspectModel:
    """Write the raw numbers of a model for each sequence of a file.

    For a splice model the ``.npz`` holds, for sequence i of n letters: ``ids_i``
    (n,) int64, the letters as the model reads them (0 A, 1 C, 2 G, 3 T, 4 anything
    else), and ``probs_i`` (n, 3) float32, the probabilities that a position is
    neither, an acceptor, a donor. Sequences are taken as the sense strand, with N on
    both sides as far as the model sees.

    Outputs: ``out``.

    Attributes:
        model: Model id or folder.
        sequences: FASTA, one sequence a line, or a JSON list.
        out: ``.npz`` file to write.
        options: Choices of the model's family as (name, value) pairs.
        device: ``"auto"``, ``"cpu"`` or ``"cuda"``.
        batch_size: Sequences of one length that are run together.
    """

    model: str
    sequences: str
    out: str
    options: tuple[tuple[str, str], ...] = ()
    device: str = "auto"
    batch_size: int = 8
    resumable: ClassVar[bool] = True

    @property
    def title(self) -> str:
        """Return what the job strip calls it."""
        return f"Inspect {Path(self.sequences).name}"

    def run(self, context: JobContext) -> Generator[Progress, None, Finished]:
        """Run the model over every sequence.

        Raises:
            InputError: If the sequences cannot be read or the file not written.
            ModelError: If the model cannot be used.
            OptionError: If the model's family has no such option.
        """
        import numpy as np

        from gfm_desktop.models.sequence import base_codes

        check_format(self.out, ARRAY_FORMATS)
        sequences = read_sequences(Path(self.sequences))
        total = len(sequences)
        yield Progress(0, total, "sequences", "Loading the model")
        model = splice_model(context.model(self.model, self.device))
        if self.options:
            names = ", ".join(name for name, _ in self.options)
            raise OptionError(
                f"{model.card.name} has no options (given: {names}).", where="--option"
            )
        arrays: dict[str, Any] = {}
        for i, (_, letters) in enumerate(sequences):
            arrays[f"ids_{i}"] = base_codes(letters).astype(np.int64)
            arrays[f"probs_{i}"] = model.predict(
                [padded(letters, model.flank)], batch_size=self.batch_size
            )[0]
            yield Progress(i + 1, total, "sequences", "Running the model")
        with whole_file(Path(self.out)) as temporary:
            np.savez(temporary, **arrays)
        return Finished(
            f"Wrote {total:,} sequences to {self.out}", outputs={"out": self.out}
        )
