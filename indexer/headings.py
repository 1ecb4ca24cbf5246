"""Is this line a heading? What speaks for and against each line, before its neighbours are asked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from indexer.lines import Line, TextForm
from indexer.numbering import Enumerator, Series, parse_enumerator
from indexer.roles import is_well_known, normal_title, role_of_title
from indexer.stripped_headings import is_stripped_heading


class Dress(Enum):
    """How the words of a heading are set."""

    CAPITALS = "capitals"
    TITLE = "title"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Heading:
    """A line that may head a section."""

    line: int
    """Its place among the lines of the text."""
    start: int
    text: str
    enumerator: Enumerator | None
    title: str
    """Its words without the enumerator."""
    dress: Dress

    @property
    def is_bare(self) -> bool:
        """Whether it is an enumerator and nothing else."""
        return self.enumerator is not None and not self.enumerator.title

    @property
    def is_document_title(self) -> bool:
        """Whether it names the document (``MEMORANDUM OPINION AND ORDER``), not a part of it."""
        if self.enumerator is not None:
            return False
        title = normal_title(self.title)
        return _DOCUMENT_TITLE.fullmatch(title) is not None or _entitles(self)

    @property
    def is_well_known(self) -> bool:
        """Whether it is one of the words that head the main parts of opinions."""
        return is_well_known(_MARK_BEHIND.sub("", self.title))


_MARK_BEHIND: Final = re.compile(r"(?<=[^\W\d_])\d{1,2}$")
"""The mark of a note that stands behind the words: ``BACKGROUND4``."""
_DOCUMENT_TITLE: Final = re.compile(
    r"(?:(?:amended|final|corrected|published|unpublished|per curiam|majority|lead|main|the|first|second|third|supplemental|revised) )*"
    r"(?:memorandum(?: of law)?|opinion|order|decision|ruling|judgment|statement|report|recommendation|decree|per curiam|(?:memorandum )?findings of fact(?: and|,) conclusions of law)"
    r"(?:[ -](?:and |of decision|of the court|of court|opinion|order|decision|memorandum|judgment|ruling|recommendation|findings of fact|conclusions of law|reasons|on \w+ motion\w*)+)*"
)
_LONG_TITLE: Final = re.compile(
    r"(?:(?:amended|final|second|supplemental|interim) )*(?:memorandum (?:opinion )?|opinion (?:and )?|decision (?:and )?|ruling )*(?:and )?(?:order )?"
    r"(?:re|regarding|on|granting|denying|adopting|affirming|awarding|overruling|sustaining|dismissing|certifying|of dismissal|concerning|in re) .+"
)
"""``ORDER GRANTING DEFENDANT'S MOTION TO DISMISS``: a document's title only at its top."""
_TOP: Final = 6
"""Lines at the top of a text where its title may stand."""
_JUDGES: Final = re.compile(
    r"\b(?:(?<!of )(?<!to )justices?|judges?|j\.|jj\.|c\. ?j\.|per curiam|chancellor|commissioner|magistrate|referee|delivered|concurs?|concurring|dissenting|dissents?"
    r"|joins?|joined|argued|decided|submitted|filed|counsel for|attorneys? (?:for|at|general)|(?<=, )(?:of )?counsel|(?<=, )attorneys?|esq\.?|appearances|esquire)(?=\W|$)",
    re.IGNORECASE,
)
_ORDERS: Final = re.compile(
    r"(?:(?:it is |and it is |is |be |are )*(?:hereby )?(?:so ordered|affirmed|reversed|vacated|remanded|dismissed|denied|granted|decrees?|judgments?|orders?|writs?"
    r"|petitions?|appeals?|motions?|enforced|modified|appeal|discharged|judgment|decree)\b[ ,;]*(?:in part|and|with directions|as modified|accordingly|of error|for .*|in favor of .*)?[ ,;]*)+\.?",
    re.IGNORECASE,
)
_CAPTION: Final = re.compile(
    r"\bv(?:s)?\.|\bet al\b|(?:^|, )(?:and )?(?:the )?(?:[\w-]+ )?(?:petitioners?|respondents?|appell(?:ants?|ees?)|plaintiffs?|defendants?)(?=[,.;:/\u2014-]|$)"
    r"|\b(?:certiorari|appeal from|error to|supreme court of|court of appeals"
    r"|district court (?:of|for)|circuit court of|u\. ?s\. supreme court|u\. s\. \d|no\. \d|nos\. \d)(?=\W|$)",
    re.IGNORECASE,
)
_CITATION: Final = re.compile(
    r"\b\d+ (?:U\. ?S\.(?! ?C)|F\. ?(?:2d|3d|Supp)|S\. ?Ct|L\. ?Ed|Wall|How|[A-Z][a-z]*\. ?(?:2d|3d))|^(?:See|Id|Ibid|Cf|Compare|E\.g|Accord|But see)\b"
)
_ANSWER: Final = re.compile(
    r"(?:Yes|No|Right|Correct|Okay|Sure|Yeah|Yep|Sir|Ma'am|Uh)(?:[.,;!].{0,30})?"
)
_ANSWERED: Final = re.compile(r"A[.:]")
_PAGE_HEAD: Final = re.compile(r"\d+ U\. ?S\. |Nos?\. \d|\[?Cite as|NOTICE:")
_ITEM: Final = re.compile(r"\b(?:and|or)$")
"""How an item of a list ends when another follows."""
_LAW_NUMBER: Final = re.compile(
    r"\b(?:rules?|sections?|counts?|claims?|titles?|articles?|chapters?|parts?) \d[\w()\-]*(?!\.)|§§? ?\d[\w()\-]*(?!\.)"
    r"|\d+ (?=u\. ?s\. ?c\.)",
    re.IGNORECASE,
)
"""The numbers that headings may name; with a full stop behind it a statute is quoted."""
_ROW: Final = re.compile(r"\.{4}|_{2}|\$ ?\d[\d,.]*$")
"""What leads to a table's second column."""
_SENTENCES: Final = re.compile(r"[a-z)\]]{3}[.?!][\"”\u2019']?\s+[A-Z]")
_SMALL_WORDS: Final = "a an and as at be but by for from in into is nor not of on or over per the to under upon v versus via vs was with"
_SMALL: Final = frozenset(_SMALL_WORDS.split())
_WORD: Final = re.compile(r"[^\W\d_][\w'\u2019]*")
_MAX_WORDS: Final = 30
_MAX_CHARACTERS: Final = 240
_NOTE_MARK: Final = re.compile(r"\d{1,3}|\*{1,3}")
_STOP_IN_QUOTES: Final = ('."', ".\u201d", ".\u2019")
_QUESTION: Final = 20
_NAME: Final = 12
_MINOR_NAME: Final = 4
"""Words of the longest plain heading that ends in a question mark, and of one that ends in a full stop."""
_PROSE: Final = 90
"""Characters of a line that is running text and no heading, row or signature."""
_SIGNED: Final = re.compile(
    r"[A-Z][^a-z,]+, (?:(?:Chief|Senior|United States|Circuit|District|Magistrate|Bankruptcy) )*(?:Judge|JUDGE)[.:]"
)
"""Who writes, on a line of its own: the first heading may stand right below."""
_ENDS_PARAGRAPH: Final = re.compile(r"[.?!:;][\"”\u2019')\]*\d\s]*$")


def find_headings(lines: Sequence[Line], form: TextForm) -> list[Heading]:
    """Return the lines that may be headings, judged one by one and by the lines beside them."""
    found = []
    for i, line in enumerate(lines):
        if len(line.text) > _MAX_CHARACTERS or not line.alone:
            continue
        heading = _read_heading(lines, i, form)
        if heading is not None:
            found.append(heading)
    return found


def dress_of(title: str) -> Dress:
    """Tell capitals from title case from plain words."""
    letters = [c for c in title if c.isalpha()]
    if letters and sum(c.isupper() for c in letters) >= 0.8 * len(letters) and len(letters) > 2:
        return Dress.CAPITALS
    words = [w for w in _WORD.findall(title) if w.lower() not in _SMALL and len(w) > 1]
    capital = sum(w[0].isupper() for w in words)
    return Dress.TITLE if words and capital >= 0.7 * len(words) else Dress.PLAIN


def _read_heading(lines: Sequence[Line], i: int, form: TextForm) -> Heading | None:
    text = lines[i].text
    enumerator = parse_enumerator(text, form)
    title = enumerator.title if enumerator else text
    heading = Heading(i, lines[i].start, text, enumerator, title, dress_of(title))
    if form is TextForm.STRIPPED:
        fits = is_stripped_heading(lines, i, enumerator)
    elif heading.is_bare:
        fits = _fits_bare(lines, i, heading)
    elif enumerator is not None:
        fits = _fits_numbered(lines, i, heading)
    else:
        fits = _fits_unnumbered(lines, i, heading)
    return heading if fits else None


def _fits_bare(lines: Sequence[Line], i: int, heading: Heading) -> bool:
    """Judge a numeral alone: between paragraphs, not between a question and its answer."""
    if _is_examination(lines, i) or i + 1 == len(lines):
        return False
    assert heading.enumerator is not None
    first = heading.enumerator.links[0][1][0].series
    if first in (Series.LOWER, Series.LOWER_ROMAN) and i > 0:
        return False
    following = lines[i + 1].text
    return not following[:1].islower() and following[:1] not in ",;.)]"


def _fits_numbered(lines: Sequence[Line], i: int, heading: Heading) -> bool:
    """Judge an enumerator with words: they read as a title, not as an item of a list or a footnote."""
    title, words = heading.title, heading.title.split()
    plain = heading.dress is Dress.PLAIN
    if (
        len(words) > _MAX_WORDS
        or _reads_as_text(title)
        or _ANSWER.fullmatch(title)
        or _ROW.search(title)
        or (_ANSWERED.match(heading.text) and _is_examination(lines, i))
    ):
        return False
    assert heading.enumerator is not None
    series = heading.enumerator.links[0][1][0].series
    minor = series >= Series.ARABIC
    if title.endswith((".", "?")) and plain and not _is_asked_or_named(lines, i, heading):
        return False
    if i + 1 == len(lines):
        return role_of_title(title) is not None
    return not (minor and plain and not _leads_on(lines[i + 1].text))


def _is_asked_or_named(lines: Sequence[Line], i: int, heading: Heading) -> bool:
    """Whether a plain line with a stop is a main part's question, or its short name (``I. The regulations.``)."""
    assert heading.enumerator is not None
    words = len(heading.title.split())
    minor = heading.enumerator.links[0][1][0].series >= Series.ARABIC
    if heading.title.endswith("?"):
        return words <= _QUESTION and not minor
    below = _beyond_marks(lines, i, 1) if i + 1 < len(lines) else ""
    listed = not _is_prose(below) or parse_enumerator(below, TextForm.NATURAL) is not None
    most = _MINOR_NAME if minor else _NAME
    return words <= most and not listed and not _is_examination(lines, i)


def _is_examination(lines: Sequence[Line], i: int) -> bool:
    """Whether a witness is being questioned here: ``A.`` is then an answer."""
    nearby = lines[max(0, i - 3) : i + 4]
    return any(line.text.startswith(("Q.", "Q:", "Q ")) for line in nearby)


def _fits_unnumbered(lines: Sequence[Line], i: int, heading: Heading) -> bool:
    title = heading.title
    known = heading.is_well_known or heading.is_document_title
    if _entitles(heading):
        return i + 1 < len(lines) and title[-1] not in ",;:"
    if _JUDGES.search(title) or _CAPTION.search(title) or _ORDERS.fullmatch(title):
        return known and _ORDERS.fullmatch(title) is not None and _stands_well(lines, i)
    if known:
        return (
            heading.dress is not Dress.PLAIN and title[-1] not in ",;:" and _stands_well(lines, i)
        )
    if heading.dress is Dress.PLAIN or _reads_as_text(title):
        return False
    if (title.endswith(".") and role_of_title(title) is None) or title.endswith(_STOP_IN_QUOTES):
        return False
    if (
        len(_WORD.findall(title)) > 12
        or not re.match(r"[^\W\d_]{2}", title)
        or re.search(r"[$%_\d=|]", _LAW_NUMBER.sub("", title))
    ):
        return False
    return _is_between_prose(lines, i)


def _entitles(heading: Heading) -> bool:
    return (
        heading.line < _TOP
        and heading.dress is Dress.CAPITALS
        and heading.enumerator is None
        and _LONG_TITLE.fullmatch(normal_title(heading.title)) is not None
    )


def _reads_as_text(title: str) -> bool:
    return (
        not (title[0].isupper() or title[0] in "\"“\u2018'§[(")
        or title[-1] in ",;:—\u2013-"
        or _ITEM.search(title) is not None
        or _SENTENCES.search(title) is not None
        or _CITATION.search(title) is not None
    )


def _stands_well(lines: Sequence[Line], i: int) -> bool:
    """Whether words follow, and do not run on from this line; running heads stand above a citation."""
    below = lines[i + 1].text if i + 1 < len(lines) else ""
    return bool(below) and not below[0].islower() and not _PAGE_HEAD.match(below)


def _is_between_prose(lines: Sequence[Line], i: int) -> bool:
    """Whether a paragraph ends above and running text begins below, as around a heading but not in a table."""
    if i == 0 or i + 1 >= len(lines):
        return False
    above, below = _beyond_marks(lines, i, -1), _beyond_marks(lines, i, 1)
    signed = lines[i].text.isupper() and _SIGNED.fullmatch(above) is not None
    ended = signed or (
        len(above) >= _PROSE and _ENDS_PARAGRAPH.search(above) is not None and above[-1] not in ":;"
    )
    return (ended or _heads(above)) and _is_prose(below) and below[0] not in '"“\u2018('


def _heads(line: str) -> bool:
    """Whether ``line`` is a numeral alone, or a main part's well-known heading: smaller ones stand right below."""
    enumerator = parse_enumerator(line, TextForm.NATURAL)
    if enumerator is not None:
        return not enumerator.title
    return is_well_known(line) and dress_of(line) is not Dress.PLAIN


def _beyond_marks(lines: Sequence[Line], i: int, step: int) -> str:
    """Return the next line above or below that is no footnote mark alone on its line."""
    at = i + step
    while 0 < at < len(lines) - 1 and _NOTE_MARK.fullmatch(lines[at].text):
        at += step
    return lines[at].text


def _leads_on(text: str) -> bool:
    """Whether running text follows, or the first of smaller parts."""
    below = parse_enumerator(text, TextForm.NATURAL)
    return _is_prose(text) or (below is not None and below.links[0][1][0].value == 1)


def _is_prose(text: str) -> bool:
    return len(text) >= _PROSE and not text[0].islower()
