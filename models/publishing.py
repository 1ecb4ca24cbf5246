"""A model's folder: there whole or not at all, also after a power cut."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from models.disk import make_folder, refusal, sync, sync_tree
from models.errors import ModelWriteError


@contextmanager
def published(target: Path) -> Iterator[Path]:
    """Yield an empty folder beside ``target``, which becomes it unless something goes wrong.

    All that was written there is on the disk before ``target`` is its name, and then the name is. An
    error leaves nothing there, unless only the disk refused to keep the name: then ``target`` is whole.
    What the disk refuses is `ModelWriteError`, whichever library was told so; other errors pass.
    """
    parent = target.absolute().parent
    part = parent / f".{target.name}.{uuid4().hex}.part"  # same file system as the target
    try:
        make_folder(parent)
        try:
            part.mkdir()
            yield part
            sync_tree(part)
            part.rename(target)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
        sync(parent)
    except Exception as error:
        reason = refusal(error, part)
        if reason is None:
            raise
        raise ModelWriteError(target, reason) from error
