import pytest
from hypothesis import HealthCheck, settings

# A shared machine may stall any example; what a test says is never about time.
settings.register_profile("calm", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("calm")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--kills",
        type=int,
        default=24,
        help="how many builds test_build_killed.py kills on their way (default: 24)",
    )
