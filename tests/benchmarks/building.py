"""How fast a build is: beside the model alone on the same passages, and sentence-transformers on torch.

`python -m tests.benchmarks building` runs this part.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from indexer.filters import Filters
from indexer.records import CaseRecord
from indexer.store.manifest import read as read_manifest
from indexer.store.snapshot import Index, build_folder
from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import median, ratio_of_medians
from tests.benchmarks.serving import run_command, run_module

_PASSAGES: Final = 1_500
_ROUNDS: Final = 5
_EVERY: Final = 3
"""Torch is given every third passage: it takes four times as long for each."""


def measure(bench: Bench) -> dict[str, Any]:
    """Build the same opinions again and again, by turns with the model alone and with torch."""
    folder = bench.folder("building")
    source = folder / "cases.jsonl"
    with Index.open(bench.base_index) as index:
        write_cases(index, source, bench.times(_PASSAGES, least=100))
    rounds: dict[str, list[float]] = {"build": [], "command": [], "alone": [], "torch": []}
    about: dict[str, Any] = {}
    for place in range(bench.times(_ROUNDS, least=2)):
        root = folder / f"index{place}"
        about |= _build(source, root, rounds)
        passages, few = _texts(root, folder)
        alone = run_module("raw_rate", passages)
        rounds["alone"].append(alone["passages_per_s"])
        if bench.peers_python is not None:
            torch = run_module("torch_rate", few, python=bench.peers_python)
            rounds["torch"].append(torch["passages_per_s"])
            about["torch"] = torch["versions"]
        bench.say(f"round {place}: { {name: values[-1:] for name, values in rounds.items()} }")
    return {**about, **_compared(rounds)}


def write_cases(index: Index, path: Path, passages: int) -> None:
    """Write cases of an index, those with the smallest hash, as JSON Lines of about so many passages."""
    entries: list[str] = []
    after = -1
    while page := index.passages.cases(Filters(), after=after, limit=1_000):
        entries += [entry.case.id for entry in page]
        after = page[-1].seq
    entries.sort(key=lambda one: hashlib.sha256(one.encode()).digest())
    wanted: set[str] = set()
    so_far = 0
    for case_id in entries:
        if so_far >= passages:
            break
        wanted.add(case_id)
        first = index.passages.case(case_id).opinions[0].id
        start, end = index.passages.case_rows(index.passages.opinion_rows(first)[0])
        so_far += end - start
    with path.open("w", encoding="utf-8") as file:
        file.writelines(as_line(one) for one in _records(index, wanted))


def as_line(record: CaseRecord) -> str:
    """Return a case as a line of the JSON Lines that `opinion-search build` reads."""
    case = record.case
    told = {
        "id": case.id, "case_name": case.name, "court_id": case.court_id,
        "date_filed": case.date_filed, "citations": list(case.citations),
        "opinions": [
            {"id": one.header.id, "type": one.header.type.value, "author": one.header.author,
             "format": "text", "text": one.text}
            for one in record.opinions
        ],
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False) + "\n"


def _records(index: Index, wanted: set[str]) -> Iterator[CaseRecord]:
    return (record for record in index.passages.records() if record.case.id in wanted)


def _build(source: Path, root: Path, rounds: dict[str, list[float]]) -> dict[str, Any]:
    """Build with the command in an empty folder; note passages a second, by two clocks."""
    seconds = run_command("build", source, "--index", root)
    manifest = read_manifest(build_folder(root, None))
    count = manifest.counts.passages
    rounds["command"].append(round(count / seconds, 2))
    rounds["build"].append(round(count / manifest.cost["seconds"], 2))
    return {
        "passages": count,
        "cases": manifest.counts.cases,
        "passages_of_an_opinion": round(count / manifest.counts.opinions, 1),
        "cpu_share_outside_model": round(
            manifest.cost["cpu_seconds_outside"] / manifest.cost["cpu_seconds"], 3
        ),
        "peak_mb": round(manifest.cost["peak_bytes"] / 1e6),
    }


def _texts(root: Path, folder: Path) -> tuple[Path, Path]:
    """Write the passages of the build: all, and every third of them."""
    with Index.open(root) as index:
        stored = index.passages.fetch(range(index.manifest.counts.passages))
    texts = [one.passage.text for one in stored]
    every, few = folder / "passages.json", folder / "few.json"
    every.write_text(json.dumps(texts), encoding="utf-8")
    few.write_text(json.dumps(texts[::_EVERY]), encoding="utf-8")
    return every, few


def _compared(rounds: dict[str, list[float]]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "passages_per_s": dict(rounds.items()),
        "median_passages_per_s": {
            name: median(values) for name, values in rounds.items() if values
        },
        "build_over_alone": ratio_of_medians(rounds["build"], rounds["alone"]),
        "command_over_alone": ratio_of_medians(rounds["command"], rounds["alone"]),
    }
    if rounds["torch"]:
        found["build_over_torch"] = ratio_of_medians(rounds["build"], rounds["torch"])
    else:
        found["torch"] = "left out: no interpreter with torch was given (--peers-python)"
    return found
