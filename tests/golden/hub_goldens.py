"""Golden checkpoints of the hub's layout, and how near to them a model must come.

The tolerances are those of ``../shared/golden/README.md``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gfm_desktop.models import catalogue
from gfm_desktop.models.language_model import LanguageModel

GOLDEN = Path(__file__).parents[3] / "shared" / "golden"


def folder(name: str) -> Path:
    """Return a golden folder, or skip the test where it is not at hand."""
    path = GOLDEN / name
    if not path.is_dir():
        pytest.skip(f"{path} is not here")
    return path


def opened(
    name: str, **options: str
) -> tuple[LanguageModel, dict[str, Any], dict[str, np.ndarray]]:
    """Return model, inputs and expected arrays of a golden folder."""
    path = folder(name)
    model = catalogue.load(str(path), device="cpu", options=options)
    assert isinstance(model, LanguageModel)
    inputs = json.loads((path / "inputs.json").read_text())
    with np.load(path / "expected.npz") as stored:
        return model, inputs, {key: stored[key] for key in stored.files}


def assert_near(found: np.ndarray, expected: np.ndarray, *, tolerance: float) -> None:
    """Check ``max|difference| <= tolerance * max(1, max|expected|)``."""
    assert found.shape == expected.shape
    allowed = tolerance * max(1.0, float(np.abs(expected).max(initial=0.0)))
    np.testing.assert_allclose(found, expected, rtol=0, atol=allowed)


def assert_inputs_reproduced(name: str, *, tolerance: float, **options: str) -> None:
    """Check ids, logits and hidden states of every input of a golden folder."""
    model, inputs, expected = opened(name, **options)
    for i, one in enumerate(inputs["inputs"]):
        ids = np.array(one["input_ids"])
        # Tokens with masks among them come from no sequence.
        if one["seq"] is not None:
            ids = model.tokens(one["seq"]).ids
        assert ids.tolist() == one["input_ids"]
        if f"logits_{i}" in expected:
            logits = model.logits(ids[None])[0]
            rows = one.get("logits_positions")
            logits = logits if rows is None else logits[rows]
            columns = inputs.get("logits_columns")
            logits = logits if columns is None else logits[:, columns]
            assert_near(logits, expected[f"logits_{i}"], tolerance=tolerance)
        hidden = model.hidden(ids[None])[0]
        assert_near(hidden, expected[f"hidden_{i}"], tolerance=tolerance)
