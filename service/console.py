"""What the command line shows: progress, hits, errors. Terminals get bars, everything else plain lines."""

import json
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from indexer.errors import IndexerError
from models.errors import ModelError
from service.errors import ServiceError

if TYPE_CHECKING:
    from indexer.build import BuildReport
    from indexer.build import Progress as Advance
    from indexer.store.manifest import Manifest
    from models.folder import PreparedModel

_PLAIN_EVERY_S: Final = 10.0
_FAILED: Final = 1
_WRAP: Final = 100

Report = Callable[["Advance"], None]


@contextmanager
def failures() -> Iterator[None]:
    """Turn this project's errors into one line on standard error and exit code 1."""
    try:
        yield
    except (IndexerError, ModelError, ServiceError) as error:
        complain(f"opinion-search: {error}")
        raise typer.Exit(_FAILED) from error
    except KeyboardInterrupt as error:
        complain("opinion-search: stopped; what was embedded is kept for the next build")
        raise typer.Exit(_FAILED) from error


def complain(line: str) -> None:
    """Write a line to standard error."""
    typer.echo(line, err=True)


@contextmanager
def progress() -> Iterator[Report]:
    """Show how far a build has come; yields the function to call with each `indexer.build.Progress`."""
    if sys.stderr.isatty():
        with _bar() as report:
            yield report
    else:
        yield _plain()


@contextmanager
def _bar() -> Iterator[Report]:
    columns = (
        TextColumn("{task.fields[cases]} cases"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total} passages embedded"),
        TextColumn("{task.fields[rate]:.0f}/s"),
        TimeElapsedColumn(),
    )
    started = monotonic()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("build", total=None, cases=0, rate=0.0)

        def report(now: "Advance") -> None:
            rate = now.embedded / max(monotonic() - started, 1e-6)
            bar.update(task, completed=now.embedded, total=now.passages, cases=now.cases, rate=rate)

        yield report


def _plain() -> Report:
    started = last = monotonic()

    def report(now: "Advance") -> None:
        nonlocal last
        if monotonic() - last >= _PLAIN_EVERY_S:
            last = monotonic()
            complain(
                f"{now.cases} cases, {now.embedded} of {now.passages} passages embedded, "
                f"{now.embedded / (last - started):.0f} passages/s"
            )

    return report


def show_build(done: "BuildReport") -> None:
    """Say what was published; each refused source goes to standard error with its reason."""
    for refused in done.refused:
        complain(f"refused: {refused.place}: {refused.reason}")
    counts = done.manifest.counts
    typer.echo(
        f"build {done.build_id}: {counts.cases} cases, {counts.opinions} opinions, "
        f"{counts.sections} sections, {counts.passages} passages "
        f"({done.embedded} embedded, {done.from_cache} from the cache)"
        + (f"; {len(done.refused)} refused" if done.refused else "")
    )


def show_manifest(manifest: "Manifest", *, as_json: bool) -> None:
    """Print a build's counts and model, a line each, or the whole manifest as JSON."""
    if as_json:
        typer.echo(json.dumps(asdict(manifest), ensure_ascii=False, indent=2))
        return
    counts = manifest.counts
    rows: list[tuple[str, Any]] = [
        ("build", manifest.build_id),
        ("created", manifest.created_at),
        ("format", manifest.format_version),
        (
            "model",
            f"{manifest.model.name} ({manifest.model.runtime}, {manifest.model.dim} dimensions)",
        ),
        *asdict(counts).items(),
        ("tokens embedded", f"{manifest.tokens_embedded} of {manifest.tokens_total}"),
        (
            "passage limit",
            f"{manifest.limits.max_tokens} tokens, target {manifest.limits.target_tokens}",
        ),
        ("bytes", sum(entry.bytes for entry in manifest.files.values())),
    ]
    for name, value in rows:
        typer.echo(f"{name:16} {value}")


def show_models(models: Sequence["PreparedModel"]) -> None:
    """Print the prepared models, a line each."""
    for model in models:
        spec = model.spec
        typer.echo(
            f"{spec.name:24} {spec.runtime:16} {spec.dim} dimensions  window {spec.window} tokens"
        )


def show_answer(answer: bytes, *, as_json: bool) -> None:
    """Print an answer: as the HTTP service gives it, or hit by hit for reading."""
    if as_json:
        typer.echo(answer.decode())
        return
    found = json.loads(answer)
    if found["no_match"]:
        typer.echo("Nothing in this index seems to answer that; the nearest passages:")
    for hit in found["hits"]:
        _show_hit(hit)


def _show_hit(hit: dict[str, Any]) -> None:
    """Print one hit of a JSON answer: citation, place, words."""
    section = " › ".join(hit["section"]["path"])
    typer.echo(f"\n{hit['rank']:3}. {hit['cite']}  [{hit['score']:.2f} {hit['confidence']}]")
    typer.echo(f"     {section} ({hit['section']['role']})  {hit['passage']['id']}")
    for line in textwrap.wrap(hit["passage"]["text"], _WRAP):
        typer.echo(f"     {line}")
