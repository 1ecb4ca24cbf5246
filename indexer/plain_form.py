"""Records ↔ plain values that JSON can hold, told by their type hints: without their fields' names."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from enum import Enum
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Final, NamedTuple, Union, get_args, get_origin, get_type_hints


class PlainForm(NamedTuple):
    """How values of one type become plain ones, and come back."""

    to_plain: Callable[[Any], Any]
    from_plain: Callable[[Any], Any]
    """Raises `ValueError` or `TypeError` for what `to_plain` did not give."""


def _same(value: Any) -> Any:
    return value


_AS_IT_IS: Final = PlainForm(_same, _same)
_PLAIN: Final = (str, int, float, bool, NoneType)


def plain_form(kind: Any) -> PlainForm:
    """Return the plain form of a type: plain values, enums, dataclasses, tuples and lists of such.

    Raises `TypeError` for any other.
    """
    if kind in _PLAIN:
        return _AS_IT_IS
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _optional(args)
    if origin is list or (origin is tuple and args[1:] == (...,)):
        return _many(origin, plain_form(args[0]))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return PlainForm(attrgetter("value"), kind)
    if is_dataclass(kind):
        return _record(kind)
    if hasattr(kind, "_fields"):
        return _named_tuple(kind)
    raise TypeError(f"{kind} has no plain form")


def _optional(kinds: tuple[Any, ...]) -> PlainForm:
    inner = [kind for kind in kinds if kind is not NoneType]
    if len(inner) != 1:
        raise TypeError(f"a choice of {kinds} has no plain form")
    to_plain, from_plain = form = plain_form(inner[0])
    if form is _AS_IT_IS:
        return form
    return PlainForm(
        lambda value: None if value is None else to_plain(value),
        lambda value: None if value is None else from_plain(value),
    )


def _many(origin: type, form: PlainForm) -> PlainForm:
    to_plain, from_plain = form
    if form is _AS_IT_IS:
        return PlainForm(list, origin)
    return PlainForm(
        lambda values: [to_plain(value) for value in values],
        lambda values: origin([from_plain(value) for value in values]),
    )


def _record(kind: Any) -> PlainForm:
    hints = get_type_hints(kind)
    names = [part.name for part in fields(kind)]
    forms = [plain_form(hints[name]) for name in names]
    to_plain = [(attrgetter(name), form.to_plain) for name, form in zip(names, forms, strict=True)]
    from_plain = [(name, form.from_plain) for name, form in zip(names, forms, strict=True)]
    return PlainForm(
        lambda record: [into(get(record)) for get, into in to_plain],
        lambda values: kind(
            **{name: back(value) for (name, back), value in zip(from_plain, values, strict=True)}
        ),
    )


def _named_tuple(kind: Any) -> PlainForm:
    hints = get_type_hints(kind)
    forms = [plain_form(hints[name]) for name in kind._fields]
    return PlainForm(
        lambda one: [form.to_plain(value) for form, value in zip(forms, one, strict=True)],
        lambda one: kind(*[form.from_plain(value) for form, value in zip(forms, one, strict=True)]),
    )
