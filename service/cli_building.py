"""What `build`, `add` and `remove` have in common."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from service import console

if TYPE_CHECKING:
    from indexer.build import BuildOptions, BuildReport
    from indexer.records import CaseRecord
    from indexer.sources import Noticed, Refused
    from indexer.standing import Standing


class Where(NamedTuple):
    """What does a build's work, and where."""

    jobs: int | None
    engine: str
    cluster: str | None

    @property
    def processors(self) -> int:
        """How many of this machine's may be used."""
        return self.jobs or os.cpu_count() or 1


def _helpers(where: Where) -> int:
    """Say how many processes cut opinions: all that there are, where other machines embed."""
    from indexer.build import helpers_for

    if where.cluster is None or where.cluster.startswith("local:"):
        return helpers_for(where.processors)
    return where.processors - 1


def options(
    sources: Sequence[Path],
    report: console.Report,
    *,
    where: Where,
    standing: "Standing | None" = None,
) -> "BuildOptions":
    """Describe a build; one that goes on from another is cut alike, and keeps its sources' names."""
    from indexer.build import BuildOptions

    before = standing.manifest if standing else None
    names = [_printable(path.resolve().name) for path in sources]
    return BuildOptions(
        limits=before.limits if before else None,
        standing=standing,
        source_names=tuple(dict.fromkeys([*(before.sources if before else ()), *names])),
        program_version=version("opinion-search"),
        on_progress=report,
        on_warning=console.warn,
        helpers=_helpers(where),
        threads=where.processors,
    )


def _printable(name: str) -> str:
    """Return a file's name as text: a manifest is UTF-8, and a file's name may be anything."""
    return os.fsencode(name).decode("utf-8", errors="backslashreplace")


def model_name(given: str | None) -> str | None:
    """Return what a model is called in a manifest: one in a folder by that folder's whole path.

    Whoever opens the index, wherever that is done, finds it by this.
    """
    from models.load import known_names

    if given is None or given in known_names() or not Path(given).is_dir():
        return given
    return str(Path(given).resolve())


def rebuild(
    index: Path,
    records: "Iterable[CaseRecord | Refused | Noticed]",
    *,
    names: Sequence[Path],
    replaced: frozenset[str],
    where: Where,
    stopping: console.Stopping,
) -> "BuildReport":
    """Publish the current corpus without ``replaced`` and with ``records``, by the same model.

    Raises `ModelMismatchError` where what goes by its name is another one by now.
    """
    from indexer.build import build as run_build
    from indexer.build import merged
    from indexer.standing import Standing
    from indexer.store.engine_url import engine_at
    from indexer.store.snapshot import build_folder, require_model
    from models.cluster.spread import spread
    from models.load import load_embedder

    standing = Standing.of(index, replaced)
    cases = standing.cases + (len(replaced) if names else 0)
    local = load_embedder(standing.manifest.model.name, threads=where.jobs)
    folder = build_folder(index, standing.manifest.build_id)
    require_model(folder, standing.manifest, local.spec)
    with (
        spread(local, where.cluster) as embedder,
        console.progress(lambda now: now.cases / cases) as report,
    ):
        return run_build(
            merged(index, records, replaced=replaced),
            index,
            embedder=embedder,
            options=replace(
                options(names, report, where=where, standing=standing),
                engine=engine_at(where.engine),
                on_published=stopping.published,
            ),
        )
