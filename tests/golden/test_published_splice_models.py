"""Published splice weights give the numbers of the programs that they come from.

OpenSpliceAI's and Pangolin's weights lie in ``../shared/weights``. SpliceAI's may not
be passed on: they are looked for in $GFM_SPLICEAI_WEIGHTS, in
``../shared/weights/spliceai`` and in an installed package ``spliceai``.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gfm_desktop.genome.annotation import GeneModels
from gfm_desktop.genome.reference import Reference
from gfm_desktop.genome.variant import Variant
from gfm_desktop.models import catalogue, spliceai
from gfm_desktop.models.importing import Origin, write_folder
from gfm_desktop.models.pangolin import PangolinModel
from gfm_desktop.models.pangolin_files import read_network
from gfm_desktop.models.pangolin_network import SPLICE, pangolin_class
from gfm_desktop.models.sequence import one_hot, reverse_complement
from gfm_desktop.models.splice_ensemble import SpliceEnsemble
from gfm_desktop.models.splice_network import SPLICEAI_10K, folded, replicate_class
from gfm_desktop.scoring import splice_delta

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHARED = Path(__file__).parents[3] / "shared"
SPLICEAI_TOLERANCE = 1e-4
TORCH_TOLERANCE = 1e-5


def golden(name: str) -> tuple[dict[str, Any], dict[str, NDArray[np.float32]]]:
    folder = SHARED / "golden" / name
    if not folder.is_dir():
        pytest.skip(f"{folder} is not here")
    inputs = json.loads((folder / "inputs.json").read_text())
    with np.load(folder / "expected.npz") as stored:
        return inputs, {key: stored[key] for key in stored.files}


def weights(folder: str, file: str, sha256: str) -> Path:
    path = SHARED / "weights" / folder / file
    if not path.is_file():
        pytest.skip(f"{path} is not here")
    assert hashlib.sha256(path.read_bytes()).hexdigest() == sha256
    return path


def spliceai_weights() -> Path:
    places = [SHARED / "weights" / "spliceai"]
    if named := os.environ.get("GFM_SPLICEAI_WEIGHTS"):
        places.insert(0, Path(named))
    # Found, not imported: importing it would need Keras.
    package = importlib.util.find_spec("spliceai")
    if package is not None and package.submodule_search_locations:
        places += map(Path, package.submodule_search_locations)
    for place in places:
        if place.exists() and spliceai.finds(place):
            return place
    pytest.skip("SpliceAI's weights are not here (GFM_SPLICEAI_WEIGHTS names them)")


def loaded(path: Path, target: Path) -> object:
    write_folder(path, target, "", Origin())()
    return catalogue.load(str(target), device="cpu")


def largest(found: NDArray[np.float32], expected: NDArray[np.float32]) -> float:
    assert found.shape == expected.shape
    return float(np.abs(found - expected).max())


def test_that_spliceai_gives_what_the_keras_program_gave(tmp_path: Path) -> None:
    inputs, expected = golden("spliceai_real")
    path = spliceai_weights()
    model = loaded(path, tmp_path)
    assert isinstance(model, SpliceEnsemble)
    assert dict(model.card.files) == inputs["weights"]
    for number, window in enumerate(inputs["windows"]):
        (found,) = model.predict([window["seq"]])
        assert expected[f"y_mean_{number}"][:, 1:].max() > 0.01
        assert largest(found, expected[f"y_mean_{number}"]) < SPLICEAI_TOLERANCE


def test_that_spliceai_s_delta_scores_are_the_program_s(tmp_path: Path) -> None:
    inputs, _ = golden("spliceai_real")
    model = loaded(spliceai_weights(), tmp_path)
    assert isinstance(model, SpliceEnsemble)
    genome, genes = _chromosome(inputs, tmp_path)
    compared = 0
    for case in inputs["delta_scores"]:
        variants = [
            Variant("10", case["pos"] - 1, case["ref"], alt) for alt in case["alts"]
        ]
        found = splice_delta.score(
            model,
            variants,
            reference=genome,
            genes=genes,
            distance=case["distance"],
            masked=bool(case["mask"]),
        )
        assert [one.columns.get("splice") for one in found] == case["scores"]
        compared += len(found)
    assert compared == 24
    genome.close()


def _chromosome(inputs: dict[str, Any], folder: Path) -> tuple[Reference, GeneModels]:
    """Return the part of chr10 that the golden windows hold, and its gene.

    The program shows the network nothing outside the transcript, so N may stand there.
    """
    window = inputs["windows"][0]
    assert window["kind"] == "rc"
    letters = reverse_complement(window["seq"])
    before = "N" * (window["fasta_start_1based"] - 1)
    after = "N" * (110_000 - len(before) - len(letters))
    fasta = folder / "chr10.fa"
    fasta.write_text(f">10\n{before}{letters}{after}\n")
    (row,) = inputs["annotation_rows"]
    exons = list(zip(row["exon_starts_1based"], row["exon_ends"], strict=True))
    assert exons[0][0] == row["tx_start_1based"]
    name = f'gene_id "{row["name"]}"; gene_name "{row["name"]}"'
    transcript = f'{name}; transcript_id "T"'
    span = (row["tx_start_1based"], row["tx_end"])
    lines = [("gene", span, name), ("transcript", span, transcript)]
    lines += [("exon", exon, transcript) for exon in exons]
    gtf = folder / "genes.gtf"
    gtf.write_text(
        "".join(
            f"10\tgolden\t{kind}\t{start}\t{end}\t.\t{row['strand']}\t.\t{more};\n"
            for kind, (start, end), more in lines
        )
    )
    reference = Reference.open(fasta)
    return reference, GeneModels.load(gtf, reference=reference, cache=folder)


@pytest.mark.parametrize("replicate", range(5))
def test_that_each_network_of_spliceai_gives_its_own_numbers(replicate: int) -> None:
    import torch

    inputs, expected = golden("spliceai_real")
    found = spliceai.read(spliceai_weights())
    tensors = {
        name.removeprefix(f"replicate_{replicate}."): torch.from_numpy(values)
        for name, values in found.tensors.items()
        if name.startswith(f"replicate_{replicate}.")
    }
    module = replicate_class()(SPLICEAI_10K)
    module.load_state_dict(folded(tensors, SPLICEAI_10K))
    for number, window in enumerate(inputs["windows"]):
        told = run(module, window["seq"]).T
        given = expected[f"y_models_{number}"][replicate]
        assert largest(told, given) < SPLICEAI_TOLERANCE


@pytest.mark.parametrize("number", range(3))
def test_that_openspliceai_gives_what_its_program_gave(
    number: int, tmp_path: Path
) -> None:
    inputs, expected = golden("openspliceai_real")
    about = inputs["models"][number]
    file = about["weights"].removeprefix("models/openspliceai-mane/")
    path = weights("openspliceai-mane", file, about["sha256"])
    model = loaded(path, tmp_path)
    assert isinstance(model, SpliceEnsemble)
    assert 2 * model.flank == about["flank"]
    for window, given in enumerate(about["windows"]):
        (found,) = model.predict([given["seq"]])
        told = expected[f"y_{number}_{window}"]
        assert largest(found.T, told) < TORCH_TOLERANCE


@pytest.mark.parametrize("size", ["400nt", "2000nt", "10000nt"])
def test_that_openspliceai_is_the_mean_of_its_five_networks(
    size: str, tmp_path: Path
) -> None:
    folder = SHARED / "weights" / "openspliceai-mane" / size
    if not folder.is_dir():
        pytest.skip(f"{folder} is not here")
    (tmp_path / "all").mkdir()
    model = loaded(folder, tmp_path / "all")
    assert isinstance(model, SpliceEnsemble)
    assert model.card.id == f"openspliceai-mane-{size}"
    listed = catalogue.cards()[model.card.id]
    assert model.card == listed
    rng = np.random.default_rng(4)
    sequence = "".join(rng.choice(list("ACGT"), 2 * model.flank + 40))
    told = []
    for file in sorted(folder.glob("*.pt")):
        (tmp_path / file.stem).mkdir()
        one = loaded(file, tmp_path / file.stem)
        assert isinstance(one, SpliceEnsemble)
        told += one.predict([sequence])
    assert len(told) == 5
    (found,) = model.predict([sequence])
    assert largest(found, np.mean(told, axis=0)) < 1e-6


def test_that_pangolin_gives_what_its_program_gave(tmp_path: Path) -> None:
    import torch

    inputs, expected = golden("pangolin_real")
    for number, about in enumerate(inputs["models"]):
        name = Path(about["weights"]).name
        path = weights("pangolin", name, about["sha256"])
        architecture, tensors = read_network(path)
        module = pangolin_class()(architecture)
        stored = {n: torch.from_numpy(v) for n, v in tensors.items()}
        module.load_state_dict(folded(stored, architecture))
        for window, given in enumerate(about["windows"]):
            told = expected[f"y_{number}_{window}"]
            assert largest(run(module, given["seq"]), told) < TORCH_TOLERANCE
    model = loaded(SHARED / "weights" / "pangolin", tmp_path)
    assert isinstance(model, PangolinModel)
    assert model.card == catalogue.cards()["pangolin"]
    # The first network is that of the golden numbers: replicate 1 of the heart.
    assert Path(inputs["models"][0]["weights"]).name == "final.1.0.3.v2"
    window = inputs["models"][0]["windows"][0]["seq"]
    (found,) = model.replicate_probabilities([window])
    assert found.shape[1:] == (4, 3)
    assert largest(found[:, 0, 0], expected["y_0_0"][SPLICE[0]]) < TORCH_TOLERANCE
    (mean,) = model.tissue_probabilities([window])
    assert largest(mean, found.mean(axis=2)) == 0
    (other,) = model.tissue_probabilities([reverse_complement(window)])
    assert largest(mean, other[::-1]) > 0.1  # It reads one strand only.


def run(module: Any, sequence: str) -> NDArray[np.float32]:
    """Return a network's outputs, shape (outputs, n)."""
    import torch

    bases = torch.from_numpy(one_hot(sequence).T.copy())[None, :, None]
    with torch.inference_mode():
        values: NDArray[np.float32] = module.eval()(bases)[0].numpy()
    return values
