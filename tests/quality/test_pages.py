"""Two hundred random passages with pages, against the page marks in their sources.

The corpora are not part of the repository: ``pytest tests/quality/test_pages.py --corpus DIR -s``.
What stands here is read always: made-up sources with marks as the corpora have them.
"""

import json
import lzma
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

import pytest

from indexer.passages import cut_passages
from indexer.records import Case, CaseRecord, Opinion, Passage, PassageLimits, Span
from indexer.sections import split_sections
from indexer.sources import read_sources
from indexer.store.stored import PageMap, PageRange
from indexer.voices import separate_voices
from models.base import TokenSpans
from models.load import load_embedder
from tests.indexer.tokens import words
from tests.quality.pages import (
    FIRST,
    SOURCES,
    Answer,
    Source,
    judge,
    letters_of,
    printed,
    read_source,
)

DRAWN: Final = 200
CASES_EACH: Final = 60
SEED: Final = 2026


@dataclass(frozen=True)
class Placed:
    """A passage with the pages that the program gives it."""

    case: Case
    opinion: Opinion
    passage: Passage
    pages: tuple[PageRange, ...]


def placed(
    records: Iterable[CaseRecord], token_spans: Callable[[str], TokenSpans], limits: PassageLimits
) -> Iterator[list[Placed]]:
    """Yield the passages of each opinion, cut as a build cuts them."""
    for record in map(separate_voices, records):
        for opinion in record.opinions:
            pages = PageMap(opinion.pages)
            sections = split_sections(opinion.text, opinion_type=opinion.header.type)
            cut = chain.from_iterable(
                cut_passages(
                    opinion,
                    section,
                    position=at,
                    first_row=0,
                    token_spans=token_spans,
                    limits=limits,
                )
                for at, section in enumerate(sections)
            )
            yield [Placed(record.case, opinion, one, pages.ranges(one.span)) for one in cut]


def disagreements(opinion: list[Placed], source: Source) -> Iterator[tuple[Placed, str]]:
    """Yield each passage with pages, and how the judge's differ from the program's ('' where not)."""
    case = opinion[0].case
    citations = source.citations or case.citations
    answers = judge(printed(source.texts, citations), [one.passage.text for one in opinion])
    for one, answer in zip(opinion, answers, strict=True):
        if one.pages and letters_of(one.passage.text):
            yield one, _difference(one, answer, citations)


def _difference(one: Placed, answer: dict[str, Answer] | None, citations: Iterable[str]) -> str:
    if answer is None:
        return "its words do not stand in the source"
    firsts = dict(cited.rsplit(" ", 1) for cited in citations)
    for given in one.pages:
        found = answer.get(given.reporter)
        if found is None:
            return f"the judge knows no pages of {given.reporter}"
        first, last = (
            firsts[given.reporter] if page == FIRST else page for page in (found.first, found.last)
        )
        if (given.first, given.last) != (first, last):
            return f"{given.reporter}: program {given.first}-{given.last}, judge {first}-{last}"
    return ""


def read_records(paths: list[Path]) -> list[CaseRecord]:
    return [one for one in read_sources(paths) if isinstance(one, CaseRecord)]


def test_two_hundred_passages_stand_on_the_pages_that_the_marks_say(pytestconfig, tmp_path):
    folder = pytestconfig.getoption("corpus")
    if folder is None:
        pytest.skip("the corpora are not part of the repository: give their folder as --corpus DIR")
    rng = random.Random(SEED)
    told: list[str] = []
    judged = [one for name in SOURCES if (one := _judged(Path(folder) / name, rng, tmp_path, told))]
    each = -(-DRAWN // len(judged))
    drawn = [pair for one in judged for pair in rng.sample(one, each)][:DRAWN]
    wrong = [f"{one.passage.id}: {why}" for one, why in drawn if why]
    told += [f"{len(drawn) - len(wrong)} of {len(drawn)} drawn are right", *wrong, ""]
    sys.stdout.write("\n".join(["", *told]))
    assert wrong == []


def _judged(
    path: Path, rng: random.Random, scratch: Path, told: list[str]
) -> list[tuple[Placed, str]]:
    """Return the passages with pages of some cases of a corpus, judged; and tell what was found."""
    embedder = load_embedder(threads=1)
    limits = PassageLimits.for_window(embedder.spec.passage_budget)
    sources = dict(read_source(path))
    chosen = rng.sample(sorted(sources), min(CASES_EACH, len(sources)))
    records = read_records([_only(path, frozenset(chosen), scratch)])
    known = [record for record in records if record.case.id in sources]
    opinions = [one for one in placed(known, embedder.token_spans, limits) if one]
    counts = Counter(_why(one, sources) for opinion in opinions for one in opinion)
    judged = [pair for one in opinions for pair in disagreements(one, sources[one[0].case.id])]
    right = sum(not why for _, why in judged)
    told.append(f"{path.name}: {len(known)} cases, passages {dict(counts)}")
    told.append(f"  of those with pages and words, {right} of {len(judged)} right")
    told += [f"  {one.passage.id}: {why}" for one, why in judged if why]
    return judged


def _why(one: Placed, sources: dict[str, Source]) -> str:
    if one.pages:
        return "with pages"
    if one.opinion.pages:
        return "beside marks that do not reach it"
    stars = any("*" in text for text in sources[one.case.id].texts)
    return "no marks in the opinion" if stars else "no marks in the source"


def _only(path: Path, ids: frozenset[str], folder: Path) -> Path:
    """Return the cases ``ids`` of a corpus; of a folder, all of it."""
    if path.is_dir():
        return path
    kept = folder / path.name.removesuffix(".xz")
    with lzma.open(path, "rt", encoding="utf-8") as lines, kept.open("w", encoding="utf-8") as out:
        out.writelines(line for line in lines if json.loads(line)["id"] in ids)
    return kept


# The committed part: marks as the corpora have them, with the answers written by hand.

PARAGRAPH: Final = (
    "The officer stopped the car and asked for the papers of the driver, who had none. "
)
LONG: Final = PARAGRAPH * 6
SMALL: Final = PassageLimits(max_tokens=40, target_tokens=30)
COMBINED: Final = (
    "10 U.S. 100 (1950)\n\nROE\n\nv.\n\nDOE.\n\n*102 Mr. Smith for the petitioner.\n\n"
    f"MR. JUSTICE BLACK delivered the opinion of the Court.\n\nAlpha one. {LONG}*103 Alpha two. {LONG}"
    f"Recogni*104 tion of alpha three [1] is due. See 5 U.S. 9, *11. {LONG}\n\nAffirmed.\n\n"
    f"MR. JUSTICE HARLAN, dissenting.\n\nBeta one. {LONG}*105 Beta two, 2001 WL 7, at *106. {LONG}"
    "\n\nNOTES\n\n[1] Gamma is a note of its own, and it has enough words to be cut alone, so it is long "
    f"enough for that. {PARAGRAPH}"
)
SCANNED: Final = (
    f"Mr. Justice Black delivered the opinion of the Court.\n\nAlpha one. {LONG}*7Alpha two. {LONG}"
    f"\n\nAlpha three, Govern-*8ment's duty. {LONG}\n\nAffirmed.\n\nGamma is a note that the scan gives without a "
    f"figure, behind the opinion, and which page it stood on nobody can tell. {PARAGRAPH}*7Delta runs on to a page. {PARAGRAPH}"
)


@pytest.fixture
def small(tmp_path):
    cases = [
        ("combined", ["10 U.S. 100", "20 S. Ct. 300"], [("combined", COMBINED)]),
        ("scanned", ["9 L. Ed. 2d 1", "11 U.S. 6"], [("lead", SCANNED)]),
    ]
    lines = [
        {
            "id": name,
            "case_name": "Roe v. Doe",
            "court_id": "scotus",
            "date_filed": "1950",
            "citations": citations,
            "opinions": [{"type": kind, "text": text} for kind, text in opinions],
        }
        for name, citations, opinions in cases
    ]
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)) + "\n")
    return path


def test_the_judge_agrees_on_every_passage_of_the_small_sources(small):
    sources = {json.loads(line)["id"]: json.loads(line) for line in small.read_text().splitlines()}
    wrong, seen = [], 0
    for opinion in placed(read_records([small]), words, SMALL):
        given = sources[opinion[0].case.id]
        source = Source(tuple(given["citations"]), tuple(one["text"] for one in given["opinions"]))
        for one, why in disagreements(opinion, source):
            seen += 1
            wrong += [f"{one.passage.id}: {why}"] if why else []
    assert wrong == []
    assert seen > 30


@pytest.mark.parametrize(
    ("case", "words_of_it", "reporter", "page"),
    [
        ("combined", "Alpha one", "10 U.S.", "102"),
        ("combined", "Alpha two", "10 U.S.", "103"),
        ("combined", "is due", "10 U.S.", "104"),
        ("combined", "Beta one", "10 U.S.", "104"),
        ("combined", "WL 7, at *106", "10 U.S.", "105"),
        ("combined", "Gamma is a note", "10 U.S.", "104"),
        ("scanned", "Alpha one", "11 U.S.", "6"),
        ("scanned", "Alpha two", "11 U.S.", "7"),
        ("scanned", "s duty", "11 U.S.", "8"),
        ("scanned", "Gamma is a note", "11 U.S.", None),
        ("scanned", "Delta runs", "11 U.S.", "7"),
    ],
)
def test_words_stand_on_the_page_where_the_source_has_them(
    small, case, words_of_it, reporter, page
):
    for record in map(separate_voices, read_records([small])):
        for opinion in record.opinions:
            at = opinion.text.find(words_of_it)
            if record.case.id == case and at >= 0:
                (found,) = PageMap(opinion.pages).ranges(Span(at, at + 1)) or [None]
                assert (found and (found.reporter, found.first)) == (page and (reporter, page))
                return
    pytest.fail(f"{words_of_it} is in no opinion")


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("a *5 b *6 c", ["5", "6"]),
        ("a *5b, 2 WL 7, at *6 (c) *6d *73 e", ["5", "6", "7"]),
        ("*5a *6b notes *5c", ["5", "6", "5"]),
        ("a *5 b *5A c *6 d", ["5", "5A", "6"]),
    ],
)
def test_the_judge_reads_marks(text, marks):
    (source,) = printed([text], ["1 U.S. 4"])
    assert [page for _, page in source.marks["1 U.S."]] == marks
