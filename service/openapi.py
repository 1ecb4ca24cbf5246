"""What the OpenAPI document says beside names and types: errors and examples."""

from typing import Any, Final

from service.schemas import ErrorResponse

_MEANINGS: Final = {
    400: "The body is not JSON, or there is none.",
    401: "No key was sent where one is needed, or none that this service knows.",
    403: "The key was revoked.",
    404: "Nothing in the index has this id.",
    408: "The request did not arrive in time.",
    409: "The index was built with another model than the one loaded.",
    413: "The body is larger than this service takes.",
    415: "The body does not say that it is JSON.",
    422: "A value is out of its range, or a name is not known; `field` names it.",
    429: "Too many requests; wait as long as the header Retry-After says.",
    500: "Something went wrong inside the service.",
    503: "Not ready or overloaded; wait as long as the header Retry-After says.",
}
_RETRY: Final = {
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}},
}


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe the errors an address may answer with, all of the one shape."""
    return {
        status: {
            "model": ErrorResponse,
            "description": _MEANINGS[status],
            **({"headers": _RETRY} if status in {429, 503} else {}),
        }
        for status in statuses
    }


READING: Final = errors(401, 403, 404, 422, 429, 500, 503)
"""For an address that looks up an id."""
LISTING: Final = errors(401, 403, 422, 429, 500, 503)
"""For an address that takes parameters only."""
ASKING: Final = errors(400, 401, 403, 408, 409, 413, 415, 422, 429, 500, 503)
"""For an address that takes a body."""
