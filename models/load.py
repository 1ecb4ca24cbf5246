"""Name or folder → embedder. The heavy imports happen in here, when a model is asked for."""

import os
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from models.base import Embedder
from models.errors import MissingBackendError, ModelCorruptError, UnknownModelError
from models.folder import SPEC, PreparedModel, read_spec

DEFAULT_MODEL: Final = "all-minilm-l6-v2"
_PREPARED: Final = Path(__file__).parent / "prepared"
_MOST_THREADS: Final = 8
_PUBLISHED_NAME: Final = re.compile(r"\w[\w.-]*/\w[\w.-]*")
"""What a published model is called: its owner, a slash, its name."""
_REFERENCE_MARKS: Final = ("modules.json", "config.json")


def list_models() -> tuple[PreparedModel, ...]:
    """Return the prepared models that came with this program, by name; loads none of them."""
    return tuple(
        read_spec(path.parent, name=path.parent.name)
        for path in sorted(_PREPARED.glob(f"*/{SPEC}"))
    )


def known_names() -> tuple[str, ...]:
    """Return the names of the prepared models that came with this program."""
    return tuple(model.name for model in list_models())


def load_embedder(
    name_or_folder: str | Path | None = None, *, threads: int | None = None
) -> Embedder:
    """Load an embedder: a prepared model by name, or any model in a folder; None is the default.

    A name of the form ``owner/model`` is handed to sentence-transformers, if it is installed. ``threads``
    is how many it may compute with at once; None means one for each processor, 8 at the most.
    Raises `UnknownModelError`, `MissingBackendError`, `ModelCorruptError`, `PickledModelError` or
    `UnsupportedModelError`.
    """
    name = DEFAULT_MODEL if name_or_folder is None else str(name_or_folder)
    threads = default_threads() if threads is None else threads
    for folder in (_PREPARED / name, Path(name)):
        if (folder / SPEC).is_file():
            return _prepared(folder, name=name, threads=threads)
    if Path(name).is_dir() and not any((Path(name) / mark).is_file() for mark in _REFERENCE_MARKS):
        raise ModelCorruptError(name, f"holds none of {SPEC}, {', '.join(_REFERENCE_MARKS)}")
    if not Path(name).is_dir() and not _PUBLISHED_NAME.fullmatch(name):
        raise UnknownModelError(name, known=known_names())
    return _reference(name)


def default_threads() -> int:
    """Return how many threads a model computes with when nobody says: the processors, at most 8."""
    return min(os.cpu_count() or 1, _MOST_THREADS)


def _prepared(folder: Path, *, name: str, threads: int) -> Embedder:
    for package in ("openvino", "tokenizers"):
        if find_spec(package) is None:
            raise MissingBackendError(model=name, package=package)
    from models.runtime import PreparedEmbedder

    return PreparedEmbedder.open(folder, name=name, threads=threads)


def _reference(name: str) -> Embedder:
    if find_spec("sentence_transformers") is None:
        raise MissingBackendError(model=name, package="sentence-transformers")
    from models.sentence_transformer import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder.open(name, known=known_names())
