"""Four times the text, about four times the time, whatever it is made of."""

import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from time import thread_time
from typing import Any, Final

import pytest

from indexer.citations import find_citations
from indexer.cleaning import clean_text
from indexer.courts import near_courts, resolve_court
from indexer.errors import RecordError
from indexer.hard_wrap import unwrap
from indexer.judges import cited_judge
from indexer.markup import html_to_text
from indexer.page_map import MarkedText
from indexer.pagination import paginate
from indexer.parse import parse_case
from indexer.passages import cut_passages
from indexer.raw import RawCase
from indexer.records import (
    Opinion,
    OpinionHeader,
    OpinionType,
    PassageLimits,
    Section,
    SectionRole,
    Span,
)
from indexer.reporters import parse_citation
from indexer.sections import split_sections
from indexer.sentences import sentence_spans
from indexer.sources.courtlistener_case import Parts, case_of_parts
from indexer.sources.html_page import read_document
from indexer.sources.people import names_in
from indexer.voices import separate_voices
from tests.embedders import WordHashEmbedder
from tests.fuzz.running import watched
from tests.fuzz.shapes import SHAPES
from tests.indexer.store.making import record

SHORT: Final = 10_000
LONG: Final = 40_000
_NOTICEABLE_S: Final = 0.4
_MOST_TIMES: Final = 9.0
"""Four is linear, sixteen quadratic."""
_FEW: Final = 6
"""Shapes for each parser where no time is given: others for each, and in every run the same."""
_NAME: Final = 2000
"""Characters of the longest names of courts and judges."""
MODEL: Final = WordHashEmbedder()
CITATIONS: Final = ("490 U.S. 1", "109 S. Ct. 5")


def words(text: str) -> Opinion:
    header = OpinionHeader(id="o", case_id="c", type=OpinionType.COMBINED, source_sha256="")
    return Opinion(header=header, text=clean_text(text))


def cut(text: str) -> None:
    given = words(text)
    section = Section(
        heading="x",
        path=("x",),
        number=None,
        role=SectionRole.OTHER,
        span=Span(0, len(given.text)),
    )
    limits = PassageLimits(max_tokens=62, target_tokens=50)
    cut_passages(
        given, section, position=0, first_row=0, token_spans=MODEL.token_spans, limits=limits
    )


def delivered(text: str) -> RawCase:
    words = {"id": 71, "type": "020lead", "html": f"<pre>{text}"}
    return case_of_parts(Parts(cluster_id="7", opinions=[words]))[0]


PARSERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "sections": lambda text: split_sections(clean_text(text)),
    "sentences": lambda text: sentence_spans(clean_text(text)),
    "passages": cut,
    "voices": lambda text: separate_voices(record("c", words(text))),
    "html": html_to_text,
    "page": lambda text: read_document(f"<html><body>{text}".encode(), {}),
    "star pages": lambda text: paginate([MarkedText(clean_text(text))], CITATIONS),
    "hard wrap": lambda text: unwrap(text, CITATIONS),
    "citations": lambda text: find_citations(clean_text(text)),
    "court": lambda text: resolve_court(None, text[:_NAME], None),
    "near courts": lambda text: near_courts(text[:_NAME]),
    "citation": lambda text: parse_citation(f"1 {text} 5"),
    "judges": names_in,
    "courtlistener": lambda text: parse_case(delivered(text)),
    "judge": lambda text: cited_judge(text[:_NAME], court_id="scotus"),
}


def seconds(parse: Callable[[str], Any], text: str, *, stderr: int) -> float:
    start = thread_time()
    with watched(stderr=stderr), suppress(RecordError):
        parse(text)
    return thread_time() - start


@pytest.mark.parametrize("name", PARSERS)
def test_time_grows_as_the_text_does(request, stderr, name):
    """All shapes where any time is given; else a few.

    What counts is this thread's processor time, and of that only what is noticeable, and what the text takes
    each time: neither a busy machine nor a collection of garbage makes anything slow.
    """
    given = request.config.getoption("--fuzz-seconds")
    shapes = random.Random(name).sample(sorted(SHAPES), _FEW if given is None else len(SHAPES))
    took = partial(seconds, PARSERS[name], stderr=stderr)
    took("Held in 1 U.S. 1.")  # what is loaded at the first use is no matter
    slow: dict[str, str] = {}
    for shape in shapes:
        text = SHAPES[shape](LONG)
        long = took(text)
        if long > _NOTICEABLE_S:
            long = min(long, *(took(text) for _ in range(2)))
        if long > _NOTICEABLE_S:
            short = min(took(SHAPES[shape](SHORT)) for _ in range(3))
            if long > _MOST_TIMES * short:
                slow[shape] = f"{short:.2f} s, then {long:.2f} s"
    assert slow == {}
