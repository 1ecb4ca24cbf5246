"""A question in plain words, taken apart: what must occur, what is ranked by."""

import re
from dataclasses import dataclass
from typing import Final

from indexer.store.analysis import exact_words, query_terms

_QUOTED: Final = re.compile(r"[\"“”]([^\"“”]*)[\"“”]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a query's text asks for."""

    text: str
    """All of it, as it is embedded."""
    terms: tuple[str, ...]
    """Distinct analysed terms for the words' lane, in order."""
    phrases: tuple[str, ...]
    """Double-quoted phrases: each must occur in a passage, if one has it (`quoted.phrase_rows`)."""

    @property
    def only_phrases(self) -> bool:
        """Whether it asks for words as they are quoted, and for nothing else."""
        return bool(self.phrases) and not exact_words(without_quoted(self.text))

    @classmethod
    def parse(cls, text: str) -> "Question":
        """Take ``text`` apart.

        Straight and curly double quotes mark phrases, each closed by the next one of any shape; one
        that is left over, and quotes around nothing that is a word, are ordinary characters.
        """
        quoted = (match[1].strip() for match in _QUOTED.finditer(text))
        phrases = tuple(dict.fromkeys(phrase for phrase in quoted if exact_words(phrase)))
        return cls(text=text, terms=query_terms(text), phrases=phrases)


def without_quoted(text: str) -> str:
    """Return ``text`` with blanks in the place of what is quoted, of the same length."""
    return _QUOTED.sub(lambda match: " " * len(match[0]), text)
