"""Sources of every format, whole, and ways in which they come damaged."""

import bz2
import gzip
import json
import lzma
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import zstandard
from hypothesis import strategies as st

from tests.fuzz.texts import opinions
from tests.fuzz.values import changed, json_bytes
from tests.indexer.sources import test_cap as cap
from tests.indexer.sources import test_courtlistener_api as api
from tests.indexer.sources import test_courtlistener_bulk as bulk
from tests.indexer.sources.pdfs import LEFT, Placed, make_pdf
from tests.indexer.sources.reading import record
from tests.indexer.sources.test_archives import FILES, tarred, zipped

_SCRAPS: Final = (
    *(b"\x00", b"\xff", b"\xe2\x80", b"\xed\xa0\x80", b"\\ud800", b"\xef\xbb\xbf", b"\xe2\x80\xae"),
    *(b'"', b"{", b"}", b"[", b"]", b",", b":", b"\\", b"`", b"\n", b"\r", b"1e999", b"NaN", b"-0"),
    *(b"9" * 400, b"-" + b"9" * 5000, b"1e" + b"9" * 400, b"[" + b"0," * 5000 + b"0]"),
    *(b"<", b">", b"<div>", b"</p>", b"<!--", b"&#x110000;", b"<script>", b"null", b"9" * 30),
    *(b"endobj", b"stream", b"/Length -1", b"PK\x03\x04", b"\x1f\x8b", b"%PDF-1.4", b"../", b"0" * 512),
)  # fmt: skip
_SMALL: Final = 200_000
"""Bytes; larger files of a folder of seeds are left alone."""

Folder = Mapping[str, bytes]


def _pdf() -> bytes:
    lines = opinions()[-1].split()[:400]
    rows = [" ".join(lines[at : at + 10]) for at in range(0, len(lines), 10)]
    pages = [
        [Placed(row, LEFT, 700 - 14 * at) for at, row in enumerate(rows[first : first + 20])]
        for first in range(0, len(rows), 20)
    ]
    return make_pdf(pages)


def _page() -> bytes:
    paragraphs = "".join(f"<p>{one}</p>" for one in opinions()[0][:3000].split("\n") if one)
    head = '<title>A v. B, 1 U.S. 1 (1990)</title><meta charset="utf-8">'
    return f"<!doctype html><html><head>{head}</head><body>{paragraphs}</body></html>".encode()


@cache
def sources() -> dict[str, Folder]:
    """Return a small source of each format, by its name."""
    case = json.dumps({**cap.CASE, "casebody": {"status": "ok", "data": cap.BODY}}).encode()
    lines = (json.dumps(record(f"c{at}", one[:2000])) for at, one in enumerate(opinions()[:5]))
    neutral = "\n".join(lines).encode()
    members = {name: _bytes(content) for name, content in FILES.items()}
    tables = {
        f"{name}.csv": bulk.table(bulk.COLUMNS[name], rows).encode()
        for name, rows in bulk.ROWS.items()
    }
    return {
        "neutral lines": {"a.jsonl": neutral},
        "neutral list": {"a.json": b"[" + neutral.replace(b"\n", b",") + b"]"},
        "texts": {"a.txt": opinions()[-1][:5000].encode(), "metadata.jsonl": b'{"file": "a.txt", "id": "x"}'},
        "courtlistener objects": {
            "o.json": json.dumps({"results": [api.LEAD, api.DISSENT]}).encode(),
            "c.json": json.dumps(api.CLUSTER).encode(),
        },
        "courtlistener tables": tables,
        "cap case": {"case.json": case},
        "cap volume": {"cases/0113-01.json": case, "html/0113-01.html": cap.HTML.encode()},
        "page": {"p.html": _page()},
        "pdf": {"p.pdf": _pdf()},
        "zip": {"a.zip": zipped(members)},
        "tar": {"a.tar": tarred(members)},
        "gz": {"a.jsonl.gz": gzip.compress(neutral)},
        "xz": {"a.jsonl.xz": lzma.compress(neutral)},
        "bz2": {"a.jsonl.bz2": bz2.compress(neutral)},
        "zst": {"a.jsonl.zst": zstandard.compress(neutral)},
        "tar.gz": {"a.tar.gz": gzip.compress(tarred(members))},
    }  # fmt: skip


def real_sources(folder: Path) -> Iterator[tuple[str, Folder]]:
    """Yield the small files of ``folder``, each as a source of its own."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.stat().st_size < _SMALL:
            yield str(path.relative_to(folder)), {path.name: path.read_bytes()}


def _bytes(content: bytes | str) -> bytes:
    return content.encode() if isinstance(content, str) else content


@dataclass(frozen=True)
class Damage:
    """One thing that happens to a file; places are shares of its length."""

    kind: str
    at: float
    length: float
    scrap: bytes

    def done_to(self, data: bytes) -> bytes:
        start = int(self.at * len(data))
        end = min(len(data), start + max(1, int(self.length * len(data))))
        changed: dict[str, bytes] = {
            "cut off": data[:start],
            "begins late": data[start:],
            "left out": data[:start] + data[end:],
            "twice": data[:end] + data[start:],
            "put in": data[:start] + self.scrap + data[start:],
            "put over": data[:start] + self.scrap + data[start + len(self.scrap) :],
            "put over block": data[:start] + self.scrap * 3 + data[end:],
            "bit": data[:start]
            + bytes(byte ^ (1 << len(self.scrap) % 8) for byte in data[start : start + 1])
            + data[start + 1 :],
        }
        return changed[self.kind]


_KINDS: Final = ("cut off", "begins late", "left out", "twice", "put in", "put over")
_SHARES: Final = st.floats(0, 1)


def damages() -> st.SearchStrategy[list[Damage]]:
    """One to four things that happen, one after another."""
    one = st.builds(
        Damage,
        kind=st.sampled_from([*_KINDS, "put over block", "bit"]),
        at=_SHARES,
        length=st.sampled_from([0.0, 0.001, 0.01, 0.1, 0.5]),
        scrap=st.sampled_from(_SCRAPS) | st.binary(min_size=1, max_size=8),
    )
    return st.lists(one, min_size=1, max_size=4)


@st.composite
def damaged(draw: st.DrawFn, folders: list[Folder]) -> Any:
    """A folder of ``folders`` with one of its files damaged."""
    folder = draw(st.sampled_from(folders))
    name = draw(st.sampled_from(sorted(folder)))
    data = folder[name]
    for one in draw(damages()):
        data = one.done_to(data)
    return {**folder, name: data}


_RECORDS: Final = (".json", ".jsonl")


def with_records(folders: Mapping[str, Folder]) -> list[Folder]:
    """Return those of ``folders`` that have a file of JSON."""
    return [folder for folder in folders.values() if any(map(_has_records, folder))]


def _has_records(name: str) -> bool:
    return name.endswith(_RECORDS)


@st.composite
def altered(draw: st.DrawFn, folders: list[Folder]) -> Any:
    """A folder of ``folders`` in which one record has other values, names or numbers of things."""
    folder = draw(st.sampled_from(folders))
    name = draw(st.sampled_from(sorted(filter(_has_records, folder))))
    data = folder[name]
    records = data.splitlines() if name.endswith("l") else [data]
    at = draw(st.integers(0, len(records) - 1))
    value = json.loads(records[at])
    for _ in range(draw(st.integers(1, 3))):
        value = changed(draw, value)
    made = [*records[:at], json_bytes(value), *records[at + 1 :]]
    return {**folder, name: b"\n".join(made)}
