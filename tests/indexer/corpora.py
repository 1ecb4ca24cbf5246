"""Made-up corpora, and builds of them with the stand-in embedder."""

import random
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from indexer.build import BuildOptions, BuildReport, build
from indexer.records import CaseRecord, OpinionType, PassageLimits
from indexer.sources import Noticed, Refused
from models.base import Embedder
from tests.embedders import WordHashEmbedder
from tests.indexer.store.making import opinion, record

TOPICS: Final = (
    "officer arrest force warrant search seizure suspect vehicle probable cause immunity badge",
    "lease tenant landlord rent premises eviction covenant possession deposit repair notice term",
    "patent claim invention prior art obvious infringement license specification device inventor",
    "will testator estate heir trust probate executor legacy codicil bequest intestate widow",
    "vessel cargo harbor collision salvage seaman captain voyage admiralty lien tonnage pilot",
)
"""What each case in turn is about: cases of one topic share words, others next to none."""
_PLAIN: Final = "the court held that no party had shown before it"
LIMITS: Final = PassageLimits(max_tokens=40, target_tokens=32)


def sentences(count: int, *, seed: str, topic: int) -> str:
    """Return ``count`` sentences of 8 to 14 words in paragraphs of three."""
    drawn = random.Random(seed)
    made = []
    for at in range(count):
        words = drawn.choices(TOPICS[topic % len(TOPICS)].split(), k=drawn.randint(4, 7))
        words += drawn.choices(_PLAIN.split(), k=drawn.randint(4, 7))
        drawn.shuffle(words)
        made.append(" ".join(words).capitalize() + (".\n\n" if at % 3 == 2 else ". "))
    return "".join(made)


def case(name: str, *, sentences_each: int = 12, topic: int = 0, voices: int = 1) -> CaseRecord:
    """Return a case of ``voices`` opinions: the court's, then dissents. Its words follow from its name."""
    types = [OpinionType.LEAD, *[OpinionType.DISSENT] * (voices - 1)]
    return record(
        name,
        *(
            opinion(
                f"{name}-{at}",
                sentences(sentences_each, seed=f"{name} {at}", topic=topic),
                case_id=name,
                type=voice,
            )
            for at, voice in enumerate(types)
        ),
    )


def cases(count: int, *, sentences_each: int = 12, prefix: str = "case") -> list[CaseRecord]:
    """Return cases of one and of two opinions in turn, topics in turn."""
    return [
        case(f"{prefix}{at:03}", sentences_each=sentences_each, topic=at, voices=1 + at % 2)
        for at in range(count)
    ]


def build_small(
    records: Iterable[CaseRecord | Refused | Noticed],
    root: Path,
    *,
    embedder: Embedder | None = None,
    **options: object,
) -> BuildReport:
    """Build with small passages and the stand-in embedder."""
    chosen = BuildOptions(**{"limits": LIMITS, **options})  # type: ignore[arg-type]
    return build(records, root, embedder=embedder or WordHashEmbedder(), options=chosen)
