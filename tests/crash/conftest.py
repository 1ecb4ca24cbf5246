import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("crash", "tests/crash").addoption(
        "--every-call", action="store_true", help="let the disk fail at every call, not at a few"
    )
