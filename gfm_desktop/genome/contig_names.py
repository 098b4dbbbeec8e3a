"""Contig names that mean the same, and the builds that lengths give away.

Lengths: the assemblies' own reports (GRCh37.p13, GRCh38.p14, T2T-CHM13v2.0, GRCm38.p6,
GRCm39, R64). RefSeq accessions NC_000001 to NC_000024 grow by one version a build.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_HUMAN = [*(str(n) for n in range(1, 23)), "X", "Y"]


def _human(*lengths: int) -> dict[str, int]:
    return dict(zip(_HUMAN, lengths, strict=True))


# fmt: off
BUILDS: dict[str, dict[str, int]] = {
    "GRCh37": _human(
        249250621, 243199373, 198022430, 191154276, 180915260, 171115067, 159138663,
        146364022, 141213431, 135534747, 135006516, 133851895, 115169878, 107349540,
        102531392, 90354753, 81195210, 78077248, 59128983, 63025520, 48129895,
        51304566, 155270560, 59373566),
    "GRCh38": _human(
        248956422, 242193529, 198295559, 190214555, 181538259, 170805979, 159345973,
        145138636, 138394717, 133797422, 135086622, 133275309, 114364328, 107043718,
        101991189, 90338345, 83257441, 80373285, 58617616, 64444167, 46709983,
        50818468, 156040895, 57227415),
    "T2T-CHM13v2": _human(
        248387328, 242696752, 201105948, 193574945, 182045439, 172126628, 160567428,
        146259331, 150617247, 134758134, 135127769, 133324548, 113566686, 101161492,
        99753195, 96330374, 84276897, 80542538, 61707364, 66210255, 45090682,
        51324926, 154259566, 62460029),
    "GRCm38": {"1": 195471971, "2": 182113224, "19": 61431566, "X": 171031299},
    "GRCm39": {"1": 195154279, "2": 181755017, "19": 61420004, "X": 169476575},
    "sacCer3": {
        "I": 230218, "II": 813184, "III": 316620, "IV": 1531933, "V": 576874,
        "VI": 270161, "VII": 1090940, "VIII": 562643, "IX": 439888, "X": 745751,
        "XI": 666816, "XII": 1078177, "XIII": 924431, "XIV": 784333, "XV": 1091291,
        "XVI": 948066},
}
"""Build to contig (without ``chr``) to length in bp."""

_REFSEQ_GRCH38 = _human(
    11, 12, 12, 12, 10, 12, 14, 11, 12, 11, 10, 12, 11, 9, 10, 10, 11, 10, 10, 11, 9,
    11, 11, 10)
# fmt: on
_ROMAN = [
    "I",
    "II",
    "III",
    "IV",
    "V",
    "VI",
    "VII",
    "VIII",
    "IX",
    "X",
    "XI",
    "XII",
    "XIII",
    "XIV",
    "XV",
    "XVI",
]
_OTHER_BUILD = "another build"
_UCSC_HG19_M = 16571  # NC_001807, another sequence than MT (16,569 bp)


def build_of(lengths: Mapping[str, int]) -> str | None:
    """Return the build whose lengths these contigs have, or None.

    Args:
        lengths: Contig name (any spelling) to length in bp.
    """
    by_length = {
        (core, length): build
        for build, contigs in BUILDS.items()
        for core, length in contigs.items()
    }
    votes = Counter(
        build
        for name, length in lengths.items()
        if (build := by_length.get((_core(name), length)))
    )
    return votes.most_common(1)[0][0] if votes else None


def _core(name: str) -> str:
    """Return the bare name: ``chr22`` and ``NC_000022.10`` are both ``22``."""
    accession = _refseq(name)
    if accession:
        return accession[0]
    bare = name
    for prefix in ("chromosome", "chrom", "chr"):
        if bare.lower().startswith(prefix) and len(bare) > len(prefix):
            bare = bare[len(prefix) :].lstrip("_")
            break
    bare = bare.upper() if len(bare) <= 5 else bare
    return "MT" if bare == "M" else bare


def _refseq(name: str) -> tuple[str, str] | None:
    """Return contig and build (empty for MT) of a human RefSeq accession."""
    head, dot, version = name.partition(".")
    if head == "NC_012920":
        return "MT", ""
    if not head.startswith("NC_0000") or not head[3:].isdigit():
        return None
    number = int(head[3:])
    if not 1 <= number <= 24:
        return None
    core = _HUMAN[number - 1]
    newest = _REFSEQ_GRCH38[core]
    builds = {str(newest): "GRCh38", str(newest - 1): "GRCh37"}
    return core, builds.get(version, _OTHER_BUILD) if dot else ""


class ContigNames:
    """Finds the genome's own name for whatever a file calls a contig."""

    def __init__(self, contigs: Mapping[str, int]) -> None:
        """Index the spellings.

        Args:
            contigs: The genome's names and lengths in bp.
        """
        self._contigs = contigs
        self._build = build_of(contigs)
        self._folded: dict[str, list[str]] = {}
        for name in contigs:
            self._folded.setdefault(_core(name), []).append(name)
        self._roman = all(numeral in self._folded for numeral in _ROMAN[:10])

    def resolve(self, name: str, *, length: int | None = None) -> str | None:
        """Return the genome's name for `name`, or None where there is none.

        Args:
            name: Any spelling: ``chr22``, ``22``, ``NC_000022.10``, ``MT``, ``chrM``.
            length: Length in bp that the file states; another length is another
                sequence, whatever its name.
        """
        found = self._spelled(name)
        if found is None or length in (None, self._contigs[found]):
            return found
        return None

    def explain(self, name: str, *, length: int | None = None) -> str:
        """Return in words why `resolve` found nothing."""
        accession = _refseq(name)
        found = self._spelled(name)
        if found is not None and length is not None:
            return (
                f"the file's {name} has {length:,} bp, the genome's {found} "
                f"{self._contigs[found]:,} bp: another build"
            )
        if accession and accession[1]:
            mine = f"; this genome is {self._build}" if self._build else ""
            return f"{name} is chromosome {accession[0]} of {accession[1]}{mine}"
        return f"the genome has no contig {name}"

    def _spelled(self, name: str) -> str | None:
        if name in self._contigs:
            return name
        accession = _refseq(name)
        if accession and accession[1] not in ("", self._build or accession[1]):
            return None
        if accession and accession[1] == _OTHER_BUILD:
            return None
        core = _core(name)
        if self._roman and core.isdigit() and 1 <= int(core) <= len(_ROMAN):
            core = _ROMAN[int(core) - 1]
        candidates = self._folded.get(core, [])
        if len(candidates) != 1:
            return None
        found = candidates[0]
        if core == "MT" and self._contigs[found] == _UCSC_HG19_M:
            return None
        return found
