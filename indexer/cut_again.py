"""Cases that an earlier build cut: taken from its cache, so that only new ones are cut."""

import hashlib
import sys
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import fields
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final, get_type_hints

import orjson
import zstandard

from indexer.cut_ahead import Cut, cut_all
from indexer.cutting import CutCase, Cutter, by_voice
from indexer.errors import RecordError
from indexer.plain_form import PlainForm, plain_form
from indexer.records import CaseRecord, Passage, Span
from indexer.sources.refused import Refused
from indexer.store.made_cache import MadeCache

_SOURCES: Final = ("indexer", "models")
_LIBRARIES: Final = ("courts-db", "eyecite", "nupunkt", "pystemmer", "reporters-db", "tokenizers")
"""What cutting asks; with the project's own source they say which program cut a case."""
_TEXT: Final = [part.name for part in fields(Passage)].index("text")
_SPAN: Final = [part.name for part in fields(Passage)].index("span")
_LEVEL: Final = 3


class KnownCuts:
    """What was cut before, by everything it depends on: the case, the cutter, the program, the model."""

    def __init__(self, cache: MadeCache, cutter: Cutter, *, fingerprint: str) -> None:
        """Take ``fingerprint`` for the model whose tokens ``cutter`` counts."""
        limits = [getattr(cutter.limits, part.name) for part in fields(cutter.limits)]
        self._about = orjson.dumps([program_digest(), fingerprint, limits])
        self._cache = cache

    def digest_of(self, record: CaseRecord) -> bytes | None:
        """Return what a case is known by, divided by voice; None for one that JSON cannot hold."""
        try:
            told = orjson.dumps(record, default=_as_list, option=orjson.OPT_SORT_KEYS)
        except TypeError:  # half of a surrogate pair, a number of over 64 bits
            return None
        return hashlib.sha256(self._about + told).digest()

    def get(self, digest: bytes, record: CaseRecord) -> CutCase | None:
        """Return what was made of the case, or None when that is not known, or cannot be read."""
        data = self._cache.get(digest)
        if data is None:
            return None
        try:
            return _unpacked(data, record)
        except (ValueError, TypeError, LookupError, zstandard.ZstdError):
            return None

    def put(self, digest: bytes, made: CutCase) -> None:
        """Keep what was made of a case."""
        self._cache.put(digest, _packed(made))


def cut_new(
    records: Iterable[CaseRecord | Refused], cutter: Cutter, known: KnownCuts, *, helpers: int = 0
) -> Generator[Cut, None, None]:
    """Yield what `cut_all` yields, having only those cases cut that are not known; they are after."""
    digests: deque[bytes | None] = deque()
    asked = _looked_up(records, known, digests)
    with closing(cut_all(asked, cutter.cut, helpers=helpers)) as cuts:
        for made in cuts:
            digest = digests.popleft()
            if digest is not None and isinstance(made, CutCase):
                known.put(digest, made)
            yield made


def _looked_up(
    records: Iterable[CaseRecord | Refused], known: KnownCuts, digests: deque[bytes | None]
) -> Iterator[CaseRecord | Cut]:
    """Yield what is known of each record, else the record; ``digests`` says what to keep it under."""
    for given in records:
        answer, digest = (given, None) if isinstance(given, Refused) else _look_up(given, known)
        digests.append(digest)
        yield answer


def _look_up(given: CaseRecord, known: KnownCuts) -> tuple[CaseRecord | Cut, bytes | None]:
    try:
        record = by_voice(given)
    except RecordError as error:
        return Refused(place=given.case.id, reason=error.reason, case_id=given.case.id), None
    digest = known.digest_of(record)
    made = known.get(digest, record) if digest is not None else None
    return (record, digest) if made is None else (made, None)


@cache
def program_digest() -> str:
    """Return a digest of the source that cuts, of the libraries that it asks, and of Python."""
    digest = hashlib.sha256(sys.version.encode())
    root = Path(__file__).parents[1]
    for path in sorted(path for name in _SOURCES for path in (root / name).rglob("*.py")):
        digest.update(f"\n{path.relative_to(root).as_posix()}\n".encode())
        digest.update(path.read_bytes())
    for name in _LIBRARIES:
        digest.update(f"\n{name} {_version(name)}".encode())
    return digest.hexdigest()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def _as_list(value: Any) -> Any:
    """Give JSON what it does not know: mappings and tuples with names."""
    if isinstance(value, tuple):
        return list(value)
    if hasattr(value, "items"):
        return dict(value)
    raise TypeError(type(value).__name__)


@cache
def _forms() -> list[tuple[str, PlainForm]]:
    """Return how each part of a `CutCase` is told, but for the record, which the reader has."""
    hints = get_type_hints(CutCase)
    return [
        (part.name, plain_form(hints[part.name]))
        for part in fields(CutCase)
        if part.name != "record"
    ]


def _packed(made: CutCase) -> bytes:
    told = {name: form.to_plain(getattr(made, name)) for name, form in _forms()}
    for cut in told["passages"]:
        for passage in cut:
            passage[_TEXT] = None  # the record has it
    return zstandard.ZstdCompressor(level=_LEVEL).compress(orjson.dumps(told))


def _unpacked(data: bytes, record: CaseRecord) -> CutCase:
    told = orjson.loads(zstandard.ZstdDecompressor().decompress(data))
    for opinion, cut in zip(record.opinions, told["passages"], strict=True):
        for passage in cut:
            passage[_TEXT] = Span(*passage[_SPAN]).of(opinion.text)
    parts = {name: form.from_plain(told[name]) for name, form in _forms()}
    return CutCase(record=record, **parts)
