"""Write down what a model makes of sequences, for comparison with other programs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from gfm_desktop.errors import InputError
from gfm_desktop.jobs.events import Finished, Progress
from gfm_desktop.jobs.export.formats import ARRAY_FORMATS, check_format, whole_file
from gfm_desktop.jobs.sequence_file import read_sequences
from gfm_desktop.jobs.splice import padded, splice_model

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    from gfm_desktop.jobs.context import JobContext
    from gfm_desktop.models.protocols import LoadedModel


@dataclass(frozen=True, slots=True)
class InspectModel:
    """Write the raw numbers of a model for each sequence of a file.

    For a language model the ``.npz`` holds, for sequence i: ``ids_i`` (tokens,) int64,
    special tokens included; ``logits_i`` (rows, vocabulary) float32, where the model
    has a head; and ``hidden_i`` (rows, width) float32, the last hidden state. Rows are
    tokens, except for models that crop their input.

    For a splice model the ``.npz`` holds, for sequence i of n letters: ``ids_i``
    (n,) int64, the letters as the model reads them (0 A, 1 C, 2 G, 3 T, 4 anything
    else), and ``probs_i`` (n, 3) float32, the probabilities that a position is
    neither, an acceptor, a donor; for Pangolin (n, 4), the probability of a splice site
    in each of its tissues. Sequences are taken as the sense strand, with N on
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

        check_format(self.out, ARRAY_FORMATS)
        sequences = read_sequences(Path(self.sequences), empty=True)
        total = len(sequences)
        yield Progress(0, total, "sequences", "Loading the model")
        model = context.model(self.model, self.device, self.options)
        arrays: dict[str, Any] = {}
        for i, (_, letters) in enumerate(sequences):
            found = self._numbers(model, letters)
            if not len(found["ids"]):
                raise InputError(
                    f"Sequence {i} is empty, and {model.card.name} makes no token of "
                    "nothing.",
                    where=self.sequences,
                    todo="Take it out of the file.",
                )
            for name, values in found.items():
                arrays[f"{name}_{i}"] = values
            yield Progress(i + 1, total, "sequences", "Running the model")
        with whole_file(Path(self.out)) as temporary:
            np.savez(temporary, **arrays)
        return Finished(
            f"Wrote {total:,} sequences to {self.out}", outputs={"out": self.out}
        )

    def _numbers(self, model: LoadedModel, letters: str) -> dict[str, NDArray[Any]]:
        """Return the arrays of one sequence, named without its number."""
        import numpy as np

        from gfm_desktop.models.language_model import LanguageModel
        from gfm_desktop.models.pangolin import PangolinModel
        from gfm_desktop.models.sequence import base_codes

        if isinstance(model, LanguageModel):
            ids = model.tokens(letters).ids
            found: dict[str, NDArray[Any]] = {"ids": ids}
            if not len(ids):
                return found
            if model.objective != "embedding":
                found["logits"] = model.logits(ids[None])[0]
            found["hidden"] = model.hidden(ids[None])[0]
            return found
        if isinstance(model, PangolinModel):
            run, flank = model.tissue_probabilities, model.flank
        else:
            splice = splice_model(model)
            run, flank = splice.predict, splice.flank
        if not letters:
            return {"ids": np.empty(0, np.int64)}
        window = padded(letters, flank)
        return {
            "ids": base_codes(letters).astype(np.int64),
            "probs": run([window], batch_size=self.batch_size)[0],
        }
