"""Makes `pins.jsonl`: what an opinion says, and the pages of a case that it cites for it.

A proposition followed by a sentence that only cites, with pages ("See Byars v. United
States, 273 U.S. 28, 34.") is a question whose answer the author himself has pinned down. Only cases
whose text carries star pages are cited cases here, and precision goes before number: a proposition
that leans on its context, quotes, or speaks of its own parties is left out. American
opinions are in the public domain.

    python -m tests.quality.make_pins --out tests/quality/pins.jsonl \\
      --cited scotus-1922-1942.jsonl.xz --cited most-cited.jsonl.xz \\
      --citing scotus-1922-1942.jsonl.xz --citing most-cited.jsonl.xz --citing scotus-1997-2023.jsonl.xz
"""

import hashlib
import json
import lzma
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from indexer.sentences import sentence_spans
from tests.quality.ranking_judged import half_of

Case = tuple[int, int]
"""Volume and first page in the United States Reports."""

_PINNED: Final = r"(?P<volume>\d{1,3}) U\. ?S\. (?P<first>\d{1,4}), (?P<pin>\d{1,4}(?:[-–]\d{1,4})?(?:, \d{1,4}(?:[-–]\d{1,4})?)*)"
_NAME: Final = r"(?!Compare|Contrast|But|Cf)(?:(?:In re|Ex parte) [A-Z]|[A-Z][\w.,&'’\- ]{1,80}? v\. [A-Z])[\w.,&'’\- ]{1,80}?"
_SIGNAL: Final = r"(?:See(?:, e\. ?g\.,|,? also,?)?|Accord[,:]?|and)"
_PARALLEL: Final = r"(?:, \d+ (?:S\. ?Ct\.|L\. ?Ed\.(?: ?2d)?) \d+(?:, \d+)*)*"
_ONE: Final = re.compile(
    rf"(?:{_SIGNAL} )?{_NAME}, {_PINNED}{_PARALLEL}(?: \(\d{{4}}\))?(?:, and cases cited)?\.?"
)
_ANOTHER: Final = re.compile(rf"(?:{_SIGNAL} )?{_NAME}, \d[^;]{{0,90}}|\d[^;A-Z]{{0,40}}")
_EXPLAINED: Final = re.compile(
    rf"{_PINNED} \(\d{{4}}\) \((?P<said>(?:holding|finding|concluding|noting|stating|explaining|recognizing|"
    r"upholding|invalidating|rejecting|sustaining|declining)[^()]{40,400})\)"
)
_CITATION: Final = re.compile(r"(\d{1,3}) U\. ?S\. (\d{1,4})")
_STAR: Final = re.compile(r"\*(\d{1,4})(?!\d) ?")
_NOTE_MARK: Final = re.compile(r"\[(?:\d{1,3}[a-z]?|\*+)\]")
_NOTE_RUN: Final = re.compile(r"[a-z][.,;”\"]*\d{1,3}(?:\s|$)")
"""A note's number run into a word."""
_LEANING: Final = re.compile(
    r"(?:Both|First|Second|Third|Finally|Nevertheless|Contrary|This|That|These|Those|Such|It|Its|He|She|His|Her|They|Their|But|And|Or|Nor|Yet|So|Thus|Hence|There|"
    r"Here|Then|For|Of (?:this|these|such|that|the)|In (?:this|these|such|that|those|his|its|each)|As (?:we|to|the)|Moreover|Accordingly|Therefore|Consequently|However|Indeed|Again|Neither|Otherwise|The (?:latter|"
    r"former|same|order|statute|act|company|respective|fact|result|case|decision|opinion|question|point|contention|objection|motion|judgment|rule|doctrine|"
    r"principle|answer))\b"
)
_OF_ITS_CASE: Final = re.compile(
    r"\b(?:petitioners?|respondents?|appell(?:ant|ee)s?|plaintiffs?|defendants?|supra|infra|ante|post|ibid|id\.|"
    r"below|above|here|contentions?|before us|\w*record|heretofore|taxpayers?|claimants?|this (?:case|suit|action|proceeding|court)|instant|present case|at bar|the record|"
    r"\w+ v\. \w+|§§?|those cases|we (?:are|think|do|have)|this|these|thus|then|though|i|my|me|justice|trustee|"
    r"argues?|argued|contends?|contended|urges?|urged|challenges? the|(?:of|in|to|by|under|with|for|on) that|"
    r"january|february|march|april|may \d+|june|july|august|september|october|november|december|in (?:1[789]|20)\d\d|"
    r"that (?:case|court|decision|opinion|act|statute|order|argument|question))\b",
    re.IGNORECASE,
)
_QUOTE: Final = re.compile(r"[\"“”]|``|''")
_FEWEST, _MOST = 10, 60
"""Words of a proposition."""
_MOST_PAGES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedCase:
    """A case whose pages are marked in its text."""

    id: str
    pages: frozenset[int]
    """Those that the text has: star pages and the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposition:
    """What is said, and the pages cited for it."""

    text: str
    case: Case
    pages: tuple[int, ...]


def pages_of(pin: str) -> tuple[int, ...]:
    """Return the pages of ``190``, ``190-91``, ``190, 193``; ascending, each once, empty if none is meant."""
    found: set[int] = set()
    for part in re.split(r", ?", pin):
        first, _, last = part.replace("–", "-").partition("-")
        last = f"{first[: -len(last)]}{last}" if last else first
        if int(last) - int(first) > _MOST_PAGES:
            return ()
        found.update(range(int(first), int(last) + 1))
    return tuple(sorted(found))


def plain(paragraph: str) -> str:
    """Return a paragraph without star pages and note marks, spaces single."""
    return " ".join(_NOTE_MARK.sub("", _STAR.sub("", paragraph)).split())


def propositions(paragraph: str) -> Iterator[Proposition]:
    """Yield what a plain paragraph says on the authority of one pinned case."""
    sentences = [span.of(paragraph).strip() for span in sentence_spans(paragraph)]
    for said, citation in pairwise(sentences):
        if stands_alone(said):
            yield from (_proposition(said, one) for one in pinned_in(citation))
    for explained in _EXPLAINED.finditer(paragraph):
        if _in_bounds(explained["said"]) and not _CITATION.search(explained["said"]):
            yield _proposition(explained["said"], explained)


def pinned_in(sentence: str) -> list[re.Match[str]]:
    """Return the pinned citations of a sentence that does nothing but cite; none of any other."""
    pieces = [piece.strip() for piece in sentence.split(";")]
    found = [_ONE.fullmatch(piece) for piece in pieces]
    if any(not one and not _ANOTHER.fullmatch(p) for one, p in zip(found, pieces, strict=True)):
        return []
    return [one for one in found if one]


def stands_alone(sentence: str) -> bool:
    """Whether a sentence says by itself what it means, in its author's own words."""
    return (
        sentence[:1].isupper()
        and sentence.endswith(".")
        and _in_bounds(sentence)
        and not _LEANING.match(sentence)
        and not _OF_ITS_CASE.search(sentence)
        and not _NOTE_RUN.search(sentence)
        and not re.search(r"\d U\. ?S\.|\d F\.|\d Wall\.|\d Stat\.", sentence)
    )


def _in_bounds(text: str) -> bool:
    return _FEWEST <= len(text.split()) <= _MOST and not _QUOTE.search(text)


def _proposition(text: str, match: re.Match[str]) -> Proposition:
    case = (int(match["volume"]), int(match["first"]))
    return Proposition(text=text, case=case, pages=pages_of(match["pin"]))


def cited_cases(records: Iterable[dict[str, Any]]) -> dict[Case, CitedCase]:
    """Return the cases that have star pages, by their citation; none that two cases share."""
    found: dict[Case, CitedCase] = {}
    twice: set[Case] = set()
    for record in records:
        for case in {_key(match) for c in record["citations"] if (match := _CITATION.fullmatch(c))}:
            marks = {int(page) for one in record["opinions"] for page in _STAR.findall(one["text"])}
            pages = frozenset(page for page in marks if 0 <= page - case[1] < 200)
            if case in found and found[case].id != record["id"]:
                twice.add(case)
            if pages and min(pages) - case[1] <= _MOST_PAGES:
                found[case] = CitedCase(id=record["id"], pages=pages | {case[1]})
    return {case: cited for case, cited in found.items() if case not in twice}


def pins(
    records: Iterable[dict[str, Any]], cited: dict[Case, CitedCase]
) -> Iterator[dict[str, Any]]:
    """Yield a line of `pins.jsonl` for each proposition, those said twice only once."""
    seen: set[tuple[str, Case]] = set()
    for record in records:
        for text in dict.fromkeys(plain(p) for p in _paragraphs(record)):
            for one in propositions(text) if _CITATION.search(text) else ():
                case = cited.get(one.case)
                if case is None or case.id == record["id"] or (one.text, one.case) in seen:
                    continue
                if one.pages and case.pages.issuperset(one.pages):
                    seen.add((one.text, one.case))
                    yield _line(one, case, citing=record["id"])


def _line(one: Proposition, case: CitedCase, *, citing: str) -> dict[str, Any]:
    name = hashlib.sha256(f"{case.id} {one.text}".encode()).hexdigest()[:10]
    return {
        "id": f"pin-{name}",
        "query": one.text,
        "case_id": case.id,
        "reporter": f"{one.case[0]} U.S.",
        "pages": list(one.pages),
        "exclude": citing,
        "half": half_of(case.id).value,
    }


def _paragraphs(record: dict[str, Any]) -> Iterator[str]:
    for opinion in record["opinions"]:
        yield from re.split(r"\n\s*\n", opinion["text"])


def _key(match: re.Match[str]) -> Case:
    return int(match[1]), int(match[2])


def _records(paths: Sequence[Path]) -> Iterator[dict[str, Any]]:
    for path in paths:
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def main(
    cited: Annotated[list[Path], typer.Option(help="Records (.jsonl.xz) with star pages.")],
    citing: Annotated[list[Path], typer.Option(help="Records (.jsonl.xz) that cite them.")],
    out: Annotated[Path, typer.Option(help="The file to write.")],
) -> None:
    """Write the pins that the records give, in the order of their ids."""
    known = cited_cases(_records(cited))
    lines = sorted(pins(_records(citing), known), key=lambda line: str(line["id"]))
    with out.open("w", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
    typer.echo(f"{len(lines)} pins of {len({line['case_id'] for line in lines})} cases")


if __name__ == "__main__":
    typer.run(main)
