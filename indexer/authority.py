"""Whether a passage's words bind a court: the ordinary rule of vertical precedent, and nothing finer."""

import re
from enum import StrEnum
from typing import Final

from indexer.courts import binding_courts, is_known_court
from indexer.records import Case, OpinionType, SectionRole


class Authority(StrEnum):
    """What a passage is to a forum."""

    BINDING = "binding"
    SAME_COURT = "same_court"
    PERSUASIVE = "persuasive"


_NOT_THE_COURTS: Final = frozenset(
    {
        OpinionType.CONCURRENCE,
        OpinionType.CONCURRENCE_IN_PART,
        OpinionType.DISSENT,
        OpinionType.PLURALITY,
        OpinionType.SYLLABUS,
        OpinionType.TRIAL_COURT,
        OpinionType.OTHER,
    }
)
"""Writings that do not speak for the court that decided: other voices, the reporter, the court below."""
_ASIDE: Final = frozenset({SectionRole.SYLLABUS, SectionRole.CONCURRENCE, SectionRole.DISSENT})
"""Parts of an undivided text that do not, either."""
_WITHOUT_PRECEDENT: Final = frozenset(
    {"unpublished", "nonprecedential", "notprecedential", "depublished", "inchambers"}
)


def authority_on(
    forum: str, case: Case, opinion: OpinionType, role: SectionRole | None = None
) -> Authority | None:
    """Return what a passage of ``case`` is to the court ``forum`` (a courts-db id).

    The rule is that of vertical precedent, by today's map (see `indexer.courts.binding_courts`): a
    court is bound by the published opinions that the courts above it gave as a court. Those of the
    forum itself are `SAME_COURT`, whatever it owes them: a court of appeals follows its earlier
    panels, a district judge need not follow a colleague. All else is `PERSUASIVE`: other courts, a
    dissent or a concurrence of whatever court, a plurality, the reporter's syllabus, caption and
    counsel, the opinion below, and what was not published. `None` where the case's court is not
    known, or where courts-db does not have one of the two courts, so that nobody can tell.

    Not told apart: a holding and what is said beside it, good law and what was overruled since; an
    opinion of a panel and of the full bench; a text whose voices the source did not keep apart;
    questions of state law in federal courts and of federal law in a state's; what the old Fifth
    Circuit left to the Eleventh; departments and districts of one intermediate court. A case
    without a status counts as published. This says where to look first; it is no advice.
    """
    if case.court_id is None:
        return None
    if case.court_id != forum and not (is_known_court(forum) and is_known_court(case.court_id)):
        return None
    status = re.sub(r"[^a-z]", "", (case.status or "").lower())
    if opinion in _NOT_THE_COURTS or role in _ASIDE or status in _WITHOUT_PRECEDENT:
        return Authority.PERSUASIVE
    if case.court_id == forum:
        return Authority.SAME_COURT
    above = case.court_id in binding_courts(forum)
    return Authority.BINDING if above else Authority.PERSUASIVE
