"""A build that dies, at whatever moment, leaves the index whole and the service answering."""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tests.acceptance.running import (
    COMMAND,
    SEEDS,
    ask,
    environment,
    eventually,
    halted,
    opinion_search,
    serving,
    succeed,
)

pytestmark = pytest.mark.slow
_TRIES: Final = 5
"""Builds, until one is met at its moment: when this process looks is chance, for it may stall as any may."""
_ENDS_S: Final = 120
MOMENTS: Final = {
    "its folder is made": "",
    "its vectors are written": "vectors.faiss",
    "its manifest is written": "manifest.json",
}
"""By the file that a build has begun with then."""


def stages(index: Path) -> set[Path]:
    """Return the folders of the builds that are being written, or were when their process died."""
    return set((index / "builds").glob(".*.part"))


@contextmanager
def building(index: Path, name: str = "") -> Iterator[tuple["subprocess.Popen[str]", bool]]:
    """Start a build, and let it stand still once its stage has the file ``name``.

    Yields it, and whether it was met there: else it has ended, or published what it wrote.
    """
    dead = stages(index)

    def has_begun() -> bool:
        return any((stage / name).exists() for stage in stages(index) - dead)

    with subprocess.Popen(
        [COMMAND, "build", SEEDS, "--index", index],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as process:
        try:
            while not has_begun() and process.poll() is None:
                time.sleep(0.0005)
            yield process, halted(process) and has_begun()
        except BaseException:
            process.kill()  # it may stand still, and would be waited for
            raise


def last_words(process: "subprocess.Popen[str]") -> str:
    """Let a build that stands still go on to its end; return what it said."""
    process.send_signal(signal.SIGCONT)
    return process.communicate(timeout=_ENDS_S)[1]


class Ended(NamedTuple):
    """How the build ended that got the signal."""

    met: bool
    """Whether it got it at the moment, and not when that had passed."""
    code: int
    words: str
    before: str
    """The build that was current when it began."""


def interrupt(index: Path, name: str, sent: signal.Signals) -> Ended:
    """Send a signal to a build whose stage has the file ``name``; the last that is tried gets it anyhow."""
    tries = _TRIES
    while True:
        tries -= 1
        before = current(index)
        with building(index, name) as (process, met):
            if met or not tries:
                process.send_signal(sent)
            words = last_words(process)
        if met or not tries:
            return Ended(met, process.returncode, words, before)


def current(index: Path) -> str:
    return (index / "CURRENT").read_text().strip()


def test_a_killed_build_harms_neither_the_index_nor_the_service(seeds_index, tmp_path):
    index = tmp_path / "index"
    shutil.copytree(seeds_index, index)
    question = "officer shot unarmed suspect mistaken belief"

    with serving(index, tmp_path / "log") as client:
        hits = ask(client, question)["hits"]
        for moment, name in MOMENTS.items():
            ended = interrupt(index, name, signal.SIGKILL)

            # Between the manifest and the end lie milliseconds: there it may have been done already.
            assert ended.met or name == "manifest.json", moment
            assert not ended.met or ended.code == -signal.SIGKILL, moment
            assert not ended.met or current(index) == ended.before, moment
            verified = opinion_search("verify", "--index", index)
            assert verified.returncode == 0, (moment, verified.stderr)
            assert ask(client, question)["hits"] == hits, moment

        succeed("build", SEEDS, "--index", index)
        assert not stages(index), "what dead builds left is gone"
        eventually(lambda: ask(client, question)["index"]["build_id"] == current(index))
        assert ask(client, question)["hits"] == hits


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])  # Ctrl-C, and `docker stop`
def test_a_build_that_is_asked_to_stop_says_so_in_one_line_and_leaves_no_trace(
    seeds_index, tmp_path, sent
):
    index = tmp_path / "index"
    shutil.copytree(seeds_index, index)
    shutil.rmtree(index / "cache")

    ended = interrupt(index, "", sent)

    assert ended.met
    assert ended.code == 130
    # A build that takes more than ten seconds says how far it is, whatever comes then.
    told = [line for line in ended.words.splitlines() if " passages embedded" not in line]
    assert len(told) == 1, ended.words
    assert "nothing was published" in told[0]
    assert current(index) == ended.before
    assert not stages(index)
    succeed("verify", "--index", index)


def test_two_builds_at_once_are_one_build_and_one_refusal(seeds_index, tmp_path):
    index = tmp_path / "index"
    shutil.copytree(seeds_index, index)
    second = None
    for _ in range(_TRIES):
        with building(index) as (first, met):
            if met:
                second = opinion_search("build", SEEDS, "--index", index)
            last_words(first)
        assert first.returncode == 0
        if met:
            break

    assert second is not None, "no build was met on its way"
    assert second.returncode == 1
    assert "another build is writing here; wait for it to end" in second.stderr
    assert second.stderr.count("\n") == 1
    succeed("verify", "--index", index)
