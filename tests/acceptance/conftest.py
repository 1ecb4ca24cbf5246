"""The sample, indexed once by the real command with the real model, and served over a real socket."""

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.acceptance.running import SEEDS, serving, succeed


@pytest.fixture(scope="session")
def client(sample_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """A client of a server of `sample_index`."""
    with serving(sample_index, tmp_path_factory.mktemp("server") / "log") as found:
        yield found


@pytest.fixture(scope="session")
def seeds_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small index, of the two opinions of the 6th Circuit; copy it before changing it."""
    index = tmp_path_factory.mktemp("seeds") / "index"
    succeed("build", SEEDS, "--index", index)
    return index
