"""What each MCP tool answers: lean JSON over the same searcher as every other address. No MCP in here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from indexer.authority import authority_on
from indexer.cite import pin_cite
from indexer.errors import NotInIndexError
from indexer.records import Span
from indexer.store.stored import PageMap, StoredOpinion
from service.admission import require_forum
from service.answers import Answer, Hit, SearchQuery
from service.citation_lookup import Match, look_up
from service.dialects.mcp_arguments import (
    Fetch,
    LookUp,
    ReadOpinion,
    Search,
    SearchOpinions,
    Similar,
    Verify,
)
from service.errors import QueryError
from service.links import Links
from service.live import Searcher
from service.quotation_reading import Change
from service.schemas_requests import FiltersIn, to_filters
from service.verify_citations import CheckedCitation
from service.verify_quotes import CheckedQuotation, Place, verify
from service.work import current_work

_CONNECTOR_HITS: Final = 10
_AROUND: Final = 2
"""Passages before and after the one that is fetched."""
_MOST_FETCHED: Final = 60_000


@dataclass(frozen=True, slots=True)
class Desk:
    """What a tool works with."""

    searcher: Searcher
    links: Links


def search(desk: Desk, given: Search) -> dict[str, Any]:
    """Return results in the shape that ChatGPT's connectors read, and more."""
    answer = desk.searcher.search(SearchQuery(text=given.query, k=_CONNECTOR_HITS))
    results = [
        {
            "id": hit.stored.passage.id,
            "title": hit.cite,
            "url": desk.links.hit(hit),
            "text": hit.stored.passage.text,
            "metadata": _metadata(hit),
        }
        for hit in answer.hits
    ]
    return {"results": results, **_doubts(answer)}


def fetch(desk: Desk, given: Fetch) -> dict[str, Any]:
    """Return a passage among its neighbours, or an opinion, in the connectors' shape."""
    try:
        hit = desk.searcher.passage(given.id, context=_AROUND)
    except NotInIndexError:
        return _fetched_opinion(desk, given.id)
    before = "".join(one.text for one in hit.before)
    after = "".join(one.text for one in hit.after)
    return {
        "id": given.id,
        "title": hit.cite,
        "text": before + hit.stored.passage.text + after,
        "url": desk.links.hit(hit),
        "metadata": {
            **_metadata(hit),
            "passage": hit.stored.passage.text,
            "note": f"`text` has up to {_AROUND} passages before and after `passage`, the one asked for; "
            "fetch its opinion_id for more of the opinion",
        },
    }


def _fetched_opinion(desk: Desk, given: str) -> dict[str, Any]:
    opinion = _opinion(desk, given)
    text = opinion.text[:_MOST_FETCHED]
    whole = len(text) == len(opinion.text)
    return {
        "id": given,
        "title": pin_cite(opinion.case, opinion=opinion.header),
        "text": text,
        "url": desk.links.opinion(opinion.header.id),
        "metadata": {
            "opinion_id": opinion.header.id,
            "case_id": opinion.case.id,
            "opinion_type": opinion.header.type.value,
            "characters": len(opinion.text),
            "complete": whole,
            **({} if whole else {"more": f"read_opinion with start={len(text)} goes on"}),
        },
    }


def _opinion(desk: Desk, given: str) -> StoredOpinion:
    """Return an opinion by its id, or the first one of a case by the case's."""
    store = desk.searcher.index.passages
    try:
        return store.opinion(given)
    except NotInIndexError:
        opinions = store.case(given).opinions
        if not opinions:
            raise
        return store.opinion(opinions[0].id)


def search_opinions(desk: Desk, given: SearchOpinions) -> dict[str, Any]:
    """Return ranked passages that pass the filters."""
    period = {"gte": given.filed_after or None, "lte": given.filed_before or None}
    filters = FiltersIn.model_validate(
        {
            "court": given.court,
            "binding_on": given.binding_on or None,
            "date_filed": period if any(period.values()) else None,
            "opinion_type": given.opinion_type,
            "section_role": given.section_role,
            "case_id": given.case_id,
            "judge": given.judge,
            "status": given.status,
            "cites": given.cites,
        }
    )
    forum = given.forum or given.binding_on or None
    require_forum(forum, desk.searcher.index.passages)
    answer = desk.searcher.search(
        SearchQuery(
            text=given.query,
            k=given.k,
            mode=given.mode,
            filters=to_filters(filters),
            min_score=given.min_score,
        )
    )
    passages = [_told(hit, desk.links, forum) for hit in answer.hits]
    return {"passages": passages, **_doubts(answer)}


def similar_passages(desk: Desk, given: Similar) -> dict[str, Any]:
    """Return passages whose meaning is nearest to one."""
    hits = desk.searcher.similar(given.passage_id, k=given.k, same_case=given.same_case)
    return {"passages": [_told(hit, desk.links, None) for hit in hits]}


def _told(hit: Hit, links: Links, forum: str | None) -> dict[str, Any]:
    stored = hit.stored
    told: dict[str, Any] = {
        "passage_id": stored.passage.id,
        "score": None if hit.score is None else round(hit.score, 3),
        "cite": hit.cite,
        "text": stored.passage.text,
        "section": " > ".join(stored.section.path) or stored.section.heading,
        "role": stored.section.role.value,
        "opinion_id": stored.opinion.id,
        "opinion_type": stored.opinion.type.value,
        "url": links.hit(hit),
    }
    if forum:
        told["authority"] = authority_on(
            forum, stored.case, stored.opinion.type, stored.section.role
        )
    if hit.also_quoted_in:
        told["also_quoted_in"] = [one.cite for one in hit.also_quoted_in]
    return told


def _metadata(hit: Hit) -> dict[str, Any]:
    stored = hit.stored
    return {
        "case": stored.case.name,
        "case_id": stored.case.id,
        "opinion_id": stored.opinion.id,
        "opinion_type": stored.opinion.type.value,
        "section": " > ".join(stored.section.path) or stored.section.heading,
        "court": stored.case.court,
        "date_filed": stored.case.date_filed,
        **({} if hit.score is None else {"score": round(hit.score, 3)}),
    }


def _doubts(answer: Answer) -> dict[str, Any]:
    """Return what to be careful about, where there is something."""
    doubts = []
    if answer.no_match:
        doubts.append("nothing in this corpus seems to answer the question; do not rely on these")
    if answer.phrases_not_found:
        quoted = ", ".join(f'"{phrase}"' for phrase in answer.phrases_not_found)
        doubts.append(f"no passage has the phrase {quoted}; its words were looked for instead")
    return {"caution": "; ".join(doubts)} if doubts else {}


def read_opinion(desk: Desk, given: ReadOpinion) -> dict[str, Any]:
    """Return an opinion's outline and a window of its text, which ends where a passage ends."""
    opinion = _opinion(desk, given.opinion_id)
    window = _window(desk, opinion, given)
    first, last = window.start, window.end
    shown = opinion.text[first:last]
    answer: dict[str, Any] = {
        "opinion_id": opinion.header.id,
        "cite": pin_cite(
            opinion.case, PageMap(opinion.pages).ranges(window), opinion=opinion.header
        ),
        "opinion_type": opinion.header.type.value,
        "author": opinion.header.author,
        "url": desk.links.span(opinion.header.id, window),
        "start": first,
        "end": last,
        "characters": len(opinion.text),
        "next_start": last if last < len(opinion.text) else None,
        "text": shown,
    }
    if first == 0 or given.section >= 0:
        answer["outline"] = [
            f"{number}: {' > '.join(section.path) or section.heading} "
            f"({section.role.value}, {section.span.start}-{section.span.end})"
            for number, section in enumerate(opinion.sections)
        ]
    others = desk.searcher.index.passages.case(opinion.case.id).opinions
    answer["other_opinions"] = [
        f"{other.id} ({other.type.value})" for other in others if other.id != opinion.header.id
    ]
    return answer


def _window(desk: Desk, opinion: StoredOpinion, given: ReadOpinion) -> Span:
    """Return which part to show: a section or what follows ``start``, cut at a passage's end if too long."""
    start, limit = given.start, len(opinion.text)
    if given.section >= 0:
        if given.section >= len(opinion.sections):
            last = len(opinion.sections) - 1
            raise QueryError("section", f"there is none of that number; the last is {last}")
        section = opinion.sections[given.section].span
        start = max(section.start, given.start if given.start < section.end else section.start)
        limit = section.end
    if start >= limit > 0:
        raise QueryError("start", f"is behind the end; the text has {limit} characters")
    if limit - start <= given.max_characters:
        return Span(start, limit)
    ends = [
        stored.passage.span.end
        for stored in desk.searcher.index.passages.fetch(opinion.rows)
        if start < stored.passage.span.end <= start + given.max_characters
    ]
    return Span(start, max(ends, default=start + given.max_characters))


def lookup_citation(desk: Desk, given: LookUp) -> dict[str, Any]:
    """Return the case that a citation stands for, or what is close."""
    try:
        found = look_up(given.citation, desk.searcher.index.passages)
    except QueryError as error:  # told by the name that the argument has here
        raise QueryError("citation", error.reason) from None
    answer: dict[str, Any] = {
        "status": found.status.value,
        "matches": [_match(one, desk.links) for one in found.matches],
    }
    if found.close:
        answer["close"] = [_match(one, desk.links) for one in found.close]
    return answer


def _match(match: Match, links: Links) -> dict[str, Any]:
    told: dict[str, Any] = {
        "cite": match.cite,
        "case": match.entry.case.name,
        "case_id": match.entry.case.id,
        "opinions": [f"{one.id} ({one.type.value})" for one in match.entry.opinions],
        "opinion_id": match.opinion_id,
        "passage_id": match.passage_id,
        "cited_by": match.entry.cited_by,
        "url": links.opinion(match.opinion_id) if match.opinion_id else match.entry.case.url,
    }
    return {**told, **({"note": match.why} if match.why else {})}


def verify_quotes(desk: Desk, given: Verify) -> dict[str, Any]:
    """Return what is to be said of each quotation and citation of a draft."""
    found = verify(given.text, desk.searcher.index, before_each=current_work().check)
    return {
        "quotations": [_quotation(one, desk.links) for one in found.quotations],
        "citations": [_citation(one) for one in found.citations],
        **(
            {"not_checked": [f"{one.text}: {one.reason}" for one in found.skipped]}
            if found.skipped
            else {}
        ),
    }


def _quotation(one: CheckedQuotation, links: Links) -> dict[str, Any]:
    told: dict[str, Any] = {
        "quotation": one.text,
        "status": one.status.value,
        "true_passages": [_place(place, links) for place in one.places],
    }
    changes = [
        f"draft: {part.quoted!r}; opinion: {part.source!r}"
        for part in one.diff
        if part.change not in {Change.EQUAL, Change.OPEN}
    ]
    optional: dict[str, Sequence[str]] = {
        "problems": [problem.value for problem in one.problems[1:]],
        "differences": changes,
        "tolerated": [tolerance.value for tolerance in one.tolerated],
        "notes": one.notes,
    }
    return {**told, **{name: list(value) for name, value in optional.items() if value}}


def _place(place: Place, links: Links) -> dict[str, Any]:
    return {
        "cite": place.cite,
        "text": place.text,
        "opinion_type": place.opinion.type.value,
        "passage_id": place.passage_id,
        "url": links.span(place.opinion.id, place.span),
    }


def _citation(one: CheckedCitation) -> dict[str, Any]:
    told: dict[str, Any] = {"citation": one.text, "status": one.status.value}
    if one.entry is not None:
        told |= {"case": one.entry.case.name, "case_id": one.entry.case.id}
    if one.note:
        told["note"] = one.note
    if one.close:
        told["close"] = [match.cite for match in one.close]
    return told
