"""The `gfm` program as a shell sees it: start-up, pipes, signals, resuming."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from gfm_desktop import paths

if TYPE_CHECKING:
    from pathlib import Path

SAMPLE = paths.resources() / "sample"
GFM = [sys.executable, "-m", "gfm_desktop.cli"]
WORDS = ["score", "--genome", str(SAMPLE / "chr22.fa.gz"), "--model", "ci-spliceai"]
WORDS += ["--variants", str(SAMPLE / "variants.vcf.gz"), "--batch-size", "1"]


def started(*words: str, **options: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*GFM, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        **options,
    )


def test_that_help_and_version_wait_for_no_framework() -> None:
    script = (
        "import sys\nfrom gfm_desktop.cli import main\n"
        "code = main(['--help']) + main(['--version']) + main(['models', 'list'])\n"
        "heavy = {'torch', 'pyarrow', 'PySide6'} & sys.modules.keys()\n"
        "sys.exit(f'imported {heavy}' if heavy else code)"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr) == (0, "")
    for command in ("models", "score", "predict", "inspect", "doctor"):
        assert command in result.stdout


@pytest.mark.parametrize(
    ("words", "code"), [([], 2), (["finetune"], 2), (["models", "show", "none"], 1)]
)
def test_that_the_exit_code_reaches_the_shell(words: list[str], code: int) -> None:
    result = subprocess.run([*GFM, *words], capture_output=True, text=True, check=False)
    assert result.returncode == code
    assert result.stdout == ""
    assert result.stderr
    assert "Traceback" not in result.stderr


def test_that_the_locale_does_not_change_the_table(tmp_path: Path) -> None:
    file = tmp_path / "in put ä.vcf"
    head = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
    file.write_text(head + "chr1\t5\tnaïve\tA\tC\t.\t.\t.\n", encoding="utf-8")
    words = [*WORDS, "--variants", str(file)]
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    result = subprocess.run(
        [*GFM, *words],
        env={**environment, "LC_ALL": "C", "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "naïve" in result.stdout.decode("utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_that_an_interrupted_run_keeps_its_batches_and_is_resumed() -> None:
    process = started(*WORDS, "--json")
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line)["event"] == "partial" and "scores" in line:
            process.send_signal(signal.SIGINT)
            break
    rest, errors = process.communicate(timeout=120)
    events = [json.loads(line) for line in rest.splitlines()]
    assert process.returncode == 130, errors
    assert events[-1]["event"] == "cancelled"
    assert "Traceback" not in errors
    (run,) = paths.runs().iterdir()
    assert list(run.glob("scores-*.parquet"))
    manifest = json.loads((run / "manifest.json").read_text("utf-8"))
    assert manifest["complete"] is False

    again = started(*WORDS, "--json")
    assert again.stdout is not None
    done = 0
    for line in again.stdout:
        event = json.loads(line)
        if event["event"] == "progress" and event["unit"] == "variants":
            done = event["done"]
            if done:
                again.send_signal(signal.SIGTERM)
                break
    again.communicate(timeout=120)
    assert again.returncode == 143
    assert done > 0
    assert list(paths.runs().iterdir()) == [run]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes")
def test_that_a_reader_who_has_enough_causes_no_complaint(tmp_path: Path) -> None:
    file = tmp_path / "in.vcf"
    head = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
    # No gene, no contig: many rows that cost nothing.
    rows = "".join(f"chr1\t{n}\t.\tA\tC\t.\t.\t.\n" for n in range(1, 20_000))
    file.write_text(head + rows, encoding="utf-8")
    process = started(*WORDS, "--variants", str(file))
    assert process.stdout is not None
    assert process.stdout.readline().startswith("chrom\tpos")
    process.stdout.close()
    assert process.stderr is not None
    errors = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=120) == 141
    assert "Traceback" not in errors
    assert "BrokenPipe" not in errors
