"""Predict splice sites in sequences that belong to no genome."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from gfm_desktop.jobs.events import Finished, Progress
from gfm_desktop.jobs.export.formats import check_format, whole_file
from gfm_desktop.jobs.sequence_file import read_sequences
from gfm_desktop.jobs.splice import padded, splice_model

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

    from gfm_desktop.jobs.context import JobContext

FORMATS = (".npz", ".tsv")


@dataclass(frozen=True, slots=True)
class PredictSequences:
    """Predict acceptors and donors on the sense strand of each sequence.

    ``.npz``: ``names`` (k,), and for sequence i of n letters ``acceptor_i`` and
    ``donor_i``, both (n,) float32. ``.tsv``: a line a position (1-based) with the
    columns ``sequence pos acceptor donor``. Beyond a sequence's ends the model sees N.

    Outputs: ``out``.

    Attributes:
        model: Model id or folder.
        sequences: FASTA, one sequence a line, or a JSON list.
        out: File to write, ``.npz`` or ``.tsv``.
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
            OptionError: If the format is unknown or it is no splice model.
        """
        ending = check_format(self.out, FORMATS)
        sequences = read_sequences(Path(self.sequences))
        total = len(sequences)
        yield Progress(0, total, "sequences", "Loading the model")
        model = splice_model(context.model(self.model, self.device))
        found: list[tuple[str, NDArray[Any]]] = []
        for i, (name, letters) in enumerate(sequences):
            found.append((name, model.predict([padded(letters, model.flank)])[0]))
            yield Progress(i + 1, total, "sequences", "Predicting")
        out = Path(self.out)
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
