"""The name of a case as it stands in the text before its citation: ``Graham v. Connor``."""

import re
from dataclasses import dataclass
from typing import Final

_WINDOW: Final = 240
"""Characters before a citation that are looked at; longer names are rare and are cut."""
_MOST_WORDS: Final = 18
_BLANK_LINE: Final = re.compile(r"\n[ \t]*\n")
_PAGE_MARK: Final = re.compile(r"\[?\*{1,2}\d{1,5}\]?|\[page \d+\]")
_NAME_END: Final = re.compile(
    r"(?P<behind>,)?\s*(?:,?\s+(?:(?:Civ|Crim|Cr|Case|Docket)\w*\.?\s)?(?:A\.\s|Action\s)?Nos?\.\s?[\w:./-]+(?:\s\([\w.]+\))?"
    r"(?P<docket>,)\s*)?(?P<court>\((?!In\s|Ex\s)[^()]{1,40}\)\s*,?\s*)?[(\[]?\Z"
)
"""What parts a name from its citation: a comma, a docket number, a court or a year in brackets."""
_NO_NAME: Final = re.compile(
    r"(?:\d|Term\b|Report\b|(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?\s\d)"
)
_OF_A_COURT: Final = re.compile(r"\bCourts?(?:\sof)?(?:\s(?:the|Civil|Criminal))?\s*\Z")
_LETTERS: Final = re.compile(r"[^\W\d_]{2}")
_VERSUS: Final = re.compile(r"\s(?:v|vs|V)\.?\s(?=\S)")
_WORD: Final = re.compile(r"\S+")
_ENDING: Final = tuple(';:”"?!)]—')
_OPENING: Final = "([“\"\N{LEFT SINGLE QUOTATION MARK}'—"


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_CONNECTORS: Final = _listed(
    "of the and & for ex rel rel. et al al. de la las los del di da von van der den du d/b/a a an"
    " ux. ux vir. re parte y e n/k/a f/k/a o/b/o dba v. vs."
)
_IN_DEFENDANT: Final = _CONNECTORS | _listed("in on to by at from as with against sub nom. nom")
_STOPS: Final = _listed(
    "See see Cf. cf. Cf But but Accord accord Compare compare Contra contra E.g. e.g. E.g., e.g., also Also quoting"
    " citing Quoting Citing In Under With with And Since Because While Although When As Like"
    " Unlike Whether Both Overruling overruling Following following After Before From By That In, Thus Thus,"
    " Indeed, However, Moreover, Finally, Similarly, Id. id. Ibid. ibid. generally Generally Section Justice Justices Court"
    " Court's Court’s supra supra, Supra e.g"
)
_SUFFIXES: Final = _listed(
    "inc co ltd llc llp lp corp na jr sr ii iii iv sa pc pa et plc ag gmbh nv bv s p secretary etc"
)
_ABBREVIATED: Final = _listed(
    "corp assn bros comm dept dist educ elec natl intl indus auth univ govt hosp inst assoc"
    " commn commr constr coop fedn fin found gen guar ins invs lab lib litig mach mfg mfrs mgmt mkt"
    " mktg mun mut org pharm pres prob prods prop prot pub ref regl rehab reprod res rest sav sch"
    " secy sec serv servs soc socy std sur sys tech tel telecomm transp transcon treas tpk unif util"
    " cent chem coll cons def distrib div econ emp engg envtl equal equip examr exch exec exp fid"
    " ry rr st mt ft twp cnty cty supt mrs messrs admr calif conn mass minn mich penn penna tenn"
    " wash miss okla ariz colo mont nebr kans internat intern broth assocs contr const hous"
)
_OPENERS: Final = _listed("The We It This That There A An He She They Here Nor Yet If For Our Its")
_LONGEST_ABBREVIATION: Final = 9
_NOT_ABBREVIATED: Final = _listed("act law day age man war use tax way him her it us so")
_TAKING_PREPOSITION: Final = _listed(
    "committee comm. comm commission council citizens people students institute center parents"
    " families coalition fund americans foundation ctr. inst. doctors lawyers women comm’n comm'n"
)
_PREPOSITIONS: Final = _listed("in on to against with")


@dataclass(frozen=True, slots=True)
class CaseName:
    """A case's name before a citation, and where it begins."""

    text: str
    """White space single, page marks left out."""
    start: int
    """Offset of its first character in the text."""
    has_parties: bool
    """Whether it names both sides, or a matter (``In re Winship``); else it is a short name."""


def find_name(text: str, cited_at: int, floor: int, *, loose: bool = False) -> CaseName | None:
    """Return the name that stands right before the citation at ``cited_at``.

    ``floor`` is where the citation before it ends: a name never reaches over it. A short name needs
    a comma or a bracket behind it, unless ``loose``.
    """
    low = max(floor, cited_at - _WINDOW, 0)
    window = text[low:cited_at]
    filled = len(window.rstrip()) if window.rstrip().endswith(",") else len(window)
    if (blank := window.rfind("\n\n", 0, filled)) >= 0:
        low, window = low + blank + 2, window[blank + 2 :]
    if "*" in window or "[page" in window:
        window = _PAGE_MARK.sub(lambda mark: " " * len(mark[0]), window)
    window = window.rstrip()
    ended = _NAME_END.search(window)
    end = ended.start() if ended else len(window)
    parted = ended is not None and any(ended.group("behind", "docket", "court"))
    found = _bounds(window[:end], parted=loose or parted)
    if found is None:
        return None
    start, has_parties = found
    words = " ".join(window[start:end].split())
    return CaseName(words, low + start, has_parties) if _LETTERS.search(words) else None


def _bounds(window: str, *, parted: bool) -> tuple[int, bool] | None:
    found = list(_VERSUS.finditer(window))
    versus = found[-1] if found else None
    if versus is not None and _is_defendant(window[versus.end() :]):
        start = _walk_back(window, versus.start())
        if start == versus.start() and window[:start].endswith("See"):
            return start - len("See"), True  # See v. City of Seattle
        if start < versus.start():
            return start, True
    if not parted:
        return None
    start = _walk_back(window, len(window))
    if start >= len(window) or _NO_NAME.match(window, start) or _OF_A_COURT.search(window[:start]):
        return None
    is_matter = window.startswith(("In re", "In the Matter", "Ex parte", "Matter of"), start)
    return start, is_matter


def _is_defendant(words: str) -> bool:
    if not words.strip() or any(mark in words for mark in ';“”"'):
        return False
    split = words.split()
    if len(split) > _MOST_WORDS:
        return False
    for at, word in enumerate(split):
        if word[0].islower() and word.rstrip(",") not in _IN_DEFENDANT and word.isalpha():
            return False
        if at + 1 < len(split) and _ends_sentence(word) and _opens_sentence(word, split[at + 1]):
            return False
    return True


def _opens_sentence(word: str, following: str) -> bool:
    """Whether a full stop after an unknown word ends a sentence: between ``v.`` and a citation few do."""
    return following in _OPENERS or following in _STOPS or len(word) > _LONGEST_ABBREVIATION


def _walk_back(window: str, end: int) -> int:
    """Return where the run of a party's words begins that ends at ``end``; ``end`` if there is none."""
    words = list(_WORD.finditer(window, max(0, end - _WINDOW), end))
    first = len(words)
    for at in range(len(words) - 1, max(-1, len(words) - 1 - _MOST_WORDS), -1):
        if not _belongs(words, at):
            break
        first = at
        if words[at][0][0] in _OPENING:
            break
    while (
        first < len(words)
        and (words[first][0].lower() in _CONNECTORS)
        and words[first][0][0].islower()
    ):
        first += 1
    if first == len(words):
        return end
    word = words[first]
    return word.start() + len(word[0]) - len(word[0].lstrip(_OPENING + "[*"))


def _belongs(words: list[re.Match[str]], at: int) -> bool:
    """Whether a word is part of the party's name that the words behind it are."""
    word = words[at][0].lstrip(_OPENING)
    following = words[at + 1][0] if at + 1 < len(words) else ""
    if not word:
        return False
    if word in {"In", "in"} and following in {"re", "the"}:
        return following == "re" or (at + 2 < len(words) and words[at + 2][0] == "Matter")
    if following and (word.endswith(_ENDING) or _ends_sentence(word) or ")" in word):
        return False
    if word in _STOPS:
        return False
    if following and word.endswith(",") and not _comma_inside(words, at):
        return False
    if word[0].isupper() or word[0].isdecimal() or word == "&":
        return True
    if word in _PREPOSITIONS:
        return at > 0 and words[at - 1][0].lower() in _TAKING_PREPOSITION
    return word.rstrip(",") in _CONNECTORS


def _comma_inside(words: list[re.Match[str]], at: int) -> bool:
    following = [words[i][0] for i in range(at + 1, min(at + 4, len(words)))]
    suffix = following[0].rstrip(",").replace(".", "").lower()
    return suffix in _SUFFIXES or "&" in following or "and" in following[1:2]


def _ends_sentence(word: str) -> bool:
    """Whether a word with a full stop ends a sentence rather than being an abbreviation."""
    if not word.endswith("."):
        return False
    core = word[:-1].lower()
    if core.endswith((")", "”", '"')):
        return True
    if "." in core or "'" in core or "’" in core or core in _ABBREVIATED:
        return False
    return core in _NOT_ABBREVIATED or len(core) > 3 or core.isdigit()
