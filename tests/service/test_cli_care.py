"""The command line beyond building and asking: care of an index, serving, help, terminals."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

import service
from indexer.store.files import current_build
from service import settings
from service.cli import app
from tests.embedders import WordHashEmbedder
from tests.service.command_line import fails, run

pytestmark = pytest.mark.usefixtures("surroundings")
ROOT = Path(service.__file__).parents[1]
COMMANDS = (
    ["build"], ["add"], ["remove"], ["search"], ["serve"], ["verify"], ["info"], ["rollback"],
    ["models"], ["models", "list"], ["models", "prepare"],
    ["keys"], ["keys", "new"], ["keys", "list"], ["keys", "revoke"],
)  # fmt: skip


# looking after it


def test_info_shows_each_count_of_the_manifest(index):
    shown = dict(
        words.split(maxsplit=1) for words in run("info", "--index", index).stdout.splitlines()
    )

    assert shown["cases"] == "3"
    assert shown["build"] == current_build(index)
    assert shown["sources"] == "cases.jsonl"


def test_verify_is_content_with_a_whole_build_and_names_the_torn_file(index):
    done = run("verify", "--index", index)
    assert (done.exit_code, done.stdout, done.stderr) == (0, f"{index}: all holds\n", "")

    vectors = index / "builds" / current_build(index) / "vectors.faiss"
    vectors.write_bytes(vectors.read_bytes()[:-4])
    fails(run("info", "--index", index), 1, str(vectors), "rollback")
    done = run("verify", "--index", index)
    assert (done.exit_code, done.stdout) == (1, "")
    assert str(vectors) in done.stderr


def test_verify_says_what_it_cannot_know_of_a_build_of_before(index):
    path = index / "builds" / current_build(index) / "manifest.json"
    told = json.loads(path.read_text())
    del told["manifest_sha256"]
    path.write_text(json.dumps(told))
    done = run("verify", "--index", index)

    assert (done.exit_code, done.stdout) == (0, f"{index}: all holds\n")
    assert done.stderr.startswith(f"opinion-search: {path}: has no checksum of its own")


def test_search_refuses_a_model_that_is_not_the_one_the_index_was_built_with(index, monkeypatch):
    monkeypatch.setattr("service.ask.load_embedder", lambda name: WordHashEmbedder(window=99))

    fails(run("search", "officer", "--index", index), 1, "built with the model default", "again")


def test_models_are_listed_with_size_and_agreement():
    done = run("models", "list")

    assert done.exit_code == 0
    assert re.match(
        r"all-minilm-l6-v2  openvino-int8, 384 dimensions, window 256 tokens, \d\d\.\d MB, "
        r"agreement with \S+: cosine 0\.\d{4} mean, 0\.\d{4} least, on \d+ passages\n",
        done.stdout,
    )


def test_prepare_says_what_to_install_before_it_reads_anything(tmp_path, monkeypatch):
    monkeypatch.setattr("models.prepare.find_spec", lambda _: None)

    fails(run("models", "prepare", "a/b", "--target", "made"), 1, "sentence-transformers",
          "not installed", "make reference")  # fmt: skip
    assert not (tmp_path / "made").exists()


def test_prepare_does_not_write_over_what_is_there(tmp_path):
    (tmp_path / "made").mkdir()

    fails(run("models", "prepare", "a/b", "--target", "made"), 1, "already exists", "name another")


def test_prepare_says_that_there_is_nothing_to_calibrate_on(monkeypatch):
    monkeypatch.setattr("models.prepare.find_spec", lambda _: True)

    fails(run("models", "prepare", "a/b", "--target", "made"), 2, "data/sample", "--calibrate")


# serving


@pytest.fixture
def served(monkeypatch):
    """What the server was started with."""
    started: list[settings.Settings] = []
    monkeypatch.setattr("service.server.serve", lambda given, _: started.append(given))
    return started


def test_serve_hands_on_its_options_and_the_other_settings(index, served):
    done = run("serve", "--index", index, "--port", "0", OPINION_SEARCH_MAX_QUEUE="3",
               OPINION_SEARCH_WORKERS="2", OPINION_SEARCH_K="5")  # fmt: skip

    assert (done.exit_code, done.stderr) == (0, "")
    (given,) = served
    assert (given.index_dir, given.port, given.workers, given.max_queue) == (index, 0, 2, 3)


def test_serve_starts_without_an_index(served):
    done = run("serve", "--index", "nowhere")

    assert (done.exit_code, done.stderr) == (0, "")
    assert len(served) == 1


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [("PROT", "1", "did you mean OPINION_SEARCH_PORT?"), ("MAX_QUEUE", "x", "change or unset it")],
)
def test_serve_refuses_a_setting_that_cannot_be(index, served, key, value, told):
    fails(run("serve", "--index", index, **{f"OPINION_SEARCH_{key}": value}), 2, key, told)
    assert served == []


# around it all


RECIPE = {"models pairs", "models train"}
"""What is run by hand, once: its options are no settings."""


def every_command() -> Iterator[tuple[str, Any]]:
    """Yield each command of the program with its name."""
    program: Any = get_command(app)
    for name, command in program.commands.items():
        yield name, command
        for inner, innermost in getattr(command, "commands", {}).items():
            yield f"{name} {inner}", innermost


def test_every_option_is_a_setting_by_its_own_name():
    seen = {
        (name, option.opts[-1]): option.envvar
        for name, command in every_command()
        for option in command.params
        if option.param_type_name == "option" and name not in RECIPE
    }

    assert {option for _, option in seen} == {
        "--index", "--model", "--jobs", "-k", "--filter", "--json", "--host", "--port", "--workers",
        "--target", "--calibrate", "--forum", "--keys-file", "--per-minute", "--lane", "--rerank",
        "--engine", "--cluster",
    }  # fmt: skip
    for (_, option), variable in seen.items():
        assert variable == settings.PREFIX + option.strip("-").upper().replace("-", "_")


def test_every_setting_of_a_command_may_stand_in_the_environment_of_serve():
    known = {
        option.envvar: ""
        for _, command in every_command()
        for option in command.params
        if option.param_type_name == "option" and option.envvar
    }

    settings.Settings.from_env({**known, "OPINION_SEARCH_INDEX": "index"})


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_explains_itself_in_whole_sentences(words):
    done = run(*words, "--help")

    assert done.exit_code == 0
    assert done.stdout.startswith(f"Usage: opinion-search {' '.join(words)} ")
    assert "..." not in re.sub(r"\[ARGS\]\.\.\.|\{[A-Z]+\}\.\.\.", "", done.stdout), "cut off"
    assert not re.search(r"[^\x20-\x7e\n]", done.stdout), "no colours, no boxes"


def test_version():
    done = run("--version")

    assert (done.exit_code, done.stderr) == (0, "")
    assert re.fullmatch(r"opinion-search \d+\.\d+\.\d+\n", done.stdout)


def python(code: str, **more: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )


def test_help_is_quick_because_nothing_heavy_is_loaded():
    loaded = python(
        "import sys\nsys.argv = ['opinion-search', '--help']\nfrom service.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print('loaded', *sorted({name.split('.')[0] for name in sys.modules}))"
    ).stdout.splitlines()[-1].split()  # fmt: skip

    assert loaded[0] == "loaded"
    heavy = {"numpy", "faiss", "openvino", "fastapi", "uvicorn", "pydantic", "tantivy", "torch"}
    assert heavy.isdisjoint(loaded)


@pytest.mark.slow
def test_help_takes_less_than_half_a_second():
    """Of a processor, and the best of five: others may be using the machine."""
    took = []
    for _ in range(5):
        with subprocess.Popen(
            [Path(sys.executable).with_name("opinion-search"), "--help"],
            stdout=subprocess.DEVNULL,
        ) as process:
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        took.append(used.ru_utime + used.ru_stime)
    assert min(took) < 0.5


def test_a_reader_that_goes_away_is_no_error(index):
    """`opinion-search … | head -1`, with a pipe that is closed before a line is written."""
    command = Path(sys.executable).with_name("opinion-search")
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [command, "info", "--index", index, "--json"],
            stdout=writer, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    finally:
        os.close(writer)
    assert done.stderr == ""
    assert done.returncode == 1
