"""A small corpus whose citations are written by hand."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from indexer.records import CaseRecord, Citation, CitationKind, OpinionType, Span
from indexer.store.passage_writer import PassageWriter
from tests.indexer.store.making import cut, opinion, record

FULL, SHORT, SUPRA, ID, NAME = CitationKind
GRAHAM = "490 U.S. 386"
SHARED = "500 U.S. 10"


def cite(
    text: str,
    words: str,
    kind: CitationKind = FULL,
    cited: str | None = None,
    *,
    said: str | None = None,
    **given: object,
) -> Citation:
    """A citation whose words, and those of its parenthetical, stand in ``text``."""
    start = text.index(words)
    beside = text.index(said) if said else 0
    fields: dict[str, object] = {
        "span": Span(start, start + len(words)),
        "kind": kind,
        "cited": cited,
        "name": None,
        "pin": None,
        "quoted": False,
        "parenthetical": Span(beside, beside + len(said)) if said else None,
    }
    return Citation(**{**fields, **given})  # type: ignore[arg-type]


LATER = (
    "Force is judged on the scene, ¶ 3. Graham v. Connor, 490 U.S. 386, 396 (1989) (holding that "
    "reasonableness is judged from the perspective of an officer on the scene). “The calculus” is "
    "Graham, 490 U.S., at 396. Id., at 397. See Graham, supra. Others: Smith v. Jones, 500 U.S. 10; "
    "Nobody v. None, 500 U.S. 11; 500 U.S. 12. Smith, 500 U.S., at 13. Far v. Away, 999 U.S. 1."
)
DISSENT = "I would not follow 104 L. Ed. 2d 443, nor Doe v. Roe (unreported)."
STRIPPED = (
    "the test is objective.graham connor,d.we held so in doe roe,cir.deputy graham connor left.\n"
    "we said in doe v. roe that graham v. connor governs.see smith jones,cir."
)
LATER_CITES = (
    cite(LATER, "Graham v. Connor, 490 U.S. 386, 396 (1989)", FULL, GRAHAM, name="Graham v. Connor",
         pin="396", said="holding that reasonableness is judged from the perspective of an officer "
         "on the scene"),
    cite(LATER, "490 U.S., at 396", SHORT, GRAHAM, name="Graham", pin="396", quoted=True),
    cite(LATER, "Id., at 397", ID, GRAHAM, pin="397"),
    cite(LATER, "Graham, supra", SUPRA, GRAHAM, name="Graham"),
    cite(LATER, "Smith v. Jones, 500 U.S. 10", FULL, SHARED, name="Smith v. Jones"),
    cite(LATER, "Nobody v. None, 500 U.S. 11", FULL, SHARED, name="Nobody v. None"),
    cite(LATER, "500 U.S. 12", FULL, "490 U.S. 390"),
    cite(LATER, "500 U.S., at 13", SHORT, SHARED, name="Smith"),
    cite(LATER, "999 U.S. 1", FULL, "999 U.S. 1", name="Far v. Away"),
)  # fmt: skip
DISSENT_CITES = (
    cite(DISSENT, "104 L. Ed. 2d 443", FULL, "104 L. Ed. 2d 443"),
    cite(DISSENT, "Doe v. Roe", SUPRA, None, name="Doe v. Roe"),
)
OWN = "This is Graham v. Connor, 490 U.S. 386. Force must be reasonable. So we hold."
OWN_CITES = (cite(OWN, "490 U.S. 386", FULL, GRAHAM, name="Graham v. Connor"),)
RECORDS = (
    record("graham", opinion("graham/o", OWN, case_id="graham", pages=[("490 U.S.", "386", 0),
           ("490 U.S.", "390", 40)]), name="Graham v. Connor", date_filed="1989",
           citations=(GRAHAM, "104 L. Ed. 2d 443")),
    record("doe", opinion("doe/o", "Nothing is cited.", case_id="doe"), name="Doe v. Roe",
           date_filed="1991", citations=(SHARED,)),
    record("smith", opinion("smith/o", "Nothing here.", case_id="smith"), name="Smith v. Jones",
           date_filed="1991", citations=(SHARED, "12 F. 4th 5")),
    record("later", opinion("later/o", LATER, case_id="later", type=OpinionType.LEAD),
           opinion("later/d", DISSENT, case_id="later", type=OpinionType.DISSENT),
           name="Later v. State", date_filed="2001"),
    record("stripped", opinion("stripped/o", STRIPPED, case_id="stripped"),
           name="Stripped v. City", date_filed="1991-05"),
    record("older", opinion("older/o", STRIPPED, case_id="older"), name="Older v. City",
           date_filed="1980"),
)  # fmt: skip
CITES: Mapping[str, Sequence[Citation]] = {
    "graham/o": OWN_CITES,
    "later/o": LATER_CITES,
    "later/d": DISSENT_CITES,
}


def write_citing(
    path: Path,
    records: Sequence[CaseRecord] = RECORDS,
    cites: Mapping[str, Sequence[Citation]] = CITES,
    *,
    passage: int = 60,
) -> None:
    """Write a passage table with citations, in passages of ``passage`` code points."""
    row = 0
    with PassageWriter(path) as writer:
        for one in records:
            parts = []
            for words in one.opinions:
                parts.append(cut(words, row, section=4 * passage, passage=passage))
                row += len(parts[-1][1])
            cited = [cites.get(words.header.id, ()) for words in one.opinions]
            writer.add(one, [s for s, _ in parts], [p for _, p in parts], cited)
