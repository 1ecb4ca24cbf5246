"""Cases of the Harvard Caselaw Access Project: its interface (v1), its bulk lines, its static volumes.

A static volume has each case twice, as JSON and as HTML; the HTML keeps the page labels and is read
where both are there. What is said of a case comes from its JSON, or else from CasesMetadata.json.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, Final

from indexer.dates import date_parts
from indexer.errors import RecordError
from indexer.raw import Note, NoteKind, RawCase, RawOpinion
from indexer.sources.cap_body import opinions_of_body, opinions_of_markup
from indexer.sources.delivered import Delivered
from indexer.sources.described import whole_file
from indexer.sources.fields import checked_id
from indexer.sources.json_records import json_keys, json_records
from indexer.sources.lines import decode
from indexer.sources.one_record import one_record
from indexer.sources.refused import Refused
from indexer.sources.repeats import once
from indexer.sources.source_file import SourceFile, plain_name
from indexer.sources.streams import why

_BODY: Final = b'class="casebody"'
_METADATA: Final = ("../CasesMetadata.json", "../metadata/CasesMetadata.json")
_JSON_FOLDERS: Final = ("../cases/", "../json/")
_OF_VOLUMES: Final = (
    frozenset({"volume_number", "publication_year"}),
    frozenset({"full_name", "short_name", "harvard_hollis_id"}),
    frozenset({"name_long", "slug"}),
)
"""Keys of the files that describe volumes, reporters and jurisdictions, and hold no case."""
_DATE_PARTS: Final = 3
_USED: Final = frozenset(
    [
        *["id", "name", "name_abbreviation", "court", "decision_date", "docket_number"],
        *["citations", "casebody", "frontend_url", "url"],
    ]
)


def claims(file: SourceFile, head: bytes) -> bool:  # noqa: ARG001 - known by its content alone
    """Whether a file that begins with ``head`` (uncompressed) is of the project."""
    keys = json_keys(head)
    is_case = "name_abbreviation" in keys and ("decision_date" in keys or "casebody" in keys)
    return is_case or any(known <= keys for known in _OF_VOLUMES) or _is_markup(head)


def _is_markup(head: bytes) -> bool:
    return head.lstrip().startswith(b"<") and _BODY in head


def read(files: Sequence[SourceFile]) -> Iterator[Delivered | Refused]:
    """Yield the cases of ``files``, which are of one folder, each once, and why one gives none."""
    described: dict[str, Mapping[str, Any]] | None = None
    for file in files:
        if not plain_name(file).lower().endswith((".html", ".htm")):
            yield from _json_file(file)
        elif _json_of(file) is None:
            if described is None:
                described = _descriptions(file)
            yield _described(file, described.get(_stem(file)))


def _stem(file: SourceFile) -> str:
    return PurePosixPath(plain_name(file)).stem


def _json_of(file: SourceFile) -> SourceFile | None:
    """Return the JSON of the case that ``file`` has the HTML of, if the source has it."""
    beside = (file.beside(f"{folder}{_stem(file)}.json") for folder in _JSON_FOLDERS)
    return next((one for one in beside if one), None)


def _descriptions(file: SourceFile) -> dict[str, Mapping[str, Any]]:
    found = next((one for path in _METADATA if (one := file.beside(path))), None)
    lines = json_records(found) if found else iter(())
    fields = (line.fields for line in lines if not isinstance(line, Refused))
    return {str(one.get("file_name")): one for one in fields}


def _described(file: SourceFile, fields: Mapping[str, Any] | None) -> Delivered | Refused:
    """Return the case of an HTML file without JSON."""
    if fields is None:
        reason = "no metadata: neither its JSON nor CasesMetadata.json; give the whole volume"
        return Refused(place=file.place, reason=reason)
    try:
        with one_record():
            opinions = opinions_of_markup(_markup(file))
            return Delivered(place=file.place, case=_case(fields, {}, opinions))
    except RecordError as error:
        return Refused(place=file.place, reason=error.reason)
    except OSError as error:
        return Refused(place=file.place, reason=f"cannot be read: {why(error)}")


def _markup(file: SourceFile) -> str:
    return decode(whole_file(file))


def _json_file(file: SourceFile) -> Iterator[Delivered | Refused]:
    for line in json_records(file):
        if isinstance(line, Refused):
            yield line
        elif "casebody" in line.fields:
            yield _one(line.place, line.fields, file)
        elif not _only_describes(line.fields):
            yield Refused(
                place=line.place,
                reason="a case without its text (casebody); ask for full cases",
                case_id=_id_or_none(line.fields),
            )


def _only_describes(fields: Mapping[str, Any]) -> bool:
    """Whether an object of a volume's metadata, whose cases stand beside it, was read."""
    return "name_abbreviation" not in fields or "file_name" in fields


def _one(place: str, fields: Mapping[str, Any], file: SourceFile) -> Delivered | Refused:
    try:
        with one_record():
            return Delivered(place=place, case=_of_json(fields, file))
    except RecordError as error:
        return Refused(place=place, reason=error.reason, case_id=_id_or_none(fields))
    except OSError as error:
        reason = f"its HTML cannot be read: {why(error)}"
        return Refused(place=place, reason=reason, case_id=_id_or_none(fields))


def _of_json(fields: Mapping[str, Any], file: SourceFile) -> RawCase:
    """Return the case of an object in ``file``, with the words of its HTML where that stands beside it."""
    body = _body(fields["casebody"])
    if isinstance(body, str):
        return _case(fields, {}, opinions_of_markup(body))
    html = file.beside(f"../html/{_stem(file)}.html")
    return _case(fields, body, opinions_of_body(body, _markup(html) if html else None))


def _body(casebody: Any) -> Mapping[str, Any] | str:
    """Return what a case has of words: fields, or markup where that was asked for."""
    if not isinstance(casebody, Mapping):
        raise RecordError("casebody is not an object")
    status = casebody.get("status", "ok")
    body = casebody.get("data", casebody)
    if status != "ok" or not isinstance(body, Mapping | str):
        raise RecordError(f"a case without its text (casebody.status is {status!r})")
    return body


def _id_or_none(fields: Mapping[str, Any]) -> str | None:
    return f"cap-{fields['id']}" if isinstance(fields.get("id"), int | str) else None


def _case(
    fields: Mapping[str, Any], body: Mapping[str, Any], opinions: Sequence[RawOpinion]
) -> RawCase:
    given = _id_or_none(fields)
    full, short = _words(fields, "name"), _words(fields, "name_abbreviation")
    if given is None or not (short or full):
        raise RecordError("a case needs id and name or name_abbreviation")
    if not opinions:
        raise RecordError("casebody has neither head matter nor opinions with words")
    date, extra = _date(fields)
    case = RawCase(
        id=checked_id(given),
        name=short or full or "",
        name_full=full if short else None,
        opinions=tuple(opinions),
        court=_court(fields),
        date_filed=date,
        docket_number=_words(fields, "docket_number"),
        citations=tuple(_citations(fields)),
        judges=tuple(one for one in _listed(body, "judges") if isinstance(one, str) and one),
        url=_words(fields, "frontend_url") or _words(fields, "url"),
        notes=_notes(date, extra),
        extra={**_rest(fields, body), **extra},
    )
    return once(case)


def _notes(date: str | None, extra: Mapping[str, Any]) -> tuple[Note, ...]:
    if not extra:
        return ()
    used = f"{date} is used" if date else "the case is without one"
    words = f"decision_date {extra['decision_date']!r} is no date of the calendar; {used}"
    return (Note(kind=NoteKind.PARTIAL_DATE, words=words),)


def _rest(fields: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what has no name here, of the case and of its body, and is not empty."""
    rest = {k: v for k, v in fields.items() if k not in _USED}
    rest |= {k: v for k, v in body.items() if k not in ("opinions", "head_matter", "judges")}
    return {k: v for k, v in rest.items() if v not in (None, "", [], {})}


def _date(fields: Mapping[str, Any]) -> tuple[str | None, dict[str, Any]]:
    """Return the decision's date as far as the calendar has it; the given one, if that is not all."""
    given = _words(fields, "decision_date")
    date = given and "-".join(given.split("-", _DATE_PARTS)[:_DATE_PARTS])
    while date:
        try:
            date_parts(date)
            break
        except ValueError:
            date = date.rpartition("-")[0]
    return date or None, {} if date == given else {"decision_date": given}


def _citations(fields: Mapping[str, Any]) -> Iterator[str]:
    for one in _listed(fields, "citations"):
        cite = one.get("cite") if isinstance(one, Mapping) else one
        if isinstance(cite, str) and cite:
            yield cite


def _court(fields: Mapping[str, Any]) -> str | None:
    court = fields.get("court")
    return _words(court, "name") if isinstance(court, Mapping) else _words(fields, "court")


def _listed(fields: Mapping[str, Any], name: str) -> Sequence[Any]:
    value = fields.get(name)
    return value if isinstance(value, list) else []


def _words(fields: Mapping[str, Any], name: str) -> str | None:
    value = fields.get(name)
    return value.strip() or None if isinstance(value, str) else None
