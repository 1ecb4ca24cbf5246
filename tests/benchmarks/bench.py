"""What every part of the benchmark is given, and where its figures go."""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from indexer.store.files import CURRENT
from indexer.store.snapshot import Index
from models.base import Embedder
from models.load import load_embedder
from tests.acceptance.running import SAMPLE
from tests.benchmarks import machine
from tests.benchmarks.corpora import corpus
from tests.benchmarks.questions import Questions, questions_of, read_questions
from tests.benchmarks.serving import ROOT, run_command

RESULTS: Final = Path(__file__).parent / "results"
FULL_MINUTES: Final = 35.0


@dataclass(kw_only=True)
class Bench:
    """One run."""

    scratch: Path
    """Where builds are kept between runs."""
    base: Path | None
    """An index of real opinions; `None`: one of the sample, built in ``scratch``."""
    sizes: tuple[str, ...]
    questions_from: Path | None
    peers_python: Path | None
    """An interpreter with the peers and torch."""
    minutes: float
    say: Callable[[str], None]
    results: Mapping[str, Any] = field(default_factory=dict)
    """What parts measured before, in this run and others of the same result."""

    @cached_property
    def embedder(self) -> Embedder:
        """The default model."""
        return load_embedder()

    @cached_property
    def questions(self) -> Questions:
        """Never the same question twice in a run."""
        if self.questions_from is not None:
            return Questions(read_questions(self.questions_from))
        with Index.open(self.base_index) as index:
            return Questions(questions_of(index))

    @cached_property
    def base_index(self) -> Path:
        """The index that has the real passages."""
        if self.base is not None:
            return self.base
        root = self.scratch / "sample"
        if not (root / CURRENT).is_file():
            self.say("building an index of the sample")
            run_command("build", SAMPLE, "--index", root)
        return root

    def index(self, size: str) -> Path:
        """Return the index folder of a size, built where it is not there yet."""
        return corpus(size, self.base_index, self.scratch, self.embedder, say=self.say)

    def times(self, count: int, *, least: int = 5) -> int:
        """Return how often to measure, when a whole run has so many minutes."""
        return max(least, round(count * self.minutes / FULL_MINUTES))

    def seconds(self, count: float, *, least: float = 1.0) -> float:
        """Return how long to measure, when a whole run has so many minutes."""
        return max(least, count * self.minutes / FULL_MINUTES)

    def folder(self, name: str) -> Path:
        """Return an empty folder in ``scratch``."""
        path = self.scratch / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        return path

    @property
    def log(self) -> Path:
        """Where the service writes."""
        return self.scratch / "service.log"


Part = Callable[[Bench], Mapping[str, Any]]


def record(name: str, part: Part, bench: Bench, out: Path) -> None:
    """Measure a part and put its figures into the results, beside those of other parts."""
    bench.say(f"== {name}")
    bench.results = read_results(out)
    before = machine.load()
    began = datetime.now(UTC)
    figures = part(bench)
    took = (datetime.now(UTC) - began).total_seconds()
    about = {
        "at": began.isoformat("T", "seconds"),
        "seconds": round(took, 1),
        "before": before,
        "after": machine.load(),
    }
    whole = read_results(out)
    whole |= {"commit": machine.commit(ROOT), "machine": machine.machine()}
    whole.setdefault("parts", {})[name] = {"measured": about, **figures}
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
    bench.say(f"== {name}: {took:.0f} s")


def read_results(path: Path) -> dict[str, Any]:
    """Read what was measured so far; nothing where there is nothing."""
    if not path.is_file():
        return {}
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found
