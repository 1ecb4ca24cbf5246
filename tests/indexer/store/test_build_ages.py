"""When a build was made, also where its manifest does not tell."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.store import build_ages
from indexer.store.build_ages import CHECKSUM, age_of, checksum_of, created_at, id_at, next_moment

NAME = "20260102T030405.000678Z"
MADE = "2026-01-02T03:09:00+00:00"
BY_NAME = "2026-01-02T03:04:05+00:00"


def build(root: Path, name: str = NAME, **told: object) -> Path:
    folder = root / name
    folder.mkdir(parents=True)
    raw = {"build_id": name, "created_at": MADE, **told}
    (folder / "manifest.json").write_text(json.dumps(raw))
    return folder


def test_a_manifest_of_its_own_tells(tmp_path) -> None:
    folder = build(tmp_path)
    assert (created_at(folder), age_of(folder)) == (MADE, MADE)


def test_so_does_one_whose_checksum_is_right(tmp_path) -> None:
    raw: dict[str, Any] = {"build_id": NAME, "created_at": MADE, "cost": {"b": 0.1, "a": 1e-05}}
    folder = build(tmp_path)
    (folder / "manifest.json").write_text(json.dumps({**raw, CHECKSUM: checksum_of(raw)}))
    assert created_at(folder) == MADE


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"\xff", b"[" * 100_000, b'{"a":' * 100_000,
        json.dumps({"created_at": MADE}).encode(),
        json.dumps({"build_id": "another", "created_at": MADE}).encode(),
        json.dumps({"build_id": NAME, "created_at": 1}).encode(),
        json.dumps({"build_id": NAME, "created_at": MADE, CHECKSUM: "0" * 64}).encode(),
        json.dumps({"build_id": NAME, "created_at": MADE, CHECKSUM: None}).encode(),
    ],
    ids=range(11),
)  # fmt: skip
def test_where_it_does_not_the_name_does(tmp_path, content) -> None:
    folder = build(tmp_path)
    (folder / "manifest.json").write_bytes(content)
    assert (created_at(folder), age_of(folder)) == ("", BY_NAME)


@pytest.mark.parametrize("name", ["b1", f"{NAME}.bak", NAME[:-1], "20261302T030405.000678Z"])
def test_a_name_that_is_no_id_tells_nothing(tmp_path, name) -> None:
    (tmp_path / name).mkdir()
    assert age_of(tmp_path / name) == ""


TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))


@given(TIMES, TIMES)
def test_ids_sort_by_time(one, other) -> None:
    assert (id_at(one) < id_at(other)) == (one < other)


def clock(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return now

    monkeypatch.setattr(build_ages, "datetime", Clock)


def test_the_next_moment_is_now(tmp_path, monkeypatch) -> None:
    now = datetime(2026, 1, 3, tzinfo=UTC)
    clock(monkeypatch, now)
    assert next_moment([]) == next_moment([build(tmp_path)]) == now


@pytest.mark.parametrize("created", [MADE, "2026-01-02T05:09:00+02:00", "2026-01-02T03:09:00"])
def test_where_the_clock_was_set_back_it_is_after_the_newest_build(
    tmp_path, monkeypatch, created
) -> None:
    clock(monkeypatch, datetime(2025, 1, 1, tzinfo=UTC))
    made, tick = datetime(2026, 1, 2, 3, 9, tzinfo=UTC), timedelta(microseconds=1)
    folder = build(tmp_path, created_at=created)
    assert next_moment([folder]) == made + tick

    (folder / "manifest.json").unlink()
    assert next_moment([folder]) == datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC) + tick


@pytest.mark.parametrize("created", ["", "soon", "2026", "9999-12-31T23:59:59-05:00"])
def test_a_time_that_cannot_be_read_is_none(tmp_path, monkeypatch, created) -> None:
    now = datetime(2027, 1, 1, tzinfo=UTC)
    clock(monkeypatch, now)
    assert next_moment([build(tmp_path, created_at=created)]) == now
