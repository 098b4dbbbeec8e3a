"""Predict splice sites, or one's own labels, of sequences that belong to no genome."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from gfm_desktop.jobs.events import Finished, Progress
from gfm_desktop.jobs.export.formats import check_format, whole_file
from gfm_desktop.jobs.label_sequences import label_sequences
from gfm_desktop.jobs.sequence_file import read_sequences
from gfm_desktop.jobs.splice import padded, splice_model
from gfm_desktop.models.finetuned_model import FineTunedModel

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    from gfm_desktop.jobs.context import JobContext

FORMATS = (".npz", ".tsv", ".parquet")
"""The last one is for fine-tuned models alone."""
_SPLICE_FORMATS = FORMATS[:2]


@dataclass(frozen=True, slots=True)
class PredictSequences:
    """Predict acceptors and donors on the sense strand of each sequence, or its label.

    Files of fine-tuned models are described in `label_sequences`. Of splice models:
    ``.npz``: ``names`` (k,), and for sequence i of n letters ``acceptor_i`` and
    ``donor_i``, both (n,) float32. ``.tsv``: a line a position (1-based) with the
    columns ``sequence pos acceptor donor``. Beyond a sequence's ends the model sees N.

    Outputs: ``out``.

    Attributes:
        model: Model id or folder.
        sequences: FASTA, one sequence a line, or a JSON list; for fine-tuned models
            also a table with a column ``sequence``.
        out: File to write.
        device: ``"auto"``, ``"cpu"`` or ``"cuda"``.
    """

    model: str
    sequences: str
    out: str
    device: str = "auto"
    resumable: ClassVar[bool] = True

    @property
    def title(self) -> str:
        """Return what the job strip calls it."""
        return f"Predict {Path(self.sequences).name}"

    def run(self, context: JobContext) -> Generator[Progress, None, Finished]:
        """Run the model over every sequence.

        Raises:
            InputError: If the sequences cannot be read or the file not written.
            ModelError: If the model cannot be used.
            OptionError: If the format is unknown, or the model is neither a splice
                model nor a fine-tuned one.
        """
        ending = check_format(self.out, FORMATS)
        out, path = Path(self.out), Path(self.sequences)
        yield Progress(0, None, "sequences", "Loading the model")
        loaded = context.model(self.model, self.device)
        if isinstance(loaded, FineTunedModel):
            labelling = label_sequences(loaded, self.model, path, out, ending)
            return (yield from labelling)
        model = splice_model(loaded)
        check_format(self.out, _SPLICE_FORMATS)
        sequences = read_sequences(path)
        total = len(sequences)
        found: list[tuple[str, NDArray[Any]]] = []
        for i, (name, letters) in enumerate(sequences):
            found.append((name, model.predict([padded(letters, model.flank)])[0]))
            yield Progress(i + 1, total, "sequences", "Predicting")
        with whole_file(out) as temporary:
            if ending == ".npz":
                _write_arrays(temporary, found)
            else:
                _write_lines(temporary, found)
        return Finished(
            f"Wrote {total:,} sequences to {self.out}", outputs={"out": self.out}
        )


def _write_arrays(path: Path, found: list[tuple[str, NDArray[Any]]]) -> None:
    import numpy as np

    arrays: dict[str, Any] = {"names": np.array([name for name, _ in found])}
    for i, (_, values) in enumerate(found):
        arrays[f"acceptor_{i}"] = values[:, 1]
        arrays[f"donor_{i}"] = values[:, 2]
    np.savez(path, **arrays)


def _write_lines(path: Path, found: list[tuple[str, NDArray[Any]]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("sequence\tpos\tacceptor\tdonor\n")
        for name, values in found:
            file.writelines(
                f"{name}\t{position}\t{acceptor:.6g}\t{donor:.6g}\n"
                for position, (_, acceptor, donor) in enumerate(values, start=1)
            )
