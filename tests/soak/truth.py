"""Whether an answer is right: its words stand in the opinion, it is of one build, and it is what it was before."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from http import HTTPStatus
from typing import Any, Final

import orjson

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

    start: int
    end: int
    sha256: str


@dataclass
class Truth:
    """Judges answers, and keeps what can only be judged once the opinion was read."""

    build_id: str
    first: dict[Ask, bytes] = field(default_factory=dict)
    """Digests of the answers to the requests that are repeated, as they were at the start."""
    open: dict[str, set[Words]] = field(default_factory=dict)
    """By opinion, the stretches that are not yet compared with its text."""
    proven: dict[str, set[Words]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def learn(self, ask: Ask, reply: Reply) -> None:
        """Take an answer as that which every later one must equal."""
        if ask.same:
            self.first[ask] = _digest(reply)

    def judge(self, ask: Ask, reply: Reply) -> Verdict:
        """Return what the answer is; a wrong one is kept in `wrong`."""
        if reply.status in _REFUSED:
            return self._say(ask, reply, _why_no_refusal(reply), Verdict.REFUSED)
        if _REFUSED_TOOL.search(reply.body):
            return self._say(ask, reply, None, Verdict.REFUSED)
        if reply.status != ask.status:
            return self._say(ask, reply, f"status {reply.status}, not {ask.status}")
        if ask in self.first and _digest(reply) != self.first[ask]:
            return self._say(ask, reply, "another answer than at the start")
        self.counts["compared with the start"] += ask in self.first
        if not reply.headers.get("content-type", "").startswith("application/json"):
            return self._say(ask, reply, None)
        return self._say(ask, reply, self._why_wrong(ask, orjson.loads(reply.body)))

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

    def _why_wrong(self, ask: Ask, answer: Any) -> str | None:
        if ask.status != HTTPStatus.OK:
            shape = isinstance(answer, dict) and set(answer.get("error", ())) == {
                "code", "message", "field",
            }  # fmt: skip
            return None if shape else "not the shape of an error"
        for part in _objects(answer):
            if part.get("build_id", self.build_id) != self.build_id:
                return f"of the build {part['build_id']}"
            for opinion_id, words in _stretches(part):
                if not self._stands(opinion_id, words):
                    return f"words that do not stand at {words.start} of {opinion_id}"
        return self._read(answer) if ask.kind == "opinion" else None

    def _stands(self, opinion_id: str, words: Words) -> bool:
        if words not in self.proven.get(opinion_id, ()):
            self.open.setdefault(opinion_id, set()).add(words)
        return words.end > words.start

    def _read(self, opinion: dict[str, Any]) -> str | None:
        waiting = self.open.pop(opinion["id"], set())
        text = opinion["text"]
        for words in waiting:
            self.counts["words compared with the opinion"] += 1
            if _hash(text[words.start : words.end]) != words.sha256:
                return f"an answer had other words than {opinion['id']} at {words.start}"
        self.proven.setdefault(opinion["id"], set()).update(waiting)
        return None


def _digest(reply: Reply) -> bytes:
    told = f"{reply.status} {reply.headers.get('content-type')}\n".encode()
    return sha256(told + _TIMES.sub(b"", reply.body)).digest()


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


def _stretches(part: dict[str, Any]) -> Iterator[tuple[str, Words]]:
    """Yield the stretches of opinions that an object holds: a passage, a place, or the runs of a block."""
    text = part.get("text")
    where = part.get("passage_id", part.get("id"))
    if isinstance(text, str) and isinstance(where, str) and (found := _PASSAGE.fullmatch(where)):
        if "start" in part:
            yield found[1], Words(part["start"], part["end"], _hash(text))
        elif "id" in part or "score" in part:  # else it is an excerpt that does not say its place
            yield found[1], Words(int(found[2]), int(found[3]), _hash(text))
    if "opinion_id" in part and isinstance(part.get("runs"), list):
        for run in part["runs"]:
            yield part["opinion_id"], Words(run["start"], run["end"], _hash(run["text"]))


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()
