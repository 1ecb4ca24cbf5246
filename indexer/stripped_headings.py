"""Is this line of the stripped form a heading? Its words must tell: capitals, digits and brackets are gone."""

import re
from collections.abc import Sequence
from typing import Final

from indexer.lines import Line
from indexer.numbering import Enumerator
from indexer.roles import is_well_known, role_of_title

_MAX_WORDS: Final = 30
_ENDED_WORDS: Final = 15
_KNOWN_WORDS: Final = 6
_QUESTION_WORDS: Final = 5
_PROSE_WORDS: Final = 9
_TERMINAL: Final = (".", "?", "!", '."', ".”", ".'", ".)")
# What is left of citations when their numbers and reporters are gone.
_CITATION: Final = re.compile(
    r"\b(?:id|ibid|supra|infra|cir|citing|quoting|omitted|added|cf|wl|emphasis)\b|^(?:see|compare|accord|but see|at)\b|,at\b| at$|,d\b|\bd\.|\bex rel\b|^[^ ]+ v\."
)
_SIGNATURE: Final = re.compile(
    r"\b(?:circuit|district|chief|senior|magistrate|associate|presiding|bankruptcy) (?:judges?|justices?)\b(?! (?:ruling|decision|error|order|findings?))"
    r"|,(?:chief )?(?:judge|justice|j|jj|c\.j)\b|^(?:per curiam|by the court|so ordered|it is so ordered|argued|decided|filed|before)\b"
    r"|\b(?:dissenting|concurring)\b(?! opinion)"
)
_ORDER: Final = re.compile(
    r"(?:(?:it is |is |be )?(?:affirmed|reversed|vacated|remanded|dismissed|denied|granted|enforced|judgment|appeal|petition)(?: in part)?[ ,]*(?:and |with .*)?)+"
)
# A paragraph that breaks off before a quotation ends in one of these.
_LEADS_IN: Final = re.compile(
    r"\b(?:that|which|the|a|an|of|to|in|by|for|with|and|or|as|is|are|was|were|be|been|from|on|follows?|following|provid(?:es?|ed|ing)|stat(?:es?|ed|ing)"
    r"|sa(?:ys?|id)|held|holds?|explain(?:s|ed|ing)?|wr(?:ites?|ote)|reads?|conclud(?:es?|ed)|not(?:es|ed)|observ(?:es?|ed)|found|reason(?:s|ed)|ruled"
    r"|testified|asked|answered|replied|argu(?:es?|ed)|alleg(?:es?|ed)|recit(?:es?|ed)|because|if|when|where|who|but|part|including|include[sd]?|define[sd]?|declare[sd]?"
    r"|instructed|question|colloquy|exchange|occurred|ensued|added|continued|responded|language|paragraph|thus|namely|(?<!ful )(?<!by )means|requires?|whether|its|his|her|their|our|this)$"
)
_PRONOUN: Final = re.compile(r"\b(?:we|i|he|she|they|you|us|my|me|him|them|his|her|our|your)\b")
_VERB: Final = re.compile(
    r"\b(?:is|are|was|were|has|have|had|does|did|shall|will|must|may|can|argues?|contends?|claims that|filed|affirm|reverse)\b"
)
# What a sentence says when a list or a quotation comes next, or an order does.
_ANNOUNCES: Final = re.compile(
    r"\bfollowing\b|\b(?:two|three|four|five|six|several) \w+(?: \w+)?$|\bis met\b|\bsets forth\b|\b(?:term|word|phrase) \w+(?: \w+)? means\b|^(?:it is|ordered)\b|^(?:be it|dear|image here$)|^[b-hj-z] |^a [aeiou]|_"
    r"|^(?:page|table|figure)\b|^(?:and|or|but|to|that|indeed|alternatively|finally|moreover|however|accordingly|thus|therefore|even|further|nonetheless|although|because|since)[ ,]|^(?:as|in) (?:the|this|that) "
)
_WE: Final = re.compile(r"\b(?:we|you|us|my|me|our|your)\b")
_SAYS: Final = re.compile(
    r"\b(?:argues|alleges|contends|asserts|maintains|consists|takes|gave|recommended|observed|is premised|(?:has|have) no)\b|,(?:which|who|whom|whose|however|as|where)\b"
)
_COMMAND: Final = re.compile(r"\b(?:shall|will|must|may|can|could|would|should)\b")
_ARGUES: Final = re.compile(
    r"^(?:whether|did|does|is|are|was|the (?:district|trial|lower) court|can|may|must|should)\b"
)
_ABBREVIATED: Final = re.compile(
    r"\b(?:[a-z]\.)+(?=[a-z])|\b(?:mr|mrs|ms|dr|st|no|inc|co|jr|u\.s|art|sec|v)\."
)


def is_stripped_heading(lines: Sequence[Line], i: int, enumerator: Enumerator | None) -> bool:
    """Whether line ``i`` heads a section, as far as it and the lines beside it tell."""
    title = enumerator.title if enumerator else lines[i].text
    if not title:
        return i + 1 < len(lines)
    if title.endswith(_TERMINAL):
        return _is_ended_title(lines, i, enumerator)
    if is_well_known(title) and title[-1] not in ",;:":
        return True
    return not _reads_as_text(title, numbered=enumerator is not None) and _stands_between(lines, i)


def _is_ended_title(lines: Sequence[Line], i: int, enumerator: Enumerator | None) -> bool:
    """Whether a line that ends like a sentence is a title all the same: a known one, a numbered one, a question."""
    title = enumerator.title if enumerator else lines[i].text
    bare = title.rstrip(".?!")
    words = len(bare.split())
    if is_well_known(bare):
        return words <= _KNOWN_WORDS
    asks = title.endswith("?") and words >= _QUESTION_WORDS
    if not asks and (
        enumerator is None or not title.endswith(".") or words > _ENDED_WORDS or _VERB.search(bare)
    ):
        return False
    return bool(bare) and not _reads_as_text(bare, numbered=True) and _stands_between(lines, i)


def _reads_as_text(title: str, *, numbered: bool) -> bool:
    words = title.split()
    if len(words) > _MAX_WORDS or len(title) < 3 or title[-1] in ",;:-" or not title[0].isalpha():
        return True
    if _CITATION.search(title) or _SIGNATURE.search(title) or _ORDER.fullmatch(title):
        return True
    if _LEADS_IN.search(title) or _ANNOUNCES.search(title) or _has_inner_stop(title):
        return True
    return not _ARGUES.search(title) and _is_clause(title, numbered=numbered)


def _is_clause(title: str, *, numbered: bool) -> bool:
    """Whether the words have a subject and a verb as sentences have, not as titles have."""
    words = len(title.split())
    if numbered:
        return _WE.search(title) is not None
    if _PRONOUN.search(title) or _SAYS.search(title) or (words > 8 and title.startswith("a ")):
        return True
    return _COMMAND.search(title) is not None or (words > 12 and "," in title) or words > 18


def _has_inner_stop(title: str) -> bool:
    """Whether a sentence ends inside; two headings run together (``qualified.standard of review``) are no sentence."""
    pieces = re.split(r"[.?!](?=\S)", _ABBREVIATED.sub("", title))
    if len(pieces) == 1:
        return False
    short = len(title.split()) <= 8 and len(pieces[0].split()) <= 3
    return not (short and len(pieces) == 2 and role_of_title(pieces[1]) is not None)


def _stands_between(lines: Sequence[Line], i: int) -> bool:
    """Whether something begins below, and nothing above leads to this line: the last line may be cut off.

    That no full stop stands above says little: this form loses those before a quotation mark.
    """
    if i + 1 == len(lines):
        return False
    above = lines[i - 1].text if i else ""
    below = lines[i + 1].text
    if _LEADS_IN.search(above) and len(above.split()) > 3 and not is_well_known(above):
        return False
    return len(below.split()) >= _PROSE_WORDS or not below.endswith(_TERMINAL)
