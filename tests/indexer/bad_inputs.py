"""Sources that are damaged or wrong, each in a way that happens."""

import bz2
import gzip
import json
import lzma
from collections.abc import Mapping
from typing import Any, Final

import zstandard

from tests.indexer.sources import test_cap as cap
from tests.indexer.sources import test_courtlistener_api as api
from tests.indexer.sources.pdfs import make_pdf
from tests.indexer.sources.reading import record
from tests.indexer.sources.tars import END, extended, header, member
from tests.indexer.sources.test_archives import tarred, zipped
from tests.indexer.sources.test_courtlistener_bulk import tables

PROSE: Final = "The officers searched the house. We affirm what the court below held of it. "
_LINES: Final = "".join(
    json.dumps(record(f"t{n}", f"Case {n}. {PROSE}")) + "\n" for n in range(300)
)
_PACKED: Final = "".join(f"{json.dumps(record(f'p{n}'))}\n" for n in range(9)).encode()


def neutral(case_id: str, **fields: Any) -> str:
    """Return one line with a neutral record."""
    return json.dumps({**record(case_id, f"In {case_id}. {PROSE}"), **fields}) + "\n"


BESIDE: Final = f"A sound text beside it. {PROSE}"
_ENDLESS: Final = "9" * 4301
"""More figures than Python makes a number of."""


_CROWD: Final = " ".join(f"a{n}" for n in range(30_000))


def _listed(*objects: str) -> str:
    return f"[{','.join(objects)}]"


def nested(depth: int) -> list[Any]:
    """Return a list in so many others."""
    made: list[Any] = []
    for _ in range(depth):
        made = [made]
    return made


def _half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _cap(**fields: Any) -> str:
    return json.dumps({**cap.CASE, "casebody": {"status": "ok", "data": cap.BODY}, **fields})


INPUTS: Final[Mapping[str, Mapping[str, bytes | str]]] = {
    "empty text": {"a.txt": b""},
    "blank text": {"a.txt": b" \n\x00\n"},
    "empty lines": {"a.jsonl": b""},
    "empty page": {"a.html": b""},
    "empty pdf": {"a.pdf": b""},
    "empty zip": {"a.zip": zipped({})},
    "empty csv": {"opinions.csv": b"id,cluster_id,plain_text\n"},
    "gz cut": {"a.jsonl.gz": _half(gzip.compress(_LINES.encode()))},
    "xz cut": {"a.jsonl.xz": _half(lzma.compress(_LINES.encode()))},
    "bz2 cut": {"a.jsonl.bz2": _half(bz2.compress(_LINES.encode()))},
    "zst cut": {"a.jsonl.zst": _half(zstandard.compress(_LINES.encode()))},
    "zip cut": {"a.zip": _half(zipped({"a.jsonl": _LINES}))},
    "tar cut": {"a.tar": _half(tarred({"a.jsonl": _LINES}))},
    "tar.gz cut": {"a.tar.gz": _half(gzip.compress(tarred({"a.jsonl": _LINES})))},
    "lines cut": {"a.jsonl": neutral("whole") + neutral("cut")[:40]},
    "list cut": {"a.json": f"[{neutral('whole')},{neutral('cut')[:40]}"},
    "object cut": {"a.json": json.dumps(api.LEAD)[:300]},
    "cap cut": {"a.json": _cap()[:300]},
    "csv cut": {k: v[: len(v) - 30] if k.startswith("opinions") else v for k, v in tables().items()},
    "pdf cut": {"a.pdf": _half(make_pdf([[]]))},
    "scan": {"a.pdf": make_pdf([[]])},
    "text not utf-8": {"a.txt": "Muñoz held.".encode("latin-1")},
    "text utf-16": {"a.txt": "Muñoz held.".encode("utf-16")},
    "lines not utf-8": {"a.jsonl": neutral("m").encode() + b'{"id": "Mu\xf1oz"}\n'},
    "csv not utf-8": {k: v.encode().replace(b"affirm", b"\xf1") for k, v in tables().items()},
    "half a character": {"a.json": '[{"id": "x", "case_name": "A v. B", "opinions": [{"text": "a\\ud800"}]}]'},
    "soup": {"a.html": b"<p><b><table><<>></b>" + b"<div><a href=x>Menu</a>" * 40},
    "nested soup": {"a.html": b"<div>" * 200_000},
    "nested in a record": {"a.jsonl": neutral("n", opinions=[{"text": "<b>" * 50_000 + "x", "format": "html"}])},
    "script alone": {"a.jsonl": neutral("s", opinions=[{"text": "<script>x</script>", "format": "html"}])},
    "page marks alone": {"a.jsonl": neutral("m", opinions=[{"text": "<page-number label=3>*3</page-number>", "format": "html"}])},
    "duplicate id": {"a.jsonl": neutral("d") + neutral("d", status="second")},
    "duplicate id elsewhere": {"a.jsonl": neutral("d"), "b/d.txt": f"Another one of it. {PROSE}"},
    "duplicate opinion id": {"a.jsonl": neutral("d", opinions=[{"id": "1", "text": "One."}, {"id": "1", "text": "Two."}])},
    "the same twice": {"a.jsonl": neutral("one", opinions=[{"text": PROSE * 20}]) + neutral("two", opinions=[{"text": PROSE * 20}])},
    "the same in another format": {
        "a.jsonl": neutral("one", opinions=[{"text": PROSE * 20}]),
        "b.txt": PROSE.replace(" ", "\n") * 20,
    },
    "impossible date": {"a.jsonl": neutral("i", date_filed="2024-13-45")},
    "date in words": {"a.jsonl": neutral("w", date_filed="May 15, 1989")},
    "no opinions": {"a.jsonl": neutral("n", opinions=[])},
    "opinions missing": {"a.jsonl": neutral("n", opinions=None)},
    "opinion without words": {"a.jsonl": neutral("n", opinions=[{"text": "\n"}])},
    "cap without casebody": {"a.json": json.dumps({k: v for k, v in cap.CASE.items() if k != "file_name"})},
    "cap not allowed": {"a.json": _cap(casebody={"status": "error_not_found", "data": None})},
    "cluster without opinions": {"a.json": json.dumps(api.CLUSTER)},
    "opinion of courtlistener without words": {"a.json": json.dumps({**api.LEAD, "html_with_citations": ""})},
    "id with a slash": {"a.jsonl": neutral("a/b")},
    "list in a line": {"a.jsonl": "[1]\n"},
    "metadata for no file": {"metadata.jsonl": '{"file": "gone.txt", "id": "g"}\n', "a.txt": PROSE},
    "unknown court": {"a.jsonl": neutral("u", court_id="ca66") + neutral("v", court_id="ca66") + neutral("w", court_id="scotus")},
    "combined and its parts": {"a.jsonl": neutral("c", opinions=[{"type": "combined", "text": PROSE + "We agree."}, {"type": "lead", "text": PROSE}, {"type": "concurrence", "text": PROSE + "We agree."}])},
    "impossible date of cap": {"a.json": _cap(decision_date="2024-13-45")},
    "picture": {"a.png": b"\x89PNG\r\n\x1a\n" + b"\x00" * 40},
    "tar that goes back": {"a.tar": member("a.txt", PROSE) + header("b.txt", size=-512) + END, "beside.txt": BESIDE},
    "tar of a sparse file without its map": {
        "a.tar": extended({"GNU.sparse.major": "1", "GNU.sparse.minor": "0"}) + member("a.txt", PROSE) + END,
        "beside.txt": BESIDE,
    },
    "tar of headers": {"a.tar": member("long", "name", kind=b"L") * 500 + member("a.txt", PROSE), "beside.txt": BESIDE},
    "tar with a damaged header": {"a.tar": member("a.txt", PROSE) + b"x" + member("b.txt", PROSE)[1:] + END},
    "endless number": {"a.json": _listed(f'{neutral("x")[:-2]}, "n": {_ENDLESS}}}', neutral("after"))},
    "endless number, alone": {"a.json": f'{neutral("x")[:-2]},\n"n": -{_ENDLESS}\n}}'},
    "endless index of a page": {"a.jsonl": neutral("p", opinions=[{
        "text": f'<p>We <span class="star-pagination" data-citation-index="{_ENDLESS}">*3</span> affirm.</p>', "format": "html",
    }])},
    "endless count of citations": {k: v.replace('"31"', f'"{_ENDLESS}"') for k, v in tables().items()},
    "endless id": {"a.json": json.dumps({**api.LEAD, "id": _ENDLESS})},
    "endless name of a file": {"metadata.jsonl": f'{{"file": "{"n" * 300}.txt", "id": "g"}}\n', "a.txt": PROSE},
    "half a character in a field": {"a.json": _listed(
        neutral("j", judges=["A\ud800"]), neutral("c", citations=["\ud800"]),
        neutral("y", opinions=[{"text": "T", "joined_by": ["\udfff"]}]),
        neutral("e", panel={"x": ["\ud800"]}), neutral("k", **{"\ud800": 1}), neutral("after"),
    )},
    "nested field": {"a.jsonl": neutral("n", more=nested(150)) + neutral("after", more=nested(90))},
    "crowded tag": {"a.jsonl": neutral("t", opinions=[{
        "text": f"<p {_CROWD}>Held.</p>", "format": "html",
    }])},
}  # fmt: skip
