"""What this computer has to offer a model: memory, graphics card, speed.

Torch is not imported: the window asks. A graphics card is found through the driver's
own program ``nvidia-smi``.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING

import psutil

from gfm_desktop import paths

if TYPE_CHECKING:
    from pathlib import Path

_SIDE = 1024
"""Rows and columns of the matrices that are multiplied to measure the speed."""
_SECONDS = 0.2
_TIMES = 4
"""Starts of the program in which the speed is measured."""
_GPU_RATE = 20e12
"""Operations a second assumed for any graphics card: a modest one, in float32. The
estimate that uses it says so."""


@dataclass(frozen=True, slots=True)
class Machine:
    """The facts.

    Attributes:
        memory: Bytes of main memory.
        free: Bytes of it that programs could get now.
        processors: Cores that this program may use.
        rate: Operations a second of a matrix product in float32, measured.
        gpu: Name of the graphics card; empty where there is none.
        gpu_memory: Its bytes.
    """

    memory: int
    free: int
    processors: int
    rate: float
    gpu: str = ""
    gpu_memory: int = 0

    @property
    def words(self) -> str:
        """Return a few words, such as ``"24 GB, CPU with 2 cores"``."""
        cores = "core" if self.processors == 1 else "cores"
        words = f"{self.memory / 1e9:.0f} GB, CPU with {self.processors} {cores}"
        if self.gpu:
            words += f", {self.gpu} with {self.gpu_memory / 1e9:.0f} GB"
        return words

    @property
    def best_rate(self) -> float:
        """Return operations a second of what models run on."""
        return _GPU_RATE if self.gpu else self.rate


def this_machine() -> Machine:
    """Return the facts of this computer; its speed is measured once and kept."""
    memory = psutil.virtual_memory()
    gpu, gpu_memory = _gpu()
    processors = _processors()
    return Machine(
        memory=memory.total,
        free=memory.available,
        processors=processors,
        rate=_rate(processors),
        gpu=gpu,
        gpu_memory=gpu_memory,
    )


def graphics_card() -> str:
    """Return the name of the largest graphics card; empty where there is none."""
    return _gpu()[0]


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@cache
def _gpu() -> tuple[str, int]:
    """Return name and bytes of the largest graphics card; ``("", 0)`` for none."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return "", 0
    question = ["--query-gpu=name,memory.total", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(
            [program, *question], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return "", 0
    found = [_card(line) for line in done.stdout.splitlines()]
    return max(found, key=lambda card: card[1], default=("", 0))


def _card(line: str) -> tuple[str, int]:
    name, _, mebibytes = line.rpartition(",")
    digits = mebibytes.strip()
    return (name.strip(), int(digits) * 2**20) if digits.isdecimal() else ("", 0)


@dataclass(frozen=True, slots=True)
class _Measured:
    """A measured speed, the computer it was measured on, and how often it was."""

    processors: int
    memory: int
    rate: float
    times: int


@cache
def _rate(processors: int) -> float:
    """Return the best speed of the first few starts of the program, which are kept.

    One measurement may fall into a busy moment; nothing makes a computer look faster
    than it is, so the best one counts.
    """
    path = paths.cache() / "machine.json"
    memory = psutil.virtual_memory().total
    kept = _kept(path)
    if kept is None or (kept.processors, kept.memory) != (processors, memory):
        kept = _Measured(processors, memory, 0.0, 0)
    if kept.times >= _TIMES:
        return kept.rate
    best = max(kept.rate, measured_rate())
    measured = _Measured(processors, memory, best, kept.times + 1)
    half = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        half.write_text(json.dumps(asdict(measured)), encoding="ascii")
        os.replace(half, path)
    except OSError:
        half.unlink(missing_ok=True)
    return best


def _kept(path: Path) -> _Measured | None:
    try:
        found = _Measured(**json.loads(path.read_text(encoding="ascii")))
        sound = found.rate > 0 and found.times > 0
    except (OSError, ValueError, TypeError):
        return None
    return found if sound else None


def measured_rate(seconds: float = _SECONDS) -> float:
    """Return operations a second of a float32 matrix product on this computer.

    Args:
        seconds: How long to measure; the best product counts, because other programs
            only ever slow one down.
    """
    import numpy as np

    a = np.ones((_SIDE, _SIDE), np.float32)
    a @ a
    best, end = float("inf"), time.perf_counter() + seconds
    while True:
        begin = time.perf_counter()
        a @ a
        now = time.perf_counter()
        best = min(best, now - begin)
        if now > end:
            return 2 * _SIDE**3 / best
