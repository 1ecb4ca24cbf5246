"""Small corpora and builds, made by plain Python, for the tests of the index on disk."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from indexer.records import (
    Case,
    CaseRecord,
    Opinion,
    OpinionHeader,
    OpinionType,
    PageMark,
    Passage,
    PassageLimits,
    Section,
    SectionRole,
    Span,
)
from indexer.store import manifest as manifests
from indexer.store.files import LEXICAL, PASSAGES, REFUSED, VECTORS, publish
from indexer.store.lexical import LexicalWriter
from indexer.store.manifest import Counts, Manifest
from indexer.store.passage_writer import PassageWriter
from indexer.store.vectors import write_vectors
from models.base import FloatMatrix, ModelSpec

DIM = 8
MODEL = ModelSpec(
    name="toy", runtime="test", dim=DIM, window=64, special_tokens=2, fingerprint="ab" * 32
)
ROLES = tuple(SectionRole)


def opinion(identifier: str, text: str, *, case_id: str = "c", pages=(), **header) -> Opinion:
    return Opinion(
        header=OpinionHeader(id=identifier, case_id=case_id, source_sha256="0" * 64, **header),
        text=text,
        pages=tuple(PageMark(reporter=r, page=p, start=s) for r, p, s in pages),
    )


def record(identifier: str, *opinions: Opinion, **case) -> CaseRecord:
    return CaseRecord(
        case=Case(id=identifier, name=case.pop("name", f"In re {identifier}"), **case),
        opinions=opinions,
    )


def cut(
    words: Opinion, first_row: int, *, section: int = 30, passage: int = 10
) -> tuple[list[Section], list[Passage]]:
    """Sections of ``section`` and passages of ``passage`` code points, roles in turn."""
    sections: list[Section] = []
    passages: list[Passage] = []
    for place, start in enumerate(range(0, len(words.text), section)):
        end = min(start + section, len(words.text))
        sections.append(
            Section(
                heading=f"Part {place}",
                path=("Opinion", f"Part {place}"),
                number=None if place % 2 else f"{place}",
                role=ROLES[place % len(ROLES)],
                span=Span(start, end),
            )
        )
        for at in range(start, end, passage):
            span = Span(at, min(at + passage, end))
            passages.append(
                Passage(
                    row=first_row + len(passages),
                    opinion_id=words.header.id,
                    section=place,
                    span=span,
                    text=span.of(words.text),
                    tokens=len(span),
                )
            )
    return sections, passages


def write_passages(path: Path, records: Sequence[CaseRecord], **sizes: int) -> list[Passage]:
    """Write a passage table; return all passages in row order."""
    everything: list[Passage] = []
    with PassageWriter(path) as writer:
        for one in records:
            parts = []
            for words in one.opinions:
                parts.append(cut(words, len(everything), **sizes))
                everything += parts[-1][1]
            writer.add(one, [s for s, _ in parts], [p for _, p in parts])
    return everything


def unit_rows(count: int, dim: int = DIM, seed: int = 0) -> FloatMatrix:
    rows = np.random.default_rng(seed).standard_normal((count, dim)).astype(np.float32)
    unit: FloatMatrix = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def small_corpus() -> list[CaseRecord]:
    return [
        record(
            "floyd",
            opinion(
                "floyd-1",
                "The officers used force. The force was objectively unreasonable — ¶ 5 says so.",
                case_id="floyd",
                type=OpinionType.LEAD,
                author="Cole",
                pages=[("518 F.3d", "398", 0), ("518 F.3d", "399", 35)],
            ),
            opinion("floyd-2", "I dissent from it.", case_id="floyd", type=OpinionType.DISSENT),
            court_id="ca6",
            date_filed="2008",
            judges=("Sandra Muñoz",),
            citations=("518 F.3d 398",),
            extra={"note": [1, None, {"deep": "ü"}]},
        ),
        record("graham", opinion("graham-1", "Excessive force, § 1983.", case_id="graham")),
    ]


def fill(stage: Path, build_id: str, records: Sequence[CaseRecord], created_at: str) -> Manifest:
    """Write every file of a build into ``stage``."""
    passages = write_passages(stage / PASSAGES, records)
    with LexicalWriter(stage / LEXICAL, heap_bytes=15_000_000) as words:
        for passage in passages:
            words.add(passage.row, passage.text)
    write_vectors(stage / VECTORS, iter([unit_rows(len(passages))]), DIM)
    (stage / REFUSED).write_text('{"reason": "no text"}\n')
    texts = [words.text for one in records for words in one.opinions]
    counts = Counts(
        cases=len(records),
        opinions=len(texts),
        sections=sum(len(range(0, len(text), 30)) for text in texts),
        passages=len(passages),
        refused=0,
        characters=sum(map(len, texts)),
    )
    made = Manifest(
        build_id=build_id,
        created_at=created_at,
        program_version="0",
        model=MODEL,
        limits=PassageLimits(max_tokens=10, target_tokens=10),
        counts=counts,
        tokens_total=counts.characters,
        tokens_embedded=counts.characters,
        sources=("a.jsonl",),
        calibration={"curve": [0.1, 0.9]},
    )
    return manifests.write(stage, made)


def publish_build(
    root: Path,
    build_id: str = "b1",
    records: Sequence[CaseRecord] | None = None,
    *,
    created_at: str = "2026-01-01T00:00:00+00:00",
) -> Manifest:
    with publish(root, build_id) as stage:
        return fill(stage, build_id, small_corpus() if records is None else records, created_at)
