"""Every bad input of the list is answered as it says, and nothing is lost by it: same answers, whole index."""

import json
import os
import shutil
import socket
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2
import pytest

from indexer.store.verify import verify
from tests.acceptance import bad_inputs
from tests.acceptance.bad_inputs import LINES, REQUESTS, WIRE, WITHOUT_A_KEY
from tests.acceptance.running import ask, serving, succeed
from tests.indexer.bad_inputs import INPUTS
from tests.service.command_line import line, run

pytestmark = pytest.mark.slow
_QUESTION = "officer shot unarmed suspect"


def test_there_are_enough_of_them_and_each_has_a_name_of_its_own():
    parts = (REQUESTS, WIRE, WITHOUT_A_KEY, LINES)
    names = [one.name for part in parts for one in part] + [f"source: {name}" for name in INPUTS]

    assert len(set(names)) == len(names) >= 200


@contextmanager
def unharmed(index: Path, log: Path, *, key: str = "", **settings: str):
    """Serve; see at the end that the answer is as before, the log has no error, the index is whole."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    with (
        serving(index, log, ready=True, **settings) as client,
        httpx2.Client(base_url=client.base_url, headers=headers, timeout=60) as known,
    ):
        before = ask(known, _QUESTION)["hits"]
        yield client
        assert ask(known, _QUESTION)["hits"] == before
    assert verify(index) == []
    assert "Traceback" not in log.read_text()
    assert '"level":"error"' not in log.read_text()


def wrong(client: httpx2.Client, sent: bad_inputs.Sent, **keys: str) -> str:
    """Return what is not as the list says of a request, or nothing."""

    def filled(text: str) -> str:
        return text.replace("{key}", keys["key"]).replace("{revoked}", keys["revoked"])

    fill = filled if keys else str
    answer = client.request(
        sent.method,
        fill(sent.path),
        content=sent.body,
        headers={name: fill(value) for name, value in sent.headers},
    )
    missing = [word for word in sent.words if word not in answer.text.replace('\\"', '"')]
    amiss = sent.amiss(answer.status_code, answer.json()) if sent.amiss else ""
    if answer.status_code == sent.status and not missing and not amiss:
        return ""
    if amiss:
        return amiss
    return f"{sent.name}: {answer.status_code}, not {sent.status}; without {missing}: {answer.text[:300]}"


def first_line(client: httpx2.Client, sent: bytes) -> str:
    """Return the first line of an answer, which may come in parts, and before all of what is ``sent`` is taken."""
    with socket.create_connection(("127.0.0.1", client.base_url.port or 0), timeout=60) as wire:
        with suppress(ConnectionError):
            wire.sendall(sent)
        got = b""
        while b"\r\n" not in got and (more := wire.recv(4096)):
            got += more
        return got.partition(b"\r\n")[0].decode("latin-1")


def test_requests(seeds_index, tmp_path):
    with unharmed(seeds_index, tmp_path / "log") as client:
        found = [wrong(client, sent) for sent in REQUESTS]
        for one in WIRE:
            told = first_line(client, one.sent)
            found.append("" if f" {one.status} " in told else f"{one.name}: {told!r}")

    assert [one for one in found if one] == []


def test_requests_without_a_good_key(seeds_index, tmp_path):
    file = tmp_path / "keys.jsonl"
    key, revoked = (succeed("keys", "new", name, "--keys-file", file).strip() for name in "ab")
    succeed("keys", "revoke", "b", "--keys-file", file)
    log = tmp_path / "log"
    with unharmed(seeds_index, log, key=key, OPINION_SEARCH_KEYS_FILE=str(file)) as client:
        found = [wrong(client, sent, key=key, revoked=revoked) for sent in WITHOUT_A_KEY]

    assert [one for one in found if one] == []
    assert key not in log.read_text()


@pytest.fixture
def ground(seeds_index, tmp_path, monkeypatch):
    shutil.copytree(seeds_index, tmp_path / "index")
    (tmp_path / "cases.jsonl").write_text(line("boat", "The sheriff boarded a boat.") + "\n")
    (tmp_path / "void.jsonl").write_bytes(b"")
    (tmp_path / "file").write_text("neither an index nor keys\n")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("OPINION_SEARCH_")]:
        monkeypatch.delenv(name)
    return tmp_path


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "cache" not in path.parts and path.name != ".lock"
    }


@pytest.mark.parametrize("given", LINES, ids=lambda given: given.name)
def test_lines_of_the_command(ground, given):
    if given.before is not None:
        given.before(ground)
    before = snapshot(ground)

    done = run(*given.words, **dict(given.env))

    assert (done.exit_code, done.stdout) == (given.code, "")
    assert isinstance(done.exception, SystemExit)
    for words in given.says:
        assert words in " ".join(done.stderr.split())
    assert snapshot(ground) == before


def test_a_source_that_is_refused_leaves_the_rest_and_says_so(ground):
    (ground / "cases.jsonl").write_text(
        line("boat", "The sheriff boarded a boat.") + "\n" + '{"id": "cut", "case'
    )
    done = run("add", "cases.jsonl", "--index", "index")

    assert done.exit_code == 3
    assert "cases.jsonl:2: not JSON" in done.stderr
    assert verify(ground / "index") == []
    assert json.loads(run("info", "--index", "index", "--json").stdout)["counts"]["cases"] == 3
