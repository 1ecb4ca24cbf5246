from pathlib import Path
from time import sleep

import pytest

from indexer.store.files import GRAPH, LEXICAL, PASSAGES, VECTORS
from service.live_index import LiveIndex
from service.read_ahead import free_memory, read_ahead
from tests.service.corpus import EMBEDDER
from tests.service.live_builds import publish, wait_for

MB = 1 << 20


@pytest.fixture
def build(tmp_path: Path) -> Path:
    (tmp_path / LEXICAL).mkdir()
    for name, size in ((GRAPH, 3), (f"{LEXICAL}/a.idx", 1), (VECTORS, 5), (PASSAGES, 2)):
        (tmp_path / name).write_bytes(bytes(size * MB))
    (tmp_path / "notices.jsonl").write_bytes(bytes(MB))
    return tmp_path


def never() -> bool:
    return False


@pytest.mark.parametrize(
    ("free", "read"), [(22, 11), (21, 9), (18, 9), (17, 4), (8, 4), (7, 3), (5, 0), (0, 0)]
)
def test_what_fills_half_of_the_free_memory_is_left_out_the_first_files_last(build, free, read):
    assert read_ahead(build, stop=never, free=free * MB) == read * MB


def test_it_ends_when_it_is_told_to(build):
    asked: list[int] = []

    def at_the_fifth() -> bool:
        asked.append(1)
        return len(asked) == 5

    assert read_ahead(build, stop=at_the_fifth, free=100 * MB) == 5 * MB


def test_a_build_without_a_graph_is_read_too(build):
    (build / GRAPH).unlink()
    assert read_ahead(build, stop=never, free=100 * MB) == 8 * MB


@pytest.mark.parametrize(
    ("limit", "used", "free"),
    [
        ("max", 5, 2048 * 1024),
        (str(3 * MB), MB, 2 * MB),
        (str(9 * MB), MB, 2 * MB),
        ("100", 200, 0),
    ],
)
def test_memory_is_what_the_machine_and_the_container_have_left(tmp_path, limit, used, free):
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal:  9999 kB\nMemAvailable:    2048 kB\n")
    (tmp_path / "memory.max").write_text(f"{limit}\n")
    (tmp_path / "memory.current").write_text(f"{used}\n")
    assert free_memory(meminfo, tmp_path) == free


def test_without_a_kernel_that_tells_nothing_is_read(build, tmp_path):
    assert free_memory(tmp_path / "none", tmp_path) == 0
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemAvailable:    2048 kB\n")
    assert free_memory(meminfo, tmp_path / "none") == 2 * MB


def test_each_build_that_is_served_is_read_once(tmp_path, monkeypatch):
    seen: list[str] = []
    monkeypatch.setattr(
        "service.live_index.read_ahead", lambda folder, *, stop: seen.append(folder.name)
    )
    first = publish(tmp_path, "a")
    live = LiveIndex(tmp_path, load_embedder=lambda _: EMBEDDER, poll_interval_s=0.01)
    live.start()
    try:
        wait_for(lambda: seen == [first])
        second = publish(tmp_path, "b")
        wait_for(lambda: len(seen) == 2)
        sleep(0.1)
    finally:
        live.close()

    assert seen == [first, second]
