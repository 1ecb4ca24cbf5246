"""Draws how cost grows: latency, memory and disk, filters; one small PNG each.

python -m tests.benchmarks.plots tests/benchmarks/results/speed-<commit>.json

Needs matplotlib and nothing of this project, so it runs among the peers as well.
"""

import json
import sys
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

_WIDTH, _HEIGHT, _DOTS = 6.4, 4.0, 110
_SIZES: Final = ("1k", "10k", "100k", "1m")


def draw_all(results: Path) -> list[Path]:
    """Draw what the results hold beside them; nothing where matplotlib is not installed."""
    if find_spec("matplotlib") is None:
        return []
    parts = json.loads(results.read_text("utf-8")).get("parts", {})
    drawn = []
    for name, draw in (
        ("latency", _latency), ("footprint", _footprint), ("filtering", _filtering),
    ):  # fmt: skip
        if name in parts:
            drawn.append(_saved(results.with_name(f"{results.stem}-{name}.png"), draw, parts[name]))
    return drawn


def _saved(path: Path, draw: Any, part: Mapping[str, Any]) -> Path:
    matplotlib = import_module("matplotlib")
    matplotlib.use("Agg")
    plots = import_module("matplotlib.pyplot")
    figure, axes = plots.subplots(figsize=(_WIDTH, _HEIGHT), dpi=_DOTS)
    draw(axes, part)
    axes.grid(visible=True, which="both", alpha=0.25)
    axes.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path)
    plots.close(figure)
    return path


def _latency(axes: Any, part: Mapping[str, Any]) -> None:
    sizes = [part[size] for size in _SIZES if size in part]
    at = [one["passages"] for one in sizes]
    lines = {
        "search, median": [one["alone"]["search_ms"]["p50"] for one in sizes],
        "search, 99th percentile": [one["alone"]["search_ms"]["p99"] for one in sizes],
        "8 clients, 99th percentile": [one["closed"]["8"]["p99"] for one in sizes],
        "the model alone, median": [one["alone"]["embed_alone_ms"]["p50"] for one in sizes],
    }
    for label, values in lines.items():
        axes.loglog(at, values, "o--" if label.startswith("the model") else "o-", label=label)
    axes.set_xlabel("passages")
    axes.set_ylabel("ms over HTTP, hybrid, 10 hits with text")


def _footprint(axes: Any, part: Mapping[str, Any]) -> None:
    sizes = [part[size] for size in _SIZES if size in part]
    at = [one["passages"] for one in sizes]
    lines = {
        "disk": [one["disk"]["mb"] for one in sizes],
        "memory, one worker": [one["workers_1"]["pss_mb"] for one in sizes],
        "memory, two workers": [one["workers_2"]["pss_mb"] for one in sizes],
    }
    for label, values in lines.items():
        axes.loglog(at, values, "o-", label=label)
    axes.set_xlabel("passages")
    axes.set_ylabel("MB")


def _filtering(axes: Any, part: Mapping[str, Any]) -> None:
    for size in (one for one in _SIZES if one in part):
        shares = {name: one for name, one in part[size].items() if name.endswith("%")}
        at = [one["kept_share"] for one in shares.values()]
        later = [one["search"]["later_ms"]["p50"] for one in shares.values()]
        recalls = ", ".join(f"{one['recall_at_10']:.3f}" for one in shares.values())
        axes.semilogx(at, later, "o-", label=f"{size}; recall@10 {recalls}")
    axes.set_ylim(bottom=0)
    axes.set_xlabel("share of the passages that the filter keeps")
    axes.set_ylabel("ms over HTTP, median")


if __name__ == "__main__":
    for written in draw_all(Path(sys.argv[1])):
        sys.stdout.write(f"{written}\n")
