"""Opinions whose outline a person wrote down (``outline.jsonl``), and where their texts come from."""

import json
import lzma
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from indexer.records import CaseRecord, OpinionType, SectionRole
from indexer.sources import read_sources

HERE: Final = Path(__file__).parent
LABELS: Final = HERE / "outline.jsonl"
TEXTS: Final = HERE / "outline_texts.jsonl"
"""The records of a few of the labelled opinions, as their source has them: public domain."""
RAW_OBJECTS: Final = "courtlistener-api"


@dataclass(frozen=True, slots=True)
class Head:
    """A heading, and where its line begins."""

    start: int
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks from ``start`` on."""

    start: int
    type: OpinionType
    author: str | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A section: what it does, and what it may be said to do as well."""

    start: int
    roles: frozenset[SectionRole]


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What a person read in one opinion. Offsets count code points of the text as delivered."""

    source: str
    case_id: str
    opinion: int
    half: str
    """``choosing``: read while rules were written. ``reporting``: never."""
    text_sha256: str
    is_html: bool
    given_type: str
    headings: tuple[Head, ...]
    voices: tuple[Speaker, ...]
    sections: tuple[Stretch, ...]

    @property
    def name(self) -> str:
        """Source and case."""
        return f"{self.source} {self.case_id}"


@dataclass(frozen=True, slots=True)
class Delivered:
    """A labelled opinion, as delivered and (in its case, without the others) as the program reads it."""

    text: str
    record: CaseRecord


def read_labels(half: str | None = None) -> list[Label]:
    """Return the labels, of one half or of both, in file order."""
    rows = (json.loads(line) for line in LABELS.read_text("utf-8").splitlines())
    return [_label(row) for row in rows if half in (None, row["half"])]


def _label(row: Mapping[str, Any]) -> Label:
    return Label(
        source=row["source"],
        case_id=row["case_id"],
        opinion=row["opinion"],
        half=row["half"],
        text_sha256=row["text_sha256"],
        is_html=row.get("field", "").startswith("html"),
        given_type=row["given_type"],
        headings=tuple(Head(h["start"], tuple(h["path"])) for h in row["headings"]),
        voices=tuple(
            Speaker(v["start"], OpinionType(v["type"]), v["author"]) for v in row["voices"]
        ),
        sections=tuple(
            Stretch(s["start"], frozenset(SectionRole(r) for r in (s["role"], *s["also"])))
            for s in row["sections"]
        ),
    )


def committed_records() -> dict[tuple[str, str], dict[str, Any]]:
    """Return the committed records by source and case."""
    rows = [json.loads(line) for line in TEXTS.read_text("utf-8").splitlines()]
    return {(row["source"], row["case_id"]): row["record"] for row in rows}


def corpus_records(
    corpus: Path, labels: Iterable[Label]
) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    """Yield the records of ``labels`` from the corpora (``SOURCE.jsonl.xz``, folders of raw objects)."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for label in labels:
        wanted[label.source].add(label.case_id)
    for source, cases in wanted.items():
        if source == RAW_OBJECTS:
            for case in sorted(cases):
                yield (source, case), json.loads((corpus / source / f"{case}.json").read_bytes())
            continue
        heads = {json.dumps(case) for case in cases}
        with lzma.open(corpus / f"{source}.jsonl.xz", "rt", encoding="utf-8") as lines:
            for line in lines:
                if any(head in line[:200] for head in heads):
                    record = json.loads(line)
                    if record["id"] in cases:
                        yield (source, record["id"]), record


def deliver(record: Mapping[str, Any], label: Label, folder: Path) -> Delivered:
    """Read the labelled opinion of ``record`` as the product does, from a file in ``folder``."""
    raw = label.source == RAW_OBJECTS
    opinion = record if raw else record["opinions"][label.opinion]
    file = folder / f"{label.case_id}.{'json' if raw else 'jsonl'}"
    alone = record if raw else {**record, "opinions": [opinion]}
    file.write_text(json.dumps(alone) + "\n", "utf-8")
    (read,) = (one for one in read_sources([file]) if isinstance(one, CaseRecord))
    return Delivered(opinion["html_with_citations" if raw else "text"], read)
