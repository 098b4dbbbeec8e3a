"""Header lines that say where the numbers in an exported VCF come from."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gfm_desktop.jobs.export.program_tag import ProgramTag
    from gfm_desktop.jobs.run_folder import Manifest

OWN_KEYS = ("GFM_SCORE", "GFM_STATUS", "GFM_PERCENTILE", "GFM_SPLICE")
_OWN_LINES = (b"##gfm_", *(b"##INFO=<ID=%s," % key.encode() for key in OWN_KEYS))
_FIRST = b"##fileformat=VCFv4.2"
_COLUMNS = b"#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"
_SPLICE = (
    "ALLELE|SYMBOL|DS_AG|DS_AL|DS_DG|DS_DL|DP_AG|DP_AL|DP_DG|DP_DL: gain and loss of "
    "acceptors and donors (DS) and their positions relative to POS (DP)"
)


def header_lines(
    original: list[bytes],
    manifest: Manifest,
    *,
    command: str,
    rejected: Iterable[tuple[int, str, bytes]],
    tag: ProgramTag | None = None,
) -> list[bytes]:
    """Return the header of the exported file, every original line kept as it is.

    Lines that an earlier export of this program added are replaced.

    Args:
        original: Header lines of the file that was read.
        manifest: The run.
        command: Command line to note; empty for one that gives the same numbers.
        rejected: Line number, reason and bytes of lines that are no records.
        tag: A published program's field to declare.
    """
    kept = [line for line in original if not line.startswith(_OWN_LINES)]
    columns = next((line for line in kept if line.startswith(b"#CHROM")), _COLUMNS)
    kept = [line for line in kept if not line.startswith(b"#CHROM")]
    if not kept or not kept[0].startswith(b"##fileformat"):
        kept.insert(0, _FIRST)
    own = [*_info_lines(manifest), *_source_lines(manifest, command)]
    if tag is not None:
        own.insert(0, _escaped(tag.line))
    own += [
        f'##gfm_rejected=<Line={line},Reason="{_quoted(reason)}",'
        f'Text="{quote(text, safe=" <>=:/+*")}">'
        for line, reason, text in rejected
    ]
    return [*kept, *(line.encode() for line in own), columns]


def command_of(manifest: Manifest) -> str:
    """Return a command line that gives the numbers of a run."""
    words = ["gfm", "score", "--genome", manifest.genome]
    words += ["--variants", manifest.variants, "--model", manifest.model]
    if manifest.annotation:
        words += ["--annotation", manifest.annotation]
    words += ["--scorer", manifest.identity.scorer]
    for name, value in manifest.identity.model_options.items():
        words += ["--option", f"{name}={value}"]
    if manifest.background:
        words += ["--background", str(manifest.background)]
    for name, value in manifest.identity.options.items():
        flag = f"--{name.replace('_', '-')}"
        if isinstance(value, bool):
            words += [flag] if value else []
        else:
            words += [flag, str(value)]
    return shlex.join(words)


def _info_lines(manifest: Manifest) -> list[str]:
    identity = manifest.identity
    by = f"by {manifest.model_name}, scorer {identity.scorer}"
    lines = [
        f'##INFO=<ID=GFM_SCORE,Number=A,Type=Float,Description="Score {by}">',
        "##INFO=<ID=GFM_STATUS,Number=A,Type=String,"
        'Description="How the allele ended: scored, or why it has no score">',
    ]
    if has_percentile(manifest):
        lines.append(
            "##INFO=<ID=GFM_PERCENTILE,Number=A,Type=Float,"
            'Description="How many of 100 random substitutions of the same '
            'trinucleotide class in this genome score lower">'
        )
    if has_splice(manifest):
        lines.append(
            f'##INFO=<ID=GFM_SPLICE,Number=.,Type=String,Description="{_SPLICE}, {by}">'
        )
    return [_escaped(line) for line in lines]


def has_percentile(manifest: Manifest) -> bool:
    """Return whether the run's scores were compared with a background."""
    return manifest.background > 0


def has_splice(manifest: Manifest) -> bool:
    """Return whether the run has entries for ``GFM_SPLICE``."""
    return any(name == "splice" for name, _, _ in manifest.columns)


def _source_lines(manifest: Manifest, command: str) -> list[str]:
    identity = manifest.identity
    chosen = identity.options | identity.model_options
    options = ",".join(f"{name}={value}" for name, value in chosen.items())
    lines = [
        f"##gfm_version={identity.version}",
        f'##gfm_model=<ID={manifest.model},Name="{_quoted(manifest.model_name)}",'
        f"Weights=sha256:{identity.weights}>",
        f'##gfm_scorer=<ID={identity.scorer},Options="{_quoted(options)}">',
        f"##gfm_genome=sha256:{identity.genome}",
    ]
    if identity.annotation:
        lines.append(f"##gfm_annotation=sha256:{identity.annotation}")
    lines.append(f"##gfm_command={command or command_of(manifest)}")
    return [_escaped(line) for line in lines]


def _quoted(text: str) -> str:
    return _escaped(text).replace("\\", "\\\\").replace('"', '\\"')


def _escaped(text: str) -> str:
    return " ".join(text.split())
