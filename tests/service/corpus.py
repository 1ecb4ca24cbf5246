"""A dozen made-up cases, built into an index; and a judge that knows its ranking by brute force."""

import random
from pathlib import Path

import numpy as np

from indexer.build import build
from indexer.calibration import Calibration
from indexer.evidence import LEXICAL_WEIGHT, voice_prior
from indexer.records import CaseRecord, NameSource, OpinionType
from indexer.store.analysis import query_terms
from indexer.store.snapshot import Index
from service.answers import Mode
from tests.embedders import WordHashEmbedder
from tests.indexer.store.making import opinion, record

EMBEDDER = WordHashEmbedder(window=64)
SENTENCES = (
    "The officer drew a taser and fired it at the driver.",
    "An officer may stop and frisk a suspect on reasonable suspicion.",
    "The search of the car was made without a warrant.",
    "Probable cause is a fluid concept, see Illinois v. Gates, 462 U.S. 213.",
    "The right was not clearly established under § 1983.",
    "Graham, 490 U.S. 386, asks what a reasonable officer would have done.",
    "The district court granted summary judgment to the city.",
    "Non-violent suspects may not be beaten once they surrender.",
    "We review the denial of qualified immunity de novo.",
    "The jury heard Señora Muñoz describe the café.",
    "Deadly force is reasonable only against a threat of death.",
    "The dog bit the suspect, who lay on the ground.",
    "A warrant must describe the place to be searched.",
    "The plain-view doctrine does not reach what is hidden.",
    "Municipal liability needs a policy or a custom.",
    "The complaint pleads no facts about the supervisor.",
    "The confession was given before any warning was read.",
    "Exigent circumstances excuse a warrant, not a reason.",
    "The inventory search followed the department's rules.",
    "The panel affirms the judgment below.",
)
COURTS = ("scotus", "ca6", "ca9", "ohnd", "cal", "elsewhere")
DATES = ("1968", "1989-05", "1999-12-31", "2005-05-31", "2008", "2012-02", None)
TYPES = (
    OpinionType.LEAD,
    OpinionType.DISSENT,
    OpinionType.CONCURRENCE,
    OpinionType.PER_CURIAM,
)
NAMES = (
    "Terry v. Ohio",
    "Graham v. Connor",
    "ANDREW KISELA v. AMY HUGHES",
    "United States v. Jones",
    "Jones v. Smith",
    "Jones Manufacturing Co. v. Smith Brothers",
    "In re Gault",
    "People v. Muñoz",
    "Doe v. Roe",
    "Doe v. Roe",
    "O'Connor, et al. v. Ortega",
    "City of Canton v. Harris",
)


def _text(seed: int, sentences: int) -> str:
    draw = random.Random(seed)
    parts = ["I. BACKGROUND", "II. ANALYSIS", "III. CONCLUSION"]
    size = max(1, sentences // len(parts))
    return "\n\n".join(
        f"{part}\n\n{' '.join(draw.choice(SENTENCES) for _ in range(size))}" for part in parts
    )


def _case(place: int) -> CaseRecord:
    name = f"case-{place:02}"
    opinions = [
        opinion(
            f"{name}/{number}",
            _text(place * 10 + number, 12 + 3 * (place % 4)),
            case_id=name,
            type=TYPES[(place + number) % len(TYPES)] if number else OpinionType.LEAD,
            author=("Sotomayor", "O'Connor", None)[(place + number) % 3],
            pages=_pages(place) if place < 3 else [],
        )
        for number in range(1 + place % 3)
    ]
    return record(
        name,
        *opinions,
        name=NAMES[place],
        court_id=COURTS[place % len(COURTS)],
        date_filed=DATES[place % len(DATES)],
        status=("published", "unpublished", None)[place % 3],
        judges=(("Muñoz", "Kagan"), ())[place % 2],
        citations=(f"{300 + place} U.S. {100 * place + 1}", f"{place + 1} Ohio Op. 2d {place + 7}"),
    )


def _pages(place: int) -> list[tuple[str, str, int]]:
    """Six pages of 150 characters, beginning with the case."""
    return [(f"{300 + place} U.S.", str(100 * place + 1 + n), 150 * n) for n in range(6)]


def cases() -> list[CaseRecord]:
    """The corpus; its last two cases have the same words, so that some scores are equal."""
    made = [_case(place) for place in range(len(NAMES))]
    unnamed = record(
        "case-12",
        opinion("case-12/0", made[11].opinions[0].text, case_id="case-12"),
        name="Harris v. Canton",
        name_source=NameSource.INFERRED,
    )
    return [*made, unnamed]


def build_corpus(root: Path, records: list[CaseRecord] | None = None) -> Index:
    """Publish a build of ``records`` (the corpus) and open it."""
    build(cases() if records is None else records, root, embedder=EMBEDDER)
    return Index.open(root)


class Judge:
    """What every passage of an index speaks for a question, computed with nothing left out."""

    def __init__(self, index: Index) -> None:
        self.rows = np.arange(len(index.vectors))
        self.stored = index.passages.fetch(self.rows)
        self.vectors = index.vectors.vectors(self.rows).astype(np.float64)
        self.index = index
        self.calibration = Calibration.from_json(index.manifest.calibration)

    def cosines(self, text: str) -> np.ndarray:
        product: np.ndarray = self.vectors @ EMBEDDER.embed_query(text).astype(np.float64)
        return product

    def bm25(self, text: str) -> np.ndarray:
        return self.index.lexical.scores(query_terms(text), self.rows)

    def evidence(self, text: str, mode: Mode) -> np.ndarray:
        dense = self.cosines(text).clip(0, 1)
        most: float = 2.2 * sum(self.index.lexical.idf(term) for term in query_terms(text))
        words = (self.bm25(text) / most).clip(0, 1) if most else np.zeros(len(self.rows))
        voice = np.array([voice_prior([s.opinion.type])[0] for s in self.stored])
        both = ((1 - LEXICAL_WEIGHT) * dense + LEXICAL_WEIGHT * words) * voice
        found: np.ndarray = {Mode.DENSE: dense, Mode.LEXICAL: words, Mode.HYBRID: both}[mode]
        return found

    def scores(self, text: str, mode: Mode) -> np.ndarray:
        curve = getattr(self.calibration, mode.value)
        scores: np.ndarray = 1 / (
            1 + np.exp(-(curve.slope * self.evidence(text, mode) + curve.intercept))
        )
        return scores

    def ranking(self, text: str, mode: Mode, rows: list[int] | None = None) -> list[int]:
        """Rows best first, ties by row; what is equal but for rounding is a tie.

        The lane of words finds only what shares one with the question.
        """
        evidence = self.evidence(text, mode).round(9)
        chosen = self.rows.tolist() if rows is None else rows
        if mode is Mode.LEXICAL:
            chosen = [row for row in chosen if evidence[row] > 0]
        return sorted(chosen, key=lambda row: (-evidence[row], row))

    def shown(self, ranking: list[int], *, named: int = 0) -> list[int]:
        """The rows of ``ranking`` that stand for its texts: of each the one of the earliest case.

        The first ``named`` are of a case that is asked for, and stand before any other.
        """
        return [same[0] for same in self.alike(ranking, named=named)]

    def alike(self, ranking: list[int], *, named: int = 0) -> list[list[int]]:
        """The rows of ``ranking`` by text, in its order; in each the one to show first."""
        asked_for = set(ranking[:named])
        texts: dict[str, list[int]] = {}
        for row in ranking:
            text = self.stored[row].passage.text
            letters = "".join(c for c in text.casefold() if c.isalnum())
            texts.setdefault(letters or text, []).append(row)
        alike = []
        for rows in texts.values():
            dated = [
                (row not in asked_for, self.stored[row].case.date_filed or "x") for row in rows
            ]
            first = rows[dated.index(min(dated))]
            alike.append([first, *(row for row in rows if row != first)])
        return alike
