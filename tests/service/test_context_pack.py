"""Packs of hits: what may never happen, over random hits, and what is done with neighbours and twins."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.records import Span
from indexer.sentences import sentence_spans
from service.answers import Highlight, HighlightKind, Hit, SearchQuery
from service.context_pack import GAP, Budget, LeftOut, Order, pack, render
from service.folding import letters
from service.links import Links
from service.search import SearchEngine
from tests.indexer.store.making import opinion, record
from tests.service.corpus import EMBEDDER, build_corpus

LINKS = Links("http://h")
QUERIES = ("officer taser driver", "warrant search car", "qualified immunity", "probable cause")


def count(text: str) -> int:
    return len(EMBEDDER.token_spans(text))


def budget(tokens: int, order: Order = Order.BEST) -> Budget:
    return Budget(max_tokens=tokens, count=count, links=LINKS, order=order)


class Found(dict[str, tuple[Hit, ...]]):
    """Hits by query, told in brief when a property fails."""

    def __repr__(self) -> str:
        return "hits"


@pytest.fixture(scope="module")
def hits(engine):
    found = Found({q: engine.search(SearchQuery(text=q, k=40)).hits for q in QUERIES})
    assert all(len(one) > 10 for one in found.values())
    return found


def sentences(text: str) -> list[str]:
    return [one for span in sentence_spans(text) if (one := span.of(text).strip())]


@given(
    st.sampled_from(QUERIES), st.integers(1, 1500), st.sampled_from(Order), st.integers(0, 40),
    st.randoms(use_true_random=False),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_never_over_budget_never_a_cut_or_a_second_sentence(
    engine, hits, query, tokens, order, n, random
):
    chosen = list(hits[query])
    random.shuffle(chosen)
    made = pack(chosen[:n], budget(tokens, order))
    assert made.tokens == (count(made.markdown) if made.blocks else 0) <= tokens
    said = []
    for block in made.blocks:
        opinion = engine.index.passages.opinion(block.best.stored.opinion.id)
        whole = {
            letters(one)
            for row in opinion.rows
            for stored in engine.index.passages.fetch([row])
            for one in sentences(stored.passage.text)
        }
        for span, text in block.runs:
            assert span.of(opinion.text) == text
            own = [letters(one) for one in sentences(text)]
            assert set(own) <= whole
            said += own
    assert len(said) == len(set(said))


@given(st.sampled_from(QUERIES), st.integers(1, 1500))
@settings(max_examples=30, deadline=None)
def test_every_hit_is_in_the_pack_or_named_as_left_out(hits, query, tokens):
    made = pack(hits[query], budget(tokens))
    packed = {one for block in made.blocks for one in block.passage_ids}
    gone = {one.hit.stored.passage.id for one in made.left_out}
    assert packed | gone == {hit.stored.passage.id for hit in hits[query]}
    assert {one.hit.stored.passage.id for one in made.left_out if one.partly} <= packed


@given(st.sampled_from(QUERIES), st.integers(1, 1500), st.sampled_from(Order))
@settings(max_examples=30, deadline=None)
def test_a_tokenizer_that_counts_more_of_all_than_of_each_part_is_heeded(
    hits, query, tokens, order
):
    def more(text: str) -> int:
        return count(text) + len(text) // 70 + text.count("\n\n[") * 3

    made = pack(hits[query], Budget(max_tokens=tokens, count=more, links=LINKS, order=order))
    assert made.tokens == (more(made.markdown) if made.blocks else 0) <= tokens
    packed = {one for block in made.blocks for one in block.passage_ids}
    gone = {one.hit.stored.passage.id for one in made.left_out}
    assert packed | gone == {hit.stored.passage.id for hit in hits[query]}


def test_with_room_enough_nothing_is_left_out_for_the_budget(hits):
    made = pack(hits[QUERIES[0]], budget(10**6))
    assert not [one for one in made.left_out if one.why is LeftOut.BUDGET]


def test_no_room_is_an_empty_pack(hits):
    made = pack(hits[QUERIES[0]], budget(1))
    assert (made.blocks, made.markdown, made.tokens) == ((), "", 0)
    assert len(made.left_out) == len(hits[QUERIES[0]])


def test_neighbours_are_one_block(tmp_path):
    words = [a + b for a in "abcdefgh" for b in "xyz"]
    text = "".join(f"The {word} officer wrote a long and careful report.\n" for word in words)
    made = record("long", opinion("long/0", text, case_id="long"))
    with build_corpus(tmp_path, [made]) as index:
        engine = SearchEngine(index, EMBEDDER)
        one, two, three = (engine.passage(s.passage.id) for s in index.passages.fetch(range(3)))
    apart = pack([_ranked(three, 1), _ranked(one, 2)], budget(10**6))
    assert len(apart.blocks) == 2
    for place, hits in enumerate(([two, one, three], [three, one, two], [one, two, three])):
        packed = pack([_ranked(hit, n) for n, hit in enumerate(hits, 1)], budget(10**6))
        (block,) = packed.blocks
        assert block.passage_ids == tuple(hit.stored.passage.id for hit in (one, two, three))
        assert block.text == text[: three.stored.passage.span.end].rstrip(), place
        assert block.best.stored == hits[0].stored


def _ranked(hit: Hit, rank: int) -> Hit:
    return replace(hit, rank=rank, score=1.0 / rank)


def test_twins_are_folded_and_named(engine):
    hit = _ranked(engine.passage(engine.index.passages.fetch([0])[0].passage.id), 1)
    stored = hit.stored
    twin = replace(
        hit,
        rank=2,
        stored=replace(
            stored,
            passage=replace(stored.passage, opinion_id="twin/0", text=stored.passage.text.upper()),
            opinion=replace(stored.opinion, id="twin/0"),
        ),
        cite="Twin v. Case",
    )
    made = pack([hit, twin], budget(10**6))
    (block,) = made.blocks
    assert [one.cite for one in block.also] == ["Twin v. Case"]
    assert "Also in: Twin v. Case" in made.markdown
    assert [one.why for one in made.left_out] == [LeftOut.SAME_WORDS]


def test_what_does_not_fit_whole_gives_its_best_sentence(engine):
    hit = next(
        hit
        for hit in engine.search(SearchQuery(text=QUERIES[0], k=40)).hits
        if len(sentences(hit.stored.passage.text)) > 2
    )
    text = hit.stored.passage.text
    best = sentences(text)[1]
    start = text.index(best)
    mark = Highlight(span=Span(start, start + len(best)), kind=HighlightKind.SENTENCE)
    marked = replace(hit, highlights=(mark,))
    whole = pack([marked], budget(10**6)).tokens
    for tokens in range(whole - 1, 0, -1):
        made = pack([marked], budget(tokens))
        if not made.blocks:
            break
        assert best in made.blocks[0].text
        assert [one.partly for one in made.left_out] == [True]
    assert tokens < whole - 3


def test_markdown_has_number_cite_section_words_and_address(hits):
    made = pack(hits[QUERIES[0]][:3], budget(10**6))
    for number, block in enumerate(made.blocks, 1):
        assert f"[{number}] **{block.cite}**" in made.markdown
        assert (
            f"<http://h/o/{block.best.stored.opinion.id.replace('/', '%2F')}#p{block.span.start}-{block.span.end}>"
            in made.markdown
        )
        for _, text in block.runs:
            assert text.split("\n")[0].split(GAP)[0] in made.markdown
    assert render([], LINKS) == ""


def test_reading_order_keeps_an_opinion_together_in_its_order(hits):
    blocks = pack(hits[QUERIES[0]], budget(10**6, Order.READING)).blocks
    places = [(block.best.stored.opinion.id, block.span.start) for block in blocks]
    opinions = list(dict.fromkeys(opinion for opinion, _ in places))
    assert places == sorted(places, key=lambda one: (opinions.index(one[0]), one[1]))
    assert opinions[0] == hits[QUERIES[0]][0].stored.opinion.id
