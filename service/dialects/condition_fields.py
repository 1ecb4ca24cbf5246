"""The fields of conditions on the wire: their limits, which are those of the service's own filters."""

from typing import Annotated, Any, Final, TypeAlias

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from service.dialects.conditions import Scalar

MOST_CONDITIONS: Final = 64
MOST_VALUES: Final = 1_000
LONGEST_TEXT: Final = 500


def _within_limits(value: Any) -> Any:
    """Refuse what is no value, too many of them and a text that is too long, before any is read."""
    given = value if isinstance(value, list) else [value]
    if len(given) > MOST_VALUES:
        raise PydanticCustomError(
            "too_many_values",
            "has {count} values, more than {most}; ask for fewer at a time",
            {"count": len(given), "most": MOST_VALUES},
        )
    if not all(isinstance(one, str | int | float) for one in given):
        raise PydanticCustomError(
            "no_value", "must be a text, a number or a truth value, or a list of these"
        )
    if any(isinstance(one, str) and len(one) > LONGEST_TEXT for one in given):
        raise PydanticCustomError(
            "long_text",
            "has a text of more than {most} characters; shorten it, or send several as a list",
            {"most": LONGEST_TEXT},
        )
    return value


ShortText: TypeAlias = Annotated[str, Field(max_length=LONGEST_TEXT)]
Values: TypeAlias = Annotated[Scalar | list[Scalar], BeforeValidator(_within_limits)]
"""What an attribute is compared with."""
