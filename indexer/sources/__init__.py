"""Everything upstream: one file per format, all of them read through `read_sources`."""

from indexer.sources.gauge import Gauge
from indexer.sources.noticed import Noticed
from indexer.sources.refused import Refused
from indexer.sources.walk import read_sources

__all__ = ["Gauge", "Noticed", "Refused", "read_sources"]
