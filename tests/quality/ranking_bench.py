"""`make quality`: how well questions are answered, beside plain fusion, a yardstick and other programs.

    python -m tests.quality.ranking_bench --corpus cases.jsonl.xz --judged claims.jsonl --cache DIR

Builds an index of the corpus with the real build, or takes the one in the cache, puts every judged
query through the real search in this process, prints a table for each half and writes it as JSON.
"""

import os
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final

import numpy as np
import orjson
import typer

from indexer.store.snapshot import Index
from models.base import Embedder
from models.load import load_embedder
from service.search import SearchEngine
from tests.quality.ranking_corpus import Corpus, case_ids, prepared_index
from tests.quality.ranking_exact import exact_needs, exact_report
from tests.quality.ranking_honesty import (
    calibration_error,
    draw_reliability,
    held_out,
    honesty_report,
    read_off_topic,
)
from tests.quality.ranking_judged import Half, JudgedQuery, read_judged, within
from tests.quality.ranking_peers import Absent, PeerInput, default_model, open_peers
from tests.quality.ranking_pins import PINS, PinBench, read_pins
from tests.quality.ranking_runs import (
    RERANKED,
    Answering,
    every_text,
    is_quoting,
    of_peer,
    ours,
    ours_flat,
    ours_unquoted,
    plain_lanes,
    run_all,
    without_rerank_reason,
    yardstick,
)
from tests.quality.ranking_table import case_report, show_halves
from tests.quality.ranking_windows import WindowIndex

_MOST_QUERIES: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What is measured on one corpus."""

    corpus: Corpus
    cache: Path
    embedder: Embedder
    peers: bool
    own_defaults: bool
    rerank: bool
    most_queries: int
    say: Callable[[str], None]

    @contextmanager
    def index(self, corpus: Corpus | None = None) -> Iterator[Index]:
        """Open the index of the corpus, or of another form of it."""
        with prepared_index(
            corpus or self.corpus, self.cache, self.embedder, say=self.say
        ) as opened:
            yield opened

    def judged(self, paths: Sequence[Path]) -> dict[str, Any]:
        """Measure the judged sets, by the files' names."""
        report: dict[str, Any] = {}
        with self.index() as index, self._configurations(index) as (answering, absent):
            for path in paths:
                queries = self._narrowed(path, index)
                unquoted = [ours_unquoted(SearchEngine(index, self.embedder))]
                runs = run_all(queries, answering + unquoted * is_quoting(queries))
                report[path.stem] = {**case_report(queries, runs), "absent_rows": absent}
        return report

    def honesty(self, path: Path) -> dict[str, Any]:
        """Measure `no_match` and the scores on an index without a fifth of the deciding cases."""
        with self.index() as whole:
            queries = self._narrowed(path, whole)
        absent = held_out({case for query in queries for case in query.relevant})
        with self.index(replace(self.corpus, held_out=absent)) as index:
            engine = SearchEngine(index, self.embedder)
            report = honesty_report(engine, queries, absent, read_off_topic())
        return {"cases_held_out": len(absent), **report}

    def pins(self, path: Path) -> dict[str, Any]:
        """Measure the pinned propositions, in the whole corpus and within the pinned case."""
        with self.index() as index:
            known = set(case_ids(index))
            pins = [pin for pin in read_pins(path) if pin.case_id in known][: self.most_queries]
            can = without_rerank_reason(SearchEngine(index, self.embedder)) is None
            bench = PinBench(index, self.embedder, rerank=self.rerank and can)
            return {
                "pins, whole corpus": bench.report(pins, within_case=False),
                "pins, within the case": bench.report(pins, within_case=True),
            }

    def exact(self) -> dict[str, Any]:
        """Measure questions that have one right answer."""
        with self.index() as index:
            return exact_report(SearchEngine(index, self.embedder), exact_needs(index))

    def about(self) -> dict[str, Any]:
        """Say what was indexed."""
        with self.index() as index:
            counts = index.manifest.counts
            return {
                "files": [path.name for path in self.corpus.files],
                "narrowed_to": self.corpus.cases,
                "cases": counts.cases,
                "passages": counts.passages,
                "model": index.manifest.model.name,
                "fingerprint": index.manifest.model.fingerprint,
            }

    def _narrowed(self, path: Path, index: Index) -> list[JudgedQuery]:
        return within(read_judged(path), case_ids(index))[: self.most_queries]

    @contextmanager
    def _configurations(self, index: Index) -> Iterator[tuple[list[Answering], dict[str, str]]]:
        """Yield everything that is asked, and of each row that there is not why."""
        engine = SearchEngine(index, self.embedder)
        absent: dict[str, str] = {}
        with TemporaryDirectory() as windows, TemporaryDirectory() as peers:
            answering = [yardstick(WindowIndex(index, Path(windows)))]
            answering += [plain_lanes(index, self.embedder), ours_flat(engine), ours(engine)]
            reason = without_rerank_reason(engine) if self.rerank else "not asked for"
            if reason is None:
                answering.append(ours(engine, rerank=True))
            else:
                absent[RERANKED] = reason
            if self.peers:
                answering += self._peers(index, Path(peers), absent)
            yield answering, absent

    def _peers(self, index: Index, folder: Path, absent: dict[str, str]) -> Iterator[Answering]:
        given = PeerInput(
            texts=list(every_text(index)),
            vectors=index.vectors.vectors(np.arange(len(index.vectors))),
            embed_query=self.embedder.embed_query,
            folder=folder,
            own_model=default_model() if self.own_defaults else None,
        )
        for peer in open_peers(given):
            if isinstance(peer, Absent):
                absent[peer.name] = peer.reason
            else:
                self.say(f"filled {peer.name}")
                yield of_peer(index, peer)


def main(
    corpus: Annotated[list[Path], typer.Option(help="What is indexed; may be repeated.")],
    cache: Annotated[Path, typer.Option(help="Where built indexes are kept.")],
    judged: Annotated[
        list[Path] | None, typer.Option(help="A judged set; may be repeated.")
    ] = None,
    pins: Annotated[bool, typer.Option(help="Measure pins.jsonl.")] = False,
    honesty: Annotated[
        bool, typer.Option(help="Measure no_match on the first judged set.")
    ] = False,
    exact: Annotated[bool, typer.Option(help="Measure phrases, citations, names.")] = False,
    peers: Annotated[bool, typer.Option(help="Measure Chroma and txtai, if installed.")] = False,
    own_defaults: Annotated[
        bool, typer.Option(help="The peers with their own model too: hours on a large corpus.")
    ] = False,
    rerank: Annotated[
        bool, typer.Option(help="Measure the second look too, which takes most of the time.")
    ] = True,
    cases: Annotated[int | None, typer.Option(help="Index only this many cases.")] = None,
    queries: Annotated[int, typer.Option(help="Ask only so many of each set.")] = _MOST_QUERIES,
    model: Annotated[str | None, typer.Option(help="The embedding model.")] = None,
    commit: Annotated[str, typer.Option(help="What is measured, for the result.")] = "unknown",
    out: Annotated[Path | None, typer.Option(help="Where the result is written, as JSON.")] = None,
) -> None:
    """Measure ranking quality and print what came of it."""
    bench = Bench(
        corpus=Corpus(files=tuple(corpus), cases=cases),
        cache=cache,
        embedder=load_embedder(model),
        peers=peers,
        own_defaults=own_defaults,
        rerank=rerank,
        most_queries=queries,
        say=lambda line: typer.echo(line, err=True),
    )
    sets = list(judged or ())
    report: dict[str, Any] = {"commit": commit, "date": datetime.now(UTC).isoformat("T", "seconds")}
    report |= {"machine": _machine(), "corpus": bench.about(), "cases_ranked": bench.judged(sets)}
    if pins:
        report["passages_ranked"] = bench.pins(PINS)
    if exact:
        report["exact"] = bench.exact()
    if honesty and sets:
        report["honesty"] = bench.honesty(sets[0])
    for line in shown(report):
        typer.echo(line)
    if out is not None:
        _write(report, out)


def shown(report: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of a report."""
    about = report["corpus"]
    yield f"{about['cases']} cases, {about['passages']} passages, {about['model']}"
    for name, one in {**report["cases_ranked"], **report.get("passages_ranked", {})}.items():
        yield name
        yield from show_halves(one)
        for row, reason in one.get("absent_rows", {}).items():
            yield f"    {row}: left out, {reason}"
    if "exact" in report:
        yield f"exact needs: {report['exact']['right']} of {report['exact']['asked']} right first"
        for failure in report["exact"]["failures"]:
            yield f"    {failure['kind']} {failure['query']!r}: {failure['first']}, not {failure['right']}"
    if "honesty" in report:
        yield from _shown_honesty(report["honesty"])


def _shown_honesty(report: Mapping[str, Any]) -> Iterator[str]:
    yield f"no_match, {report['cases_held_out']} deciding cases held out"
    for half in Half:
        for name in ("as_shipped", "at_threshold"):
            rates = report[half.value][name]
            yield (
                f"  {half.value}, {name}: false on {rates['false_no_match']:.3f} of {rates['answerable']},"
                f" recognised {rates['recognised']:.3f} of {rates['unanswerable']},"
                f" off topic {rates['off_topic_recognised']:.3f} of {rates['off_topic']}"
            )
        curve = report[half.value]["reliability"]
        yield f"  {half.value}, calibration error {calibration_error(curve):.3f}"
        for one in curve:
            yield (
                f"    from {one['from']:.1f}: {one['questions']:>5} questions,"
                f" score {one['mean_score']:.3f}, right {one['share_right']:.3f}"
            )


def _write(report: Mapping[str, Any], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    if "honesty" in report:
        curves = {half.value: report["honesty"][half.value]["reliability"] for half in Half}
        draw_reliability(curves, path.with_suffix(".png"))


def _machine() -> dict[str, Any]:
    return {
        "processors": os.cpu_count(),
        "architecture": platform.machine(),
        "python": platform.python_version(),
    }


if __name__ == "__main__":
    typer.run(main)
