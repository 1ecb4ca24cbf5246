"""An embedder as it is, or its passages spread over a cluster; Dask is imported only for the latter."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from models.base import Embedder
from models.cluster.address import parse_cluster
from models.errors import ClusterAddressError


@contextmanager
def spread(embedder: Embedder, cluster: str | None) -> Iterator[Embedder]:
    """Yield ``embedder``, or one that has its passages embedded by the cluster that the setting names.

    Raises `ClusterAddressError` for a setting that cannot be, or without the extra that it needs, and
    `ClusterUnavailableError`.
    """
    if cluster is None:
        yield embedder
        return
    address = parse_cluster(cluster)
    if find_spec("distributed") is None:
        raise ClusterAddressError(
            "Dask is not installed; `pip install opinion-search[cluster]`, or leave this setting out"
        )
    from models.cluster.embedder import spread_over

    with spread_over(address, embedder) as spreading:
        yield spreading
