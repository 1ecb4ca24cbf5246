"""What whole opinions cite, against how it was written by hand."""

from collections.abc import Iterator

import pytest

from indexer.records import OpinionType
from indexer.store.opinion_citations import OpinionCitation
from indexer.store.passages import PassageStore
from tests.indexer.store.citing import DISSENT, LATER, LATER_CITES, write_citing
from tests.indexer.store.making import opinion, record

LINKED = {"Graham v. Connor", "Graham"}


@pytest.fixture(scope="module", params=[60, 25, 1000])
def store(tmp_path_factory, request) -> Iterator[PassageStore]:
    """The corpus in short and long passages: citations run over their edges."""
    path = tmp_path_factory.mktemp("cites") / "passages.sqlite"
    write_citing(path, passage=request.param)
    with PassageStore.open(path) as opened:
        yield opened


def within(store: PassageStore, opinion_id: str) -> tuple[OpinionCitation, ...]:
    return store.opinion_citations.within(range(*store.opinion_rows(opinion_id)))


def test_spans_are_whole_and_of_the_opinion(store):
    found = within(store, "later/o")
    assert [one.span for one in found] == [written.span for written in LATER_CITES]
    for one, written in zip(found, LATER_CITES, strict=True):
        assert (one.kind, one.citation, one.pin) == (written.kind, written.cited, written.pin)
        assert one.span.of(LATER) == written.span.of(LATER)


def test_a_case_of_the_build_comes_with_the_opinion_to_open(store):
    first = within(store, "later/o")[0]
    assert (first.case_id, first.opinion_id) == ("graham", "graham/o")
    unknown = within(store, "later/o")[-1]
    assert (unknown.name, unknown.case_id, unknown.opinion_id) == ("Far v. Away", None, None)


def test_another_opinion_of_the_case_has_its_own(store):
    found = within(store, "later/d")
    assert [one.span.of(DISSENT) for one in found] == ["104 L. Ed. 2d 443", "Doe v. Roe"]
    assert [one.case_id for one in found] == ["graham", "doe"]
    assert within(store, "doe/o") == ()


@pytest.mark.parametrize(
    ("types", "opened"),
    [
        (("syllabus", "dissent", "lead"), 2),
        (("syllabus", "per_curiam", "plurality"), 2),
        (("dissent", "combined"), 1),
        (("dissent", "syllabus"), 0),
        (("concurrence", "lead", "lead"), 1),
    ],
)
def test_the_courts_own_opinion_is_opened(tmp_path, types, opened):
    opinions = [
        opinion(f"graham/{n}", "Some words.", case_id="graham", type=OpinionType(kind))
        for n, kind in enumerate(types)
    ]
    cited = record("graham", *opinions, name="Graham v. Connor", citations=("490 U.S. 386",))
    later = record("later", opinion("later/o", LATER, case_id="later"), name="Later v. State")
    path = tmp_path / "passages.sqlite"
    write_citing(path, [cited, later], {"later/o": LATER_CITES})
    with PassageStore.open(path) as store:
        assert within(store, "later/o")[0].opinion_id == f"graham/{opened}"
