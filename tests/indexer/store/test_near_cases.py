"""Cases that may have been meant, against rules applied to every case by hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.store.near_cases import NearCases, is_slip
from indexer.store.passages import PassageStore
from tests.indexer.store.making import opinion, record, write_passages

CASES = {
    "terry": ("Terry v. Ohio", ("392 U.S. 1", "88 S. Ct. 1868", "20 L. Ed. 2d 889")),
    "graham": ("Graham v. Connor", ("490 U.S. 386",)),
    "kisela": ("Kisela v. Hughes", ("584 U.S. 100",)),
    "near": ("Near v. Minnesota", ("490 U.S. 401",)),
    "far": ("Far v. Away", ("490 U.S. 900",)),
    "gault": ("In re Gault", ("387 U.S. 1",)),
    "jones": ("United States v. Jones", ("565 U.S. 400",)),
    "other": ("Other v. One", ("490 F.2d 386",)),
}


@pytest.fixture(scope="module")
def near(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NearCases]:
    path: Path = tmp_path_factory.mktemp("near") / "passages.sqlite"
    write_passages(
        path,
        [
            record(key, opinion(f"{key}/o", "Text.", case_id=key), name=name, citations=cites)
            for key, (name, cites) in CASES.items()
        ],
    )
    with PassageStore.open(path) as store:
        yield store.near


def ids(found) -> list[str]:
    return [list(CASES)[case.seq] for case, _ in found]


def test_the_nearest_pages_of_the_volume_come_first(near):
    found = near.beside("490_us", 396, limit=5)
    assert [(key, at) for key, (_, at) in zip(ids(found), found, strict=True)] == [
        ("near", 401), ("graham", 386), ("far", 900),
    ]  # fmt: skip
    assert ids(near.beside("490_us", 396, limit=1)) == ["near"]
    assert near.beside("491_us", 396, limit=5) == []


@pytest.mark.parametrize(
    ("volume", "reporter", "page", "expected"),
    [
        ("409", "U.S.", 386, [("graham", "490 U.S. 386")]),  # exchanged figures
        ("491", "U. S.", 386, [("graham", "490 U.S. 386")]),
        ("49", "U.S.", 386, [("graham", "490 U.S. 386")]),  # one left out
        ("490", "S. Ct.", 386, [("other", "490 F.2d 386"), ("graham", "490 U.S. 386")]),
        ("490", "U.S.", 368, [("graham", "490 U.S. 386")]),
        ("490", "U.S.", 38, [("graham", "490 U.S. 386")]),
        ("941", "U.S.", 386, []),
        ("490", "U.S.", 999, []),
    ],
)
def test_one_slip_away(near, volume, reporter, page, expected):
    found = near.written_alike(volume, reporter, page, limit=5)
    told = [(key, text) for key, (_, text) in zip(ids(found), found, strict=True)]
    assert [
        one for one in told if one != ("other", "490 F.2d 386") or reporter == "S. Ct."
    ] == expected


@pytest.mark.parametrize(
    ("name", "best"),
    [
        ("Tery v. Ohio", "terry"),
        ("Grahm v. Conor", "graham"),
        ("Kisella v. Hughs", "kisela"),
        ("In re Galt", "gault"),
        ("United States v. Jons", "jones"),
        ("Ohio v. Terry", "terry"),
    ],
)
def test_the_likest_name_comes_first(near, name, best):
    assert ids(near.named_alike(name, limit=3))[:1] == [best]


@pytest.mark.parametrize("name", ["Xylo v. Quartz", "", "v.", "In re"])
def test_names_unlike_all_others_have_none(near, name):
    assert near.named_alike(name, limit=3) == []


numbers = st.integers(1, 9999).map(str)


@given(numbers, numbers)
def test_a_slip_is_one_figure(one, other):
    def slips(number: str) -> Iterator[str]:
        for at in range(len(number)):
            yield number[:at] + number[at + 1 :]
            yield from (number[:at] + d + number[at + 1 :] for d in "0123456789" if len(number) > 1)
            yield number[:at] + number[at + 1 : at + 2] + number[at] + number[at + 2 :]

    expected = one != other and (other in set(slips(one)) or one in set(slips(other)))
    assert is_slip(one, other) == is_slip(other, one) == expected
