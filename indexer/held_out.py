"""Which cases a trained model may have seen: the same answer on every machine, told by the case's id."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from indexer.records import Case

_EVERY: Final = 4
"""One in so many of the cases that are not for reporting is kept for choosing."""


class Part(StrEnum):
    """What a case may be used for when a model is trained."""

    TRAINING = "training"
    CHOOSING = "choosing"
    """To choose between trained models by."""
    REPORTING = "reporting"
    """To report figures from, once; nothing is trained or chosen by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """The cases that training sees nothing of: by the rule of `part_of`, and those named."""

    named: frozenset[str] = frozenset()
    """Ids or citations of further cases."""

    def holds(self, case: Case) -> bool:
        """Say whether ``case`` is kept from training."""
        if part_of(case.id) is not Part.TRAINING:
            return True
        return not self.named.isdisjoint((case.id, *case.citations))

    @classmethod
    def from_lines(cls, lines: Collection[str]) -> "HeldOut":
        """Take one id or citation a line; blank lines and those that begin with ``#`` say nothing."""
        words = (line.strip() for line in lines)
        return cls(named=frozenset(word for word in words if word and not word.startswith("#")))


def part_of(case_id: str) -> Part:
    """Return the part of a case, for good.

    The first byte of SHA-256 of ``half<id>`` is odd: reporting. Else that of ``train<id>`` is
    divisible by four: choosing. Else: training. So about 4, 1 and 3 of 8.
    """
    if _first_byte(f"half{case_id}") % 2:
        return Part.REPORTING
    return Part.CHOOSING if _first_byte(f"train{case_id}") % _EVERY == 0 else Part.TRAINING


def _first_byte(text: str) -> int:
    return hashlib.sha256(text.encode()).digest()[0]
