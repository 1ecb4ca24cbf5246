"""What the clients of a soak ask: every kind of request that users make, bad ones among them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from random import Random
from typing import Any, Final, TypeAlias
from urllib.parse import quote, urlencode

import httpx2

from tests.acceptance.questions import OFF_TOPIC, ON_TOPIC

_OPINIONS: Final = 60
_PAGES: Final = 40
"""Of the catalogue, at the most."""
_SOME: Final = 3
"""Requests that are repeated, for each unit of a kind's weight."""
_MCP: Final = {
    "Accept": "application/json, text/event-stream",
    "MCP-Protocol-Version": "2025-11-25",
}


@dataclass(frozen=True)
class Ask:
    """One request, and what status its answer must have."""

    kind: str
    method: str
    path: str
    body: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    status: int = 200
    same: bool = True
    """Whether equal requests on one build get equal answers; the times in an answer apart."""
    passage_id: str | None = None
    """The passage that it names: a build that has none of that id answers 404."""

    @cached_property
    def wire(self) -> bytes:
        """The request as it is sent."""
        body = (self.body or "").encode()
        headers = [("Host", "soak"), *self.headers]
        if self.body is not None:
            headers += [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
        return f"{self.method} {self.path} HTTP/1.1\r\n{lines}\r\n".encode() + body


@dataclass(frozen=True)
class Ground:
    """What of the corpus the requests are made of."""

    cases: tuple[dict[str, Any], ...]
    opinions: tuple[dict[str, Any], ...]
    passage_ids: tuple[str, ...]

    def words(self, drawn: Random, least: int, most: int) -> str:
        """Return some consecutive words of an opinion, without quotation marks."""
        words = drawn.choice(self.opinions)["text"].split()
        count = min(drawn.randint(least, most), len(words))
        at = drawn.randrange(len(words) - count + 1)
        return " ".join(words[at : at + count]).translate({34: None, 0x201C: None, 0x201D: None})

    def question(self, drawn: Random) -> str:
        """Return a question in plain words, or what somebody would paste."""
        return drawn.choice(
            (
                lambda: drawn.choice(ON_TOPIC + OFF_TOPIC),
                lambda: f"{drawn.choice(ON_TOPIC)} {self.words(drawn, 2, 5)}",
                lambda: self.words(drawn, 5, 25),
                lambda: self.words(drawn, 25, 400 if drawn.random() < 0.1 else 80),
            )
        )()


def survey(client: httpx2.Client, drawn: Random) -> Ground:
    """Read the catalogue and some opinions over HTTP."""
    cases: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    for _ in range(_PAGES):
        page = client.get("/v1/cases", params={"limit": 100, **cursor}).json()
        cases += page["cases"]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    opinions, passages = [], []
    for case in drawn.sample(cases, min(_OPINIONS, len(cases))):
        found = client.get(f"/v1/cases/{quote(case['id'], safe='')}").json()["opinions"][0]
        opinions.append(client.get(f"/v1/opinions/{quote(found['id'], safe='')}").json())
        passages += [found["first_passage_id"]] if found["first_passage_id"] else []
    return Ground(tuple(cases), tuple(opinions), tuple(passages))


def first_passages(client: httpx2.Client, ground: Ground) -> Ground:
    """Return the ground with what the first passages of its opinions are called in the build that is served now, too."""
    called = []
    for case_id in {one["case"]["id"] for one in ground.opinions}:
        opinions = client.get(f"/v1/cases/{quote(case_id, safe='')}").json()["opinions"]
        called += [one["first_passage_id"] for one in opinions[:1] if one["first_passage_id"]]
    return replace(ground, passage_ids=(*ground.passage_ids, *sorted(called)))


Make: TypeAlias = Callable[[Ground, Random], Ask]


def _post(kind: str, path: str, body: Mapping[str, Any], **more: Any) -> Ask:
    return Ask(kind, "POST", path, json.dumps(body), **more)


def _search(kind: str, **choices: Any) -> Make:
    return lambda ground, drawn: _post(
        kind, "/v1/search", {"query": ground.question(drawn), **choices}
    )


def _filtered(ground: Ground, drawn: Random) -> Ask:
    case = drawn.choice(ground.cases)
    filters = drawn.choice(
        (
            {"court": [case["court_id"]]} if case["court_id"] else {"status": ["published"]},
            {"date_filed": {"gte": (case["date_filed"] or "1990")[:4]}},
            {"section_role": ["analysis", "facts"]},
            {"opinion_type": ["dissent", "concurrence"]},
            {"case_id": [case["id"]]},
        )
    )
    return _post("filters", "/v1/search", {"query": ground.question(drawn), "filters": filters})


def _phrase(ground: Ground, drawn: Random) -> Ask:
    query = f'"{ground.words(drawn, 3, 6)}" {ground.words(drawn, 2, 4)}'
    return _post("phrase", "/v1/search", {"query": query})


def _batch(ground: Ground, drawn: Random) -> Ask:
    return _post(
        "batch",
        "/v1/search/batch",
        {"searches": [{"query": ground.question(drawn), "k": 5} for _ in range(3)]},
    )


def _by_address(ground: Ground, drawn: Random) -> Ask:
    named = {"q": ground.words(drawn, 3, 20), "k": 5, "date_filed.gte": "1950"}
    return Ask("search_get", "GET", f"/v1/search?{urlencode(named)}")


def _verify(ground: Ground, drawn: Random) -> Ask:
    opinion = drawn.choice(ground.opinions)
    cites = opinion["case"]["citations"] or ["490 U.S. 386"]
    words = ground.words(drawn, 8, 25)
    return _post(
        "verify",
        "/v1/verify",
        {"text": f"The court said that “{words}.” {opinion['case']['name']}, {cites[0]}."},
    )


def _context(ground: Ground, drawn: Random) -> Ask:
    return _post(
        "context",
        "/v1/context",
        {"query": ground.question(drawn), "max_tokens": drawn.choice((500, 1500, 3000))},
    )


def _opinion(ground: Ground, drawn: Random) -> Ask:
    return read(drawn.choice(ground.opinions)["id"])


def read(opinion_id: str) -> Ask:
    """Return the request for an opinion."""
    return Ask("opinion", "GET", f"/v1/opinions/{quote(opinion_id, safe='')}")


def _passage(ground: Ground, drawn: Random) -> Ask:
    more = drawn.choice(("?context=2", "/similar?k=5"))
    passage_id = drawn.choice(ground.passage_ids)
    path = f"/v1/passages/{quote(passage_id, safe='')}{more}"
    return Ask("passage", "GET", path, passage_id=passage_id)


def _catalogue(ground: Ground, drawn: Random) -> Ask:
    case = drawn.choice(ground.cases)
    ref = (case["citations"] or [case["name"]])[0]
    where = (
        f"/v1/cases?limit=20&date_filed.gte={(case['date_filed'] or '1990')[:4]}",
        f"/v1/cases/{quote(case['id'], safe='')}/citing",
        f"/v1/citations?{urlencode({'ref': ref})}",
    )
    return Ask("catalogue", "GET", drawn.choice(where))


def _page(ground: Ground, drawn: Random) -> Ask:
    opinion_id = quote(drawn.choice(ground.opinions)["id"], safe="")
    where = drawn.choice(("/", "/static/page.js", "/static/page.css", f"/o/{opinion_id}"))
    return Ask("page", "GET", where, headers=(("Accept", "text/html"),))


def _mcp(ground: Ground, drawn: Random) -> Ask:
    name, k = drawn.choice((("search", {}), ("search_opinions", {"k": 5})))
    arguments = {"query": ground.question(drawn), **k}
    call = {"name": name, "arguments": arguments}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    return _post("mcp", "/mcp", body, headers=tuple(_MCP.items()))


def _dialect(ground: Ground, drawn: Random) -> Ask:
    query = ground.question(drawn)
    setting = {"top_k": 4, "score_threshold": 0.0}
    asked = {"knowledge_id": "opinions", "query": query, "retrieval_setting": setting}
    dify = _post("dialect", "/dialects/dify/retrieval", asked)
    path = "/dialects/openai/v1/vector_stores/opinions/search"
    return drawn.choice((dify, _post("dialect", path, {"query": query, "max_num_results": 5})))


_JSON: Final = (("Content-Type", "application/json"),)
_BAD: Final = (
    Ask("bad", "POST", "/v1/search", '{"query": ""}', status=422),
    Ask("bad", "POST", "/v1/search", '{"query": "force", "k": 1000}', status=422),
    Ask("bad", "POST", "/v1/search", '{"query": "force", "colour": 1}', status=422),
    Ask("bad", "POST", "/v1/search", '{"query": "force", "filters": {"court": 5}}', status=422),
    Ask("bad", "POST", "/v1/search", '{"query": ', status=400),
    Ask("bad", "POST", "/v1/search", json.dumps({"query": "x" * 20_001}), status=422),
    Ask("bad", "POST", "/v1/search/batch", '{"searches": []}', status=422),
    Ask("bad", "GET", "/v1/search?k=3", status=422),
    Ask("bad", "GET", "/v1/opinions/there-is-none", status=404),
    Ask("bad", "GET", "/v1/passages/there-is-none:0-5/similar", status=404),
    Ask("bad", "GET", "/v1/cases?cursor=broken", status=422),
    Ask("bad", "GET", "/nowhere", status=404),
    Ask("bad", "DELETE", "/v1/search", status=405),
)


def _bad(ground: Ground, drawn: Random) -> Ask:
    return drawn.choice(_BAD)


def _status(ground: Ground, drawn: Random) -> Ask:
    return Ask("status", "GET", drawn.choice(("/readyz", "/metrics", "/healthz")), same=False)


KINDS: Final[Mapping[str, tuple[int, Make]]] = {
    "search": (30, _search("search")),
    "by_case": (10, _search("by_case", group_by="case")),
    "explained": (5, _search("explained", explain=True, context=1, k=20)),
    "rerank": (1, _search("rerank", rerank=True)),
    "filters": (10, _filtered),
    "phrase": (4, _phrase),
    "batch": (2, _batch),
    "search_get": (5, _by_address),
    "verify": (3, _verify),
    "context": (4, _context),
    "opinion": (6, _opinion),
    "passage": (4, _passage),
    "catalogue": (4, _catalogue),
    "page": (5, _page),
    "mcp": (4, _mcp),
    "dialect": (3, _dialect),
    "bad": (5, _bad),
    "status": (1, _status),
}
"""Of each kind, how many in the hundred or so, and how one is made."""


class Mix:
    """Deals requests: half of them from a fixed set, asked again and again, half never seen before.

    As from a deck of cards, dealt whole before it is shuffled again: where one kind is a hundred times as
    dear as another, minutes that hold more of it by chance would be slower ones.
    """

    def __init__(self, ground: Ground, drawn: Random) -> None:
        self._ground, self._drawn = ground, drawn
        self._deck: list[str] = []
        self._fixed = {
            kind: [make(ground, drawn) for _ in range(_SOME * weight)]
            for kind, (weight, make) in KINDS.items()
        }

    @property
    def fixed(self) -> list[Ask]:
        """The requests that are repeated."""
        return [ask for asks in self._fixed.values() for ask in asks]

    def draw(self) -> Ask:
        """Return the next request."""
        if not self._deck:
            self._deck = [kind for kind, (weight, _) in KINDS.items() for _ in range(weight)]
            self._drawn.shuffle(self._deck)
        kind = self._deck.pop()
        if self._drawn.random() < 0.5:  # half
            return self._drawn.choice(self._fixed[kind])
        return KINDS[kind][1](self._ground, self._drawn)
