"""How long to fuzz, what with, and what came of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from _pytest.faulthandler import fault_handler_stderr_fd_key
from hypothesis.strategies import SearchStrategy

from tests.fuzz.running import FEW, STANDARD_ERROR, run_examples

_TRIED = pytest.StashKey[dict[str, int]]()


@pytest.fixture(scope="session")
def stderr(request: pytest.FixtureRequest) -> int:
    """Standard error, which pytest itself keeps for a process that ends at once."""
    return request.config.stash.get(fault_handler_stderr_fd_key, STANDARD_ERROR)


@pytest.fixture
def fuzz(request: pytest.FixtureRequest, stderr: int) -> Callable[..., None]:
    """Look for an example that breaks a promise, for as long as ``--fuzz-seconds`` says, or among ``few``."""

    def run(check: Callable[..., Any], strategy: SearchStrategy[Any], *, few: int = FEW) -> None:
        seconds = request.config.getoption("--fuzz-seconds")
        tried = request.config.stash.setdefault(_TRIED, {})
        tried[request.node.nodeid] = run_examples(
            check, strategy, seconds=seconds, few=few, stderr=stderr
        )

    return run


@pytest.fixture
def seeds(request: pytest.FixtureRequest) -> Path | None:
    """A folder of real sources to damage, beside the made-up ones."""
    given = request.config.getoption("--fuzz-seeds")
    return Path(given) if given else None


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say how many examples were tried, in a run of some length."""
    if config.getoption("--fuzz-seconds") is not None:
        for name, examples in config.stash.get(_TRIED, {}).items():
            terminalreporter.write_line(f"{examples:>9,} examples  {name}")
