"""The command, run in this process, and a small corpus for it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from typer.testing import CliRunner, Result

from models.base import Embedder
from service import console
from service.cli import app

CASES = {
    "boat": "The sheriff boarded a boat on the lake without a warrant.",
    "frisk": "The officer frisked a man at a bus stop.",
    "shot": "The officer shot an unarmed man in his garden.",
}


def run(*words: str | Path, **environment: str) -> Result:
    """Run the command in this process; however long it takes, it tells of no progress."""
    with patch.object(console, "monotonic", lambda: 0.0):
        return CliRunner(env=environment).invoke(app, list(map(str, words)))


@contextmanager
def slow_to_close(embedder: Embedder, _: str | None) -> Iterator[Embedder]:
    """Stand for a cluster that Ctrl-C meets while it is let go."""
    yield embedder
    raise KeyboardInterrupt


def line(case_id: str, text: str, **fields: object) -> str:
    """Return a neutral record."""
    opinions = [{"type": "lead", "text": text}]
    return json.dumps({"id": case_id, "case_name": case_id.title(), "opinions": opinions, **fields})


def hits(index: Path, query: str, *more: str) -> list[str]:
    """Return the cases of the hits, best first."""
    done = run("search", query, "--index", index, "--json", *more)
    assert done.exit_code == 0, done.stderr
    return [hit["case"]["id"] for hit in json.loads(done.stdout)["hits"]]


def fails(done: Result, code: int, *words: str) -> None:
    """Nothing on standard output, one line on standard error that holds ``words``."""
    assert (done.exit_code, done.stdout) == (code, "")
    assert done.stderr.startswith("opinion-search: ")
    assert done.stderr.count("\n") == 1
    for word in words:
        assert word in done.stderr
