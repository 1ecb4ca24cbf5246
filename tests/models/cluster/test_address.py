import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.cluster.address import LocalWorkers, RemoteScheduler, parse_cluster
from models.errors import ClusterAddressError

FILES = "ca=/c/ca.pem&cert=/c/tls.pem&key=/c/key.pem"


@given(st.integers(1, 99))
def test_workers_of_this_machine(workers: int) -> None:
    assert parse_cluster(f"local:{workers}") == LocalWorkers(workers=workers)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        (f"tls://dask.example.org?{FILES}", "tls://dask.example.org:8786"),
        (f"tls://[2001:db8::1]:99?{FILES}", "tls://[2001:db8::1]:99"),
    ],
)
def test_a_scheduler_elsewhere(text: str, url: str) -> None:
    wanted = RemoteScheduler(url=url, ca="/c/ca.pem", cert="/c/tls.pem", key="/c/key.pem")
    assert parse_cluster(text) == wanted


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.8.9.1"])
def test_plain_tcp_within_this_machine(host: str) -> None:
    assert parse_cluster(f"tcp://{host}:5") == RemoteScheduler(url=f"tcp://{host}:5")


@pytest.mark.parametrize(
    "host", ["10.0.0.7", "dask", "[2001:db8::1]", "0.0.0.0", "localhost.example.org"]
)
def test_plain_tcp_to_anywhere_else_is_refused(host: str) -> None:
    with pytest.raises(ClusterAddressError, match=r"can run programs on every worker.*tls://"):
        parse_cluster(f"tcp://{host}:8786")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is not local:N, or tls://"),
        ("local", "it is not"),
        ("local:0", "it is not"),
        ("local:100", "it is not"),
        ("ray://head:10001", "it is not"),
        ("dask:8786", "it is not"),
        ("tls://", "it is not"),
        (f"tls://host/path?{FILES}", "it is not"),
        (f"tls://host:port?{FILES}", "its port is not a number"),
        ("tls://host", "needs three files"),
        ("tls://host?ca=a&cert=b", "needs three files"),
        ("tls://host?ca=a&cert=b&key=", "needs three files"),
        (f"tls://host?{FILES}&verify=no", "needs three files"),
        ("tcp://127.0.0.1?ca=a", "takes nothing after"),
    ],
)
def test_what_cannot_be_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ClusterAddressError, match=reason):
        parse_cluster(text)
