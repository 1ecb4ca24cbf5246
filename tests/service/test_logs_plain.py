"""Plain lines: what a caller sends begins no line of its own, and tells a terminal nothing."""

import logging
from typing import Any

import pytest

from service.logs import PlainLines, log_fault
from tests.service.test_logs import record

FORGED = "x\n00:00:00 info    all is well"
EVIL = [
    FORGED,
    "x\r00:00:00 info    all is well",
    "\x1b[2J\x1b[1;31m",
    "\x9b2J",
    "a\x00b",
    "a\u2028b",
    "a\u202egnp.exe",
    "\ud800",
]


def with_fields(**fields: Any) -> logging.LogRecord:
    made = record("request")
    made.__dict__["fields"] = fields
    return made


@pytest.mark.parametrize("evil", EVIL, ids=repr)
def test_what_is_not_to_be_printed_is_quoted(evil):
    line = PlainLines().format(with_fields(path=evil, query=evil, status=200))
    assert line.isprintable()
    assert line.endswith(f" path={evil!r} query={evil!r} status=200")
    assert PlainLines().format(record("%s", evil)).isprintable()


@pytest.mark.parametrize("evil", EVIL, ids=repr)
def test_the_words_of_an_error_are_quoted_too(evil):
    lines = PlainLines(with_words=True).format(record("failed", error=OSError(evil))).split("\n")
    assert len(lines) == 2
    assert all(line.isprintable() for line in lines)
    assert lines[1] == f"  OSError: {evil!r}"


@pytest.mark.parametrize("plain", ["§ 1983", "Muñoz “x”", "a b=c", "", "中文"])
def test_what_can_be_printed_stays_as_it_is(plain):
    line = PlainLines().format(with_fields(query=plain, status=200))
    assert line.endswith(f" query={plain} status=200")


def test_a_fault_is_told_by_its_kind(caplog):
    log_fault(logging.getLogger("service.x"), "it failed", OSError(2, "x", "/secret"))
    (told,) = caplog.records
    assert told.getMessage() == "it failed: FileNotFoundError"
    assert "/secret" not in PlainLines().format(told)
    assert "FileNotFoundError" in PlainLines().format(told)
