"""Which case a short citation stands for, within one opinion (Bluebook, rules 4.1, 4.2 and 10.9)."""

from bisect import bisect_right, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, TypeVar

LONGEST_CASE: Final = 150
"""Pages. ``Id. at 900`` after ``490 U.S. 386`` is not that case; eyecite draws the line here too."""
_LONGEST_PHRASE: Final = 6
_Key = TypeVar("_Key")
_PUNCTUATION: Final = ",.;:'’()[]“”\""


@dataclass(slots=True, eq=False)
class Cited:
    """A case that the opinion cites in full."""

    cited: str | None
    name: str | None = None
    first_pages: dict[tuple[str, str], int] = field(default_factory=dict)
    """By volume and reporter; of parallel citations all."""
    full: dict[tuple[str, str], str] = field(default_factory=dict)
    """By volume and reporter: the full citation in it."""


@dataclass(slots=True)
class _Shelf:
    """The cases cited in one volume."""

    pages: list[int] = field(default_factory=list)
    by_page: dict[int, Cited] = field(default_factory=dict)
    last: Cited | None = None
    only: bool = True


class Register:
    """The cases cited so far. Each question and each entry takes a time that their number does not change."""

    def __init__(self) -> None:
        self._by_citation: dict[str, Cited] = {}
        self._shelves: dict[tuple[str, str], _Shelf] = {}
        self._by_phrase: dict[str, Cited | None] = {}
        self._by_volume_phrase: dict[tuple[str, str, str], Cited | None] = {}

    def known(self, citation: str) -> Cited | None:
        """Return the case of a full citation that was entered."""
        return self._by_citation.get(citation)

    def enter(self, case: Cited, citation: str, place: tuple[str, str], page: int | None) -> None:
        """Enter one full citation of ``case``: ``490 U.S. 386``, in ``("490", "U.S.")``, from page 386.

        Without a page ``citation`` is any key that tells the case from others.
        """
        self._by_citation.setdefault(citation, case)
        if page is None:
            return
        case.full.setdefault(place, citation)
        case.first_pages.setdefault(place, page)
        shelf = self._shelves.setdefault(place, _Shelf())
        if page not in shelf.by_page:
            insort(shelf.pages, page)
            shelf.by_page[page] = case
        shelf.only = shelf.only and shelf.last in (None, case)
        shelf.last = case

    def call(self, case: Cited, name: str) -> None:
        """Enter a name that the text gives ``case``."""
        for phrase in _phrases(name):
            _note(self._by_phrase, phrase, case)
            for volume, reporter in case.full:
                _note(self._by_volume_phrase, (volume, reporter, phrase), case)

    def by_page(self, place: tuple[str, str], pin: int | None, name: str | None) -> Cited | None:
        """Return the case of ``Graham, 490 U.S., at 396``: by its name, else by where its pages begin."""
        shelf = self._shelves.get(place)
        if shelf is None:
            return None
        for phrase in _tails(name or ""):
            case = self._by_volume_phrase.get((*place, phrase))
            if case is not None:
                return case
        if pin is None:
            return shelf.last if shelf.only else None
        at = bisect_right(shelf.pages, pin)
        return shelf.by_page[shelf.pages[at - 1]] if at else None

    def by_name(self, name: str) -> Cited | None:
        """Return the one case whose name has these words, the longest of them that any has."""
        for phrase in _tails(name):
            if phrase in self._by_phrase:
                return self._by_phrase[phrase]
        return None


def page_fits(case: Cited, pin: int | None) -> bool:
    """Whether ``Id. at pin`` can be a page of ``case``."""
    if pin is None or not case.first_pages:
        return True
    return any(first <= pin <= first + LONGEST_CASE for first in case.first_pages.values())


def _note(index: dict[_Key, Cited | None], key: _Key, case: Cited) -> None:
    """Enter ``case``, or `None` for good where another has the same key."""
    if index.setdefault(key, case) is not case:
        index[key] = None


def _words(name: str) -> list[str]:
    words = (word.strip(_PUNCTUATION) for word in name.split())
    return [word.removesuffix("'s").removesuffix("’s").lower() for word in words if word]


def _phrases(name: str) -> Iterator[str]:
    """Yield every run of words of one party's name."""
    for party in name.replace(" vs. ", " v. ").split(" v. "):
        words = _words(party)[:16]
        for first in range(len(words)):
            for last in range(first + 1, min(first + _LONGEST_PHRASE, len(words)) + 1):
                yield " ".join(words[first:last])


def _tails(name: str) -> Iterator[str]:
    """Yield the name, then less and less of its beginning: ``Under Graham``, ``Graham``."""
    words = _words(name)
    for first in range(max(0, len(words) - _LONGEST_PHRASE), len(words)):
        yield " ".join(words[first:])
