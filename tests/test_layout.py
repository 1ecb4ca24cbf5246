"""The packages under test are those of this checkout, and their storeys hold."""

import tomllib
from pathlib import Path

import pytest

import indexer
import models
import service

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("package", [service, indexer, models])
def test_packages_come_from_this_checkout(package):
    assert Path(package.__file__).parent.parent == ROOT


def test_no_file_of_code_is_longer_than_the_ceiling():
    files = [f for name in ("service", "indexer", "models") for f in (ROOT / name).rglob("*.py")]
    long = {f.name: n for f in files if (n := len(f.read_text("utf-8").splitlines())) > 400}
    assert long == {}


def test_locked_versions_satisfy_the_pins():
    """The lock that `make run` installs names every direct dependency, each with hashes."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    for requirement in project["dependencies"]:
        name = requirement.split(";")[0].split(">")[0].split("=")[0].strip()
        assert f"\n{name}==" in f"\n{lock}", name
    assert "torch==" not in lock
    assert lock.count("--hash=sha256:") > lock.count("==")
