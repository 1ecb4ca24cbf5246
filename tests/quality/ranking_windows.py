"""The yardstick: stemmed BM25 over windows of 180 words, made from the same texts, nothing of ours in it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import tantivy
from tantivy import Filter, Occur, Query, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from indexer.store.snapshot import Index
from tests.quality.ranking_fusion import best_of_each

WINDOW: Final = 180
_WORD: Final = re.compile(r"\S+")
_BODY, _CASE, _ANALYSER = "body", "case", "stemmed"
_HEAP_BYTES: Final = 256_000_000
_DEPTH: Final = 2_000
"""Windows read: enough for a hundred cases of nearly every query."""


def windows(text: str) -> Iterator[str]:
    """Yield ``text`` in stretches of `WINDOW` words, one after the other, the last perhaps shorter."""
    words = _WORD.findall(text)
    for first in range(0, len(words), WINDOW):
        yield " ".join(words[first : first + WINDOW])


class WindowIndex:
    """Tantivy's own English analysis and BM25 (k1 1.2, b 0.75); a case ranks by its best window."""

    def __init__(self, index: Index, folder: Path) -> None:
        """Index the windows of every opinion of ``index`` in the empty ``folder``."""
        self._analyser = _analyser()
        schema = tantivy.SchemaBuilder()
        schema.add_text_field(_BODY, tokenizer_name=_ANALYSER, index_option="freq")
        schema.add_unsigned_field(_CASE, fast=True)
        self._schema = schema.build()
        words = tantivy.Index(self._schema, path=str(folder))
        words.register_tokenizer(_ANALYSER, self._analyser)
        writer = words.writer(heap_size=_HEAP_BYTES, num_threads=1)
        self._ids: list[str] = []
        for place, record in enumerate(index.passages.records()):
            self._ids.append(record.case.id)
            for opinion in record.opinions:
                for window in windows(opinion.text):
                    document = tantivy.Document()
                    document.add_text(_BODY, window)
                    document.add_unsigned(_CASE, place)
                    writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        words.reload()
        self._searcher = words.searcher()

    def cases(self, text: str) -> list[str]:
        """Return the ids of the cases that share a word with ``text``, best first."""
        asked = [
            (Occur.Should, Query.term_query(self._schema, _BODY, term, "freq"))
            for term in dict.fromkeys(self._analyser.analyze(text))
        ]
        if not asked:
            return []
        hits = self._searcher.search(Query.boolean_query(asked), limit=_DEPTH, count=False).hits
        addresses = [address for _, address in hits]
        places = np.array(self._searcher.fast_field_values(_CASE, addresses), dtype=np.int64)
        return [self._ids[place] for place in best_of_each(places.tolist())]


def _analyser() -> TextAnalyzer:
    return (
        TextAnalyzerBuilder(Tokenizer.simple())
        .filter(Filter.lowercase())
        .filter(Filter.stemmer("English"))
        .build()
    )
