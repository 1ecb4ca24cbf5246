from importlib.util import find_spec

import numpy as np
import numpy.typing as npt
import pytest

pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(
        find_spec("torch") is None, reason="torch is not installed; `make reference` adds it"
    ),
]


def unit(random: np.random.Generator, *shape: int) -> npt.NDArray[np.float32]:
    drawn = random.standard_normal(shape)
    rows: npt.NDArray[np.float32] = np.asarray(
        drawn / np.linalg.norm(drawn, axis=-1, keepdims=True), np.float32
    )
    return rows


@pytest.mark.parametrize("seed", range(3))
def test_maxsim_is_the_mean_of_each_tokens_nearest(seed):
    import torch

    from models.losses import maxsim_scores

    random = np.random.default_rng(seed)
    queries, passages = unit(random, 3, 4, 5), unit(random, 2, 6, 5)
    lengths = random.integers(1, 5, 3), random.integers(1, 7, 2)
    masks = [
        (np.arange(longest) < length[:, None]).astype(np.int64)
        for longest, length in zip((4, 6), lengths, strict=True)
    ]
    expected = [
        [
            np.mean([max(float(q @ p) for p in passage[:n]) for q in query[:m]])
            for passage, n in zip(passages, lengths[1], strict=True)
        ]
        for query, m in zip(queries, lengths[0], strict=True)
    ]
    found = maxsim_scores(*map(torch.from_numpy, (queries, masks[0], passages, masks[1])))
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-6)


def test_the_loss_is_the_cross_entropy_over_what_counts():
    import torch

    from models.losses import contrastive

    scores = np.array([[0.9, 0.2, 0.4], [0.3, 0.1, 0.8]])
    counted = np.array([[True, True, False], [True, False, True]])
    right = [0, 1]  # of the second query a passage that would not count
    expected = -np.mean(
        [
            np.log(np.exp(10 * 0.9) / (np.exp(10 * 0.9) + np.exp(10 * 0.2))),
            np.log(np.exp(10 * 0.1) / (np.exp(10 * 0.3) + np.exp(10 * 0.1) + np.exp(10 * 0.8))),
        ]
    )
    found = contrastive(
        torch.from_numpy(scores), torch.tensor(right), torch.from_numpy(counted), scale=10.0
    )
    assert found.item() == pytest.approx(expected, rel=1e-9)


def test_pooled_scores_are_cosines():
    import torch

    from models.losses import pooled_scores

    random = np.random.default_rng(0)
    queries, passages = unit(random, 2, 5), unit(random, 3, 5)
    found = pooled_scores(torch.from_numpy(queries), torch.from_numpy(passages)).numpy()
    for q, p in np.ndindex(2, 3):
        assert found[q, p] == pytest.approx(float(np.dot(queries[q], passages[p])), abs=1e-6)
