"""What a section does in its opinion, told from words: its heading's, and where those are silent, its own."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final
from unicodedata import normalize

from indexer.records import OpinionType, SectionRole

_R = SectionRole

# The first that matches gives the role; so the special stands before the general.
_TITLES: Final[tuple[tuple[SectionRole, tuple[str, ...]], ...]] = (
    (_R.FOOTNOTES, (r"^(?:foot|end)?notes?$", r"^footnote \d+$")),
    (
        _R.APPENDIX,
        (r"^append(?:ix|ices|ixes)\b", r"^exhibit [a-z\d]+$", r"^attachment\b"),
    ),
    (_R.SYLLABUS, (r"^(?:reporter'?s )?syllabus\b", r"^headnotes?$")),
    (_R.DISSENT, (r"^dissent(?:ing opinion)?$", r"\bdissenting(?: opinion)?$")),
    (_R.CONCURRENCE, (r"^concurrence$", r"\bconcurring(?: opinion)?$")),
    (
        _R.STANDARD_OF_REVIEW,
        (
            r"\b(?:standards?|scope) (?:of|for) (?:\w+ )?review\b",
            r"^(?:the )?(?:applicable |governing )?(?:legal |review |rule \w* )?standards?$",
            r"\blegal standards?\b",
            r"^standards? (?:of|for|on|governing)\b",
            r"\b(?:judgment|dismiss|dismissal|review) standards?$",
            r"^de novo review$",
        ),
    ),
    (
        _R.FACTS,
        (
            r"\bfacts and (?:procedur|prior|proceeding|course|histor)",
            r"\bfactual and procedural\b",
            r"\bprocedur(?:al|e) and (?:factual|facts)\b",
            r"\bprocedural history and facts\b",
            r"\bbackground and proce|\bbackground facts\b",
        ),
    ),
    (
        _R.PROCEDURAL_HISTORY,
        (
            r"\bprocedural (?:history|background|posture|facts|setting|summary|matters?|context|overview)\b",
            r"\bprocedural (?:status|chronology|stance|proceedings)\b|^procedural$|^procedure$",
            r"\b(?:course|history|nature) of (?:the )?proceedings?\b",
            r"\b(?:prior|earlier|previous|further) proceedings\b",
            r"\bproceedings (?:below|before|in|and)\b|^(?:the )?(?:\w+ )?proceedings?$",
            (
                r"^(?:the )?(?:\w+ ){0,2}(?:trial|district|lower|circuit|bankruptcy|tax|superior|appellate) court(?:'?s)? "
                r"(?:proceedings?|decision|ruling|opinion|order|judgment|action)s?$"
            ),
            r"\b(?:litigation|case) history$|^history$|^prior history\b|^(?:the )?posture\b",
        ),
    ),
    (
        _R.ISSUE,
        (
            r"^(?:the )?issues?(?: (?:presented|involved|raised|on appeal|for review).*)?$",
            r"\bquestions? (?:presented|involved|certified)\b|^certified questions?$",
            r"\bissues? (?:presented|raised|on appeal|for review|to be)\b",
            r"\bstatement of (?:the )?(?:issue|question)s?\b",
            r"^(?:assignments?|specifications?) of errors?\b",
            r"^points? (?:on appeal|relied|of error)\b",
        ),
    ),
    (
        _R.ANALYSIS,
        (r"\bappl(?:ication|ying|ied)\b.*\b(?:to|of) (?:the |these |our |undisputed )*facts\b",),
    ),
    (
        _R.FACTS,
        (
            r"\bfindings of fact$|^facts?\b|^factual$",
            (
                r"\b(?:the|undisputed|relevant|operative|material|stipulated|historical|basic|pertinent|underlying|of) facts\b"
                r"(?!.*\b(?:insufficient|dispute|issue)\b)"
            ),
            r"\bfactual (?:background|history|allegations?|summary|setting|context|findings?|overview|basis)\b",
            r"^statement of (?:the )?(?:case|facts)\b|^statement$",
            r"^(?:the )?(?:parties|allegations?|evidence at trial)$",
        ),
    ),
    (
        _R.ANALYSIS,
        (
            (
                r"\b(?:legal|statutory|regulatory|legislative|constitutional) (?:and \w+ )?"
                r"(?:background|history|framework|landscape|scheme)\b"
            ),
        ),
    ),
    (_R.FACTS, (r"\bbackground\b", r"^(?:the )?(?:case|claim) history\b", r"^history of\b")),
    (_R.JURISDICTION, (r"\bjurisdiction(?:al)?\b",)),
    (
        _R.DISPOSITION,
        (
            r"^(?:in )?conclusions?$|^conclusion\b(?! of law)|\band conclusion$",
            r"^(?:the |final )?disposition\b|^decretal\b|^decree$",
            r"^(?:the |final )?(?:order|judgment)(?: of (?:the )?court)?$",
            r"^(?:the )?(?:mandate|remand)$|^ordering paragraphs?$",
        ),
    ),
    (
        _R.HOLDING,
        (
            r"^(?:the )?(?:court'?s? )?holdings?$|^held$",
            r"^summary of (?:the )?(?:holding|decision|conclusions)s?\b",
        ),
    ),
    (
        _R.INTRODUCTION,
        (
            r"^(?:introduction|introductory)\b|^(?:an )?overview$|^overview of the case",
            r"^(?:preliminary|prefatory) statement|^summary of the case$|^preamble$",
            r"^nature of (?:the )?(?:case|action|appeal)|^preface$|^synopsis$",
        ),
    ),
    (
        _R.ANALYSIS,
        (
            r"\b(?:analysis|discussion|merits?|conclusions? of law)\b",
            r"^(?:the )?(?:law|opinion|decision|ruling|arguments?)$|^whether\b",
        ),
    ),
)
_BY_TITLE: Final = tuple((role, re.compile("|".join(forms))) for role, forms in _TITLES)
_LEGAL_MATTER: Final = re.compile(
    r"\b(?:legal|law|whether|arguments?|contentions?|claims?|counterclaims?|defenses?|motions?|sufficiency|immunity|liability"
    r"|constitutional(?:ity)?|unconstitutional|amendment|error|validity|due process|equal protection|damages|sentencing"
    r"|enhancement|suppression|admissibility|statute|negligence|breach|violations?|rights?|hearsay|instructions?|remed(?:y|ies)"
    r"|standing|mootness|ripeness|preemption|deference|doctrine|rule|test|waiver|estoppel)\b"
)
"""Words of questions of law: they make a section analysis, unless it is a part of the facts."""

_WELL_KNOWN: Final = re.compile(
    r"(?:the |statement of (?:the )?|relevant |legal |brief |general |undisputed |pertinent )*"
    r"(?:introduction|overview|summary|background|facts?|factual|procedural|procedure|history|proceedings|posture|findings|allegations|case|issues?"
    r"|(?:\w+ )?assignments? of errors?|questions?|discussion|analysis|argument|merits|opinion|decision|law|conclusions?|disposition|order|judgment|decree|holding|relief"
    r"|appendix|syllabus|(?:foot)?notes|dissent|concurrence|jurisdiction|standards?|course)"
    r"(?: (?:and|of|on|the|below|facts?|factual|procedural|procedure|background|history|posture|summary|setting|proceedings|analysis|conclusions?|order|law|fact"
    r"|discussion|presented|appeal|case|merits|decision|review|findings|disposition|holding|involved|prior))*"
)
_MATTERS_OF_LAW: Final = frozenset(
    {_R.ANALYSIS, _R.STANDARD_OF_REVIEW, _R.JURISDICTION, _R.ISSUE, _R.DISPOSITION, _R.HOLDING}
)
_OWN_MATTERS: Final = frozenset(
    {_R.FACTS, _R.PROCEDURAL_HISTORY, _R.STANDARD_OF_REVIEW, _R.JURISDICTION, _R.ISSUE}
)
_NARRATIVE: Final = frozenset({_R.FACTS, _R.PROCEDURAL_HISTORY})

_BY_TYPE: Final = {
    OpinionType.DISSENT: _R.DISSENT,
    OpinionType.CONCURRENCE: _R.CONCURRENCE,
    OpinionType.CONCURRENCE_IN_PART: _R.CONCURRENCE,
    OpinionType.SYLLABUS: _R.SYLLABUS,
}

_STORY: Final = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
    r"|\b(?:filed|arrested|charged|convicted|sentenced|pleaded|pled|sued|brought suit|moved|alleged|testified|indicted|police|officers?"
    r"|arrived|told|worked|hired|bought|sold|signed|jury|trial|complaint|drove|shot|received|appealed|affirmed|denied|dismissed)\b"
)
_LAW: Final = re.compile(
    r"\b(?:[Ww]e|I) (?:hold|held|conclude|think|agree|disagree|reject|find|have|do not|cannot|need not|must|turn|believe|recognize|explained|are)\b"
    r"|\b(?:thus|therefore|precedents?|argues?|contends?|question|principle|doctrine|clearly|[Aa]mendment|Congress|supra|See|Id\.|id\.|interpretation)\b"
)
_DISPOSES: Final = re.compile(
    r"\b(?:so ordered|affirm(?:ed)?|reversed?|vacated?|remand(?:ed)?|dismiss(?:ed)?|denied|granted)\b",
    re.IGNORECASE,
)
_CAPTION: Final = re.compile(
    r"\b(?:court|appeals|docket|plaintiffs?|defendants?|appell(?:ant|ee)s?|petitioners?|respondents?"
    r"|argued|submitted|decided|messrs|attorneys?|of counsel|on the briefs?)\b|\bNos?\. ?[\d_]|\bv\.(?=\s)",
    re.IGNORECASE,
)
_ACCENTS: Final = re.compile(r"[\u0300-\u036f]")
_REMEMBERED: Final = 4096
"""Titles whose role is remembered: the same few head the parts of most opinions."""
_SHORT_END: Final = 1_500
"""Characters of a last part that may be no more than the court's order."""
_TELLING: Final = 3
"""Words of a story that a part needs before it can be facts."""
_ARGUING: Final = 6
"""Words of reasoning that a part under the facts' heading needs before it is analysis."""


def normal_title(title: str) -> str:
    """Return a heading's words in the one form that the tables here know: lower case, no marks around."""
    words = title.lower().replace("\u2019", "'").replace("&", "and")
    if not words.isascii():  # scanners read DISCÜSSION
        words = _ACCENTS.sub("", normalize("NFKD", words))
    words = re.sub(r"[^\w'\- ]+", " ", words)
    return " ".join(words.split()).strip(" -'")


@lru_cache(maxsize=_REMEMBERED)
def role_of_title(title: str) -> SectionRole | None:
    """Return the role that the words of a heading (its enumerator left out) say, or None."""
    normal = normal_title(title)
    if not normal:
        return None
    by_table = next((role for role, pattern in _BY_TITLE if pattern.search(normal)), None)
    return by_table or (SectionRole.ANALYSIS if _LEGAL_MATTER.search(normal) else None)


def role_of_path(titles: Sequence[str]) -> SectionRole | None:
    """Return the role that the headings along a path say, outermost first: the innermost that says one.

    A heading that only names a matter of law, or an introduction, does not take its section out
    of the facts, nor out of the standard of review.
    """
    inner: SectionRole | None = None
    for title in reversed(titles):
        role = role_of_title(title)
        if _is_faint(role, title):
            inner = inner or role
        elif role is not None:
            return role if inner is None or role in _OWN_MATTERS else inner
    return inner


def _is_faint(role: SectionRole | None, title: str) -> bool:
    """Whether a heading says a role that the headings above it may overrule."""
    return role is SectionRole.INTRODUCTION or (
        role is SectionRole.ANALYSIS and not _names_analysis(title)
    )


def _names_analysis(title: str) -> bool:
    normal = normal_title(title)
    return any(
        role is SectionRole.ANALYSIS and pattern.search(normal) for role, pattern in _BY_TITLE
    )


@lru_cache(maxsize=_REMEMBERED)
def is_well_known(title: str) -> bool:
    """Whether a heading is one of the words that head the main parts of opinions."""
    return _WELL_KNOWN.fullmatch(normal_title(title)) is not None


def role_of_type(opinion_type: OpinionType) -> SectionRole | None:
    """Return the role that every section of such an opinion has, or None."""
    return _BY_TYPE.get(opinion_type)


def is_matter_of_law(role: SectionRole | None) -> bool:
    """Whether such a section cannot be a part of the statement of facts."""
    return role in _MATTERS_OF_LAW


def is_narrative(role: SectionRole | None) -> bool:
    """Whether such a section tells what happened, outside the court or in it."""
    return role in _NARRATIVE


def tells_a_story(text: str) -> bool:
    """Whether ``text`` narrates (dates, filings, arrests) more than it reasons."""
    story, law = len(_STORY.findall(text)), len(_LAW.findall(text))
    return story >= _TELLING and story > law


def argues(text: str, *, times: int = 1) -> bool:
    """Whether ``text`` reasons, and more than ``times`` as much as it narrates."""
    story, law = len(_STORY.findall(text)), len(_LAW.findall(text))
    return law >= _ARGUING and law > times * story


def disposes(text: str) -> bool:
    """Whether ``text`` is short, and says what becomes of the judgment below."""
    return len(text) <= _SHORT_END and _DISPOSES.search(text) is not None


def is_caption(text: str) -> bool:
    """Whether the first lines of ``text`` name a court or the parties, as the head of a report does."""
    head = text.strip()[:400]
    return len(_CAPTION.findall(head)) >= 3
