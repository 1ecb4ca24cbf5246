"""Files that are one opinion each, and the ``metadata.jsonl`` beside them that says what they are."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any, Final, TypeAlias

from indexer.cleaning import clean_text
from indexer.errors import RecordError
from indexer.raw import RawCase, RawOpinion
from indexer.records import NameSource
from indexer.sources.delivered import Delivered
from indexer.sources.fields import MAX_ID_LENGTH, case_of, checked_id, raw_opinion
from indexer.sources.lines import LONGEST_RECORD, JsonLine, json_lines
from indexer.sources.one_record import one_record
from indexer.sources.refused import Refused
from indexer.sources.source_file import SourceFile, open_source, plain_name
from indexer.sources.streams import why

METADATA: Final = "metadata.jsonl"
DESCRIBED: Final = frozenset({".txt", ".pdf", ".html", ".htm", ".xhtml"})
"""Endings of the files that it may describe."""
_OPINION_FIELDS: Final = ("type", "author", "joined_by")
"""Fields of the opinion that a metadata line may carry beside the case's."""
_CONSUMED: Final = frozenset({"file", *_OPINION_FIELDS})
_TITLE_WORDS: Final = 10
_TITLE_LENGTH: Final = 80
_OPENING: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What one file says."""

    opinion: RawOpinion
    """Its text; type, author and who joined come from the metadata."""
    title: str
    """The case's name, as far as the file tells it."""
    title_source: NameSource = NameSource.INFERRED
    fields: Mapping[str, Any] = field(default_factory=dict)
    """What else the file tells, under the names of the neutral record; metadata goes before it."""


ReadDocument: TypeAlias = Callable[[bytes, Mapping[str, Any]], Document]
"""From the bytes of a file, and its line of the metadata, to what it says; may raise `RecordError`."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the metadata beside the files of a folder say."""

    lines: Mapping[str, JsonLine]
    """By the name of the file that they belong to."""
    refused: tuple[Refused, ...]
    """Lines that cannot be read, or belong to no file."""
    torn: tuple[Refused, ...]
    """Those of them that cannot be read."""


def read_metadata(files: Sequence[SourceFile]) -> Metadata:
    """Return the metadata of ``files``, which are of one folder."""
    names = {plain_name(file) for file in files}
    given = [file for file in files if plain_name(file) == METADATA]
    beside = given[0] if given else files[0].beside(METADATA)
    lines: dict[str, JsonLine] = {}
    refused: list[Refused] = []
    torn: list[Refused] = []
    for line in json_lines(beside) if beside else ():
        if isinstance(line, Refused):
            torn.append(line)
            refused.append(line)
        elif (reason := _unusable(line, beside, lines, names)) is None:
            lines[line.fields["file"]] = line
        else:
            refused.append(_refused(line.place, reason, line))
    return Metadata(lines, tuple(refused), tuple(torn))


def _unusable(
    line: JsonLine, beside: SourceFile | None, known: Mapping[str, JsonLine], names: set[str]
) -> str | None:
    """Return why ``line`` belongs to no file."""
    name = line.fields.get("file")
    if not isinstance(name, str) or not name:
        return 'no "file": every metadata line names the text it belongs to'
    if name in known:
        return f"the second line for {name}; the first one, at {known[name].place}, is used"
    if name not in names and (
        PurePosixPath(name).name != name or beside is None or beside.beside(name) is None
    ):
        return f"names a file that is not there: {name}"
    return None


def read_described(
    files: Sequence[SourceFile], read_document: ReadDocument, metadata: Metadata | None = None
) -> Iterator[Delivered | Refused]:
    """Yield the case of each of ``files``, which are of one folder, and why one gives none.

    The metadata line of a file is used whether or not ``metadata.jsonl`` is among ``files``.
    """
    if not files:
        return
    lines = (metadata or read_metadata(files)).lines
    documents = {plain_name(file): file for file in files if plain_name(file) != METADATA}
    for name, file in documents.items():
        yield _delivered(file, lines.get(name), read_document)


def _delivered(
    file: SourceFile, line: JsonLine | None, read_document: ReadDocument
) -> Delivered | Refused:
    place = file.place
    try:
        fields = line.fields if line else {}
        with one_record():
            document = read_document(whole_file(file), fields)
            place = line.place if line else place
            return Delivered(place=place, case=_case(file, document, fields))
    except RecordError as error:
        return _refused(place, error.reason, line)
    except OSError as error:
        return _refused(place, f"cannot be read: {why(error)}", line)


def _refused(place: str, reason: str, line: JsonLine | None) -> Refused:
    given = line.fields.get("id") if line else None
    return Refused(place=place, reason=reason, case_id=given if isinstance(given, str) else None)


def whole_file(file: SourceFile) -> bytes:
    """Return what ``file`` holds; raises `RecordError` where that is more than one opinion has, and `OSError`."""
    with open_source(file) as stream:
        data = stream.read(LONGEST_RECORD + 1)
    if len(data) > LONGEST_RECORD:
        raise RecordError(f"more than {LONGEST_RECORD:,} bytes; one file is one opinion")
    return data


def _case(file: SourceFile, document: Document, fields: Mapping[str, Any]) -> RawCase:
    if "opinions" in fields:
        raise RecordError("opinions cannot stand in a metadata line; the text is the file's")
    named = fields.get("case_name") is not None
    stem = PurePosixPath(plain_name(file)).stem
    complete = {
        **document.fields,
        **fields,
        "id": fields["id"] if fields.get("id") is not None else id_of(stem),
        "case_name": fields["case_name"] if named else document.title,
    }
    of_opinion = {name: fields[name] for name in _OPINION_FIELDS if name in fields}
    said = raw_opinion({**of_opinion, "text": ""}, file.name)
    opinion = replace(
        document.opinion, type=said.type, author=said.author, joined_by=said.joined_by
    )
    return case_of(
        complete,
        opinions=[opinion],
        consumed=_CONSUMED,
        name_source=NameSource.GIVEN if named else document.title_source,
    )


def id_of(stem: str) -> str:
    """Return the id of a text without one: its file's name, if that can be an id.

    Otherwise the letters and figures of the name, and a short hash of the whole so that different
    names stay different.
    """
    try:
        return checked_id(stem)
    except RecordError:
        ascii_form = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
        slug = re.sub(r"[^A-Za-z0-9._-]+", "-", ascii_form).strip("-.")[: MAX_ID_LENGTH - 9]
        digest = hashlib.sha256(stem.encode(errors="surrogateescape")).hexdigest()[:8]
        return f"{slug or 'text'}-{digest}"


def title_of(text: str) -> str:
    """Return the first words of ``text``, with an ellipsis where there are more."""
    words = clean_text(text[:_OPENING]).split()
    if not words:
        raise RecordError("the text is empty: there are no words in it")
    title = ""
    for word in words[:_TITLE_WORDS]:
        longer = f"{title} {word}".strip()
        if title and len(longer) > _TITLE_LENGTH:
            break
        title = longer[:_TITLE_LENGTH]
    whole = title == " ".join(words) and len(text) <= _OPENING
    return title if whole else f"{title}…"
