"""What the disk refuses while a model is written is told in one way, whoever wrote."""

import errno
import re
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from models.errors import ModelCorruptError, ModelWriteError
from models.prepare import Precision, PrepareOptions, prepare
from models.publishing import published
from models.quiet_openvino import openvino
from tests.contracts import words
from tests.models.file_sizes import no_file_larger_than
from tests.models.tiny import save_tiny

DISK = "/dev/full"
"""One that is always full."""
FULL = "the disk is full"


def by_python(path: Path) -> None:
    path.write_text("{}")


def by_numpy(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        np.arange(100_000).tofile(file)


def by_tokenizers(path: Path) -> None:
    Tokenizer(WordLevel({"a": 0}, unk_token="a")).save(str(path))


def by_openvino(path: Path) -> None:
    path.rename(path.with_suffix(".bin"))  # its numbers come first
    save_graph(path.with_suffix(".xml"))


def save_graph(path: Path) -> None:
    ops = openvino.opset13
    given = ops.parameter([2], np.float32)
    total = ops.add(given, ops.constant(np.ones(2, np.float32)))
    graph = openvino.Model([total], [given], "sum")  # pyright: ignore[reportGeneralTypeIssues]
    openvino.save_model(graph, path)


WRITERS = [
    (by_python, FULL),
    (by_numpy, FULL),
    (by_tokenizers, FULL),
    (by_openvino, "the disk takes no more"),
]
needs_reference = pytest.mark.skipif(
    find_spec("sentence_transformers") is None or find_spec("nncf") is None,
    reason="sentence-transformers and nncf are not installed; `make reference` adds them",
)


@pytest.mark.parametrize(("write", "reason"), WRITERS, ids=[one.__name__ for one, _ in WRITERS])
def test_a_full_disk_is_told_of_the_models_folder(
    tmp_path: Path, write: Callable[[Path], None], reason: str
) -> None:
    target = tmp_path / "new"
    told = re.escape(f"{target}: {reason}; free some space")
    with pytest.raises(ModelWriteError, match=told), published(target) as part:
        (part / "file").symlink_to(DISK)
        write(part / "file")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_openvino_cannot_make_is_told(tmp_path: Path) -> None:
    told = "new: no file can be made there; free some space"
    with pytest.raises(ModelWriteError, match=told), published(tmp_path / "new") as part:
        (part / "graph.bin").mkdir()
        save_graph(part / "graph.xml")
    assert list(tmp_path.iterdir()) == []


def test_weights_that_the_disk_cuts_are_told(tmp_path: Path) -> None:
    save_file = pytest.importorskip("safetensors.numpy").save_file
    told = "new: the file system refuses a file of this size; free some space"
    with (
        pytest.raises(ModelWriteError, match=told),
        no_file_larger_than(20_000),
        published(tmp_path / "new") as part,
    ):
        save_file({"a": np.zeros(100_000, np.float32)}, part / "model.safetensors")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told = "new: a file stands where a folder is needed"
    with pytest.raises(ModelWriteError, match=told), published(tmp_path / "file" / "new"):
        raise AssertionError
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    "error",
    [
        ZeroDivisionError("28"),
        RuntimeError("no such file (os error 2)"),
        PermissionError(errno.EACCES, "Permission denied", "/elsewhere/weights"),
        OSError("not a number of any disk"),
        ModelCorruptError("weights", "is torn"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_is_not_about_this_folder_passes_as_it_is(tmp_path: Path, error: Exception) -> None:
    with pytest.raises(type(error)) as told, published(tmp_path / "new"):
        raise error
    assert told.value is error
    assert list(tmp_path.iterdir()) == []


@pytest.mark.reference
@needs_reference
class TestWholeModels:
    """Each library writes its own files of a model; the limit is below the largest."""

    SIZE = 20_000
    REASON = "new: (the file system refuses a file of this size|the disk takes no more);"

    def test_of_a_training(self, tmp_path: Path) -> None:
        from models.train import TrainOptions, train
        from models.training_batches import BatchOptions, Example

        source = save_tiny(tmp_path / "source")
        examples = [
            Example(query=words(3, seed=n), passages=(words(9, seed=n),), groups=(str(n),))
            for n in range(4)
        ]
        options = TrainOptions(steps=1, frozen_layers=1, batches=BatchOptions(size=2))
        with pytest.raises(ModelWriteError, match=self.REASON), no_file_larger_than(self.SIZE):
            train(source, examples, tmp_path / "new", options=options)
        assert [path.name for path in tmp_path.iterdir()] == ["source"]

    def test_of_a_preparation(self, tmp_path: Path) -> None:
        source = save_tiny(tmp_path / "source")
        texts = [words(n, seed=n) for n in range(5, 60, 9)]
        options = PrepareOptions(precision=Precision.FP32, held_out_passages=2)
        with pytest.raises(ModelWriteError, match=self.REASON), no_file_larger_than(self.SIZE):
            prepare(source, tmp_path / "new", calibration_texts=texts, options=options)
        assert [path.name for path in tmp_path.iterdir()] == ["source"]
