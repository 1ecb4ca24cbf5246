"""How far sources are read: from nothing to all, never back, whatever is read twice."""

import gzip
import lzma
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from indexer.sources import Gauge, read_sources
from indexer.sources.source_file import DiskFile

TEXT = "The court affirms the judgment below, since the officer had no warrant. "


def folder_of(root: Path, count: int) -> Path:
    for at in range(count):
        (root / f"{at:03}.txt").write_text(f"Case number {at}. {TEXT * 20}")
    return root


def shares(path: Path) -> list[float]:
    """Return the share that was read when each record came, and at the end."""
    gauge = Gauge()
    seen = [gauge.share or 0.0 for _ in read_sources([path], gauge=gauge)]
    assert gauge.share is not None
    return [*seen, gauge.share]


def test_a_folder_of_texts_is_read_file_by_file(tmp_path) -> None:
    seen = shares(folder_of(tmp_path, 40))
    assert seen[0] < 0.1
    assert all(before <= after for before, after in pairwise(seen))
    assert seen[20] == pytest.approx(0.5, abs=0.1)
    assert seen[-1] == 1.0


@pytest.mark.parametrize(
    "pack", [lambda data: data, gzip.compress, lzma.compress], ids=["plain", "gz", "xz"]
)
def test_a_compressed_file_counts_by_its_bytes_on_disk(
    tmp_path, pack: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "a.txt"
    data = pack(TEXT.encode() * 50_000)
    path.write_bytes(data)
    gauge = Gauge()
    gauge.announce(path)
    assert (gauge.total, gauge.share) == (len(data), 0.0)
    with DiskFile(path, tmp_path, gauge).open() as file:
        half = file.read(len(data) // 2)
        assert 0.4 <= (gauge.share or 0) <= 1.0
        assert half + file.read() == data
    assert gauge.share == 1.0
    with DiskFile(path, tmp_path, gauge).open() as file:
        file.read(1)
    assert gauge.share == 1.0


def test_a_look_at_the_first_bytes_counts_nothing(tmp_path) -> None:
    (tmp_path / "a").write_bytes(b"some")
    gauge = Gauge()
    gauge.announce(tmp_path / "a")
    gauge.announce(tmp_path / "gone")
    with gauge.paused(), gauge.open(tmp_path / "a") as file:
        assert file.read() == b"some"
    assert gauge.share == 0.0
    assert Gauge().share is None
