"""A toy corpus for the pre-training programme, which lies outside the package."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT / "packaging"))

pytest.importorskip("tokenizers")

MAP = """lrg_id gene assembly chrom start_1based end strand
LRG_1 AAA GRCh38 1 1 3000 1
LRG_2 BBB GRCh38 1 2900 5899 1
LRG_3 CCC GRCh38 1 9000 11999 -1
LRG_4 DDD GRCh37.p13 2 1 3000 1
LRG_5 EEE GRCh37.p13 2 3000 5999 1
LRG_6 FFF GRCh38 2 20000 22999 1
"""


@pytest.fixture
def toy_data(tmp_path: Path) -> Path:
    """Return a folder laid out as the shared data: six regions, four chromosomes."""
    random = np.random.default_rng(0)
    folder = tmp_path / "data"
    for name in ("lrg", "yeast"):
        (folder / name).mkdir(parents=True)

    def letters(length: int) -> str:
        return "".join(random.choice(list("ACGT"), length))

    def packed(path: Path, text: str) -> None:
        path.write_bytes(gzip.compress(text.encode()))

    regions = [f"LRG_{i}" for i in range(1, 7)]
    packed(
        folder / "lrg/lrg.fa.gz",
        "".join(f">{n} gene=x\n{letters(2000)}\n{letters(1000)}\n" for n in regions),
    )
    genes = dict(zip(regions, ("AAA", "BBB", "CCC", "DDD", "EEE", "FFF"), strict=True))
    packed(
        folder / "lrg/lrg.gtf.gz",
        "".join(
            f'{n}\tLRG\texon\t{a}\t{b}\t.\t+\t.\tgene_id "{n}"; gene_name "{g}"; '
            f'transcript_id "{n}t1";\n'
            for n, g in genes.items()
            for a, b in ((501, 700), (1501, 1800))
        ),
    )
    table = MAP.replace(" ", "\t")
    (folder / "lrg/lrg.mapping.tsv").write_text(table, encoding="utf-8")
    chromosomes = ("chrI", "chrII", "chrIV", "chrVIII")
    packed(
        folder / "yeast/sacCer3.fa.gz",
        "".join(f">{n}\n{letters(4000)}\n" for n in chromosomes),
    )
    packed(folder / "yeast/sacCer3.ensGene.gtf.gz", "")
    return folder


@pytest.fixture
def toy_settings() -> Any:
    """Return the real configuration with small sizes and no hashes."""
    from pretraining import settings

    changes = [
        "data.sha256={}",
        "data.test_percent=30",
        "data.validation_percent=30",
        "vocabulary.pieces=40",
        "vocabulary.sample_bases=20000",
        "network.width=16",
        "network.layers=2",
        "network.heads=2",
        "network.inner=24",
        "network.attention_every=2",
        "training.steps=12",
        "training.warmup=2",
        "training.cooldown=4",
        "training.nucleotide={sequences=3, words=64, weight=1.0}",
        "training.kmer={sequences=2, words=20, weight=0.2}",
        "training.bpe={sequences=2, words=20, weight=0.2}",
        "evaluation={windows=4, pairs=20}",
        "training.validation={every_steps=4, nucleotide=4, kmer=4, bpe=4}",
    ]
    config = ROOT / "packaging" / "pretraining" / "config.toml"
    return settings.read(config, changes)


@pytest.fixture
def toy(toy_data: Path, toy_settings: Any, tmp_path: Path) -> tuple[Any, Any, Path]:
    """Return settings, corpus and the folder with the vocabularies."""
    from pretraining import data, vocabularies

    out = tmp_path / "out"
    corpus = data.prepare(toy_settings.data, toy_data, out)
    vocabularies.make(toy_settings.vocabulary, corpus, 1, out)
    return toy_settings, corpus, out
