"""What a build says of itself: written last, read first."""

import errno
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path, PurePosixPath
from typing import Any, Final, TypeVar

from indexer.errors import IndexCorruptError, IndexFormatError
from indexer.records import PassageLimits
from indexer.store.build_ages import CHECKSUM, checksum_of, is_sound
from indexer.store.files import MANIFEST, write_errors
from models.base import ModelSpec

FORMAT_VERSION: Final = 4
"""Raise by one whenever a file of the index changes shape or meaning."""
OLDEST_READABLE: Final = 3

EXACT: Final = "exact"
HNSW_SQ8: Final = "hnsw-sq8"
MILVUS: Final = "milvus"
"""Kinds of `VectorSearch`."""

_LOCKS: Final = re.compile(r"\.tantivy-.+\.lock")
"""Empty files, made by opening words where no folder of links can be."""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much a build holds."""

    cases: int
    opinions: int
    sections: int
    passages: int
    refused: int
    """Records of the sources that were not indexed; their reasons are in ``refused.jsonl``."""
    characters: int
    """Code points of all opinions' texts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """What a file of the build must be."""

    bytes: int
    sha256: str
    """Hex."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorSearch:
    """How the vectors of a build are searched, chosen by measuring them when it was made."""

    kind: str
    """``exact``, or ``hnsw-sq8``: a graph of vectors in 8 bits a number, whose candidates are ranked by
    exact products; or ``milvus``: in that server, whose candidates are ranked likewise."""
    links: int
    """Neighbours a node of the graph keeps, twice as many on its lowest level; 0 without one."""
    ef_construction: int
    """Candidates looked at for the neighbours of a new node."""
    ef_search: int
    """Candidates looked at for a question: the fewest that reached the recall wanted."""
    recall_at_10: float
    """Share of the ten true nearest that were found; 1 where every vector is looked at."""
    recall_at_100: float
    measured_queries: int
    """Of how many questions those are the means; 0 where nothing had to be measured."""
    queries: str
    """What those questions were."""
    added: int
    """Vectors added to the graph of an earlier build; 0 when it was made at once."""
    removed: int
    """Nodes of that graph which stand for no row any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A build's identity, and what its files must be."""

    format_version: int = FORMAT_VERSION
    build_id: str
    created_at: str
    """ISO 8601, UTC."""
    program_version: str
    model: ModelSpec
    limits: PassageLimits
    """How passages were cut."""
    counts: Counts
    tokens_total: int
    """Tokens of all opinions' texts, as the model's tokenizer counts them."""
    tokens_embedded: int
    """Those of them that lie in a passage which the model reads whole: all of them."""
    sources: tuple[str, ...]
    """Names of the sources, without their folders."""
    calibration: Mapping[str, Any] = field(default_factory=dict)
    """How raw scores become calibrated ones: JSON, not looked into here."""
    cost: Mapping[str, float] = field(default_factory=dict)
    """What making it cost, by the names of `indexer.cost.Cost`; empty when it is not known."""
    vectors: VectorSearch | None = None
    """`None` for a build of format 3: exact."""
    files: Mapping[str, FileFacts] = field(default_factory=dict)
    """By name relative to the build's folder, in POSIX form; all files but the manifest."""


def write(stage: Path, manifest: Manifest) -> Manifest:
    """Take the checksums of all files in ``stage``, write the manifest, return it with them.

    The file has one more key than the manifest: its own checksum.
    """
    with write_errors(stage):
        complete = replace(manifest, files=_facts_of(stage))
        raw = json.loads(json.dumps(asdict(complete), allow_nan=False))
        raw[CHECKSUM] = checksum_of(raw)
        text = json.dumps(raw, ensure_ascii=False, indent=2)
        (stage / MANIFEST).write_text(text + "\n", encoding="utf-8")
    return complete


def _facts_of(folder: Path) -> dict[str, FileFacts]:
    return {
        path.relative_to(folder).as_posix(): FileFacts(bytes=path.stat().st_size, sha256=_sha(path))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path != folder / MANIFEST
    }


def _sha(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read(folder: Path) -> Manifest:
    """Read a build's manifest.

    `IndexFormatError` for a format of another time, before anything else is looked at;
    `IndexCorruptError` naming the key that is missing or of the wrong kind, or where a value was altered:
    not by its own checksum.
    """
    path = folder / MANIFEST
    raw = _json_object(path)
    found = raw.get("format_version")
    if not isinstance(found, int) or not OLDEST_READABLE <= found <= FORMAT_VERSION:
        raise IndexFormatError(folder, found=found, oldest=OLDEST_READABLE, newest=FORMAT_VERSION)
    made = Manifest(
        format_version=found,
        build_id=_take(path, raw, "build_id", str),
        created_at=_take(path, raw, "created_at", str),
        program_version=_take(path, raw, "program_version", str),
        model=_record(path, "model", _take(path, raw, "model", dict), ModelSpec),
        limits=_record(path, "limits", _take(path, raw, "limits", dict), PassageLimits),
        counts=_record(path, "counts", _take(path, raw, "counts", dict), Counts),
        tokens_total=_take(path, raw, "tokens_total", int),
        tokens_embedded=_take(path, raw, "tokens_embedded", int),
        sources=_names(path, _take(path, raw, "sources", list)),
        calibration=_take(path, raw, "calibration", dict),
        cost=_numbers(path, "cost", raw.get("cost", {})),
        vectors=_optional(path, raw, "vectors", VectorSearch),
        files=_files(path, _take(path, raw, "files", dict)),
    )
    if not is_sound(raw):
        raise IndexCorruptError(
            path, "a value in the manifest was altered: its checksum is another"
        )
    return made


def unchecked(folder: Path) -> str | None:
    """Say why nothing would tell that a value of a build's manifest was altered; `None` where it would.

    `IndexCorruptError` where it has a key that no program wrote.
    """
    path = folder / MANIFEST
    raw = _json_object(path)
    if CHECKSUM in raw:
        return None
    strange = set(raw) - {part.name for part in fields(Manifest)}
    if strange:
        raise IndexCorruptError(path, f"the manifest has the unknown key {min(strange)}")
    return (
        f"{path}: has no checksum of its own, since an earlier version of this program wrote it; that none of "
        "its values was altered cannot be told"
    )


def strangers(folder: Path, manifest: Manifest) -> Iterator[str]:
    """Yield what lies in a build's folder and is not of the build, by name relative to it."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        known = name in manifest.files or name == MANIFEST or _LOCKS.match(path.name)
        if not known and (path.is_symlink() or not path.is_dir()):
            yield name


def _json_object(path: Path) -> dict[str, Any]:
    try:
        with _reading(path):
            raw = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise IndexCorruptError(path, "the manifest is missing") from error
    except (ValueError, RecursionError) as error:
        raise IndexCorruptError(path, "the manifest is not JSON: it is torn or altered") from error
    if not isinstance(raw, dict):
        raise IndexCorruptError(path, "the manifest is not a JSON object")
    return raw


def _is(value: object, kind: type | tuple[type, ...]) -> bool:
    return isinstance(value, kind) and not (kind is not bool and isinstance(value, bool))


def _take(path: Path, raw: Mapping[str, Any], key: str, kind: type[_T]) -> _T:
    value: _T | None = raw.get(key)
    if value is None or not _is(value, kind):
        raise IndexCorruptError(path, f"the manifest's {key} is not a {kind.__name__}")
    return value


def _record(path: Path, key: str, raw: Mapping[str, Any], kind: type[_T]) -> _T:
    """Make a flat record of ints and strings, checking the kind of each."""
    made: dict[str, Any] = {}
    for part in fields(kind):  # type: ignore[arg-type]  # every caller names a dataclass
        made[part.name] = _take(path, raw, part.name, part.type)  # type: ignore[arg-type]
    if set(raw) - set(made):
        raise IndexCorruptError(
            path, f"the manifest's {key} has the unknown key {min(set(raw) - set(made))}"
        )
    try:
        return kind(**made)
    except ValueError as error:
        raise IndexCorruptError(path, f"the manifest's {key} cannot be: {error}") from error


def _optional(path: Path, raw: Mapping[str, Any], key: str, kind: type[_T]) -> _T | None:
    """Read a record that an older format does not have."""
    if raw.get(key) is None:
        return None
    return _record(path, key, _take(path, raw, key, dict), kind)


def _names(path: Path, raw: list[Any]) -> tuple[str, ...]:
    if not all(_is(name, str) for name in raw):
        raise IndexCorruptError(path, "the manifest's sources are not strings")
    return tuple(raw)


def _numbers(path: Path, key: str, raw: object) -> dict[str, float]:
    if not isinstance(raw, dict) or not all(_is(value, (int, float)) for value in raw.values()):
        raise IndexCorruptError(path, f"the manifest's {key} is not an object of numbers")
    return raw


def _files(path: Path, raw: Mapping[str, Any]) -> dict[str, FileFacts]:
    for name, facts in raw.items():
        parts = PurePosixPath(name)
        if parts.is_absolute() or ".." in parts.parts or not isinstance(facts, dict):
            raise IndexCorruptError(path, f"the manifest's files has a bad entry {name!r}")
    return {name: _record(path, f"files[{name}]", facts, FileFacts) for name, facts in raw.items()}


def check_fast(folder: Path, manifest: Manifest) -> None:
    """See that every file is there with its size: what opening a build can afford."""
    for name, facts in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise IndexCorruptError(path, "the file is missing")
        size = path.stat().st_size
        if size != facts.bytes:
            raise IndexCorruptError(path, f"the file has {size} bytes instead of {facts.bytes}")


def check_full(folder: Path, manifest: Manifest) -> None:
    """See that every file is there with its checksum."""
    check_fast(folder, manifest)
    check_some(folder, manifest, manifest.files)


def check_some(folder: Path, manifest: Manifest, names: Iterable[str]) -> None:
    """See that the files of these names are there with their checksums."""
    for name in names:
        facts = manifest.files.get(name)
        if facts is None or not (folder / name).is_file():
            raise IndexCorruptError(folder / name, "the file is missing")
        with _reading(folder / name):
            found = _sha(folder / name)
        if found != facts.sha256:
            raise IndexCorruptError(folder / name, "the file's checksum is not the manifest's")


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turn the disk's word that it cannot read a file into `IndexCorruptError`; other errors pass."""
    try:
        yield
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        raise IndexCorruptError(path, "the disk reports an error when the file is read") from error
