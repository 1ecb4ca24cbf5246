"""What lies in a folder beside files, and is none: pipes, sockets, links that lead nowhere or round."""

import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hypothesis import strategies as st


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the name of a socket has at most 107 bytes
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


def _link_to_a_pipe(path: Path) -> None:
    os.mkfifo(path.with_name(f".{path.name}"))
    path.symlink_to(f".{path.name}")


def _unreadable(path: Path) -> None:
    path.write_text("{}")
    path.chmod(0)


def _closed_folder(path: Path) -> None:
    path.mkdir()
    (path / "a.txt").write_text("Held.")
    path.chmod(0)


_TOLD: Final[Mapping[str, Callable[[Path], object]]] = {
    "pipe": _pipe,
    "socket": _socket,
    "link to a pipe": _link_to_a_pipe,
    "link to nothing": lambda path: path.symlink_to("nothing"),
    "link to itself": lambda path: path.symlink_to(path.name),
    "link to a device": lambda path: path.symlink_to("/dev/null"),
}
"""What must be told of: somebody put it there, and nothing can be read from it."""
_ALLOWED: Final[Mapping[str, Callable[[Path], object]]] = {
    "link to its folder": lambda path: path.symlink_to("."),
    "link to the sound file": lambda path: path.symlink_to("zz/sound.jsonl"),
    "folder": lambda path: path.mkdir(),
    "file that may not be read": _unreadable,
    "folder that may not be listed": _closed_folder,
}
"""What may be read, by root at least, or is empty."""
_MAKERS: Final = {**_TOLD, **_ALLOWED}
_NAMES: Final = (
    "odd", "odd.txt", "odd.jsonl", "odd.json", "odd.html", "odd.pdf", "odd.csv", "odd.zip", "odd.jsonl.gz", "metadata.jsonl"
)  # fmt: skip


@dataclass(frozen=True)
class Odd:
    """Something odd at the top of a source."""

    name: str
    kind: str

    @property
    def told(self) -> bool:
        """Whether it must be told of."""
        return self.kind in _TOLD

    def put(self, root: Path) -> None:
        """Make it, unless a file of the source has its name."""
        path = root / self.name
        if not os.path.lexists(path):
            _MAKERS[self.kind](path)


def odd_files() -> st.SearchStrategy[list[Odd]]:
    """One to three of them, each of another name."""
    one = st.builds(Odd, name=st.sampled_from(_NAMES), kind=st.sampled_from(sorted(_MAKERS)))
    return st.lists(one, min_size=1, max_size=3, unique_by=lambda odd: odd.name)
