"""What the system refuses, what Ctrl-C is answered with, and letters that the terminal has not."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

import service
from service import console
from tests.service.command_line import fails, run

ROOT = Path(service.__file__).parents[1]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (PermissionError(errno.EACCES, "Permission denied", "ix/CURRENT"), "ix/CURRENT: Permission denied; see that"),
        (FileNotFoundError(errno.ENOENT, "No such file or directory", Path("a") / "b"), "a/b: No such file or directory; see that"),
        (OSError(errno.EIO, "Input/output error", b"f"), "f: Input/output error; the disk may be failing"),
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device; free some space"),
        (OSError(errno.EMFILE, "Too many open files", 3), "Too many open files; allow more open files"),
        (OSError("said\nso"), "said so; see that it is there"),
        (OSError(), "OSError; see that it is there"),
    ],
    ids=range(7),
)  # fmt: skip
def test_what_the_system_refuses_is_one_line_and_what_to_do(error, told, capsys):
    with pytest.raises(typer.Exit) as left, console.failures():
        raise error

    assert left.value.exit_code == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"opinion-search: {told}")
    assert err.count("\n") == 1


def test_a_reader_that_went_away_is_left_to_typer(capsys):
    with pytest.raises(BrokenPipeError), console.failures():
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")
    assert capsys.readouterr() == ("", "")


def test_once_a_build_is_published_ctrl_c_says_that_it_is(capsys):
    with pytest.raises(typer.Exit) as left, console.failures(console.STOPPED_BUILD) as stopping:
        stopping.published("b1")
        raise KeyboardInterrupt
    assert left.value.exit_code == 0
    assert capsys.readouterr() == ("", "opinion-search: stopped: build b1 is published\n")


@pytest.mark.usefixtures("surroundings")
@pytest.mark.parametrize(
    "words", [["info"], ["verify"], ["search", "x"], ["rollback"], ["add", "a.jsonl"], ["mcp"]]
)
def test_an_index_that_may_not_be_entered_is_told_in_one_line(words, tmp_path, monkeypatch):
    """Who runs the tests may be allowed everything: the refusal is made up."""
    asked = Path.is_dir

    def refuse(path: Path, **more: bool) -> bool:
        if path.name == "shut":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return asked(path, **more)

    (tmp_path / "a.jsonl").write_text("")
    monkeypatch.setattr(Path, "is_dir", refuse)
    done = run(*words, "--index", tmp_path / "shut")

    fails(done, 1, f"{tmp_path / 'shut'}: Permission denied", "read and write it")


PROGRAM = """
import sys
import typer
from service import cli, console
cli.app = lambda: (typer.echo("facts \u203a \u201c\u00a7 1983\u201d"), console.complain("\u203a"))
cli.main()
"""


@pytest.mark.parametrize(
    ("encoding", "out", "err"),
    [
        ("latin-1", b"facts \\u203a \\u201c\xa7 1983\\u201d\n", b"\\u203a\n"),
        ("utf-8", "facts › “§ 1983”\n".encode(), "›\n".encode()),
    ],
)
def test_letters_that_the_terminal_has_not_are_printed_by_their_numbers(encoding, out, err):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.encode("ascii", "backslashreplace").decode()],
        capture_output=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": f"{encoding}:strict"},
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, out, err)
