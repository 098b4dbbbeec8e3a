"""The only place that knows where resources, settings, cache and results live."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

_APP = "gfm-desktop"


def _home(variable: str, default: str) -> Path:
    folder = Path(os.environ.get(variable) or default)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def resources() -> Path:
    """Return the folder of shipped files (sample, models, icons, fonts).

    In a checkout it lies beside the package; the wheel carries it inside.
    """
    inside = Path(__file__).parent / "resources"
    return inside if inside.is_dir() else Path(__file__).parents[1] / "resources"


def cache() -> Path:
    """Return the folder of things that can be made again: indexes, tiles, tables."""
    return _home("GFM_CACHE_DIR", platformdirs.user_cache_dir(_APP))


def data() -> Path:
    """Return the folder of things worth keeping: results, imported models."""
    return _home("GFM_DATA_DIR", platformdirs.user_data_dir(_APP))


def config() -> Path:
    """Return the folder of settings and recent projects."""
    return _home("GFM_CONFIG_DIR", platformdirs.user_config_dir(_APP))


def runs() -> Path:
    """Return the folder that holds one folder per scoring run."""
    folder = data() / "runs"
    folder.mkdir(exist_ok=True)
    return folder


def imported_models() -> Path:
    """Return the folder of models that the user imported or downloaded."""
    folder = data() / "models"
    folder.mkdir(exist_ok=True)
    return folder
