"""Find the things that one file each offers: cards, scorers, panels, tracks."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import ModuleType


def discover(package: ModuleType, name: str) -> dict[str, Any]:
    """Return the constant `name` of every module of `package` that has one.

    Args:
        package: A package whose modules are imported; they must be cheap to import.
        name: The constant to look for, such as ``"CARD"``.

    Returns:
        Module name (without the package) to constant, sorted by module name, so
        that menus and lists come out in the same order everywhere.
    """
    found: dict[str, Any] = {}
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda i: i.name):
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        if hasattr(module, name):
            found[info.name] = getattr(module, name)
    return found
