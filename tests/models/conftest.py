import pytest

from models.base import Embedder
from models.load import load_embedder


@pytest.fixture(scope="session")
def default_embedder() -> Embedder:
    """The model that came with the program; loaded once."""
    return load_embedder(threads=2)
