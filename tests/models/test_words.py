"""Tokens put together from those of words: the tokenizer that reads the whole text is the judge."""

import pickle
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers

import models as package
from models import words
from models.tokens import TextTokens
from models.words import WordTokens, parts_words

PREPARED = Path(package.__file__).parent / "prepared" / "all-minilm-l6-v2" / "tokenizer.json"
JUDGE = Tokenizer.from_file(str(PREPARED))
JUDGE.no_truncation()
JUDGE.no_padding()
FAST = TextTokens(JUDGE)
PIECES = st.sampled_from(
    [
        "court",
        "Graham's",
        "§§",
        "1983",
        "F.3d",
        "[SEP]",
        "[MASK]",
        "[",
        "]",
        "[sep]",
        "é",
        "İ",
        "ß",
        "ﬁ",
        "法院",
        "—",
        "“",
        "Σ",
        "≠",
        ",́",
        "-",
        "$5",
        "�",
        "་",
        " ",
        "\n\n",
        "\t",
        "\r",
        "\x00",
        "\x1c",
        "\x85",
        "\xa0",
        "\u2028",
        "\u200b",
        "́",
        "a" * 101,
    ]
)
TEXTS = st.one_of(
    st.lists(PIECES, max_size=12).map("".join),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_a_text_has_the_tokens_that_its_tokenizer_gives_the_whole(text: str) -> None:
    whole = JUDGE.encode(text)
    bare = JUDGE.encode(text, add_special_tokens=False)

    for _ in range(2):  # the second time from memory
        assert FAST.ids(text).tolist() == whole.ids
        assert [tuple(span) for span in FAST.spans(text).tolist()] == bare.offsets
        assert FAST.count(text) == len(bare.ids)


def test_the_prepared_model_is_read_by_words() -> None:
    assert parts_words(JUDGE)
    assert FAST._words is not None
    FAST.ids("remembered")
    assert "remembered" in FAST._words


def test_no_more_words_are_remembered_than_there_is_room_for(monkeypatch) -> None:
    monkeypatch.setattr(words, "_MOST_WORDS", 5)
    fast = WordTokens(lambda word: JUDGE.encode(word, add_special_tokens=False), [])
    text = "one two three four five six seven eight nine ten " + "x" * 1000

    assert fast.ids(text).tolist() == JUDGE.encode(text, add_special_tokens=False).ids
    assert 0 < len(fast) <= 5
    assert max(map(len, fast)) < 1000


def test_a_copy_in_another_process_reads_alike() -> None:
    copy = pickle.loads(pickle.dumps(FAST.spans))

    assert copy("490 U.S. at 396").tolist() == FAST.spans("490 U.S. at 396").tolist()


def bert(**parts: object) -> Tokenizer:
    tokenizer = Tokenizer(models.WordPiece({"[UNK]": 0, "a": 1}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    for name, part in parts.items():
        setattr(tokenizer, name, part)
    return tokenizer


@pytest.mark.parametrize(
    ("tokenizer", "by_words"),
    [
        (bert(), True),
        (bert(pre_tokenizer=pre_tokenizers.Metaspace()), False),
        (bert(normalizer=normalizers.NFKC()), False),
        (bert(model=models.BPE()), False),
    ],
)
def test_only_what_parts_words_is_read_by_words(tokenizer: Tokenizer, by_words: bool) -> None:
    assert parts_words(tokenizer) == by_words
    tokens = TextTokens(tokenizer)
    text = "a b, a"
    assert (tokens._words is not None) == by_words
    assert tokens.spans(text).tolist() == [list(one) for one in tokenizer.encode(text).offsets]


def test_an_added_token_that_takes_spaces_is_read_whole() -> None:
    tokenizer = bert()
    tokenizer.add_special_tokens([AddedToken("<x>", lstrip=True)])

    assert not parts_words(tokenizer)
    assert TextTokens(tokenizer).spans("a <x>").tolist() == [[0, 1], [1, 5]]
