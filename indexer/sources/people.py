"""Names of judges out of the one line that sources write them in."""

import re
from typing import Final

_BETWEEN: Final = re.compile(r"\s*[,;]\s*(?:and\s+|&\s*)?|\s+(?:and|&)\s+")
_TITLE: Final = re.compile(
    r"(?:(?:Chief|Associate|Presiding|Senior|Circuit|District|Bankruptcy|Magistrate|Acting)\s+)*"
    r"(?:Judges?|Justices?|C\.?\s?J|A\.?C\.?J|P\.?\s?J|JJ|J|Jr|Sr|II|III|IV|Ph\.?D|Esq)\.?",
    re.IGNORECASE,
)


def names_in(line: str) -> tuple[str, ...]:
    """Return the names of ``Torruella, Boudin and Howard``; a title stays with the name before it.

    ``Roberts, C.J., Kennedy, J.`` has two names, not four.
    """
    names: list[str] = []
    for piece in _BETWEEN.split(" ".join(line.split()).strip(" ,;")):
        if not piece:
            continue
        if names and _TITLE.fullmatch(piece):
            names[-1] = f"{names[-1]}, {piece}"
        else:
            names.append(piece)
    return tuple(dict.fromkeys(names))
