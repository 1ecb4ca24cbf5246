"""A real cluster on this machine: the same bits as here, whoever dies; and who may listen where."""

import dataclasses
import ipaddress
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from math import inf
from pathlib import Path
from time import monotonic, sleep
from typing import cast

import numpy as np
import pytest

from models.base import Embedder, FloatMatrix, ModelSpec, ReadsApart, WorksAhead
from models.errors import ClusterUnavailableError, TextTooLongError, WorkerRefusedError
from tests.contracts import PASSAGES
from tests.embedders import DIM, WordHashEmbedder

pytest.importorskip("distributed")

import psutil
from distributed import Client, LocalCluster, Security

from models.cluster.address import LocalWorkers
from models.cluster.embedder import ClusterEmbedder, spread_over
from models.cluster.spread import spread
from models.cluster.worker import Answer

TEXTS = [f"{text} Number {at}." for at in range(60) for text in PASSAGES]


class Posing:
    """An embedder with something changed about it."""

    def __init__(self, real: Embedder, *, spec: ModelSpec | None = None, sign: int = 1) -> None:
        self._real = real
        self.spec = spec or real.spec
        self.token_spans = real.token_spans
        self.embed_query = real.embed_query
        self._sign = np.float32(sign)

    def embed_passages(self, texts, /) -> FloatMatrix:
        return self._real.embed_passages(texts) * self._sign


@pytest.fixture(scope="module")
def two_workers(default_embedder: Embedder) -> Iterator[ClusterEmbedder]:
    with spread_over(LocalWorkers(workers=2), default_embedder) as embedder:
        yield embedder


@pytest.fixture(scope="module")
def alone(default_embedder: Embedder) -> FloatMatrix:
    return default_embedder.embed_passages(TEXTS)


def pids(embedder: ClusterEmbedder) -> list[int]:
    return list(embedder._client.run(os.getpid, on_error="ignore").values())


def until(holds: Callable[[], bool]) -> None:
    end = monotonic() + 120
    while not holds():
        assert monotonic() < end
        sleep(0.1)


def test_two_workers_give_the_same_bits(two_workers, alone) -> None:
    assert two_workers.embed_passages(TEXTS).tobytes() == alone.tobytes()


def test_nothing_is_an_empty_matrix(two_workers) -> None:
    assert two_workers.embed_passages([]).shape == (0, two_workers.spec.dim)


def test_it_says_how_much_keeps_it_busy(two_workers) -> None:
    seams: tuple[type, ...] = (WorksAhead, ReadsApart)
    assert all(isinstance(two_workers, seam) for seam in seams)
    threads = two_workers._client.nthreads()
    assert len(threads) == 2
    assert two_workers.blocks_ahead == sum(threads.values()) + 2


def test_questions_and_tokens_are_those_of_the_model(two_workers, default_embedder) -> None:
    assert (
        two_workers.embed_query("force").tobytes()
        == default_embedder.embed_query("force").tobytes()
    )
    assert np.array_equal(
        two_workers.token_reader("§ 1983"), default_embedder.token_spans("§ 1983")
    )


def test_killed_workers_change_nothing(two_workers, alone) -> None:
    first = pids(two_workers)
    victim = threading.Timer(0.3, os.kill, [first[0], signal.SIGKILL])
    victim.start()
    found = two_workers.embed_passages(TEXTS)
    victim.join()
    assert found.tobytes() == alone.tobytes()
    # Until it is noticed, and another has taken its place.
    until(lambda: len(now := pids(two_workers)) == 2 and first[0] not in now)


def test_a_text_that_does_not_fit_is_named_by_its_place(two_workers) -> None:
    texts = ["fits"] * 200
    texts[170] = "court " * 400
    with pytest.raises(TextTooLongError) as caught:
        two_workers.embed_passages(texts)
    assert (caught.value.position, caught.value.tokens) == (170, 400)


def test_a_worker_with_another_model_is_refused(two_workers, default_embedder) -> None:
    spec = dataclasses.replace(default_embedder.spec, fingerprint="0" * 64)
    other = ClusterEmbedder(Posing(default_embedder, spec=spec), two_workers._client, where="here")
    with pytest.raises(WorkerRefusedError, match=r"tls://127.*install the same version"):
        other.embed_passages(TEXTS)


def test_a_worker_that_computes_other_bits_is_refused(two_workers, default_embedder) -> None:
    other = ClusterEmbedder(Posing(default_embedder, sign=-1), two_workers._client, where="here")
    with pytest.raises(WorkerRefusedError, match="differ in their last bits"):
        other.embed_passages(TEXTS[:3])


def test_nobody_listens_beyond_this_machine(two_workers) -> None:
    this = psutil.Process()
    open_ports = [
        port for process in [this, *this.children(recursive=True)] for port in listening(process)
    ]
    assert len(open_ports) >= 3  # scheduler and two workers
    assert all(ipaddress.ip_address(host).is_loopback for host, _ in open_ports), open_ports


def listening(process: psutil.Process) -> list[tuple[str, int]]:
    with suppress(psutil.NoSuchProcess, psutil.AccessDenied):  # one that ended in another test
        return [
            (one.laddr.ip, one.laddr.port)
            for one in process.net_connections("inet")
            if one.status == psutil.CONN_LISTEN
        ]
    return []


def test_who_has_no_certificate_is_not_let_in(two_workers) -> None:
    address = two_workers._client.scheduler.address
    with pytest.raises((OSError, TimeoutError, ValueError)):
        Client(address, security=Security.temporary(), timeout=2, set_as_default=False)


@pytest.fixture
def certificate(tmp_path: Path) -> str:
    made = Security.temporary()
    for name, text in [("cert", made.tls_client_cert), ("key", made.tls_client_key)]:
        (tmp_path / f"{name}.pem").write_text(text, encoding="ascii")
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    return f"ca={cert}&cert={cert}&key={key}"


@pytest.fixture
def scheduler(certificate: str) -> Iterator[LocalCluster]:
    """A scheduler that runs on its own, and has no worker."""
    files = dict(pair.split("=") for pair in certificate.split("&"))
    parts = {
        f"tls_{who}_{what}": files[what]
        for who in ("scheduler", "worker", "client")
        for what in ("cert", "key")
    }
    security = Security(tls_ca_file=files["ca"], require_encryption=True, **parts)
    with LocalCluster(
        n_workers=0, security=security, dashboard_address="127.0.0.1:0", silence_logs="CRITICAL"
    ) as cluster:
        yield cluster


def test_a_cluster_by_its_address(scheduler, certificate, default_embedder, alone) -> None:
    scheduler.scale(1)
    with spread(default_embedder, f"{scheduler.scheduler_address}?{certificate}") as embedder:
        assert embedder.embed_passages(TEXTS[:40]).tobytes() == alone[:40].tobytes()


def test_a_cluster_without_workers_is_given_up(scheduler, default_embedder) -> None:
    with Client(scheduler, security=scheduler.security, set_as_default=False) as client:
        embedder = ClusterEmbedder(default_embedder, client, where="there", patience_s=0.5)
        with pytest.raises(
            ClusterUnavailableError, match="there has had no worker for 0 s; see that"
        ):
            embedder.embed_passages(TEXTS[:3])


def test_a_scheduler_that_goes_away_is_told(default_embedder) -> None:
    with spread_over(LocalWorkers(workers=1), default_embedder) as embedder:
        gone = threading.Timer(0.5, embedder._client.cluster.close)
        gone.start()
        with pytest.raises(ClusterUnavailableError, match="local:1 does not answer any more"):
            embedder.embed_passages(TEXTS * 40)
        gone.join()
        until(lambda: embedder._client.status == "closed")
        for _ in range(2):  # also by who was not waiting for it
            with pytest.raises(ClusterUnavailableError, match="does not answer any more"):
                embedder.embed_passages(TEXTS[:3])
        embedder._counted_at = -inf
        with pytest.raises(ClusterUnavailableError, match="does not answer any more"):
            _ = embedder.blocks_ahead


class Scripted:
    """A client, as far as it is asked: what it knows of workers, and blocks that end when they are to."""

    status = "running"

    def __init__(self) -> None:
        self.at = 0.0
        self.threads = {"one": 1}
        self.looks = 0

    def nthreads(self) -> dict[str, int]:
        return self.threads

    def submit(self, *_: object, **__: object) -> "Scripted":
        return self

    def result(self, timeout: float) -> Answer:
        """Take half a minute for each look, and answer after so many."""
        if self.looks:
            self.looks -= 1
            self.at += 30
            raise TimeoutError
        return Answer("one", vectors=np.ones((1, DIM), np.float32))

    def release(self) -> None:
        pass


def test_it_is_since_the_workers_are_missed_that_they_are_waited_for(monkeypatch) -> None:
    """Nobody asks after them between two batches of passages, however long that is."""
    client = Scripted()
    monkeypatch.setattr("models.cluster.embedder.monotonic", lambda: client.at)
    embedder = ClusterEmbedder(
        WordHashEmbedder(), cast("Client", client), where="there", patience_s=100
    )
    assert embedder.blocks_ahead == 2
    client.threads = {}
    for _ in range(2):
        client.at += 1000
        client.looks = 3
        assert embedder.embed_passages(["one"]).shape == (1, DIM)
    client.looks = 9
    with pytest.raises(ClusterUnavailableError, match="no worker for 100 s"):
        embedder.embed_passages(["one"])
    assert client.looks == 4
