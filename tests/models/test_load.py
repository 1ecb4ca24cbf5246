import subprocess
import sys
from pathlib import Path

import pytest

from models import load
from models.errors import MissingBackendError, ModelCorruptError, UnknownModelError
from models.folder import FILES, SPEC, facts_of
from models.load import DEFAULT_MODEL, default_threads, list_models, load_embedder
from models.runtime import PreparedEmbedder


def test_the_default_model_is_among_those_listed_and_whole() -> None:
    models = {model.name: model for model in list_models()}
    model = models[DEFAULT_MODEL]

    assert set(FILES) <= set(model.files)
    assert all(facts_of(model.folder / name) == facts for name, facts in model.files.items())
    assert model.size_bytes < 40_000_000
    assert model.agreement.texts >= 100
    assert model.agreement.cosine_min > 0.99
    assert model.source.licence == "Apache-2.0"


def test_a_prepared_folder_is_loaded_from_anywhere() -> None:
    (model,) = (model for model in list_models() if model.name == DEFAULT_MODEL)
    embedder = load_embedder(str(model.folder), threads=1)

    assert isinstance(embedder, PreparedEmbedder)
    assert embedder.spec.name == str(model.folder)
    assert embedder.spec.fingerprint == model.spec.fingerprint


@pytest.mark.parametrize(
    "name", ["no-such-model", "all-minilm-l6-v3", "./model", "/no/such", "a/b/c"]
)
def test_an_unknown_name_is_answered_with_the_known_ones(name: str) -> None:
    with pytest.raises(UnknownModelError, match=f"{name}.*known names: .*{DEFAULT_MODEL}"):
        load_embedder(name)


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelCorruptError, match=f"holds none of {SPEC}"):
        load_embedder(str(tmp_path))


@pytest.mark.parametrize("mark", ["modules.json", "config.json"])
def test_a_model_for_torch_asks_for_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mark: str
) -> None:
    (tmp_path / mark).write_text("{}")
    monkeypatch.setattr(load, "find_spec", lambda package: None)

    with pytest.raises(MissingBackendError, match=r"sentence-transformers.*make reference"):
        load_embedder(str(tmp_path))
    with pytest.raises(MissingBackendError, match="sentence-transformers"):
        load_embedder("somebody/some-model")


def test_a_prepared_model_asks_for_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "find_spec", lambda package: None)

    with pytest.raises(MissingBackendError, match="openvino"):
        load_embedder()


@pytest.mark.parametrize(("processors", "threads"), [(None, 1), (1, 1), (4, 4), (64, 8)])
def test_threads_follow_the_processors(
    monkeypatch: pytest.MonkeyPatch, processors: int | None, threads: int
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: processors)

    assert default_threads() == threads


@pytest.mark.parametrize("module", ["models", "models.base", "models.load", "models.windows"])
def test_importing_the_ground_floor_imports_no_engine(module: str) -> None:
    heavy = "{'torch', 'openvino', 'tokenizers', 'sentence_transformers', 'transformers', 'nncf'}"
    program = f"import sys, {module}; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


def test_serving_imports_no_torch() -> None:
    program = (
        "import sys\nfrom models.load import load_embedder\nload_embedder(threads=1).embed_query('a')\n"
        "print(sorted({'torch', 'sentence_transformers', 'transformers', 'nncf'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
