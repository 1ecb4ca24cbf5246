"""The words that open a judge's writing, as a record; and what is known of the court that helps to read them."""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from indexer.records import OpinionType

_VOTE_VERB: Final = re.compile(r"[\s,]*(?i:(?:also |respectfully )?(?:dissents?|concurs?)\b)")
_DISCUSSED: Final = "1960"
"""From then on Justices say in their opinions what other Justices think."""


class Form(Enum):
    """What kind of opening words these are."""

    COURT = "court"
    """They say that this is the court's opinion."""
    SEPARATE = "separate"
    """They say that this is a concurrence or a dissent."""
    BARE = "bare"
    """A judge's name and no more."""
    STATEMENT = "statement"
    """A judge's vote told in the third person, with its reasons."""
    VOTE = "vote"
    """A vote without reasons: a voice only where the judge's own words follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What the first words of a paragraph say of who speaks from here on."""

    form: Form
    type: OpinionType
    author: str | None
    joined_by: tuple[str, ...] = ()
    end: int
    """Characters of the paragraph that the opening takes up."""
    inline: bool = False
    """Whether the opinion's own words follow in the same paragraph."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What is known of the court besides the text."""

    supreme: bool = False
    """Whether it is the Supreme Court of the United States."""
    date: str | None = None

    def told(self, line: str) -> bool:
        """Whether ``line``, what a judge thinks, can be a vote: later on opinions discuss each other so."""
        if self.supreme and self.date is not None and self.date < _DISCUSSED:
            return True
        return _VOTE_VERB.match(line) is not None
