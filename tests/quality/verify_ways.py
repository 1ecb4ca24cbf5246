"""Ways of altering a true quotation, and of quoting truly: each makes a draft, or nothing where it cannot."""

import re
from collections.abc import Callable

from indexer.records import OpinionType
from indexer.sentences import sentence_spans
from service.verify_quotes import QuoteStatus
from tests.quality.verify_drafts import SEPARATE, WORD, Draft, Maker, Quote, plain

Way = Callable[[Maker], Draft | None]
FALSE: dict[str, Way] = {}
TRUE: dict[str, Way] = {}


def false_way(make: Way) -> Way:
    FALSE[make.__name__] = make
    return make


def true_way(make: Way) -> Way:
    TRUE[make.__name__] = make
    return make


def _said(maker: Maker, quote: Quote, words: str, *, marks: str = "“”") -> str:
    return f"The Court was plain. {marks[0]}{words}{marks[1]} {maker.cite(quote)} So it is here."


def _altered(way: str, maker: Maker, quote: Quote, words: str) -> Draft | None:
    if maker.holds(quote.entry, words):
        return None
    return Draft(way, _said(maker, quote, words), QuoteStatus.ALTERED)


def _replace_word(maker: Maker, text: str) -> str:
    places = [m for m in WORD.finditer(text) if len(m[0]) > 3][1:]
    place = maker.random.choice(places)
    word = maker.random.choice([w for w in maker.words if w != place[0].lower()])
    return text[: place.start()] + word + text[place.end() :]


@false_way
def word_swapped(maker: Maker) -> Draft | None:
    quote = maker.quote()
    return _altered("word_swapped", maker, quote, _replace_word(maker, quote.text))


@false_way
def negation_dropped(maker: Maker) -> Draft | None:
    quote = maker.quote(need=r"\b(?:not|never)\b")
    return _altered(
        "negation_dropped", maker, quote, re.sub(r"\b(?:not|never) ", "", quote.text, count=1)
    )


@false_way
def word_added(maker: Maker) -> Draft | None:
    quote = maker.quote()
    words = quote.text.split()
    words.insert(maker.random.randrange(1, len(words) - 1), maker.random.choice(maker.words))
    return _altered("word_added", maker, quote, " ".join(words))


@false_way
def clause_dropped(maker: Maker) -> Draft | None:
    quote = maker.quote()
    words = quote.text.split()
    many = maker.random.randrange(2, 6)
    at = maker.random.randrange(2, len(words) - many - 1)
    return _altered("clause_dropped", maker, quote, " ".join(words[:at] + words[at + many :]))


@false_way
def words_exchanged(maker: Maker) -> Draft | None:
    quote = maker.quote()
    words = quote.text.split()
    at = maker.random.randrange(2, len(words) - 3)
    if plain(words[at]) == plain(words[at + 1]):
        return None
    words[at], words[at + 1] = words[at + 1], words[at]
    return _altered("words_exchanged", maker, quote, " ".join(words))


@false_way
def wrong_page(maker: Maker) -> Draft | None:
    quote = maker.quote()
    if quote.page is None:
        return None
    other = str(int(quote.page) + maker.random.choice([-3, -2, 3, 4]))
    text = f"“{quote.text}” {maker.cite(quote, page=other)}"
    return Draft("wrong_page", text, QuoteStatus.WRONG_PAGE)


@false_way
def dissent_for_majority(maker: Maker) -> Draft | None:
    quote = maker.quote({OpinionType.DISSENT})
    others = {kind for kind in OpinionType if kind not in SEPARATE}
    if maker.holds(quote.entry, quote.text, others):
        return None
    return Draft(
        "dissent_for_majority", _said(maker, quote, quote.text), QuoteStatus.QUOTED_FROM_DISSENT
    )


@false_way
def stitched_one_case(maker: Maker) -> Draft | None:
    quote = maker.quote()
    other = maker.sentence(quote.opinion, "")
    at = quote.opinion.text.find(quote.text)
    if other is None or abs(other[0] - at) < 1500:
        return None
    words = quote.text.rstrip(".") + ", " + other[1][0].lower() + other[1][1:]
    return Draft("stitched_one_case", _said(maker, quote, words), QuoteStatus.STITCHED)


@false_way
def stitched_two_cases(maker: Maker) -> Draft | None:
    quote, other = maker.quote(), maker.quote()
    if quote.entry.seq == other.entry.seq:
        return None
    return Draft(
        "stitched_two_cases",
        _said(maker, quote, f"{quote.text} {other.text}"),
        QuoteStatus.STITCHED,
    )


@false_way
def wrong_case(maker: Maker) -> Draft | None:
    quote, other = maker.quote(), maker.quote()
    if quote.entry.seq == other.entry.seq or maker.holds(other.entry, quote.text):
        return None
    return Draft("wrong_case", _said(maker, other, quote.text), QuoteStatus.WRONG_CASE)


@false_way
def invented(maker: Maker) -> Draft | None:
    quote = maker.quote()
    words = [
        maker.random.choice(maker.words) if len(word) > 3 or maker.random.random() < 0.3 else word
        for word in quote.text.split()
    ]
    return Draft("invented", _said(maker, quote, " ".join(words)), QuoteStatus.NOT_FOUND)


def _true(way: str, maker: Maker, quote: Quote, words: str, marks: str = "“”") -> Draft:
    return Draft(way, _said(maker, quote, words, marks=marks), QuoteStatus.VERBATIM)


@true_way
def as_printed(maker: Maker) -> Draft | None:
    quote = maker.quote()
    return _true("as_printed", maker, quote, quote.text)


@true_way
def straight_marks(maker: Maker) -> Draft | None:
    quote = maker.quote()
    return _true("straight_marks", maker, quote, quote.text.replace("’", "'"), '""')


@true_way
def bracketed_capital(maker: Maker) -> Draft | None:
    quote = maker.quote()
    words = f"[{quote.text[0].lower()}]{quote.text[1:]}" if quote.text[1].islower() else quote.text
    return _true("bracketed_capital", maker, quote, words)


@true_way
def ellipsis(maker: Maker) -> Draft | None:
    quote = maker.quote()
    words = quote.text.split()
    at, many = maker.random.randrange(3, len(words) - 6), maker.random.randrange(1, 4)
    dots = maker.random.choice([". . .", "...", "…", "* * *", "[...]"])
    return _true("ellipsis", maker, quote, " ".join([*words[:at], dots, *words[at + many :]]))


@true_way
def bracketed_words(maker: Maker) -> Draft | None:
    quote = maker.quote()
    words = quote.text.split()
    at, many = maker.random.randrange(3, len(words) - 5), maker.random.randrange(1, 3)
    return _true(
        "bracketed_words", maker, quote, " ".join([*words[:at], "[the party]", *words[at + many :]])
    )


@true_way
def bracketed_ending(maker: Maker) -> Draft | None:
    quote = maker.quote(need=r"\b[a-z]{4,}(?:ed|ing|s)\b")
    words = re.sub(r"\b([a-z]{4,})(?:ed|ing|s)\b", r"\1[ing]", quote.text, count=1)
    return _true("bracketed_ending", maker, quote, words)


@true_way
def wrapped_block(maker: Maker) -> Draft | None:
    quote = maker.quote()
    words = quote.text.split()
    half = len(words) // 2
    block = "> " + " ".join(words[:half]) + "\n> " + " ".join(words[half:])
    return Draft(
        "wrapped_block", f"It held:\n\n{block}\n\n{maker.cite(quote)}\n", QuoteStatus.VERBATIM
    )


@true_way
def two_sentences(maker: Maker) -> Draft | None:
    quote = maker.quote()
    at = quote.opinion.text.find(quote.text)
    text = quote.opinion.text[at : at + len(quote.text) + 120]
    text = text[: text.rfind(" ")].strip()
    if re.search(r"[\[\]\"“”…*]|\. ?\. ?\.|\n|\d", text):
        return None
    return _true("two_sentences", maker, quote, text)


@true_way
def dissent_said(maker: Maker) -> Draft | None:
    quote = maker.quote(SEPARATE)
    text = f"“{quote.text}” {maker.cite(quote, voice=True)}"
    return Draft("dissent_said", text, QuoteStatus.VERBATIM)


@true_way
def fragment(maker: Maker) -> Draft | None:
    quote = maker.quote()
    words = quote.text.split()
    many = maker.random.randrange(5, 9)
    at = maker.random.randrange(0, len(words) - many)
    part = " ".join(words[at : at + many]).rstrip(".,;")
    start = quote.opinion.text.find(part)
    if start < 0 or quote.opinion.text.find(part, start + 1) >= 0:
        return None
    page = maker.page(quote.opinion, start, part, quote.citation)
    cite = maker.cite(quote, page=page).rstrip(".")
    return Draft("fragment", f"As {cite} has it, the rule is “{part}.”", QuoteStatus.VERBATIM)


@true_way
def whatever_is_printed(maker: Maker) -> Draft | None:
    """A sentence with all it has: citations, quotations within, the court's own brackets and ellipses."""
    quote = maker.quote()
    spans = [s for s in sentence_spans(quote.opinion.text) if 60 <= len(s) <= 500]
    if not spans:
        return None
    words = maker.random.choice(spans).of(quote.opinion.text).strip()
    if len(WORD.findall(words)) < 8 or "\n\n" in words:
        return None
    words = re.sub('[“"]', "\u2018", words).replace("”", "’")
    text = f"The Court was plain. “{words}” {quote.entry.case.name}, {quote.citation} (2000)."
    return Draft("whatever_is_printed", text, QuoteStatus.VERBATIM)
