"""A footnote on the wire: its mark's place, and the passage that holds it."""

import json
from dataclasses import replace

from indexer.store.stored import StoredOpinion, StoredPassage
from service.answers import Hit
from service.wire import opinion_response
from service.wire_hits import passage_json
from tests.service.fakes import STORED

NOTE = replace(STORED[1], section=replace(STORED[1].section, noted_at=17), noted_in="floyd:0-33")


def noted(stored: StoredPassage) -> tuple[int | None, str | None]:
    hit = Hit(rank=None, score=None, confidence=None, stored=stored, cite="c")
    section = json.loads(passage_json(hit))["section"]
    return section["noted_at"], section["noted_in"]


def test_a_hit_in_a_footnote_says_what_it_is_a_note_to() -> None:
    assert noted(NOTE) == (17, "floyd:0-33")


def test_other_hits_say_null() -> None:
    assert noted(STORED[0]) == (None, None)


def test_an_opinion_lists_the_marks_of_its_footnotes() -> None:
    sections = (STORED[0].section, NOTE.section)
    text = "".join(one.passage.text for one in STORED[:2])
    stored = StoredOpinion(
        header=NOTE.opinion, case=NOTE.case, text=text, sections=sections, pages=(), rows=range(2)
    )
    assert [section.noted_at for section in opinion_response(stored).sections] == [None, 17]
