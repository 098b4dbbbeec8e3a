"""What a model folder says of a splice network, and what importers hand over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gfm_desktop.errors import ModelError
from gfm_desktop.models import manifest
from gfm_desktop.models.splice_network import SpliceArchitecture

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from gfm_desktop.models.card import ModelCard
    from gfm_desktop.models.manifest import Manifest

PUBLISHED_GROUPS = ((11, 1), (11, 4), (21, 10), (41, 25))
"""(kernel width, dilation): the smaller networks are the first one, two or three."""
UNITS = 4
"""Residual units in each group of every published network."""
_MOST_REPLICATES = 100


@dataclass(frozen=True, slots=True)
class SpliceCheckpoint:
    """Published weights, read and ready to be written as a model folder.

    Attributes:
        id: What the model will be called.
        loader: Module of `gfm_desktop.models` that reads the folder.
        tensors: ``replicate_N.`` and a name of `splice_network.tensor_shapes` to
            float32 values.
        architecture: For the folder's description (`written`).
        facts: Fields of the card that differ from the loader's own.
        licence: Text for ``LICENSE.txt``.
    """

    id: str
    loader: str
    tensors: Mapping[str, NDArray[np.float32]]
    architecture: Mapping[str, Any]
    facts: Mapping[str, Any]
    licence: str


def together(
    networks: Sequence[Mapping[str, NDArray[np.float32]]], where: Path
) -> dict[str, NDArray[np.float32]]:
    """Return the tensors of several networks, numbered ``replicate_0.`` and so on.

    Raises:
        ModelError: If a value is no number: the model would give none, either.
    """
    import numpy as np

    found = {
        f"replicate_{number}.{name}": values
        for number, tensors in enumerate(networks)
        for name, values in tensors.items()
    }
    if odd := [name for name, values in found.items() if not np.isfinite(values).all()]:
        raise ModelError(
            f"The weights hold values that are no numbers, in “{odd[0]}”.",
            where=str(where),
            todo="The file is damaged: get it again from where it came.",
        )
    return found


def written(architecture: SpliceArchitecture, replicates: int) -> dict[str, Any]:
    """Return sizes as they stand in ``gfm_model.json``."""
    return {
        "replicates": replicates,
        "channels": architecture.channels,
        "groups": [list(group) for group in architecture.groups],
        "units": architecture.units,
    }


def unpublished(card: ModelCard, path: Path) -> dict[str, str]:
    """Return the facts of files whose SHA-256 is not that of the published ones.

    Args:
        card: The published model's.
        path: What the user chose.
    """
    return {
        "name": f"{card.name} ({path.name})",
        "source": f"{path.name}; files of this SHA-256 are not known to this app",
        "limits": (
            "This app does not know these files: what they were trained on, and under "
            "which licence they stand, only their source can tell. Of the published "
            f"model it says: {card.limits}"
        ),
    }


def replicates_of(described: Manifest, usual: int) -> int:
    """Return how many networks a folder holds; `usual` where it does not say.

    Raises:
        ModelError: If it says something that cannot be.
    """
    return _whole(described, "replicates", usual, _MOST_REPLICATES)


def architecture_of(
    described: Manifest,
    *,
    norm_epsilon: float,
    slope: float = 0.0,
    outputs: int = 3,
) -> SpliceArchitecture:
    """Return the sizes that a folder gives, those of SpliceAI-10k where it is silent.

    Args:
        described: The folder's description.
        norm_epsilon: As the family has it; the weights do not tell.
        slope: As the family has it.
        outputs: As the family has it.

    Raises:
        ModelError: If a size cannot be.
    """
    groups = described.architecture.get("groups", PUBLISHED_GROUPS)
    if not _are_groups(groups):
        raise _wrong(described, "groups", groups)
    return SpliceArchitecture(
        channels=_whole(described, "channels", 32, 4_096),
        groups=tuple((int(width), int(dilation)) for width, dilation in groups),
        units=_whole(described, "units", UNITS, 64),
        norm_epsilon=norm_epsilon,
        slope=slope,
        outputs=outputs,
    )


def groups_of(widths: Sequence[int], where: Path) -> tuple[tuple[int, int], ...]:
    """Return the groups of a network, whose file gives kernel widths and no dilations.

    Args:
        widths: Kernel width of every residual unit, in order.
        where: The file, for messages.

    Raises:
        ModelError: If these are not the widths of a published network.
    """
    for number in range(1, len(PUBLISHED_GROUPS) + 1):
        groups = PUBLISHED_GROUPS[:number]
        if list(widths) == [width for width, _ in groups for _ in range(UNITS)]:
            return groups
    raise ModelError(
        "The kernel widths of the residual units are those of no published network: "
        f"{', '.join(map(str, widths)) or 'there is no unit'}.",
        where=str(where),
        todo="The file does not give the dilations, so another network cannot be "
        "rebuilt from it. Use the published files.",
    )


def _are_groups(groups: object) -> bool:
    return (
        isinstance(groups, list | tuple)
        and 1 <= len(groups) <= 16
        and all(
            isinstance(group, list | tuple)
            and len(group) == 2
            and all(isinstance(n, int) and 1 <= n <= 10_000 for n in group)
            and group[0] % 2 == 1
            for group in groups
        )
    )


def _whole(described: Manifest, name: str, usual: int, largest: int) -> int:
    value = described.architecture.get(name, usual)
    if isinstance(value, int) and 1 <= value <= largest:
        return value
    raise _wrong(described, name, value)


def _wrong(described: Manifest, name: str, value: object) -> ModelError:
    return ModelError(
        f"The architecture cannot have {name} of {value!r}.",
        where=str(described.folder / manifest.FILE_NAME),
        todo="Get the model folder again from where it came, or add the published "
        "files anew.",
    )
