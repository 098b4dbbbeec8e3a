"""The configuration of the programme, read from one TOML file."""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from gfm_desktop.models.ensemble_network import EnsembleSizes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

VOCABULARIES = ("nucleotide", "kmer", "bpe")
SPECIES = ("homo_sapiens", "saccharomyces_cerevisiae")


@dataclass(frozen=True, slots=True)
class DataSettings:
    """The ``[data]`` table; see `config.toml`."""

    seed: int
    human_fasta: str
    human_genes: str
    human_map: str
    salt: str
    validation_percent: int
    test_percent: int
    yeast_fasta: str
    yeast_genes: str
    yeast_validation: list[str]
    yeast_test: list[str]
    sha256: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VocabularySettings:
    """The ``[vocabulary]`` table; see `config.toml`."""

    pieces: int
    sample_bases: int
    chunk: int


@dataclass(frozen=True, slots=True)
class BatchSettings:
    """One vocabulary's share of a step.

    Attributes:
        sequences: Sequences a step.
        words: Words a sequence, beside prompt and species.
        weight: Factor of its loss.
    """

    sequences: int
    words: int
    weight: float


@dataclass(frozen=True, slots=True)
class ValidationSettings:
    """How often and on how many sequences of each species the loss is taken."""

    every_steps: int
    nucleotide: int
    kmer: int
    bpe: int


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """The ``[training]`` table; see `config.toml`."""

    seed: int
    steps: int
    warmup: int
    cooldown: int
    optimizer: str
    rate: float
    weight_decay: float
    clip: float
    hidden: float
    human_share: float
    exon_share: float
    reverse_share: float
    unknown_species_share: float
    n_run_share: float
    nucleotide: BatchSettings
    kmer: BatchSettings
    bpe: BatchSettings
    validation: ValidationSettings

    def batch(self, vocabulary: str) -> BatchSettings:
        """Return one vocabulary's share."""
        found: BatchSettings = getattr(self, vocabulary)
        return found


@dataclass(frozen=True, slots=True)
class EvaluationSettings:
    """How much is measured.

    Attributes:
        windows: Windows of each species whose hidden bases are asked for.
        pairs: Most cases (and controls) of a zero-shot comparison.
    """

    windows: int
    pairs: int


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole file."""

    data: DataSettings
    vocabulary: VocabularySettings
    network: dict[str, Any]
    training: TrainingSettings
    evaluation: EvaluationSettings

    def sizes(self, vocabulary: int, first_base: int) -> EnsembleSizes:
        """Return the network's sizes for a number of words and the row of A.

        Raises:
            SystemExit: If there is no such network.
        """
        table = dict(self.network)
        table["dilations"] = tuple(table["dilations"])
        sizes = EnsembleSizes(vocabulary, first_base=first_base, **table)
        if problem := sizes.problem():
            raise SystemExit(f"[network]: {problem}")
        return sizes

    def plain(self) -> dict[str, Any]:
        """Return everything as plain tables, for logs and the card."""
        return asdict(self)


def read(path: Path, changes: Sequence[str] = ()) -> Settings:
    """Return the settings of a file.

    Args:
        path: The TOML file.
        changes: Such as ``"network.kernel=0"``: what is tried out without a new file.

    Raises:
        SystemExit: If a field is missing or unknown.
    """
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    try:
        for change in changes:
            key, _, value = change.partition("=")
            *tables, name = key.split(".")
            inner = table
            for step in tables:
                inner = inner[step]
            inner[name] = tomllib.loads(f"value = {value}")["value"]
        training = dict(table["training"])
        for name in VOCABULARIES:
            training[name] = BatchSettings(**training[name])
        training["validation"] = ValidationSettings(**training["validation"])
        return Settings(
            DataSettings(**table["data"]),
            VocabularySettings(**table["vocabulary"]),
            table["network"],
            TrainingSettings(**training),
            EvaluationSettings(**table["evaluation"]),
        )
    except (KeyError, TypeError) as error:
        raise SystemExit(f"{path}: {error}") from error
