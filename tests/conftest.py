from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, settings

from tests.acceptance.running import SAMPLE, succeed

# A shared machine may stall any example; what a test says is never about time.
_CALM: Final = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
# The same examples in every run, so that a failure is of the change before it; `make properties` finds new ones.
settings.register_profile("same", _CALM, derandomize=True)
settings.register_profile("new", _CALM, max_examples=1000)
settings.load_profile("same")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--kills",
        type=int,
        default=24,
        help="how many builds test_build_killed.py kills on their way (default: 24)",
    )
    fuzz = parser.getgroup("fuzz", "tests/fuzz")
    fuzz.addoption(
        "--fuzz-seconds",
        type=float,
        help="seconds for each parser (default: a few examples, the same in every run)",
    )
    fuzz.addoption("--fuzz-seeds", metavar="DIR", help="real sources to damage as well")
    fuzz.addoption("--fuzz-index", metavar="DIR", help="an index to ask, instead of a made-up one")
    outline = parser.getgroup("outline", "tests/quality/test_outline.py")
    outline.addoption("--corpus", metavar="DIR", help="where the corpora are: judge all labels")
    outline.addoption("--results", metavar="FILE", help="write the figures there, as JSON")
    outline.addoption(
        "--both-halves", action="store_true", help="judge the labels kept for reporting too"
    )
    outline.addoption(
        "--misses", dest="choosing_misses", action="store_true", help="list what was missed"
    )
    outline.addoption(
        "--reporting-misses",
        action="store_true",
        help="list what was missed in the half kept for reporting: from then on it is no longer unseen",
    )


@pytest.fixture(scope="session")
def sample_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index of `data/sample`, made by the real command with the real model; not to be changed."""
    index = tmp_path_factory.mktemp("sample") / "index"
    succeed("build", SAMPLE, "--index", index)
    return index
