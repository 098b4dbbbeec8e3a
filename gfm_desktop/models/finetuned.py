"""Models that were fine-tuned with this app: their folders hold what changed, no more.

A folder has `gfm_model.json` (`finetuned_parts`) and one file of weights. The base
model is looked up in the library, by its id and then by the hash of its weights, and
every other weight comes from there; a base of other weights is refused. No code of a
folder is run: its description is text, its weights are tensors.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gfm_desktop.errors import ModelError
from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.models import catalogue, manifest
from gfm_desktop.models.backbones import backbone_of
from gfm_desktop.models.card import ModelCard
from gfm_desktop.models.finetuned_model import FineTunedModel, features_of
from gfm_desktop.models.finetuned_network import merge, misfits
from gfm_desktop.models.finetuned_parts import DESCRIPTION, Parts, digest, parse
from gfm_desktop.models.layout import listed
from gfm_desktop.models.licence import LicenceError
from gfm_desktop.models.readout import TENSORS, Head, head_shapes
from gfm_desktop.models.weights import sha256_of, tensor_shapes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gfm_desktop.models.protocols import LoadedModel

WEIGHTS = "model.safetensors"
SCORER = "finetuned-effect"
TRACK = "finetuned-prediction"
_KINDS = tuple(kind for kind in VariantKind if kind != VariantKind.SYMBOLIC)

CARDS: tuple[ModelCard, ...] = ()
"""None is published: every fine-tuned model is somebody's own."""

TEMPLATE = ModelCard(
    id="finetuned",
    name="Fine-tuned model",
    family="Fine-tuned",
    summary="Learnt from labelled sequences.",
    species=(),
    context_bp=0,
    parameters=0,
    licence="",
    licence_url="",
    attribution="",
    commercial_use=False,
    citation="",
    source="fine-tuned with GFM Desktop",
    scores=_KINDS,
    scorers=(SCORER,),
    tracks=(TRACK,),
    limits="For research. Its report says how it was tested.",
)
"""What the card of a folder begins with."""


def load(folder: Path, device: str) -> FineTunedModel:
    """Load a fine-tuned model, and its base.

    Args:
        folder: Model folder.
        device: A resolved device.

    Raises:
        ModelError: If the folder cannot be used, or its base is missing or another.
    """
    from safetensors.torch import load_file

    described = manifest.read(folder)
    parts = _checked(described)
    path, sha256 = described.only_weights
    tensors = load_file(path, device="cpu")
    backbone = backbone_of(base_of(parts, device, str(folder)))
    wanted = features_of(backbone.width, parts.input)
    problems = misfits(backbone.module, tensors, kind=parts.kind)
    if parts.features != wanted or parts.layer > backbone.layers:
        problems.append(
            f"the head reads layer {parts.layer} and {parts.features} features, the "
            f"base has {backbone.layers} layers and gives {wanted}"
        )
    if problems:
        raise ModelError(
            f"The model does not fit its base: {listed(problems)}.",
            where=str(path),
            todo="Get the model folder again from where it came.",
        )
    merge(backbone.module, tensors, kind=parts.kind, scale=parts.scale)
    head = Head.of({name: tensors[name].float().numpy() for name in TENSORS})
    card = catalogue.card_at(described)
    return FineTunedModel(card, device, sha256, parts, backbone, head)


def check(folder: Path) -> None:
    """Check that description and weights fit each other, without torch.

    Whether the base is there is asked when the model is loaded: a folder may arrive
    before its base does.

    Raises:
        ModelError: If they cannot be used.
    """
    _checked(manifest.read(folder))


def base_of(parts: Parts, device: str, where: str) -> LoadedModel:
    """Load the model underneath.

    Args:
        parts: Names it.
        device: A resolved device.
        where: The folder of the fine-tuned model, for messages.

    Raises:
        ModelError: If it is not there, or has other weights.
    """
    try:
        place = _place_of(parts)
        _refuse_stack(place)
        base = catalogue.load(place, device=device, options=parts.base_options)
    except LicenceError:
        # The base's terms are asked for like those of any model.
        raise
    except ModelError as error:
        raise ModelError(
            f"The base of this fine-tuned model, {parts.base_name} (“{parts.base}”), "
            f"cannot be loaded: {error.what}",
            where=where,
            todo=error.todo or _advice(parts),
        ) from error
    if base.weights_sha256 != parts.base_sha256:
        raise ModelError(
            f"The model “{parts.base}” on this computer is not the one that was "
            "fine-tuned: the SHA-256 of its weights is "
            f"{base.weights_sha256[:12]}… instead of {parts.base_sha256[:12]}….",
            where=where,
            todo=_advice(parts),
        )
    return base


def write_folder(
    folder: Path,
    *,
    id: str,
    name: str,
    base: str,
    base_sha256: str,
    task: str,
    names: tuple[str, ...],
    input: str,
    length: int,
    calibration: Mapping[str, Any],
    architecture: Mapping[str, Any],
    facts: Mapping[str, Any],
    options: Mapping[str, Any] | None = None,
) -> None:
    """Write the description of a folder whose weights a fitted method exported.

    Args:
        folder: Holds `WEIGHTS`; the file's header is completed.
        id: What the command line calls the model (`importing.safe_id`).
        name: What people call it.
        base: Id or folder of the base.
        base_sha256: Hash of the base's weights.
        task: What was learnt.
        names: As `LabelledSet.names`.
        input: ``"sequence"`` or ``"variant"``.
        length: Median letters of the sequences learnt from.
        calibration: As `models.calibration` has it.
        architecture: What `export` of the fitted method returned.
        facts: Fields of the card, such as the summary; licence, citation and species
            are those of the base unless given.
        options: Choices with which the base was loaded, such as its vocabulary.

    Raises:
        ModelError: If it makes no sense; all that is wrong is told at once.
        OSError: If it cannot be written.
    """
    card = catalogue.card_of(base)
    listed_ids = {entry.id for entry in catalogue.entries()}
    parts, problems = parse(
        {
            **architecture,
            "task": task,
            "names": list(names),
            "input": input,
            "length": length,
            "base": base if base in listed_ids else _whole_path(base),
            "base_name": card.name,
            "base_sha256": base_sha256,
            "base_options": dict(options or {}),
            "calibration": dict(calibration),
        }
    )
    if parts is None:
        raise ModelError(
            f"The fine-tuned model cannot be described: {'; '.join(problems)}.",
            where=str(folder),
        )
    entry = json.loads(json.dumps(parts.written()))
    _sign(folder / WEIGHTS, digest(entry))
    manifest.write(
        manifest.Manifest(
            folder,
            id,
            "finetuned",
            {WEIGHTS: sha256_of(folder / WEIGHTS)},
            entry,
            {**_inherited(card, parts), "name": name, **facts},
        )
    )


def _whole_path(folder: str) -> str:
    """Return a path that means the same from every current directory."""
    return str(Path(folder).expanduser().resolve())


def _inherited(card: ModelCard, parts: Parts) -> dict[str, Any]:
    """Return what a fine-tuned model's card has of its base's."""
    return {
        "species": list(card.species),
        "context_bp": parts.length,
        "parameters": card.parameters,
        "licence": card.licence,
        "licence_url": card.licence_url,
        "attribution": card.attribution,
        "commercial_use": card.commercial_use,
        "citation": card.citation,
        "source": f"fine-tuned with GFM Desktop from {card.name}",
        # A track reads the genome, and a model of variants needs variants.
        "tracks": [TRACK] if parts.input == "sequence" else [],
    }


def _sign(path: Path, sha256: str) -> None:
    """Write the hash of the description into the header of the weights."""
    from safetensors.numpy import load_file, save_file

    save_file(load_file(path), path, metadata={DESCRIPTION: sha256})


def _checked(described: manifest.Manifest) -> Parts:
    """Return the description after a check of it and of the weights file's header.

    Raises:
        ModelError: If anything is wrong.
    """
    path, sha256 = described.only_weights
    parts, problems = parse(described.architecture)
    if parts is None:
        raise ModelError(
            f"The model's description is wrong: {'; '.join(problems)}.",
            where=str(described.folder / manifest.FILE_NAME),
            todo="Get the model folder again from where it came.",
        )
    found = tensor_shapes([path])
    wrong = [
        f"“{name}” has shape {found.get(name)}, not {shape}"
        for name, shape in head_shapes(parts.outputs, parts.features).items()
        if found.get(name) != shape
    ]
    if parts.kind == "probe":
        wrong += [f"“{n}” is not part of the model" for n in found if n not in TENSORS]
    if not wrong and sha256_of(path) != sha256:
        wrong = ["the SHA-256 of the file differs from the description's"]
    if not wrong and _signature(path) != digest(described.architecture):
        wrong = ["they were made with another description"]
    if wrong:
        raise ModelError(
            f"The weights do not fit the model: {listed(wrong)}.",
            where=str(path),
            todo="Get the model folder again from where it came.",
        )
    return parts


def _signature(path: Path) -> str:
    from safetensors import safe_open

    with safe_open(str(path), framework="numpy") as file:
        return str((file.metadata() or {}).get(DESCRIPTION, ""))


def _place_of(parts: Parts) -> str:
    """Return the base's id or folder, or the id of another entry with its weights."""
    entries = {entry.id: entry for entry in catalogue.entries()}
    mine = entries.get(parts.base)
    if mine is not None and mine.installed:
        return parts.base
    for entry in entries.values():
        if entry.folder is None or not entry.installed:
            continue
        if not (entry.folder / manifest.FILE_NAME).is_file():
            continue
        if manifest.read(entry.folder).sha256 == parts.base_sha256:
            return entry.id
    return parts.base


def _refuse_stack(place: str) -> None:
    """Refuse a base that is fine-tuned itself, as one that names itself would be.

    Raises:
        ModelError: If so.
    """
    folder = catalogue.folder_of(place)
    there = (folder / manifest.FILE_NAME).is_file()
    if there and manifest.read(folder).loader == "finetuned":
        raise ModelError("It is a fine-tuned model itself, not a foundation model.")


def _advice(parts: Parts) -> str:
    return (
        f"Add the model that it was made from ({parts.base_name}, SHA-256 "
        f"{parts.base_sha256[:12]}…) to the library with `gfm models add`, or download "
        "it with `gfm models download`."
    )
