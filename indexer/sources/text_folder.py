"""A folder of ``*.txt``, one opinion a file, with an optional ``metadata.jsonl`` beside them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from indexer.raw import RawOpinion
from indexer.sources.archives import is_archive
from indexer.sources.delivered import Delivered
from indexer.sources.described import (
    METADATA,
    Document,
    read_described,
    read_metadata,
    title_of,
)
from indexer.sources.lines import decode
from indexer.sources.refused import Refused
from indexer.sources.source_file import SourceFile, plain_name


def claims(file: SourceFile, head: bytes) -> bool:
    """Whether ``file`` is an opinion in plain text, or the metadata of any files beside it."""
    name = plain_name(file)
    return name == METADATA or (name.lower().endswith(".txt") and not is_archive(head))


def read(files: Sequence[SourceFile]) -> Iterator[Delivered | Refused]:
    """Yield the case of each text of ``files``, which are of one folder, and why one gives none.

    The metadata line of a text is read whether or not ``metadata.jsonl`` is among ``files``; only
    where it is are lines for files that are not there refused.
    """
    if not files:
        return
    metadata = read_metadata(files)
    given = any(plain_name(file) == METADATA for file in files)
    yield from metadata.refused if given else metadata.torn
    yield from read_described(files, _document, metadata)


def _document(data: bytes, fields: Mapping[str, Any]) -> Document:
    text = decode(data)
    title = title_of(text) if fields.get("case_name") is None else ""
    return Document(opinion=RawOpinion(text=text), title=title)
