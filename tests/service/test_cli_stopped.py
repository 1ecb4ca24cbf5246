"""Ctrl-C when a build is published and the command has not heard of it yet: what it says is true all the same."""

import pytest

from indexer.store.files import current_build
from tests.service.command_line import run, slow_to_close

WORDS = [["build", "cases.jsonl"], ["add", "cases.jsonl"], ["remove", "boat"]]


def stop(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("moment", ["indexer.build.BuildReport", "service.console.show_build"])
def test_ctrl_c_before_it_is_told_says_that_it_is_published(index, monkeypatch, words, moment):
    before = current_build(index)
    monkeypatch.setattr(moment, stop)
    done = run(*words, "--index", index)

    now = current_build(index)
    assert now != before
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == f"opinion-search: stopped: build {now} is published\n"


@pytest.mark.parametrize("words", WORDS)
def test_ctrl_c_once_as_it_is_named_and_once_more_says_so_too(index, monkeypatch, words):
    before = current_build(index)

    monkeypatch.setattr("indexer.build._Publication.replace", stop)
    monkeypatch.setattr("models.cluster.spread.spread", slow_to_close)
    done = run(*words, "--index", index)

    now = current_build(index)
    assert now != before
    assert (done.exit_code, done.stdout) == (0, "")
    assert "tidying was cut short (stopped)" in done.stderr
    assert done.stderr.endswith(f"opinion-search: stopped: build {now} is published\n")
