"""JSON objects out of a file, however they stand in it: lines, a list, a page of results, one alone.

A list or page may be far larger than memory: one object of it is in memory at a time.
"""

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from indexer.errors import RecordError
from indexer.sources.json_values import whole_number
from indexer.sources.lines import LONGEST_RECORD, TOO_LONG, JsonLine, checked_object, json_lines
from indexer.sources.refused import Refused
from indexer.sources.source_file import SourceFile, head_of, open_source
from indexer.sources.streams import why

_BOM: Final = b"\xef\xbb\xbf"
_BLOCK: Final = 1024 * 1024
_TOKEN: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\Z)|[{}\[\]:]', re.DOTALL)
_LIST_KEY: Final = "results"
"""Where the pages of both REST interfaces keep their objects."""
_SPACE: Final = re.compile(r"[\s\ufeff,]*")
_CUT_OFF: Final = 16
"""Characters of the longest piece of a number, a word or an escape that more text might make whole."""


def json_keys(head: bytes) -> frozenset[str]:
    """Return the keys of the first object of a file that begins with ``head``, as far as it shows.

    Of a list that is its first member, of a page of results the first result.
    """
    start = head.removeprefix(_BOM).lstrip()
    if not start.startswith((b"{", b"[")):
        return frozenset()
    top = 1 if start.startswith(b"{") else 2
    levels = _keys_by_depth(start)
    keys = levels.get(top, frozenset())
    return levels.get(top + 2, keys) if _LIST_KEY in keys else keys


def _keys_by_depth(start: bytes) -> dict[int, frozenset[str]]:
    """Return the keys of the first object at each depth that has one."""
    levels: dict[int, set[str]] = {}
    closed: set[int] = set()
    depth, last = 0, b""
    for found in _TOKEN.finditer(start):
        token = found[0]
        if token in (b"{", b"["):
            depth += 1
        elif token in (b"}", b"]"):
            closed.add(depth)
            depth -= 1
        elif token == b":" and depth not in closed:
            levels.setdefault(depth, set()).add(last.decode(errors="replace"))
        last = token.strip(b'"')
    return {at: frozenset(keys) for at, keys in levels.items()}


_EMPTY: Final = "the file is empty: there is no record in it"


def json_records(file: SourceFile) -> Iterator[JsonLine | Refused]:
    """Yield the objects of ``file`` in order, or why one is none.

    Those of lines stand at ``file:17``, those of a list at ``file#17``, one alone at ``file``. What
    is wrong with a line spoils that line, what is wrong with a list all that comes after it. A file
    without any is refused.
    """
    try:
        head = head_of(file)
    except OSError as error:
        yield Refused(place=file.place, reason=f"cannot be read: {why(error)}")
        return
    given = json_lines(file) if _is_lines(head) else _documents(file, head)
    yield next(given, None) or Refused(place=file.place, reason=_EMPTY)
    yield from given


def _is_lines(head: bytes) -> bool:
    """Whether the first line is an object of its own: no list, no page, not the start of a longer one."""
    start = head.removeprefix(_BOM).lstrip()
    first = start.split(b"\n", 1)[0].rstrip()
    paged = _LIST_KEY in _keys_by_depth(start).get(1, frozenset())
    return start.startswith(b"{") and not paged and not first.endswith((b"{", b"[", b",", b":"))


def _documents(file: SourceFile, head: bytes) -> Iterator[JsonLine | Refused]:
    several = json_keys(head) != _keys_by_depth(head.removeprefix(_BOM).lstrip()).get(1)
    number = 0
    try:
        with open_source(file) as stream:
            for value in _values(_Scanner(stream)):
                number += 1
                place = f"{file.place}#{number}" if several else file.place
                try:
                    yield JsonLine(place=place, fields=checked_object(value))
                except RecordError as error:
                    yield Refused(place=place, reason=error.reason)
    except RecordError as error:
        yield Refused(place=f"{file.place}#{number + 1}", reason=error.reason)
    except OSError as error:
        yield Refused(place=f"{file.place}#{number + 1}", reason=f"cannot be read: {why(error)}")


def _values(scanner: "_Scanner") -> Iterator[Any]:
    """Yield every object of every document: members of lists, results of pages, the others whole."""
    while (opening := scanner.peek()) != "":
        if opening == "[":
            yield from _members(scanner)
        elif opening == "{":
            yield from _object(scanner)
        else:
            yield scanner.value()


def _members(scanner: "_Scanner") -> Iterator[Any]:
    scanner.take("[")
    while scanner.peek() != "]":
        yield scanner.value()
    scanner.take("]")


def _object(scanner: "_Scanner") -> Iterator[Any]:
    """Yield the object that comes next; if it is a page of results, these one by one."""
    scanner.take("{")
    begins = scanner.place
    whole: dict[str, Any] = {}
    paged = False
    while scanner.peek() != "}":
        key = scanner.key()
        scanner.take(":")
        if key == _LIST_KEY and scanner.peek() == "[":
            paged = True
            yield from _members(scanner)
        else:
            whole[key] = scanner.value()
        if paged:
            whole.clear()
        elif scanner.place - begins > LONGEST_RECORD:
            raise RecordError(TOO_LONG)
    scanner.take("}")
    if not paged:
        yield whole


class _Scanner:
    """Reads JSON values off a stream of bytes that need not fit into memory."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._bytes = codecs.getincrementaldecoder("utf-8")()
        self._values = json.JSONDecoder(parse_constant=_not_json, parse_int=whole_number)
        self._text = ""
        self._at = 0
        self._passed = 0

    @property
    def place(self) -> int:
        """How many characters were passed over."""
        return self._passed + self._at

    def peek(self) -> str:
        """Return the next character that is neither white space nor a comma; empty at the end."""
        while True:
            found = _SPACE.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._grow():
                return ""

    def take(self, expected: str) -> None:
        """Pass over the next character, which must be ``expected``."""
        if self.peek() != expected:
            raise self._error(f"Expecting {expected!r}")
        self._at += 1

    def key(self) -> str:
        """Return the name of a field, which comes next."""
        if self.peek() != '"':
            raise self._error("Expecting property name enclosed in double quotes")
        return str(self.value())

    def value(self) -> Any:
        """Return the value that comes next."""
        self.peek()
        while True:
            try:
                value, end = self._values.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if self._is_final(error) or not self._grow():
                    cut = error.pos >= len(self._text.rstrip())
                    raise self._error(error.msg, cut=cut) from None
            except RecursionError:
                raise self._error("nested too deeply") from None
            else:
                if end < len(self._text) or not self._grow():
                    self._at = end
                    return value

    def _is_final(self, error: json.JSONDecodeError) -> bool:
        """Whether no text that comes could mend what is wrong."""
        open_end = error.msg.startswith("Unterminated")
        return not open_end and error.pos < len(self._text) - _CUT_OFF

    def _grow(self) -> bool:
        """Read on, at least as much again as is waiting; `False` at the end of the stream."""
        waiting = len(self._text) - self._at
        if waiting > LONGEST_RECORD:
            raise RecordError(TOO_LONG)
        data = self._stream.read(max(_BLOCK, waiting))
        try:
            more = self._bytes.decode(data, final=not data)
        except UnicodeDecodeError as error:
            raise RecordError(
                f"not UTF-8: byte 0x{error.object[error.start]:02x}; save the file as UTF-8"
            ) from None
        self._passed += self._at
        self._text = self._text[self._at :] + more
        self._at = 0
        return bool(data)

    def _error(self, what: str, *, cut: bool = False) -> RecordError:
        ended = cut or self._at >= len(self._text) or what.startswith("Unterminated")
        advice = "; the file ends here: was it cut off?" if ended else ""
        return RecordError(
            f"not JSON: {what.removesuffix(' starting at')}, in the value at character {self.place}{advice}; "
            "nothing after this was read"
        )


def _not_json(name: str) -> None:
    raise RecordError(f"not JSON: {name} is no number")
