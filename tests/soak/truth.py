"""Whether an answer is right: wholly of one build, its words stand there, and it is what it was before."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from http import HTTPStatus
from typing import Any, Final

import orjson

from tests.soak.books import Book
from tests.soak.connection import Reply
from tests.soak.mix import Ask

_PASSAGE: Final = re.compile(r"(.+):(\d+)-(\d+)", re.DOTALL)
_TIMES: Final = re.compile(rb'\\?"took_ms\\?":\s*\{[^}]*\},?')
_REFUSED: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_REFUSED_TOOL: Final = re.compile(rb'(wait|try again in) .*"isError":true')
"""A tool of MCP has no status; a call that began and then found no room is told so in words."""
_KEPT: Final = 50
"""Wrong answers that are told of; all are counted."""


class Verdict(StrEnum):
    """What an answer is."""

    RIGHT = "right"
    REFUSED = "refused"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Words:
    """A stretch of an opinion as an answer gave it."""

    opinion_id: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class _Found:
    """What of an answer is held against a build."""

    digest: bytes | None
    """Of a request that is repeated."""
    status: int
    names: frozenset[str] = frozenset()
    """The builds that it says it is of."""
    words: tuple[Words, ...] = ()
    whole: tuple[str, str] | None = None
    """An opinion's id and its text."""


@dataclass
class Truth:
    """Judges answers by the builds that may have given them."""

    books: Mapping[str, Book]
    """By build id."""
    first: defaultdict[str, dict[Ask, bytes]] = field(default_factory=lambda: defaultdict(dict))
    """By build: digests of the answers to the requests that are repeated, as they were at the start."""
    wrong: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    by_build: Counter[str] = field(default_factory=Counter)
    """Right answers by the build that they name."""

    def learn(self, ask: Ask, reply: Reply, build_id: str) -> None:
        """Take an answer as that which every later one of this build must equal."""
        if ask.same:
            self.first[build_id][ask] = _digest(reply)

    def judge(self, ask: Ask, reply: Reply, builds: frozenset[str]) -> Verdict:
        """Return what the answer is if one of ``builds`` was served; a wrong one is kept in `wrong`.

        One that cannot be read (torn JSON, a part that every answer of its kind has left out) is wrong.
        """
        try:
            return self._judge(ask, reply, builds)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            return self._say(ask, reply, f"cannot be read: {error!r}")

    def _judge(self, ask: Ask, reply: Reply, builds: frozenset[str]) -> Verdict:
        if reply.status in _REFUSED:
            return self._say(ask, reply, _why_no_refusal(reply), Verdict.REFUSED)
        if _REFUSED_TOOL.search(reply.body):
            return self._say(ask, reply, None, Verdict.REFUSED)
        repeated = any(ask in first for first in self.first.values())
        found = _Found(_digest(reply) if repeated else None, reply.status)
        if reply.headers.get("content-type", "").startswith("application/json"):
            answer = orjson.loads(reply.body)
            if reply.status != HTTPStatus.OK and not _is_error(answer):
                return self._say(ask, reply, "not the shape of an error")
            found = _read(ask, found, answer)
        why = self._why_wrong(ask, found, builds)
        if why is None:
            self.counts["compared with the start"] += repeated
            self.counts["words compared with the build"] += len(found.words)
            self.by_build.update(found.names)
        return self._say(ask, reply, why)

    def fail(self, ask: Ask, error: Exception) -> Verdict:
        """Note that no answer came."""
        return self._say(ask, None, f"no answer: {error!r}")

    def _say(
        self, ask: Ask, reply: Reply | None, why: str | None, else_is: Verdict = Verdict.RIGHT
    ) -> Verdict:
        verdict = else_is if why is None else Verdict.WRONG
        self.counts[verdict] += 1
        if why is not None and len(self.wrong) < _KEPT:
            shown = reply.body[:300].decode("utf-8", "replace") if reply else ""
            self.wrong.append(f"{ask.kind} {ask.method} {ask.path} {ask.body}: {why}; {shown}")
        return verdict

    def _why_wrong(self, ask: Ask, found: _Found, builds: frozenset[str]) -> str | None:
        """Return why none of the builds could have given all of it."""
        if len(found.names) > 1:
            return f"of the builds {sorted(found.names)}"
        if not found.names <= builds:
            return f"of the build {found.names}, where {sorted(builds)} are served"
        whys = [
            self._why_not_of(self.books[build_id], ask, found)
            for build_id in sorted(found.names or builds)
        ]
        return None if None in whys else "; ".join(dict.fromkeys(filter(None, whys)))

    def _why_not_of(self, book: Book, ask: Ask, found: _Found) -> str | None:
        status = ask.status
        if ask.passage_id is not None and not book.has(ask.passage_id):
            status = HTTPStatus.NOT_FOUND
        if found.status != status:
            return f"status {found.status}, not {status}"
        if found.digest != self.first[book.build_id].get(ask, found.digest):
            return "another answer than at the start"
        for words in found.words:
            if not book.says(words.opinion_id, words.start, words.end, words.text):
                return f"words that do not stand at {words.start} of {words.opinion_id}"
        if found.whole is not None and not book.is_all_of(*found.whole):
            return f"not the text of {found.whole[0]}"
        return None


def _read(ask: Ask, found: _Found, answer: Any) -> _Found:
    parts = list(_objects(answer))
    return _Found(
        found.digest,
        found.status,
        names=frozenset(part["build_id"] for part in parts if "build_id" in part),
        words=tuple(words for part in parts for words in _stretches(part)),
        whole=(answer["id"], answer["text"])
        if ask.kind == "opinion" and found.status == HTTPStatus.OK
        else None,
    )


def _digest(reply: Reply) -> bytes:
    told = f"{reply.status} {reply.headers.get('content-type')}\n".encode()
    return sha256(told + _TIMES.sub(b"", reply.body)).digest()


def _is_error(answer: Any) -> bool:
    return isinstance(answer, dict) and set(answer.get("error", ())) == {"code", "message", "field"}


def _why_no_refusal(reply: Reply) -> str | None:
    after = reply.headers.get("retry-after", "")
    if not after.isdecimal() or int(after) < 1:
        return f"refused with the Retry-After {after!r}"
    return None if b'"message"' in reply.body or b'"error_msg"' in reply.body else "says nothing"


def _objects(answer: Any) -> Iterator[dict[str, Any]]:
    """Yield every object in a JSON value, that in a text which is JSON not."""
    waiting = [answer]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one


def _stretches(part: dict[str, Any]) -> Iterator[Words]:
    """Yield the stretches of opinions that an object holds: a passage, a place, or the runs of a block."""
    text = part.get("text")
    where = part.get("passage_id", part.get("id"))
    if isinstance(text, str) and isinstance(where, str) and (found := _PASSAGE.fullmatch(where)):
        if "start" in part:
            yield Words(found[1], part["start"], part["end"], text)
        elif "id" in part or "score" in part:  # else it is an excerpt that does not say its place
            yield Words(found[1], int(found[2]), int(found[3]), text)
    if "opinion_id" in part and isinstance(part.get("runs"), list):
        for run in part["runs"]:
            yield Words(part["opinion_id"], run["start"], run["end"], run["text"])
