import numpy as np
import pytest

from indexer.capacity import (
    Machine,
    Quantisation,
    SegmentSearch,
    Sizes,
    answering,
    fan_out,
    plan,
)

FLAT = Quantisation(name="float32", bytes_a_number=4)
MACHINE = Machine(memory_bytes=1_000_000, filled=0.5, embedded_a_second=10, indexed_a_second=100)


def test_a_vector_takes_its_numbers_its_links_and_its_key() -> None:
    graph = Quantisation(name="hnsw", bytes_a_number=4, links=16)

    assert FLAT.bytes_a_vector(384) == 1_544
    assert graph.bytes_a_vector(384) - FLAT.bytes_a_vector(384) == pytest.approx(134.4)


def test_nodes_hold_every_replica_and_share_the_work() -> None:
    sizes = Sizes(replicas=2, new_a_day=50, local_bytes_a_passage=3)
    made = plan(36_000, dim=8, kept=FLAT, machine=MACHINE, sizes=sizes)

    assert made.vectors_bytes == 36_000 * 40 * 2
    assert made.nodes == 6  # 2.88 MB into half a megabyte each
    assert made.build_hours == pytest.approx((3_600 + 360) / 6 / 3600)
    assert made.delta_hours == pytest.approx((5 + 360) / 6 / 3600)
    assert made.local_bytes == 108_000


@pytest.mark.parametrize(("shards", "late"), [(1, 0.01), (10, 0.0956), (100, 0.634)])
def test_the_tail_of_one_shard_is_the_rule_of_many(shards: int, late: float) -> None:
    """One answer in a hundred is late: of n shards all are in time with 0.99 to the n."""
    one = np.array([0.01] * 99 + [1.0])
    waited = fan_out(one, shards, questions=40_000)

    assert float(np.mean(waited == 1.0)) == pytest.approx(late, abs=0.01)


def test_a_hedge_takes_the_tail_away() -> None:
    one = np.array([0.01] * 99 + [1.0])
    waited = fan_out(one, 100, questions=20_000, hedge_at=0.95)

    # Late only where both replicas are: a hundred times one in ten thousand.
    assert float(np.mean(waited > 0.5)) == pytest.approx(0.01, abs=0.004)
    assert float(np.quantile(waited, 0.5)) == pytest.approx(0.02)


def test_equal_seeds_give_equal_answers() -> None:
    one = np.linspace(0.01, 0.1, 50)

    assert np.array_equal(fan_out(one, 8, questions=99), fan_out(one, 8, questions=99))
    assert not np.array_equal(fan_out(one, 8, questions=99), fan_out(one, 8, questions=99, seed=1))


def test_a_question_goes_to_every_segment_once_and_waits_for_the_fullest_core() -> None:
    segment = SegmentSearch(rows=1_000, seconds=0.01)
    cost = answering(9_500, nodes=4, replicas=2, cores=2, segment=segment)

    assert cost.segments == 10
    assert cost.seconds == pytest.approx(0.03)  # five on a node, so three on one of its cores
    assert cost.answers_a_second == pytest.approx(8 / 0.1)


def test_more_nodes_answer_sooner_until_a_core_has_one_segment() -> None:
    segment = SegmentSearch(rows=100, seconds=0.5)
    times = [
        answering(6_400, nodes=n, replicas=1, cores=4, segment=segment).seconds
        for n in (1, 2, 16, 99)
    ]
    assert times == [8.0, 4.0, 0.5, 0.5]
