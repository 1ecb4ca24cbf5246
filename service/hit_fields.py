"""The request's `fields`: which parts of a hit an answer keeps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, get_args, get_origin

from pydantic import BaseModel

from service.schemas import HitOut

Include: TypeAlias = dict[str, Any]
"""What pydantic's serialiser keeps: a name to ``True``, or to what is kept inside it."""

_ALWAYS: Final = ("rank", "score")
_EXTRA: Final = ("case.extra", "opinion.extra")


def _names(model: type[BaseModel]) -> Iterable[str]:
    for name, field in model.model_fields.items():
        yield name
        if get_origin(field.annotation) is tuple:
            continue
        for kind in (field.annotation, *get_args(field.annotation)):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from (f"{name}.{inner}" for inner in _names(kind))


FIELD_NAMES: Final[tuple[str, ...]] = (*_names(HitOut), "extra")
"""Everything that `fields` may name; ``extra`` is short for the extra of case and opinion."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which parts of hits an answer keeps."""

    include: Include | None = None
    """For a hit; `None` keeps everything that is set."""
    extra: frozenset[str] = frozenset()
    """Which of ``case`` and ``opinion`` show the source's further metadata."""

    @classmethod
    def of(cls, fields: Sequence[str]) -> "Selection":
        """Return what ``fields``, all of `FIELD_NAMES`, ask for; empty asks for all but extra."""
        if not fields:
            return cls()
        asked = [name for field in fields for name in (_EXTRA if field == "extra" else (field,))]
        include: Include = dict.fromkeys(_ALWAYS, True)
        for name in asked:
            _keep(include, name)
        return cls(
            include=include,
            extra=frozenset(name.partition(".")[0] for name in asked if name in _EXTRA),
        )


def _keep(include: Include, name: str) -> None:
    """Add ``name``, dotted or not, to what is kept; the whole of a part wins over a piece of it."""
    part, _, inner = name.partition(".")
    if not inner:
        include[part] = True
    elif include.get(part) is not True:
        _keep(include.setdefault(part, {}), inner)
