"""The documents cannot lie: what they must name, and what they name that must be there."""

import re
from pathlib import Path

import typer
import typer.main

from indexer.store.manifest import FORMAT_VERSION
from service.app import create_app
from service.cli import app as command
from service.cli import models_app
from service.settings import Settings, key_of

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


def never_opened(settings):
    raise AssertionError("a document needs no index")


def test_readme_names_every_setting_and_no_other():
    named = set(re.findall(r"`(OPINION_SEARCH_[A-Z_]+)`", README))
    options = {
        "OPINION_SEARCH_JOBS",
        "OPINION_SEARCH_FORUM",
        "OPINION_SEARCH_CLUSTER",
    }  # of the command, not of the service
    assert named == {key_of(name) for name in Settings.model_fields} | options


def test_readme_names_every_route():
    app = create_app(Settings(index_dir=Path("index")), open_live=never_opened)
    routes = [path for path in app.openapi()["paths"] if path != "/"]
    shown = README.replace("?q=…", "").replace("?context=n", "").replace("?k=", "")
    for path in routes:
        assert re.sub(r"\{\w+\}", "{id}", path) in shown, path


def _names(app: typer.Typer) -> list[str]:
    return list(getattr(typer.main.get_command(app), "commands"))  # noqa: B009 (a click Group's)


def test_readme_names_every_command():
    names = [name for name in _names(command) if name != "models"]
    names += [f"models {name}" for name in _names(models_app)]
    for name in names:
        assert f"opinion-search {name}" in README or f"`{name} " in README, name


def test_makefile_targets_in_the_documents_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    for name in re.findall(r"`make ([a-z-]+)`", README + ARCHITECTURE):
        assert name in targets, name


def test_files_named_in_the_architecture_exist():
    for name in re.findall(r"(?:models|indexer|service|tests)/[\w/]+\.py", ARCHITECTURE):
        assert (ROOT / name).is_file(), name


def test_architecture_describes_the_current_index_format():
    assert f"## The index folder, format {FORMAT_VERSION}\n" in ARCHITECTURE
