"""OpenSpliceAI's PyTorch files become a model that gives the program's own numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from gfm_desktop.errors import ModelError
from gfm_desktop.models import catalogue, openspliceai
from gfm_desktop.models.openspliceai_files import read
from gfm_desktop.models.splice_ensemble import SpliceEnsemble
from gfm_desktop.models.splice_network import tensor_shapes

from .splice_kit import (
    OPENSPLICEAI,
    convert,
    letters,
    pickled_code,
    recognises,
    torch_slowly,
    torch_state,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import torch

FLANKS = (40, 200, 1_000, 5_000)


def softmax(values: np.ndarray) -> np.ndarray:
    powers = np.exp(values - values.max(axis=0))
    return np.asarray(powers / powers.sum(axis=0))


def write(
    folder: Path, *, groups: int = 1, channels: int = 3, replicates: int = 2
) -> list[dict[str, torch.Tensor]]:
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    states = []
    for seed in range(replicates):
        state = torch_state(seed, OPENSPLICEAI, groups, channels)
        size = 2 * FLANKS[groups - 1]
        torch.save(state, folder / f"model_{size}nt_rs{10 + seed}.pt")
        states.append(state)
    return states


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "target"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(("groups", "channels"), [(1, 3), (2, 4), (3, 2), (4, 2)])
def test_that_every_size_gives_the_mean_of_its_networks(
    groups: int, channels: int, tmp_path: Path, target: Path
) -> None:
    states = write(tmp_path / "files", groups=groups, channels=channels)
    assert recognises(tmp_path / "files")
    convert(tmp_path / "files", target)
    openspliceai.check(target)
    model = catalogue.load(str(target), device="cpu")
    assert isinstance(model, SpliceEnsemble)
    assert model.flank == FLANKS[groups - 1]
    assert model.card.context_bp == 2 * model.flank
    sequence = letters(2 * model.flank + 21)
    (found,) = model.predict([sequence])
    told = [
        softmax(torch_slowly(state, OPENSPLICEAI, groups, 0.1, sequence))
        for state in states
    ]
    np.testing.assert_allclose(found.T, np.mean(told, axis=0), rtol=0, atol=2e-6)
    assert np.ptp(found[:, 1]) > 0.05


def test_that_one_file_is_a_model_that_says_it_is_alone(
    tmp_path: Path, target: Path
) -> None:
    (state, _) = write(tmp_path / "files")
    path = tmp_path / "files" / "model_80nt_rs10.pt"
    assert recognises(path)
    convert(path, target)
    model = catalogue.load(str(target), device="cpu")
    assert isinstance(model, SpliceEnsemble)
    assert model.card.id == "openspliceai-own-80nt-of-1"
    assert "mean of 1 networks" in model.card.limits
    sequence = letters(81)
    (found,) = model.predict([sequence])
    expected = softmax(torch_slowly(state, OPENSPLICEAI, 1, 0.1, sequence))
    np.testing.assert_allclose(found.T, expected, rtol=0, atol=2e-6)


@pytest.mark.parametrize(
    ("folder", "species"),
    [
        ("openspliceai-mouse", ("Mus musculus",)),
        ("openspliceai-arabidopsis", ("Arabidopsis thaliana",)),
        ("somewhere", ()),
    ],
)
def test_that_the_species_is_that_of_the_project_s_folder(
    folder: str, species: tuple[str, ...], tmp_path: Path, target: Path
) -> None:
    write(tmp_path / folder / "80nt", replicates=5)
    convert(tmp_path / folder / "80nt", target)
    card = catalogue.card_of(str(target))
    assert card.species == species
    assert "does not know these files" in card.limits
    assert card.licence == "GPL-3.0-only"
    assert (target / "LICENSE.txt").is_file()


def test_that_a_folder_of_several_models_asks_for_one(tmp_path: Path) -> None:
    write(tmp_path / "files" / "80nt")
    write(tmp_path / "files" / "400nt", groups=2)
    assert recognises(tmp_path / "files")
    with pytest.raises(ModelError, match="400nt, 80nt"):
        read(tmp_path / "files")


def test_that_networks_of_different_sizes_are_not_averaged(tmp_path: Path) -> None:
    write(tmp_path / "files", replicates=1)
    write(tmp_path / "files", groups=2, replicates=1)
    with pytest.raises(ModelError, match="different sizes"):
        read(tmp_path / "files")


def lacks_a_tensor(state: dict[str, torch.Tensor]) -> None:
    del state["residual_units.1.batchnorm2.running_var"]


def lacks_the_start(state: dict[str, torch.Tensor]) -> None:
    del state["initial_conv.weight"]


def has_an_extra_tensor(state: dict[str, torch.Tensor]) -> None:
    state["residual_units.7.conv.weight"] = state["final_conv.weight"]


def has_a_wrong_shape(state: dict[str, torch.Tensor]) -> None:
    state["final_conv.weight"] = state["final_conv.weight"][:2]


def has_other_kernels(state: dict[str, torch.Tensor]) -> None:
    name = "residual_units.2.conv1.weight"
    state[name] = state[name][:, :, :9].clone()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lacks_a_tensor, "“residual_units.1.batchnorm2.running_var” is missing"),
        (lacks_the_start, "“initial_conv.weight” or a residual unit"),
        (has_an_extra_tensor, "“residual_units.7.conv.weight” is not part"),
        (has_a_wrong_shape, r"“final_conv.weight” has shape \(2, 3, 1\)"),
        (has_other_kernels, "no published network: 11, 11, 9, 11"),
    ],
)
def test_that_a_file_of_another_network_is_refused(
    spoil: Callable[[dict[str, torch.Tensor]], None], words: str, tmp_path: Path
) -> None:
    import torch

    (state, _) = write(tmp_path / "files")
    spoil(state)
    path = tmp_path / "files" / "model_80nt_rs10.pt"
    torch.save(state, path)
    assert recognises(path)
    with pytest.raises(ModelError, match=words) as caught:
        read(path)
    assert caught.value.where == str(path)


def test_that_code_in_a_file_is_refused_and_not_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "model_80nt_rs10.pt"
    path.write_bytes(pickled_code())
    assert recognises(path)
    with pytest.raises(ModelError, match="print"):
        read(path)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("kept", [0, 50, 2_000])
def test_that_a_truncated_file_is_refused(kept: int, tmp_path: Path) -> None:
    write(tmp_path, replicates=1)
    path = tmp_path / "model_80nt_rs10.pt"
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(ModelError, match="cannot be read"):
        read(path)


def test_that_a_file_of_another_name_is_known_by_its_tensors(tmp_path: Path) -> None:
    import torch

    write(tmp_path, replicates=1)
    path = (tmp_path / "model_80nt_rs10.pt").rename(tmp_path / "mine.pt")
    assert recognises(path)
    torch.save({"weight": torch.zeros(3)}, tmp_path / "other.pt")
    assert not recognises(tmp_path / "other.pt")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("groups", []),
        ("groups", [[10, 1]]),
        ("groups", "many"),
        ("channels", 0),
        ("units", 2.5),
        ("replicates", 0),
    ],
)
def test_that_a_description_that_cannot_be_is_refused(
    name: str, value: object, tmp_path: Path, target: Path
) -> None:
    import json

    write(tmp_path / "files")
    convert(tmp_path / "files", target)
    path = target / "gfm_model.json"
    content = json.loads(path.read_text())
    content["architecture"][name] = value
    path.write_text(json.dumps(content))
    for use in (openspliceai.check, lambda folder: openspliceai.load(folder, "cpu")):
        with pytest.raises(ModelError, match=f"cannot have {name}"):
            use(target)


def test_that_the_cards_tell_the_sizes_that_the_networks_have() -> None:
    from gfm_desktop.models.splice_description import PUBLISHED_GROUPS
    from gfm_desktop.models.splice_network import SpliceArchitecture

    assert [card.context_bp for card in openspliceai.CARDS] == [10_000, 2_000, 400, 80]
    for card, groups in zip(openspliceai.CARDS, (4, 3, 2, 1), strict=True):
        sizes = SpliceArchitecture(groups=PUBLISHED_GROUPS[:groups])
        count = sum(int(np.prod(s)) for s in tensor_shapes(sizes).values())
        assert card.context_bp == 2 * sizes.flank
        assert card.parameters == 5 * count
        assert card.commercial_use
