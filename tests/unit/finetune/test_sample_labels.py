"""The script that made the sample's labels."""

from __future__ import annotations

import importlib.util
import sys
import tarfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gfm_desktop.finetune.label_files import LabelSource, read

if TYPE_CHECKING:
    from types import ModuleType

SCRIPT = Path(__file__).parents[3] / "packaging" / "make_sample_labels.py"


@pytest.fixture
def script() -> ModuleType:
    if not SCRIPT.is_file():
        pytest.skip("the packaging scripts are not in this checkout")
    spec = importlib.util.spec_from_file_location("make_sample_labels", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def package(folder: Path) -> Path:
    """Write a package like concise's: 60 rows a part, one in three bound."""
    inside = folder / "concise-0.6.9" / "data" / "RBP"
    inside.mkdir(parents=True)
    for place, part in enumerate(("train", "valid", "test")):
        lines = ["seqnames,strand,gene_name,seq,binding_site"]
        for i in range(60):
            letters = format(1_000 * place + i, "016b").replace("0", "AC")
            sequence = letters.replace("1", "GT")
            bound = "TRUE" if i % 3 == 0 else "FALSE"
            lines.append(f"chr{place},+,G{i},{sequence},{bound}")
        lines.append(f"chr{place},+,GX,NNNNNNNNNNNN,FALSE")
        (inside / f"PUM2_{part}.csv").write_text("\n".join(lines))
    packed = folder / "concise-0.6.9.tar.gz"
    with tarfile.open(packed, "w:gz") as file:
        file.add(folder / "concise-0.6.9", "concise-0.6.9")
    return packed


def made(script: Any, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", ["make_sample_labels.py", *arguments])
    script.main()


def test_that_a_part_keeps_the_shares_and_the_whole_keeps_all(
    tmp_path: Path, script: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = package(tmp_path)
    monkeypatch.setattr(script, "EXAMPLES", 90)
    out = tmp_path / "some" / "labels.csv"
    made(script, monkeypatch, "--concise", str(packed), "--out", str(out))
    data = read(LabelSource(str(out)))
    assert data.refused == ()
    kinds = Counter(zip(data.given, data.labels.tolist(), strict=True))
    assert set(kinds.values()) == {10, 20}
    assert all(count == (10 if kind[1] else 20) for kind, count in kinds.items())
    first = out.read_bytes()
    made(script, monkeypatch, "--concise", str(packed), "--out", str(out))
    assert out.read_bytes() == first
    folder = str(tmp_path / "concise-0.6.9")
    made(script, monkeypatch, "--concise", folder, "--full", "--out", str(out))
    data = read(LabelSource(str(out)))
    assert len(data) == 180
    assert len(data.refused) == 3
    assert data.genes[0] == "G0"
