"""What several tests of pages do: make an index, look for what keeps people out."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.acceptance.running import SAMPLE, succeed


def sample(*names: str) -> list[dict[str, Any]]:
    """Return the cases of the sample that have these names."""
    lines = (SAMPLE / "scotus.jsonl").read_text("utf-8").splitlines()
    return [case for case in map(json.loads, lines) if case["case_name"] in names]


def build(folder: Path, cases: Iterable[dict[str, Any]]) -> Path:
    """Index ``cases`` and return where."""
    source = folder / "cases.jsonl"
    source.write_text("".join(json.dumps(case) + "\n" for case in cases), encoding="utf-8")
    succeed("build", source, "--index", folder / "index")
    return folder / "index"


def barriers(page: Any, axe: str) -> list[str]:
    """Return what axe-core, of which ``axe`` is the script, finds on the page."""
    page.evaluate(axe)
    found = page.evaluate("axe.run()")
    assert found["passes"]
    return [
        f"{broken['id']}: {node['target']} {node['html'][:200]}"
        for broken in found["violations"]
        for node in broken["nodes"]
    ]
