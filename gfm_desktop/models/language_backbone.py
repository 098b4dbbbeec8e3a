"""The inside of a language model of any family (`backbone.Backbone`)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from gfm_desktop.errors import ModelError
from gfm_desktop.models.backbone import Piece
from gfm_desktop.models.batches import CPU_TOKENS
from gfm_desktop.models.blocks import blocks_of, watched
from gfm_desktop.models.tokens import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import torch

    from gfm_desktop.models.backbone import Read
    from gfm_desktop.models.language_model import LanguageModel
    from gfm_desktop.models.tokens import Tokens

_PROBE = "ACGTTGCA" * 8
"""Any sequence: one pass tells the width of the states."""
_LONGEST = 1 << 17
"""Letters that a model without a limit of its own reads at once."""


@dataclass(frozen=True, slots=True)
class LanguageBackbone:
    """A language model's network, with its tokenizer in front.

    Longer sequences than the model reads are cut into pieces of nearly equal length
    (whole k-mers, for k-mers side by side); no state sees beyond its piece.
    """

    name: str
    device: str
    sha256: str
    module: torch.nn.Module
    layers: int
    width: int
    precision: str
    model: LanguageModel
    place: str = ""
    _blocks: tuple[torch.nn.Module, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, model: LanguageModel) -> LanguageBackbone:
        """Return the inside of a loaded model.

        Raises:
            ModelError: If its network is not the app's own.
        """
        import torch

        network: Any = model.network
        if not isinstance(network, torch.nn.Module):
            raise ModelError(
                f"{model.card.name} cannot be fine-tuned: it runs in its authors' "
                "package, whose inside this app does not know.",
                where="model",
                todo="Choose a model that the app runs itself.",
            )
        place, blocks = blocks_of(network)
        made = cls(
            model.card.name,
            model.device,
            model.weights_sha256,
            network,
            max(1, len(blocks)),
            0,
            model.precision,
            model,
            place,
            tuple(blocks),
        )
        return replace(made, width=made._measured_width())

    @property
    def blocks(self) -> Mapping[str, Sequence[torch.nn.Module]]:
        """Return the blocks by the name of their list; nothing where there are none."""
        return {self.place: self._blocks} if self._blocks else {}

    def over(self, module: torch.nn.Module) -> LanguageBackbone:
        """Return the same with another network of the same structure."""
        network: Any = module
        model = replace(self.model, network=network)
        _, blocks = blocks_of(module)
        if self.place:
            blocks = list(module.get_submodule(self.place).children())
        return replace(self, module=module, model=model, _blocks=tuple(blocks))

    def together(self, length: int, batch_size: int) -> int:
        """Return the batch size, less for long pieces on a CPU."""
        if self.device.startswith("cpu"):
            return max(1, min(batch_size, CPU_TOKENS // max(1, length)))
        return batch_size

    def pieces(self, sequence: str) -> list[Piece]:
        """Cut a sequence into pieces that the model can read.

        Raises:
            ModelError: If it has no whole token.
        """
        letters = clean(sequence)
        middle = len(letters) // 2
        found = []
        for start, tokens in self._tiles(letters):
            found.append(
                Piece(
                    tokens.ids,
                    tokens.letters,
                    tokens.letters
                    & (tokens.starts <= middle - start)
                    & (middle - start < tokens.ends),
                )
            )
        if not any(piece.counted.any() for piece in found):
            raise ModelError(
                f"{len(letters):,} letters are too few for {self.name}: not one whole "
                "token.",
                where="sequence",
                todo="Leave such sequences out, or choose a model of single bases.",
            )
        return found

    def _tiles(self, letters: str) -> list[tuple[int, Tokens]]:
        """Return starts and tokens of as few pieces as the model needs."""
        tokenizer = self.model.tokenizer
        longest = self.model.longest
        least = 1
        if not longest:
            least = max(1, -(-len(letters) // _LONGEST))
        for count in range(least, len(letters) + 2):
            step = -(-max(1, len(letters)) // count)
            if tokenizer.kind == "kmer":
                step = -(-step // tokenizer.k) * tokenizer.k
            cut = [
                (
                    start,
                    tokenizer.tokens(letters[start : start + step], hold_frame=True),
                )
                for start in range(0, max(1, len(letters)), step)
            ]
            if not longest or all(len(tokens) <= longest for _, tokens in cut):
                return cut
        raise ModelError(
            f"{self.name} cannot read this sequence of {len(letters):,} letters in any "
            "number of pieces.",
            where="sequence",
        )

    def run(
        self, inputs: torch.Tensor, layers: Sequence[int], read: Read
    ) -> list[torch.Tensor]:
        """Return what `read` makes of some layers' states."""
        found: dict[int, torch.Tensor] = {}

        def told(number: int, states: torch.Tensor) -> None:
            found[number] = read(states, number)

        inner = {n: self._blocks[n - 1] for n in layers if n < self.layers}
        with watched(inner, self.module, told):
            states = self.model.network.hidden(inputs)
        if self.layers in layers:
            told(self.layers, states)
        return [found[number] for number in layers]

    def _measured_width(self) -> int:
        import torch

        (piece, *_) = self.pieces(_PROBE * self._repeats())
        with torch.inference_mode():
            ids = torch.from_numpy(piece.inputs)[None].to(self.device)
            return int(self.model.network.hidden(ids).shape[-1])

    def _repeats(self) -> int:
        """Return how often the probe is repeated to fill a network's field."""
        return max(1, -(-self.model.window // len(_PROBE)))
