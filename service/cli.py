"""The `opinion-search` command: build an index, ask it, serve it, look after it."""

import os
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from service import console

if TYPE_CHECKING:
    from indexer.build import BuildOptions, BuildReport
    from indexer.store.manifest import Manifest

app = typer.Typer(
    name="opinion-search",
    help="Semantic search over the text of court opinions.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
models_app = typer.Typer(help="The embedding models.", no_args_is_help=True)
app.add_typer(models_app, name="models")

EXIT_FAILED: Final = 1
EXIT_REFUSED: Final = 3
"""Done, but some sources were refused."""

Index = Annotated[
    Path,
    typer.Option("--index", help="The index folder.", envvar="OPINION_SEARCH_INDEX"),
]
Sources = Annotated[
    list[Path],
    typer.Argument(help="JSON Lines files of opinion records, .txt files, or folders of them."),
]
Model = Annotated[
    str | None,
    typer.Option(
        help="A prepared model's name, or the folder of a prepared or sentence-transformers model.",
        envvar="OPINION_SEARCH_MODEL",
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        min=1, help="Threads for the model; all cores if left out.", envvar="OPINION_SEARCH_JOBS"
    ),
]
DEFAULT_INDEX: Final = Path("data/index")


@app.command()
def build(
    sources: Sources, index: Index = DEFAULT_INDEX, model: Model = None, jobs: Jobs = None
) -> None:
    """Describe the corpus anew and publish a build of it."""
    from indexer.build import build as run_build
    from indexer.sources import read_sources
    from models.load import load_embedder

    with console.failures():
        embedder = load_embedder(model, threads=jobs)
        with console.progress() as report:
            done = run_build(
                read_sources(sources),
                index,
                embedder=embedder,
                options=_options(sources, report),
            )
    _finish(done)


@app.command()
def add(sources: Sources, index: Index = DEFAULT_INDEX, jobs: Jobs = None) -> None:
    """Publish the current corpus plus these opinions; a case of the same id is replaced."""
    from indexer.sources import Refused, read_sources

    with console.failures():
        new = frozenset(
            record.case.id for record in read_sources(sources) if not isinstance(record, Refused)
        )
        done = _rebuild(index, sources, replaced=new, jobs=jobs)
    _finish(done)


@app.command()
def remove(
    ids: Annotated[list[str], typer.Argument(help="Case ids.", metavar="ID...")],
    index: Index = DEFAULT_INDEX,
    jobs: Jobs = None,
) -> None:
    """Publish the current corpus without these cases."""
    from indexer.store.snapshot import Index as Snapshot

    with console.failures():
        with Snapshot.open(index) as snapshot:
            for case_id in ids:
                snapshot.passages.case(case_id)
        done = _rebuild(index, [], replaced=frozenset(ids), jobs=jobs)
    _finish(done)


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="Facts or a rule in plain words.")],
    index: Index = DEFAULT_INDEX,
    k: Annotated[int, typer.Option("-k", help="Hits wanted, 1 to 100.")] = 10,
    filters: Annotated[
        list[str] | None,
        typer.Option(
            "--filter",
            metavar="NAME=VALUE",
            help="May be repeated: court=ca6, section_role=facts, date_filed.gte=2005.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="The whole answer, as the HTTP service gives it.")
    ] = False,
) -> None:
    """Ask the index a question."""
    from service.ask import ask

    with console.failures():
        answer = ask(query, index=index, k=k, filters=filters or [])
    console.show_answer(answer, as_json=as_json)


@app.command()
def serve(
    index: Index = DEFAULT_INDEX,
    host: Annotated[str, typer.Option(envvar="OPINION_SEARCH_HOST")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, envvar="OPINION_SEARCH_PORT")] = 8000,
    workers: Annotated[int, typer.Option(min=1, envvar="OPINION_SEARCH_WORKERS")] = 1,
) -> None:
    """Serve the index over HTTP, swapping to each new build as it is published."""
    from service.live_index import open_live
    from service.server import serve as run_server
    from service.settings import Settings

    with console.failures():
        settings = Settings.from_env(
            {
                **os.environ,
                "OPINION_SEARCH_INDEX": str(index),
                "OPINION_SEARCH_HOST": host,
                "OPINION_SEARCH_PORT": str(port),
                "OPINION_SEARCH_WORKERS": str(workers),
            }
        )
        run_server(settings, open_live)


@app.command()
def verify(index: Index = DEFAULT_INDEX) -> None:
    """Check the current build in full: checksums, counts, spans against text."""
    from indexer.store.verify import verify as run_verify

    with console.failures():
        problems = run_verify(index)
    for problem in problems:
        console.complain(problem)
    if problems:
        raise typer.Exit(EXIT_FAILED)
    typer.echo(f"{index}: all holds")


@app.command()
def info(
    index: Index = DEFAULT_INDEX,
    as_json: Annotated[bool, typer.Option("--json", help="The manifest as JSON.")] = False,
) -> None:
    """Say what the current build holds."""
    from indexer.store.manifest import read
    from indexer.store.snapshot import build_folder

    with console.failures():
        manifest = read(build_folder(index, None))
    console.show_manifest(manifest, as_json=as_json)


@app.command()
def rollback(index: Index = DEFAULT_INDEX) -> None:
    """Serve the build before this one again."""
    from indexer.store.files import rollback as run_rollback

    with console.failures():
        build_id = run_rollback(index)
    typer.echo(f"{index}: current build is now {build_id}")


@models_app.command("list")
def list_models() -> None:
    """List the prepared models at hand."""
    from models.load import list_models as prepared

    with console.failures():
        console.show_models(prepared())


@models_app.command()
def prepare(
    source: Annotated[str, typer.Argument(help="Name or folder of a sentence-transformers model.")],
    target: Annotated[Path, typer.Option(help="Folder to write the prepared model to.")],
    calibrate: Annotated[
        list[Path] | None,
        typer.Option(help="Opinions to calibrate on; data/sample if left out."),
    ] = None,
) -> None:
    """Prepare a sentence-transformers model for serving without torch."""
    from indexer.sources import Refused, read_sources
    from models.prepare import prepare as run_prepare

    with console.failures():
        texts = [
            opinion.text
            for record in read_sources(calibrate or [Path("data/sample")])
            if not isinstance(record, Refused)
            for opinion in record.opinions
        ]
        report = run_prepare(source, target, calibration_texts=texts)
    console.show_models([report.model])


def _options(
    sources: Sequence[Path], report: console.Report, *, before: "Manifest | None" = None
) -> "BuildOptions":
    """Describe a build; one that goes on from another is cut alike, and keeps its sources' names."""
    from indexer.build import BuildOptions

    names = [path.resolve().name for path in sources]
    return BuildOptions(
        limits=before.limits if before else None,
        source_names=tuple(dict.fromkeys([*(before.sources if before else ()), *names])),
        program_version=version("opinion-search"),
        on_progress=report,
    )


def _rebuild(
    index: Path, sources: list[Path], *, replaced: frozenset[str], jobs: int | None
) -> "BuildReport":
    """Publish the current corpus without ``replaced`` and with ``sources``, by the same model."""
    from indexer.build import build as run_build
    from indexer.build import merged
    from indexer.sources import read_sources
    from indexer.store.manifest import read
    from indexer.store.snapshot import build_folder
    from models.load import load_embedder

    manifest = read(build_folder(index, None))
    embedder = load_embedder(manifest.model.name, threads=jobs)
    records = read_sources(sources) if sources else iter(())
    with console.progress() as report:
        return run_build(
            merged(index, records, replaced=replaced),
            index,
            embedder=embedder,
            options=_options(sources, report, before=manifest),
        )


def _finish(done: "BuildReport") -> None:
    console.show_build(done)
    if done.refused:
        raise typer.Exit(EXIT_REFUSED)


def main() -> None:
    """Run the command; the entry point of the installed script."""
    app()
