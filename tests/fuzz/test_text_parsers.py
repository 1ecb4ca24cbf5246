"""Whatever the text: nothing lost, nothing invented, no offset wrong, no crash, no hang."""

from collections.abc import Sequence
from contextlib import suppress
from itertools import chain

from hypothesis import strategies as st

from indexer.citations import find_citations
from indexer.cleaning import clean_text
from indexer.courts import near_courts, resolve_court
from indexer.dates import date_parts
from indexer.errors import RecordError
from indexer.hard_wrap import unwrap
from indexer.judges import cited_judge
from indexer.markup import html_to_text
from indexer.page_map import MarkedText, lift_marks, restore
from indexer.pagination import paginate
from indexer.parse import parse_case
from indexer.passages import cut_passages
from indexer.raw import RawCase, RawOpinion, TextFormat
from indexer.records import Opinion, OpinionHeader, OpinionType, PageMark, PassageLimits, Span
from indexer.reporters import parse_citation
from indexer.sections import split_sections
from indexer.sentences import sentence_spans
from indexer.sources.caption import read_caption
from indexer.star_pages import read_marks
from indexer.voices import separate_voices
from tests.embedders import WordHashEmbedder
from tests.fuzz.texts import CITATIONS, NAMES, texts
from tests.indexer.store.making import record

MODEL = WordHashEmbedder()
LIMITS = PassageLimits(max_tokens=40, target_tokens=32)
KINDS = st.sampled_from(OpinionType)


def assert_tiles(spans: Sequence[Span], whole: Span) -> None:
    edges = [whole.start, *chain.from_iterable((s.start, s.end) for s in spans), whole.end]
    assert edges[::2] == edges[1::2]


def letters(text: str) -> str:
    return "".join(text.split())


def test_sections_tile_and_passages_tile_them(fuzz):
    def check(given: tuple[str, OpinionType]) -> None:
        text, kind = clean_text(given[0]), given[1]
        header = OpinionHeader(id="o", case_id="c", type=kind, source_sha256="")
        words = Opinion(header=header, text=text)
        sections = split_sections(text, opinion_type=kind)
        assert_tiles([one.span for one in sections], Span(0, len(text)))
        tokens = MODEL.token_spans(text)
        found = 0
        for at, section in enumerate(sections):
            assert section.path
            assert section.heading == section.heading.strip() != ""
            cut = cut_passages(
                words,
                section,
                position=at,
                first_row=0,
                token_spans=MODEL.token_spans,
                limits=LIMITS,
            )
            assert_tiles([one.span for one in cut], section.span)
            for one in cut:
                assert one.text == one.span.of(text)
                assert one.tokens == len(MODEL.token_spans(one.text)) <= LIMITS.max_tokens
                found += one.tokens
        assert found >= len(tokens)  # a word that is cut has more tokens, never fewer

    fuzz(check, st.tuples(texts(), KINDS))


def test_sentences_tile(fuzz):
    def check(text: str) -> None:
        spans = sentence_spans(text)
        assert_tiles(spans, Span(0, len(text)))
        assert all(one.of(text).strip() for one in spans) or not text.strip()

    fuzz(check, texts())


@st.composite
def pages(draw: st.DrawFn, length: int) -> tuple[PageMark, ...]:
    names = st.sampled_from(["490 U.S.", "109 S. Ct."])
    number = st.integers(0, 9).map(str)
    places = st.lists(st.tuples(names, number, st.integers(0, length)), max_size=6)
    marks = [PageMark(reporter=r, page=p, start=at) for r, p, at in draw(places)]
    return tuple(sorted(marks, key=lambda mark: mark.start))


@st.composite
def paged_texts(draw: st.DrawFn) -> tuple[str, tuple[PageMark, ...], OpinionType]:
    text = clean_text(draw(texts()))
    return text, draw(pages(len(text))), draw(KINDS)


def test_voices_tile(fuzz):
    def check(given: tuple[str, tuple[PageMark, ...], OpinionType]) -> None:
        text, marks, kind = given
        header = OpinionHeader(id="o", case_id="c", type=kind, source_sha256="")
        old = record("c", Opinion(header=header, text=text, pages=marks))
        new = separate_voices(old)
        assert "".join(one.text for one in new.opinions) == text
        assert len({one.header.id for one in new.opinions}) == len(new.opinions)
        assert separate_voices(new) == new
        for one in new.opinions:
            starts = [mark.start for mark in one.pages]
            assert starts == sorted(starts)
            assert all(0 <= start <= len(one.text) for start in starts)

    fuzz(check, paged_texts())


def test_html_keeps_its_words_and_names_its_pages(fuzz):
    def check(markup: str) -> None:
        try:
            made = html_to_text(markup)
        except RecordError:
            return
        assert [mark.start for mark in made.marks] == sorted(mark.start for mark in made.marks)
        for mark in made.marks:
            assert made.text[mark.start : mark.end].startswith("*")
        plain = markup.replace("&", "").replace("<", "(").replace("\x00", "")
        assert letters(html_to_text(plain).text) == letters(plain)

    fuzz(check, texts())


def test_page_marks_are_lifted_and_can_be_put_back(fuzz):
    def check(given: tuple[list[str], list[str]]) -> None:
        bodies, citations = given
        made = paginate([MarkedText(body) for body in bodies], citations)
        assert len(made) == len(bodies)
        for body, paged in zip(bodies, made, strict=True):
            starts = [mark.start for mark in paged.pages]
            assert starts == sorted(starts)
            assert all(0 <= start <= len(paged.text) for start in starts)
            kept = letters(paged.text).replace("-", "")
            assert len(kept) <= len(letters(body))
            for stars in (1, 2):
                marks = [one[0] for one in read_marks(body, stars=stars) if one]
                lifted = lift_marks(body, marks)
                assert restore(lifted.text, lifted.edits) == body

    strategy = st.tuples(st.lists(texts(), min_size=1, max_size=3), CITATIONS)
    fuzz(check, strategy)


def test_unwrapping_keeps_the_letters(fuzz):
    def check(given: tuple[str, list[str]]) -> None:
        text, citations = given
        made = unwrap(text, citations)
        for mark in made.marks:
            assert made.text[mark.start : mark.end].startswith("*")
        assert clean_text(made.text) == made.text

    fuzz(check, st.tuples(texts(), CITATIONS))


@st.composite
def raw_cases(draw: st.DrawFn) -> RawCase:
    made = [
        RawOpinion(
            text=draw(texts()),
            format=draw(st.sampled_from(TextFormat)),
            type=draw(KINDS),
            author=draw(st.none() | NAMES),
            wrapped=draw(st.booleans()),
        )
        for _ in range(draw(st.integers(0, 3)))
    ]
    return RawCase(
        id="c",
        name=draw(NAMES),
        court=draw(st.none() | NAMES),
        court_id=draw(st.none() | st.sampled_from(["scotus", "ca6", "zz", ""])),
        date_filed=draw(st.none() | st.sampled_from(["1989", "1989-05-15", "2024-13-45", "x", ""])),
        citations=tuple(draw(CITATIONS)),
        opinions=tuple(made),
    )


def test_a_case_is_parsed_or_refused_with_a_reason(fuzz):
    def check(raw: RawCase) -> None:
        try:
            made = parse_case(raw)
        except RecordError:
            return
        for one in separate_voices(made).opinions:
            assert one.text.strip()
            assert clean_text(one.text) == one.text
            assert all(0 <= mark.start <= len(one.text) for mark in one.pages)

    fuzz(check, raw_cases())


def test_citations_lie_where_they_say(fuzz):
    def check(text: str) -> None:
        for one in find_citations(text):
            assert one.span.of(text).strip()
            assert one.parenthetical is None or one.parenthetical.end <= len(text)

    fuzz(check, texts().map(clean_text))


def test_names_courts_judges_dates_citations_and_captions(fuzz):
    def check(given: tuple[str, str, str]) -> None:
        name, other, text = given
        found = resolve_court(None, name or None, None)
        assert found is None or found.name
        assert len(near_courts(other)) <= 3
        cited_judge(name, court_id=other, date=None)
        parse_citation(text)
        read_caption(text.split("\n"), [other])
        with suppress(ValueError):
            date_parts(name)

    fuzz(check, st.tuples(NAMES, NAMES, texts()))
