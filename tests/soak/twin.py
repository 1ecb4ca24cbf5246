"""Two builds of one corpus, whose opinions say the same at other places: an answer of both is seen.

The second has a sentence more at the beginning of every opinion, so that hardly any passage stands where it
stands in the first, and nearly all vectors come from the cache.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from indexer.build import BuildOptions, build
from indexer.errors import IndexOpenError
from indexer.records import CaseRecord, Opinion
from indexer.store.files import BUILDS, CACHE, CURRENT, PASSAGES, atomic_write, current_build
from indexer.store.manifest import read
from indexer.store.passages import PassageStore
from models.base import Embedder
from models.load import load_embedder

SENTENCE: Final = "This is the second of two copies of this opinion.\n\n"


def twin_of(index: Path, folder: Path, *, load: Callable[[str], Embedder] = load_embedder) -> Path:
    """Return the folder of a build like the current one of ``index``, made in ``folder`` if it is not there yet."""
    first = index / BUILDS / current_build(index)
    told = f"twin of {first.name}"
    made = _made(folder, told)
    if made is None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        if (index / CACHE).is_dir():
            shutil.copytree(index / CACHE, folder / CACHE)
        with PassageStore.open(first / PASSAGES) as passages:
            limits = read(first).limits
            embedder = load(read(first).model.name)
            options = BuildOptions(limits=limits, source_names=(told,))
            build(_longer(passages), folder, embedder=embedder, options=options)
        made = _made(folder, told)
        assert made is not None
    return made


def _made(folder: Path, told: str) -> Path | None:
    try:
        build_folder = folder / BUILDS / current_build(folder)
        return build_folder if read(build_folder).sources == (told,) else None
    except IndexOpenError:
        return None


def _longer(passages: PassageStore) -> Iterator[CaseRecord]:
    for record in passages.records():
        yield replace(record, opinions=tuple(map(_with_sentence, record.opinions)))


def _with_sentence(opinion: Opinion) -> Opinion:
    pages = tuple(replace(mark, start=mark.start + len(SENTENCE)) for mark in opinion.pages)
    return replace(opinion, text=SENTENCE + opinion.text, pages=pages)


class Shelf:
    """An index folder that names now one, now the other of some builds, which lie elsewhere and stay as they are."""

    def __init__(self, root: Path, *builds: Path) -> None:
        """Make the folder ``root``; the first build is current."""
        self.root = root
        self.folders = {build.name: build.resolve() for build in builds}
        shutil.rmtree(root, ignore_errors=True)
        (root / BUILDS).mkdir(parents=True)
        for name, place in self.folders.items():
            (root / BUILDS / name).symlink_to(place, target_is_directory=True)
        self.publish(builds[0].name)

    @property
    def current(self) -> str:
        return current_build(self.root)

    def other(self) -> str:
        """Return the build that comes after the current one, the first after the last."""
        names = list(self.folders)
        return names[(names.index(self.current) + 1) % len(names)]

    def publish(self, build_id: str) -> None:
        """Let CURRENT name a build as `opinion-search build` does."""
        atomic_write(self.root / CURRENT, f"{build_id}\n".encode())
