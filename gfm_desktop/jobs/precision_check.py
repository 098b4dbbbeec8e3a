"""Does a fast number format give the same scores here? Tried before it is used.

bf16 keeps eight bits of a number. Whether that is enough depends on the network and on
the device's arithmetic, so it is measured: some random substitutions of the loaded
genome are scored in fp32 and in the fast format, and the scores are compared with how
much scores differ among themselves. The answer is kept for the model, genome, scorer
and device. What is asked of splice models is told in `splice_precision`.
"""

from __future__ import annotations

import hashlib
import json
import platform
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from gfm_desktop import paths
from gfm_desktop.errors import OptionError
from gfm_desktop.genome.fingerprint import write_whole
from gfm_desktop.jobs import splice_precision
from gfm_desktop.jobs.background import sites, substitutions
from gfm_desktop.jobs.events import Progress
from gfm_desktop.jobs.splice_precision import SpliceAgreement
from gfm_desktop.models.language_model import LanguageModel
from gfm_desktop.models.splice_ensemble import WindowNetworks

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from numpy.typing import NDArray

    from gfm_desktop.jobs.work import Work

_SITES = 1
_CONTEXTS = ("ACA", "CCG", "GCT", "TCA", "ATG", "CTT", "GTA", "TTC")
"""Sites of these trinucleotides, three substitutions each, are compared."""
LARGEST_SHARE = 0.05
"""Root of the mean squared difference, as a share of the scores' own spread, up to
which the fast format may be used."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How near the fast format came to fp32.

    Attributes:
        precision: The fast format.
        number: Substitutions that were compared.
        rms: Root of the mean squared difference of the scores.
        spread: Standard deviation of the scores in fp32.
    """

    precision: str
    number: int
    rms: float
    spread: float

    @property
    def good(self) -> bool:
        """Tell whether the fast format may be used."""
        return self.number > 0 and self.rms <= LARGEST_SHARE * self.spread

    @property
    def fault(self) -> str:
        """Return why it may not be used."""
        return "not exact enough"

    @property
    def words(self) -> str:
        """Return what a user is told."""
        return (
            f"{self.precision} differs from fp32 by {self.rms:.2g} (root mean square "
            f"of {self.number} random substitutions of this genome on this device; "
            f"their scores spread by {self.spread:.2g})."
        )


Kind = TypeVar("Kind", Agreement, SpliceAgreement)


def check_precision(
    work: Work,
) -> Generator[Progress, None, Agreement | SpliceAgreement | None]:
    """Compare the model's number format with fp32; None where it is fp32.

    Raises:
        OptionError: If they do not agree, or nothing is gained.
    """
    model = work.model
    if not isinstance(model, LanguageModel | WindowNetworks):
        return None
    if model.precision == "fp32":
        return None
    path = _path(work, model)
    agreement = (
        _kept(path, Agreement)
        if isinstance(model, LanguageModel)
        else _kept(path, SpliceAgreement)
    )
    if agreement is None:
        words = f"Comparing {model.precision} with fp32"
        yield Progress(0, None, "substitutions", words)
        agreement = (
            _measured(work, model)
            if isinstance(model, LanguageModel)
            else splice_precision.measured(work, model)
        )
        write_whole(path, json.dumps(asdict(agreement)).encode())
    if not agreement.good:
        raise OptionError(
            f"The fast number format is {agreement.fault} here: {agreement.words}",
            where="precision",
            todo="Choose the precision fp32.",
        )
    return agreement


def _measured(work: Work, model: LanguageModel) -> Agreement:
    variants = [
        variant
        for site in sites(work.reference, _CONTEXTS, _SITES)
        for variant in substitutions(work.reference, site).values()
    ]
    fast = [one.score for one in work.score(variants)]
    exact_work = replace(work, model=replace(model, precision="fp32"))
    exact = [one.score for one in exact_work.score(variants)]
    pairs: NDArray[np.float64] = np.array(
        [
            (a, b)
            for a, b in zip(fast, exact, strict=True)
            if a is not None and b is not None
        ],
        np.float64,
    ).reshape(-1, 2)
    if not len(pairs):
        return Agreement(model.precision, 0, 0.0, 0.0)
    difference = pairs[:, 0] - pairs[:, 1]
    return Agreement(
        model.precision,
        len(pairs),
        float(np.sqrt(np.mean(difference**2))),
        float(pairs[:, 1].std()),
    )


def _path(work: Work, model: LanguageModel | WindowNetworks) -> Path:
    import torch

    on_gpu = model.device != "cpu"
    device = torch.cuda.get_device_name(model.device) if on_gpu else _processor()
    question = [
        model.weights_sha256,
        model.precision,
        work.reference.fingerprint,
        work.card.name,
        work.options,
        device,
        torch.__version__,
    ]
    text = json.dumps(question, sort_keys=True)
    folder = paths.cache() / "precision"
    folder.mkdir(exist_ok=True)
    return folder / f"{hashlib.sha256(text.encode()).hexdigest()[:20]}.json"


def _processor() -> str:
    return f"{platform.machine()} {platform.processor()}"


def _kept(path: Path, kind: type[Kind]) -> Kind | None:
    try:
        return kind(**json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError):
        # Absent or damaged: measured again.
        return None
