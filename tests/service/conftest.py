import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.store.snapshot import Index
from service import cli_options
from service.search import SearchEngine
from tests.embedders import WordHashEmbedder
from tests.service.command_line import CASES, line, run
from tests.service.corpus import EMBEDDER, Judge, build_corpus


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """The made-up cases, indexed."""
    with build_corpus(tmp_path_factory.mktemp("corpus")) as index:
        yield index


@pytest.fixture(scope="session")
def engine(corpus: Index) -> SearchEngine:
    return SearchEngine(corpus, EMBEDDER)


@pytest.fixture(scope="session")
def judge(corpus: Index) -> Judge:
    return Judge(corpus)


@pytest.fixture
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting from outside, a stand-in for any model, and an empty folder to work in."""
    for key in list(os.environ):
        if key.startswith(cli_options.PREFIX):
            monkeypatch.delenv(key)

    def stand_in(name: object = None, *, threads: int | None = None) -> WordHashEmbedder:
        return WordHashEmbedder(name=str(name or "default"))

    monkeypatch.setattr("models.load.load_embedder", stand_in)
    monkeypatch.setattr("service.ask.load_embedder", stand_in)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def source(surroundings: None, tmp_path: Path) -> Path:
    """A file of records for the command line."""
    path = tmp_path / "cases.jsonl"
    dated = [line(case, text, court_id="ca6", date_filed="2005") for case, text in CASES.items()]
    path.write_text("\n".join(dated) + "\n")
    return path


@pytest.fixture
def index(source: Path, tmp_path: Path) -> Path:
    """The index that the command made of it."""
    made = run("build", source, "--index", tmp_path / "index")
    assert made.exit_code == 0, made.stderr
    return tmp_path / "index"
