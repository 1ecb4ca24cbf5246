"""What is installed is known: locked with hashes, its licences listed, and no file is unpickled."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LICENCES = ROOT / "THIRD-PARTY-LICENSES.md"
LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
EVERYWHERE = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+) \\$", re.MULTILINE)
LISTED = re.compile(r"^\| ([A-Za-z0-9._-]+) +\| (\S+) +\| (.+?) *\|$", re.MULTILINE)
COPYLEFT = re.compile(r"\bA?GPL|GNU (Affero )?General", re.IGNORECASE)
UNSAFE = {"dill", "joblib", "marshal", "pickle", "shelve"}
OWN_PIPES = {"indexer/cut_ahead.py", "indexer/cut_worker.py"}
"""Speak to a process that they started or were started by; no file and no stranger is read."""
WATCHED = """
import sys
found = []
sys.addaudithook(lambda event, given: found.append(given) if event == "pickle.find_class" else None)
from service.cli import app
index, source = sys.argv[1:]
for arguments in (["build", source, "--jobs", "1"], ["search", "force", "--json"], ["verify"]):
    try:
        app([*arguments, "--index", index])
    except SystemExit as ended:
        assert not ended.code, ended
assert not found, found
"""


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_each_locked_package_has_hashes(lock) -> None:
    text = (ROOT / lock).read_text("utf-8")
    starts = [match.start() for match in LOCKED.finditer(text)]
    assert len(starts) > 20
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        assert "--hash=sha256:" in text[start:end], text[start : start + 60]


def test_the_licence_of_each_package_of_the_product_is_listed() -> None:
    """`make licences` writes the list; it has what is installed here, and not what other systems need."""
    text = (ROOT / "requirements.lock").read_text("utf-8")
    locked = {(normal(name), version) for name, version in LOCKED.findall(text)}
    everywhere = {(normal(name), version) for name, version in EVERYWHERE.findall(text)}
    rows = LISTED.findall(LICENCES.read_text("utf-8"))
    listed = {(normal(name), version) for name, version, _ in rows if name != "Name"}
    assert everywhere <= listed <= locked


def test_no_licence_asks_for_more_than_a_notice_or_the_files_own_source() -> None:
    for name, _, licence in LISTED.findall(LICENCES.read_text("utf-8")):
        assert not COPYLEFT.search(licence), name
        assert licence != "UNKNOWN", name


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").split(".")[0])
    return names


def test_no_file_is_unpickled_by_our_code() -> None:
    files = [f for name in ("service", "indexer", "models") for f in (ROOT / name).rglob("*.py")]
    using = {f.relative_to(ROOT).as_posix() for f in files if imported(f) & UNSAFE}
    assert using == OWN_PIPES
    for file in files:
        text = file.read_text("utf-8")
        assert "allow_pickle=True" not in text, file
        assert "torch.load" not in text, file


@pytest.mark.slow
def test_nothing_is_unpickled_while_an_index_is_built_searched_and_verified(tmp_path) -> None:
    """Python tells of every class that a pickle asks for, also one that a library reads."""
    arguments = [str(tmp_path / "index"), str(ROOT / "data" / "sample" / "ca6")]
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, *arguments], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
