"""What the command line shows: progress, hits, errors. Terminals get bars, everything else plain lines.

Results go to standard output; progress and complaints to standard error.
"""

import errno
import io
import json
import os
import sys
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

import typer

from indexer.cost import Cost
from indexer.errors import FilterError, IndexerError
from models.errors import ModelError
from service.build_pace import Outlook, Pace, Share
from service.errors import QueryError, ServiceError, SettingsError

if TYPE_CHECKING:
    from indexer.build import BuildReport
    from indexer.build import Progress as Advance
    from indexer.records import CaseRecord
    from indexer.sources import Noticed, Refused
    from indexer.store.manifest import Manifest
    from models.folder import PreparedModel

_PLAIN_EVERY_S: Final = 10.0
_WRAP: Final = 100
_FAILED: Final = 1
_WRONG_WORDS: Final = 2
_INTERRUPTED: Final = 130
STOPPED_BUILD: Final = (
    "stopped: nothing was published, the build that was current still is; what was embedded is kept "
    "for the next try"
)
STOPPED_SERVER: Final = "stopped"

_TRY_AGAIN: Final = "see that it is there, and that you may read and write it, then try again"
_ADVICE: Final = {
    errno.ENOSPC: "free some space, then try again",
    errno.EDQUOT: "free some space, then try again",
    errno.EIO: "the disk may be failing, the system's log says more",
    errno.EMFILE: "allow more open files (`ulimit -n`), then try again",
}

_SUMMED_UP: Final = {
    "repeated_words": "an opinion left out whose words another one of the case has",
    "partial_date": "a date that no calendar has, used as far as it is one",
}

Report = Callable[["Advance"], None]


class Stopping:
    """What Ctrl-C is answered with."""

    def __init__(self, words: str, code: int) -> None:
        self.words = words
        self.code = code

    def published(self, build_id: str) -> None:
        """From now on say that this build is published: all that was asked for is done."""
        self.words = f"stopped: build {build_id} is published"
        self.code = 0


@contextmanager
def failures(stopped: str = "stopped", *, code: int = _INTERRUPTED) -> Iterator[Stopping]:
    """Turn this project's errors, and the system's, into one line on standard error and the exit code.

    What was asked for in wrong words is 2, everything else that fails is 1. Ctrl-C says ``stopped``
    and exits with ``code``, unless what is yielded was told better.
    """
    stopping = Stopping(stopped, code)
    try:
        yield stopping
    except (FilterError, QueryError, SettingsError) as error:
        complain(f"opinion-search: {_one_line(error)}")
        raise typer.Exit(_WRONG_WORDS) from error
    except (IndexerError, ModelError, ServiceError) as error:
        complain(f"opinion-search: {_one_line(error)}")
        raise typer.Exit(_FAILED) from error
    except BrokenPipeError:  # who read the output has gone, and typer ends without a word
        raise
    except OSError as error:
        complain(f"opinion-search: {_one_line(_of_the_system(error))}")
        raise typer.Exit(_FAILED) from error
    except KeyboardInterrupt as error:
        complain(f"opinion-search: {stopping.words}")
        raise typer.Exit(stopping.code) from error


def _one_line(told: object) -> str:
    return " ".join(str(told).split())


def _of_the_system(error: OSError) -> str:
    """Tell what the system refused, of which file, and what to do."""
    named = error.filename
    where = f"{os.fsdecode(named)}: " if isinstance(named, (str, bytes, os.PathLike)) else ""
    what = error.strerror or str(error) or type(error).__name__
    return f"{where}{what}; {_ADVICE.get(error.errno or 0, _TRY_AGAIN)}"


def print_anything() -> None:
    """Let a letter that the terminal has not be printed by its number, rather than be an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def complain(line: str) -> None:
    """Write a line to standard error."""
    typer.echo(line, err=True)


def warn(line: str) -> None:
    """Say what the work goes on without."""
    complain(f"opinion-search: {line}")


class Refusals:
    """Names each refused source once, with its reason, as soon as it is known; and what is noticed.

    Notices about a single case each are only counted: the build has them all.
    """

    def __init__(self) -> None:
        self._told: set[object] = set()
        self._counted: Counter[str] = Counter()

    def watch(
        self, records: "Iterable[CaseRecord | Refused | Noticed]"
    ) -> "Iterator[CaseRecord | Refused | Noticed]":
        """Hand on ``records``, naming those that are refused."""
        from indexer.raw import NoteKind
        from indexer.sources import Noticed, Refused

        self._counted.clear()
        for record in records:
            if isinstance(record, Refused):
                self.tell([record])
            elif isinstance(record, Noticed):
                if record.kind is NoteKind.UNKNOWN_COURT:
                    self._once(record, "noticed")
                else:
                    self._counted[_SUMMED_UP[record.kind]] += 1
            yield record

    def tell(self, refused: "Iterable[Refused]") -> None:
        """Name the ones that were not named yet."""
        for one in refused:
            self._once(one, "refused")

    def sum_up(self) -> None:
        """Say how much was noticed that was not named."""
        for what, cases in self._counted.items():
            complain(f"noticed: {_counted(cases, 'cases')}: {what}; see notices.jsonl of the build")

    def _once(self, one: "Refused | Noticed", word: str) -> None:
        if one not in self._told:
            self._told.add(one)
            complain(f"{word}: {one}")


@contextmanager
def progress(share: Share = lambda _: None) -> Iterator[Report]:
    """Show how far a build has come; yields the function to call with each `indexer.build.Progress`.

    ``share`` tells how much of the corpus has been taken in, from which the time left is estimated.
    """
    pace = Pace(monotonic(), share)
    if sys.stderr.isatty():
        with _bar(pace) as report:
            yield report
    else:
        yield _plain(pace)


@contextmanager
def _bar(pace: Pace) -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.fields[cases]} cases"),
        BarColumn(),
        TextColumn("{task.completed}/{task.fields[whole]} passages embedded"),
        TextColumn("{task.fields[rate]:.0f} passages/s"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[then]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("build", total=None, cases=0, rate=0.0, whole="?", then="")

        def report(now: "Advance") -> None:
            outlook = pace(now, monotonic())
            bar.update(
                task,
                completed=now.embedded,
                total=outlook.total or now.passages,
                cases=now.cases,
                rate=outlook.rate,
                whole=_whole(now, outlook),
                then=now.step or outlook.left,
            )

        yield report


def _plain(pace: Pace) -> Report:
    last = monotonic()

    def report(now: "Advance") -> None:
        nonlocal last
        if monotonic() - last >= _PLAIN_EVERY_S:
            last = monotonic()
            if now.step:
                complain(f"{now.embedded} passages embedded, {now.step}")
                return
            outlook = pace(now, last)
            facts = (
                f"{now.cases} cases",
                f"{now.embedded} of {_whole(now, outlook)} passages embedded",
                f"{outlook.rate:.0f} passages/s",
                outlook.left,
            )
            complain(", ".join(filter(None, facts)))

    return report


def _whole(now: "Advance", outlook: Outlook) -> str:
    return str(now.passages) if outlook.total is None else f"about {outlook.total}"


def show_build(done: "BuildReport") -> None:
    """Say what was published."""
    counts = done.manifest.counts
    held = ", ".join(
        _counted(getattr(counts, name), name)
        for name in ("cases", "opinions", "sections", "passages")
    )
    refused = f"; {len(done.refused)} refused" if done.refused else ""
    typer.echo(
        f"build {done.build_id}: {held} ({done.embedded} embedded, {done.from_cache} from the cache)"
        + refused
    )
    typer.echo(_cost_line(done.cost))


def _cost_line(cost: Cost) -> str:
    return (
        f"{cost.seconds:.1f} s, {cost.share_without_model:.0%} of them without the model; "
        f"{cost.share_outside:.0%} of the processor time outside it; "
        f"{cost.peak_bytes / 1e6:.0f} MB of memory at the most"
    )


def _counted(number: int, plural: str) -> str:
    return f"{number} {plural.removesuffix('s') if number == 1 else plural}"


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
        ("sources", ", ".join(manifest.sources)),
        ("bytes", sum(entry.bytes for entry in manifest.files.values())),
    ]
    if cost := Cost.from_json(manifest.cost):
        rows.append(("cost", _cost_line(cost)))
    for name, value in rows:
        typer.echo(f"{name:16} {value}")


def show_models(models: Sequence["PreparedModel"]) -> None:
    """Print prepared models: what each is, its size, and how near it is to what it was made from."""
    from models.load import DEFAULT_MODEL

    for model in sorted(models, key=lambda model: model.name != DEFAULT_MODEL):
        spec, near = model.spec, model.agreement
        typer.echo(
            f"{model.name}  {spec.runtime}, {spec.dim} dimensions, window {spec.window} tokens, "
            f"{model.size_bytes / 1e6:.1f} MB, agreement with {model.source.name}: cosine "
            f"{near.cosine_mean:.4f} mean, {near.cosine_min:.4f} least, on {near.texts} passages"
        )


def show_answer(answer: bytes, *, as_json: bool) -> None:
    """Print an answer: as the HTTP service gives it, or hit by hit for reading."""
    if as_json:
        typer.echo(answer.decode())
        return
    found = json.loads(answer)
    groups = found.get("groups") or []
    for phrase in found.get("phrases_not_found", ()):
        typer.echo(f"No passage has \u201c{phrase}\u201d; its words were searched for instead.\n")
    if not found["hits"] and not groups:
        typer.echo("No passage of this index fits the filters and the quoted phrases.")
    elif found["no_match"]:
        typer.echo("Nothing in this index seems to answer that; the nearest passages:\n")
    _show_each(found["hits"], _show_hit)
    _show_each(groups, _show_group)


def _show_each(found: list[dict[str, Any]], show: Callable[[dict[str, Any]], None]) -> None:
    """Print parts of an answer, an empty line between them."""
    for place, one in enumerate(found):
        if place:
            typer.echo()
        show(one)


def _show_group(group: dict[str, Any]) -> None:
    """Print one case of a JSON answer: its name, and its passage of each lane asked for."""
    typer.echo(f"{group['rank']:3}. {group['case']['name']}  [{group['score']:.2f}]")
    for role, hit in (group.get("lanes") or {}).items():
        typer.echo(f"   {role}:" if hit else f"   {role}: none")
        if hit:
            _show_hit(hit)


def _show_hit(hit: dict[str, Any]) -> None:
    """Print one hit of a JSON answer: citation, place, words, where else they stand."""
    section = " › ".join(hit["section"]["path"])
    told = " ".join(one for one in (hit["confidence"], hit.get("authority")) if one)
    typer.echo(f"{hit['rank']:3}. {hit['cite']}  [{hit['score']:.2f} {told}]")
    typer.echo(f"     {section} ({hit['section']['role']})  {hit['passage']['id']}")
    for line in textwrap.wrap(hit["passage"]["text"], _WRAP):
        typer.echo(f"     {line}")
    for other in hit.get("also_quoted_in", ()):
        typer.echo(f"     also in {other['cite']}  {other['passage_id']}")
