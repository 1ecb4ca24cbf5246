"""What can go wrong while an index is built or opened.

* IndexerError
  + SourceError              a source path cannot be read at all
  + RecordError              one record of a source is refused (the rest goes on)
  + EmptyCorpusError         nothing to index was left
  + BuildLockedError         another build is writing to this index folder
  + HelperError              a process that helps a build has died
  + IndexWriteError          the index folder cannot be written: full, read-only, not ours
  + IndexOpenError
    - IndexMissingError      no build has been published in this folder
    - IndexFormatError       a build of a format this program does not read
    - IndexCorruptError      a file is missing, torn or altered
    - ModelMismatchError     the index was built with another model than the one loaded
  + EngineUrlError           the setting that names a search engine cannot be
  + EngineUnavailableError   the server that holds the vectors does not answer
  + EngineNotNamedError      the vectors lie in a server that no setting names
  + EngineNameTakenError     another index keeps its builds in that server under the same name
  + NotInIndexError          no case, opinion or passage of that id in this build
  + FilterError              a filter has a value that cannot be
  + TrainingPairsError       a file of training pairs cannot be used
"""

from collections.abc import Sequence
from pathlib import Path


class IndexerError(Exception):
    """Base of everything this package raises; each message ends in what to do."""


class SourceError(IndexerError):
    """A source path cannot be read at all."""

    def __init__(self, path: Path | str, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"{path}: {reason}")


class RecordError(IndexerError):
    """One record of a source is refused."""

    def __init__(self, reason: str, *, place: str | None = None) -> None:
        self.reason = reason
        self.place = place
        super().__init__(f"{place}: {reason}" if place else reason)


class EmptyCorpusError(IndexerError):
    """Nothing to index was left."""

    def __init__(self, *, refused: int, reasons: Sequence[str] = ()) -> None:
        self.refused = refused
        self.reasons = tuple(reasons)
        """Why each was refused; the message tells the first three."""
        few = [*self.reasons[:3], *(["…"] if len(self.reasons) > 3 else [])]
        told = f" ({'; '.join([f'{refused} refused', *few])})" if refused else ""
        super().__init__(
            f"no opinion to index was found in the sources{told}; "
            "name a JSON Lines file of opinion records or a folder of .txt files"
        )


class BuildLockedError(IndexerError):
    """Another build is writing to this index folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        super().__init__(
            f"{root}: another build is writing here; wait for it to end, then try again"
        )


class HelperError(IndexerError):
    """A process that helps a build has died."""

    def __init__(self, code: int) -> None:
        self.code = code
        """How it ended: its exit code, or minus the number of the signal that killed it."""
        how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        super().__init__(
            f"a process that cuts opinions for this build {how}; what it said, if anything, stands above. "
            "If memory is short, build again with --jobs 1"
        )


class IndexWriteError(IndexerError):
    """The index folder cannot be written: full, read-only, not ours."""

    def __init__(self, where: Path, reason: str) -> None:
        self.where = where
        self.reason = reason
        super().__init__(
            f"{where}: {reason}; free some space or name a folder that may be written to "
            "(the build that was current still is)"
        )


class IndexOpenError(IndexerError):
    """A published build cannot be opened."""


class IndexMissingError(IndexOpenError):
    """No build has been published in this folder."""

    def __init__(self, root: Path, reason: str = "no build has been published here") -> None:
        self.root = root
        self.reason = reason
        super().__init__(f"{root}: {reason}; run `opinion-search build SOURCE --index {root}`")


class IndexFormatError(IndexOpenError):
    """A build of a format this program does not read."""

    def __init__(self, folder: Path, *, found: object, oldest: int, newest: int) -> None:
        self.folder = folder
        self.found = found
        self.oldest = oldest
        self.newest = newest
        super().__init__(
            f"{folder}: index format {found}, this program reads {oldest} to {newest}; "
            "build the index again with this version, or use the version that built it"
        )


class IndexCorruptError(IndexOpenError):
    """A file is missing, torn or altered."""

    def __init__(self, where: Path, reason: str) -> None:
        self.where = where
        self.reason = reason
        super().__init__(
            f"{where}: {reason}; serve the build before it (`opinion-search rollback`) or build again"
        )


class ModelMismatchError(IndexOpenError):
    """The index was built with another model than the one loaded."""

    def __init__(self, folder: Path, *, built_with: str, loaded: str) -> None:
        self.folder = folder
        self.built_with = built_with
        self.loaded = loaded
        super().__init__(
            f"{folder}: built with the model {built_with}, but {loaded} was loaded; "
            "name the model the index was built with, or build the index again"
        )


class EngineUrlError(IndexerError):
    """The setting that names a search engine cannot be."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"OPINION_SEARCH_ENGINE: {reason}; change or unset it")


class EngineUnavailableError(IndexerError):
    """The server that holds the vectors does not answer, or cannot."""

    def __init__(self, uri: str, reason: str) -> None:
        self.uri = uri
        self.reason = reason
        super().__init__(
            f"the search server at {uri} {reason}; see that it runs, then try again "
            "(what was published still is, and vectors already computed are kept)"
        )


class EngineNotNamedError(IndexerError):
    """The vectors of a build lie in a server that no setting names."""

    def __init__(self) -> None:
        super().__init__(
            "the vectors of this build lie in a search server; name it with "
            "OPINION_SEARCH_ENGINE=milvus+http://HOST:19530"
        )


class EngineNameTakenError(IndexerError):
    """Another index keeps its builds in the search server under the same name."""

    def __init__(self, name: str, collection: str) -> None:
        self.name = name
        super().__init__(
            f"another index keeps its builds in the search server under the name {name} (now {collection}), "
            "and a build here would drop them; put another NAME behind the address of "
            f"OPINION_SEARCH_ENGINE, or, if that index is gone, drop the alias {name} there"
        )


class NotInIndexError(IndexerError):
    """No case, opinion or passage of that id in this build."""

    def __init__(self, kind: str, identifier: str) -> None:
        self.kind = kind
        self.identifier = identifier
        super().__init__(
            f"no {kind} with the id {identifier!r} in this index; ids come with search hits"
        )


class FilterError(IndexerError):
    """A filter has a value that cannot be."""

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        self.reason = reason
        super().__init__(f"filter {name}: {reason}")


class TrainingPairsError(IndexerError):
    """A file of training pairs cannot be used."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"{path}: {reason}; write such a file with `opinion-search models pairs`")
