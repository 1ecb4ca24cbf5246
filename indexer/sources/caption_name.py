"""The name of a case as its caption has it, in the short form that cases are cited by."""

import re
from collections.abc import Sequence
from typing import Final

_VERSUS: Final = re.compile(r"^(.*?)(?:^|\s)(v\.?|vs\.?|versus)(?:\s+(.*))?$", re.IGNORECASE)
_SINGLE: Final = re.compile(
    r"^(?:in re:?\s|in the matter of:?\s|matter of\s|ex parte:?\s|(?:the\s+)?(?:estate|application) of\s).{2,120}$",
    re.IGNORECASE,
)
_ROLE: Final = re.compile(
    r"\b(?:plaintiffs?|defendants?|petitioners?|respondents?|appell(?:ants?|ees?)|claimants?|relators?|movants?|intervenors?"
    r"|cross-\w+|debtors?|counter-\w+|third[- ]party \w+|real part(?:y|ies) in interest)\b",
    re.IGNORECASE,
)
_OTHERS: Final = re.compile(
    r",?\s*\b(?:et\s+al\b|et\s+ux\b|et\s+vir\b|individually\b|on behalf of\b|by and through\b|in (?:his|her|its|their)(?: \w+)? capacit"
    r"|as (?:next friend|guardian|administrat|execut|trustee|personal|special)|d/b/a\b|dba\b|a/k/a\b|aka\b|f/k/a\b|an? \w+ (?:corporation|individual|company|partnership)\b"
    r"|(?:acting )?(?:warden|superintendent|commissioner|secretary|attorney general|director|sheriff)\b(?=,|\s*$)).*$",
    re.IGNORECASE,
)
_NO_PARTY: Final = re.compile(
    r"\bcourt\b|\bcircuit\b|\bnos?\.|\bcase\b|\bdecided\b|\bargued\b|\bfiled\b|\bappeals? from\b|\bcertiorari\b|\bdocket\b|\bopinion\b"
    r"|\bjudges?\b|\bdistrict of\b|\bdivision\b|\bpublish|\bcite as\b|\bsyllabus\b|\bterm\b|\bslip\b|_{3}|\b\d{4}\b",
    re.IGNORECASE,
)
_EDGES: Final = " ,;:|)(§*-–—"
_ABBREVIATION: Final = re.compile(
    r"(?:\b(?:inc|co|corp|ltd|jr|sr|bros|dept|dist|no|cir|assn|ass'n)|\b\w|\.\w+)\.$", re.IGNORECASE
)
_CITED: Final = re.compile(
    r"\b\d{1,4}\s+[A-Z]\S*(?:\s\S+){0,2}\s\d|\b(?:see|cf|citing|quoting)\b", re.IGNORECASE
)
_ROWS: Final = 4
"""Lines that one side's name takes, at most."""
_SMALL: Final = frozenset(
    ["a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "v"]
)
_ABBREVIATED: Final = re.compile(
    r"(?:[A-Z]\.){1,}[A-Z]?\.?|LLC|LLP|PLLC|L\.?P\.?|USA|II|III|IV|N\.?A\.?|[A-Z]{1,2}"
)
_WORDS: Final = frozenset({"co", "ex", "in", "jr", "no", "re", "sr", "st"})
_SENTENCE: Final = re.compile(r"[a-z]{3,}\.\s+[A-Z][a-z]+\s+[a-z]+")


def case_name(lines: Sequence[str]) -> str | None:
    """Return the name of the case that ``lines`` are the caption of; `None` where none is plain.

    ``GRAHAM v. CONNOR ET AL.`` on one line, the parties above and below a ``v.`` on a line of its
    own, or a name of one line such as ``In re Winship``.
    """
    for at, line in enumerate(lines):
        if _SINGLE.match(line) and not _NO_PARTY.search(line):
            return _cased(_ended(_OTHERS.sub("", line)))
        sides = _VERSUS.match(line)
        if sides is None or _SENTENCE.search(line) or _CITED.search(line):
            continue
        name = _both(lines, at, sides)
        if name is not None:
            return name
    return None


def one_line_name(line: str) -> str | None:
    """Return the name of the case that ``line`` is the title of; `None` where it is no case's."""
    if _SINGLE.match(line) and not _NO_PARTY.search(line):
        return _cased(_ended(_OTHERS.sub("", line)))
    sides = _VERSUS.match(line)
    if sides is None or not sides[1].strip() or not (sides[3] or "").strip():
        return None
    return _both([line], 0, sides)


def _both(lines: Sequence[str], at: int, sides: re.Match[str]) -> str | None:
    above = sides[1] if sides[1].strip(_EDGES) else _above(lines[:at])
    below = sides[3] if (sides[3] or "").strip(_EDGES) else _below(lines[at + 1 :])
    first, second = _party(above), _party(below)
    if not first or not second:
        return None
    return f"{_cased(first)} v. {_cased(second)}"


def _above(lines: Sequence[str]) -> str:
    """Return the party that stands above a ``v.``: the lines back to what is no party's name."""
    found: list[str] = []
    for line in reversed(lines[-8:]):
        words = _left_of_box(line)
        if _NO_PARTY.search(words) or len(found) == _ROWS:
            break
        if _ROLE.search(words) and not _without_role(words):
            continue
        if words.strip(_EDGES):
            found.insert(0, words)
    return " ".join(found)


def _below(lines: Sequence[str]) -> str:
    found: list[str] = []
    for line in lines[:_ROWS]:
        words = _left_of_box(line)
        if _NO_PARTY.search(words):
            break
        found.append(words)
        if _ROLE.search(words) or words.rstrip().endswith("."):
            break
    return " ".join(found)


def _left_of_box(line: str) -> str:
    """Return the side of a caption's box that names the parties: what stands before ``)`` or ``|``."""
    return re.split(r"\s[)|:§](?:\s|$)|^[)|:§]\s", line, maxsplit=1)[0]


def _without_role(words: str) -> str:
    return _ROLE.split(words, maxsplit=1)[0].strip(_EDGES)


def _party(words: str) -> str | None:
    """Return the first party that ``words`` name, without its part in the case."""
    name = _without_role(words)
    name = _ended(_OTHERS.sub("", name))
    plain = 2 <= len(name) <= 100 and re.match(r"[^\W_]", name) and not name[0].islower()
    return name if plain and not _NO_PARTY.search(name) else None


def _ended(name: str) -> str:
    """Return ``name`` without what stands around it; the full stop of an abbreviation stays."""
    name = re.sub(r"\*+|\[\d+\]", "", name)
    name = " ".join(name.split()).strip(_EDGES)
    return name if _ABBREVIATION.search(name) else name.rstrip(_EDGES + ".")


def _cased(name: str) -> str:
    """Return a name that is set in capitals in ordinary letters."""
    if sum(letter.islower() for letter in name) > sum(letter.isupper() for letter in name) / 2:
        return name
    return " ".join(_cased_word(word, at) for at, word in enumerate(name.split()))


def _cased_word(word: str, at: int) -> str:
    if at and word.lower() in _SMALL:
        return word.lower()
    if _ABBREVIATED.fullmatch(word.strip(",;")) and word.lower().strip(",.;") not in _WORDS:
        return word
    if word.lower() in ("v.", "vs."):
        return "v."
    word = re.sub(r"[^\W\d_]+(?:['’][^\W\d_]+)?", lambda found: found[0].capitalize(), word)
    return re.sub(
        r"\b(?:Mc|[OD]['’])[a-z]", lambda found: found[0][:-1] + found[0][-1].upper(), word
    )
