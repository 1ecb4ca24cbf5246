"""How long after `opinion-search add` of one opinion the running service answers from the new build.

`python -m tests.benchmarks publishing` runs this part.
"""

import os
import shutil
import threading
import time
from pathlib import Path
from typing import Any, Final

from indexer.records import CaseRecord
from indexer.store.files import BUILDS, CACHE, CURRENT
from indexer.store.snapshot import Index
from tests.benchmarks.bench import Bench
from tests.benchmarks.building import as_line
from tests.benchmarks.cut_store import cut_of
from tests.benchmarks.figures import median, quantiles
from tests.benchmarks.rewording import reworded
from tests.benchmarks.serving import Service, run_command, search_body, service

_SIZES: Final = ("10k", "100k")
_ADDED: Final = 3
_COPY: Final = 999
"""Of which no corpus of any size has opinions."""
_LOOK_S: Final = 0.01


def measure(bench: Bench) -> dict[str, Any]:
    """Measure the sizes in the middle."""
    sizes = [size for size in bench.sizes if size in _SIZES] or list(bench.sizes[:1])
    return {size: of_size(bench, size) for size in sizes}


def of_size(bench: Bench, size: str) -> dict[str, Any]:
    """Add one opinion after another to a copy of an index that is served."""
    folder = bench.folder("publishing")
    root = folder / "index"
    copy_index(bench.index(size), root)
    sources = _cases(bench, folder, bench.times(_ADDED, least=2) + 1)
    run_command("add", sources[0], "--index", root)  # what a first one finds out, later ones know
    commands, seen, embedded = [], [], []
    with service(root, bench.log) as running:
        for source in sources[1:]:
            command, answered = _publish(bench, running, source, root)
            commands.append(command)
            seen.append(answered)
            embedded.append(_passages(root))
    found = {
        "passages": embedded[-1],
        "added_each": "one case of one opinion",
        "command_s": quantiles(commands),
        "command_begun_to_answered_s": quantiles(seen),
        "after_the_command_s": median([b - a for a, b in zip(commands, seen, strict=True)]),
    }
    bench.say(f"{size}: {found}")
    return found


def copy_index(given: Path, target: Path) -> None:
    """Copy an index: builds, which nobody changes, as links; caches, which a build changes, truly."""
    shutil.copytree(given / BUILDS, target / BUILDS, copy_function=os.link)
    shutil.copytree(given / CACHE, target / CACHE)
    shutil.copy(given / CURRENT, target / CURRENT)


def _publish(bench: Bench, running: Service, source: Path, root: Path) -> tuple[float, float]:
    """Return the seconds of the command, and those until an answer came from its build."""
    with running.asker() as asker:
        (question,) = bench.questions.take(1)
        before = asker.ask(**search_body(question))[1]["index"]["build_id"]
        took: list[float] = []
        adding = threading.Thread(
            target=lambda: took.append(run_command("add", source, "--index", root))
        )
        start = time.monotonic()
        adding.start()
        while True:
            answer = asker.ask(**search_body(question, k=1, fields=["rank"]))[1]
            if answer["index"]["build_id"] != before:
                break
            if not took and not adding.is_alive():
                raise ValueError("the command failed")
            time.sleep(_LOOK_S if took else 0.2)
        answered = time.monotonic() - start
        adding.join()
    return took[0], answered


def _passages(root: Path) -> int:
    with Index.open(root) as index:
        return index.manifest.counts.passages


def _cases(bench: Bench, folder: Path, count: int) -> list[Path]:
    """Write cases of one opinion that no corpus has, each to a file."""
    with Index.open(bench.base_index) as base:
        store = cut_of(base, bench.embedder, bench.scratch, say=bench.say)
    exchanged = store.vocabulary.exchanged(_COPY)
    found: list[Path] = []
    for place in range(len(store.offsets)):
        cut = store.case(place)
        if len(cut.record.opinions) == 1 and len(cut.words) <= 60:
            record: CaseRecord = reworded(cut, _COPY, exchanged).record
            found.append(folder / f"added{place}.jsonl")
            found[-1].write_text(as_line(record), encoding="utf-8")
        if len(found) == count:
            return found
    raise ValueError(f"only {len(found)} cases of one opinion")
