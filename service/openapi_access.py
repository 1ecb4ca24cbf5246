"""What the OpenAPI document says of keys: how one is shown, and where none is needed."""

from typing import Any, Final

from fastapi import FastAPI

from service.access import API_KEY, METRICS, is_open

_SCHEMES: Final = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key: `Authorization: Bearer KEY`.",
    },
    "header": {
        "type": "apiKey",
        "in": "header",
        "name": API_KEY,
        "description": f"The same key in a header of its own: `{API_KEY}: KEY`.",
    },
}
_EITHER: Final[list[dict[str, list[str]]]] = [{"bearer": []}, {"header": []}]


def tell_of_keys(app: FastAPI, *, needed: bool, open_metrics: bool) -> None:
    """Let the document of ``app`` describe the keys and, where they are ``needed``, say for what."""
    plain = app.openapi

    def told() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = plain()
            document.setdefault("components", {})["securitySchemes"] = _SCHEMES
            if needed:
                document["security"] = _EITHER
                _mark_open(document["paths"], open_metrics=open_metrics)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = told  # type: ignore[method-assign]  # as FastAPI's own documentation does it


def _mark_open(paths: dict[str, Any], *, open_metrics: bool) -> None:
    """Say of each address that needs no key that it needs none."""
    for path, operations in paths.items():
        if is_open(path) or (open_metrics and path == METRICS):
            for operation in operations.values():
                operation["security"] = []
