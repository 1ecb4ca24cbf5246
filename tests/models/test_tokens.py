import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from models.tokens import TextTokens

VOCABULARY = {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "state": 3, "##s": 4, "§": 5, "e": 6}


def word_piece() -> Tokenizer:
    """A tokenizer of a few words that lower-cases and strips accents, as BERT's do."""
    tokenizer = Tokenizer(models.WordPiece(VOCABULARY, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 2), ("[CLS]", 1))
    tokenizer.enable_truncation(4)
    tokenizer.enable_padding(length=10)
    return tokenizer


@pytest.fixture
def tokens() -> TextTokens:
    return TextTokens(word_piece())


def test_nothing_is_cut_and_nothing_filled_up(tokens: TextTokens) -> None:
    assert tokens.ids("state " * 9).tolist() == [1, *[3] * 9, 2]
    assert tokens.ids("").tolist() == [1, 2]
    assert tokens.count("states §") == 3
    assert tokens.special_tokens == 2


def test_the_tokenizer_given_stays_as_it_is() -> None:
    tokenizer = word_piece()
    TextTokens(tokenizer).ids("state " * 9)

    assert tokenizer.truncation is not None
    assert tokenizer.padding is not None


def test_written_and_read_it_is_the_same(tokens: TextTokens) -> None:
    again = Tokenizer.from_str(tokens.to_json())

    assert (again.truncation, again.padding) == (None, None)
    assert TextTokens(again).ids("States §").tolist() == tokens.ids("States §").tolist()


def test_spans_point_into_the_text_before_normalisation(tokens: TextTokens) -> None:
    text = "👩‍⚖️ e\u0301 STATES\x00 \ud800§"

    found = [text[start:end] for start, end in tokens.spans(text)]

    assert found[1].startswith("e")
    assert found[2:] == ["STATE", "S", "§"]


@given(st.text(st.characters(exclude_categories=[]), max_size=30))
@settings(deadline=None)
def test_any_text_at_all_has_tokens_in_order(text: str) -> None:
    tokens = TextTokens(word_piece())
    spans = tokens.spans(text)

    assert len(tokens.ids(text)) == len(spans) + 2
    assert np.all(spans[:, 0] <= spans[:, 1])
    assert np.all(spans[1:, 0] >= spans[:-1, 0])
    assert len(spans) == 0 or spans.max() <= len(text)


@pytest.mark.parametrize("text", [None, 7, b"bytes"])
def test_what_is_no_text_is_refused(tokens: TextTokens, text: object) -> None:
    with pytest.raises(TypeError):
        tokens.ids(text)  # type: ignore[arg-type]
