"""schemathesis against the real service: what it documents is what it does, and nothing is a 500.

    python -m tests.schema --st .venv-schema/bin/st [--index DIR] [--examples 50]

Three documents: the service's own, with keys; that of the tool server; and one of the dialects, made from
their addresses, which is no contract of ours and so is only held to statuses and bodies. `/mcp`, which is
JSON-RPC, is asked by `tests/fuzz`.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from fastapi.openapi.utils import get_openapi

from service.dialects.mount import routers
from service.dialects.names import Dialect
from service.dialects.routing import DialectRouter
from tests.acceptance.running import SAMPLE, serving, succeed

_HERE: Final = Path(__file__).parent
_ROOT: Final = _HERE.parents[1]
_FOR_MODELS: Final = "negative_data_rejection,refused_only_for_what_a_schema_cannot_say"
"""Not of the tool server: its schemas are made simple for models, and it is lenient to what they send."""
_FOREIGN: Final = "not_a_server_error,status_code_conformance,content_type_conformance,unsupported_method,ignored_auth"
"""Checks for contracts that were defined elsewhere: they say nothing of what is refused."""


def dialects() -> dict[str, Any]:
    """Return an OpenAPI document of the dialects' addresses."""
    routes = [
        route
        for router in routers(tuple(Dialect))
        if isinstance(router, DialectRouter)
        for route in router.routes
    ]
    document = get_openapi(title="dialects", version="0", routes=routes)
    said: dict[str, Any] = {"content": {"application/json": {"schema": {}}}}
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["responses"] = {
                "200": {"description": "Found.", **said},
                "default": {"description": "Refused.", **said},
            }
    document["components"]["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{"bearer": []}]
    return document


def run(st: Path, document: str, *options: str, examples: int) -> int:
    """Run schemathesis on a document, in a folder of its own; return its exit code."""
    command = [
        str(st.absolute()), "--config-file", str(_HERE / "schemathesis.toml"), "run", document, "--phases",
        "examples,coverage,fuzzing,stateful", "--max-examples", str(examples), "--request-timeout", "120",
        "--max-response-time", "60", "--suppress-health-check", "all", "--generation-database", "none",
        "--no-color", "--continue-on-failure", *options,
    ]  # fmt: skip
    env = {**os.environ, "SCHEMATHESIS_HOOKS": "tests.schema.hooks", "PYTHONPATH": str(_ROOT)}
    with tempfile.TemporaryDirectory() as scratch:
        return subprocess.run(command, check=False, cwd=scratch, env=env).returncode


def main(arguments: Sequence[str] | None = None) -> int:
    """Run all three; 1 when one of them found something."""
    parser = argparse.ArgumentParser(description="Hold the service to its documents.")
    parser.add_argument("--st", type=Path, required=True, help="schemathesis's command")
    parser.add_argument("--index", type=Path, help="unset: the sample is indexed")
    parser.add_argument("--examples", type=int, default=50, help="of each operation")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        index = given.index or folder / "index"
        if given.index is None:
            succeed("build", SAMPLE, "--index", index)
        keys = folder / "keys.jsonl"
        shown = succeed("keys", "new", "schema", "--keys-file", keys)
        key = next(word for word in shown.split() if word.startswith("osk_"))
        (folder / "dialects.json").write_text(json.dumps(dialects()))
        with serving(
            index,
            folder / "log",
            OPINION_SEARCH_KEYS_FILE=str(keys),
            OPINION_SEARCH_REQUEST_TIMEOUT_S="110",
        ) as client:
            base, header = str(client.base_url), ("-H", f"Authorization: Bearer {key}")
            ended = [
                run(given.st, f"{base}/openapi.json", *header, examples=given.examples),
                run(
                    given.st, f"{base}/dialects/tools/openapi.json", "--exclude-checks", _FOR_MODELS,
                    *header, examples=given.examples,
                ),
                run(
                    given.st, str(folder / "dialects.json"), "--url", base, "--checks", _FOREIGN,
                    *header, examples=given.examples,
                ),
            ]  # fmt: skip
    return max(ended)


if __name__ == "__main__":
    sys.exit(main())
