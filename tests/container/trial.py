"""The image, tried as its users would: come up, answer, be fed, be killed, come back, stop."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

import httpx2
import pytest

from tests.acceptance.running import ask, eventually, free_port, status
from tests.container import options
from tests.container.engine import BASE, Engine
from tests.container.options import COMPOSE, IMAGE, ROOT

QUESTION: Final = "officer shot unarmed suspect mistaken belief"
_FED: Final = (
    "The sheriff flew a drone over the houseboat without a warrant, and that was a search."
)
_READY_S: Final = 60
_BACK_S: Final = 10
_PROJECT: Final = "opinion-search-trial"
_ABSENT: Final = "gcc cc g++ make torch sentence_transformers hatchling setuptools pytest tests"
"""pip is not among them: it comes with the base image, outside the environment."""
_LOOK: Final = """
import importlib.util, os, shutil, sys
found = [n for n in sys.argv[1].split() if shutil.which(n) or importlib.util.find_spec(n)]
written = []
for folder in ("/", "/venv", "/index", "/keys", "/scratch", "/home", "/etc"):
    try:
        open(os.path.join(folder, "probe"), "w").close(); written.append(folder)
    except OSError:
        pass
status = dict(l.split(":\\t", 1) for l in open("/proc/self/status").read().splitlines() if ":\\t" in l)
print(os.getuid(), found, written, status["CapEff"].strip("0"), status["NoNewPrivs"])
"""


@dataclass
class Trial:
    """One project of containers, and what was measured on them."""

    engine: Engine
    scratch: Path
    port: int = field(default_factory=free_port)
    figures: dict[str, Any] = field(default_factory=dict)

    def compose(self, *arguments: str | Path, file: Path = COMPOSE, **settings: str) -> str:
        """Run ``docker compose`` on the project's own file, or on ``file`` in its place."""
        files: list[str | Path] = ["--project-directory", ROOT, "-f", file]
        if self.engine.is_own:
            files += ["-f", self._without_networks()]
        given = {"PORT": str(self.port), "OPINIONS": str(self.scratch / "opinions"), **settings}
        return self.engine.compose("-p", _PROJECT, *files, *arguments, **given)

    def _without_networks(self) -> Path:
        """Write what our own engine needs besides: it has no networks but the machine's."""
        made = self.scratch / "without-networks.yml"
        on_host = "{network_mode: host, ports: !reset []}"
        made.write_text(
            "services:\n  search:\n    network_mode: host\n    ports: !reset []\n    build: {network: host}\n"
            f"    environment: {{OPINION_SEARCH_PORT: '{self.port}', OPINION_SEARCH_HOST: 127.0.0.1}}\n"
            "  index: {build: {network: host}}\n"
            f"  prometheus: {on_host}\n  grafana: {on_host}\n"
        )
        return made

    def index(self, *arguments: str | Path) -> str:
        """Run a command of the program in the container that indexes; return what it printed."""
        return self.compose("run", "--rm", "--no-deps", "-T", "index", *arguments)

    def up(self, *more: str, file: Path = COMPOSE) -> None:
        """Start the service and wait until it is healthy."""
        waiting = ("--wait", "--wait-timeout", str(_READY_S))
        self.compose("up", "--no-build", *waiting, "-d", *more, file=file)

    def container(self) -> str:
        """Return the id of the container that serves."""
        return self.compose("ps", "-aq", "search").splitlines()[-1]

    def inspect(self, form: str) -> str:
        """Return a part of what the engine knows of it."""
        return self.engine.docker("inspect", "-f", form, self.container())

    @contextmanager
    def client(self) -> Iterator[httpx2.Client]:
        """Yield a client of the service."""
        with httpx2.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=60) as client:
            yield client

    def run(self) -> None:
        """Do it all, in this order; the first thing that does not hold is an `AssertionError`."""
        (self.scratch / "opinions").mkdir(exist_ok=True)
        self._away()
        try:
            for step in (
                Trial.is_built, Trial.comes_up, Trial.is_locked_down, options.carries_licences, Trial.takes_a_new_build, Trial.goes_back,
                Trial.survives_a_killed_build, Trial.comes_back_after_a_kill, Trial.says_that_a_disk_is_full,
                options.has_room_to_unpack, options.names_a_folder_that_is_not_there, options.asks_for_keys,
                options.is_healthy_behind_a_proxy, options.is_watched, options.starts_a_cluster_by_two_commands,
                Trial.stops_in_order, Trial.keeps_its_index,
            ):  # fmt: skip
                step(self)
                print(f"  {step.__name__.replace('_', ' ')}", flush=True)  # noqa: T201
        except (AssertionError, subprocess.CalledProcessError):
            print(self.compose("logs", "--tail", "40"), file=sys.stderr)  # noqa: T201
            raise
        finally:
            self._away()

    def _away(self) -> None:
        self.compose("--profile", "*", "down", "-v", "--timeout", "5")

    def is_built(self) -> None:
        """The first command of a fresh clone builds the image that it needs."""
        if self.engine.is_own and self.engine.docker("image", "ls", "-q", IMAGE):
            self.engine.docker("image", "rm", "--force", IMAGE)
        began = time.monotonic()
        try:
            self.compose(
                "run", "--build", "--rm", "--no-deps", "-T", "index", "keys", "new", "first"
            )
            built_by = "Compose"
        except subprocess.CalledProcessError as error:
            if "buildx" not in error.output:
                raise
            network = ["--network", "host"] if self.engine.is_own else []
            self.engine.docker("build", *network, "-t", IMAGE, ROOT)
            built_by = "docker build, for Compose builds with buildx, which is not here"
        self.figures["built_by"] = built_by
        self.figures["image_build_s"] = round(time.monotonic() - began, 1)

    def comes_up(self) -> None:
        """One command, and the sample is served; the health check says so."""
        began = time.monotonic()
        self.up()
        self.figures["up_to_healthy_s"] = round(time.monotonic() - began, 1)
        assert self.inspect("{{.State.Health.Status}}") == "healthy"
        with self.client() as client:
            found = ask(client, QUESTION, k=2)["hits"]
        assert found[0]["case"]["id"].startswith("ca6-"), found
        self.figures["memory_mb"] = self._memory_mb()

    def _memory_mb(self) -> float:
        told = self.engine.docker(
            "stats", "--no-stream", "--format", "{{.MemUsage}}", self.container()
        )
        return round(_bytes_of(told.split("/")[0]) / 1e6)

    def is_locked_down(self) -> None:
        """Not root, nothing to write to, no capability, neither compiler nor torch."""
        told = self.compose("exec", "-T", "search", "python", "-c", _LOOK, _ABSENT)
        assert told.splitlines()[-1] == "10001 [] []  1", told
        size = int(self.engine.docker("image", "inspect", "-f", "{{.Size}}", IMAGE))
        base = self.engine.docker("history", "--format", "{{.Size}}", "--human=false", IMAGE)
        layers = [int(line) for line in base.splitlines()]
        self.figures["image_mb"] = round(size / 1e6)
        self.figures["image_above_its_base_mb"] = round(sum(layers[: self._own_layers()]) / 1e6)

    def _own_layers(self) -> int:
        counts = [
            len(self.engine.docker("history", "-q", image).splitlines()) for image in (IMAGE, BASE)
        ]
        return counts[0] - counts[1]

    def takes_a_new_build(self) -> None:
        """A folder is indexed by the profile ``build``; no question goes unanswered meanwhile."""
        self._write_case("drone", _FED)
        with self.client() as client, self._asking() as answers:
            before = self._build()
            began = time.monotonic()
            told = self.index()
            self.figures["build_of_one_case_s"] = round(time.monotonic() - began, 1)
            assert "1 case" in told, told
            swapped = eventually(lambda: self._build() != before, within_s=15)
            self.figures["swap_after_build_s"] = round(swapped, 2)
            hits = ask(client, "drone over a houseboat", k=1)["hits"]
            assert hits[0]["case"]["id"] == "drone"
        assert set(answers) == {200}, set(answers)
        self.figures["answers_during_the_swap"] = len(answers)

    def goes_back(self) -> None:
        """One command, and the build before is served again."""
        now = self._build()
        self.index("rollback")
        eventually(lambda: self._build() != now, within_s=15)
        assert "all holds" in self.index("verify")

    def survives_a_killed_build(self) -> None:
        """A build that is killed, and one that is asked to stop: the index is as before."""
        before = self._build()
        for sent, code in (("KILL", "137"), ("TERM", "130")):
            self._write_case("long", f"{_FED} {sent} " * 4_000)
            self._interrupt(sent, code)
            assert "all holds" in self.index("verify")
        assert self._build() == before

    def _interrupt(self, sent: str, code: str) -> None:
        """Start a build, send it a signal while it writes, and see how it ends."""
        name = f"{_PROJECT}-{sent.lower()}"
        self.compose("run", "-d", "--no-deps", "--name", name, "index")
        eventually(lambda: "passages" in self._stage() or not self._runs(name), within_s=60)
        self.engine.docker("kill", "-s", sent, name)
        assert self.engine.docker("wait", name).splitlines()[-1] == code
        self.engine.docker("rm", "-v", name)

    def _stage(self) -> str:
        look = "import glob; print(glob.glob('/index/builds/.*.part/*'))"
        return self.compose("exec", "-T", "search", "python", "-c", look)

    def _runs(self, name: str) -> bool:
        return self.engine.docker("inspect", "-f", "{{.State.Running}}", name) == "true"

    def comes_back_after_a_kill(self) -> None:
        """The restart policy brings a killed service back, with the same build."""
        before = self._build()
        pid = int(self.inspect("{{.State.Pid}}"))
        began = time.monotonic()
        try:
            os.kill(pid, signal.SIGKILL)  # `docker kill` would count as a stop that was wanted
        except (PermissionError, ProcessLookupError):
            self.engine.docker("kill", self.container())
            self.engine.docker("start", self.container())
        with self.client() as client:
            eventually(
                lambda: self.inspect("{{.State.Pid}}") not in {"0", str(pid)}, within_s=_BACK_S
            )
            eventually(lambda: status(client, "/readyz") == 200, within_s=_BACK_S)
            self.figures["killed_to_ready_s"] = round(time.monotonic() - began, 1)
        assert self._build() == before

    def says_that_a_disk_is_full(self) -> None:
        """On a disk too small for it, a build says so in one line."""
        small = ["--rm", "--read-only", "--tmpfs", "/tmp", "--tmpfs", "/small:size=200k,mode=1777"]
        mounted = ["-v", f"{self.scratch / 'opinions'}:/opinions:ro", "--network", "none"]
        with pytest.raises(subprocess.CalledProcessError) as told:
            self.engine.docker(
                "run", *small, *mounted, IMAGE, "build", "/opinions", "--index", "/small"
            )
        said = str(told.value.output).strip().splitlines()
        assert told.value.returncode == 1, said
        assert said[-1].startswith("opinion-search: /small"), said
        assert not any("Traceback" in line for line in said), said

    def stops_in_order(self) -> None:
        """SIGTERM ends the service with exit code 0."""
        began = time.monotonic()
        self.engine.docker("stop", "--time", "40", self.container())
        self.figures["stop_s"] = round(time.monotonic() - began, 1)
        assert self.inspect("{{.State.ExitCode}}") == "0"
        self.compose("start", "search")
        time.sleep(0.15)  # still importing: no handler of a server is there yet
        self.engine.docker("stop", "--time", "40", self.container())
        assert self.inspect("{{.State.ExitCode}}") in {"0", "130", "143"}

    def keeps_its_index(self) -> None:
        """Taken down and brought up again, it serves what it served."""
        self.up()
        before = self._build()
        self.compose("down", "--timeout", "40")
        self.up()
        assert self._build() == before

    def _build(self) -> str:
        with self.client() as client:
            return str(ask(client, QUESTION, k=1)["index"]["build_id"])

    def _write_case(self, name: str, text: str) -> None:
        case = {
            "id": name,
            "case_name": "Angler v. Sheriff",
            "court_id": "ca6",
            "date_filed": "2020",
        }
        line = json.dumps({**case, "opinions": [{"type": "lead", "text": text}]})
        (self.scratch / "opinions" / "case.jsonl").write_text(line + "\n")

    @contextmanager
    def _asking(self) -> Iterator[list[int]]:
        """Ask all the while; yields the statuses of the answers, 0 for none."""
        answers: list[int] = []
        stop = Event()

        def go_on() -> None:
            with self.client() as client:
                while not stop.wait(0.02):
                    try:
                        answers.append(client.get("/v1/search", params={"q": QUESTION}).status_code)
                    except httpx2.TransportError:
                        answers.append(0)

        asking = Thread(target=go_on)
        asking.start()
        try:
            yield answers
        finally:
            stop.set()
            asking.join()


def _bytes_of(text: str) -> float:
    """Return what ``350MiB`` and the like come to."""
    units = {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "kB": 1e3, "MB": 1e6, "GB": 1e9, "B": 1}
    for unit, size in units.items():
        if text.strip().endswith(unit):
            return float(text.strip().removesuffix(unit)) * size
    raise ValueError(f"not a size: {text!r}")
