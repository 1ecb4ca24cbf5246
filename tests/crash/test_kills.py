"""What `kills` takes for wrong: it must not pass a command that did nothing, nor an index that lost a case."""

import signal

import pytest

from indexer.sources import read_sources
from indexer.store.files import BUILDS, VECTORS, current_build
from tests.crash.corpus import BASE, write_cases
from tests.crash.kills import Ended, Expected, damage, rolled_back
from tests.indexer.corpora import build_small

KILLED = -signal.SIGKILL
BUILDS_THERE = ("a", "b", "c")
NEW = Expected(0, None, {})
BACK = Expected(0, "a", {})
NOTHING = Expected(1, "b", {})


@pytest.mark.parametrize(
    ("name", "code", "now", "expected", "right"),
    [
        ("build", 0, "d", NEW, True),
        ("build", 0, "b", NEW, False),
        ("build", 0, "c", NEW, False),
        ("build", 3, "d", NEW, False),
        ("build", 1, "b", NEW, False),
        ("build", KILLED, "b", NEW, True),
        ("build", KILLED, "d", NEW, True),
        ("build", KILLED, "a", NEW, False),
        ("rollback", 0, "a", BACK, True),
        ("rollback", 0, "b", BACK, False),
        ("rollback", 1, "b", BACK, False),
        ("rollback", 1, "a", BACK, False),
        ("rollback", 0, "c", BACK, False),
        ("rollback", KILLED, "b", BACK, True),
        ("rollback", KILLED, "a", BACK, True),
        ("rollback", KILLED, "c", BACK, False),
        ("rollback", 1, "b", NOTHING, True),
        ("rollback", 0, "b", NOTHING, False),
        ("rollback", 0, "a", NOTHING, False),
        ("rollback", -signal.SIGSEGV, "b", NOTHING, False),
        ("remove", 1, "b", NOTHING, True),
        ("remove", 0, "d", NOTHING, False),
    ],
)
def test_a_command_must_do_what_it_is_for_and_say_so(name, code, now, expected, right) -> None:
    told = list(Ended(name, code, "b", BUILDS_THERE, now).wrong(expected))
    assert (told == []) == right
    assert all(name in one and str(code) in one for one in told)


def test_a_rollback_goes_to_the_newest_build_that_is_older_if_there_is_one() -> None:
    corpora = {name: {name: "words"} for name in BUILDS_THERE}
    assert rolled_back("c", BUILDS_THERE, corpora) == Expected(0, "b", corpora["b"])
    assert rolled_back("b", BUILDS_THERE, corpora) == Expected(0, "a", corpora["a"])
    assert rolled_back("a", BUILDS_THERE, corpora) == Expected(1, "a", corpora["a"])


def test_damage_and_loss_are_seen(tmp_path) -> None:
    source = write_cases(tmp_path / "source.jsonl", *BASE, words="first", sentences_each=3)
    root = tmp_path / "index"
    build_small(read_sources([source]), root)
    cases = dict.fromkeys(BASE, "first")

    assert list(damage(root, cases)) == []
    assert len(list(damage(root, {**cases, "more": "first"}))) == 1
    assert len(list(damage(root, {**cases, BASE[0]: "second"}))) == 1

    vectors = root / BUILDS / current_build(root) / VECTORS
    raw = bytearray(vectors.read_bytes())
    raw[-3] ^= 1
    vectors.write_bytes(raw)
    assert any("vectors.faiss" in one for one in damage(root, cases))
