"""What the head of the compose file offers besides, each tried as it says there."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml

from tests.acceptance.running import ask, eventually, status
from tests.container.opening import opened

if TYPE_CHECKING:
    from tests.container.trial import Trial

ROOT: Final = Path(__file__).parents[2]
COMPOSE: Final = ROOT / "docker-compose.yml"
LICENCES: Final = ROOT / "THIRD-PARTY-LICENSES.md"
IMAGE: Final = "opinion-search"
_REVOKED_S: Final = 10
_NOWHERE: Final = "http://127.0.0.1:1"
_LARGE: Final = "import tempfile; tempfile.TemporaryFile().write(bytes(300_000_000)); print(tempfile.gettempdir())"
"""More than a service may have in its tmpfs."""


def carries_licences(trial: "Trial") -> None:
    """The licences of what is inside are inside."""
    told = trial.compose(
        "exec", "-T", "search", "cat", f"/usr/share/doc/opinion-search/{LICENCES.name}"
    )
    assert told == LICENCES.read_text("utf-8").strip()


def asks_for_keys(trial: "Trial") -> None:
    """With the marked lines changed, nobody gets in without a key, nor with one that was revoked."""
    ours, other = (_new_key(trial, name) for name in ("trial", "other"))
    changed = trial.scratch / "opened.yml"
    changed.write_text(opened(COMPOSE.read_text("utf-8")), "utf-8")
    trial.up(file=changed)
    with trial.client() as client:
        for address in ("/v1/corpus", "/metrics"):
            assert status(client, address) == 401, address
        client.headers["Authorization"] = f"Bearer {ours}"
        assert ask(client, "may an officer shoot", k=1)["hits"]
        assert status(client, "/metrics") == 200
        trial.index("keys", "revoke", "trial")
        took = eventually(lambda: status(client, "/v1/corpus") == 403, within_s=_REVOKED_S)
        trial.figures["revoked_to_refused_s"] = round(took, 1)
        client.headers["Authorization"] = f"Bearer {other}"
        assert status(client, "/v1/corpus") == 200
    assert trial.inspect("{{.State.Health.Status}}") == "healthy"
    trial.up()


def _new_key(trial: "Trial", name: str) -> str:
    told = trial.index("keys", "new", name)
    return next(word for word in told.split() if word.startswith("osk_"))


def is_healthy_behind_a_proxy(trial: "Trial") -> None:
    """The machine's proxy, which the engine hands to every container, is not asked about its health."""
    config = trial.scratch / "config" / "config.json"
    proxies = {"default": {"httpProxy": _NOWHERE, "httpsProxy": _NOWHERE}}
    config.write_text(json.dumps({"proxies": proxies}))
    try:
        trial.up("--force-recreate")
        given = trial.compose(
            "exec", "-T", "search", "python", "-c", "import os; print(os.environ)"
        )
        assert _NOWHERE in given
    finally:
        config.unlink()
    trial.up("--force-recreate")


def has_room_to_unpack(trial: "Trial") -> None:
    """Temporary files of a build lie on disk, and go with its container."""
    before = trial.engine.docker("volume", "ls", "-q")
    told = trial.compose(
        "run", "--rm", "--no-deps", "-T", "--entrypoint", "python", "index", "-c", _LARGE
    )
    assert told.splitlines()[-1] == "/scratch", told
    assert trial.engine.docker("volume", "ls", "-q") == before


def names_a_folder_that_is_not_there(trial: "Trial") -> None:
    """It is named, not made."""
    missing = trial.scratch / "nowhere"
    with pytest.raises(subprocess.CalledProcessError) as told:
        trial.compose("run", "--rm", "--no-deps", "-T", "index", OPINIONS=str(missing))
    assert str(missing) in told.value.output
    assert "does not exist" in told.value.output
    assert not missing.exists()


def starts_a_cluster_by_two_commands(trial: "Trial") -> None:
    """The profiles bring what the two commands of the head need, and nothing else."""
    for profile, started in (
        ("build-cluster", {"search", "index-cluster", "milvus", "etcd", "minio"}),
        ("cluster", {"search", "search-cluster", "milvus", "etcd", "minio"}),
    ):
        told = trial.compose("--profile", profile, "config", "--services")
        assert set(told.split()) == started, told


def is_watched(trial: "Trial") -> None:
    """Prometheus and Grafana get their files; with their own images, Prometheus reads them too."""
    services = {name: _files(name) for name in ("prometheus", "grafana")}
    with _images(trial, services) as own:
        if own is None:
            trial.compose("--profile", "monitoring", "config", "--quiet")
            trial.figures["monitoring"] = "only its configuration was read: no images to be had"
            return
        trial.compose("--profile", "monitoring", "create", *services)
        for name, files in services.items():
            for target, source in files.items():
                assert source.read_text("utf-8").strip() in _run(trial, name, "cat", target), target
        if own:
            _run(
                trial, "prometheus", "promtool", "check", "config", "/etc/prometheus/prometheus.yml"
            )
        trial.figures["monitoring"] = "its own images" if own else "stand-ins for its images"


def _run(trial: "Trial", service: str, program: str, *arguments: str) -> str:
    return trial.compose(
        "run", "--rm", "--no-deps", "-T", "--entrypoint", program, service, *arguments
    )


def _files(service: str) -> dict[str, Path]:
    """Return which file the compose file puts where."""
    said: dict[str, Any] = yaml.safe_load(COMPOSE.read_text("utf-8"))
    configs = said["services"][service]["configs"]
    return {one["target"]: ROOT / said["configs"][one["source"]]["file"] for one in configs}


@contextmanager
def _images(trial: "Trial", services: dict[str, Any]) -> Iterator[bool | None]:
    """See that the images are there: true for those of a registry, false for stand-ins, `None` for none.

    On an engine of our own, and on no other, another image takes their names for the while.
    """
    said = yaml.safe_load(COMPOSE.read_text("utf-8"))["services"]
    missing = [said[name]["image"] for name in services if not _pulled(trial, said[name]["image"])]
    if missing and not trial.engine.is_own:
        yield None
        return
    for image in missing:
        trial.engine.docker("tag", IMAGE, image)
    try:
        yield not missing
    finally:
        trial.compose("--profile", "monitoring", "rm", "--force", "--stop", *services)
        for image in missing:
            trial.engine.docker("rmi", image)


def _pulled(trial: "Trial", image: str) -> bool:
    if trial.engine.docker("image", "ls", "-q", image):
        return True
    try:
        trial.engine.docker("pull", image, timeout=600)
    except subprocess.CalledProcessError:
        return False
    return True
