"""What all answers' models have in common."""

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ConfigDict


def requires(*names: str) -> Callable[[dict[str, Any]], None]:
    """Let a schema require these properties only: `fields` may leave out the others."""

    def write(schema: dict[str, Any]) -> None:
        schema.pop("required", None)
        if names:
            schema["required"] = list(names)

    return write


class AnswerModel(BaseModel):
    """Base of every answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SelectableModel(AnswerModel):
    """A part of a hit, of which `fields` may pick single values."""

    model_config = ConfigDict(json_schema_extra=requires())
