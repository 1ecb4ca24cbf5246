"""Damaged sources: told of by file and reason, nothing half-read, and the sound file beside them read."""

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import quote

import pytest
from hypothesis import strategies as st
from starlette.testclient import TestClient

from indexer.cleaning import clean_text
from indexer.dates import date_parts
from indexer.filters import Filters
from indexer.records import CaseRecord, OpinionHeader
from indexer.sources import Noticed, Refused, read_sources
from indexer.sources.fields import checked_id
from indexer.store.snapshot import Index
from indexer.store.stored import StoredOpinion
from indexer.store.verify import verify
from service.search import SearchEngine
from tests.embedders import WordHashEmbedder
from tests.fuzz.damage import Folder, altered, damaged, real_sources, sources, with_records
from tests.fuzz.odd_files import Odd, odd_files
from tests.indexer.corpora import build_small
from tests.indexer.sources.reading import record, write
from tests.service.fakes import FakeLive, client_of

SOUND: Final = {"zz/sound.jsonl": json.dumps(record("sound", "This one is sound.")) + "\n"}
UNFORESEEN: Final = "did not foresee"


@contextmanager
def written(folder: Folder, odd: Iterable[Odd] = ()) -> Iterator[Path]:
    """A folder on the disk, with the sound file; left so that it can be removed."""
    with tempfile.TemporaryDirectory() as name:
        root = write(Path(name) / "s", {**folder, **SOUND})
        for one in odd:
            one.put(root)
        try:
            yield root
        finally:
            for path in root.iterdir():
                if not path.is_symlink():
                    path.chmod(0o700)


def check(folder: Folder, odd: Iterable[Odd] = ()) -> None:
    odd = list(odd)
    with written(folder, odd) as root:
        given = list(read_sources([root]))
    ids = [one.case.id for one in given if isinstance(one, CaseRecord)]
    assert "sound" in ids
    assert len(set(ids)) == len(ids)
    for one in given:
        if isinstance(one, CaseRecord):
            assert_whole(one)
        else:
            assert_told(one, root)
    refused = {one.place for one in given if isinstance(one, Refused)}
    for strange in odd:
        told = str(root / strange.name) in refused
        assert told or not strange.told or strange.name in folder, strange


def assert_told(one: Refused | Noticed, root: Path) -> None:
    words = one.reason if isinstance(one, Refused) else one.note
    assert one.place.startswith(str(root))
    assert words.strip()
    assert "\n" not in words
    assert UNFORESEEN not in words
    json.loads(one.to_json_line())


def assert_whole(one: CaseRecord) -> None:
    """See that a record is what its type says, whatever the source had in its place."""
    case = one.case
    assert checked_id(case.id) == case.id
    assert case.name.strip()
    assert case.date_filed is None or date_parts(case.date_filed)
    optional = (case.name_full, case.court_id, case.court, case.court_citation_string)
    more = (case.docket_number, case.status, case.url)
    assert all(text is None or isinstance(text, str) for text in (*optional, *more))
    assert_texts(case.judges)
    assert_texts(case.citations)
    assert case.court_id is None or case.court
    assert_extra(case.extra)
    assert one.opinions
    assert len({words.header.id for words in one.opinions}) == len(one.opinions)
    for words in one.opinions:
        assert_header(words.header, case.id)
        assert words.text.strip()
        assert clean_text(words.text) == words.text
        words.text.encode()
        starts = [mark.start for mark in words.pages]
        assert starts == sorted(starts)
        assert all(0 <= start <= len(words.text) for start in starts)
        assert all(mark.reporter.strip() for mark in words.pages)


def assert_header(header: OpinionHeader, case_id: str) -> None:
    assert header.case_id == case_id
    assert header.id.startswith(f"{case_id}-")
    assert header.author is None or isinstance(header.author, str)
    assert_texts(header.joined_by)
    assert_extra(header.extra)
    assert len(bytes.fromhex(header.source_sha256)) == 32


def assert_texts(texts: tuple[str, ...]) -> None:
    assert isinstance(texts, tuple)
    assert all(isinstance(text, str) for text in texts)


def assert_extra(extra: Mapping[str, Any]) -> None:
    """See that what a source has beside is JSON, and comes back from JSON as it is."""
    assert json.loads(json.dumps(dict(extra), allow_nan=False)) == dict(extra)


@pytest.mark.parametrize("name", sources())
def test_a_damaged_source_is_told_of(fuzz, name):
    fuzz(check, damaged([sources()[name]]))


def test_a_source_with_other_values_is_told_of(fuzz):
    fuzz(check, altered(with_records(sources())))


def test_what_is_no_file_is_told_of_and_not_waited_for(fuzz):
    plain = st.sampled_from([sources()[name] for name in ("neutral lines", "texts", "page", "zip")])
    fuzz(lambda both: check(*both), st.tuples(plain, odd_files()))


def test_a_damaged_real_source_is_told_of(fuzz, seeds):
    if seeds is None:
        pytest.skip("give --fuzz-seeds DIR: a folder of real sources")
    fuzz(check, damaged([folder for _, folder in real_sources(seeds)]))


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[[Index], TestClient]]:
    """Lets one application serve one index after another."""
    live = FakeLive()
    with client_of(live) as client:

        def over(index: Index) -> TestClient:
            live.lent = cast("Any", SearchEngine(index, WordHashEmbedder()))
            return client

        yield over


def test_what_was_read_is_stored_and_served_as_it_was_read(fuzz, serve):
    every, records = list(sources().values()), with_records(sources())

    def store_and_serve(folder: Folder) -> None:
        with written(folder) as root, tempfile.TemporaryDirectory() as made:
            read = [one for one in read_sources([root]) if isinstance(one, CaseRecord)]
            report = build_small(read_sources([root]), Path(made))
            assert not [one.reason for one in report.refused if UNFORESEEN in one.reason]
            assert verify(Path(made)) == []
            with Index.open(Path(made)) as index:
                assert_served(serve(index), index, {one.case.id: one for one in read})

    fuzz(store_and_serve, altered(records) | damaged(every), few=4)


def assert_served(client: TestClient, index: Index, read: Mapping[str, CaseRecord]) -> None:
    """See that every case of an index is what was read, through every address that shows it."""
    entries = index.passages.cases(Filters(), limit=100)
    assert "sound" in {entry.case.id for entry in entries}
    for entry in entries:
        case = read[entry.case.id].case
        shown = answer(client, f"/v1/cases/{quote(case.id)}")
        assert shown["case"]["name"] == case.name
        assert shown["case"]["judges"] == list(case.judges)
        assert shown["case"]["citations"] == list(case.citations)
        assert shown["case"]["extra"] == case.extra
        for header in entry.opinions:
            assert_opinion_served(client, index.passages.opinion(header.id))
    answer(client, "/v1/cases?limit=100")
    answer(client, "/v1/facets")
    answer(client, "/v1/corpus")


def assert_opinion_served(client: TestClient, opinion: StoredOpinion) -> None:
    address, end = f"/v1/opinions/{quote(opinion.header.id)}", len(opinion.text)
    assert answer(client, address)["text"] == opinion.text
    assert answer(client, f"{address}/cite?start=0&end={end}")["text"] == opinion.text
    for one in answer(client, f"{address}/citations")["citations"]:
        assert 0 <= one["start"] < one["end"] <= end
    words = {"query": " ".join(opinion.text.split()[:8])[:500], "k": 3, "context": 1}
    for hit in answer(client, "/v1/search", words)["hits"]:
        passage = answer(client, f"/v1/passages/{quote(hit['passage']['id'])}")
        assert passage["passage"]["text"] == hit["passage"]["text"]


def answer(client: TestClient, url: str, body: Any = None) -> Any:
    found = client.get(url) if body is None else client.post(url, json=body)
    assert found.status_code == 200, (url, found.text)
    return json.loads(found.content, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
