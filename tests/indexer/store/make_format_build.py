"""Make the committed build of the format that this program writes; once, when the format is raised.

python -m tests.indexer.store.make_format_build
"""

import shutil
from pathlib import Path
from typing import Final

from indexer.store.files import CACHE, LOCK
from indexer.store.manifest import FORMAT_VERSION
from tests.indexer.corpora import build_small
from tests.indexer.store.making import small_corpus

BUILDS: Final = Path(__file__).with_name("builds")


def folder_of(version: int) -> Path:
    """Return where the index of that format lies."""
    return BUILDS / f"format-{version}"


def main() -> None:
    """Write it; what there is of the same format is replaced."""
    root = folder_of(FORMAT_VERSION)
    shutil.rmtree(root, ignore_errors=True)
    build_small(small_corpus(), root)
    shutil.rmtree(root / CACHE)
    (root / LOCK).unlink()


if __name__ == "__main__":
    main()
