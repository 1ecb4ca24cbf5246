"""What stands before the first voice of a report: caption, the reporter's syllabus, counsel."""

import re
from collections.abc import Iterator
from typing import Final

from indexer.records import OpinionType
from indexer.roles import is_caption
from indexer.voice_bounds import Voice

_HEADED: Final = re.compile(
    r"^[ \t]*(?:Syllabus(?: by the (?:Court|Reporter))?|SYLLABUS(?: BY THE (?:COURT|REPORTER))?|Headnotes?|HEADNOTES?)[ \t.:]*$",
    re.MULTILINE,
)
_HELD: Final = re.compile(
    r"^[ \t]*(?:Held:|\d{1,2}\. [^\n]+\bPp?\. \d[\d\-\u2013, ]*\.?$)", re.MULTILINE
)
_COUNSEL: Final = re.compile(
    r"^[^\n]{0,200}(?:\bargued the cause\b|\bfor (?:the )?(?:petitioner|respondent|appell|plaintiff|defendant|United States)|\bon the briefs?\b"
    r"|^Messrs?\.)",
    re.MULTILINE,
)
_LONGEST_CAPTION: Final = 3_000


def split_front(front: str, *, headless: bool) -> Iterator[Voice]:
    """Yield the parts of ``front``, the text before the first voice; they tile it.

    With ``headless`` the first voice is a concurrence or a dissent: then ``front`` holds the court's
    opinion without an opening line, unless it is no longer than a caption and looks like one.
    """
    if headless and not (len(front) <= _LONGEST_CAPTION and is_caption(front)):
        yield Voice(start=0, type=OpinionType.LEAD)
        return
    syllabus = _HEADED.search(front) or _HELD.search(front)
    begins = syllabus.start() if syllabus else 0
    if syllabus is None or front[:begins].strip():
        yield Voice(start=0, type=OpinionType.OTHER)
    if syllabus is None:
        return
    yield Voice(start=begins if front[:begins].strip() else 0, type=OpinionType.SYLLABUS)
    counsel = _COUNSEL.search(front, syllabus.end())
    if counsel:
        yield Voice(start=counsel.start(), type=OpinionType.OTHER)
