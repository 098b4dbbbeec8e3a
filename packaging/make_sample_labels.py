"""Build resources/sample/labels from the PyPI package concise.

    pip download --no-deps --no-binary :all: concise==0.6.9
    python packaging/make_sample_labels.py --concise concise-0.6.9.tar.gz
    python packaging/make_sample_labels.py --concise concise-0.6.9.tar.gz \
        --full --out pum2_full.csv

The package's source holds stretches of human transcripts, 101 letters long, that PUM2
binds or does not, in three files: train, valid and test are different chromosomes. The
sample is a part of each, chosen by the hash of the sequence; ``--full`` writes all of
them. The same package gives the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import tarfile
from collections import defaultdict
from pathlib import Path

PARTS = ("train", "valid", "test")
FILE = "concise-0.6.9/data/RBP/PUM2_{part}.csv"
COLUMNS = ("sequence", "label", "split", "chromosome", "gene")
EXAMPLES = 3_000
"""Examples of the sample; parts and labels keep the shares that they have in all."""
OUT = Path("resources/sample/labels/pum2.csv")

Example = dict[str, str]


def main() -> None:
    """Read the package and write one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--concise", type=Path, required=True, help=".tar.gz or folder")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--full", action="store_true", help="all examples")
    arguments = parser.parse_args()
    examples = [one for part in PARTS for one in read(arguments.concise, part)]
    if not arguments.full:
        examples = chosen(examples, EXAMPLES)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_bytes(table(examples))
    print(f"{len(examples):,} examples, {arguments.out.stat().st_size:,} bytes")


def read(source: Path, part: str) -> list[Example]:
    """Return the examples of one part, in the package's order."""
    name = FILE.format(part=part)
    if source.is_dir():
        text = (source.parent / name).read_text()
    else:
        with tarfile.open(source) as package:
            member = package.extractfile(name)
            if member is None:
                raise SystemExit(f"{source} has no {name}")
            text = member.read().decode()
    return [
        {
            "sequence": row["seq"],
            "label": str(int(row["binding_site"] == "TRUE")),
            "split": part,
            "chromosome": row["seqnames"],
            "gene": row["gene_name"],
        }
        for row in csv.DictReader(io.StringIO(text))
    ]


def chosen(examples: list[Example], number: int) -> list[Example]:
    """Return so many examples, part by part and label by label in proportion.

    Sequences of unknown letters only are left out; the smallest hashes are taken, which
    is as good as chance and needs no random numbers.
    """
    usable = [one for one in examples if set(one["sequence"]) - {"N"}]
    kinds: defaultdict[tuple[str, str], list[Example]] = defaultdict(list)
    for one in usable:
        kinds[one["split"], one["label"]].append(one)
    taken = set()
    for members in kinds.values():
        members.sort(key=lambda one: hashlib.sha256(one["sequence"].encode()).digest())
        count = round(number * len(members) / len(usable))
        taken.update(map(id, members[:count]))
    return [one for one in usable if id(one) in taken]


def table(examples: list[Example]) -> bytes:
    """Return the examples as CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(examples)
    return text.getvalue().encode()


if __name__ == "__main__":
    main()
