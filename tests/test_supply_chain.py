"""What is installed is known: locked with hashes, its licences listed, and no file is unpickled."""

import ast
import re
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LICENCES = ROOT / "THIRD-PARTY-LICENSES.md"
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
SHIPPED = ["requirements.lock", "requirements-cluster.lock"]
"""What the two images are made of."""
LOCKS = [*SHIPPED, "requirements-build.lock", "requirements-dev.lock"]
LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
EVERYWHERE = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+) \\$", re.MULTILINE)
LISTED = re.compile(r"^\| ([A-Za-z0-9._-]+) +\| (\S+) +\| (.+?) *\|$", re.MULTILINE)
COPYLEFT = re.compile(r"\b[AL]?GPL|GNU (Affero |Lesser |Library |or )*General", re.IGNORECASE)
OURS = re.compile(r"\binstall\b.*(?:\s--editable\s|\s'?\.(?:\[|\s|$))")
"""An installation of this program itself, from its folder."""
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


def locked(lock: str, form: "re.Pattern[str]" = LOCKED) -> set[tuple[str, str]]:
    text = (ROOT / lock).read_text("utf-8")
    return {(normal(name), version) for name, version in form.findall(text)}


def listed(lock: str) -> list[tuple[str, str, str]]:
    """The rows of the table for that lock: name, version, licence."""
    _, *parts = re.split(r"^## (.+)$", LICENCES.read_text("utf-8"), flags=re.MULTILINE)
    tables = dict(zip(parts[::2], parts[1::2], strict=True))
    assert tables.keys() == set(SHIPPED)
    return [row for row in LISTED.findall(tables[lock]) if row[0] != "Name"]


@pytest.mark.parametrize("lock", LOCKS)
def test_each_locked_package_has_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    starts = [match.start() for match in LOCKED.finditer(text)]
    assert len(starts) >= (5 if "build" in lock else 20)
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        assert "--hash=sha256:" in text[start:end], text[start : start + 60]


def test_the_locks_agree_on_what_several_name() -> None:
    """Each is installed over the other, and a second version would take the place of the first."""
    said: dict[str, dict[str, set[str]]] = {}
    for lock in LOCKS:
        for name, version in locked(lock):
            said.setdefault(name, {}).setdefault(lock, set()).add(version)
    for name, by_lock in said.items():
        assert len({frozenset(versions) for versions in by_lock.values()}) == 1, (name, by_lock)


def test_what_makes_a_wheel_of_this_program_is_locked() -> None:
    tools = PROJECT["dependency-groups"]["build"]
    assert set(PROJECT["build-system"]["requires"]) <= set(tools)
    pins = {f"{name}=={version}" for name, version in locked("requirements-build.lock")}
    names = {name for name, _ in locked("requirements-build.lock")}
    assert all(tool in pins if "==" in tool else tool in names for tool in tools)
    assert not {"hatchling", "editables"} & {name for lock in SHIPPED for name, _ in locked(lock)}


def commands(text: str) -> Iterator[str]:
    """The commands of a Makefile or a Dockerfile, one by one."""
    for line in text.replace("\\\n", " ").splitlines():
        yield from line.split("&&")


@pytest.mark.parametrize(("text", "times"), [(DOCKERFILE, 1), (MAKEFILE, 2)])
def test_nothing_unlocked_makes_this_program(text: str, times: int) -> None:
    """Isolated, pip would fetch what makes the wheel, by no hash, and run it."""
    ours = [command for command in commands(text) if OURS.search(command)]
    assert len(ours) == times, ours
    for command in ours:
        assert "--no-build-isolation" in command, command


@pytest.mark.parametrize(
    ("command", "is_ours"),
    [
        ("pip install --no-deps .", True),
        ("pip install --quiet --editable '.[sentence-transformers]'", True),
        ("pip install .[milvus]", True),
        ("pip install --require-hashes -r ./requirements.lock", False),
        ("install --directory /keys", False),
    ],
)
def test_an_installation_of_ours_is_told_from_others(command: str, is_ours: bool) -> None:
    assert bool(OURS.search(command)) == is_ours


@pytest.mark.parametrize("target", ["audit", "sbom", "licences"])
def test_both_images_are_looked_at(target: str) -> None:
    recipe = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    assert recipe
    assert re.search(rf"^SHIPPED := {' '.join(SHIPPED)}$", MAKEFILE, re.MULTILINE)
    told = recipe[1].replace("$(SHIPPED)", " ".join(SHIPPED))
    assert all(lock in told for lock in SHIPPED)


@pytest.mark.parametrize("lock", SHIPPED)
def test_the_licence_of_each_package_of_an_image_is_listed(lock: str) -> None:
    """`make licences` writes the list; it has what is installed here, and not what other systems need."""
    have = {(normal(name), version) for name, version, _ in listed(lock)}
    assert locked(lock, EVERYWHERE) <= have <= locked(lock)


@pytest.mark.parametrize("lock", SHIPPED)
def test_no_licence_asks_for_more_than_a_notice_or_the_files_own_source(lock: str) -> None:
    """What a package says of itself; for what its wheel carries besides, see the next."""
    for name, _, licence in listed(lock):
        assert not COPYLEFT.search(licence), name
        assert licence != "UNKNOWN", name


@pytest.mark.parametrize(
    ("licence", "is_copyleft"),
    [
        ("GPL-3.0-or-later", True),
        ("LGPL-2.1-only", True),
        ("GNU Lesser General Public License v3 (LGPLv3)", True),
        ("GNU Affero General Public License v3", True),
        ("GNU Library or Lesser General Public License", True),
        ("Mozilla Public License 2.0 (MPL 2.0)", False),
        ("MPL-2.0 AND MIT", False),
        ("BSD-3-Clause", False),
    ],
)
def test_copyleft_is_told(licence: str, is_copyleft: bool) -> None:
    assert bool(COPYLEFT.search(licence)) == is_copyleft


def test_the_libraries_that_wheels_carry_are_named() -> None:
    folders = Path(sysconfig.get_path("platlib")).glob("*.libs")
    stems = {
        re.split(r"[-.]", file.name)[0].rstrip("_0123456789")
        for one in folders
        for file in one.iterdir()
    }
    text = LICENCES.read_text("utf-8")
    assert {stem for stem in stems if f"`{stem}`" not in text} == set()


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


def test_a_model_of_others_is_loaded_in_one_place_which_reads_no_pickle() -> None:
    calls = [
        (file.name, {one.arg: ast.literal_eval(one.value) for one in node.keywords})
        for file in (ROOT / "models").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "SentenceTransformer"
    ]
    ((name, given),) = calls
    assert name == "sentence_transformer.py"
    assert given["model_kwargs"] == {"use_safetensors": True}
    assert given["trust_remote_code"] is False


@pytest.mark.slow
def test_nothing_is_unpickled_while_an_index_is_built_searched_and_verified(tmp_path) -> None:
    """Python tells of every class that a pickle asks for, also one that a library reads."""
    arguments = [str(tmp_path / "index"), str(ROOT / "data" / "sample" / "ca6")]
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, *arguments], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
