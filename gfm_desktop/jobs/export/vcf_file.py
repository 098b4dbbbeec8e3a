"""Write scores into a copy of the variant file, every byte of a record kept."""

from __future__ import annotations

import contextlib
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from gfm_desktop.errors import InputError
from gfm_desktop.genome.fingerprint import content_hash
from gfm_desktop.genome.vcf import Malformed, Record, VcfReader
from gfm_desktop.jobs.events import Progress
from gfm_desktop.jobs.export.formats import whole_file
from gfm_desktop.jobs.export.program_tag import refuse_twice
from gfm_desktop.jobs.export.scored_table import Row, ScoredTable, Written
from gfm_desktop.jobs.export.vcf_header import (
    OWN_KEYS,
    has_percentile,
    has_splice,
    header_lines,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterator
    from pathlib import Path

    from gfm_desktop.jobs.export.program_tag import ProgramTag

_OWN = tuple(f"{key}=".encode() for key in OWN_KEYS)
_INFO = 7
_EVERY = 10_000
# VCF 4.3, section 1.2: characters with a meaning in INFO are percent-encoded.
_RESERVED = str.maketrans(
    {char: f"%{ord(char):02X}" for char in ":;=% \t\r\n"} | {"%": "%25"}
)


def write_vcf(
    table: ScoredTable,
    out: Path,
    *,
    command: str = "",
    tag: ProgramTag | None = None,
    only: Collection[int] | None = None,
) -> Generator[Progress, None, Written]:
    """Write ``.vcf``, or ``.vcf.gz`` as bgzip with its ``.tbi`` index.

    Each record keeps its bytes; ``GFM_SCORE``, ``GFM_STATUS`` and, where there are any,
    ``GFM_PERCENTILE`` (a value an allele) and ``GFM_SPLICE`` are added at the end of
    INFO, in place of those that an earlier export wrote. Lines that are no records
    cannot stay among records: they stand, percent-encoded, in ``##gfm_rejected`` header
    lines.

    Args:
        table: The scored rows.
        out: File to write.
        command: Command line to note; empty for one that gives the same numbers.
        tag: A published program's field to write as well.
        only: Lines of the original, from 1, of the records that are wanted; None for
            all. Lines that are no records are told of in a whole file only.

    Yields:
        Progress in records.

    Raises:
        InputError: If the original is gone or has changed, or `out` cannot be
            written.
        OptionError: If the file has the field of `tag` already.
    """
    _need_same_file(table)
    odd = [] if only is not None else _not_records(table.source)
    rejected = [(m.line, m.reason, m.raw) for m in odd]
    reader = VcfReader(table.source)
    if tag is not None:
        refuse_twice(tag, reader.header)
    header = header_lines(
        reader.header, table.manifest, command=command, rejected=rejected, tag=tag
    )
    splice = has_splice(table.manifest)
    ranked = has_percentile(table.manifest)
    total = sum(table.counts.values())
    done = 0
    with whole_file(out) as temporary:
        with contextlib.closing(_opened(temporary)) as file:
            file.write(b"\n".join(header) + b"\n")
            for number, (record, rows) in enumerate(_joined(reader, table)):
                done += len(rows)
                if record is not None and (only is None or record.line in only):
                    line = _annotated(
                        record.raw, rows, splice=splice, ranked=ranked, tag=tag
                    )
                    file.write(line + b"\n")
                if number % _EVERY == 0:
                    yield Progress(done, total, "alleles", "Writing the variants")
        if out.name.lower().endswith(".gz"):
            return _with_index(temporary, out)
    return Written({"out": str(out)})


def _need_same_file(table: ScoredTable) -> None:
    try:
        same = content_hash(table.source) == table.manifest.identity.variants
    except OSError as error:
        raise InputError(
            f"The variant file is needed and cannot be read: {error.strerror}.",
            where=str(table.source),
            todo="Put it back, or export as .tsv or .parquet.",
        ) from error
    if not same:
        raise InputError(
            "The variant file has changed since it was scored.",
            where=str(table.source),
            todo="Score it again, or export as .tsv or .parquet.",
        )


def _not_records(source: Path) -> list[Malformed]:
    reader = VcfReader(source)
    found = [line for line in reader if isinstance(line, Malformed)]
    found += [
        Malformed(line, raw, f"Line {line:,}: a header line between records.")
        for line, raw in reader.stray_header
    ]
    return sorted(found, key=lambda one: one.line)


def _joined(
    reader: VcfReader, table: ScoredTable
) -> Iterator[tuple[Record | None, list[Row]]]:
    """Yield each line that is a record (None if malformed) with its rows."""
    rows = chain.from_iterable(table.batches())
    for line in reader:
        number = len(line.alts) if isinstance(line, Record) else 1
        mine = list(islice(rows, number))
        if len(mine) != number or any(row["line"] != line.line for row in mine):
            raise InputError(
                "The table does not belong to this variant file.",
                where=f"{table.source}, line {line.line:,}",
                todo="Score the variants again.",
            )
        yield (line if isinstance(line, Record) else None), mine


def _annotated(
    raw: bytes, rows: list[Row], *, splice: bool, ranked: bool, tag: ProgramTag | None
) -> bytes:
    fields = raw.split(b"\t", _INFO + 1)
    fields += [b"."] * (_INFO + 1 - len(fields))
    old = fields[_INFO].split(b";")
    kept = [entry for entry in old if entry and not entry.startswith(_OWN)]
    added = [
        "GFM_SCORE=" + ",".join(_number(row["score"]) for row in rows),
        "GFM_STATUS=" + ",".join(str(row["status"]) for row in rows),
    ]
    if ranked:
        ranks = ",".join(_number(row["percentile"]) for row in rows)
        added.append(f"GFM_PERCENTILE={ranks}")
    entries = [row["splice"] for row in rows if row["splice"]] if splice else []
    if entries:
        added.append("GFM_SPLICE=" + ",".join(entries).translate(_RESERVED))
    if tag is not None and (published := tag.entries(rows)):
        # As the programs write it: their colons are not percent-encoded.
        added.append(f"{tag.id}={published}")
    kept = [] if kept == [b"."] else kept
    fields[_INFO] = b";".join([*kept, *(entry.encode() for entry in added)])
    return b"\t".join(fields)


def _number(value: float | None) -> str:
    return "." if value is None else f"{value:.6g}"


def _opened(path: Path) -> Any:
    if not path.name.lower().endswith(".gz"):
        return path.open("wb")
    import pysam

    return pysam.BGZFile(str(path), "wb", None)


def _with_index(temporary: Path, out: Path) -> Written:
    """Index the finished file; one whose records are in no order has no index."""
    import pysam

    made = temporary.with_name(f"{temporary.name}.tbi")
    index = out.with_name(f"{out.name}.tbi")
    previous = pysam.set_verbosity(0)
    try:
        pysam.tabix_index(str(temporary), preset="vcf", force=True)
        made.replace(index)
    except OSError:
        # An index of an earlier file of that name would be wrong.
        index.unlink(missing_ok=True)
        return Written(
            {"out": str(out)},
            (
                "No .tbi index could be made, because the records are not sorted by "
                "contig and position (or lie beyond 512 Mbp). They stand in the order "
                "of your file; bcftools sort puts them in order.",
            ),
        )
    finally:
        pysam.set_verbosity(previous)
        made.unlink(missing_ok=True)
    return Written({"out": str(out), "index": str(index)})
