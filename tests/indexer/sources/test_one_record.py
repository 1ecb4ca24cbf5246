"""Errors that nobody foresaw become a refusal; the project's own and the system's stay what they are."""

import errno
import io

import pytest

from indexer.errors import HelperError, RecordError
from indexer.sources.one_record import one_record

WORDS = "the defendant's words"


@pytest.mark.parametrize(
    "error",
    [
        ValueError(WORDS),
        RecursionError(WORDS),
        OverflowError(WORDS),
        ZeroDivisionError(WORDS),
        UnicodeEncodeError("utf-8", WORDS, 0, 1, WORDS),
    ],
    ids=lambda error: type(error).__name__,
)
def test_the_type_is_named_and_the_words_are_not(error):
    with pytest.raises(RecordError) as told, one_record():
        raise error
    assert told.value.reason.startswith(
        f"a {type(error).__name__} that this program did not foresee"
    )
    assert WORDS not in str(told.value)
    assert told.value.__cause__ is error


@pytest.mark.parametrize(
    "error",
    [
        RecordError("its date cannot be"),
        OSError(errno.EIO, "Input/output error"),
        io.UnsupportedOperation("not readable"),
        HelperError(1),
        MemoryError(),
        KeyboardInterrupt(),
        AssertionError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_is_not_the_record_s_passes_through(error):
    with pytest.raises(type(error)) as told, one_record():
        raise error
    assert told.value is error


def test_nothing_is_done_where_nothing_happens():
    with one_record():
        done = True
    assert done
