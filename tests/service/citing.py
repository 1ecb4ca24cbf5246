"""A served build whose citations are written by hand: the corpus of `tests.indexer.store.citing`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from unittest.mock import patch

from indexer.build import build
from indexer.records import CaseRecord, Citation, OpinionType, Passage, Section
from indexer.store.passage_writer import PassageWriter
from indexer.store.snapshot import Index
from tests.indexer.store.citing import CITES, FULL, RECORDS, cite
from tests.indexer.store.making import opinion, record
from tests.service.corpus import EMBEDDER

PAGE = "The words of one page stand here, and they are many enough to be a passage. "
TERRY = record(
    "terry",
    opinion(
        "terry/syllabus", "Syllabus. " + PAGE, case_id="terry", type=OpinionType.SYLLABUS,
        pages=[("392 U.S.", "1", 0), ("392 U.S.", "2", 60)],
    ),
    opinion(
        "terry/lead", PAGE * 3, case_id="terry", type=OpinionType.LEAD, author="Warren",
        pages=[("392 U.S.", str(2 + n), n * len(PAGE)) for n in range(3)],
    ),
    opinion(
        "terry/dissent", PAGE * 2, case_id="terry", type=OpinionType.DISSENT, author="Douglas",
        pages=[("392 U.S.", str(5 + n), n * len(PAGE)) for n in range(2)],
    ),
    opinion(
        "terry/late", PAGE, case_id="terry", type=OpinionType.CONCURRENCE, pages=[("392 U.S.", "6", 0)]
    ),
    name="Terry v. Ohio", court_id="scotus", date_filed="1968",
    citations=("392 U.S. 1", "20 L. Ed. 2d 889"),
)  # fmt: skip
PARALLEL = (
    "It is Terry v. Ohio, 392 U.S. 1, 88 S. Ct. 1868 (1968), that we follow in every respect."
)
FOLLOWER = record("follower", opinion("follower/o", PARALLEL, case_id="follower"), name="F. v. G.")
FOLLOWED = {
    "follower/o": [
        cite(PARALLEL, words, FULL, words, name="Terry v. Ohio")
        for words in ("392 U.S. 1", "88 S. Ct. 1868")
    ]
}
TEXTLESS = record(
    "gone", opinion("gone/o", "", case_id="gone"), name="Gone v. Away", citations=("7 U.S. 7",)
)


def served(
    root: Path,
    records: Sequence[CaseRecord] = (*RECORDS, TERRY, TEXTLESS, FOLLOWER),
    cites: Mapping[str, Sequence[Citation]] = {**CITES, **FOLLOWED},
) -> Index:
    """Publish a build in which an opinion's citations are those given under its id, and open it."""
    add = PassageWriter.add

    def add_these(
        writer: PassageWriter,
        one: CaseRecord,
        sections: Sequence[Sequence[Section]],
        passages: Sequence[Sequence[Passage]],
        _: Sequence[Sequence[Citation]] = (),
    ) -> None:
        add(writer, one, sections, passages, [cites.get(o.header.id, ()) for o in one.opinions])

    with patch.object(PassageWriter, "add", add_these):
        build(records, root, embedder=EMBEDDER)
    return Index.open(root)
