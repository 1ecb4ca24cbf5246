"""The line from records to a published build: order, true counts, nothing done twice, nothing half done."""

import gc
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from threading import Lock
from time import monotonic, process_time, sleep

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.build import BuildReport, Progress, helpers_for, merged
from indexer.cost import Cost
from indexer.errors import BuildLockedError, EmptyCorpusError, IndexMissingError, SourceError
from indexer.passages import cut_passages
from indexer.records import CaseRecord, Passage, PassageLimits
from indexer.sections import split_sections
from indexer.sources import Refused
from indexer.store import manifest
from indexer.store.files import BUILDS, CACHE, build_lock, current_build, list_builds
from indexer.store.snapshot import Index
from indexer.store.verify import verify
from models.base import FloatMatrix, TokenSpans
from models.errors import ModelCorruptError
from tests.embedders import WordHashEmbedder
from tests.indexer.corpora import LIMITS, build_small, case, cases, sentences
from tests.indexer.store.making import opinion, record

REFUSED = Refused(place="a.jsonl:3", reason="not JSON", case_id=None)
MODEL = WordHashEmbedder()


class Failing(WordHashEmbedder):
    """Breaks when it has embedded ``most`` texts, of however many blocks at once."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.left = most
        self._counting = Lock()

    def embed_passages(self, texts: Sequence[str], /) -> FloatMatrix:
        with self._counting:
            self.left -= len(texts)
            if self.left < 0:
                raise RuntimeError("the model broke")
        return super().embed_passages(texts)


class Splitting(WordHashEmbedder):
    """Takes a question mark for a hundred tokens."""

    def token_spans(self, text: str, /) -> TokenSpans:
        spans = super().token_spans(text)
        times = [100 if text[start] == "?" else 1 for start in spans[:, 0]]
        return np.repeat(spans, times, axis=0)


def passages_by_hand(records: Iterable[CaseRecord]) -> list[Passage]:
    made: list[Passage] = []
    for one in records:
        for words in one.opinions:
            parts = split_sections(words.text, opinion_type=words.header.type)
            for position, section in enumerate(parts):
                made += cut_passages(
                    words,
                    section,
                    position=position,
                    first_row=len(made),
                    token_spans=MODEL.token_spans,
                    limits=LIMITS,
                )
    return made


def content(root: Path) -> tuple[list[CaseRecord], list[Passage], list[list[float]]]:
    with Index.open(root) as index:
        rows = np.arange(len(index.vectors), dtype=np.int64)
        passages = [stored.passage for stored in index.passages.fetch(rows)]
        return list(index.passages.records()), passages, index.vectors.vectors(rows).tolist()


def lexical_answers(root: Path) -> list[list[tuple[int, float]]]:
    with Index.open(root) as index:
        found = [index.lexical.search([term], 50) for term in ("forc", "rent", "court", "held")]
        return [list(zip(f.rows.tolist(), f.scores.tolist(), strict=True)) for f in found]


def no_parts(root: Path) -> bool:
    return not list((root / BUILDS).glob(".*"))


def test_rows_are_the_passages_of_the_records_in_their_order(tmp_path) -> None:
    records = cases(7)
    report = build_small(records, tmp_path, block=5)
    kept, passages, vectors = content(tmp_path)
    expected = passages_by_hand(records)
    assert kept == records
    assert passages == expected
    assert [passage.row for passage in passages] == list(range(len(expected)))
    assert vectors == MODEL.embed_passages([passage.text for passage in expected]).tolist()
    assert report.build_id == current_build(tmp_path)
    assert verify(tmp_path) == []


def test_the_words_of_a_row_are_those_of_its_passage(tmp_path) -> None:
    build_small(cases(3), tmp_path)
    with Index.open(tmp_path) as index:
        for stored in index.passages.fetch(range(len(index.vectors))):
            has = "tenant" in stored.passage.text.lower()
            assert (stored.passage.row in index.lexical.term_rows("tenant")) == has


def test_the_manifest_counts_what_there_is(tmp_path) -> None:
    records = cases(6)
    twice = replace(records[2], opinions=records[2].opinions[:1])
    given: list[CaseRecord | Refused] = [*records[:3], REFUSED, *records[3:], twice]
    report = build_small(given, tmp_path, source_names=("a.jsonl",), program_version="9.9")
    told = report.manifest
    counts = told.counts
    texts = [words.text for one in records for words in one.opinions]
    passages = passages_by_hand(records)
    assert (counts.cases, counts.opinions, counts.refused) == (6, 9, 2)
    assert counts.passages == len(passages)
    assert counts.sections == len({(p.opinion_id, p.section) for p in passages})
    assert counts.characters == sum(map(len, texts))
    tokens = sum(len(MODEL.token_spans(text)) for text in texts)
    assert (told.tokens_total, told.tokens_embedded) == (tokens, tokens)
    assert (told.sources, told.program_version) == (("a.jsonl",), "9.9")
    assert (told.model, told.limits) == (MODEL.spec, LIMITS)
    assert report.embedded + report.from_cache == len(passages)


def test_the_same_corpus_again_embeds_nothing_and_gives_the_same_build(tmp_path) -> None:
    first = build_small(cases(5), tmp_path)
    before, words = content(tmp_path), lexical_answers(tmp_path)
    again = build_small(cases(5), tmp_path, embedder=Failing(0))
    assert first.embedded > 0
    assert (again.embedded, again.from_cache) == (0, first.manifest.counts.passages)
    assert again.build_id > first.build_id
    assert content(tmp_path) == before
    assert lexical_answers(tmp_path) == words
    same = ("vectors.faiss", "passages.sqlite", "refused.jsonl")
    assert [first.manifest.files[n] for n in same] == [again.manifest.files[n] for n in same]
    assert again.manifest.calibration == first.manifest.calibration


def test_a_text_that_comes_twice_is_embedded_once(tmp_path) -> None:
    text = "All agree that the writ of error was granted here."
    records = [record(f"c{n}", opinion(f"o{n}", text, case_id=f"c{n}")) for n in range(4)]
    report = build_small(records, tmp_path)
    assert (report.embedded, report.from_cache) == (1, 3)


NAMES = tuple(f"case{at:03}" for at in range(4))
CHANGES = st.lists(
    st.tuples(st.sampled_from([*NAMES, "new1", "new2"]), st.sampled_from(["put", "remove"])),
    max_size=5,
    unique_by=lambda change: change[0],
)


@settings(max_examples=8, deadline=None)
@given(CHANGES)
def test_merging_equals_building_the_resulting_corpus(tmp_path_factory, changes) -> None:
    root = tmp_path_factory.mktemp("merged")
    before = cases(4, sentences_each=6)
    put = [case(name, sentences_each=9, topic=3) for name, what in changes if what == "put"]
    gone = frozenset(name for name, _ in changes)
    build_small(before, root)
    result = [one for one in before if one.case.id not in gone] + put
    if not result:
        with pytest.raises(EmptyCorpusError):
            build_small(merged(root, iter(put), replaced=gone), root)
        return
    known = {p.text for p in passages_by_hand(before)}
    report = build_small(merged(root, iter(put), replaced=gone), root)
    fresh = root / "fresh"
    build_small(result, fresh)
    assert content(root) == content(fresh)
    assert lexical_answers(root) == lexical_answers(fresh)
    assert report.embedded == len({p.text for p in passages_by_hand(result)} - known)


def test_merging_without_a_build_says_that_there_is_none(tmp_path) -> None:
    with pytest.raises(IndexMissingError):
        build_small(merged(tmp_path, cases(1), replaced=frozenset()), tmp_path)


@pytest.mark.parametrize("given", [[], [REFUSED], [record("c")], [record("c", opinion("o", ""))]])
def test_nothing_is_published_when_nothing_is_left(tmp_path, given) -> None:
    before = build_small(cases(1), tmp_path).build_id
    with pytest.raises(EmptyCorpusError) as caught:
        build_small(given, tmp_path)
    assert caught.value.refused == given.count(REFUSED)
    assert (str(REFUSED) in str(caught.value)) == (REFUSED in given)
    assert list_builds(tmp_path) == [before] == [current_build(tmp_path)]
    assert no_parts(tmp_path)


def test_what_the_index_cannot_hold_is_refused_and_the_rest_goes_on(tmp_path) -> None:
    good = cases(2)
    uncut = record("uncut", opinion("uncut-1", "?", case_id="uncut"))
    shared = record("other", opinion("case000-0", "Held here by it.", case_id="other"))
    broken = record("broken", opinion("broken-1", "Half \ud800 of it.", case_id="broken"))
    given: list[CaseRecord | Refused] = [good[0], uncut, shared, good[0], broken, REFUSED, good[1]]
    report = build_small(given, tmp_path, embedder=Splitting(), limits=None)
    reasons = {one.place: one.reason for one in report.refused}
    assert [one.case_id for one in report.refused] == ["uncut", "other", "case000", "broken", None]
    assert "100 tokens" in reasons["uncut"]
    assert reasons["other"] == "an opinion with the id 'case000-0' came before it"
    assert reasons["case000"] == "a case with the id 'case000' came before it"
    assert "surrogate" in reasons["broken"]
    assert report.manifest.counts.refused == 5
    assert report.manifest.counts.cases == 2
    assert content(tmp_path)[0] == good
    assert verify(tmp_path) == []


def test_refused_jsonl_says_what_the_report_says(tmp_path) -> None:
    refused = [REFUSED, Refused(place="bad\udcff.txt", reason="niño: “no words”\n", case_id="ñ")]
    report = build_small([*refused, *cases(1)], tmp_path)
    path = tmp_path / BUILDS / report.build_id / "refused.jsonl"
    told = [Refused(**json.loads(line)) for line in path.read_text("utf-8").splitlines()]
    assert told == refused == list(report.refused)


def test_a_model_that_breaks_leaves_the_old_build_and_its_vectors(tmp_path) -> None:
    old = build_small(cases(2), tmp_path).build_id
    records = cases(2) + cases(6, prefix="new")
    fresh = {p.text for p in passages_by_hand(records)} - {
        p.text for p in passages_by_hand(cases(2))
    }
    with pytest.raises(RuntimeError, match="the model broke"):
        build_small(records, tmp_path, embedder=Failing(20), block=5)
    assert list_builds(tmp_path) == [old] == [current_build(tmp_path)]
    assert verify(tmp_path) == []
    report = build_small(records, tmp_path, block=5)
    assert no_parts(tmp_path)
    # The first block of new texts begins among old ones: the model's 20 are not all full blocks.
    assert len(fresh) - 20 <= report.embedded <= len(fresh) - 15


def test_a_source_that_breaks_leaves_the_old_build_and_its_vectors(tmp_path) -> None:
    def records() -> Iterator[CaseRecord]:
        yield from cases(3)
        raise SourceError("b.jsonl", "cannot be read")

    with pytest.raises(SourceError):
        build_small(records(), tmp_path, block=1)
    assert list_builds(tmp_path) == []
    assert no_parts(tmp_path)
    report = build_small(cases(3), tmp_path)
    assert report.embedded <= 2  # the last texts were cut, and not yet given to the model


def test_a_stop_by_hand_keeps_what_was_embedded(tmp_path) -> None:
    def stop(now: Progress) -> None:
        if now.embedded >= 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_small(cases(6), tmp_path, on_progress=stop, block=2)
    assert list_builds(tmp_path) == []
    assert build_small(cases(6), tmp_path, embedder=Failing(10**6)).from_cache >= 10


def test_a_model_that_gives_no_unit_vectors_publishes_nothing(tmp_path) -> None:
    class Zero(WordHashEmbedder):
        def embed_passages(self, texts: Sequence[str], /) -> FloatMatrix:
            return super().embed_passages(texts) * np.float32(0)

    with pytest.raises(ModelCorruptError):
        build_small(cases(1), tmp_path, embedder=Zero())
    assert build_small(cases(1), tmp_path).from_cache == 0


def test_a_second_builder_is_turned_away_and_the_first_goes_on(tmp_path) -> None:
    turned_away: list[BuildLockedError] = []

    def records() -> Iterator[CaseRecord]:
        for one in cases(3):
            with pytest.raises(BuildLockedError) as caught:
                build_small(cases(1), tmp_path)
            turned_away.append(caught.value)
            yield one

    report = build_small(records(), tmp_path)
    assert len(turned_away) == 3
    assert list_builds(tmp_path) == [report.build_id]
    assert verify(tmp_path) == []
    with build_lock(tmp_path):
        pass


def test_old_builds_are_kept_as_many_as_asked(tmp_path) -> None:
    made = [build_small(cases(1 + n), tmp_path, keep=2).build_id for n in range(4)]
    assert list_builds(tmp_path) == made[2:]


@pytest.mark.parametrize(("processors", "helpers"), [(1, 0), (2, 0), (4, 1), (8, 2), (15, 3)])
def test_few_processors_get_no_helpers(processors, helpers) -> None:
    assert helpers_for(processors) == helpers


def test_what_a_build_cost_is_told_and_kept(tmp_path) -> None:
    class Slow(WordHashEmbedder):
        def embed_passages(self, texts: Sequence[str], /) -> FloatMatrix:
            sleep(0.05)
            return super().embed_passages(texts)

    began = monotonic()
    report = build_small(cases(4), tmp_path, embedder=Slow(), block=1000)
    took = monotonic() - began
    cost = report.cost
    assert Cost.from_json(manifest.read(tmp_path / BUILDS / report.build_id).cost) == cost
    assert 0.05 <= cost.seconds_embedding <= cost.seconds <= took
    assert 0 < cost.cpu_seconds_outside <= cost.cpu_seconds
    assert 10_000_000 < cost.peak_bytes < 10_000_000_000


def test_limits_wider_than_the_window_are_narrowed_to_it(tmp_path) -> None:
    wide = PassageLimits(max_tokens=500, target_tokens=400)
    manifest = build_small(cases(2, sentences_each=60), tmp_path, limits=wide).manifest
    budget = MODEL.spec.passage_budget
    assert manifest.limits == PassageLimits(max_tokens=budget, target_tokens=budget)
    assert max(passage.tokens for passage in content(tmp_path)[1]) <= budget


def test_a_vector_cache_that_cannot_be_read_is_told_of_and_made_anew(tmp_path) -> None:
    build_small(cases(1), tmp_path)
    for path in (tmp_path / CACHE).iterdir():
        path.write_bytes(b"not a database" * 100)
    warnings: list[str] = []
    report = build_small(cases(1), tmp_path, on_warning=warnings.append)
    assert report.from_cache == 0
    assert len(warnings) == 2, "of the vectors, and of what was cut"
    assert "the vector cache starts empty" in warnings[0]


def seen(records: Iterable[CaseRecord | Refused], root: Path) -> tuple[list[Progress], BuildReport]:
    told: list[Progress] = []
    return told, build_small(records, root, on_progress=told.append, block=4)


def test_progress_never_goes_back_and_ends_at_the_truth(tmp_path) -> None:
    build_small(cases(2), tmp_path)
    told, report = seen(cases(5), tmp_path)
    columns = [(now.cases, now.passages, now.embedded, now.from_cache) for now in told]
    for before, after in pairwise(columns):
        assert all(a <= b for a, b in zip(before, after, strict=True))
    assert all(from_cache <= embedded <= passages for _, passages, embedded, from_cache in columns)
    passages = report.manifest.counts.passages
    assert columns[-1] == (5, passages, passages, report.from_cache)
    assert report.from_cache > 0


def test_progress_names_what_is_done_after_embedding(tmp_path) -> None:
    told, report = seen(cases(3), tmp_path)
    steps = [now.step for now in told]
    first = next(at for at, step in enumerate(steps) if step)
    assert steps[first:] == ["learning how far scores can be trusted", "writing checksums"]
    assert {now.embedded for now in told[first:]} == {report.manifest.counts.passages}


def test_only_a_few_blocks_are_cut_ahead_of_the_model(tmp_path) -> None:
    told, _ = seen(cases(40), tmp_path)
    largest = max(len(passages_by_hand([one])) for one in cases(40))
    assert max(now.passages - now.embedded for now in told) <= 3 * 4 + largest


def test_no_more_than_a_few_cases_are_in_memory(tmp_path) -> None:
    alive: list[int] = []

    def records() -> Iterator[CaseRecord]:
        for at in range(60):
            yield case(f"c{at}", sentences_each=9, topic=at)
            if at % 5 == 0:
                alive.append(sum(isinstance(one, CaseRecord) for one in gc.get_objects()))

    before = sum(isinstance(one, CaseRecord) for one in gc.get_objects())
    build_small(records(), tmp_path, block=8)
    assert max(alive) - before <= 2


@pytest.mark.slow
def test_a_paragraph_of_megabytes_without_a_full_stop_is_cut_whole(tmp_path) -> None:
    asked: list[int] = []

    class Measured(WordHashEmbedder):
        def token_spans(self, text: str, /) -> TokenSpans:
            asked.append(len(text))
            return super().token_spans(text)

    words = sentences(12, seed="long", topic=0).lower().replace(".", " ").split()
    text = " ".join(words * (2_000_000 // len(" ".join(words))))
    began = process_time()
    record_of_one = record("long", opinion("long-1", text, case_id="long"))
    manifest = build_small([record_of_one], tmp_path, embedder=Measured()).manifest
    assert process_time() - began < 120
    assert manifest.tokens_total == manifest.tokens_embedded == len(text.split())
    assert "".join(passage.text for passage in content(tmp_path)[1]) == text
    # Cutting reads the section at once; counting must not: a token costs some 800 bytes meanwhile.
    assert sum(length > 100_000 for length in asked) <= 1
