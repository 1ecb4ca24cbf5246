"""The marks of citations in a text, in order: volumes and reporters, ``id.``, ``supra``, and other authorities."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from heapq import merge
from typing import Final

from indexer.citation_reporters import Reference, find_references

_ID: Final = re.compile(
    r"(?<![A-Za-z0-9.§])(?<!\d\s)(?:[Ii]d\.|ID\.|[Ii]bid\.)(?=[\s,;:)\]”\"—.]|\Z)"
)
_SUPRA: Final = re.compile(r"(?<![A-Za-z])[Ss]upra(?![A-Za-z])")
_OTHER: Final = re.compile(
    r"§|Pub\.\s?L\.|Pvt\.\s?L\.|Const\.,?\s(?:[Aa]rt|[Aa]m)|Fed\.\s?R(?:ules?|\.)\s|Restatement\s\("
    r"|Cong\.\s?Rec\.|H\.\s?R\.\s?(?:Rep|Conf)|S\.\s?Rep\.|Brief\s(?:for|of)\s|Tr\.\sof\s"
    r"|App\.\s(?:to\s|\d)|Pet\.\s(?:for|App)|Record,?\s\d|J\.?\s?A\.,?\s\d|Admin\.\sCode|Code\sAnn\."
    r"|Ante,\s(?:at|p)|ante,\s(?:at|p)|Post,\s(?:at|p)|post,\s(?:at|p)|Infra,\s(?:at|p)|infra,\s(?:at|p)"
    r"|U\.\s?S\.\s?S\.\s?G\.|\((?:[\w.,]{1,12}\s){0,3}(?:1[6-9]|20)\d\d(?:\sed\.)?\)"
)
"""A year in brackets, where it does not belong to a citation that was read, dates a book or an unreported case.
No boundary is asked for before a word: beginning with a letter each, they are found four times as fast."""


class Kind(Enum):
    """What a mark stands for."""

    REFERENCE = auto()
    ID = auto()
    SUPRA = auto()
    OTHER = auto()
    """A statute, a record, a book: ``id.`` after it means no case."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark of a citation."""

    start: int
    end: int
    kind: Kind
    reference: Reference | None = None
    """Of a `Kind.REFERENCE`."""


def find_marks(text: str) -> list[Mark]:
    """Return the marks of ``text`` in text order."""
    references = (Mark(one.start, one.end, Kind.REFERENCE, one) for one in find_references(text))
    found = merge(
        references,
        _plain(text, _ID, Kind.ID),
        _plain(text, _SUPRA, Kind.SUPRA),
        _plain(text, _OTHER, Kind.OTHER),
        key=lambda mark: mark.start,
    )
    marks: list[Mark] = []
    for mark in found:
        if not marks or mark.start >= marks[-1].end:
            marks.append(mark)
    return marks


def _plain(text: str, expression: re.Pattern[str], kind: Kind) -> Iterator[Mark]:
    return (Mark(found.start(), found.end(), kind) for found in expression.finditer(text))
