"""What a model is called outside of the machine that it lies on."""

import re
from pathlib import PurePath
from typing import Final

_PUBLISHED: Final = re.compile(r"\w[\w.-]*(?:/\w[\w.-]*)?")
"""The name of a prepared model, or owner and name of a published one."""


def public_name(model: str) -> str:
    """Return the name of a model as answers and metrics tell it: of a folder only the last part.

    Manifests keep the whole, since the model is loaded by it.
    """
    if _PUBLISHED.fullmatch(model):
        return model
    return PurePath(model).name or "model"
