"""Helpers cut as this process does, in order, and none outlives the build."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from time import monotonic, sleep

import pytest

from indexer.cut_ahead import cut_all
from indexer.cutting import Cutter
from indexer.errors import HelperError
from indexer.records import CaseRecord
from indexer.sources import Refused
from models.base import TokenSpans
from tests.embedders import WordHashEmbedder
from tests.indexer.corpora import LIMITS, build_small, cases
from tests.indexer.store.making import opinion, record
from tests.indexer.test_build import content, lexical_answers

REPOSITORY = Path(__file__).parents[2]
CUTTER = Cutter(token_spans=WordHashEmbedder().token_spans, limits=LIMITS)
REFUSED = Refused(place="a.jsonl:3", reason="not JSON", case_id=None)


@pytest.fixture(autouse=True)
def _importable(monkeypatch) -> None:
    """Helpers import from where this process does: these tests too, which pytest loads by file."""
    monkeypatch.syspath_prepend(str(REPOSITORY))


def say(line: str) -> None:
    """Print, at once: a helper is killed when nothing more is asked of it."""
    print(line, flush=True)  # noqa: T201


class Trouble(WordHashEmbedder):
    """Takes a question mark for a hundred tokens, and ends the process at an exclamation mark."""

    def token_spans(self, text: str, /) -> TokenSpans:
        if "!" in text:
            os.kill(os.getpid(), signal.SIGKILL)
        if "~" in text:
            say("this goes to standard error")
        spans = super().token_spans(text)
        return spans.repeat(100, axis=0) if "?" in text else spans


def one(name: str, text: str) -> CaseRecord:
    return record(name, opinion(f"{name}-1", text, case_id=name))


def children() -> set[int]:
    """Return the processes that this one started and that live."""
    done = subprocess.run(
        ["ps", "-o", "pid=,stat=,args=", "--ppid", str(os.getpid())],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    lines = [line.split(None, 2) for line in done.stdout.splitlines()]
    return {int(pid) for pid, stat, args in lines if "cut_worker" in args and stat[0] != "Z"}


def test_helpers_answer_what_this_process_does_in_the_same_order() -> None:
    given: list[CaseRecord | Refused] = [*cases(5), REFUSED, one("uncut", "?"), *cases(2)]
    cutter = Cutter(token_spans=Trouble().token_spans, limits=LIMITS)
    with closing(cut_all(given, cutter, helpers=2)) as cuts:
        assert list(cuts) == list(cut_all(given, cutter))
    assert not children()


def test_a_build_with_helpers_is_the_build_without(tmp_path) -> None:
    given: list[CaseRecord | Refused] = [*cases(6), REFUSED, *cases(1), *cases(3, prefix="new")]
    alone = build_small(given, tmp_path / "alone")
    helped = build_small(given, tmp_path / "helped", helpers=2)

    same = ("vectors.faiss", "passages.sqlite", "refused.jsonl")
    assert [alone.manifest.files[n] for n in same] == [helped.manifest.files[n] for n in same]
    assert alone.manifest.counts == helped.manifest.counts
    assert alone.manifest.tokens_embedded == helped.manifest.tokens_embedded
    assert alone.manifest.calibration == helped.manifest.calibration
    assert content(tmp_path / "alone") == content(tmp_path / "helped")
    assert lexical_answers(tmp_path / "alone") == lexical_answers(tmp_path / "helped")
    assert helped.refused == alone.refused


def test_only_a_few_cases_are_taken_ahead() -> None:
    taken = 0

    def records() -> Iterator[CaseRecord]:
        nonlocal taken
        for given in cases(30):
            taken += 1
            yield given

    with closing(cut_all(records(), CUTTER, helpers=1)) as cuts:
        for given, _ in enumerate(cuts, start=1):
            assert taken <= given + 2


def test_a_helper_that_is_killed_ends_the_build_with_a_reason(tmp_path) -> None:
    with pytest.raises(HelperError, match=r"killed by signal 9.*--jobs 1"):
        build_small([*cases(3), one("x", "Stop!")], tmp_path, embedder=Trouble(), helpers=1)
    assert not children()
    assert not list((tmp_path / "builds").iterdir())


def test_what_a_helper_prints_does_not_harm(capfd) -> None:
    cutter = Cutter(token_spans=Trouble().token_spans, limits=LIMITS)
    with closing(cut_all([one("x", "Held ~ here.")], cutter, helpers=1)) as cuts:
        assert [made.record.case.id for made in cuts if not isinstance(made, Refused)] == ["x"]
    assert "this goes to standard error" in capfd.readouterr().err


def test_an_error_of_the_source_ends_the_helpers() -> None:
    def records() -> Iterator[CaseRecord]:
        yield from cases(4)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), closing(cut_all(records(), CUTTER, helpers=2)) as cuts:
        list(cuts)
    assert not children()


PARENT = """
import signal, sys
from time import sleep
from indexer import cut_ahead
from tests.indexer.test_cut_ahead import CUTTER, Slow, one
from indexer.cutting import Cutter
from tests.indexer.corpora import LIMITS
signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell's background has ignored
cutter = Cutter(token_spans=Slow().token_spans, limits=LIMITS) if sys.argv[1] == "busy" else CUTTER
helper = cut_ahead._Helper(cutter)
print(helper._process.pid, flush=True)
helper.cut(one("x", "Held here."))
print("idle", flush=True)
sleep(600)
"""


class Slow(WordHashEmbedder):
    """Computes for ten minutes."""

    def token_spans(self, text: str, /) -> TokenSpans:
        say("busy")
        began = monotonic()
        while monotonic() - began < 600:
            pass
        return super().token_spans(text)


@pytest.mark.parametrize("state", ["busy", "idle"])
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_helper_outlives_the_process_that_started_it(end, state) -> None:
    command = [sys.executable, "-c", PARENT, state]
    with subprocess.Popen(
        command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as parent:
        assert parent.stdout is not None
        told = iter(parent.stdout.readline, "")
        helper = next(int(line) for line in told if line.strip().isdigit())
        assert f"{state}\n" in told, "the helper never came to its work"
        parent.send_signal(end)
        parent.wait(60)
    assert within(60, lambda: not runs(helper)), "the helper is still there"


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    began = monotonic()
    while not holds():
        if monotonic() - began > seconds:
            return False
        sleep(0.05)
    return True


def runs(pid: int) -> bool:
    """Whether the process is there, and not only its entry in the table."""
    state = subprocess.run(
        ["ps", "-o", "stat=", str(pid)], check=False, capture_output=True, text=True
    )
    return bool(state.stdout.strip()) and not state.stdout.startswith("Z")
