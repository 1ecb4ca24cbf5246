"""The programme against one that tries everything, and readings of what it finds."""

from collections.abc import Sequence
from functools import lru_cache

from hypothesis import given, settings
from hypothesis import strategies as st

from service.quotation_match import EDIT, Ground, Met, Step, Stretch, align
from service.quotation_reading import Change, Reading, Texts, read_alignment
from service.quotation_text import Kind, quoted_words, source_words

NO_JUMP = 10**8
WORDS = st.lists(st.sampled_from("abcd"), min_size=1, max_size=6)


def laid(
    quote: str, *sources: str, jump: int = NO_JUMP, omits: bool = False, one_opinion: bool = False
) -> Reading:
    """Lay a quotation along sources, each an opinion of its own or a stretch of one."""
    owners = ["o" if one_opinion else f"o{place}" for place in range(len(sources))]
    stretches = [
        Stretch(0 if one_opinion else place, source_words(source))
        for place, source in enumerate(sources)
    ]
    ground = Ground(stretches, omission=EDIT // 4 if omits else EDIT)
    found = quoted_words(quote, 0, len(quote))
    steps = align(found.items, ground, jump=jump)
    texts = Texts(quote, dict(zip(owners, sources, strict=True)), owners)
    return read_alignment(steps, found.items, ground, texts, omits=omits)


def least_edits(quote: Sequence[str], source: Sequence[str]) -> int:
    """Edit distance to the nearest run of ``source``, by trying everything."""

    @lru_cache(None)
    def best(i: int, j: int) -> int:
        if i == len(quote):
            return 0
        gone = 1 + best(i + 1, j)
        if j == len(source):
            return gone
        return min(gone, (quote[i] != source[j]) + best(i + 1, j + 1), 1 + best(i, j + 1))

    return min(best(0, start) for start in range(len(source) + 1))


def cost(steps: Sequence[Met]) -> int:
    return sum(met.step in {Step.CHANGED, Step.ADDED, Step.OMITTED} for met in steps)


@given(WORDS, WORDS)
@settings(max_examples=150)
def test_no_cheaper_way_to_lay_words(quote, source):
    found = quoted_words(" ".join(quote), 0, 2 * len(quote))
    steps = align(found.items, Ground([Stretch(0, source_words(" ".join(source)))]), jump=NO_JUMP)
    assert cost(steps) == least_edits(tuple(quote), tuple(source))
    assert [met.item for met in steps if met.item is not None] == list(range(len(quote)))
    met = [one.word for one in steps if one.word is not None]
    assert met == sorted(set(met))


@given(WORDS, st.lists(WORDS, min_size=1, max_size=4))
@settings(max_examples=100)
def test_jumps_never_cost_more_than_staying(quote, sources):
    found = quoted_words(" ".join(quote), 0, 2 * len(quote))
    ground = Ground([Stretch(n, source_words(" ".join(one))) for n, one in enumerate(sources)])
    steps = align(found.items, ground, jump=2 * EDIT)
    total = cost(steps) + 2 * sum(met.jumped for met in steps)
    assert total <= min(least_edits(tuple(quote), tuple(one)) for one in sources)


def test_the_same_words_are_clean():
    reading = laid("the dog bit", "When the dog bit, he ran.")
    assert reading.is_clean
    (part,) = reading.parts
    assert part.span.of("When the dog bit, he ran.") == "the dog bit"


def test_a_swapped_word_is_named():
    reading = laid("the cat bit him", "When the dog bit him, he ran.")
    assert [(p.change, p.quoted, p.source) for p in reading.diff] == [
        (Change.EQUAL, "the", "the"),
        (Change.REPLACED, "cat", "dog"),
        (Change.EQUAL, "bit him", "bit him"),
    ]


def test_added_and_omitted_words_are_named():
    reading = laid("the big dog bit", "the dog never bit")
    assert [
        (p.change, p.quoted, p.source) for p in reading.diff if p.change is not Change.EQUAL
    ] == [
        (Change.ADDED, "big", ""),
        (Change.OMITTED, "", "never"),
    ]


def test_an_ellipsis_reaches_into_another_stretch_of_the_opinion_but_not_into_another_opinion():
    sources = ("the dog bit the man", "who ran to the house")
    assert laid("the dog bit … ran to the house", *sources, one_opinion=True).is_clean
    assert not laid("the dog bit … ran to the house", *sources).is_clean


def test_brackets_stand_for_a_few_words():
    assert laid(
        "[Smith] was not [hurt] there", "the plaintiff was not in any way injured there"
    ).is_clean
    many = " ".join("w" * 40)
    assert not laid("start [then] finish here now", f"start {many} finish here now").is_clean


def test_two_passages_are_two_parts():
    reading = laid(
        "the dog bit the man but we find no error in that",
        "When the dog bit the man, he ran.",
        "After all we find no error in that ruling.",
        jump=4 * EDIT,
    )
    assert reading.is_stitched
    assert [part.opinion_id for part in reading.parts] == ["o0", "o1"]


def test_a_clause_left_out_in_silence_is_no_second_passage():
    source = "the search was lawful as long as nobody was at home and the door stood open that day"
    reading = laid("the search was lawful and the door stood open that day", source, jump=4 * EDIT)
    assert len(reading.parts) == 1
    assert [p.source for p in reading.diff if p.change is Change.OMITTED] == [
        "as long as nobody was at home"
    ]


def test_citations_may_be_left_out_where_the_draft_says_so():
    source = "the test is objective, Graham, 490 U. S. at 396, and looks to the facts"
    quote = "the test is objective and looks to the facts"
    assert laid(quote, source, omits=True).is_clean
    assert not laid(quote, source).is_clean
    words = "the test is nearly always objective and looks to the facts"
    assert not laid(quote, words, omits=True).is_clean


def test_the_same_letters_in_other_words_are_no_change():
    assert laid("the estab lished rule holds", "the established rule holds").is_clean
    assert laid("a well-known rule holds", "a wellknown rule holds").is_clean


def test_a_footnote_mark_in_the_opinion_is_none_either():
    assert laid("used force then fled", "he used force.5 Then fled").is_clean


def test_a_gap_alone_needs_no_words():
    assert quoted_words("…", 0, 1).items == ()
    assert [item.kind for item in quoted_words("a … b", 0, 5).items][1] is Kind.GAP
