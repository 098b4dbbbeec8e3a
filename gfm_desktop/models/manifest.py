"""`gfm_model.json`: what a model folder says of itself."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gfm_desktop.errors import ModelError
from gfm_desktop.genome.variant import VariantKind
from gfm_desktop.models.card import ModelCard

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE_NAME = "gfm_model.json"
FORMAT = 1
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[^/\\\0]+\.safetensors")


@dataclass(frozen=True, slots=True)
class Manifest:
    """The description of a model folder.

    Attributes:
        folder: Where it lies.
        id: What the command line calls the model.
        loader: Module of `gfm_desktop.models` that reads it, such as ``"ci_spliceai"``.
        weights: Name to SHA-256 of every weights file.
        architecture: What the loader needs to know, such as ``{"replicates": 5}``.
        facts: Fields of the card that differ from the loader's own card.
        provenance: Where the weights came from (`provenance_of`); may be empty.
    """

    folder: Path
    id: str
    loader: str
    weights: Mapping[str, str]
    architecture: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def repository(self) -> str:
        """Return the repository on the hub that it came from; empty for none."""
        return str(self.provenance.get("repository", ""))

    @property
    def sha256(self) -> str:
        """Return the hash by which results name the weights.

        It is that of the file, or of all hashes in the order of the files' names.
        """
        hashes = [self.weights[name] for name in sorted(self.weights)]
        if len(hashes) == 1:
            return hashes[0]
        return hashlib.sha256("".join(hashes).encode()).hexdigest()

    @property
    def only_weights(self) -> tuple[Path, str]:
        """Return path and SHA-256, for loaders of models in one file.

        Raises:
            ModelError: If there are several files.
        """
        if len(self.weights) != 1:
            raise _broken(self.folder, ["“weights” must name exactly one file"])
        name, sha256 = next(iter(self.weights.items()))
        return self.folder / name, sha256

    def card(self, template: ModelCard) -> ModelCard:
        """Return the card of this folder: the loader's, changed by the facts."""
        facts = dict(self.facts)
        if "scores" in facts:
            facts["scores"] = tuple(VariantKind(kind) for kind in facts["scores"])
        for name, value in facts.items():
            if isinstance(value, list):
                facts[name] = tuple(value)
        return dataclasses.replace(template, id=self.id, **facts)


def read(folder: Path) -> Manifest:
    """Read and check the description of a model folder.

    Raises:
        ModelError: If it is missing or wrong; all that is wrong is told at once.
    """
    path = folder / FILE_NAME
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(
            f"This is no model folder: {FILE_NAME} cannot be read "
            f"({error.strerror or error}).",
            where=str(folder),
            todo="Choose the folder that holds the model's description and weights.",
        ) from error
    except ValueError as error:
        raise _broken(folder, [f"it is not JSON ({error})"]) from error
    if not isinstance(content, dict):
        raise _broken(folder, ["it is not a JSON object"])
    if problems := [*_wrong_head(content), *_wrong_facts(content.get("card", {}))]:
        raise _broken(folder, problems)
    return Manifest(
        folder,
        content["id"],
        content["loader"],
        content["weights"],
        content.get("architecture", {}),
        content.get("card", {}),
        content.get("provenance", {}),
    )


def write(described: Manifest) -> None:
    """Write the description of a model into its folder.

    Raises:
        OSError: If the folder cannot be written.
    """
    content = {
        "format": FORMAT,
        "id": described.id,
        "loader": described.loader,
        "weights": dict(described.weights),
        "architecture": dict(described.architecture),
        "card": dict(described.facts),
        "provenance": dict(described.provenance),
    }
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    (described.folder / FILE_NAME).write_text(text, encoding="utf-8")


def provenance_of(
    *, repository: str = "", commit: str = "", files: Mapping[str, str], added: str
) -> dict[str, Any]:
    """Return where weights came from, as it stands in the description.

    Args:
        repository: Name on the hub, ``"owner/name"``; empty for none.
        commit: Commit of the repository.
        files: Original file name to SHA-256, before any conversion.
        added: Day on which it was added, ISO 8601.
    """
    return {
        "repository": repository,
        "commit": commit,
        "files": dict(files),
        "added": added,
    }


def is_id(text: str) -> bool:
    """Tell whether a model can be called so."""
    return _ID.fullmatch(text) is not None


def _wrong_head(content: dict[str, Any]) -> list[str]:
    problems = []
    if content.get("format") != FORMAT:
        problems.append(
            f"“format” is {content.get('format')!r}, this app reads {FORMAT}"
        )
    if not is_id(str(content.get("id", ""))):
        problems.append("“id” must be lower case letters, digits, dots and hyphens")
    if not str(content.get("loader", "")).isidentifier():
        problems.append("“loader” must name a model family of this app")
    weights = content.get("weights")
    if not isinstance(weights, dict) or not weights:
        problems.append("“weights” must give file names with their SHA-256")
    else:
        problems += [
            f"“weights” has {name!r}: {value!r}, not a .safetensors file of this "
            "folder with its SHA-256"
            for name, value in weights.items()
            if not _NAME.fullmatch(name) or not _SHA256.fullmatch(str(value))
        ]
    if not isinstance(content.get("architecture", {}), dict):
        problems.append("“architecture” must be a JSON object")
    if not _is_provenance(content.get("provenance", {})):
        problems.append("“provenance” must be a JSON object of texts")
    return problems


def _is_provenance(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    files = value.get("files", {})
    texts = [v for name, v in value.items() if name != "files"]
    if not isinstance(files, dict):
        return False
    return all(isinstance(text, str) for text in (*texts, *files.values()))


_KINDS: dict[str, type | tuple[type, ...]] = {
    "str": str,
    "int": int,
    "bool": bool,
    "tuple[str, ...]": list,
    "tuple[VariantKind, ...]": list,
}


def _wrong_facts(facts: object) -> list[str]:
    if not isinstance(facts, dict):
        return ["“card” must be a JSON object"]
    # A folder cannot say of itself that it ships with the app.
    allowed = {
        field.name: _KINDS[str(field.type)]
        for field in dataclasses.fields(ModelCard)
        if str(field.type) in _KINDS and field.name not in {"id", "built_in"}
    }
    kinds = {kind.value for kind in VariantKind}
    problems = []
    for name, value in facts.items():
        if name not in allowed:
            problems.append(f"“card” has an unknown field “{name}”")
        elif not isinstance(value, allowed[name]):
            problems.append(f"“card” has a wrong value for “{name}”: {value!r}")
        elif isinstance(value, list) and not all(isinstance(v, str) for v in value):
            problems.append(f"“card” must list text in “{name}”")
        elif name == "scores" and isinstance(value, list) and not kinds >= set(value):
            problems.append(f"“card” has an unknown kind of variant in {value}")
    return problems


def _broken(folder: Path, problems: list[str]) -> ModelError:
    return ModelError(
        f"The model's description is wrong: {'; '.join(problems)}.",
        where=str(folder / FILE_NAME),
        todo="Mend the file, or get the model folder again from where it came.",
    )
