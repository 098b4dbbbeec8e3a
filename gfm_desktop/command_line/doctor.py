"""`gfm doctor`: is this installation sound, and are its numbers right?"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING

from gfm_desktop import __version__, paths
from gfm_desktop.errors import GfmError, InputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_LIBRARIES = (
    "PySide6-Essentials",
    "numpy",
    "pyarrow",
    "pyBigWig",
    "pydantic",
    "pysam",
    "safetensors",
    "torch",
)
_QT_PROBE = (
    "import sys\n"
    "from PySide6.QtGui import QGuiApplication\n"
    "from PySide6.QtCore import qVersion\n"
    "app = QGuiApplication([])\n"
    "print('Qt', qVersion(), 'on', app.platformName())\n"
)
_QT_SECONDS = 60
_LEAST_DISK_GB = 1.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        name: What was looked at.
        sound: Whether it is as it must be.
        detail: What was found, or what is wrong.
        todo: What to do where it is not sound.
    """

    name: str
    sound: bool
    detail: str
    todo: str = ""


def examine() -> list[Finding]:
    """Look at everything; never raises for what it finds."""
    checks: list[tuple[str, Callable[[], str]]] = [
        ("program", _program),
        ("libraries", _libraries),
        ("memory", _memory),
        ("device", _device),
        ("sample", _sample),
        ("settings", _settings),
        ("window", _window),
    ]
    folders = {"cache": paths.cache, "data": paths.data, "configuration": paths.config}
    for name, folder in folders.items():
        checks.append((f"{name} folder", partial(_folder, folder)))
    findings = [_finding(name, check) for name, check in checks]
    return findings + _models()


def as_json(findings: list[Finding]) -> str:
    """Return one JSON object: ``sound`` and the list of ``findings``."""
    whole = {
        "sound": all(one.sound for one in findings),
        "findings": [asdict(one) for one in findings],
    }
    return json.dumps(whole, indent=1)


def text(findings: list[Finding]) -> str:
    """Return a line a finding, and a verdict."""
    width = max(len(one.name) for one in findings)
    lines = []
    for one in findings:
        mark = "ok     " if one.sound else "PROBLEM"
        lines.append(f"{mark}  {one.name:<{width}}  {one.detail}")
        if one.todo:
            lines.append(f"{'':9}{'':{width}}  what to do: {one.todo}")
    bad = sum(not one.sound for one in findings)
    lines.append(
        "All is well." if not bad else f"{bad} of {len(findings)} are not well."
    )
    return "\n".join(lines)


def _finding(name: str, check: Callable[[], str]) -> Finding:
    """Carry out one check; libraries that cannot be loaded are a finding too."""
    try:
        return Finding(name, True, check())
    except GfmError as problem:
        place = f" [{problem.where}]" if problem.where else ""
        return Finding(name, False, f"{problem.what}{place}", problem.todo)
    except (ImportError, OSError) as problem:
        detail = f"{type(problem).__name__}: {problem}"
        return Finding(name, False, detail, "Install the program again.")


def _program() -> str:
    frozen = ", frozen" if getattr(sys, "frozen", False) else ""
    return (
        f"GFM Desktop {__version__}, Python {platform.python_version()}{frozen}, "
        f"{platform.system()} {platform.release()} on {platform.machine()}"
    )


def _libraries() -> str:
    found, missing = [], []
    for name in _LIBRARIES:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    if missing and not getattr(sys, "frozen", False):
        raise GfmError(
            f"Not installed: {', '.join(missing)}.", todo="Install the program again."
        )
    return ", ".join(found)


def _memory() -> str:
    import psutil

    memory = psutil.virtual_memory()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
    return (
        f"{memory.available / 1e9:.1f} GB free of {memory.total / 1e9:.1f} GB, "
        f"{cores or os.cpu_count()} cores"
    )


def _device() -> str:
    import torch

    if not torch.cuda.is_available():
        return f"cpu, {torch.get_num_threads()} threads (PyTorch finds no GPU)"
    cards = []
    for number in range(torch.cuda.device_count()):
        facts = torch.cuda.get_device_properties(number)
        cards.append(f"{facts.name}, {facts.total_memory / 1e9:.0f} GB")
    return f"cuda: {'; '.join(cards)}"


def _sample() -> str:
    names = ("chr22.fa.gz", "variants.vcf.gz", "genes.gtf.gz", "LICENSES.md")
    folder = paths.resources() / "sample"
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise InputError(
            f"The sample lacks {', '.join(missing)}.",
            where=str(folder),
            todo="Install the program again.",
        )
    return str(folder)


def _settings() -> str:
    from gfm_desktop.settings import load_settings, settings_path

    settings = load_settings()
    if settings.warnings:
        raise GfmError(
            " ".join(settings.warnings),
            todo="Choose your settings again in the window.",
        )
    network = "allowed" if settings.network_allowed else "off"
    return f"{settings_path()}; network {network}"


def _window() -> str:
    """Start Qt in a process of its own: where it cannot start, it aborts."""
    if getattr(sys, "frozen", False):
        return "not tried in a packaged program"
    environment = dict(os.environ)
    screen = any(environment.get(n) for n in ("DISPLAY", "WAYLAND_DISPLAY"))
    hidden = sys.platform not in {"win32", "darwin"} and not screen
    if hidden:
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    try:
        result = subprocess.run(
            [sys.executable, "-c", _QT_PROBE],
            env=environment,
            capture_output=True,
            text=True,
            timeout=_QT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise GfmError(f"Qt did not start within {_QT_SECONDS} s.") from None
    if result.returncode != 0:
        lines = [line.strip() for line in result.stderr.splitlines() if line.strip()]
        raise GfmError(
            f"Qt cannot start: {lines[-1] if lines else f'exit {result.returncode}'}",
            todo="Install the system libraries that README.md names.",
        )
    return result.stdout.strip() + (" (no screen here)" if hidden else "")


def _folder(find: Callable[[], Path]) -> str:
    """Write and delete a file."""
    folder = find()
    try:
        with tempfile.NamedTemporaryFile(dir=folder) as file:
            file.write(b"gfm")
    except OSError as error:
        raise InputError(
            f"It cannot be written: {error.strerror or error}.",
            where=str(folder),
            todo="Change its rights, or name another one (GFM_CACHE_DIR, "
            "GFM_DATA_DIR, GFM_CONFIG_DIR).",
        ) from error
    free = shutil.disk_usage(folder).free / 1e9
    if free < _LEAST_DISK_GB:
        raise InputError(
            f"Only {free:.2f} GB are free there.",
            where=str(folder),
            todo="Delete what you do not need; results need room.",
        )
    return f"{folder}, {free:.0f} GB free"


def _models() -> list[Finding]:
    """Test built-in models against known numbers, and look at the others."""
    from gfm_desktop.command_line import self_test
    from gfm_desktop.models import catalogue

    findings = []
    for entry in catalogue.entries():
        name = f"model {entry.id}"
        if entry.problem is not None:
            problem = entry.problem
            findings.append(
                Finding(name, False, f"{problem.what} [{problem.where}]", problem.todo)
            )
        elif entry.card is not None and entry.card.built_in:
            findings.append(_finding(name, partial(self_test.check, entry.id)))
        else:
            state = f"in {entry.folder}" if entry.folder else "not installed"
            findings.append(Finding(name, True, state))
    return findings
