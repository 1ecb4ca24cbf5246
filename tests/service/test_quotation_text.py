import pytest

from service.quotation_text import (
    Kind,
    QuotedWords,
    Tolerance,
    quoted_words,
    source_words,
    word_key,
)


def items(text: str) -> QuotedWords:
    return quoted_words(text, 0, len(text))


def keys(text: str) -> list[tuple[Kind, str, str]]:
    return [(item.kind, item.key, item.ending) for item in items(text).items]


def words(*keys_: str) -> list[tuple[Kind, str, str]]:
    return [(Kind.WORD, key, "") for key in keys_]


def test_case_marks_and_accents_are_not_compared():
    assert keys("Señora Muñoz’s “DOG”, she’d—said") == words(
        "senora", "munozs", "dog", "shed", "said"
    )


@pytest.mark.parametrize("dots", [". . .", "...", "…", ". . . .", "* * *", "[...]", "[. . .]"])
def test_an_ellipsis_is_a_gap(dots):
    found = items(f"one two {dots} three")
    assert [item.kind for item in found.items] == [Kind.WORD, Kind.WORD, Kind.GAP, Kind.WORD]
    assert found.tolerated == (Tolerance.ELLIPSIS,)


def test_an_ellipsis_at_an_end_asks_for_nothing():
    assert keys(". . . one two . . .") == words("one", "two")


@pytest.mark.parametrize(
    ("written", "expected", "tolerance"),
    [
        ("[T]he", (Kind.WORD, "the", ""), Tolerance.BRACKETED_LETTER),
        ("[a]", (Kind.WORD, "a", ""), Tolerance.BRACKETED_LETTER),
        ("consider[ed]", (Kind.PATTERN, "consider", ""), Tolerance.BRACKETED_ENDING),
        ("case[]", (Kind.PATTERN, "case", ""), Tolerance.BRACKETED_ENDING),
        ("[un]reasonable", (Kind.PATTERN, "", "reasonable"), Tolerance.BRACKETED_ENDING),
        ("[the officer]", (Kind.FREE, "", ""), Tolerance.BRACKETED_WORDS),
        ("[citation omitted]", (Kind.GAP, "", ""), Tolerance.REMARK),
    ],
)
def test_brackets(written, expected, tolerance):
    text = f"so {written} is"
    assert keys(text) == [*words("so"), expected, *words("is")]
    assert items(text).tolerated == (tolerance,)


def test_sic_is_nothing():
    assert keys("teh [sic] dog") == words("teh", "dog")


def test_places_are_those_of_the_draft():
    text = "He wrote “the [D]og ran” once."
    found = quoted_words(text, 10, 24)
    assert [text[item.start : item.end] for item in found.items] == ["the", "[D]og", "ran"]


def test_an_opinion_s_own_brackets_do_not_part_words():
    text = "“[T]he officer[s] saw [him].”"
    assert [word.key for word in source_words(text)] == ["the", "officers", "saw", "him"]


def test_offsets_count_from_the_opinion_s_start():
    (word,) = source_words("  dog ", offset=100)
    assert (word.start, word.end) == (102, 105)


@pytest.mark.parametrize(
    "text", ["used force.5 Then", "used “force”5 then", "used force. [5] then"]
)
def test_a_footnote_s_mark_may_be_left_out(text):
    assert [word.key for word in source_words(text) if word.is_mark] == ["5"]


@pytest.mark.parametrize(
    "text", ["within 5 days", "of 1,000 men", "§ 1983", "$5.25", "Rule 12(b)(6)"]
)
def test_other_numbers_may_not(text):
    assert not any(word.is_mark for word in source_words(text))


def test_a_note_s_number_run_into_a_word_is_cut_off():
    assert word_key("rights12") == "rights"
    assert word_key("§§") == "§"
