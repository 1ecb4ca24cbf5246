"""From what one machine measures to several hundred million passages, as Markdown.

    python -m tests.benchmarks.capacity --index INDEX --segment INDEX --questions FILE [--embedded-a-second N]

Recall is measured on ``--index`` against an exact scan, times on ``--segment``, an index of the size that a
segment of a collection has. What is not measured here is an option, and stands in the page.
"""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import faiss
import numpy as np
import numpy.typing as npt
import typer

from indexer.capacity import (
    Machine,
    Plan,
    Quantisation,
    SegmentSearch,
    Sizes,
    answering,
    fan_out,
    plan,
)
from indexer.store.analysis import ranking_terms
from indexer.store.snapshot import Index
from models.base import FloatMatrix
from models.load import load_embedder
from tests.benchmarks.questions import read_questions

_K: Final = 10
_SIZES: Final = (10_000_000, 100_000_000, 400_000_000)
_SHARDS: Final = (1, 4, 16, 64)
_ASKED: Final = 20_000
_HEDGE: Final = 0.95
_LINKS: Final = 32
_GIB: Final = 2**30


class Code(NamedTuple):
    """One way to keep a vector: FAISS's name of it, and how many candidates are ranked exactly."""

    name: str
    factory: str
    candidates: int


CODES: Final = (
    Code("float16", "SQfp16", _K),
    Code("8 bits", "SQ8", _K),
    Code("8 bits, 20 ranked exactly", "SQ8", 20),
    Code("PQ, 96 bytes", "PQ96", _K),
    Code("PQ, 96 bytes, 100 ranked exactly", "PQ96", 100),
    Code("RaBitQ, 1 bit", "RaBitQ", _K),
    Code("RaBitQ, 1 bit, 100 ranked exactly", "RaBitQ", 100),
    Code("RaBitQ, 1 bit, 500 ranked exactly", "RaBitQ", 500),
)

KEPT: Final = (
    Quantisation(name="float32, graph", bytes_a_number=4, links=_LINKS),
    Quantisation(name="float16, graph", bytes_a_number=2, links=_LINKS),
    Quantisation(name="8 bits, graph", bytes_a_number=1, links=_LINKS),
    Quantisation(name="8 bits, lists", bytes_a_number=1),
    Quantisation(name="RaBitQ, lists, 8 bits beside", bytes_a_number=1.15),
    Quantisation(name="RaBitQ, lists, float32 on disk", bytes_a_number=0.15),
)
"""What a query node holds in memory; a one-bit code has 8 bytes of its own beside it (0.02 a number)."""


class Measured(NamedTuple):
    """What came of one way to keep vectors."""

    code: Code
    bytes_a_vector: float
    recall: float
    cpu_ms: float


class Given(NamedTuple):
    """What the arithmetic starts from."""

    dim: int
    cores: int
    memory_gib: float
    embedded_a_second: float
    """Of one core."""
    indexed_a_second: float
    """Of one core."""
    outside_ms: float
    """Processor time of a passage that the model has no part in."""
    local_bytes: float
    words_ms: float
    words_rows: int


def measured(
    rows: FloatMatrix, queries: FloatMatrix, codes: Sequence[Code] = CODES
) -> list[Measured]:
    """Search each kind of codes and rank its candidates exactly; recall@10 is against all exact products."""
    exact = queries @ rows.T
    least = np.sort(exact, axis=1)[:, -_K]  # the tenth best: rows of equal words are equally right
    made: dict[str, faiss.Index] = {}
    found = []
    for code in codes:
        if code.factory not in made:
            made[code.factory] = _made(code.factory, rows)
        index = made[code.factory]
        began = time.thread_time()
        candidates = index.search(queries, code.candidates)[1]
        took = (time.thread_time() - began) / len(queries)
        kept = [
            np.sort(exact[at, candidates[at]])[-_K:] >= least[at] - 1e-6
            for at in range(len(queries))
        ]
        share = float(np.mean([np.sum(one) / _K for one in kept]))
        found.append(Measured(code, index.sa_code_size(), share, took * 1e3))
    return found


def _made(factory: str, rows: FloatMatrix) -> faiss.Index:
    index = faiss.index_factory(rows.shape[1], factory, faiss.METRIC_INNER_PRODUCT)
    drawn = np.random.default_rng(0).choice(len(rows), min(len(rows), 40_000), replace=False)
    index.train(rows[np.sort(drawn)])
    index.add(rows)
    return index


def of_codes(found: Sequence[Measured], rows: int) -> Iterator[str]:
    """Yield the table of recall."""
    yield f"| kept as | bytes a vector | recall@10 ({rows:,} rows) | scan of all, CPU ms |"
    yield "|---|---|---|---|"
    for one in found:
        code = one.code.name
        yield f"| {code} | {one.bytes_a_vector:.0f} | {one.recall:.4f} | {one.cpu_ms:.1f} |"


def of_sizes(given: Given, segment: SegmentSearch, sizes: Sizes) -> Iterator[str]:
    """Yield the table of nodes, hours and answers."""
    machine = Machine(
        memory_bytes=given.memory_gib * _GIB,
        embedded_a_second=given.embedded_a_second * given.cores,
        indexed_a_second=given.indexed_a_second * given.cores,
    )
    yield (
        "| passages | kept as | bytes a vector | memory, GiB | nodes | full build, h | daily delta, h "
        "| a question, ms | answers a second |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    for passages in _SIZES:
        for kept in KEPT:
            needed = plan(passages, dim=given.dim, kept=kept, machine=machine, sizes=sizes)
            yield _line(passages, kept, needed, given, segment, sizes)


def _line(
    passages: int,
    kept: Quantisation,
    needed: Plan,
    given: Given,
    segment: SegmentSearch,
    sizes: Sizes,
) -> str:
    nodes = max(needed.nodes, sizes.replicas)
    share = needed.nodes / nodes
    cost = answering(
        passages, nodes=nodes, replicas=sizes.replicas, cores=given.cores, segment=segment
    )
    answers = f"{cost.seconds * 1e3:.0f} | {cost.answers_a_second:,.0f}" if kept.links else "— | —"
    return (
        f"| {passages / 1e6:,.0f}M | {kept.name} | {kept.bytes_a_vector(given.dim):.0f} "
        f"| {needed.vectors_bytes / _GIB:,.0f} | {nodes} | {needed.build_hours * share:,.1f} "
        f"| {needed.delta_hours * share:,.1f} | {answers} |"
    )


def of_local(given: Given) -> Iterator[str]:
    """Yield what no engine takes away: what lies with each replica, and what one driver does."""
    yield "| passages | disk of a replica, GB | words of a question, ms | driver's work, core-hours |"
    yield "|---|---|---|---|"
    for passages in _SIZES:
        disk = passages * given.local_bytes / 1e9
        words = given.words_ms * passages / given.words_rows
        hours = passages * given.outside_ms / 1e3 / 3600
        yield f"| {passages / 1e6:,.0f}M | {disk:,.0f} | {words:,.0f} | {hours:,.0f} |"


def of_tail(one: npt.NDArray[np.float64]) -> Iterator[str]:
    """Yield the table of the fan-out; ``one`` are the seconds of single shards."""
    yield "| shards | p50, ms | p99, ms | p50 with a hedge | p99 with a hedge |"
    yield "|---|---|---|---|---|"
    for shards in _SHARDS:
        cells = []
        for hedge in (None, _HEDGE):
            waited = fan_out(one, shards, questions=_ASKED, hedge_at=hedge)
            cells += [f"{value * 1e3:.1f}" for value in np.quantile(waited, [0.5, 0.99])]
        yield f"| {shards} | {' | '.join(cells)} |"


class Timed(NamedTuple):
    """What questions cost on an index of a segment's size."""

    rows: int
    cpu_s: float
    wall: npt.NDArray[np.float64]
    words_ms: float
    local_bytes: float


def timed(root: Path, questions: Sequence[str], queries: FloatMatrix) -> Timed:
    """Search vectors and words one question at a time, in one thread."""
    with Index.open(root) as index:
        for query in queries[:30]:
            index.vectors.nearest(query, 100)
        cpu, wall, words = [], [], []
        for question, query in zip(questions, queries, strict=True):
            began, at = time.thread_time(), time.perf_counter()
            index.vectors.nearest(query, 100)
            cpu.append(time.thread_time() - began)
            wall.append(time.perf_counter() - at)
            began = time.thread_time()
            index.lexical.search(ranking_terms(question), 100)
            words.append(time.thread_time() - began)
        count = index.manifest.counts.passages
        local = sum(
            file.bytes for name, file in index.manifest.files.items() if not _of_vectors(name)
        )
    return Timed(
        count, float(np.median(cpu)), np.array(wall), float(np.median(words)) * 1e3, local / count
    )


def _of_vectors(name: str) -> bool:
    return name.endswith((".faiss", ".npy"))


def main(
    index: Annotated[Path, typer.Option(help="Real passages: recall.")],
    segment: Annotated[Path, typer.Option(help="An index of a segment's size: times.")],
    questions: Annotated[Path, typer.Option(help="Questions, one a line.")],
    embedded_a_second: Annotated[float, typer.Option(help="Passages of one core.")] = 45.0,
    indexed_a_second: Annotated[float, typer.Option(help="Passages of one core, graph.")] = 1013.0,
    outside_ms: Annotated[float, typer.Option(help="Of a passage, without the model.")] = 2.8,
    cores: Annotated[int, typer.Option(help="Of a node.")] = 16,
    memory_gib: Annotated[float, typer.Option(help="Of a node.")] = 64.0,
    asked: Annotated[int, typer.Option(help="Questions for recall.")] = 200,
) -> None:
    """Measure and print the page."""
    faiss.omp_set_num_threads(1)
    texts = read_questions(questions)
    embed = load_embedder().embed_query
    queries = np.stack([embed(text) for text in texts])
    with Index.open(index) as opened:
        rows = opened.vectors.vectors(np.arange(len(opened.vectors), dtype=np.int64))
    found = timed(segment, texts, queries)
    given = Given(
        dim=rows.shape[1],
        cores=cores,
        memory_gib=memory_gib,
        embedded_a_second=embedded_a_second,
        indexed_a_second=indexed_a_second,
        outside_ms=outside_ms,
        local_bytes=found.local_bytes,
        words_ms=found.words_ms,
        words_rows=found.rows,
    )
    sizes = Sizes(local_bytes_a_passage=found.local_bytes)
    one = SegmentSearch(rows=found.rows, seconds=found.cpu_s)
    typer.echo(f"{given}\n{one}\n{sizes}")
    for table in (
        of_codes(measured(rows, queries[:asked]), len(rows)),
        of_sizes(given, one, sizes),
        of_local(given),
        of_tail(found.wall),
    ):
        typer.echo("\n" + "\n".join(table))


if __name__ == "__main__":
    typer.run(main)
