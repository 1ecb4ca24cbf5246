import json
import os
import subprocess
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models import prepare as prepare_module
from models.base import Embedder
from models.errors import (
    CalibrationError,
    MissingBackendError,
    ModelCorruptError,
    TargetExistsError,
    UnsupportedModelError,
)
from models.folder import CARD, FILES, SPEC, TOKENIZER, facts_of
from models.load import load_embedder
from models.prepare import Precision, PrepareOptions, prepare
from tests.contracts import PASSAGES, EmbedderContract, words
from tests.models.tiny import PROMPTS, save_tiny

needs_reference = [
    pytest.mark.reference,
    pytest.mark.skipif(
        find_spec("sentence_transformers") is None or find_spec("nncf") is None,
        reason="sentence-transformers and nncf are not installed; `make reference` adds them",
    ),
]
TEXTS = [words(n, seed=n) for n in range(5, 400, 9)]
FP32 = PrepareOptions(precision=Precision.FP32, held_out_passages=10, calibration_passages=20)
INT8 = replace(FP32, precision=Precision.INT8)


def test_a_target_that_exists_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kept").touch()

    with pytest.raises(TargetExistsError, match="already exists; remove it"):
        prepare("anything", tmp_path, calibration_texts=TEXTS)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_what_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare_module, "find_spec", lambda package: None)

    with pytest.raises(MissingBackendError, match="sentence-transformers"):
        prepare("anything", tmp_path / "new", calibration_texts=TEXTS)


@pytest.fixture(scope="session")
def prompted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prompted")
    return save_tiny(folder, prompts=PROMPTS, pooling="cls")


class TestPreparedWithPrompts(EmbedderContract):
    """Everything an embedder promises holds for a model with prompts too."""

    pytestmark = needs_reference

    @pytest.fixture(scope="session")
    @classmethod
    def prepared(cls, prompted: Path, tmp_path_factory: pytest.TempPathFactory) -> Embedder:
        target = tmp_path_factory.mktemp("prepared") / "tiny"
        prepare(prompted, target, calibration_texts=TEXTS, options=FP32)
        return load_embedder(str(target), threads=2)

    @pytest.fixture
    def embedder(self, prepared: Embedder) -> Embedder:
        return prepared

    def test_the_prompts_are_those_of_the_source(self, embedder: Embedder) -> None:
        spec = embedder.spec

        assert (spec.query_prompt, spec.passage_prompt) == ("query: ", "passage: ")
        assert (spec.passage_prompt_tokens, spec.passage_budget) == (2, 124)


class TestPrepare:
    pytestmark = needs_reference

    @pytest.mark.parametrize(
        "parts",
        [
            {"pooling": "mean"},
            {"pooling": "mean", "normalize": False},
            {"pooling": "cls"},
            {"pooling": "mean", "kind": "mpnet"},
            {"pooling": "cls", "prompts": PROMPTS},
        ],
        ids=str,
    )
    def test_in_fp32_it_is_the_same_model(self, tmp_path: Path, parts: dict[str, Any]) -> None:
        source = save_tiny(tmp_path, **parts)
        report = prepare(source, tmp_path / "new", calibration_texts=TEXTS, options=FP32)
        reference, prepared = load_embedder(source), load_embedder(tmp_path / "new", threads=2)
        texts = [*PASSAGES, *(words(n, seed=n) for n in range(1, 60, 7))]

        rows, judge = prepared.embed_passages(texts), reference.embed_passages(texts)

        np.testing.assert_allclose(rows, judge, atol=1e-4)
        for text in (PASSAGES[0], words(400)):
            expected = reference.embed_query(text)
            np.testing.assert_allclose(prepared.embed_query(text), expected, atol=1e-4)
        assert report.model.agreement.cosine_min > 0.9999
        assert report.calibration_passages == 0

    def test_in_int8_the_folder_says_how_near_it_is(self, prompted: Path, tmp_path: Path) -> None:
        options = replace(INT8, source_name="somebody/tiny", licence="CC0-1.0")
        report = prepare(prompted, tmp_path / "new", calibration_texts=TEXTS, options=options)
        raw = json.loads((tmp_path / "new" / SPEC).read_text())
        tokenizer = json.loads((tmp_path / "new" / TOKENIZER).read_text())

        assert sorted(path.name for path in (tmp_path / "new").iterdir()) == sorted(
            [*FILES, CARD, SPEC]
        )
        assert raw["spec"]["name"] == "new"
        assert raw["spec"]["runtime"] == "openvino-int8"
        assert raw["source"] == {
            "name": "somebody/tiny",
            "licence": "CC0-1.0",
            "weights_sha256": facts_of(prompted / "model.safetensors").sha256,
        }
        assert raw["agreement"]["texts"] == 10
        assert 0.9 < report.model.agreement.cosine_min <= report.model.agreement.cosine_mean < 1
        assert report.calibration_passages == 20
        assert (tokenizer["truncation"], tokenizer["padding"]) == (None, None)
        assert str(tmp_path) not in "".join(
            (tmp_path / "new" / name).read_text() for name in (SPEC, CARD, FILES[0])
        )

    def test_two_preparations_make_equal_files(self, prompted: Path, tmp_path: Path) -> None:
        one, other = (
            prepare(prompted, tmp_path / folder / "tiny", calibration_texts=TEXTS, options=INT8)
            for folder in "ab"
        )

        assert one.model.files == other.model.files
        assert one.model.spec == other.model.spec
        assert one.model.agreement == other.model.agreement

    def test_the_agreement_is_measured_on_other_texts(self, prompted: Path) -> None:
        from models.sentence_transformer import SentenceTransformerEmbedder

        reference = SentenceTransformerEmbedder.open(str(prompted))
        calibration, held_out = prepare_module._passages(reference, TEXTS * 2, INT8)

        assert (len(set(calibration)), len(set(held_out))) == (20, 10)
        assert not set(calibration) & set(held_out)

    @pytest.mark.parametrize("texts", [[], [""], ["  ", "\n"], ["one", "one"]], ids=str)
    def test_too_few_texts_are_refused(
        self, prompted: Path, tmp_path: Path, texts: list[str]
    ) -> None:
        with pytest.raises(CalibrationError, match="at least 2 are needed"):
            prepare(prompted, tmp_path / "new", calibration_texts=texts, options=INT8)
        assert list(tmp_path.iterdir()) == []

    def test_a_pooling_the_graph_lacks_is_refused(self, tmp_path: Path) -> None:
        source = save_tiny(tmp_path / "source", pooling="max")

        with pytest.raises(UnsupportedModelError, match="it pools by max"):
            prepare(source, tmp_path / "new", calibration_texts=TEXTS, options=FP32)
        assert [path.name for path in tmp_path.iterdir()] == ["source"]

    def test_a_further_module_is_refused(self, tmp_path: Path) -> None:
        from sentence_transformers import SentenceTransformer
        from sentence_transformers.sentence_transformer.modules import Dense

        model: Any = SentenceTransformer(str(save_tiny(tmp_path / "a", normalize=False)))
        model.append(Dense(32, 8))
        model.save(str(tmp_path / "dense"))

        with pytest.raises(UnsupportedModelError, match="chain of Transformer, Pooling, Dense"):
            prepare(tmp_path / "dense", tmp_path / "new", calibration_texts=TEXTS, options=FP32)

    def test_a_folder_that_is_no_model_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()

        with pytest.raises(ModelCorruptError, match="sentence-transformers cannot load it"):
            prepare(tmp_path / "empty", tmp_path / "new", calibration_texts=TEXTS)

    @pytest.mark.slow
    def test_nothing_is_reported_over_the_network(self, prompted: Path, tmp_path: Path) -> None:
        """Both tools leave an identifier in the home folder before they report."""
        program = (
            "import sys; from pathlib import Path; from models.prepare import *; "
            f"prepare({str(prompted)!r}, Path({str(tmp_path / 'new')!r}), "
            f"calibration_texts={TEXTS!r}, options=PrepareOptions(calibration_passages=20)); "
            "assert 'openvino_telemetry.main' not in sys.modules"
        )
        home = tmp_path / "home"
        home.mkdir()
        subprocess.run(
            [sys.executable, "-c", program], env={**os.environ, "HOME": str(home)}, check=True
        )

        assert not (home / "intel").exists()
