"""Checking a draft over HTTP."""

from typing import Annotated, Final

from fastapi import APIRouter, Body, Response

from service.dependencies import WORK, JsonRoute, LiveDep
from service.links import LinksDep
from service.openapi import ASKING
from service.schemas_verify import VerifyRequest, VerifyResponse
from service.verify_quotes import verify
from service.verify_wire import verify_response
from service.wire import json_response
from service.work import current_work

router: Final = APIRouter(prefix="/v1", tags=["verify"], route_class=JsonRoute, dependencies=WORK)

_EXAMPLE: Final = {
    "text": "The test is one of reasonableness “from the perspective of a reasonable officer on the "
    "scene.” Graham v. Connor, 490 U.S. 386, 396 (1989)."
}


@router.post(
    "/verify",
    operation_id="verify_quotes",
    summary="Check the quotations and citations of a draft",
    response_model=VerifyResponse,
    responses=ASKING,
)
def verify_quotes(
    body: Annotated[VerifyRequest, Body(openapi_examples={"draft": {"value": _EXAMPLE}})],
    live: LiveDep,
    links: LinksDep,
) -> Response:
    """Say of each quotation in a draft whether the court wrote it so, where, and on which page.

    Use it before showing a text with quotations to anybody. Letter case, punctuation and white space
    are not compared; bracketed changes, ellipses and omissions that the draft declares are tolerated,
    and named. A quotation belongs to the citation behind it, else to the one that introduces it.
    """
    with live.searcher() as searcher:
        found = verify(body.text, searcher.index, before_each=current_work().check)
        return json_response(verify_response(found, searcher.index.manifest, links))
