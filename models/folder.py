"""A prepared model on disk: which files it has, who it says it is, and whether that is true.

A folder holds ``openvino_model.xml``, ``openvino_model.bin``, ``tokenizer.json``, a model card
(``README.md``) and ``spec.json``, which is written last and names the SHA-256 of the others.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from models.base import ModelSpec
from models.errors import ModelCorruptError

FORMAT_VERSION: Final = 1
"""Raise by one whenever a file of the folder changes shape or meaning."""
SPEC: Final = "spec.json"
GRAPH: Final = "openvino_model.xml"
WEIGHTS: Final = "openvino_model.bin"
TOKENIZER: Final = "tokenizer.json"
CARD: Final = "README.md"
FILES: Final = (GRAPH, WEIGHTS, TOKENIZER)
"""What a vector depends on; each is checked whenever the model is loaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """What a file must be."""

    sha256: str
    """Hex."""
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How near the prepared vectors are to the reference, on texts not used to calibrate."""

    texts: int
    cosine_mean: float
    cosine_min: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What the model was prepared from."""

    name: str
    weights_sha256: str | None
    """Hex, of the weights file as delivered; None where it was not one file."""
    licence: str | None
    """Of the weights: an SPDX identifier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedModel:
    """A prepared model as its ``spec.json`` describes it."""

    name: str
    folder: Path
    spec: ModelSpec
    files: Mapping[str, FileFacts]
    source: Source
    agreement: Agreement

    @property
    def size_bytes(self) -> int:
        """Bytes of the files that are loaded."""
        return sum(facts.bytes for facts in self.files.values())


def facts_of(path: Path) -> FileFacts:
    """Return the size and SHA-256 of a file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return FileFacts(sha256=digest, bytes=path.stat().st_size)


def fingerprint(spec: ModelSpec, files: Mapping[str, FileFacts]) -> str:
    """Return the SHA-256 (hex) of everything a vector depends on; the model's name is not part."""
    facts = spec.to_json()
    for apart in ("name", "fingerprint"):
        del facts[apart]
    facts["files"] = {name: files[name].sha256 for name in FILES}
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def write_spec(model: PreparedModel) -> None:
    """Write ``spec.json`` into the model's folder."""
    raw = {
        "format_version": FORMAT_VERSION,
        "spec": model.spec.to_json(),
        "files": {name: asdict(facts) for name, facts in sorted(model.files.items())},
        "source": asdict(model.source),
        "agreement": asdict(model.agreement),
    }
    text = json.dumps(raw, indent=2, ensure_ascii=False) + "\n"
    (model.folder / SPEC).write_text(text, encoding="utf-8")


def read_spec(folder: Path, *, name: str) -> PreparedModel:
    """Read ``spec.json`` of ``folder``, without looking at the files it names.

    Raises `ModelCorruptError` when it cannot be read, is of another format, or was edited.
    """
    path = folder / SPEC
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        found = raw["format_version"]
        if found != FORMAT_VERSION:
            reason = f"format {found}, this program reads {FORMAT_VERSION}"
            raise ModelCorruptError(path, reason)
        model = _from_json(raw, folder=folder, name=name)
    except OSError as error:
        raise ModelCorruptError(path, "cannot be read") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelCorruptError(path, "is not a description of a prepared model") from error
    if model.spec.fingerprint != fingerprint(model.spec, model.files):
        raise ModelCorruptError(path, "its fingerprint does not follow from what it says")
    return model


def _from_json(raw: Mapping[str, Any], *, folder: Path, name: str) -> PreparedModel:
    files = {file: FileFacts(**facts) for file, facts in raw["files"].items()}
    if missing := set(FILES) - set(files):
        raise KeyError(*sorted(missing))
    return PreparedModel(
        name=name,
        folder=folder,
        spec=ModelSpec.from_json({**raw["spec"], "name": name}),
        files=files,
        source=Source(**raw["source"]),
        agreement=Agreement(**raw["agreement"]),
    )


def verify_files(model: PreparedModel) -> None:
    """Raise `ModelCorruptError` unless every file of the model is the one its spec names."""
    for name, expected in model.files.items():
        path = model.folder / name
        try:
            found = facts_of(path)
        except OSError as error:
            raise ModelCorruptError(path, "cannot be read") from error
        if found != expected:
            raise ModelCorruptError(path, f"is not the file that {SPEC} names")
