import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.crash.faulty_disk import Disk, faulty_disk

_IN_MEMORY: Final = Path("/dev/shm")  # the folder in it is made by mkdtemp


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("crash", "tests/crash").addoption(
        "--every-call", action="store_true", help="let the disk fail at every call, not at a few"
    )


@pytest.fixture(scope="session")
def every_call(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--every-call", default=False))


@pytest.fixture(scope="session")
def disk() -> Iterator[Disk]:
    if shutil.which("cc") is None:
        pytest.skip("no C compiler for the faulty disk")
    with faulty_disk() as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """An empty folder, in memory where there is such a thing: what a sync does is told by the calls."""
    if not os.access(_IN_MEMORY, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=_IN_MEMORY) as made:
        yield Path(made)
