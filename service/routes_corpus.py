"""The corpus at a glance: what the build that is served holds, counted once."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response

from indexer.store.corpus_overview import Overview
from indexer.store.manifest import Manifest
from service.dependencies import WORK, JsonRoute, LiveDep
from service.model_names import public_name
from service.openapi import LISTING
from service.schemas_params import NoParams
from service.schemas_reading import (
    CalibrationFactsOut,
    CorpusCountsOut,
    CorpusCourtOut,
    CorpusResponse,
    CorpusYearOut,
    ModelFactsOut,
)
from service.wire import index_out, json_response

router: Final = APIRouter(prefix="/v1", route_class=JsonRoute, dependencies=WORK)


@router.get(
    "/corpus",
    operation_id="describe_corpus",
    summary="What the index holds",
    tags=["status"],
    response_model=CorpusResponse,
    responses=LISTING,
)
def describe_corpus(_: Annotated[NoParams, Query()], live: LiveDep) -> Response:
    """Return how many cases there are by court and year, what parts and voices, and of which build."""
    with live.searcher() as searcher:
        index = searcher.index
        overview, manifest = index.passages.corpus.overview(), index.manifest
        return json_response(
            CorpusResponse(
                index=index_out(manifest),
                format=manifest.format_version,
                program=manifest.program_version,
                **_facts(manifest),
                counts=_counts(manifest, overview),
                **_tallies(overview),
            )
        )


def _facts(manifest: Manifest) -> dict[str, Any]:
    model, calibration = manifest.model, manifest.calibration
    return {
        "model": ModelFactsOut(
            name=public_name(model.name),
            runtime=model.runtime,
            dimensions=model.dim,
            window=model.window,
            fingerprint=model.fingerprint,
        ),
        "calibration": CalibrationFactsOut(
            pairs=calibration.get("pairs"), nothing_below=calibration.get("nothing_below")
        ),
    }


def _counts(manifest: Manifest, overview: Overview) -> CorpusCountsOut:
    counts = manifest.counts
    return CorpusCountsOut(
        cases=counts.cases,
        opinions=counts.opinions,
        sections=counts.sections,
        passages=counts.passages,
        characters=counts.characters,
        refused=counts.refused,
        undated=overview.undated,
        courtless=overview.courtless,
    )


def _tallies(overview: Overview) -> dict[str, Any]:
    return {
        "courts": tuple(
            CorpusCourtOut(
                id=one.id, name=one.name, citation_string=one.citation_string, cases=one.cases
            )
            for one in overview.courts
        ),
        "years": tuple(
            CorpusYearOut(court=court, year=year, cases=cases)
            for court, year, cases in overview.years
        ),
        "sections": overview.sections,
        "opinions": overview.opinions,
        "statuses": overview.statuses,
    }
