"""One line of GFF3 or GTF: its place and its attributes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Sequence

_GTF_ATTRIBUTE = re.compile(r'(\w+)\s+(?:"([^"]*)"|([^;"\s]+))')


def place_of(columns: Sequence[str]) -> tuple[int, int] | str:
    """Return 0-based start and exclusive end, or why the line cannot be used."""
    if len(columns) < 9:
        return f"{len(columns)} columns of 9"
    first, last = columns[3], columns[4]
    if not (first.isdecimal() and last.isdecimal() and len(first + last) < 37):
        return "start or end is no number"
    start, end = int(first) - 1, int(last)
    return (start, end) if 0 <= start < end else "start lies after end"


def is_gff(attributes: str) -> bool:
    """Tell whether the last column is GFF3's ``name=value``, not GTF's."""
    return "=" in attributes and not _GTF_ATTRIBUTE.match(attributes)


def attributes_of(attributes: str) -> tuple[dict[str, str], list[str]]:
    """Return the attributes of the last column, and its tags apart.

    GTF repeats ``tag``, GFF3 writes a list: both come back as one list.
    """
    attributes = attributes.strip()
    facts: dict[str, str] = {}
    if is_gff(attributes):
        pairs = (entry.partition("=") for entry in attributes.split(";"))
        facts = {key.strip(): unquote(value.strip()) for key, _, value in pairs if key}
        return facts, facts.get("tag", "").split(",")
    tags: list[str] = []
    for key, quoted, bare in _GTF_ATTRIBUTE.findall(attributes):
        if key == "tag":
            tags.append(quoted or bare)
        else:
            facts.setdefault(key, quoted or bare)
    return facts, tags
