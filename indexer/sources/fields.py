"""The fields of the neutral record (API.md, section 2), checked one by one."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

from indexer.errors import RecordError
from indexer.raw import RawCase, RawOpinion, TextFormat
from indexer.records import NameSource, OpinionType

_E = TypeVar("_E", OpinionType, TextFormat)

MAX_ID_LENGTH: Final = 200
_BAD_ID: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f/?#%:\\\ud800-\udfff]")
_CASE_FIELDS: Final = frozenset(
    [
        "id",
        "case_name",
        "case_name_full",
        "court_id",
        "court",
        "date_filed",
        "docket_number",
        "citations",
        "judges",
        "status",
        "url",
        "opinions",
    ]
)
_OPINION_FIELDS: Final = frozenset(["id", "type", "author", "joined_by", "format", "text"])
_KINDS: Final = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "a string",
    list: "a list",
    dict: "an object",
    type(None): "null",
}


def raw_case(fields: Mapping[str, Any]) -> RawCase:
    """Return the case of one neutral record; `RecordError` names the field that is wrong."""
    opinions = _value(fields, "opinions", list, needed=True)
    if not opinions:
        raise RecordError("opinions is empty: a case needs at least one opinion with text")
    return case_of(
        fields, opinions=[raw_opinion(one, f"opinions[{at}]") for at, one in enumerate(opinions)]
    )


def case_of(
    fields: Mapping[str, Any],
    *,
    opinions: Sequence[RawOpinion],
    consumed: frozenset[str] = frozenset(),
    name_source: NameSource = NameSource.GIVEN,
) -> RawCase:
    """Return the case that ``fields`` describe; what is neither theirs nor in ``consumed`` is kept as extra."""
    return RawCase(
        id=checked_id(_value(fields, "id", str, needed=True)),
        name=_words(fields, "case_name"),
        name_source=name_source,
        opinions=tuple(opinions),
        name_full=_text(fields, "case_name_full"),
        court_id=_text(fields, "court_id"),
        court=_text(fields, "court"),
        date_filed=_text(fields, "date_filed"),
        docket_number=_text(fields, "docket_number"),
        citations=_texts(fields, "citations"),
        judges=_texts(fields, "judges"),
        status=_text(fields, "status"),
        url=_text(fields, "url"),
        extra={k: v for k, v in fields.items() if k not in _CASE_FIELDS and k not in consumed},
    )


def raw_opinion(fields: Any, place: str) -> RawOpinion:
    """Return one member of a record's ``opinions``."""
    if not isinstance(fields, dict):
        raise RecordError(f"{place} is {_KINDS[type(fields)]}, not an object")
    prefix = f"{place}."
    given = _text(fields, "id", prefix)
    return RawOpinion(
        text=_value(fields, "text", str, prefix, needed=True),
        format=_member(TextFormat, fields, "format", TextFormat.TEXT, prefix),
        type=_member(OpinionType, fields, "type", OpinionType.COMBINED, prefix),
        id=None if given is None else checked_id(given, prefix),
        author=_text(fields, "author", prefix),
        joined_by=_texts(fields, "joined_by", prefix),
        extra={k: v for k, v in fields.items() if k not in _OPINION_FIELDS},
    )


def checked_id(value: str, prefix: str = "") -> str:
    """Return ``value`` if it can stand in a URL as it is; else raise `RecordError`."""
    if not 1 <= len(value) <= MAX_ID_LENGTH:
        raise RecordError(
            f"{prefix}id has {len(value)} characters; 1 to {MAX_ID_LENGTH} are allowed"
        )
    bad = _BAD_ID.search(value)
    if bad or value in (".", ".."):
        what = ascii(bad[0]) if bad else ascii(value)
        raise RecordError(
            f"{prefix}id {value!a} contains {what}; ids go into addresses, so white space, "
            "control characters and / ? # % : \\ are not allowed"
        )
    return value


def _value(
    fields: Mapping[str, Any], name: str, kind: type, prefix: str = "", *, needed: bool = False
) -> Any:
    value = fields.get(name)
    if value is None:
        if needed:
            what = "null" if name in fields else "missing"
            raise RecordError(f"{prefix}{name} is {what}; every record needs it")
        return None
    if not isinstance(value, kind):
        wanted = f"{_KINDS[kind]}{'' if needed else ' or null'}"
        raise RecordError(f"{prefix}{name} must be {wanted}, not {_KINDS[type(value)]}")
    return value


def _text(fields: Mapping[str, Any], name: str, prefix: str = "") -> str | None:
    value: str | None = _value(fields, name, str, prefix)
    return value


def _words(fields: Mapping[str, Any], name: str) -> str:
    value: str = _value(fields, name, str, needed=True)
    if not value.strip():
        raise RecordError(f"{name} is empty; every record needs it")
    return value


def _texts(fields: Mapping[str, Any], name: str, prefix: str = "") -> tuple[str, ...]:
    values = _value(fields, name, list, prefix) or []
    for at, value in enumerate(values):
        if not isinstance(value, str):
            raise RecordError(f"{prefix}{name}[{at}] must be a string, not {_KINDS[type(value)]}")
    return tuple(values)


def _member(
    enumeration: type[_E], fields: Mapping[str, Any], name: str, default: _E, prefix: str
) -> _E:
    value = _text(fields, name, prefix)
    if value is None:
        return default
    try:
        return enumeration(value)
    except ValueError:
        allowed = " ".join(member.value for member in enumeration)
        raise RecordError(f"{prefix}{name} {value!r} is unknown; one of: {allowed}") from None
