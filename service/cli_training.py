"""`opinion-search models pairs` and `models train`: an encoder of our own, from public-domain opinions alone."""

from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Final

import typer

from service import console
from service.cli_options import DEFAULT_INDEX, PREFIX, Index, Source

if TYPE_CHECKING:
    from indexer.held_out import HeldOut
    from indexer.training_pairs import TrainingPair
    from models.train import StepReport
    from models.training_batches import Example

_EVERY_S: Final = 10.0
_STOPPED: Final = "stopped: nothing was written"

Pairs = Annotated[
    Path, typer.Argument(metavar="PAIRS", help="A file that `models pairs` wrote.", dir_okay=False)
]
Out = Annotated[
    Path,
    typer.Option("--out", metavar="FILE", help="JSON Lines file to write."),
]
Model = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|PATH",
        help="The model that the index was built with; left out: the first of `models list`.",
        envvar=f"{PREFIX}MODEL",
    ),
]
HoldOut = Annotated[
    Path | None,
    typer.Option(
        "--holdout",
        metavar="FILE",
        help="Ids or citations, one a line, of further cases to keep out.",
    ),
]
Without = Annotated[
    Path | None,
    typer.Option(
        "--without",
        metavar="FILE",
        help="Texts, one a line, that must not become a query: those the model will be judged by.",
    ),
]
Negatives = Annotated[
    int, typer.Option(min=0, max=20, metavar="N", help="Wrong passages for each query.")
]
Target = Annotated[
    Path,
    typer.Option(metavar="DIR", help="Folder to write the model to; it must not exist yet."),
]
Steps = Annotated[int, typer.Option(min=1, metavar="N", help="Steps to train.")]
BatchSize = Annotated[int, typer.Option("--batch", min=2, metavar="N", help="Queries a step.")]
Rate = Annotated[float, typer.Option(min=0.0, metavar="X", help="Learning rate at its highest.")]
Keep = Annotated[
    float,
    typer.Option(
        min=0.0,
        max=1.0,
        metavar="X",
        help="Share of the trained weights in the outcome; the rest are those before.",
    ),
]
Every = Annotated[
    int, typer.Option(min=0, metavar="N", help="Steps between models kept on the way; 0: none.")
]
Seed = Annotated[int, typer.Option(min=0, metavar="N", help="Of the order and of what is dropped.")]
Threads = Annotated[int, typer.Option(min=1, metavar="N", help="Threads to compute with.")]


def register(app: typer.Typer) -> None:
    """Add both commands to ``app``."""
    app.command()(pairs)
    app.command()(train)


def pairs(
    out: Out,
    index: Index = DEFAULT_INDEX,
    model: Model = None,
    holdout: HoldOut = None,
    without: Without = None,
    negatives: Negatives = 2,
) -> None:
    """Write the training pairs that the opinions of an index give.

    Syllabus sentence, citing sentence, parenthetical and heading, each with the passage it is about and
    with passages of other cases that share its words. Five cases of eight are held out by a hash of
    their id (`indexer/held_out.py`), and those named with --holdout.
    """
    from indexer.store.snapshot import Index as Snapshot
    from indexer.training_pairs import PairOptions, plain_words, training_pairs, write_pairs
    from models.load import load_embedder

    with console.failures(_STOPPED):
        excluded = frozenset(map(plain_words, _lines(without, "--without")))
        options = PairOptions(held_out=_held_out(holdout), excluded=excluded, negatives=negatives)
        embedder = load_embedder(model)
        with Snapshot.open(index, expect_model=embedder.spec) as snapshot:
            count = write_pairs(out, _counted(training_pairs(snapshot, embedder, options)))
    typer.echo(f"{out}: {count} pairs")


def train(
    source: Source,
    pairs_file: Pairs,
    target: Target,
    steps: Steps = 200,
    batch: BatchSize = 16,
    learning_rate: Rate = 4e-5,
    keep: Keep = 1.0,
    checkpoint_every: Every = 0,
    seed: Seed = 0,
    threads: Threads = 1,
) -> None:
    """Train a sentence-transformers model on such pairs.

    Needs the extra that `make reference` installs; `models prepare` makes the outcome fit to serve.
    """
    from importlib.util import find_spec

    from indexer.training_pairs import read_pairs
    from models.errors import MissingBackendError, TargetExistsError
    from models.training_batches import BatchOptions

    with console.failures(_STOPPED):
        if target.exists():
            raise TargetExistsError(target)
        if find_spec("sentence_transformers") is None:
            raise MissingBackendError(model=source, package="sentence-transformers")
        examples = list(map(_example, read_pairs(pairs_file)))
        from models.train import TrainOptions
        from models.train import train as run_train

        options = TrainOptions(
            steps=steps,
            learning_rate=learning_rate,
            keep=keep,
            checkpoint_every=checkpoint_every,
            threads=threads,
            batches=BatchOptions(size=batch, seed=seed),
        )
        run_train(source, examples, target, options=options, on_step=_Losses(steps))
    typer.echo(f"{target}: trained {steps} steps on {len(examples)} pairs")


class _Losses:
    """Tells the mean losses every few seconds, on standard error."""

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self._since = monotonic()
        self._reports: list[StepReport] = []

    def __call__(self, report: "StepReport") -> None:
        self._reports.append(report)
        if report.step == self._steps or monotonic() - self._since >= _EVERY_S:
            n = len(self._reports)
            pooled = sum(r.pooled_loss for r in self._reports) / n
            by_token = sum(r.maxsim_loss for r in self._reports) / n
            console.complain(
                f"step {report.step} of {self._steps}: loss {pooled:.4f} pooled, {by_token:.4f} by token"
            )
            self._reports, self._since = [], monotonic()


def _counted(found: "Iterator[TrainingPair]") -> "Iterator[TrainingPair]":
    since = monotonic()
    for number, pair in enumerate(found, 1):
        yield pair
        if monotonic() - since >= _EVERY_S:
            console.complain(f"{number} pairs")
            since = monotonic()


def _example(pair: "TrainingPair") -> "Example":
    from models.training_batches import Example

    passages = (pair.positive, *pair.negatives)
    return Example(
        query=pair.query,
        passages=tuple(one.text for one in passages),
        groups=tuple(one.case_id for one in passages),
    )


def _held_out(path: Path | None) -> "HeldOut":
    from indexer.held_out import HeldOut

    return HeldOut.from_lines(_lines(path, "--holdout"))


def _lines(path: Path | None, option: str) -> list[str]:
    from service.errors import QueryError

    if path is None:
        return []
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise QueryError(option, f"{path} cannot be read as UTF-8 text ({error})") from error
