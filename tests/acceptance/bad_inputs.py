"""Bad input, each with a name, what is given, and what is answered: over HTTP, to the command, as files.

Requests of every address, dialect and key, and lines of the command; the sources that cannot be read are
in `tests/indexer/bad_inputs.py`, the requests whose every answer is fixed in
`tests/service/test_bad_requests.py` and `tests/service/dialects/bad_requests.py`, which are asked here once
more of the real service.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from tests.service.dialects.bad import Bad as BadOfDialect
from tests.service.dialects.bad import wrong
from tests.service.dialects.bad_requests import TABLE as DIALECTS
from tests.service.test_bad_requests import TABLE, Bad

_JSON: Final = (("Content-Type", "application/json"),)
_MCP: Final = (*_JSON, ("Accept", "application/json, text/event-stream"))
_FAKE: Final = frozenset(
    {"rerank without a reranker", "context of a passage", "101 like a passage", "body too large"}
)
"""Cases of the other table that hold for its made-up index only."""


@dataclass(frozen=True)
class Sent:
    """A request, the status of its answer and words that stand in it."""

    name: str
    method: str
    path: str
    status: int
    words: tuple[str, ...]
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()
    amiss: Callable[[int, Any], str] | None = None
    """Says what is not as it should be of status and JSON, where words alone say too little."""


def _of(bad: Bad) -> Sent:
    body = bad.raw if bad.body is None else json.dumps(bad.body).encode()
    headers = bad.headers or (_JSON if body is not None else ())
    words = (bad.code, *bad.words) if bad.field is None else (bad.code, bad.field, *bad.words)
    return Sent(bad.name, bad.method, bad.url, bad.status, words, body, headers)


def _of_dialect(bad: BadOfDialect) -> Sent:
    amiss = partial(wrong, bad)
    return Sent(bad.name, bad.method, bad.path, bad.status, (), bad.body, bad.headers, amiss)


def _post(name: str, path: str, body: Any, status: int, *words: str, **more: Any) -> Sent:
    return Sent(
        name, "POST", path, status, words, json.dumps(body).encode(), **{"headers": _JSON, **more}
    )


def _tool(name: str, tool: str, status: int, *words: str, **arguments: Any) -> Sent:
    return _post(name, f"/dialects/tools/{tool}", arguments, status, *words)


def _mcp(name: str, status: int, *words: str, **fields: Any) -> Sent:
    body = {"jsonrpc": "2.0", "id": 1, **fields}
    return _post(name, "/mcp", body, status, *words, headers=_MCP)


_ROOM: Final = 16 * 1024 * 1024 + 1

REQUESTS: Final = [
    *(_of(bad) for bad in TABLE if bad.name not in _FAKE),
    # the other addresses
    _post("context without room", "/v1/context", {"query": "force", "max_tokens": 1}, 422, "max_tokens"),
    _post("context in another format", "/v1/context", {"query": "force", "format": "pdf"}, 422, "'markdown'"),
    _post("draft that is a list", "/v1/verify", {"text": ["x"]}, 422, "text", "string"),
    _post("draft without words", "/v1/verify", {"text": ""}, 422, "text"),
    Sent("citation that is none", "GET", "/v1/citations?ref=0", 422, ("neither a citation nor the name",)),
    Sent("citation too long", "GET", f"/v1/citations?ref={'x' * 501}", 422, ("ref",)),
    Sent("forum that is no court", "GET", "/v1/search?q=x&forum=nowhere", 422, ("forum", "courts-db")),
    Sent("path with dots", "GET", "/static/..%2f..%2fsettings.py", 404, ("unknown_route",)),
    Sent("file that is not served", "GET", "/static/index.html", 404, ("unknown_route",)),
    Sent("reading view of nothing", "GET", "/o/", 404, ("unknown_route",)),
    Sent("metrics by POST", "POST", "/metrics", 405, ("method_not_allowed",), b""),
    Sent("a method of its own", "BREW", "/v1/search", 400, ("bad_request",)),
    Sent("body that is too large", "POST", "/v1/search", 413, ("body_too_large",), b" " * _ROOM, _JSON),
    Sent("id with a NUL", "GET", "/v1/opinions/a%00b", 404, ("no opinion",)),
    Sent("id of 10,000 letters", "GET", f"/v1/opinions/{'a' * 10_000}", 404, ("no opinion",)),
    # dialects
    *(_of_dialect(bad) for bad in DIALECTS),
    _tool("tool: start behind the end", "read_opinion", 422, "behind the end",
          opinion_id="ca6-2008-floyd-v-detroit-combined", start=10**9),
    _mcp("MCP: method unknown", 200, "-32601", method="tools/burn"),
    _mcp("MCP: tool unknown", 200, "burn", method="tools/call", params={"name": "burn", "arguments": {}}),
    _mcp("MCP: argument unknown", 200, '"isError":true', "colour",
         method="tools/call", params={"name": "search", "arguments": {"query": "x", "colour": 1}}),
    _mcp("MCP: score that is no number", 200, '"isError":true', "min_score", "finite number",
         method="tools/call", params={"name": "search_opinions", "arguments": {"query": "x", "min_score": float("nan")}}),
    _mcp("MCP: question of blanks", 200, '"isError":true', "only white space",
         method="tools/call", params={"name": "search", "arguments": {"query": " "}}),
    _mcp("MCP: id of 10,000 letters", 200, '"isError":true', "at most 5000 characters",
         method="tools/call", params={"name": "fetch", "arguments": {"id": "x" * 10_000}}),
    Sent("MCP: not JSON", "POST", "/mcp", 400, ("-32700",), b"{", _MCP),
    Sent("MCP: another revision", "POST", "/mcp", 400, ("protocolVersion",),
         b'{"jsonrpc":"2.0","id":1,"method":"tools/list"}', (*_MCP, ("MCP-Protocol-Version", "1999-01-01"))),
    Sent("MCP: a page of another site", "POST", "/mcp", 403, ("origin",), b"{}", (*_MCP, ("Origin", "https://evil.example"))),
    Sent("MCP: GET", "GET", "/mcp", 405, ("method_not_allowed",)),
]  # fmt: skip
"""Asked of the real service over the index of the two seeds, without keys."""


def _with(name: str, status: int, path: str, *words: str, **headers: str) -> Sent:
    named = tuple((key.replace("_", "-"), value) for key, value in headers.items())
    return Sent(name, "GET", path, status, words, headers=named)


WITHOUT_A_KEY: Final = [
    _with("no key", 401, "/v1/search?q=x", "unauthorized"),
    _with("a key that is none", 401, "/v1/search?q=x", "unauthorized", Authorization="Bearer x"),
    _with("another scheme", 401, "/v1/search?q=x", "unauthorized", Authorization="Basic eDp4"),
    _with("a key in the address", 401, "/v1/search?q=x&key={key}", "unauthorized"),
    _with("a key in a cookie", 401, "/v1/search?q=x", "unauthorized", Cookie="key={key}"),
    _with("a key of 10,000 letters", 401, "/v1/cases", "unauthorized", X_API_Key="x" * 10_000),
    _with("a revoked key", 403, "/v1/cases", "forbidden", Authorization="Bearer {revoked}"),
    _with("Dify without a key", 401, "/dialects/dify/retrieval", '"error_code":1001'),
    _with("Dify with a key that is none", 401, "/dialects/dify/retrieval", '"error_code":1002', Authorization="Bearer x"),
    _with("MCP without a key", 401, "/mcp", "unauthorized"),
    _with("metrics without a key", 401, "/metrics", "unauthorized"),
    _with("an unknown address without a key", 401, "/nowhere", "unauthorized"),
]  # fmt: skip
"""Asked of a service with keys; ``{key}`` is a good one, ``{revoked}`` one that was revoked."""


@dataclass(frozen=True)
class Wire:
    """Bytes that are no request; the first line of what comes back, or nothing: closed."""

    name: str
    sent: bytes
    status: int
    words: tuple[str, ...] = ()


WIRE: Final = [
    Wire("not HTTP", b"hello\r\n\r\n", 400),
    Wire("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64) + b"\r\n\r\n", 400),
    Wire("header without a colon", b"GET /healthz HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n", 400),
    Wire("length that is no number", b"POST /v1/search HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n", 400),
    Wire("length and chunks", b"POST /v1/search HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    Wire("chunk that is no number", b"POST /v1/search HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n", 400),
    Wire("headers that are too large", b"GET /healthz HTTP/1.1\r\nHost: x\r\nA: " + b"b" * 140_000 + b"\r\n\r\n", 431),
    Wire("headers that are too many", b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 256 + b"\r\n", 431),
    Wire("trailers that are too many", b"POST /v1/search HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n" + b"A: b\r\n" * 300, 431),
]  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A line of the command, its exit code and words of standard error."""

    name: str
    words: tuple[str, ...]
    code: int
    says: tuple[str, ...]
    before: Callable[[Path], None] | None = None
    """Makes what is wrong, in the folder that the command is run in."""
    env: tuple[tuple[str, str], ...] = field(default=())


def _line(name: str, words: str, code: int, *says: str, **more: Any) -> Line:
    return Line(name, tuple(words.split(" ")), code, says, **more)


def _build(folder: Path) -> Path:
    return folder / "index" / "builds" / (folder / "index" / "CURRENT").read_text().strip()


def _tear(folder: Path) -> None:
    vectors = _build(folder) / "vectors.faiss"
    vectors.write_bytes(vectors.read_bytes()[:1000])


def _flip(folder: Path) -> None:
    path = _build(folder) / "vectors.faiss"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _empty(folder: Path) -> None:
    (_build(folder) / "passages.sqlite").write_bytes(b"")


def _no_manifest(folder: Path) -> None:
    (_build(folder) / "manifest.json").unlink()


def _manifest_of_nothing(folder: Path) -> None:
    (_build(folder) / "manifest.json").write_text("[]")


def _current(text: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / "index" / "CURRENT").write_text(text)

    return write


def _of_the_future(folder: Path) -> None:
    path = _build(folder) / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format_version": 99}))


def _alter(folder: Path) -> None:
    path = _build(folder) / "manifest.json"
    told = json.loads(path.read_text())
    told["calibration"]["hybrid"]["slope"] += 1
    path.write_text(json.dumps(told))


def _stray(folder: Path) -> None:
    (_build(folder) / "old.txt").write_text("")


def _none_opens(folder: Path) -> None:
    _tear(folder)
    (folder / "index" / "CURRENT").write_text("")


_ENV: Final = "OPINION_SEARCH_"
LINES: Final = [
    _line("no such command", "fly", 2, "No such command 'fly'"),
    _line("build: no source", "build", 2, "Missing argument 'SOURCE'"),
    _line("build: source that is not there", "build nowhere --index index", 1, "nowhere: there is no such file or folder"),
    _line("build: empty folder", "build empty --index index", 1, "no opinion to index was found"),
    _line("build: empty file", "build void.jsonl --index index", 1, "void.jsonl: the file is empty"),
    _line("build: picture", "build picture.png --index index", 1, "picture.png: skipped"),
    _line("build: index is a file", "build cases.jsonl --index file", 1, "a file stands where a folder is needed"),
    _line("build: index below a file", "build cases.jsonl --index file/below", 1, "a file stands where a folder is needed"),
    _line("build: index where none can be", "build cases.jsonl --index /proc/none", 1, "no folder can be made there"),
    _line("build: name too long", f"build cases.jsonl --index {'x' * 300}", 1, "its name is too long"),
    _line("build: model unknown", "build cases.jsonl --index index --model nobody", 1, "no model named 'nobody'"),
    _line("build: 0 jobs", "build cases.jsonl --index index --jobs 0", 2, "greater than or equal to 1"),
    _line("build: option unknown", "build cases.jsonl --colour", 2, "No such option: --colour"),
    _line("add: no index", "add cases.jsonl --index absent", 1, "absent: there is no such folder"),
    _line("remove: case unknown", "remove nobody --index index", 1, "no case with the id 'nobody'"),
    _line("remove: all of it", "remove ca6-2008-floyd-v-detroit ca6-2005-sample-v-bailey --index index", 1, "would leave no case"),
    Line("search: empty", ("search", "", "--index", "index"), 2, ("is empty",)),
    Line("search: too long", ("search", "x" * 20_001, "--index", "index"), 2, ("at most 20000 characters",)),
    _line("search: no index", "search x --index absent", 1, "absent: there is no such folder"),
    _line("search: 101 hits", "search x --index index -k 101", 2, "less than or equal to 100"),
    _line("search: filter without a value", "search x --index index --filter court", 2, "is not NAME=VALUE"),
    _line("search: filter unknown", "search x --index index --filter colour=red", 2, "no such field", "binding_on"),
    _line("search: date of no calendar", "search x --index index --filter date_filed.gte=soon", 2, "YYYY-MM-DD"),
    _line("search: lane unknown", "search x --index index --lane history", 2, "'procedural_history'"),
    _line("search: forum unknown", "search x --index index --forum nowhere", 2, "no court has the id 'nowhere'"),
    _line("serve: port out of range", "serve --index index --port 70000", 2, "less than or equal to 65535"),
    _line("serve: host that is none", "serve --index index --host nowhere.invalid", 1, "there is no such address"),
    _line("serve: host that is no name", "serve --index index --host a..b", 1, "there is no such address"),
    _line("serve: to all without a key", "serve --index index --host 0.0.0.0", 2, "no key is set"),
    _line("serve: setting unknown", "serve --index index", 2, "did you mean OPINION_SEARCH_PORT?", env=((f"{_ENV}PORTS", "1"),)),
    _line("serve: setting out of range", "serve --index index", 2, "MAX_QUEUE", env=((f"{_ENV}MAX_QUEUE", "-1"),)),
    _line("serve: dialect unknown", "serve --index index", 2, "'courtlistener'", env=((f"{_ENV}DIALECTS", "klingon"),)),
    _line("serve: proxy by name", "serve --index index", 2, "TRUSTED_PROXIES: each must be an address or a network", env=((f"{_ENV}TRUSTED_PROXIES", "proxy.example"),)),
    _line("serve: keys that are no hashes", "serve --index index", 2, "NAME:SHA256", env=((f"{_ENV}KEYS", "anna"),)),
    _line("serve: file of keys that is none", "serve --index index", 1, "file, line 1: is not JSON", env=((f"{_ENV}KEYS_FILE", "file"),)),
    _line("keys: name with a space", "keys new a/b --keys-file keys.jsonl", 1, "1 to 64 letters"),
    _line("keys: no file", "keys list --keys-file absent.jsonl", 1, "there is no such file"),
    _line("keys: revoked in no file", "keys revoke anna --keys-file absent.jsonl", 1, "there is no such file"),
    _line("keys: file is a folder", "keys list --keys-file index", 1, "cannot be read: is a directory"),
    _line("rollback: no older build", "rollback --index index", 1, "no build older than"),
    _line("rollback: none that opens", "rollback --index index", 1, "is passed over: ", "vectors.faiss", "no build to go back to can be opened", before=_none_opens),
    _line("rollback: no build at all", "rollback --index empty", 1, "no build has been published here"),
    _line("rollback: engine that is none", "rollback --index index --engine db", 1, "OPINION_SEARCH_ENGINE"),
    _line("models pairs: into no folder", "models pairs --index index --out nowhere/pairs.jsonl", 1, "nowhere"),
    _line("mcp: no index", "mcp --index absent", 1, "absent: there is no such folder"),
    _line("index: empty folder", "verify --index empty", 1, "no build has been published here"),
    _line("index: vectors torn", "verify --index index", 1, "vectors.faiss", "bytes instead of", before=_tear),
    _line("index: a bit of the vectors turned", "verify --index index", 1, "vectors.faiss", before=_flip),
    _line("index: texts emptied", "search x --index index", 1, "passages.sqlite", before=_empty),
    _line("index: no manifest", "info --index index", 1, "manifest.json", before=_no_manifest),
    _line("index: manifest of another shape", "info --index index", 1, "manifest.json", before=_manifest_of_nothing),
    _line("index: of a later program", "info --index index", 1, "index format 99", before=_of_the_future),
    _line("index: a value of the manifest altered", "info --index index", 1, "manifest.json: a value in the manifest was altered", before=_alter),
    _line("index: a file that is not of it", "verify --index index", 1, "old.txt: is not of this build", "remove it", before=_stray),
    _line("index: CURRENT empty", "info --index index", 1, "CURRENT", before=_current("")),
    _line("index: CURRENT leads out of it", "info --index index", 1, "CURRENT does not hold a build id", before=_current("../../etc\n")),
    _line("index: CURRENT names no build", "info --index index", 1, "is not there", before=_current("20200101T000000.000000Z\n")),
]  # fmt: skip
"""Run in a folder with a good index, a good source, and what else is named."""
