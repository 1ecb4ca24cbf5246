import json
import re
from pathlib import Path

import pytest

from service import keys
from tests.service.command_line import fails, run

pytestmark = pytest.mark.usefixtures("surroundings")


def test_a_key_is_printed_alone_and_opens_what_it_should():
    done = run("keys", "new", "anna", "--keys-file", "keys.jsonl", "--per-minute", "60")

    assert done.exit_code == 0, done.stderr
    assert re.fullmatch(r"osk_[\w-]{43}\n", done.stdout)
    assert "shown this once" in done.stderr
    assert done.stdout.strip() not in done.stderr
    (kept,) = keys.read(Path("keys.jsonl"))
    assert keys.find([kept], done.stdout.strip()) == kept
    assert (kept.name, kept.per_minute) == ("anna", 60)


def test_keys_are_listed_with_what_became_of_them():
    for name in ("anna", "bob"):
        run("keys", "new", name, "--keys-file", "keys.jsonl")
    revoked = run("keys", "revoke", "anna", "--keys-file", "keys.jsonl")
    assert (revoked.exit_code, revoked.stderr) == (0, "")
    assert revoked.stdout.startswith("keys.jsonl: anna is revoked since ")

    first, second = run("keys", "list", "--keys-file", "keys.jsonl").stdout.splitlines()
    assert re.match(r"anna  revoked \S+, made \S+, limit: as the setting says$", first)
    assert second.startswith("bob  good, made ")
    listed = json.loads(run("keys", "list", "--keys-file", "keys.jsonl", "--json").stdout)
    assert [(key["name"], key["revoked"] is None) for key in listed] == [
        ("anna", False),
        ("bob", True),
    ]


def test_the_file_may_stand_in_the_environment():
    made = run("keys", "new", "anna", OPINION_SEARCH_KEYS_FILE="keys.jsonl")
    assert made.exit_code == 0, made.stderr
    assert run("keys", "list", OPINION_SEARCH_KEYS_FILE="keys.jsonl").stdout.startswith("anna")


def test_what_cannot_be_done_is_said_in_one_line():
    run("keys", "new", "anna", "--keys-file", "keys.jsonl")

    fails(run("keys", "new", "anna", "--keys-file", "keys.jsonl"), 1, "anna", "another name")
    fails(run("keys", "new", "a b", "--keys-file", "keys.jsonl"), 1, "letters, digits")
    fails(run("keys", "revoke", "bob", "--keys-file", "keys.jsonl"), 1, "bob", "keys list")
    fails(run("keys", "list", "--keys-file", "none"), 1, "none", "keys new NAME")
    assert run("keys", "list").exit_code == 2
