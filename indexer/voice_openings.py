"""How a judge's writing opens: in what words, whose it is, and of what type."""

import re
from typing import Final

from indexer.justices import chief_justice, surname
from indexer.records import OpinionType
from indexer.voice_kinds import Bench, Form, Opening

LONGEST: Final = 700
"""Characters at a paragraph's start that an opening can take up."""


_WORD: Final = (
    r"(?:[A-Z\u00c0-\u00de][\w\u2019\u2018'`\u00b4\-]*\.?|[Dd]e|[Vv][ao]n|[Dd]u|[Ll]a|[Ll]e|[Dd]i)"
)
_NAME: Final = (
    rf"(?P<name>{_WORD}(?:\s{_WORD}){{0,4}}?(?:,?\s(?:Jr\.?|JR\.?|Sr\.?|SR\.?|I{{2,3}}|IV))?)"
)
_MISTER: Final = r"(?:M[a-zA-Z]{1,2}[.,']{0,2}\s?)"
_JUSTICE: Final = r"(?i:(?P<chief>chief\s+)?just[il1]\s?[coe]e)"
_TITLED: Final = rf"(?:{_MISTER}?{_JUSTICE}|(?i:(?:chief |circuit |district |senior )*judge))\s+(?P<titled>(?:(?:Van|VAN|De|DE|St\.)\s)?[A-Z][\w\u2019\u2018'`\u00b4\-]*(?:\s(?:[A-Z]\.?\s?)?[A-Z][\w\u2019'`\-]+)??)"
_THE_CHIEF: Final = rf"(?:(?i:the)\s{_MISTER}?|{_MISTER})(?i:chief\s+justice)\b"
_RANKS: Final = (
    r"(?:United States|U\.\s?S\.|Senior|Chief|Ch\.|Acting|Presiding|Associate|Circuit|District|Bankruptcy|Magistrate"
    r"|Special|Administrative|Vice|Retired|Tax|Court|Trial|Appeals|Superior)"
)
_OFFICE: Final = (
    rf"(?:(?:(?i:{_RANKS})\s+)*(?i:judge|justice|chancellor|commissioner|surrogate|referee)\b(?![s\u2019'])"
    r"|(?:(?:C|P|A|V|S|D|Ch|Acting P|A\. ?C|Sp)\.?\s?)?J\.?(?:\s?A\.\s?D\.|\s?P\.)?(?![\w\u2019'])|C\.(?=,|\s\())"
)
_OFFICED: Final = rf"{_NAME},?[*\u2020]?\s?,\s?{_OFFICE}[*\u2020]?"
_PER_CURIAM: Final = re.compile(
    r"(?:(?i:opinion\s+)?(?i:per\s+curiam)|(?:BY\s+)?THE\s+COURT|By\s+the\s+Court)(?:\s*[.,:;]+|(?=\s*[\[*\u2020\u2014(]|\s*$|\s+[A-Z]))"
)
_LED_IN: Final = re.compile(
    r"(?i:(?:(?P<judgment>judgment of the court,? and)\s+)?(?:the\s+)?(?:(?P<kind>dissenting|concurring|separate|specially concurring|partial dissenting)\s+)?"
    r"(?:the\s+)?(?:opinion|memorandum|statement|dissent|concurrence)(?P<court>\s+(?:of|for)\s+the\s+court)?"
    r"\s*,?\s*(?:(?:was\s+)?(?:delivered\s+)?by|of)\b\s*(?:the\s+court\s+by\s+)?:?\s*)"
)
_SPEAKER: Final = re.compile(
    rf"(?:(?P<the_chief>{_THE_CHIEF}(?!\s+(?:[A-Z][A-Za-z]*[A-Z]|[A-Z][a-z]+\.?$)))|{_TITLED}(?![\w\u2019'])|{_OFFICED})"
)
_LEADING: Final = re.compile(
    r"(?:\[?\{?\u00b6\s?\d+[.\]}]*\s*|\*\d+\s*|No\.\s[\d\-]+[.:,]\s+)?(?:(?:Hon\.|HON\.)\s)?(?:After (?:stating|making)[^.\n]{0,120}?,\s+(?=M|[Tt]he))?"
)
_JOINED: Final = re.compile(
    r"[,;(\s]*(?:and\s+)?(?i:(?:with\s+|in\s+)?(?:whom|whose\s+opinion|which)|(?=joined by))\s*(?:(?i:concurred|concurs?|was|were|joined by|joined|joins?)\s+(?P<after>(?:[^.;:\n]|(?<=M[rR]|JJ)\.){3,200}?)\)?(?=,?\s*\)?,?\s*(?i:dissent|concur|deliver|announc|also)|(?<!M[rR])[.:)](?:\s|$))"
    r"|(?P<before>[^\n]{2,240}?)\s+(?i:joined|joins?|jon?ins?|concurs?|concurred|agrees?|unites?)\b(?:[^,.:;)(\n]|,(?=\s(?:and\s)?(?:Parts?\s)?[IVX\d]+\b)){0,90})[,);\s]*",
)
_COLLEAGUES: Final = re.compile(
    rf"(?:\s*,)?\s*(?:and\s+|,\s*)(?:{_THE_CHIEF}|{_MISTER}?{_JUSTICE}\s+[A-Z][\w\u2019'\-]+(?:\s[A-Z][\w\u2019'\-]+)?|I\b)".replace(
        "(?P<chief>", "(?:"
    )
)
_ONE: Final = re.compile(
    rf"(?P<the_chief>{_THE_CHIEF}(?!\s+[A-Z]))|(?P<name>(?:(?:Van|VAN|De|DE)\s)?[A-Z][\w\u2019'`\-]+)"
)
_NOT_A_NAME: Final = re.compile(
    r"(?i:\b(?:before|present|panel|on|in|the|of|court|appeal|appellate|united|states|state|opinion|judge|justice|chief|honou?rable|hon|circuit|district|senior|mr|messrs|argued|decided|by|we|i|concur|so|see|and|cf|id|per|from|for|to|petitioner|respondent|appellant|appellee|order|no|nos|at|it|this|that|what|associate|presiding|counsel|attorney)\b)"
)
_POSSESSIVE: Final = ("'s", "\u2019s", "s'", "s\u2019", "`s")
_SEPARATELY: Final = re.compile(
    r"[\s,;:(\[\u2014\u2013.-]*(?i:(?:also|respectfully|specially|separately|partially|partly|further|likewise|too|in|while)\s+)*(?P<verb>(?i:dissenting|concurring|dissents?|dissented|concurs?|dissent|concurrence|dubitante))\b"
)
_PARTICIPLE: Final = re.compile(r"(?i:dissenting|concurring|dubitante)")
_COMPLEMENT: Final = re.compile(
    r"(?P<words>(?:[^.:\u2014\n]|(?<=\bNo)\.|(?<=\bNos)\.|(?<=\b[Mm][rR])\.|(?<=, pp)\.|(?<=, p)\.)*?)\s*(?P<stop>(?<!\bNo)(?<!\bNos)(?<!\b[Mm][rR])(?<!, p)(?<!, pp)[.:\u2014]|\n|$)"
)
_QUOTED: Final = re.compile(
    r"(?i:\b(?:said|says|wrote|writes|observed|stated|states|argued|argues|noted|notes|thought|thinks|declared|concluded|expressed|put|remarked|pointed"
    r"|protested|urged|suggests?|suggested|contends?|would|view|was|were|is|are|has|had|explained|explains|asserts?|relies|opinions? in|took|which|filed|at pages?)\b)|\bv$|\d+\s+U\.\s?S|\d{3}"
)
_COMPLEMENTS: Final = re.compile(
    r"(?i:[\s,);\]*\u2020(]*(?:$|(?:in|from|except|as|for|to|with|and|or|but|on|upon|only|specially|separately|without|by|because|at|also|under|insofar"
    r"|dissenting|concurring|respectfully|partially|dubitante|said|opinions?[\s)]*$|statement[\s)]*$)\b))"
)
"""How words go on that say what is concurred in or dissented from."""
_CASES: Final = re.compile(r"\bNos?\. ?\d[\d\-]*(?:(?:, and|,| and) \d[\d\-]*)*")
_WITH_WHOM: Final = re.compile(r"[,(\s]*\b(?:with )?whom\b.*", re.DOTALL)
_SAID: Final = re.compile(r"[^:]{0,40},? said")
"""``Mr. Justice DAVIS, dissenting, said:`` over his own words; those of a quoted judge stand in marks."""
_DELIVERED: Final = re.compile(
    r"[\s,;:(]*(?:(?:[^.:]{0,220}?[,\s])?(?i:delivere?d|announced|pronounced|gave|read|wrote)|(?i:(?:speaking|writing)?\s?for))\s+"
    r"(?i:(?:the\s+|this\s+|t\w{1,3}\s+|an?\s+)?(?:following\s+)?(?:unanimous\s+|majority\s+)?"
    r"(?:(?:opinions?|judgments?|decision|decree|conclusions?)\b|(?:court|majority)\b(?=\s*[.:]?\s*$)))[^\n]{0,300}"
)
_PLURAL: Final = re.compile(r"(?i:\ban opinion\b|announced the (?:judgment|decision|conclusion))")
_WHOLE: Final = re.compile(r"(?i:the opinion of the court|opinion for the court)")
_REPORTED: Final = "1900"
"""From this year on ``STEVENS, J., delivered …`` is the Supreme Court reporter's list of who wrote what."""
_ABSENT: Final = re.compile(
    r"(?i:took no part|did not (?:participate|sit|hear)|not participating|took part|having been)"
)
_LISTS_VOTES: Final = re.compile(
    r"(?i:\bconcluding\b|\bfiled (?:an?|his|her|separate|the)\b[^.]*(?:opinion|statement|dissent)|\b(?:post|ante), pp?\. ?\d)"
)
_THIRD_PERSON: Final = re.compile(
    r"[\s,]*(?i:(?:also |respectfully )?(?:dissents?|dissented|concurs?|concurred|is of (?:the )?opinion|are of (?:the )?opinion|thinks?|believes?|would|agrees?|votes?|acquiesces?|does not|do not|cannot|desires?|expresses|being of (?:the )?opinion)\b)"
)
_REASONS: Final = re.compile(
    r"(?i:\bfor (?:the |substantially the )?reasons?\b|\bbecause\b|\b(?:up)?on the (?:ground|authority|basis)|\bin (?:his|her|their) (?:view|opinion|judgment)|\bsince\b|\b(?:he|they) (?:thinks?|believes?)\b)"
)
_JOINS_ONLY: Final = re.compile(
    r"(?i:\b(?:joins?|concurs?|agrees?|unites?|join)\b (?:in|with)? ?(?:this|the|that|his|these|said|in) ?(?:this |the )?(?:\w+ )?(?:opinion|dissent|views?|result|judgment|concurrence|conclusions?)[\w\s'’]{0,30}\.?$)"
)
_VOTES: Final = re.compile(
    r"(?i:\s*(?:also )?(?:dissent|concur)(?:s|ed)?\b[^.]{0,60}\.?(?:\[[*\d]+\]|\*)?\s*)"
)
_REASONED: Final = 200
"""Characters from which on a vote must be telling its reasons."""
_FINITE: Final = re.compile(r"(?i:\b(?:dissents?|dissented|concurs?|concurred)\b)")
_DISSENTS: Final = re.compile(r"(?i:\bdissent)")
_CONCURS: Final = re.compile(r"(?i:\bconcur|\bagree)")


def read_opening(paragraph: str, bench: Bench) -> Opening | None:
    """Return what opens with ``paragraph`` (the text from there on), or None where no voice does.

    Looks at the first words alone, so a judge who is quoted or cited within a paragraph opens nothing.
    """
    head = paragraph[:LONGEST]
    lead = _LEADING.match(head)
    start = lead.end() if lead else 0
    curiam = _PER_CURIAM.match(head, start)
    if curiam:
        return _per_curiam(head, curiam.end())
    led_in = _LED_IN.match(head, start)
    speaker = _SPEAKER.match(head, led_in.end() if led_in else start)
    if speaker is None or _is_no_name(speaker):
        return None
    rest = _Rest(head, speaker.end())
    rest.of_lower_court = speaker["titled"] is not None and "udge" in speaker[0].lower()
    rest.joined(bench)
    author = _author(speaker, bench)
    return _opening(rest, bench, author, led_in, titled=speaker["name"] is None)


class _Rest:
    """What follows the speaker's name, and who joins."""

    def __init__(self, head: str, at: int) -> None:
        self.head = head
        self.at = at
        self.joined_by: tuple[str, ...] = ()
        self.first_person = False
        self.of_lower_court = False

    def joined(self, bench: Bench) -> None:
        """Step over colleagues who speak too, and over ``with whom … join``."""
        names: list[str] = []
        while colleague := _COLLEAGUES.match(self.head, self.at):
            self.first_person |= colleague[0].endswith("I")
            names += _names(colleague[0], bench)
            self.at = colleague.end()
        while joining := _JOINED.match(self.head, self.at):
            if "conclud" in joining[0]:
                break
            names += _names(joining["after"] or joining["before"] or "", bench)
            self.at = joining.end()
        self.joined_by = tuple(dict.fromkeys(names))

    @property
    def line(self) -> str:
        """What is left of the paragraph."""
        return self.head[self.at :].split("\n", 1)[0]


def _per_curiam(head: str, end: int) -> Opening:
    line = head[end:].split("\n", 1)[0].strip(" *[]\u2020\u2014()")
    return Opening(
        form=Form.COURT,
        type=OpinionType.PER_CURIAM,
        author=None,
        end=end,
        inline=len(line) > 2,
    )


def _is_no_name(speaker: re.Match[str]) -> bool:
    name = speaker["titled"] or speaker["name"]
    if name is None:
        return False
    return name.lower().endswith(_POSSESSIVE) or _NOT_A_NAME.search(name) is not None


def _author(speaker: re.Match[str], bench: Bench) -> str | None:
    if speaker["the_chief"]:
        return chief_justice(bench.date) if bench.supreme else None
    justice = bench.supreme and speaker["titled"] is not None and "udge" not in speaker[0].lower()
    return surname(speaker["titled"] or speaker["name"], justice=justice, date=bench.date)


def _names(written: str, bench: Bench) -> list[str]:
    """Return the surnames in ``Mr. Justice Black and THE CHIEF JUSTICE``."""
    found: list[str | None] = []
    for one in _ONE.finditer(
        re.sub(
            rf"{_MISTER}?(?<!the )(?<!The )(?<!THE ){_JUSTICE}(?=\s+[A-Z])".replace(
                "(?P<chief>", "(?:"
            ),
            "",
            written,
        )
    ):
        if one["the_chief"]:
            found.append(chief_justice(bench.date) if bench.supreme else None)
        elif not _NOT_A_NAME.search(one["name"]) and len(one["name"]) > 2:
            found.append(surname(one["name"], justice=bench.supreme, date=bench.date))
    return [name for name in found if name]


def _opening(
    rest: _Rest, bench: Bench, author: str | None, led_in: re.Match[str] | None, *, titled: bool
) -> Opening | None:
    if rest.first_person or _ABSENT.search(rest.line[:120]):
        return None
    return (
        _separate(rest, author, bench)
        or _court(rest, author, bench, titled=titled)
        or _led_in(rest, author, led_in)
        or _bare(rest, author, titled=titled)
        or _statement(rest, author, bench)
    )


def _separate(rest: _Rest, author: str | None, bench: Bench) -> Opening | None:
    said = _SEPARATELY.match(rest.head, rest.at)
    if said is None or not (_PARTICIPLE.match(said["verb"]) or _is_noun(rest, said)):
        return None
    complement = _COMPLEMENT.match(rest.head, said.end())
    assert complement is not None
    words = _CASES.sub("", complement["words"])
    with_whom = _WITH_WHOM.search(words)
    if with_whom:
        words = words[: with_whom.start()].rstrip()
        rest.at = said.end() + complement["words"].index(with_whom[0].lstrip(" ,("))
        rest.joined(bench)
    if (
        len(words) > 220
        or not _COMPLEMENTS.match(words)
        or (_QUOTED.search(words) and not _SAID.fullmatch(words))
    ):
        return None
    whole = f"{said[0]}{words}"
    line = rest.head[complement.end() :].split("\n", 1)[0].strip(" )]*\u2020.:")
    return Opening(
        form=Form.SEPARATE,
        type=separate_type(whole),
        author=author,
        joined_by=rest.joined_by,
        end=complement.end(),
        inline=len(line) > 4,
    )


def _is_noun(rest: _Rest, said: re.Match[str]) -> bool:
    """Whether the words are ``in dissent``, ``J. (dissents).`` or ``, concurrence``: no sentence's verb."""
    after = rest.head[said.end() : said.end() + 2].strip()
    in_ = re.search(r"(?i:\bin\s+dissent|\bin\s+concurrence|\(\s*(?:dissent|concur))", said[0])
    return in_ is not None and after[:1] in (".", ":", ")", "")


def separate_type(words: str) -> OpinionType:
    """Return the type that ``concurring in part and dissenting in part`` and its like name."""
    low = words.lower()
    dissents, concurs = "dissent" in low, "concur" in low
    if dissents and (concurs or re.search(r"dissent\w*\s+in\s+part|partial", low)):
        return OpinionType.CONCURRENCE_IN_PART
    return OpinionType.DISSENT if dissents else OpinionType.CONCURRENCE


def _court(rest: _Rest, author: str | None, bench: Bench, *, titled: bool) -> Opening | None:
    said = _DELIVERED.match(rest.line)
    if said is None or _LISTS_VOTES.search(rest.line):
        return None
    if bench.supreme and not titled and (bench.date or _REPORTED) >= _REPORTED:
        return None
    plural = _PLURAL.search(said[0]) and not _WHOLE.search(said[0])
    return Opening(
        form=Form.COURT,
        type=OpinionType.PLURALITY if plural else OpinionType.LEAD,
        author=author,
        joined_by=rest.joined_by,
        end=rest.at + said.end(),
    )


def _led_in(rest: _Rest, author: str | None, led_in: re.Match[str] | None) -> Opening | None:
    """``Opinion of the Court by …``, ``Dissenting opinion of …``."""
    line = rest.line.strip(" .,:*\u2020[]0123456789")
    if led_in is None or len(line) > 120 or re.search(r"(?i:\bfiled\b)|;", rest.line):
        return None
    kind = led_in["kind"] or (led_in[0] if _DISSENTS.match(led_in[0]) else "") or ""
    separate = _DISSENTS.search(kind) or _CONCURS.search(kind)
    for_court = led_in["court"] or led_in["judgment"] or "deliver" in led_in[0]
    court = OpinionType.PLURALITY if led_in["judgment"] else OpinionType.LEAD
    return Opening(
        form=Form.SEPARATE if separate else (Form.COURT if for_court else Form.BARE),
        type=separate_type(kind) if separate else court,
        author=author,
        joined_by=rest.joined_by or (),
        end=rest.at,
        inline=False,
    )


def _bare(rest: _Rest, author: str | None, *, titled: bool) -> Opening | None:
    line = rest.line
    alone = re.fullmatch(
        r"\s*(?:\(orally\)|,\s*(?:sitting|specially assigned)[^.]{0,60})?[.,:;\u2014*\u2020\s]*(?:\[[*\d]+\])?[.\s\u2014]*",
        line,
    )
    if alone and not line.rstrip().endswith(","):
        return Opening(
            form=Form.BARE,
            type=OpinionType.LEAD,
            author=author,
            joined_by=rest.joined_by,
            end=rest.at + len(line),
        )
    runs_on = re.match(
        r"\s*[*\u2020]?\s*(?:[.:]\s*[\u2014\-]*|[\u2014]|\.?\s?--)\s*[(\[]?(?:[A-Z\u00b6]|\d\.)",
        line,
    )
    if (
        runs_on
        and (not titled or line.lstrip().startswith((":", ". I ", ".\u2014")))
        and _is_capital(rest.head[: rest.at])
    ):
        return Opening(
            form=Form.BARE,
            type=OpinionType.LEAD,
            author=author,
            joined_by=rest.joined_by,
            end=rest.at,
            inline=True,
        )
    return None


def _is_capital(speaker: str) -> bool:
    """Whether the name, offices left out, is set in capitals."""
    name = speaker.split(",")[0].split()[-1]
    return sum(map(str.isupper, name)) > len(name) / 2


def _statement(rest: _Rest, author: str | None, bench: Bench) -> Opening | None:
    line = rest.line
    if (
        rest.of_lower_court
        or not bench.told(line)
        or not _THIRD_PERSON.match(line)
        or _LISTS_VOTES.search(line)
    ):
        return None
    reasons = _REASONS.search(line) or len(line) > _REASONED
    if _JOINS_ONLY.search(line) or not (reasons or _VOTES.fullmatch(line)):
        return None
    kind = separate_type(" ".join(_FINITE.findall(line)))
    if kind is OpinionType.CONCURRENCE and not _CONCURS.search(line):
        kind = OpinionType.DISSENT
    return Opening(
        form=Form.STATEMENT if reasons else Form.VOTE,
        type=kind,
        author=author,
        joined_by=rest.joined_by,
        end=rest.at + len(line),
        inline=True,
    )
