"""An index that cannot be served is not served: the service and the commands say why, and what to do."""

import json
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.running import eventually, opinion_search, serving

pytestmark = pytest.mark.slow


def build_of(index: Path) -> Path:
    return index / "builds" / (index / "CURRENT").read_text().strip()


def torn(index: Path) -> None:
    vectors = build_of(index) / "vectors.faiss"
    vectors.write_bytes(vectors.read_bytes()[:1000])


def emptied(index: Path) -> None:
    (build_of(index) / "passages.sqlite").write_bytes(b"")


def without_its_build(index: Path) -> None:
    shutil.rmtree(index / "builds")


def foreign(index: Path) -> None:
    shutil.rmtree(index)
    index.mkdir()
    (index / "CURRENT").write_text("../../etc\n")
    (index / "holiday.jpg").write_bytes(b"\xff\xd8")


def of_the_future(index: Path) -> None:
    edit(index, lambda manifest: manifest.update(format_version=99))


def of_another_model(index: Path) -> None:
    edit(index, lambda manifest: manifest["model"].update(fingerprint="0" * 64))


def of_an_unknown_model(index: Path) -> None:
    edit(index, lambda manifest: manifest["model"].update(name="nobody-knows"))


def edit(index: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change a manifest as if it had been written so: without the checksum, which older ones lack."""
    path = build_of(index) / "manifest.json"
    manifest = json.loads(path.read_text())
    del manifest["manifest_sha256"]
    change(manifest)
    path.write_text(json.dumps(manifest))


@dataclass
class Broken:
    """A way to break an index, and words of what the commands and the log say of it."""

    by: Callable[[Path], None]
    words: tuple[str, ...]
    public: tuple[str, ...] = ()
    """What callers of the service are told, where it is something else."""
    refusal: tuple[int, str] = (503, "not_ready")
    """What a search is answered with."""
    whole: bool = False
    """Whether the folder itself is as it was written, so that `info` and `verify` find no fault."""


TABLE = [
    Broken(torn, ("vectors.faiss", "bytes instead of", "build again")),
    Broken(emptied, ("passages.sqlite", "0 bytes instead of", "build again")),
    Broken(without_its_build, ("which is not there", "opinion-search build")),
    Broken(foreign, ("CURRENT does not hold a build id", "opinion-search build")),
    Broken(of_the_future, ("index format 99", "this program reads 3 to 4", "build the index again")),
    Broken(of_another_model, ("built with the model all-minilm-l6-v2", "build the index again"),
           refusal=(409, "model_mismatch"), whole=True),
    Broken(of_an_unknown_model, ("no model named 'nobody-knows'", "models list"),
           public=("the model of the index cannot be loaded", "log says why"), whole=True),
]  # fmt: skip


COMMANDS = (("search", "force"), ("info",), ("verify",))


@pytest.fixture(scope="module")
def said(seeds_index, tmp_path_factory):
    """What the real service and the real commands say of each; two at a time."""

    def hear(broken: Broken) -> dict[str, Any]:
        folder = tmp_path_factory.mktemp(broken.by.__name__)
        index = folder / "index"
        shutil.copytree(seeds_index, index)
        broken.by(index)
        found: dict[str, Any] = {}
        with serving(index, folder / "log", ready=False) as client:
            opening = "the index is being opened"
            eventually(lambda: opening not in client.get("/readyz").text)
            found["search"] = client.post("/v1/search", json={"query": "force"})
            found["ready"], found["health"] = client.get("/readyz"), client.get("/healthz")
        found["log"] = (folder / "log").read_text()
        commands = COMMANDS[:1] if broken.whole else COMMANDS
        found["commands"] = [opinion_search(*command, "--index", index) for command in commands]
        return found

    with ThreadPoolExecutor(max_workers=2) as pool:
        return dict(zip((one.by for one in TABLE), pool.map(hear, TABLE), strict=True))


@pytest.mark.parametrize("broken", TABLE, ids=lambda broken: broken.by.__name__)
def test_the_service_is_alive_but_not_ready_and_tells_why(said, broken):
    answers = said[broken.by]

    assert answers["health"].status_code == 200
    assert answers["ready"].status_code == 503
    assert int(answers["ready"].headers["Retry-After"]) > 0
    told = answers["search"].json()["error"]
    assert (answers["search"].status_code, told["code"]) == broken.refusal
    for answer in (answers["search"], answers["ready"]):
        for words in broken.public or broken.words:
            assert words in answer.json()["error"]["message"]


@pytest.mark.parametrize("broken", TABLE, ids=lambda broken: broken.by.__name__)
def test_the_log_tells_why(said, broken):
    log = said[broken.by]["log"]

    assert "Traceback" not in log
    for words in broken.words:
        assert words in log


@pytest.mark.parametrize("broken", TABLE, ids=lambda broken: broken.by.__name__)
def test_the_commands_exit_with_1_and_tell_why_in_one_line(said, broken):
    for done in said[broken.by]["commands"]:
        assert (done.returncode, done.stdout) == (1, ""), done.args
        for words in broken.words:
            assert words in done.stderr, done.args
        assert done.stderr.count("\n") == 1, done.stderr


def test_a_byte_altered_is_found_by_verify_which_names_the_file(seeds_index, tmp_path):
    index = tmp_path / "index"
    shutil.copytree(seeds_index, index)
    vectors = build_of(index) / "vectors.faiss"
    content = bytearray(vectors.read_bytes())
    content[-1] ^= 1
    vectors.write_bytes(content)

    done = opinion_search("verify", "--index", index)

    assert (done.returncode, done.stdout) == (1, "")
    assert str(vectors) in done.stderr
    assert "checksum" in done.stderr
