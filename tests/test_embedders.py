import pytest

from models.base import Embedder
from tests.contracts import EmbedderContract
from tests.embedders import WordHashEmbedder


class TestWordHashEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> Embedder:
        return WordHashEmbedder()


def test_texts_that_share_words_are_near() -> None:
    embedder = WordHashEmbedder()
    query = embedder.embed_query("Deadly Force")
    near, far = embedder.embed_passages(["the use of deadly force", "a motion to dismiss"])

    assert query @ near > query @ far + 0.3


def test_the_window_is_part_of_the_identity() -> None:
    one, other = WordHashEmbedder(window=32), WordHashEmbedder(window=64)

    assert (one.spec.passage_budget, other.spec.passage_budget) == (30, 62)
    assert one.spec.fingerprint != other.spec.fingerprint
