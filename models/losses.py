"""What training makes small: the right passage must beat the others, pooled and token by token. Needs torch."""

from typing import Any

import torch

Tensor = Any
"""A `torch.Tensor`; torch is not there where types are checked."""


def pooled_scores(queries: Tensor, passages: Tensor) -> Tensor:
    """Return the cosines of unit rows ``(q, d)`` and ``(p, d)``, shape ``(q, p)``."""
    return queries @ passages.T


def maxsim_scores(
    queries: Tensor, query_mask: Tensor, passages: Tensor, passage_mask: Tensor
) -> Tensor:
    """Return late interaction (Khattab and Zaharia 2020), shape ``(q, p)``.

    For each token of a query the largest cosine with a token of the passage, and the mean of these.
    Unit token vectors, ``(q, m, d)`` and ``(p, n, d)``; masks ``(q, m)`` and ``(p, n)`` are 0 at padding.
    """
    near = torch.einsum("qmd,pnd->qpmn", queries, passages)
    near = near.masked_fill(passage_mask[None, :, None, :] == 0, -1.0)
    best = near.amax(dim=3)
    kept = query_mask[:, None, :].to(best.dtype)
    return (best * kept).sum(dim=2) / kept.sum(dim=2)


def contrastive(scores: Tensor, right: Tensor, counted: Tensor, *, scale: float) -> Tensor:
    """Return InfoNCE (van den Oord 2018): the mean cross entropy of each query's right passage.

    ``scores`` has shape ``(q, p)``; ``right`` names each query's column; ``counted``, booleans of the
    shape of ``scores``, leaves out passages that may be right as well. The right one always counts.
    """
    own = torch.nn.functional.one_hot(right, scores.shape[1]).bool()
    kept = scores.masked_fill(~(counted | own), float("-inf"))
    return torch.nn.functional.cross_entropy(scale * kept, right)
