"""A container engine to try the image on: the one that runs here, or one of our own for the while."""

import os
import shutil
import subprocess
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

BASE: Final = "python:3.11-slim-bookworm"
_DAEMON: Final = ("--iptables=false", "--ip6tables=false", "--ip-forward=false", "--bridge=none")
_PACKAGES: Final = "python3,python3-pip,python3-venv,ca-certificates"
_START_S: Final = 30
_MACHINE_CERTIFICATES: Final = Path("/etc/ssl/certs/ca-certificates.crt")


class NoEngineError(Exception):
    """No container engine can be had here; the message says what is missing."""


@dataclass(frozen=True)
class Engine:
    """A running engine and how to speak to it."""

    environment: dict[str, str]
    is_own: bool
    """Started by us, without networks: containers share that of the machine."""

    def docker(self, *arguments: str | Path, timeout: float = 3600) -> str:
        """Run ``docker`` and return what it printed; `CalledProcessError` when it fails."""
        return self._run("docker", *arguments, timeout=timeout)

    def compose(self, *arguments: str | Path, **settings: str) -> str:
        """Run ``docker compose``, with ``settings`` in its environment; return what it printed."""
        return self._run("docker", "compose", *arguments, timeout=900, **settings)

    def _run(self, *command: str | Path, timeout: float, **settings: str) -> str:
        done = subprocess.run(
            command,
            check=False,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout,
            env={**os.environ, **self.environment, **settings},
        )
        if done.returncode:
            raise subprocess.CalledProcessError(done.returncode, command, done.stdout)
        return done.stdout.strip()


@contextmanager
def engine(scratch: Path, tools: Path) -> Iterator[Engine]:
    """Yield the engine of this machine, else one of our own with its data in ``scratch``.

    ``tools`` has the program ``docker-compose``. `NoEngineError` where there is none.
    """
    plugins = scratch / "config" / "cli-plugins"
    plugins.mkdir(parents=True, exist_ok=True)
    link = plugins / "docker-compose"
    link.unlink(missing_ok=True)
    link.symlink_to(tools / "docker-compose")
    environment = {"DOCKER_CONFIG": str(scratch / "config")}
    if shutil.which("docker") is None:
        raise NoEngineError("there is no program `docker` here")
    if _answers({**os.environ}):
        yield Engine(environment, is_own=False)
        return
    with _own_engine(scratch) as host:
        yield Engine({**environment, "DOCKER_HOST": host}, is_own=True)


def _answers(environment: dict[str, str]) -> bool:
    asked = subprocess.run(
        ["docker", "version"],  # fails where no engine answers
        check=False,
        capture_output=True,
        env=environment,
    )
    return asked.returncode == 0


@contextmanager
def _own_engine(scratch: Path) -> Iterator[str]:
    if shutil.which("dockerd") is None or os.geteuid() != 0:
        raise NoEngineError("no engine runs here, and starting one takes `dockerd` and root")
    host = f"unix://{scratch / 'docker.sock'}"
    folders = ["--data-root", str(scratch / "data"), "--exec-root", str(scratch / "exec")]
    command = ["dockerd", *folders, "--pidfile", str(scratch / "pid"), "-H", host]
    with (scratch / "dockerd.log").open("wb") as log:
        daemon = subprocess.Popen(
            [*command, *_DAEMON],
            stdout=log,
            stderr=log,
        )
        try:
            _wait_for(host, daemon)
            yield host
        finally:
            daemon.terminate()
            daemon.wait(60)
            subprocess.run(
                ["umount", "--quiet", scratch / "exec" / "netns" / "default"],
                check=False,
                capture_output=True,
            )


def _wait_for(host: str, daemon: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + _START_S
    while not _answers({**os.environ, "DOCKER_HOST": host}):
        if daemon.poll() is not None or time.monotonic() > until:
            raise NoEngineError("dockerd does not start; its log says why")
        time.sleep(0.2)


def base_image(engine: Engine, scratch: Path) -> str:
    """See that the image that ours is built on is there, and say where it is from."""
    if engine.docker("image", "ls", "-q", BASE):
        return "it was here already"
    try:
        engine.docker("pull", BASE, timeout=600)
    except subprocess.CalledProcessError:
        if shutil.which("mmdebstrap") is None:
            raise NoEngineError(f"no registry gives {BASE}, and there is no mmdebstrap") from None
    else:
        return "pulled from its registry"
    _stand_in(engine, scratch / "base")
    return "NOT the real one, which no registry gives here: a stand-in made of Debian's packages"


def _stand_in(engine: Engine, folder: Path) -> None:
    """Make an image with Python, pip and this machine's certificates of authorities."""
    made = folder.with_suffix(".tar")
    if not made.exists():
        subprocess.run(
            ["mmdebstrap", "--variant=minbase", f"--include={_PACKAGES}", "bookworm", made],
            check=True,
            capture_output=True,
        )
    shutil.rmtree(folder, ignore_errors=True)
    with tarfile.open(made) as packed:
        members = [one for one in packed if not one.name.startswith("./dev/")]
        packed.extractall(folder, members=members, filter="fully_trusted")
    for name in ("python", "python3"):
        (folder / "usr/local/bin" / name).symlink_to("/usr/bin/python3")
    (folder / "usr/local/bin/pip").symlink_to("/usr/bin/pip3")
    for marker in (folder / "usr/lib").glob("python3*/EXTERNALLY-MANAGED"):
        marker.unlink()
    if _MACHINE_CERTIFICATES.exists():
        shutil.copy(_MACHINE_CERTIFICATES, folder / "etc/ssl/certs/ca-certificates.crt")
    packed_again = folder.with_name("stand-in.tar")
    subprocess.run(["tar", "-C", folder, "-cf", packed_again, "."], check=True)
    shutil.rmtree(folder)
    environment = ["--change", "ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"]
    environment += ["--change", "ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt"]
    engine.docker("import", *environment, packed_again, BASE)
    packed_again.unlink()
