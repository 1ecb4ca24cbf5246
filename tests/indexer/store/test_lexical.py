import errno
import math
import os
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import IndexCorruptError
from indexer.store import lexical
from indexer.store.lexical import LexicalIndex, LexicalWriter
from indexer.store.ranking import Scores

WORDS = ["alpha", "beta", "gamma", "delta", "omega", "zeta", "eta", "theta", "iota", "kappa"]
HEAP = 15_000_000


def write(folder, texts, heap_bytes=HEAP) -> LexicalIndex:
    with LexicalWriter(folder, heap_bytes=heap_bytes) as writer:
        for row, text in enumerate(texts):
            writer.add(row, text)
    return LexicalIndex.open(folder)


@pytest.fixture(scope="module")
def texts():
    """Up to 39 words each: lengths that tantivy keeps exactly. Many equal ones, so many ties."""
    pick = random.Random(7)
    some = [
        " ".join(pick.choices(WORDS, weights=range(1, 11), k=pick.randint(0, 39)))
        for _ in range(900)
    ]
    return some + some[:300]


@pytest.fixture(scope="module")
def index(texts, tmp_path_factory):
    return write(tmp_path_factory.mktemp("lexical"), texts)


def bm25(texts: Sequence[str], terms: Sequence[str]) -> Scores:
    """Robertson and Zaragoza, "The Probabilistic Relevance Framework" (2009), eq. 3.15, with k1 1.2,
    b 0.75 and the idf of Lucene, ln(1 + (N - n + 1/2) / (n + 1/2))."""
    bags = [Counter(text.split()) for text in texts]
    mean = sum(bag.total() for bag in bags) / len(bags)
    scores = np.zeros(len(texts))
    for term in terms:
        holding = sum(term in bag for bag in bags)
        idf = math.log(1 + (len(texts) - holding + 0.5) / (holding + 0.5))
        for row, bag in enumerate(bags):
            tf = bag[term]
            scores[row] += idf * tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * bag.total() / mean))
    return scores


QUERIES = st.lists(st.sampled_from([*WORDS, "absent"]), min_size=1, max_size=8, unique=True)


@given(QUERIES)
@settings(max_examples=40, deadline=None)
def test_scores_are_bm25(index, texts, terms) -> None:
    expected = bm25(texts, terms)

    ranking = index.search(terms, len(texts))

    assert set(ranking.rows.tolist()) == set(np.flatnonzero(expected).tolist())
    np.testing.assert_allclose(ranking.scores, expected[ranking.rows], rtol=1e-5)
    assert list(zip(-ranking.scores, ranking.rows, strict=True)) == sorted(
        zip(-ranking.scores, ranking.rows, strict=True)
    )


@given(
    QUERIES,
    st.integers(1, 1300),
    st.sampled_from([0.0, 0.001, 0.01, 0.1, 0.5, 1.0]),
    st.integers(0, 99),
)
@settings(max_examples=80, deadline=None)
def test_filtering_is_the_full_ranking_without_the_others(
    index, texts, terms, k, share, seed
) -> None:
    everything = index.search(terms, len(texts))
    allowed = np.flatnonzero(np.random.default_rng(seed).random(len(texts)) < share).astype(
        np.int64
    )
    kept = np.isin(everything.rows, allowed)

    found = index.search(terms, k, allowed)

    assert found.rows.tolist() == everything.rows[kept][:k].tolist()
    assert found.scores.tolist() == everything.scores[kept][:k].tolist()
    assert index.search(terms, k).rows.tolist() == everything.rows[:k].tolist()


@given(QUERIES, st.lists(st.integers(0, 1199), max_size=60))
@settings(max_examples=40, deadline=None)
def test_scores_of_chosen_rows_are_those_of_the_ranking(index, texts, terms, rows) -> None:
    ranking = index.search(terms, len(texts))
    known = dict(zip(ranking.rows.tolist(), ranking.scores.tolist(), strict=True))

    scores = index.scores(terms, np.array(rows, dtype=np.int64))

    assert scores.tolist() == [known.get(row, 0.0) for row in rows]


def test_segments_do_not_show(tmp_path) -> None:
    """Past the writer's heap there are several; rows, order, ties and scores must be those of one."""
    pick = random.Random(3)
    texts = [
        " ".join(f"w{int(pick.paretovariate(0.6))}x" for _ in range(30)) for _ in range(400)
    ] * 2
    whole = write(tmp_path / "whole", texts)
    with LexicalWriter(tmp_path / "parts", heap_bytes=HEAP) as writer:
        for start in (600, 0, 400, 200):  # the later rows first
            for row in range(start, start + 200):
                writer.add(row, texts[row])
            writer._writer.commit()
    parts = LexicalIndex.open(tmp_path / "parts")

    assert (whole._searcher.num_segments, parts._searcher.num_segments) == (1, 4)
    for size in range(1, 25):
        terms = list(dict.fromkeys(f"w{int(pick.paretovariate(0.6))}x" for _ in range(size)))
        for k in (1, 7, 50):
            one, other = whole.search(terms, k), parts.search(terms, k)
            assert one.rows.tolist() == other.rows.tolist()
            assert one.scores.tolist() == other.scores.tolist()
            assert whole.scores(terms, one.rows).tolist() == one.scores.tolist()


def test_idf_counts_the_passages_of_a_term(index, texts) -> None:
    holding = sum("alpha" in text.split() for text in texts)

    assert index.idf("alpha") == pytest.approx(
        math.log(1 + (1200 - holding + 0.5) / (holding + 0.5))
    )
    assert index.idf("absent") == pytest.approx(math.log(1 + 1200.5 / 0.5))


def test_no_terms_and_no_rows_find_nothing(index) -> None:
    nothing = np.empty(0, dtype=np.int64)

    assert len(index.search([], 5)) == 0
    assert len(index.search(["alpha"], 5, nothing)) == 0
    assert index.scores([], np.array([0, 1])).tolist() == [0.0, 0.0]
    assert index.scores(["alpha"], nothing).tolist() == []


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_a_phrase_is_in_exactly_the_rows_that_hold_its_words_in_order(index, texts, words) -> None:
    phrase = " ".join(words)

    expected = [row for row, text in enumerate(texts) if f" {phrase} " in f" {text} "]

    assert index.phrase_rows(phrase).tolist() == expected


def test_phrases_in_a_legal_text(tmp_path) -> None:
    index = write(
        tmp_path,
        [
            "To be, or not to be: that is the “question presented.”",
            "The Court\u2019s well-established rule under 42 U.S.C. § 1983 is this.",
            "the question was presented; the courts rule",
        ],
    )

    def rows(phrase: str) -> list[int]:
        return [int(row) for row in index.phrase_rows(phrase)]

    assert rows("to be or not to be") == [0]
    assert rows("QUESTION   presented") == [0]
    assert rows("the court's well established rule") == [1]
    assert rows("42 u.s.c. §1983") == [1]
    assert rows("courts rule") == [2]
    assert rows("rule courts") == []
    assert rows("the") == [0, 1, 2]
    assert rows("…") == [0, 1, 2]


def test_text_is_never_read_as_a_query(tmp_path) -> None:
    index = write(tmp_path, ['alpha "beta', "row:0 OR *", "-alpha +gamma"])

    assert index.search(["row:0"], 5).rows.tolist() == []
    assert index.search(["*"], 5).rows.tolist() == []
    assert index.phrase_rows('row:0 OR *"').tolist() == [1]
    assert index.term_rows("alpha").tolist() == [0, 2]


def test_citations_and_sections_are_found_however_they_are_written(tmp_path) -> None:
    index = write(
        tmp_path, ["See 490 U. S. 386 (1989).", "490 U.S. 387", "under section 1983", "in 1983"]
    )

    assert index.term_rows("490_us_386").tolist() == [0]
    assert index.term_rows("§1983").tolist() == [2]


def test_an_empty_index_opens_and_finds_nothing(tmp_path) -> None:
    index = write(tmp_path, [])

    assert index.passages == 0
    assert len(index.search(["alpha"], 3)) == 0
    assert index.phrase_rows("alpha").tolist() == []
    assert index.row_range() == (0, 0, -1)


def test_reading_leaves_the_folder_as_it_was(tmp_path) -> None:
    write(tmp_path, ["alpha"])
    before = {path.name for path in tmp_path.iterdir()}

    LexicalIndex.open(tmp_path).search(["alpha"], 1)

    assert {path.name for path in tmp_path.iterdir()} == before
    assert not [name for name in before if name.endswith(".lock")]


def test_an_open_index_outlives_its_folder(tmp_path) -> None:
    index = write(tmp_path / "gone", ["alpha beta", "beta alpha alpha"])
    (tmp_path / "gone").rename(tmp_path / "elsewhere")

    assert index.search(["alpha"], 2).rows.tolist() == [1, 0]
    assert index.phrase_rows("alpha beta").tolist() == [0]
    assert index.row_range() == (2, 1, 1)


def test_where_no_folder_of_links_can_be_made_the_index_itself_is_opened(
    tmp_path, monkeypatch
) -> None:
    write(tmp_path, ["alpha"])

    def refuse(**_):
        raise PermissionError

    monkeypatch.setattr("tempfile.mkdtemp", refuse)

    assert LexicalIndex.open(tmp_path).passages == 1


def test_where_the_links_do_not_fit_the_index_itself_is_opened(tmp_path, monkeypatch) -> None:
    """The folder for temporary files is full after the first of them; nothing is left in it."""
    write(tmp_path / "index", ["alpha"])
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    link = Path.symlink_to
    made: list[Path] = []

    def full(path: Path, target: Path) -> None:
        if made:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        made.append(path)
        link(path, target)

    monkeypatch.setattr(Path, "symlink_to", full)

    assert LexicalIndex.open(tmp_path / "index").search(["alpha"], 1).rows.tolist() == [0]
    assert len(made) == 1
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_damaged_index_is_told(tmp_path) -> None:
    write(tmp_path / "torn", ["alpha"])
    for path in (tmp_path / "torn").glob("*.idx"):
        path.write_bytes(b"")
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "meta.json").write_text("{}")

    for name in ("torn", "foreign", "missing"):
        with pytest.raises(IndexCorruptError, match="build again"):
            LexicalIndex.open(tmp_path / name)


@settings(max_examples=60, deadline=None)
@given(
    terms=st.lists(st.sampled_from([*WORDS, "absent"]), min_size=1, max_size=5, unique=True),
    apart=st.sets(st.integers(0, 1_199), max_size=500),
    first=st.integers(0, 1_199),
    together=st.integers(0, 60),
    k=st.integers(1, 300),
)
def test_scores_are_the_same_however_rows_are_asked_for(index, texts, terms, apart, first, together, k):  # fmt: skip
    rows = np.array([*apart, *range(first, min(first + together, 1_200))], np.int64)
    known = index.search(terms, k)

    scores = index.scores(terms, rows)

    assert scores == pytest.approx(bm25(texts, terms)[rows], rel=1e-5)
    assert index.scores(terms, rows, known=known).tolist() == scores.tolist()


LATE = ["rho", "sigma", "once"]


@pytest.fixture(scope="module")
def windows(tmp_path_factory):
    """10,000 rows, more than tantivy scores at a time, in two segments; some terms end early."""
    pick = random.Random(11)
    some = [" ".join(pick.choices(WORDS, weights=range(1, 11), k=pick.randint(0, 9))) for _ in range(2_500)]  # fmt: skip
    texts = some * 4
    for row, word in ((3, "once"), (40, "rho"), (4_900, "rho"), (9_999, "sigma")):
        texts[row] = f"{texts[row]} {word}"
    folder = tmp_path_factory.mktemp("windows")
    with LexicalWriter(folder, heap_bytes=HEAP) as writer:
        for row, text in enumerate(texts):
            writer.add(row, text)
            if row == 6_000:
                writer._writer.commit()
    index = LexicalIndex.open(folder)
    assert index._searcher.num_segments == 2
    return index, texts


def apart_and_together(seed: int, apart: int, first: int, together: int) -> list[int]:
    return sorted({*random.Random(seed).sample(range(10_000), apart), *range(first, first + together)})  # fmt: skip


SOME_ROWS = st.builds(apart_and_together, st.integers(0, 99), st.sampled_from([1, 2, 31, 32, 33, 65, 240, 400]), st.integers(0, 9_000), st.sampled_from([0, 1, 16, 999]))  # fmt: skip


@pytest.mark.parametrize("way", [{"_SOUGHT": 0.0, "_NESTED": 0.0}, {"_SOUGHT": 1e9}, {}])
@given(terms=st.lists(st.sampled_from([*WORDS, *LATE, "absent"]), min_size=1, max_size=13), rows=SOME_ROWS)  # fmt: skip
@settings(max_examples=30, deadline=None)
def test_a_row_scores_the_same_to_the_bit_whichever_way_it_is_reached(windows, way, terms, rows):
    """The judge is the query that scores every row, whose sums the test above compares with BM25."""
    index, texts = windows
    asked = np.array(rows, np.int64)
    everything = index.search(terms, len(texts))
    expected = np.zeros(len(texts))
    expected[everything.rows] = everything.scores

    with patch.dict(vars(lexical), way):
        scores = index.scores(terms, asked)

    assert scores.tolist() == expected[asked].tolist()


@pytest.mark.parametrize("way", [{"_HIT": 1e9}, {"_HIT": 1e9, "_SOUGHT": 1e9}, {"_HIT": 0.0, "_IN_RUN": 1e9}, {"_HIT": 1e9, "_LOOKED_UP": 1e9}, {}])  # fmt: skip
@given(terms=st.lists(st.sampled_from([*WORDS, *LATE, "absent"]), min_size=1, max_size=8), rows=SOME_ROWS, k=st.integers(1, 60))  # fmt: skip
@settings(max_examples=20, deadline=None)
def test_a_filtered_ranking_is_the_same_to_the_bit_whichever_way_it_is_made(windows, way, terms, rows, k):  # fmt: skip
    index, texts = windows
    allowed = np.array(rows, np.int64)
    everything = index.search(terms, len(texts))
    kept = np.isin(everything.rows, allowed)

    with patch.dict(vars(lexical), way):
        found = index.search(terms, k, allowed)

    assert found.rows.tolist() == everything.rows[kept][:k].tolist()
    assert found.scores.tolist() == everything.scores[kept][:k].tolist()


def test_a_question_of_any_length_is_scored(tmp_path) -> None:
    words = [f"w{number}x" for number in range(3_000)]
    index = write(tmp_path, [" ".join(words[at::7]) for at in range(7)] * 40)
    everything = index.search(words, 280)

    scores = index.scores(words, np.arange(280))

    assert scores[everything.rows].tolist() == everything.scores.tolist()
    assert (scores > 0).all()
