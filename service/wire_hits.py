"""Ranked answers become bytes at once: plain values, in the order and with the names of the wire models.

The models of `schemas.py` say what an answer is, for the OpenAPI document; checking our own answer
against them cost more than all else around a search. A test does it instead.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

import orjson
from pydantic_core import to_json

from indexer.authority import authority_on
from indexer.records import Case, OpinionHeader
from indexer.store.manifest import Manifest
from indexer.store.stored import StoredCitation, StoredPassage
from service.answers import Answer, Explanation, Group, Highlight, Hit, Neighbour, Timings
from service.hit_fields import Include, Selection
from service.wire import case_values, index_values

Values: TypeAlias = dict[str, Any]
_ALL: Final = Selection()


def search_json(
    answer: Answer, manifest: Manifest, selection: Selection = _ALL, *, forum: str | None = None
) -> bytes:
    """Return a `SearchResponse` as JSON; ``forum`` is the court that the hits are weighed for."""
    groups = answer.groups
    return orjson.dumps(
        {
            "query": answer.query.text,
            "mode": answer.query.mode,
            "index": index_values(manifest),
            "took_ms": _timings(answer.took_ms),
            "query_coverage": answer.query_coverage,
            "exact": answer.exact,
            "candidates_considered": answer.candidates_considered,
            "no_match": answer.no_match,
            "phrases_not_found": answer.phrases_not_found,
            "hits": [_hit(hit, selection, forum) for hit in answer.hits],
            "groups": groups and [_group(group, selection, forum) for group in groups],
        }
    )


def similar_json(
    passage_id: str, hits: Sequence[Hit], manifest: Manifest, *, forum: str | None = None
) -> bytes:
    """Return a `SimilarResponse` as JSON."""
    return orjson.dumps(
        {
            "passage_id": passage_id,
            "index": index_values(manifest),
            "hits": [_hit(hit, _ALL, forum) for hit in hits],
        }
    )


def passage_json(hit: Hit, *, forum: str | None = None) -> bytes:
    """Return a `PassageHitOut` as JSON: a passage that was asked for by id."""
    return orjson.dumps(_parts(hit, _ALL, forum))


def _hit(hit: Hit, selection: Selection, forum: str | None) -> Values:
    """Return a ranked hit, with what is selected of it."""
    values = {
        "rank": hit.rank,
        "score": hit.score,
        "confidence": hit.confidence,
        **_parts(hit, selection, forum),
        "explain": None if hit.explain is None else _explain(hit.explain),
        "also_quoted_in": [
            {
                "passage_id": other.passage_id,
                "case_id": other.case_id,
                "case_name": other.case_name,
                "cite": other.cite,
            }
            for other in hit.also_quoted_in
        ],
    }
    return values if selection.include is None else _selected(values, selection.include)


def _selected(values: Values, include: Include) -> Values:
    """Return what is kept of an object: a value whole, or of an object inside what is kept of that."""
    return {
        name: value if include[name] is True or value is None else _selected(value, include[name])
        for name, value in values.items()
        if name in include
    }


def _parts(hit: Hit, selection: Selection, forum: str | None) -> Values:
    """Return what a hit has with and without a rank."""
    stored = hit.stored
    section = stored.section
    return {
        "passage": _passage(stored, hit.cites),
        "section": {
            "heading": section.heading,
            "path": section.path,
            "number": section.number,
            "role": section.role,
            "noted_at": section.noted_at,
            "noted_in": stored.noted_in,
        },
        "opinion": _opinion(stored.opinion, selection),
        "case": _case(stored.case, stored.cited_by, selection),
        "cite": hit.cite,
        "authority": forum and authority_on(forum, stored.case, stored.opinion.type, section.role),
        "highlights": [_highlight(mark) for mark in hit.highlights],
        "context": {
            "before": [_neighbour(one) for one in hit.before],
            "after": [_neighbour(one) for one in hit.after],
        },
    }


def _passage(stored: StoredPassage, cites: Sequence[StoredCitation]) -> Values:
    passage = stored.passage
    return {
        "id": passage.id,
        "text": passage.text,
        "start": passage.span.start,
        "end": passage.span.end,
        "text_sha256": stored.text_sha256,
        "pages": [
            {"reporter": pages.reporter, "first": pages.first, "last": pages.last}
            for pages in stored.pages
        ],
        "cites": [_cited(one) for one in cites],
    }


def _cited(cited: StoredCitation) -> Values:
    return {
        "citation": cited.citation,
        "name": cited.name,
        "case_id": cited.case_id,
        "kind": cited.kind,
        "pin": cited.pin,
        "quoted": cited.quoted,
        "parenthetical": cited.parenthetical,
        "inferred": cited.inferred,
        "start": cited.span.start,
        "end": cited.span.end,
    }


def _opinion(header: OpinionHeader, selection: Selection) -> Values:
    values = {
        "id": header.id,
        "type": header.type,
        "author": header.author,
        "source_sha256": header.source_sha256,
    }
    return values | _extra(header.extra) if "opinion" in selection.extra else values


def _case(case: Case, cited_by: int, selection: Selection) -> Values:
    values = case_values(case, cited_by=cited_by)
    return values | _extra(case.extra) if "case" in selection.extra else values


def _extra(extra: Mapping[str, Any]) -> Values:
    """Return the source's own metadata: whatever a source may hold, such as numbers beyond 64 bits."""
    return {"extra": orjson.Fragment(to_json(dict(extra), inf_nan_mode="null"))}


def _highlight(mark: Highlight) -> Values:
    return {"start": mark.span.start, "end": mark.span.end, "kind": mark.kind}


def _neighbour(neighbour: Neighbour) -> Values:
    span = neighbour.span
    return {"id": neighbour.id, "text": neighbour.text, "start": span.start, "end": span.end}


def _explain(explain: Explanation) -> Values:
    parts = explain.evidence
    return {
        "dense_rank": explain.dense_rank,
        "dense_score": explain.dense_score,
        "lexical_rank": explain.lexical_rank,
        "lexical_score": explain.lexical_score,
        "rerank_score": explain.rerank_score,
        "matched_terms": explain.matched_terms,
        "evidence": {
            "dense": parts.dense,
            "lexical": parts.lexical,
            "voice_prior": parts.voice_prior,
            "rerank": parts.rerank,
            "pointed": parts.pointed,
            "named": parts.named,
        },
    }


def _group(group: Group, selection: Selection, forum: str | None) -> Values:
    lanes = group.lanes
    return {
        "rank": group.rank,
        "score": group.score,
        "case": _case(group.case, group.hits[0].stored.cited_by, selection),
        "hits": [_hit(hit, selection, forum) for hit in group.hits],
        "lanes": None
        if lanes is None
        else {role.value: hit and _hit(hit, selection, forum) for role, hit in lanes.items()},
    }


def _timings(timings: Timings) -> Values:
    return {
        "total": round(timings.total, 3),
        "embed": round(timings.embed, 3),
        "dense": round(timings.dense, 3),
        "lexical": round(timings.lexical, 3),
        "fuse": round(timings.fuse, 3),
        "rerank": round(timings.rerank, 3),
        "point": round(timings.point, 3),
        "fetch": round(timings.fetch, 3),
    }
