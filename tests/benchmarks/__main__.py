"""`make bench`: what a search, a build and an index cost, and how that grows; beside others.

    python -m tests.benchmarks --scratch DIR [PART]... [--base INDEX] [--sizes 1k,10k,100k,1m]

Runs the parts named, or all, and writes `results/speed-<commit>.json`, where parts that were run
before stay. Builds of the sizes are made once and kept in the scratch folder.
"""

import subprocess
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Final

import typer

from tests.benchmarks import machine
from tests.benchmarks.bench import FULL_MINUTES, RESULTS, Bench, record
from tests.benchmarks.corpora import SIZES
from tests.benchmarks.plots import draw_all
from tests.benchmarks.serving import ROOT

PARTS: Final = ("latency", "filtering", "building", "footprint", "publishing", "peers", "reaching")


def main(
    scratch: Annotated[Path, typer.Option(help="Where builds are kept between runs.")],
    parts: Annotated[
        list[str] | None, typer.Argument(help="Parts to run; all: none named.")
    ] = None,
    base: Annotated[
        Path | None, typer.Option(help="An index of real opinions; else one of the sample.")
    ] = None,
    sizes: Annotated[str, typer.Option(help="Sizes, comma separated.")] = ",".join(SIZES),
    questions: Annotated[
        Path | None,
        typer.Option(
            help="Questions, one a line or JSON Lines with `query`; else made of sentences."
        ),
    ] = None,
    peers_python: Annotated[
        Path | None, typer.Option(help="An interpreter that has the peers and torch.")
    ] = None,
    minutes: Annotated[
        float, typer.Option(help="What all parts may take together, builds of the sizes apart.")
    ] = FULL_MINUTES,
    commit: Annotated[str | None, typer.Option(help="What is measured; else asked of git.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where the result is written, as JSON.")] = None,
) -> None:
    """Measure, and write what came of it."""
    chosen = tuple(parts or PARTS)
    for name in chosen:
        if name not in PARTS:
            raise typer.BadParameter(f"{name}: the parts are {', '.join(PARTS)}")
    scratch.mkdir(parents=True, exist_ok=True)
    bench = Bench(
        scratch=scratch.resolve(),
        base=base,
        sizes=tuple(sizes.split(",")),
        questions_from=questions,
        peers_python=peers_python,
        minutes=minutes,
        say=_say,
    )
    path = out or RESULTS / f"speed-{commit or machine.commit(ROOT)}.json"
    for name in chosen:
        record(name, import_module(f"tests.benchmarks.{name}").measure, bench, path)
    for written in (path, *_drawn(path, peers_python)):
        _say(f"written: {written}")


def _drawn(path: Path, peers_python: Path | None) -> list[str]:
    """Draw the plots, here or where the peers are: wherever matplotlib is."""
    if find_spec("matplotlib") is not None or peers_python is None:
        return [str(plot) for plot in draw_all(path)]
    command: list[str | Path] = [peers_python, "-m", "tests.benchmarks.plots", path.resolve()]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    return done.stdout.splitlines()


def _say(line: str) -> None:
    typer.echo(f"{datetime.now(UTC):%H:%M:%S} {line}", err=True)


if __name__ == "__main__":
    typer.run(main)
