"""What the disk refuses, as an error of ours."""

import errno
import os

import numpy as np
import pytest

from indexer.errors import IndexWriteError
from indexer.store.disk import replacing, write_errors


def test_what_numpy_says_of_a_full_disk_is_understood(tmp_path) -> None:
    """Its error has no number. /dev/full is a disk that is always full."""
    with (
        pytest.raises(IndexWriteError, match="the disk is full; free some space"),
        write_errors(tmp_path),
        open("/dev/full", "wb", buffering=0) as full,  # noqa: PTH123  # numpy wants a file of the system
    ):
        np.arange(100_000).tofile(full)


@pytest.mark.parametrize("error", [OSError("not a gzip file"), OSError(errno.ENOENT, "none")])
def test_other_errors_without_a_reason_of_the_disk_pass(tmp_path, error) -> None:
    with pytest.raises(OSError) as told, write_errors(tmp_path):
        raise error
    assert told.value is error


def test_a_file_is_replaced_whole_or_stays(tmp_path) -> None:
    path = tmp_path / "f"
    path.write_text("old")
    with pytest.raises(IndexWriteError), replacing(path) as part:
        part.write_text("ne")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("f", "old")]

    with replacing(path) as part:
        part.write_text("new")
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("f", "new")]
