"""Writing that outlives a power cut, and what the disk refuses as this package's own error."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from indexer.errors import IndexWriteError
from models import disk
from models.disk import sync


@contextmanager
def write_errors(where: Path) -> Iterator[None]:
    """Turn what the disk refuses below ``where`` into `IndexWriteError`; other errors pass."""
    try:
        yield
    except OSError as error:
        reason = disk.refusal(error, where)
        if reason is None:
            raise
        raise IndexWriteError(where, reason) from error


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a path to write a file at, which then takes the place of ``path``.

    A reader sees the old file or the new, also after a power cut; whatever goes wrong leaves the old one.
    """
    part = path.with_name(f".{path.name}.{uuid4().hex}.part")  # same file system as the target
    with write_errors(path.parent):
        try:
            yield part
            sync(part)
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        sync(path.parent)


def atomic_write(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path``: a reader sees the old bytes or the new, also after a power cut."""
    with replacing(path) as part:
        part.write_bytes(data)


def make_folder(path: Path) -> None:
    """Make a folder and those above it; each that is new outlives a power cut."""
    try:
        disk.make_folder(path)
    except FileNotFoundError as error:  # as below /proc: its parent is there
        raise IndexWriteError(Path(error.filename), "no folder can be made there") from error
