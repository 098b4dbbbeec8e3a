"""Several replicates of a splice network as one model."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Self

import numpy as np

from gfm_desktop.models.embedding import autocast
from gfm_desktop.models.exact import exact
from gfm_desktop.models.sequence import one_hot
from gfm_desktop.models.splice_kept import Kept
from gfm_desktop.models.splice_network import (
    SPLICEAI_10K,
    SpliceArchitecture,
    folded,
    replicate_class,
    tensor_shapes,
)
from gfm_desktop.models.splice_reckoning import Reckoning
from gfm_desktop.models.weights import read_tensors, sha256_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import torch
    from numpy.typing import NDArray

    from gfm_desktop.models.card import ModelCard
    from gfm_desktop.models.splice_question import Question

_MEMORY_BYTES = 64 << 20


class WindowNetworks:
    """Several networks that see windows of sequence; remembers what it was asked.

    Attributes:
        card: Facts.
        device: Where it runs.
        weights_sha256: SHA-256 of the weights' file.
        flank: Bases needed on each side of the outputs.
        precision: ``"fp32"``, or one of the card's `safe_precisions`: on a CPU for the
            differences of alleles, on a graphics card for whole windows.
    """

    precision: str = "fp32"

    def __init__(
        self,
        card: ModelCard,
        replicates: Sequence[torch.nn.Module],
        *,
        flank: int,
        device: str,
        weights_sha256: str,
    ) -> None:
        """Keep loaded networks; use `load_networks` to get them."""
        self.card = card
        self.device = device
        self.weights_sha256 = weights_sha256
        self.flank = flank
        self._replicates = tuple(replicates)
        self._memory: Kept[NDArray[np.float32]] = Kept(_MEMORY_BYTES)
        self._reckoning: Reckoning | None = None

    @property
    def replicates(self) -> tuple[torch.nn.Module, ...]:
        """Return the networks."""
        return self._replicates

    def with_replicates(self, replicates: Sequence[torch.nn.Module]) -> Self:
        """Return the same model with other networks, which remembers nothing."""
        made = copy.copy(self)
        made._replicates = tuple(replicates)
        made._memory = Kept(_MEMORY_BYTES)
        made._reckoning = None
        return made

    def with_precision(self, precision: str) -> Self:
        """Return the same model in another number format, which remembers nothing."""
        made = self.with_replicates(self._replicates)
        made.precision = precision
        return made

    @property
    def incremental(self) -> bool:
        """Tell whether `answers` is faster than `asked`, as it is on a CPU.

        On a graphics card its many small operations would wait for one another.
        """
        return self.device == "cpu"

    def answers(
        self, questions: Sequence[Question]
    ) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
        """Return REF and ALT predictions of variants, reckoning what each can change.

        The numbers are those of `asked` for whole windows, up to rounding.

        Args:
            questions: What is asked (`splice_incremental`).

        Returns:
            For each question two arrays of shape (n, ...), n as long as its spans.
        """
        if self._reckoning is None:
            self._reckoning = Reckoning(
                self._replicates, device=self.device, precision=self.precision
            )
        with exact(self.device):
            return [
                (self._array(refs), self._array(alts))
                for refs, alts in self._reckoning.answers(questions)
            ]

    def _array(self, found: Sequence[torch.Tensor]) -> NDArray[np.float64]:
        """Return each network's (outputs, n) as `_joined` has them."""
        joined = self._joined([one.unsqueeze(0) for one in found])
        values: NDArray[np.float64] = joined[0].cpu().numpy()
        return values

    def asked(
        self, sequences: Sequence[str], *, batch_size: int
    ) -> list[NDArray[np.float32]]:
        """Return what the networks make of sense-strand sequences.

        A sequence asked for twice, now or lately, is computed once: that is how
        variants that lie together share their reference.

        On the CPU every sequence runs by itself, which is also the fastest there, so
        its numbers do not depend, in any bit, on what else was asked for.

        Args:
            sequences: Each of ``flank + n + flank`` letters, n at least 1; case is
                ignored and letters other than A, C, G, T are read as N.
            batch_size: Most sequences of one length to run at once on a GPU.

        Returns:
            For each sequence an array of shape (n, ...), read-only.

        Raises:
            ValueError: If a sequence is too short or `batch_size` is not positive.
        """
        if batch_size < 1:
            raise ValueError(f"batch_size must be positive, not {batch_size}")
        # Held here besides the memory, which may forget one before the last is done.
        found: dict[str, NDArray[np.float32]] = {}
        waiting: dict[int, list[str]] = {}
        for sequence in dict.fromkeys(sequences):
            if len(sequence) <= 2 * self.flank:
                raise ValueError(
                    f"{len(sequence)} letters are too few: the model needs "
                    f"{self.flank} on each side of what it predicts"
                )
            known = self._memory.get(sequence)
            if known is None:
                waiting.setdefault(len(sequence), []).append(sequence)
            else:
                found[sequence] = known
        size = 1 if self.device == "cpu" else batch_size
        for same_length in waiting.values():
            for first in range(0, len(same_length), size):
                batch = same_length[first : first + size]
                for sequence, result in zip(batch, self._run(batch), strict=True):
                    result.setflags(write=False)
                    self._memory.put(sequence, result)
                    self._memory.trim()
                    found[sequence] = result
        return [found[sequence] for sequence in sequences]

    def _run(self, sequences: Sequence[str]) -> list[NDArray[np.float32]]:
        """Run sequences of one length; results have shape (n, ...)."""
        import torch

        # On a CPU only what alleles differ by is reckoned in a fast format.
        chosen = self.precision if self.device != "cpu" else "fp32"
        with exact(self.device), autocast(self.device, chosen):
            bases = torch.from_numpy(np.stack([one_hot(s) for s in sequences]))
            # (batch, length, 4) seen as (batch, 4, 1, length) is channels-last already.
            window = bases.to(self.device).permute(0, 2, 1).unsqueeze(2)
            outputs = [module(window) for module in self._replicates]
            joined = self._joined(outputs).float().contiguous().cpu().numpy()
        return [np.array(result) for result in joined]

    def _joined(self, outputs: list[torch.Tensor]) -> torch.Tensor:
        """Return (batch, n, ...) for each network's (batch, outputs, n)."""
        raise NotImplementedError


class SpliceEnsemble(WindowNetworks):
    """The mean of several replicates (`protocols.SpliceModel`)."""

    def predict(
        self, sequences: Sequence[str], *, batch_size: int = 8
    ) -> list[NDArray[np.float32]]:
        """Return the mean of all replicates for sense-strand sequences.

        Args:
            sequences: As for `asked`.
            batch_size: As for `asked`.

        Returns:
            For each sequence an array of shape (n, 3), read-only: probabilities that
            the position is neither, an acceptor, a donor.

        Raises:
            ValueError: If a sequence is too short or `batch_size` is not positive.
        """
        return self.asked(sequences, batch_size=batch_size)

    def _joined(self, outputs: list[torch.Tensor]) -> torch.Tensor:
        import torch

        return torch.stack(outputs).mean(dim=0).transpose(1, 2)


def ensemble_shapes(
    replicates: int, architecture: SpliceArchitecture = SPLICEAI_10K
) -> dict[str, tuple[int, ...]]:
    """Return name and shape of every tensor of an ensemble's file."""
    return {
        f"replicate_{number}.{name}": shape
        for number in range(replicates)
        for name, shape in tensor_shapes(architecture).items()
    }


def load_ensemble(
    card: ModelCard,
    weights: Path,
    *,
    replicates: int,
    device: str,
    sha256: str | None = None,
    architecture: SpliceArchitecture = SPLICEAI_10K,
) -> SpliceEnsemble:
    """Read the replicates of one safetensors file.

    Args:
        card: Facts of the model.
        weights: File with the tensors of `tensor_shapes` under ``replicate_0.``, ...
        replicates: How many the file must hold, exactly.
        device: A resolved device.
        sha256: What the file must hash to, where that is known.
        architecture: Sizes of a replicate.

    Raises:
        ModelError: If the file is missing, damaged or does not fit.
    """
    networks = load_networks(
        weights,
        replicate_class(),
        replicates=replicates,
        device=device,
        sha256=sha256,
        architecture=architecture,
    )
    return SpliceEnsemble(
        card,
        networks,
        flank=architecture.flank,
        device=device,
        weights_sha256=sha256 or sha256_of(weights),
    )


def load_networks(
    weights: Path,
    kind: type[torch.nn.Module],
    *,
    replicates: int,
    device: str,
    sha256: str | None,
    architecture: SpliceArchitecture,
) -> list[torch.nn.Module]:
    """Read networks of one kind from a safetensors file, as `load_ensemble` does.

    Args:
        weights: As for `load_ensemble`.
        kind: `replicate_class`, or a child of it.
        replicates: How many the file must hold, exactly.
        device: A resolved device.
        sha256: What the file must hash to, where that is known.
        architecture: Sizes of a network.

    Raises:
        ModelError: If the file is missing, damaged or does not fit.
    """
    import torch

    one = tensor_shapes(architecture)
    shapes = ensemble_shapes(replicates, architecture)
    tensors = read_tensors(weights, shapes=shapes, sha256=sha256)
    modules = []
    for number in range(replicates):
        mine = {name: tensors[f"replicate_{number}.{name}"] for name in one}
        module = kind(architecture)
        module.load_state_dict(folded(mine, architecture), strict=True)
        # The stub of `to` forgets this keyword, which PyTorch documents.
        module.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        modules.append(module.eval().requires_grad_(False))
    return modules
