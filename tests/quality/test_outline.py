"""Headings, voices and roles against labels that a person wrote before the program answered.

Eight of the labelled texts are committed; the others are judged where they are at hand: ``pytest
tests/quality/test_outline.py --corpus DIR [--results FILE] [--misses] -s``.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from tests.quality.outline_labels import (
    TEXTS,
    Delivered,
    Label,
    committed_records,
    corpus_records,
    deliver,
    read_labels,
)
from tests.quality.outline_scores import Tally, judge_all

FLOORS: Final = {
    "heading_precision": 0.95,
    "heading_recall": 0.95,
    "voices": 0.99,
    "roles_by_characters": 0.90,
    "roles_by_sections": 0.90,
}
_MOST_COMMITTED: Final = 300_000


def _delivered(
    labels: list[Label], records: Mapping[tuple[str, str], dict[str, Any]], folder: Path
) -> list[tuple[Label, Delivered]]:
    pairs = []
    for label in labels:
        made = folder / label.source
        made.mkdir(exist_ok=True)
        delivered = deliver(records[label.source, label.case_id], label, made)
        found = hashlib.sha256(delivered.text.encode()).hexdigest()
        assert found == label.text_sha256, f"{label.name} is another text than the labelled one"
        pairs.append((label, delivered))
    return pairs


def _below(tally: Tally) -> dict[str, float]:
    figures = tally.figures()
    return {name: figures[name] for name, floor in FLOORS.items() if figures[name] < floor}


def _report(tallies: Mapping[str, Tally]) -> str:
    names = ("n_opinions", "n_headings", *FLOORS, "line_precision", "line_recall", "voice_starts")
    rows = [" | ".join(("of", *names))]
    for name, tally in sorted(tallies.items()):
        figures = tally.figures()
        rows.append(" | ".join([name, *(f"{figures[one]:g}" for one in names)]))
    return "\n".join(rows)


def test_the_committed_texts(tmp_path: Path) -> None:
    records = committed_records()
    labels = [one for one in read_labels("choosing") if (one.source, one.case_id) in records]
    assert len(labels) == len(records)
    tallies = judge_all(_delivered(labels, records, tmp_path))
    assert not _below(tallies["choosing"]), "\n".join(tallies["choosing"].misses)


def test_the_committed_texts_are_few() -> None:
    assert TEXTS.stat().st_size < _MOST_COMMITTED


def test_all_labelled_texts(
    pytestconfig: pytest.Config, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = pytestconfig.getoption("corpus")
    if corpus is None:
        pytest.skip("the corpora are not part of the repository: give their folder as --corpus DIR")
    half = None if pytestconfig.getoption("both_halves") else "choosing"
    labels = read_labels(half)
    records = dict(corpus_records(Path(corpus), labels))
    tallies = judge_all(_delivered(labels, records, tmp_path))
    _publish(pytestconfig, tallies, capsys)
    assert not {
        name: below
        for name in ("choosing", "reporting")
        if (below := _below(tallies.get(name, Tally())))
    }


def _publish(
    config: pytest.Config, tallies: Mapping[str, Tally], capsys: pytest.CaptureFixture[str]
) -> None:
    """Print the table, and the misses that are asked for; write the figures where they are wanted."""
    shown = [half for half in ("choosing", "reporting") if config.getoption(f"{half}_misses")]
    with capsys.disabled():
        print(f"\n{_report(tallies)}")  # noqa: T201
        for half in shown:
            print("\n".join(tallies.get(half, Tally()).misses))  # noqa: T201
    results = config.getoption("results")
    if results is not None:
        figures = {name: tally.figures() for name, tally in sorted(tallies.items())}
        Path(results).write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
