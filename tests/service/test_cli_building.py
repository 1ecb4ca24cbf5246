"""What `build`, `add` and `remove` do beside the build itself: models, names, Ctrl-C when it is done."""

import json
import os
from pathlib import Path

import pytest

from indexer.store import files
from indexer.store.files import current_build
from models.base import Embedder
from models.load import DEFAULT_MODEL
from service.cli_building import model_name
from tests.embedders import WordHashEmbedder
from tests.service.command_line import fails, line, run, slow_to_close

pytestmark = pytest.mark.usefixtures("surroundings")


# models


@pytest.mark.parametrize("words", [["add", "more.jsonl"], ["remove", "boat"]])
def test_another_model_of_the_same_name_is_refused(index, tmp_path, monkeypatch, words):
    (tmp_path / "more.jsonl").write_text(line("new", "A dog barked.") + "\n")
    before = current_build(index)

    def other(name: str, *, threads: int | None = None) -> Embedder:
        return WordHashEmbedder(window=99, name=name)

    monkeypatch.setattr("models.load.load_embedder", other)
    fails(
        run(*words, "--index", index),
        1,
        "built with the model default (test, ",
        "build the index again",
    )
    assert current_build(index) == before


def test_a_model_in_a_folder_is_kept_with_its_whole_path(source, tmp_path):
    (tmp_path / "mine").mkdir()
    assert run("build", source, "--index", "index", "--model", "mine").exit_code == 0

    shown = json.loads(run("info", "--index", "index", "--json").stdout)
    assert shown["model"]["name"] == str(tmp_path / "mine")


@pytest.mark.parametrize("name", [None, DEFAULT_MODEL, "owner/model", "nobody", "a.txt"])
def test_any_other_name_is_kept_as_it_is(tmp_path, name):
    (tmp_path / DEFAULT_MODEL).mkdir()  # the one that came with the program goes first
    (tmp_path / "a.txt").write_text("")
    assert model_name(name) == name


def test_a_source_whose_name_is_no_text_is_kept_as_text(source, tmp_path):
    odd = tmp_path / os.fsdecode(b"caf\xe9.jsonl")
    source.rename(odd)
    assert run("build", odd, "--index", "index").exit_code == 0
    assert json.loads(run("info", "--index", "index", "--json").stdout)["sources"] == [
        "caf\\xe9.jsonl"
    ]


# Ctrl-C once it is published


def stop(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_ctrl_c_while_old_builds_are_removed_says_that_the_new_one_is_published(
    index, source, monkeypatch
):
    before = current_build(index)
    monkeypatch.setattr(files, "prune", stop)
    done = run("build", source, "--index", index)

    now = current_build(index)
    assert now != before
    assert done.exit_code == 0
    assert done.stdout.startswith(f"build {now}: 3 cases, ")
    assert done.stderr == (
        f"opinion-search: {index}: build {now} is published; tidying was cut short (stopped), "
        "the next build goes on with it\n"
    )


@pytest.mark.parametrize(
    "words", [["build", "cases.jsonl"], ["add", "cases.jsonl"], ["remove", "boat"]]
)
def test_ctrl_c_while_a_cluster_is_let_go_says_so_too(index, monkeypatch, words):
    before = current_build(index)

    monkeypatch.setattr("models.cluster.spread.spread", slow_to_close)
    done = run(*words, "--index", index)

    now = current_build(index)
    assert now != before
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == f"opinion-search: stopped: build {now} is published\n"


def test_ctrl_c_before_says_that_nothing_is(index, source, monkeypatch):
    before = current_build(index)
    monkeypatch.setattr(files, "sync_tree", stop)
    done = run("build", source, "--index", index)

    assert (done.exit_code, done.stdout) == (130, "")
    assert "nothing was published" in done.stderr
    assert current_build(index) == before
    assert Path(index / "builds" / before / "manifest.json").is_file()
