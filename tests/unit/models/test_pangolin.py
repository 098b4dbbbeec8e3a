"""Pangolin's PyTorch files become a model that gives the program's own numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from gfm_desktop.errors import ModelError, OptionError
from gfm_desktop.jobs.splice import splice_model
from gfm_desktop.models import catalogue, pangolin
from gfm_desktop.models.pangolin import CARD, FILES, PangolinModel
from gfm_desktop.models.pangolin_files import read, read_network
from gfm_desktop.models.pangolin_network import OUTPUTS, pangolin_class
from gfm_desktop.models.sequence import one_hot
from gfm_desktop.models.splice_network import (
    SpliceArchitecture,
    folded,
    tensor_shapes,
)

from .splice_kit import (
    PANGOLIN,
    convert,
    letters,
    pickled_code,
    recognises,
    torch_slowly,
    torch_state,
)

if TYPE_CHECKING:
    from pathlib import Path

    import torch

FLANK = 200


def write(folder: Path, groups: int = 2) -> dict[str, dict[str, torch.Tensor]]:
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    states = {}
    for seed, name in enumerate(FILES):
        state = torch_state(seed, PANGOLIN, groups, 3)
        torch.save(state, folder / name)
        states[name] = state
    return states


def outputs(values: np.ndarray) -> np.ndarray:
    """Return the twelve rows of the program: softmax pairs and sigmoids."""
    rows = []
    for tissue in range(4):
        pair, usage = values[3 * tissue : 3 * tissue + 2], values[3 * tissue + 2]
        powers = np.exp(pair - pair.max(axis=0))
        rows += [*(powers / powers.sum(axis=0)), 1 / (1 + np.exp(-usage))]
    return np.array(rows)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "target"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_that_one_network_gives_the_program_s_twelve_rows(
    groups: int, tmp_path: Path
) -> None:
    import torch

    name = FILES[4]
    state = torch_state(9, PANGOLIN, groups, 3)
    torch.save(state, tmp_path / name)
    architecture, tensors = read_network(tmp_path / name)
    module = pangolin_class()(architecture)
    stored = {key: torch.from_numpy(values) for key, values in tensors.items()}
    module.load_state_dict(folded(stored, architecture), strict=True)
    sequence = letters(2 * architecture.flank + 15)
    bases = torch.from_numpy(one_hot(sequence).T.copy())[None, :, None]
    with torch.inference_mode():
        found = module.eval()(bases)[0].numpy()
    expected = outputs(torch_slowly(state, PANGOLIN, groups, 0.0, sequence))
    assert found.shape == (OUTPUTS, 15)
    np.testing.assert_allclose(found, expected, rtol=0, atol=2e-6)


def test_that_each_tissue_is_asked_of_its_own_networks(
    tmp_path: Path, target: Path
) -> None:
    states = write(tmp_path / "files")
    assert recognises(tmp_path / "files")
    convert(tmp_path / "files", target)
    pangolin.check(target)
    model = catalogue.load(str(target), device="cpu")
    assert isinstance(model, PangolinModel)
    assert model.flank == FLANK
    assert model.tissues == ("heart", "liver", "brain", "testis")
    sequence = letters(2 * FLANK + 11)
    (found,) = model.replicate_probabilities([sequence])
    assert found.shape == (11, 4, 3)
    for tissue in range(4):
        for replicate in range(3):
            state = states[f"final.{replicate + 1}.{2 * tissue}.3.v2"]
            rows = outputs(torch_slowly(state, PANGOLIN, 2, 0.0, sequence))
            told = rows[3 * tissue + 1]
            np.testing.assert_allclose(
                found[:, tissue, replicate], told, rtol=0, atol=2e-6
            )
    (mean,) = model.tissue_probabilities([sequence])
    np.testing.assert_array_equal(mean, found.mean(axis=2))


def test_that_it_is_not_taken_for_a_model_of_acceptors_and_donors(
    tmp_path: Path, target: Path
) -> None:
    write(tmp_path / "files", groups=1)
    convert(tmp_path / "files", target)
    with pytest.raises(OptionError):
        splice_model(catalogue.load(str(target), device="cpu"))


def test_that_the_repository_is_found_unpacked(tmp_path: Path) -> None:
    import torch

    folder = tmp_path / "Pangolin" / "pangolin" / "models"
    write(folder, groups=1)
    # The repository also has networks of usage and of version 1.
    torch.save({"weight": torch.zeros(2)}, folder / "final.1.1.3.v2")
    torch.save({"weight": torch.zeros(2)}, folder / "final.4.0.3")
    assert recognises(tmp_path / "Pangolin")
    found = read(tmp_path / "Pangolin")
    assert found.id == "pangolin-retrained"
    assert found.architecture["replicates"] == 12


def test_that_one_missing_network_is_told(tmp_path: Path) -> None:
    write(tmp_path, groups=1)
    (tmp_path / "final.2.4.3.v2").unlink()
    assert recognises(tmp_path)
    with pytest.raises(ModelError, match=r"missing: final\.2\.4\.3\.v2"):
        read(tmp_path)
    with pytest.raises(ModelError, match=r"missing: final\.1\.0\.3\.v2"):
        read(tmp_path / "final.3.0.3.v2")


def test_that_a_network_of_another_size_is_told(tmp_path: Path) -> None:
    import torch

    write(tmp_path, groups=1)
    name = "final.3.6.3.v2"
    torch.save(torch_state(0, PANGOLIN, 2, 3), tmp_path / name)
    with pytest.raises(ModelError, match=r"final\.3\.6\.3\.v2 .*different sizes"):
        read(tmp_path)


def test_that_a_missing_and_a_misshapen_tensor_are_told(tmp_path: Path) -> None:
    import torch

    states = write(tmp_path, groups=1)
    state = states[FILES[0]]
    del state["convs.0.bias"]
    state["conv_last4.weight"] = state["conv_last1.weight"]
    torch.save(state, tmp_path / FILES[0])
    with pytest.raises(ModelError) as caught:
        read(tmp_path)
    assert "“convs.0.bias” is missing" in caught.value.what
    assert "“conv_last4.weight” has shape (2, 3, 1)" in caught.value.what


def test_that_code_in_a_file_is_refused_and_not_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, groups=1)
    (tmp_path / FILES[7]).write_bytes(pickled_code())
    with pytest.raises(ModelError, match="print") as caught:
        read(tmp_path)
    assert FILES[7] in caught.value.where
    assert capsys.readouterr().out == ""


def test_that_a_truncated_file_is_refused(tmp_path: Path) -> None:
    write(tmp_path, groups=1)
    path = tmp_path / FILES[2]
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(ModelError, match="cannot be read") as caught:
        read(tmp_path)
    assert FILES[2] in caught.value.where


def test_that_networks_must_share_out_among_the_tissues(
    tmp_path: Path, target: Path
) -> None:
    import json

    write(tmp_path / "files", groups=1)
    convert(tmp_path / "files", target)
    path = target / "gfm_model.json"
    content = json.loads(path.read_text())
    content["architecture"]["replicates"] = 6
    path.write_text(json.dumps(content))
    with pytest.raises(ModelError, match="shared out"):
        pangolin.check(target)


def test_that_the_card_tells_the_size_that_the_networks_have() -> None:
    sizes = tensor_shapes(SpliceArchitecture(outputs=OUTPUTS)).values()
    assert CARD.parameters == 12 * sum(int(np.prod(shape)) for shape in sizes)
    assert catalogue.cards()["pangolin"] == CARD
    assert len(CARD.files) == 12
    assert CARD.tracks == ()
