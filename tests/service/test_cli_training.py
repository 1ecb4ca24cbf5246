import json
from pathlib import Path

import pytest

from indexer.held_out import Part, part_of
from tests.service.command_line import fails, line, run

pytestmark = pytest.mark.usefixtures("surroundings")

NAMES = [f"case{n}" for n in range(40) if part_of(f"case{n}") is Part.TRAINING][:4]
POINT = "Deputies need a warrant of a court before they board a moored boat."
BODY = "A court must give deputies a warrant for a moored boat before they board it. So ordered."


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """Cases of which one has a syllabus."""
    syllabus = {"type": "syllabus", "text": f"Facts.\n\nHeld: {POINT} P. 7."}
    lead = {"type": "lead", "text": BODY}
    others = [line(name, f"{BODY} {name} is of something else.") for name in NAMES[1:]]
    first = line(NAMES[0], BODY, opinions=[syllabus, lead])
    (tmp_path / "cases.jsonl").write_text("\n".join([first, *others]))
    made = run("build", tmp_path / "cases.jsonl", "--index", tmp_path / "index")
    assert made.exit_code == 0, made.stderr
    return tmp_path / "index"


def queries(path: Path) -> list[str]:
    return [json.loads(line)["query"] for line in path.read_text().splitlines()]


def test_pairs_are_written_and_counted(index, tmp_path):
    out = tmp_path / "pairs.jsonl"
    done = run("models", "pairs", "--index", index, "--out", out, "--negatives", "0")
    assert (done.exit_code, done.stdout) == (0, f"{out}: 1 pairs\n")
    assert queries(out) == [POINT]


@pytest.mark.parametrize(
    ("option", "line"), [("--holdout", NAMES[0]), ("--without", POINT.upper())]
)
def test_what_is_held_out_or_excluded_by_a_file_stays_out(index, tmp_path, option, line):
    (tmp_path / "out.txt").write_text(f"# judged\n{line}\n")
    out = tmp_path / "pairs.jsonl"
    words = ("--index", index, "--out", out, "--negatives", "0", option, tmp_path / "out.txt")
    assert run("models", "pairs", *words).exit_code == 0
    assert queries(out) == []


def test_a_file_of_held_out_cases_that_is_not_there_is_named(index, tmp_path):
    words = ("--index", index, "--out", tmp_path / "p", "--holdout", "nowhere")
    fails(run("models", "pairs", *words), 2, "--holdout", "nowhere")


def test_training_needs_the_extra(tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    words = ("models", "train", "some-model", tmp_path / "pairs", "--target", tmp_path / "new")
    fails(run(*words), 1, "sentence-transformers", "make reference")


def test_a_target_that_exists_is_left_alone(tmp_path):
    (tmp_path / "kept").touch()
    words = ("models", "train", "some-model", tmp_path / "pairs", "--target", tmp_path)
    fails(run(*words), 1, "already exists")
