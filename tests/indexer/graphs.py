"""An engine whose builds have a graph from a few dozen passages on, where the program's need 30,000."""

from dataclasses import replace
from typing import Final

from indexer.store.engine import EmbeddedEngine, Written
from indexer.store.graph_writer import RULE, GraphRule, write_graph
from indexer.store.manifest import VectorSearch

FEW: Final[GraphRule] = replace(
    RULE, from_rows=50, links=8, ef_construction=40, ef_ladder=(1,), recall_at_10=0, recall_at_100=0
)
"""With a reach of 1, a graph of 45 passages takes less time than looking at all of them."""


class EarlyGraphs(EmbeddedEngine):
    """The embedded engine, which makes a graph for few vectors, whatever that finds."""

    def take(self, written: Written) -> VectorSearch:
        """Write the graph."""
        return write_graph(
            written.stage,
            written.questions,
            previous=written.previous,
            threads=written.threads,
            rule=FEW,
            say=written.say,
        )
