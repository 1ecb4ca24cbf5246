"""A stand-in for a model's tokenizer: words and marks, each a token."""

import re

import numpy as np

from models.base import TokenSpans

_TOKEN = re.compile(r"\w+|[^\w\s]")


def words(text: str) -> TokenSpans:
    spans = [found.span() for found in _TOKEN.finditer(text)]
    return np.array(spans, dtype=np.int64).reshape(-1, 2)


def halves(text: str) -> TokenSpans:
    """Every word longer than three letters is two tokens, and every other character may be two that overlap."""
    spans: list[tuple[int, int]] = []
    for found in _TOKEN.finditer(text):
        start, end = found.span()
        middle = (start + end) // 2
        spans.extend(
            [(start, middle), (middle, end)] if end - start > 3 else [(start, end)] * (end - start)
        )
    return np.array(spans, dtype=np.int64).reshape(-1, 2)
