"""Sources of a few seconds' work, written anew for each round, and what an index of them must hold."""

import json
from pathlib import Path
from typing import Final

from indexer.store.snapshot import Index
from tests.indexer.corpora import sentences

BASE: Final = ("kept-0", "kept-1", "kept-2")
_SENTENCES: Final = 24


def write_cases(path: Path, *names: str, words: str = "", sentences_each: int = _SENTENCES) -> Path:
    """Write one case for each name as JSON Lines; ``words`` make their texts new to the cache."""
    lines = []
    for at, name in enumerate(names):
        text = sentences(sentences_each, seed=f"{name} {words}", topic=at)
        opinion = {"type": "lead", "text": f"{text}\n\nThis is {name} {words}."}
        case = {"id": name, "case_name": f"In re {name}", "date_filed": "2020", "court_id": "ca6"}
        lines.append(json.dumps({**case, "opinions": [opinion]}))
    path.write_text("\n".join(lines) + "\n")
    return path


def held(root: Path) -> dict[str, str]:
    """Return the last words of each case of the current build, by its id."""
    with Index.open(root) as index:
        return {
            one.case.id: one.opinions[0].text.rstrip().rpartition("\n")[2]
            for one in index.passages.records()
        }


def words_of(names: dict[str, str]) -> dict[str, str]:
    """Return what `held` finds for cases written by `write_cases` with these words."""
    return {name: f"This is {name} {words}." for name, words in names.items()}
