"""A folder of ``*.txt``, one opinion a file, with an optional ``metadata.jsonl`` beside them."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, Final

from indexer.cleaning import clean_text
from indexer.errors import RecordError
from indexer.raw import RawCase
from indexer.records import NameSource
from indexer.sources.archives import is_archive
from indexer.sources.delivered import Delivered
from indexer.sources.fields import MAX_ID_LENGTH, case_of, checked_id, raw_opinion
from indexer.sources.lines import LONGEST_RECORD, JsonLine, decode, json_lines
from indexer.sources.refused import Refused
from indexer.sources.source_file import SourceFile, open_source, plain_name
from indexer.sources.streams import why

METADATA: Final = "metadata.jsonl"
_OPINION_FIELDS: Final = ("type", "author", "joined_by")
"""Fields of the opinion that a metadata line may carry beside the case's."""
_CONSUMED: Final = frozenset({"file", *_OPINION_FIELDS})
_TITLE_WORDS: Final = 10
_TITLE_LENGTH: Final = 80
_OPENING: Final = 2000


def claims(file: SourceFile, head: bytes) -> bool:
    """Whether ``file`` is an opinion in plain text, or the metadata of such."""
    name = plain_name(file)
    return name == METADATA or (name.lower().endswith(".txt") and not is_archive(head))


def read(files: Sequence[SourceFile]) -> Iterator[Delivered | Refused]:
    """Yield the case of each text of ``files``, which are of one folder, and why one gives none.

    The metadata line of a text is read whether or not ``metadata.jsonl`` is among ``files``; only
    where it is are lines for texts that are not there refused.
    """
    if not files:
        return
    texts = {plain_name(file): file for file in files if plain_name(file) != METADATA}
    given = [file for file in files if plain_name(file) == METADATA]
    beside = given[0] if given else files[0].beside(METADATA)
    lines: dict[str, JsonLine] = {}
    for line in json_lines(beside) if beside else ():
        if isinstance(line, Refused):
            yield line
        elif (refused := _unusable(line, beside, lines, texts)) is None:
            lines[line.fields["file"]] = line
        elif given:
            yield refused
    for name, file in texts.items():
        yield _text_file(file, lines.get(name))


def _unusable(
    line: JsonLine,
    beside: SourceFile | None,
    known: Mapping[str, JsonLine],
    texts: Mapping[str, SourceFile],
) -> Refused | None:
    name = line.fields.get("file")
    reason = None
    if not isinstance(name, str) or not name:
        reason = 'no "file": every metadata line names the text it belongs to'
    elif name in known:
        reason = f"the second line for {name}; the first one, at {known[name].place}, is used"
    elif name not in texts and (
        PurePosixPath(name).name != name or beside is None or beside.beside(name) is None
    ):
        reason = f"names a file that is not there: {name}"
    if reason is None:
        return None
    given = line.fields.get("id")
    return Refused(
        place=line.place, reason=reason, case_id=given if isinstance(given, str) else None
    )


def _text_file(file: SourceFile, line: JsonLine | None) -> Delivered | Refused:
    place = file.place
    try:
        text = decode(_whole(file))
        if line is None:
            return Delivered(place=place, case=_case(file, text, {}))
        place = line.place
        return Delivered(place=place, case=_case(file, text, line.fields))
    except RecordError as error:
        given = line.fields.get("id") if line else None
        case_id = given if isinstance(given, str) else None
        return Refused(place=place, reason=error.reason, case_id=case_id)
    except OSError as error:
        return Refused(place=place, reason=f"cannot be read: {why(error)}")


def _whole(file: SourceFile) -> bytes:
    with open_source(file) as stream:
        data = stream.read(LONGEST_RECORD + 1)
    if len(data) > LONGEST_RECORD:
        raise RecordError(f"more than {LONGEST_RECORD:,} bytes; one text is one opinion")
    return data


def _case(file: SourceFile, text: str, fields: Mapping[str, Any]) -> RawCase:
    if "opinions" in fields:
        raise RecordError("opinions cannot stand in a metadata line; the text is the file's")
    named = fields.get("case_name") is not None
    complete = {
        **fields,
        "id": fields["id"] if fields.get("id") is not None else id_of(PurePosixPath(plain_name(file)).stem),
        "case_name": fields["case_name"] if named else title_of(text),
    }
    opinion = {name: fields[name] for name in _OPINION_FIELDS if name in fields}
    return case_of(
        complete,
        opinions=[raw_opinion({**opinion, "text": text}, file.name)],
        consumed=_CONSUMED,
        name_source=NameSource.GIVEN if named else NameSource.INFERRED,
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
