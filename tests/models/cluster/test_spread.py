"""Without the setting nothing is different, and Dask is not even imported."""

import socket
import subprocess
import sys

import pytest

from models.cluster import spread as spreading
from models.cluster.spread import spread
from models.errors import ClusterAddressError, ClusterUnavailableError
from tests.embedders import WordHashEmbedder

_WITHOUT = """
import sys
for name in ("dask", "distributed", "ray"):
    sys.modules[name] = None  # importing it fails
from pathlib import Path
from service.cli import app
try:
    app(["build", sys.argv[1], "--index", sys.argv[2], *sys.argv[3:]])
except SystemExit as end:
    sys.exit(end.code)
"""


def test_without_the_setting_the_embedder_is_the_one_given() -> None:
    local = WordHashEmbedder()
    with spread(local, None) as embedder:
        assert embedder is local


def test_a_build_needs_no_dask(tmp_path) -> None:
    (tmp_path / "a.txt").write_text("The motion is denied.\n", encoding="utf-8")
    command = [sys.executable, "-c", _WITHOUT, tmp_path / "a.txt", tmp_path / "index"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_setting_without_dask_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setattr(spreading, "find_spec", lambda name: None)
    with (
        pytest.raises(ClusterAddressError, match=r"pip install opinion-search\[cluster\]"),
        spread(WordHashEmbedder(), "local:1"),
    ):
        raise AssertionError


def test_a_scheduler_that_is_not_there_is_named(monkeypatch) -> None:
    embedder = pytest.importorskip("models.cluster.embedder", exc_type=ImportError)
    monkeypatch.setattr(embedder, "_CONNECT_S", 0.3)
    with socket.socket() as taken:  # and nobody listens there
        taken.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        with (
            pytest.raises(ClusterUnavailableError, match=f"{address} does not answer; see that"),
            spread(WordHashEmbedder(), address),
        ):
            raise AssertionError
