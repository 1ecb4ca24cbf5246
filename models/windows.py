"""Reading a text that is longer than a model's window: cut it at token boundaries, pool the vectors."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.base import FloatMatrix, FloatVector, TokenSpans
from models.errors import TextTooLongError


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A half-open code-point range of a text, and the tokens that begin in it."""

    start: int
    end: int
    tokens: int


def split_windows(spans: TokenSpans, *, length: int, budget: int) -> tuple[Window, ...]:
    """Cut a text of ``length`` code points into windows of at most ``budget`` tokens.

    ``spans`` are the text's tokens in order. The windows tile ``[0, length)``, are as few and as
    even as the tokens allow, and begin after a space where there is one to be had. No token is cut
    in two. Raises `TextTooLongError` when more than ``budget`` tokens stand for characters that
    cannot be parted, and `ValueError` when ``budget`` is not positive.
    """
    if budget < 1:
        raise ValueError(f"a window holds at least one token, not {budget}")
    cuts = [0]
    while len(spans) - cuts[-1] > budget:
        cuts.append(_next_cut(spans, first=cuts[-1], length=length, budget=budget))
    edges = [0, *(int(spans[cut, 0]) for cut in cuts[1:]), length]
    counts = np.diff([*cuts, len(spans)])
    return tuple(
        Window(start=start, end=end, tokens=int(tokens))
        for start, end, tokens in zip(edges, edges[1:], counts, strict=False)
    )


def _next_cut(spans: TokenSpans, *, first: int, length: int, budget: int) -> int:
    """Return the token that begins the window after the one that ``first`` begins."""
    left = len(spans) - first
    share = -(-left // -(-left // budget))
    candidates = np.arange(first + 1, first + budget + 1)
    starts = spans[candidates, 0]
    gaps = starts - np.maximum.accumulate(spans[first : first + budget, 1])
    # A token of no width would otherwise make a window of no text.
    gaps[(starts <= spans[first, 0]) | (starts >= length)] = -1
    after_space = candidates[(gaps > 0) & (candidates > first + share // 2)]
    between_tokens = candidates[gaps >= 0]
    for choice in (after_space[after_space <= first + share], after_space, between_tokens):
        if len(choice):
            return int(choice[-1])
    raise TextTooLongError(position=0, tokens=left, budget=budget)


def cut_text(
    text: str, *, token_spans: Callable[[str], TokenSpans], budget: int
) -> tuple[str, ...]:
    """Return ``text`` in parts that have at most ``budget`` tokens when each is read by itself.

    The parts join to ``text`` again. A part on its own may have more tokens than it had in the
    whole (a word that was cut reads differently), so each is counted anew and cut again if it must.
    """
    spans = token_spans(text)
    if len(spans) <= budget:
        return (text,)
    parts: list[str] = []
    for window in split_windows(spans, length=len(text), budget=budget):
        part = text[window.start : window.end]
        parts.extend(cut_text(part, token_spans=token_spans, budget=budget))
    return tuple(parts)


def pool(vectors: FloatMatrix, weights: Sequence[int] | npt.NDArray[np.int64]) -> FloatVector:
    """Return the mean of the rows, weighted and normalised to length 1, shape ``(dim,)``, float32.

    The sum is taken in float64; a single row comes back as it is, whatever it weighs. Raises
    `ValueError` when the rows cancel out, or weigh nothing.
    """
    if len(vectors) == 1:
        only: FloatVector = vectors[0]
        return only
    mean = np.asarray(weights, np.float64) @ vectors.astype(np.float64)
    norm = float(np.linalg.norm(mean))
    if norm == 0.0:
        raise ValueError("vectors that cancel out have no direction")
    return (mean / norm).astype(np.float32)
