"""What workers count together is there in full when some of them have died, and in few files."""

import json
import os
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from prometheus_client.mmap_dict import MmapedDict

import service
from service.metrics import SHARED
from service.worker_counts import WorkerCounts
from tests.service.test_metrics import Numbers, numbers, value

WORKER = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from service.metrics import Metrics

    metrics = Metrics(Path(sys.argv[1]))
    for _ in range(int(sys.argv[2])):
        metrics.searches.labels("hybrid").inc()
        metrics.stages.labels("total").observe(0.3)
        metrics.inside.set(5)
    sys.stdout.buffer.write(metrics.render(None))
    """
)
A_DEAD_ONE = 2**22 + 1000
"""Linux numbers no process so high."""


def scrape(folder: Path, searches: int) -> Numbers:
    """Return what a worker of its own process tells, which then dies."""
    root = Path(service.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", WORKER, str(folder), str(searches)],
        env={**os.environ, "PYTHONPATH": str(root), SHARED: str(folder)},
        capture_output=True,
        check=True,
    )
    return numbers(done.stdout.decode())


@pytest.mark.slow
def test_no_count_goes_backward_when_workers_die_and_few_files_are_left(tmp_path):
    totals = []
    for searches in (1, 2, 3):
        found = scrape(tmp_path, searches)
        totals.append(value(found, "searches_total", mode="hybrid"))
        for name in ("stage_seconds_count", "stage_seconds_bucket"):
            labels = {"stage": "total"} | ({"le": "0.5"} if "bucket" in name else {})
            assert value(found, name, **labels) == totals[-1]
        assert value(found, "stage_seconds_sum", stage="total") == pytest.approx(0.3 * totals[-1])
        assert value(found, "requests_inside") == 5, "of who lives"

    assert totals == [1, 3, 6]
    kinds = sorted(file.name.partition("_")[0] for file in tmp_path.glob("*.db"))
    assert kinds == ["counter", "counter", "gauge", "histogram", "histogram"], "the dead, the last"


def left_by(folder: Path, pid: int, **counts: float) -> None:
    """Write what a worker leaves."""
    for kind in ("counter", "histogram"):
        made = MmapedDict(str(folder / f"{kind}_{pid}.db"))  # type: ignore[no-untyped-call]
        for name, count in counts.items():
            made.write_value(json.dumps(name), count, 0.0)  # type: ignore[no-untyped-call]
        made.close()  # type: ignore[no-untyped-call]
    (folder / f"gauge_livesum_{pid}.db").write_bytes(b"")


def kept(folder: Path, kind: str = "counter") -> dict[str, float]:
    read = MmapedDict.read_all_values_from_file(str(folder / f"{kind}_dead.db"))  # type: ignore[no-untyped-call]
    return {json.loads(name): count for name, count, _, _ in read}


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.glob("*.db")}


DEAD = {"counter_dead.db", "histogram_dead.db"}


def test_the_dead_are_added_up_and_the_living_left_alone(tmp_path):
    counts = WorkerCounts(tmp_path)
    left_by(tmp_path, os.getpid(), a=7)
    for times in (1, 2):
        left_by(tmp_path, A_DEAD_ONE, a=1, b=2)
        left_by(tmp_path, A_DEAD_ONE - 1, a=10)
        with counts.alone() as living:
            assert living == {os.getpid()}
        assert kept(tmp_path) == kept(tmp_path, "histogram") == {"a": 11 * times, "b": 2 * times}
    mine = {name for name in names(tmp_path) if str(os.getpid()) in name}
    assert len(mine) == 3
    assert names(tmp_path) == mine | DEAD


def test_who_reads_at_the_same_time_waits_so_nothing_is_counted_twice(tmp_path):
    """Two scrapes after a death met in the same files, and one of them was answered 500."""
    for pid in range(A_DEAD_ONE, A_DEAD_ONE - 20, -1):
        left_by(tmp_path, pid, a=1)

    def look(_: int) -> tuple[set[int], float]:
        with WorkerCounts(tmp_path).alone() as living:
            return living, kept(tmp_path)["a"]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(look, range(16))) == [(set(), 20.0)] * 16
    assert names(tmp_path) == DEAD


@pytest.mark.parametrize("torn", [b"", b"\x00", b"\xff\x00\x00\x00" + bytes(200)])
def test_counts_that_a_worker_left_torn_do_not_stop_the_others(tmp_path, torn, caplog):
    left_by(tmp_path, A_DEAD_ONE, a=1)
    (tmp_path / f"counter_{A_DEAD_ONE - 1}.db").write_bytes(torn)
    with WorkerCounts(tmp_path).alone() as living:
        assert living == set()
    assert kept(tmp_path) == {"a": 1}
    assert names(tmp_path) == DEAD
    assert len(caplog.records) == 1


def test_who_reads_keeps_the_others_out(tmp_path):
    entered = Event()

    def enter() -> None:
        with WorkerCounts(tmp_path).alone():
            entered.set()

    with ThreadPoolExecutor(1) as pool:
        with WorkerCounts(tmp_path).alone():
            pool.submit(enter)
            assert not entered.wait(0.2)
        assert entered.wait(60)
