"""Passages packed for a prompt, over HTTP."""

from typing import Annotated, Final

from fastapi import APIRouter, Body, Response

from indexer.authority import authority_on
from service.admission import require_forum
from service.answers import Answer, SearchQuery
from service.context_pack import Block, Budget, LeftOut, Omitted, Pack, pack
from service.dependencies import WORK, JsonRoute, LiveDep
from service.links import Links, LinksDep
from service.live import Searcher
from service.model_names import public_name
from service.openapi import ASKING
from service.schemas import PageRangeOut
from service.schemas_context import (
    AlsoOut,
    BlockOut,
    ContextRequest,
    ContextResponse,
    LeftOutOut,
    RunOut,
)
from service.schemas_requests import to_filters
from service.wire import case_out, index_out, json_response

router: Final = APIRouter(prefix="/v1", tags=["context"], route_class=JsonRoute, dependencies=WORK)

_EXAMPLE: Final = {
    "query": "when may police use deadly force on a fleeing suspect",
    "max_tokens": 1500,
}
_MORE: Final = (
    "raise max_tokens (all of it fits some {needed}), or ask for a passage by its id: "
    "GET /v1/passages/{{id}}?context=1"
)


@router.post(
    "/context",
    operation_id="pack_context",
    summary="Pack passages into a token budget",
    response_model=ContextResponse,
    responses=ASKING | {200: {"content": {"text/markdown": {"schema": {"type": "string"}}}}},
)
def pack_context(
    body: Annotated[ContextRequest, Body(openapi_examples={"force": {"value": _EXAMPLE}})],
    live: LiveDep,
    links: LinksDep,
) -> Response:
    """Return the passages that answer a question best, as one text for a prompt.

    Numbered, each with its citation, section and address; whole sentences only, none of them twice,
    never more tokens than asked for. What was left out is named.
    """
    with live.searcher() as searcher:
        response = context_response(searcher, body, links)
    if body.format == "markdown":
        return Response(response.markdown, media_type="text/markdown; charset=utf-8")
    return json_response(response)


def context_response(searcher: Searcher, body: ContextRequest, links: Links) -> ContextResponse:
    """Search, pack, and describe the pack."""
    forum = body.forum or (body.filters.binding_on if body.filters else None)
    require_forum(forum, searcher.index.passages)
    answer = searcher.search(
        SearchQuery(
            text=body.query,
            k=body.k,
            mode=body.mode,
            filters=to_filters(body.filters),
            min_score=body.min_score,
        )
    )
    embedder = searcher.embedder
    budget = Budget(
        max_tokens=body.max_tokens,
        count=lambda text: len(embedder.token_spans(text)),
        links=links,
        order=body.order,
    )
    packed = pack(answer.hits, budget)
    return ContextResponse(
        query=body.query,
        index=index_out(searcher.index.manifest),
        tokenizer=public_name(embedder.spec.name),
        max_tokens=body.max_tokens,
        tokens=packed.tokens,
        no_match=answer.no_match,
        markdown=packed.markdown,
        blocks=tuple(
            _block_out(number, block, links, forum) for number, block in enumerate(packed.blocks, 1)
        ),
        left_out=tuple(_left_out(one, links) for one in packed.left_out),
        advice=_advice(packed, answer),
    )


def _advice(packed: Pack, answer: Answer) -> str | None:
    wanting = [one for one in packed.left_out if one.why is LeftOut.BUDGET]
    if not wanting:
        return None
    passages = sum(hit.stored.passage.tokens for hit in answer.hits)
    return _MORE.format(needed=passages + 60 * len(answer.hits))


def _block_out(number: int, block: Block, links: Links, forum: str | None) -> BlockOut:
    stored = block.best.stored
    assert block.best.score is not None
    return BlockOut(
        number=number,
        cite=block.cite,
        text=block.text,
        runs=tuple(RunOut(start=span.start, end=span.end, text=text) for span, text in block.runs),
        score=block.best.score,
        section=stored.section.path,
        role=stored.section.role,
        opinion_id=stored.opinion.id,
        opinion_type=stored.opinion.type,
        passage_ids=block.passage_ids,
        pages=tuple(
            PageRangeOut(reporter=pages.reporter, first=pages.first, last=pages.last)
            for pages in block.pages
        ),
        case=case_out(stored.case, cited_by=stored.cited_by),
        authority=forum
        and authority_on(forum, stored.case, stored.opinion.type, stored.section.role),
        link=links.span(stored.opinion.id, block.span),
        also_quoted_in=tuple(
            AlsoOut(
                passage_id=one.passage_id,
                case_id=one.case_id,
                case_name=one.case_name,
                cite=one.cite,
            )
            for one in block.also
        ),
    )


def _left_out(one: Omitted, links: Links) -> LeftOutOut:
    assert one.hit.score is not None
    return LeftOutOut(
        passage_id=one.hit.stored.passage.id,
        cite=one.hit.cite,
        score=one.hit.score,
        why=one.why,
        partly=one.partly,
        link=links.hit(one.hit),
    )
