"""Line numbers, and what only looks like them."""

from indexer.sources.pdf_furniture import line_numbers
from indexer.sources.pdf_words import Word


def column(figures, *, x: float = 80, step: float = 24, right: bool = True) -> list[Word]:
    words = []
    for at, figure in enumerate(figures):
        text, y = str(figure), 700 - step * at
        start = x - 6 * len(text) if right else x
        words.append(Word(text, start, y, start + 6 * len(text), y + 12))
    return words


def prose(rows: int, *, x: float = 110, step: float = 24) -> list[Word]:
    return [
        Word("word", x + 40 * at, 700 - step * row, x + 40 * at + 30, 712 - step * row)
        for row in range(rows)
        for at in range(9)
    ]


def test_numbers_down_the_margin_are_found():
    for right in (True, False):
        numbers = column(range(1, 29), right=right)
        assert line_numbers([*numbers, *prose(25)]) == numbers


def test_numbers_that_do_not_stand_in_the_margin_are_text():
    inside = column(range(1, 29), x=300)
    assert line_numbers([*inside, *prose(25)]) == []


def test_uneven_numbers_are_the_items_of_a_list():
    items = [word for at in range(20) for word in column([at + 1], step=0)]
    uneven = [
        Word(word.text, word.x0, 700 - 24 * at - (60 if at > 9 else 0), word.x1, 712 - 24 * at)
        for at, word in enumerate(items)
    ]
    assert line_numbers([*uneven, *prose(25)]) == []


def test_numbers_that_do_not_count_are_text():
    assert line_numbers([*column([3] * 28), *prose(25)]) == []
    assert line_numbers([*column(range(1, 9)), *prose(25)]) == []
