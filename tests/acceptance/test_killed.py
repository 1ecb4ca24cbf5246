"""A build that dies, at whatever moment, leaves the index whole and the service answering."""

import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.running import (
    COMMAND,
    SEEDS,
    ask,
    environment,
    eventually,
    opinion_search,
    serving,
    succeed,
)

pytestmark = pytest.mark.slow


def stage(index: Path, name: str = "") -> bool:
    """Whether a build is being written, and has begun with the file ``name``."""
    return any((part / name).exists() for part in (index / "builds").glob(".*.part"))


MOMENTS: dict[str, Callable[[Path], bool]] = {
    "its folder is made": stage,
    "its vectors are written": lambda index: stage(index, "vectors.faiss"),
    "its manifest is written": lambda index: stage(index, "manifest.json"),
}


def interrupt(
    index: Path, reached: Callable[[Path], bool], sent: signal.Signals
) -> tuple[int, str]:
    """Start a build, send a signal once the moment is reached; return its code and last words."""
    with subprocess.Popen(
        [COMMAND, "build", SEEDS, "--index", index],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as process:
        while not reached(index) and process.poll() is None:
            time.sleep(0.0005)
        process.send_signal(sent)
        _, words = process.communicate(timeout=60)
        return process.returncode, words


def current(index: Path) -> str:
    return (index / "CURRENT").read_text().strip()


def test_a_killed_build_harms_neither_the_index_nor_the_service(seeds_index, tmp_path):
    index = tmp_path / "index"
    shutil.copytree(seeds_index, index)
    question = "officer shot unarmed suspect mistaken belief"

    with serving(index, tmp_path / "log") as client:
        hits = ask(client, question)["hits"]
        for name, moment in MOMENTS.items():
            before = current(index)
            code, _ = interrupt(index, moment, signal.SIGKILL)

            # Between the manifest and the end lie milliseconds: there it may have been done already.
            assert code == -signal.SIGKILL or name == "its manifest is written", name
            assert current(index) == before or code == 0 or name == "its manifest is written", name
            verified = opinion_search("verify", "--index", index)
            assert verified.returncode == 0, (name, verified.stderr)
            assert ask(client, question)["hits"] == hits, name

        succeed("build", SEEDS, "--index", index)
        assert not stage(index), "what dead builds left is gone"
        eventually(
            lambda: ask(client, question)["index"]["build_id"] == current(index), within_s=10
        )
        assert ask(client, question)["hits"] == hits


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])  # Ctrl-C, and `docker stop`
def test_a_build_that_is_asked_to_stop_says_so_in_one_line_and_leaves_no_trace(
    seeds_index, tmp_path, sent
):
    index = tmp_path / "index"
    shutil.copytree(seeds_index, index)
    shutil.rmtree(index / "cache")
    before = current(index)

    code, words = interrupt(index, stage, sent)

    assert code == 130
    assert words.count("\n") == 1, words
    assert "nothing was published" in words
    assert current(index) == before
    assert not stage(index)
    succeed("verify", "--index", index)


def test_two_builds_at_once_are_one_build_and_one_refusal(seeds_index, tmp_path):
    index = tmp_path / "index"
    shutil.copytree(seeds_index, index)
    with subprocess.Popen(
        [COMMAND, "build", SEEDS, "--index", index],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(),
    ) as first:
        while not stage(index) and first.poll() is None:
            time.sleep(0.0005)
        first.send_signal(signal.SIGSTOP)
        try:
            second = opinion_search("build", SEEDS, "--index", index)
        finally:
            first.send_signal(signal.SIGCONT)
        assert first.wait(60) == 0

    assert second.returncode == 1
    assert "another build is writing here; wait for it to end" in second.stderr
    assert second.stderr.count("\n") == 1
    succeed("verify", "--index", index)
