"""The `opinion-search` command: build an index, ask it, serve it, look after it."""

import os
import signal
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from service import cli_training, console
from service.cli_building import Where, model_name, options, rebuild
from service.cli_keys import app as keys_app
from service.cli_options import (
    DEFAULT_INDEX,
    PREFIX,
    AsJson,
    Calibrate,
    Cluster,
    Engine,
    Filter,
    Forum,
    Hits,
    Host,
    Ids,
    Index,
    Jobs,
    Lanes,
    Model,
    Port,
    Query,
    Rerank,
    Source,
    Sources,
    Target,
    Workers,
)

if TYPE_CHECKING:
    from indexer.build import BuildReport
    from indexer.records import CaseRecord
    from indexer.sources import Noticed, Refused

app = typer.Typer(
    name="opinion-search",
    help="Semantic search over the text of court opinions.",
    epilog="Exit codes: 0 done; 1 it failed, one line says why and what to do; 2 wrong words; "
    "3 done, but some sources were refused. Every option can be set in the environment as well, by the name shown beside it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain lines, also for programs that read them
)
models_app = typer.Typer(help="List, train and prepare embedding models.", no_args_is_help=True)
app.add_typer(models_app, name="models")
cli_training.register(models_app)
app.add_typer(keys_app, name="keys")

EXIT_FAILED: Final = 1
EXIT_REFUSED: Final = 3
"""Done, but some sources were refused."""
SAMPLE: Final = Path("data/sample")


def _say_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    if wanted:
        typer.echo(f"opinion-search {version('opinion-search')}")
        raise typer.Exit


@app.callback()
def _global_options(
    _: Annotated[
        bool,
        typer.Option(
            "--version", callback=_say_version, is_eager=True, help="Say the version and stop."
        ),
    ] = False,
) -> None:
    pass


@app.command()
def build(
    sources: Sources,
    index: Index = DEFAULT_INDEX,
    model: Model = None,
    jobs: Jobs = None,
    engine: Engine = "embedded",
    cluster: Cluster = None,
) -> None:
    """Index these sources as a new build.

    It holds these sources and nothing else, and becomes the current build. A running service swaps
    to it. The three newest builds are kept, for `rollback`.
    """
    from indexer.build import build as run_build
    from indexer.sources import Gauge, read_sources
    from indexer.store.engine_url import engine_at
    from models.cluster.spread import spread
    from models.load import load_embedder

    refusals = console.Refusals()
    where = Where(jobs=jobs, engine=engine, cluster=cluster)
    with console.failures(console.STOPPED_BUILD) as stopping:
        gauge = Gauge()
        records = read_sources(sources, gauge=gauge)
        with (
            spread(load_embedder(model_name(model), threads=jobs), cluster) as embedder,
            console.progress(lambda _: gauge.share) as report,
        ):
            done = run_build(
                refusals.watch(records),
                index,
                embedder=embedder,
                options=replace(
                    options(sources, report, where=where),
                    engine=engine_at(engine),
                    on_published=stopping.published,
                ),
            )
        _finish(done, refusals)


@app.command()
def add(
    sources: Sources,
    index: Index = DEFAULT_INDEX,
    jobs: Jobs = None,
    engine: Engine = "embedded",
    cluster: Cluster = None,
) -> None:
    """Add sources to the current corpus.

    Publishes a build of all it holds plus these; a case of the same id is replaced.
    """
    from indexer.errors import EmptyCorpusError
    from indexer.sources import read_sources
    from indexer.store.files import current_build

    refusals = console.Refusals()
    with console.failures(console.STOPPED_BUILD) as stopping:
        current_build(index)
        given = list(map(_id_of, refusals.watch(read_sources(sources))))
        new = frozenset(case_id for case_id in given if case_id is not None)
        if not new:
            raise EmptyCorpusError(refused=len(given))
        records = refusals.watch(read_sources(sources))
        where = Where(jobs=jobs, engine=engine, cluster=cluster)
        done = rebuild(index, records, names=sources, replaced=new, where=where, stopping=stopping)
        _finish(done, refusals)


@app.command()
def remove(
    ids: Ids, index: Index = DEFAULT_INDEX, jobs: Jobs = None, engine: Engine = "embedded"
) -> None:
    """Take cases out of the current corpus.

    Publishes a build of all it holds without these.
    """
    from indexer.errors import IndexerError
    from indexer.store.snapshot import Index as Snapshot

    with console.failures(console.STOPPED_BUILD) as stopping:
        with Snapshot.open(index) as snapshot:
            for case_id in ids:
                snapshot.passages.case(case_id)
            if len(set(ids)) == snapshot.manifest.counts.cases:
                raise IndexerError(
                    f"{index}: that would leave no case, and an index has at least one; "
                    "build another corpus, or delete the folder"
                )
        where = Where(jobs=jobs, engine=engine, cluster=None)
        gone = frozenset(ids)
        done = rebuild(index, (), names=(), replaced=gone, where=where, stopping=stopping)
        _finish(done, console.Refusals())


@app.command()
def search(
    query: Query,
    index: Index = DEFAULT_INDEX,
    k: Hits = 10,
    filters: Filter = None,
    forum: Forum = None,
    lanes: Lanes = None,
    rerank: Rerank = False,
    engine: Engine = "embedded",
    as_json: AsJson = False,
) -> None:
    """Ask the current build a question.

    Prints the passages that answer it, best first. A double-quoted phrase must occur in them, if
    any passage has it.
    """
    with console.failures():
        from service.ask import ask

        answer = ask(
            query,
            index=index,
            k=k,
            filters=filters or [],
            forum=forum,
            lanes=lanes or [],
            rerank=rerank or None,
            engine=engine,
        )
    console.show_answer(answer, as_json=as_json)


@app.command()
def serve(
    index: Index = DEFAULT_INDEX,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Workers = 1,
    engine: Engine = "embedded",
) -> None:
    """Serve the index over HTTP.

    Swaps to each new build as it is published. It may start before there is one: until then
    questions are answered 503. More settings, all in the environment, are in the README.
    """
    from indexer.store.engine_url import engine_at
    from service.live_index import open_live
    from service.server import serve as run_server
    from service.settings import Settings

    given = {"INDEX": index, "HOST": host, "PORT": port, "WORKERS": workers, "ENGINE": engine}
    with console.failures(console.STOPPED_SERVER, code=0):
        engine_at(engine)  # what cannot be is told before a port is open
        settings = Settings.from_env(
            {**os.environ, **{f"{PREFIX}{name}": str(v) for name, v in given.items()}}
        )
        run_server(settings, open_live)


@app.command()
def mcp(index: Index = DEFAULT_INDEX, engine: Engine = "embedded") -> None:
    """Answer MCP requests on standard input.

    For a front end that starts the program itself; one that connects uses /mcp of `serve`. Serves each
    new build as it is published. OPINION_SEARCH_PUBLIC_URL is the address that links begin with.
    """
    with console.failures(console.STOPPED_SERVER, code=0):
        from service.dialects.mcp_stdio import serve_stdio

        serve_stdio(index, public_url=os.environ.get(f"{PREFIX}PUBLIC_URL"), engine=engine)


@app.command()
def verify(index: Index = DEFAULT_INDEX, engine: Engine = "embedded") -> None:
    """Check the current build in full.

    Checksums, counts, spans against text. Names what is wrong, and exits with 0 only when all holds.
    """
    from indexer.store.engine_url import engine_at
    from indexer.store.manifest import unchecked
    from indexer.store.snapshot import build_folder
    from indexer.store.verify import verify as run_verify

    with console.failures():
        folder = build_folder(index, None)
        problems = run_verify(index, folder.name, engine=engine_at(engine))
        untold = None if problems else unchecked(folder)
    for problem in problems:
        console.complain(problem)
    if problems:
        raise typer.Exit(EXIT_FAILED)
    if untold:
        console.warn(untold)
    typer.echo(f"{index}: all holds")


@app.command()
def info(index: Index = DEFAULT_INDEX, as_json: AsJson = False) -> None:
    """Say what the current build holds."""
    from indexer.store.manifest import check_fast, read
    from indexer.store.snapshot import build_folder

    with console.failures():
        folder = build_folder(index, None)
        manifest = read(folder)
        check_fast(folder, manifest)
    console.show_manifest(manifest, as_json=as_json)


@app.command()
def rollback(index: Index = DEFAULT_INDEX, engine: Engine = "embedded") -> None:
    """Go back to the build before this one.

    To the newest before it that opens; what is passed over is told. A running service swaps to it, and a
    build that is being made goes on.
    """
    from indexer.store.engine_url import engine_at
    from models.load import load_embedder
    from service.rolling_back import roll_back

    model = os.environ.get(f"{PREFIX}MODEL")  # as `serve` does
    with console.failures():
        build_id = roll_back(
            index,
            engine=engine_at(engine),
            load=lambda name: load_embedder(model or name),
            tell=console.warn,
        )
    typer.echo(f"{index}: current build is now {build_id}")


@models_app.command("list")
def list_models() -> None:
    """List the prepared models, the default first."""
    from models.load import list_models as prepared

    with console.failures():
        models = prepared()
    console.show_models(models)


@models_app.command()
def prepare(source: Source, target: Target, calibrate: Calibrate = None) -> None:
    """Prepare a model for serving without torch.

    Takes a sentence-transformers model, and needs the extra that `make reference` installs.
    """
    from models.prepare import check_can_prepare
    from models.prepare import prepare as run_prepare
    from service.errors import QueryError

    with console.failures():
        check_can_prepare(source, target)
        if not calibrate and not SAMPLE.exists():
            raise QueryError("--calibrate", f"{SAMPLE} is not here; name opinions to calibrate on")
        texts = _texts_of(calibrate or [SAMPLE])
        report = run_prepare(source, target, calibration_texts=texts)
    console.show_models([report.model])


def _texts_of(sources: Sequence[Path]) -> list[str]:
    from indexer.records import CaseRecord
    from indexer.sources import read_sources

    return [
        opinion.text
        for record in console.Refusals().watch(read_sources(sources))
        if isinstance(record, CaseRecord)
        for opinion in record.opinions
    ]


def _id_of(record: "CaseRecord | Refused | Noticed") -> str | None:
    from indexer.records import CaseRecord

    return record.case.id if isinstance(record, CaseRecord) else None


def _finish(done: "BuildReport", refusals: console.Refusals) -> None:
    refusals.tell(done.refused)
    refusals.sum_up()
    console.show_build(done)
    if done.refused:
        raise typer.Exit(EXIT_REFUSED)


def main() -> None:
    """Run the command; the entry point of the installed script. SIGTERM stops it as Ctrl-C does."""
    # The first process of a container is stopped by no signal that it does not handle itself.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    console.print_anything()
    app()
