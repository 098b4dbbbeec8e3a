"""SpliceAI's Keras files become a model that gives the graph's own numbers."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest

from gfm_desktop.errors import ModelError
from gfm_desktop.models import catalogue, spliceai
from gfm_desktop.models.splice_ensemble import SpliceEnsemble

from .splice_kit import FLANK, Keras, convert, letters, recognises, write_spliceai

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    return folder


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "target"
    folder.mkdir()
    return folder


def test_that_the_mean_of_five_keras_graphs_comes_out(
    files: Path, target: Path
) -> None:
    graphs = write_spliceai(files)
    assert recognises(files)
    convert(files, target)
    spliceai.check(target)
    model = catalogue.load(str(target), device="cpu")
    assert isinstance(model, SpliceEnsemble)
    assert model.flank == FLANK
    sequence = letters(2 * FLANK + 33)
    (found,) = model.predict([sequence])
    expected = np.mean([graph.predict(sequence) for graph in graphs], axis=0)
    assert found.shape == (33, 3)
    np.testing.assert_allclose(found, expected, rtol=0, atol=2e-6)
    assert np.ptp(expected[:, 1]) > 0.1


def test_that_files_which_are_not_the_published_ones_say_so(
    files: Path, target: Path
) -> None:
    write_spliceai(files)
    convert(files, target)
    card = catalogue.card_of(str(target))
    assert card.id == "spliceai-retrained"
    assert "does not know these files" in card.limits
    assert card.context_bp == 2 * FLANK
    assert not card.commercial_use
    assert "NonCommercial" in (target / "LICENSE.txt").read_text()


@pytest.mark.parametrize("place", ["", "models", "spliceai/models"])
def test_that_the_package_is_found_unpacked(place: str, tmp_path: Path) -> None:
    folder = tmp_path / "package" / place
    folder.mkdir(parents=True)
    write_spliceai(folder)
    assert recognises(tmp_path / "package")
    assert len(spliceai.read(tmp_path / "package").tensors) == 5 * 58


def test_that_the_wheel_needs_no_unpacking(files: Path) -> None:
    write_spliceai(files)
    path = files / "spliceai-1.3.1-py2.py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for number in range(1, 6):
            name = f"spliceai{number}.h5"
            wheel.write(files / name, f"spliceai/models/{name}")
    assert recognises(path)
    unpacked, packed = spliceai.read(files), spliceai.read(path)
    assert unpacked.tensors.keys() == packed.tensors.keys()
    for name, values in packed.tensors.items():
        np.testing.assert_array_equal(values, unpacked.tensors[name])


def test_that_fewer_than_five_files_are_refused(files: Path) -> None:
    write_spliceai(files)
    (files / "spliceai4.h5").unlink()
    assert recognises(files)
    with pytest.raises(ModelError, match=r"spliceai4\.h5 is missing"):
        spliceai.read(files)


def lacks_weights(graph: Keras) -> None:
    del graph.weights["conv1d_4"]


def lacks_a_bias(graph: Keras) -> None:
    del graph.weights["conv1d_4"]["bias"]


def has_a_wide_kernel(graph: Keras) -> None:
    graph.weights["conv1d_4"]["kernel"] = np.zeros((9, 4, 4), np.float32)


def has_another_activation(graph: Keras) -> None:
    graph.layer("activation_3")["activation"] = "elu"


def has_another_epsilon(graph: Keras) -> None:
    graph.layer("batch_normalization_2")["epsilon"] = 1e-5


def has_another_padding(graph: Keras) -> None:
    graph.layer("conv1d_4")["padding"] = "causal"


def has_another_dilation(graph: Keras) -> None:
    graph.layer("conv1d_4")["dilation_rate"] = [3]


def crops_too_little(graph: Keras) -> None:
    graph.layer("cropping1d_1")["cropping"] = [FLANK - 1, FLANK - 1]


def lacks_a_setting(graph: Keras) -> None:
    del graph.layer("cropping1d_1")["cropping"]


def goes_in_a_circle(graph: Keras) -> None:
    (add,) = [layer for layer in graph.layers if layer["name"] == "add_2"]
    add["inbound_nodes"][0][1][0] = "add_2"


def has_one_more_layer(graph: Keras) -> None:
    extra = dict(graph.layers[-1], name="conv1d_99")
    graph.layers.append(extra)
    graph.weights["conv1d_99"] = {}


def has_unknown_weights(graph: Keras) -> None:
    graph.weights["dense_1"] = {"kernel": np.zeros((2, 2), np.float32)}


def reads_a_layer_that_is_not_there(graph: Keras) -> None:
    graph.layers[-1]["inbound_nodes"][0][0][0] = "cropping1d_7"


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lacks_weights, "“conv1d_4” are missing"),
        (lacks_a_bias, "bias is missing"),
        (has_a_wide_kernel, r"shape \(4, 4, 9\), not \(4, 4, 3\)"),
        (has_another_activation, "activation is elu"),
        (has_another_epsilon, "batch_normalization_2"),
        (has_another_padding, "conv1d_4"),
        (has_another_dilation, "differs from the first of its unit"),
        (crops_too_little, "crops 19 positions"),
        (lacks_a_setting, "lacks a setting"),
        (goes_in_a_circle, "“add_2” does not fit"),
        (has_one_more_layer, "“conv1d_99” is no layer"),
        (has_unknown_weights, "unknown layer “dense_1”"),
        (reads_a_layer_that_is_not_there, "“cropping1d_7” is missing"),
    ],
)
def test_that_a_graph_which_is_not_spliceai_s_is_refused(
    spoil: Callable[[Keras], None], words: str, files: Path, target: Path
) -> None:
    write_spliceai(files)
    graph = Keras(3)
    spoil(graph)
    graph.write(files / "spliceai3.h5")
    with pytest.raises(ModelError, match=words) as caught:
        convert(files, target)
    assert "spliceai3.h5" in caught.value.where


@pytest.mark.parametrize("kept", [0, 100, 5_000])
def test_that_a_truncated_file_is_refused(kept: int, files: Path) -> None:
    write_spliceai(files)
    path = files / "spliceai2.h5"
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(ModelError, match="missing or incomplete") as caught:
        spliceai.read(files)
    assert "spliceai2.h5" in caught.value.where


def test_that_an_hdf5_file_of_something_else_is_refused(files: Path) -> None:
    import h5py

    write_spliceai(files)
    with h5py.File(files / "spliceai1.h5", "w") as file:
        file["counts"] = np.arange(3)
    with pytest.raises(ModelError, match="not in Keras 2's layout"):
        spliceai.read(files)


def test_that_values_which_are_no_numbers_are_refused(
    files: Path, target: Path
) -> None:
    write_spliceai(files)
    graph = Keras(5)
    graph.weights["conv1d_4"]["bias"][0] = np.nan
    graph.write(files / "spliceai5.h5")
    with pytest.raises(ModelError, match="no numbers"):
        convert(files, target)


def test_that_the_published_model_is_listed_with_its_licence() -> None:
    card = catalogue.cards()["spliceai"]
    assert card.licence == "CC-BY-NC-4.0"
    assert not card.commercial_use
    assert card.scorers == ("splice-delta",)
    assert len(card.files) == 5


def test_that_other_folders_are_not_spliceai_s(tmp_path: Path) -> None:
    (tmp_path / "spliceai6.h5").write_bytes(b"")
    (tmp_path / "other.whl").write_bytes(b"no zip")
    assert not recognises(tmp_path)
    assert not recognises(tmp_path / "other.whl")
    assert not recognises(tmp_path / "nowhere")
