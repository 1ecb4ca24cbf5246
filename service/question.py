"""A question in plain words, taken apart: what must occur, what is ranked by."""

import re
from dataclasses import dataclass
from typing import Final

from indexer.store.analysis import query_terms

_QUOTED: Final = re.compile(r"[\"“”]([^\"“”]+)[\"“”]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a query's text asks for."""

    text: str
    """All of it, as it is embedded."""
    terms: tuple[str, ...]
    """Distinct analysed terms for the words' lane, in order."""
    phrases: tuple[str, ...]
    """Double-quoted phrases: each must occur in a passage, word for word."""

    @classmethod
    def parse(cls, text: str) -> "Question":
        """Take ``text`` apart; straight and curly double quotes mark phrases."""
        quoted = (match.group(1).strip() for match in _QUOTED.finditer(text))
        phrases = tuple(dict.fromkeys(phrase for phrase in quoted if query_terms(phrase)))
        return cls(text=text, terms=tuple(query_terms(text)), phrases=phrases)
