"""One suite per Protocol: the promises that every implementation keeps. Subclass and give a fixture."""

import random
import re
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest

from models.base import Embedder, ModelSpec
from models.errors import TextTooLongError
from models.windows import cut_text

PASSAGES = (
    "The officer was entitled to qualified immunity because the right was not clearly established.",
    "42 U.S.C. § 1983 creates no substantive rights; see ¶ 12 — “under color of” state law.",
    "Muñoz argued that the naïve reading e\u0301tait fausse.",
    "We reverse.",
    "the use of deadly force was unreasonable where the suspect had surrendered and was lying down",
    "👩‍⚖️ The judge dissents.",
    "We reverse.",
    "",
)
ODD = (
    "",
    " \n\t",
    "\x00",
    "a\x00b",
    "\ud800",
    "x \udfff y",
    "\u200b",
    "\ufeff",
    "\ufffd",
    "👨‍👩‍👧",
    "\U0010ffff",
)
WORDS = ("court", "motion", "state", "district", "evidence", "judgment", "trial", "claim", "law")


def words(count: int, *, seed: int = 0) -> str:
    """Return ``count`` common words, each of which is one token in every vocabulary used here."""
    return " ".join(random.Random(seed).choices(WORDS, k=count))


class EmbedderContract:
    """What `models.base.Embedder` promises."""

    @pytest.fixture
    def embedder(self) -> Embedder:
        """The implementation under test."""
        raise NotImplementedError

    def test_the_spec_is_constant_and_survives_json(self, embedder: Embedder) -> None:
        spec = embedder.spec
        embedder.embed_query("We reverse.")

        assert embedder.spec == spec
        assert ModelSpec.from_json(spec.to_json()) == spec
        assert re.fullmatch("[0-9a-f]{64}", spec.fingerprint)
        assert spec.passage_budget > 0

    def test_passages_become_unit_rows(self, embedder: Embedder) -> None:
        rows = embedder.embed_passages(PASSAGES)

        assert rows.shape == (len(PASSAGES), embedder.spec.dim)
        assert rows.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)

    def test_a_query_becomes_a_unit_vector(self, embedder: Embedder) -> None:
        vector = embedder.embed_query(PASSAGES[0])

        assert vector.shape == (embedder.spec.dim,)
        assert vector.dtype == np.float32
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)

    def test_no_passages_make_no_rows(self, embedder: Embedder) -> None:
        assert embedder.embed_passages([]).shape == (0, embedder.spec.dim)

    def test_different_texts_differ(self, embedder: Embedder) -> None:
        rows = embedder.embed_passages(PASSAGES)

        assert len(np.unique(rows, axis=0)) == len(set(PASSAGES))

    def test_company_and_order_change_no_bit(self, embedder: Embedder) -> None:
        texts = [*PASSAGES, *(words(n, seed=n) for n in range(3, 40, 4))]
        rows = embedder.embed_passages(texts)
        order = random.Random(1).sample(range(len(texts)), len(texts))

        shuffled = embedder.embed_passages([texts[i] for i in order])
        alone = np.stack([embedder.embed_passages([text])[0] for text in texts])

        assert np.array_equal(shuffled, rows[order])
        assert np.array_equal(alone, rows)

    def test_threads_change_no_bit(self, embedder: Embedder) -> None:
        texts = [*PASSAGES, words(30)]
        rows = embedder.embed_passages(texts)
        vectors = [embedder.embed_query(text) for text in texts]

        with ThreadPoolExecutor(4) as pool:
            many = list(pool.map(embedder.embed_passages, [texts] * 4))
            queries = list(pool.map(embedder.embed_query, texts * 4))

        assert all(np.array_equal(found, rows) for found in many)
        assert np.array_equal(queries, vectors * 4)

    def test_a_query_is_its_passage_when_the_prompts_are_equal(self, embedder: Embedder) -> None:
        if embedder.spec.query_prompt != embedder.spec.passage_prompt:
            pytest.skip("this model reads queries and passages differently")
        texts = [*PASSAGES, words(embedder.spec.passage_budget)]

        queries = [embedder.embed_query(text) for text in texts]

        assert np.array_equal(queries, embedder.embed_passages(texts))

    @pytest.mark.parametrize("text", ODD, ids=ascii)
    def test_odd_texts_have_a_unit_vector(self, embedder: Embedder, text: str) -> None:
        for vector in (embedder.embed_query(text), *embedder.embed_passages([text])):
            assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)

    @pytest.mark.parametrize("text", [*PASSAGES, *ODD], ids=ascii)
    def test_token_spans_lie_in_the_text_in_order(self, embedder: Embedder, text: str) -> None:
        spans = embedder.token_spans(text)

        assert spans.shape == (len(spans), 2)
        assert spans.dtype == np.int64
        assert all(0 <= start <= end <= len(text) for start, end in spans)
        assert all(a[0] <= b[0] and a[1] <= b[1] for a, b in pairwise(spans))

    def test_token_spans_count_code_points(self, embedder: Embedder) -> None:
        """Whatever stands before a word, its first token begins where the word does."""
        text = "👩‍⚖️ Muñoz  e\u0301te\u0301\t§§ 1983—“motion” \ud800 \x00 plaintiff, ﬁnal state\u0301s court"
        spans = embedder.token_spans(text)

        for word in ("Muñoz", "1983", "motion", "plaintiff", "court"):
            place = text.index(word)
            assert place in spans[:, 0], word
            assert place + len(word) in spans[:, 1], word

    def test_no_letter_is_outside_the_tokens(self, embedder: Embedder) -> None:
        for text in PASSAGES:
            covered = {i for start, end in embedder.token_spans(text) for i in range(start, end)}
            assert {i for i, letter in enumerate(text) if letter.isalnum()} <= covered

    def test_a_passage_of_the_budget_fits_and_one_more_token_does_not(
        self, embedder: Embedder
    ) -> None:
        budget = embedder.spec.passage_budget
        fits, over = words(budget), words(budget + 1)
        assert len(embedder.token_spans(fits)) == budget

        assert embedder.embed_passages([fits]).shape == (1, embedder.spec.dim)
        with pytest.raises(TextTooLongError) as caught:
            embedder.embed_passages(["short", over])

        assert (caught.value.position, caught.value.tokens) == (1, budget + 1)
        assert caught.value.budget == budget

    def test_the_end_of_a_long_query_counts(self, embedder: Embedder) -> None:
        long = words(3 * embedder.spec.window)

        one, other = (embedder.embed_query(f"{long} {end}") for end in ("lettuce", "submarine"))

        assert not np.array_equal(one, other)

    @pytest.mark.parametrize("times", [1.01, 2.5])
    def test_a_long_query_is_the_mean_of_its_parts(self, embedder: Embedder, times: float) -> None:
        query = words(int(times * embedder.spec.window) + 1)
        parts = self.parts_of(embedder, query)
        assert len(parts) > 1

        weights = [len(embedder.token_spans(part)) for part in parts]
        mean = np.average([embedder.embed_query(part) for part in parts], axis=0, weights=weights)

        expected = mean / np.linalg.norm(mean)
        np.testing.assert_allclose(embedder.embed_query(query), expected, atol=1e-6)

    @pytest.mark.parametrize("piece", ["x", "ab", "漢字", "§", "a-"], ids=ascii)
    def test_a_long_query_needs_no_spaces(self, embedder: Embedder, piece: str) -> None:
        vector = embedder.embed_query(piece * 900)

        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)

    @staticmethod
    def parts_of(embedder: Embedder, query: str) -> tuple[str, ...]:
        """Return the parts a long query is read in, by the rule that `cut_text` documents."""
        spec = embedder.spec
        prompt = len(embedder.token_spans(spec.query_prompt))
        budget = spec.window - spec.special_tokens - prompt
        return cut_text(query, token_spans=embedder.token_spans, budget=budget)
