"""What nobody foresaw of one record refuses that record; it does not end a build of a million others."""

from collections.abc import Iterator
from contextlib import contextmanager

from indexer.errors import RecordError


@contextmanager
def one_record() -> Iterator[None]:
    """Raise `RecordError` for what reading or cutting one record stumbles over, and name its type.

    What the error says is left out: it may be the words of the source, megabytes of them. The errors
    of this project and of the system pass through.
    """
    try:
        yield
    except OSError:  # some are a ValueError besides
        raise
    except (ArithmeticError, RecursionError, ValueError) as error:
        raise RecordError(
            f"a {type(error).__name__} that this program did not foresee; "
            "leave the record out, and report it"
        ) from error
